"""Several read-outs, one behind another."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from liquidtime.models.common.readouts.contract import Outputs, Readout


class Joined(Readout):
    """The vectors of several read-outs, joined.

    Args:
        parts: In this order.
    """

    def __init__(self, parts: Sequence[Readout]) -> None:
        super().__init__()
        self.size = sum(part.size for part in parts)
        self.parts = nn.ModuleList(parts)

    def forward(self, seen: Outputs) -> Tensor:
        """Of whole series."""
        return torch.cat([part(seen) for part in self._parts], dim=1)

    def so_far(self, seen: Outputs) -> Tensor:
        """Of the series cut after each step."""
        return torch.cat([part.so_far(seen) for part in self._parts], dim=2)

    @property
    def _parts(self) -> list[Readout]:
        return [part for part in self.parts if isinstance(part, Readout)]
