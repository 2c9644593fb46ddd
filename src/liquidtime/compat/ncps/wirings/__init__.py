"""The names of `ncps.wirings`, drawn by `liquidtime.wirings`.

The numbers of synapses follow the same rules; the random generator is another one, so a seed does
not wire the circuit that it wires in ncps. Layers take the objects of ncps as well as these.
"""

from liquidtime.compat.ncps.wirings.specs import NCP, AutoNCP, FullyConnected, Random
from liquidtime.compat.ncps.wirings.wiring import Wiring

__all__ = ["NCP", "AutoNCP", "FullyConnected", "Random", "Wiring"]
