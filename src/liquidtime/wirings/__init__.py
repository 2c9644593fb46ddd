"""Who connects to whom: full, random and NCP wirings, and circuits given synapse by synapse.

A *spec* (`FullyConnected`, `Random`, `NCP`, `AutoNCP`) is a small recipe that does not know the
number of inputs yet; `spec.build(input_size)` draws the `Circuit`. A `Circuit` is the finished
thing: who is wired to whom and with which sign. Layers take either.
"""

from liquidtime.wirings.auto_ncp import AutoNCP
from liquidtime.wirings.circuit import Circuit
from liquidtime.wirings.fully_connected import FullyConnected
from liquidtime.wirings.ncp import NCP
from liquidtime.wirings.random import Random
from liquidtime.wirings.serialise import from_dict, to_dict
from liquidtime.wirings.wiring import Wiring

__all__ = [
    "NCP",
    "AutoNCP",
    "Circuit",
    "FullyConnected",
    "Random",
    "Wiring",
    "from_dict",
    "to_dict",
]
