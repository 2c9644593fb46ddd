"""What a read-out is given, and what it is."""

from typing import NamedTuple

from torch import Tensor, nn


class Outputs(NamedTuple):
    """What a layer put out along a batch of series.

    Attributes:
        output: [B, T, H], T at least 1; zeros past the lengths.
        lengths: [B]; may be 0.
        elapsed: [B, T], time since the step before.
        bidirectional: Whether the second half of the outputs has read the series backwards.
    """

    output: Tensor
    lengths: Tensor
    elapsed: Tensor
    bidirectional: bool = False

    @property
    def there(self) -> Tensor:
        """[B, T] bool, True at the steps of each series."""
        import torch

        steps = torch.arange(self.output.shape[1], device=self.output.device)
        return steps < self.lengths.unsqueeze(1)


class Readout(nn.Module):
    """One vector of the outputs along a series.

    Attributes:
        size: Width S of the vector.
    """

    size: int

    def forward(self, seen: Outputs) -> Tensor:
        """Of whole series, [B, S]; zeros of a series without steps."""
        raise NotImplementedError

    def so_far(self, seen: Outputs) -> Tensor:
        """Of the series cut after each step, [B, T, S]; what stands past the lengths is void."""
        raise NotImplementedError
