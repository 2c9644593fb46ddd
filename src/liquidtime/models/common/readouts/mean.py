"""The mean of the outputs."""

import torch
from torch import Tensor

from liquidtime.models.common.readouts.contract import Outputs, Readout


class Mean(Readout):
    """The mean of the outputs after all steps.

    Args:
        size: Width H of the outputs.
    """

    def __init__(self, size: int) -> None:
        super().__init__()
        self.size = size

    def forward(self, seen: Outputs) -> Tensor:
        """Of whole series."""
        # Of a series without steps the sum is 0, whatever it is divided by.
        return seen.output.sum(1) / seen.lengths.clamp(min=1).unsqueeze(1)

    def so_far(self, seen: Outputs) -> Tensor:
        """Of the series cut after each step."""
        output = seen.output
        steps = torch.arange(1, output.shape[1] + 1, device=output.device).unsqueeze(1)
        return output.cumsum(1) / steps
