"""Read-outs by name. A new one is a file, an entry here and its name in `checks.Readout`."""

from collections.abc import Callable, Mapping

from liquidtime.models.common.readouts.attention import Attention
from liquidtime.models.common.readouts.contract import Readout
from liquidtime.models.common.readouts.grid import Grid
from liquidtime.models.common.readouts.joined import Joined
from liquidtime.models.common.readouts.largest import Largest
from liquidtime.models.common.readouts.last import Last
from liquidtime.models.common.readouts.mean import Mean

READOUTS: Mapping[str, Callable[[int, int], Readout]] = {
    "last": lambda size, queries: Last(size),
    "mean": lambda size, queries: Mean(size),
    "last_mean": lambda size, queries: Joined([Last(size), Mean(size)]),
    "max": lambda size, queries: Largest(size),
    "attention": Attention,
    "grid": Grid,
}
"""Name to what makes one for outputs of width H and a number of queries."""
