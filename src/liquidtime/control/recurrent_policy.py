"""A policy in PyTorch."""

from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from liquidtime.control.contract import Array
from liquidtime.nn.recurrent import AbstractRecurrent
from liquidtime.nn.state import RecurrentState


class RecurrentPolicy(nn.Module):
    """A `CfC` or `LTC` that remembers, and a head that makes actions of its output.

    It acts in the mode that it is in: call `eval()` first where a layer has dropout.

    Args:
        rnn: The layer, [B, O] to [B, output_size] a step.
        head: From there to actions [B, A]; None where the output is the action.
    """

    def __init__(self, rnn: AbstractRecurrent, head: nn.Module | None = None) -> None:
        super().__init__()
        self.rnn = rnn
        self.head = nn.Identity() if head is None else head
        self._state: RecurrentState | None = None

    def forward(self, observations: Tensor, elapsed: Tensor, lengths: Tensor) -> Tensor:
        """Actions along whole episodes, to learn from.

        Args:
            observations: [B, T, O].
            elapsed: [B, T], seconds.
            lengths: [B].

        Returns:
            [B, T, A].
        """
        output, _ = self.rnn(observations, elapsed=elapsed, lengths=lengths)
        return self.head(output)

    if TYPE_CHECKING:
        # nn.Module tells type checkers nothing of what forward takes.
        def __call__(self, observations: Tensor, elapsed: Tensor, lengths: Tensor) -> Tensor:
            """One call, as `forward` says."""
            ...

    def start(self, batch: int) -> None:
        """Forget everything."""
        self._state = None

    @torch.no_grad()
    def act(self, observation: Array, elapsed: Array) -> Array:
        """The actions, [B, A], after one more step of the layer."""
        like = next(self.parameters())
        x, gaps = (torch.from_numpy(part).to(like) for part in (observation, elapsed))
        output, self._state = self.rnn.step(x, self._state, gaps)
        return self.head(output).cpu().numpy()
