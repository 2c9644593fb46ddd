"""ncps 1.0.1 for PyTorch: its names on this library's kernels, and its weights, both ways.

`import liquidtime.compat.ncps as ncps` takes the place of `import ncps`: `ncps.torch.CfC`,
`ncps.torch.LTC`, their cells, `ncps.wirings.AutoNCP`, … `from_ncps` turns trained weights into
layers of `liquidtime.nn`, `to_ncps` turns them back.
"""

from liquidtime.compat.ncps import torch, wirings
from liquidtime.compat.ncps.load import from_ncps
from liquidtime.compat.ncps.states import state_from_ncps, state_to_ncps
from liquidtime.compat.ncps.store import to_ncps
from liquidtime.compat.ncps.torch import LTC, CfC, CfCCell, LTCCell, WiredCfCCell

__all__ = [
    "LTC",
    "CfC",
    "CfCCell",
    "LTCCell",
    "WiredCfCCell",
    "from_ncps",
    "state_from_ncps",
    "state_to_ncps",
    "to_ncps",
    "torch",
    "wirings",
]
