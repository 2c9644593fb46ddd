"""The output after the last step."""

import torch
from torch import Tensor

from liquidtime.models.common.readouts.contract import Outputs, Readout


class Last(Readout):
    """The output after the last step; a backward direction has its last step at the start.

    Args:
        size: Width H of the outputs.
    """

    def __init__(self, size: int) -> None:
        super().__init__()
        self.size = size

    def forward(self, seen: Outputs) -> Tensor:
        """Of whole series."""
        output, lengths = seen.output, seen.lengths
        at = (lengths.clamp(min=1) - 1).reshape(-1, 1, 1).expand(-1, 1, output.shape[2])
        last = output.gather(1, at).squeeze(1)
        if seen.bidirectional:
            half = output.shape[2] // 2
            last = torch.cat([last[:, :half], output[:, 0, half:]], dim=1)
        # What was gathered of a series without steps lies in the padding.
        return last * (lengths > 0).unsqueeze(1)

    def so_far(self, seen: Outputs) -> Tensor:
        """Of the series cut after each step."""
        return seen.output
