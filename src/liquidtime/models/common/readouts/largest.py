"""The largest output of each unit."""

from torch import Tensor

from liquidtime.models.common.readouts.contract import Outputs, Readout


class Largest(Readout):
    """The largest output of each unit over all steps: that something happened, whenever it did.

    Args:
        size: Width H of the outputs.
    """

    def __init__(self, size: int) -> None:
        super().__init__()
        self.size = size

    def forward(self, seen: Outputs) -> Tensor:
        """Of whole series."""
        hidden = seen.output.masked_fill(~seen.there.unsqueeze(2), float("-inf")).amax(1)
        return hidden.masked_fill((seen.lengths == 0).unsqueeze(1), 0.0)

    def so_far(self, seen: Outputs) -> Tensor:
        """Of the series cut after each step."""
        return seen.output.cummax(1).values
