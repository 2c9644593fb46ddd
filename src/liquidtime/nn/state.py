"""What a recurrent layer hands from one stretch of a series to the next."""

from typing import NamedTuple, Self

from torch import Tensor


class RecurrentState(NamedTuple):
    """State of a whole stack after its last step.

    Feeding it forward continues the series as if it had never been cut: with masks and absolute
    times too, for which it carries the time that has passed since the last observed step.
    """

    h: Tensor
    """Hidden state [num_layers · directions, B, units], float32 at least. Unbatched: without B."""
    c: Tensor | None = None
    """Memory of a mixed-memory network, shaped as `h`; None without."""
    pending: Tensor | None = None
    """[B], time passed in skipped steps at the end, due to the next observed one. None without."""
    time: Tensor | None = None
    """[B], float64, absolute time of the last step, if the layer was called with `times`."""
    previous: tuple[Tensor, ...] | None = None
    """What an integrator along a line needs of the last step: one [B, K] a layer and direction,
    rows as `liquidtime.kernels.ltc.past` describes them. None where the input stands still."""

    def detach(self) -> Self:
        """The same state, through which no gradient flows back: for training in pieces."""
        previous = self.previous
        return self._replace(
            h=self.h.detach(),
            c=None if self.c is None else self.c.detach(),
            pending=None if self.pending is None else self.pending.detach(),
            previous=None if previous is None else tuple(part.detach() for part in previous),
        )
