"""A recurrent layer that is stepped through padded series: the loop that its kinds share."""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn

from liquidtime.nn.layout import valid_steps

State = tuple[Tensor, ...]
"""What is carried from step to step, [B, …] each."""
Step = Callable[..., tuple[Tensor, State]]
"""(state, what is given at this step…) to the output [B, H] and the state after."""


class Stepwise(nn.Module):
    """A layer of which a step is written once.

    What does not depend on the state is computed for all steps at once, in `prepare`.

    Args:
        output_size: Width H of its outputs.
        carried: How many tensors [B, H] its state has.
    """

    bidirectional = False

    def __init__(self, output_size: int, carried: int = 1) -> None:
        super().__init__()
        self.output_size = output_size
        self.carried = carried

    def forward(self, x: Tensor, elapsed: Tensor, lengths: Tensor) -> Tensor:
        """Run over padded series.

        Args:
            x: [B, T, D], T at least 1.
            elapsed: [B, T], time since the row before, 0 at the first and past the end; in units
                of the typical gap.
            lengths: [B].

        Returns:
            The output after each step, [B, T, H], zeros past the lengths.
        """
        return run(self.step, self.prepare(x, elapsed.to(x.dtype)), self.start(x), lengths)

    def start(self, x: Tensor) -> State:
        """The state before the first step: zeros."""
        zeros = x.new_zeros(len(x), self.output_size)
        return (zeros,) * self.carried

    def prepare(self, x: Tensor, elapsed: Tensor) -> tuple[Tensor, ...]:
        """What the steps are given, [B, T, …] each."""
        raise NotImplementedError

    def step(self, state: State, *given: Tensor) -> tuple[Tensor, State]:
        """One step: its output [B, H] and the state after.

        Args:
            state: The state before.
            given: Of each part of `prepare` this step's, [B, …].
        """
        raise NotImplementedError


def run(step: Step, given: Sequence[Tensor], state: State, lengths: Tensor) -> Tensor:
    """Step through padded series.

    Args:
        step: One step.
        given: What it is given besides the state, [B, T, …] each, T at least 1.
        state: The state before the first step.
        lengths: [B].

    Returns:
        The outputs of all steps, [B, T, H], zeros past the lengths.
    """
    outputs = []
    for now in zip(*(part.unbind(1) for part in given), strict=True):
        output, state = step(state, *now)
        outputs.append(output)
    return inside(torch.stack(outputs, dim=1), lengths)


def inside(outputs: Tensor, lengths: Tensor) -> Tensor:
    """Outputs [B, T, H] with zeros past the lengths [B], whatever stood there."""
    return torch.where(valid_steps(lengths, outputs.shape[1]).unsqueeze(2), outputs, 0.0)


def first_interval(elapsed: Tensor, length: float = 1.0) -> Tensor:
    """Elapsed times [B, T] for a layer on which an input acts over the interval that it ends.

    Nothing comes before the first row, and over no time its input would have no effect. It acts
    for one unit of time, the typical gap.
    """
    return torch.cat([torch.full_like(elapsed[:, :1], length), elapsed[:, 1:]], dim=1)


def gru_update(given: Tensor, carried: Tensor, state: Tensor) -> Tensor:
    """The gates of a GRU: reset, update, candidate, as `nn.GRUCell` has them.

    Args:
        given: What the inputs add to the three, biases included, [B, 3 H].
        carried: What the state adds, [B, 3 H].
        state: h before, [B, H].

    Returns:
        h after, [B, H]: (1 − z) tanh(given + r carried) + z h.
    """
    size = state.shape[1]
    gates = torch.sigmoid(given[:, : 2 * size] + carried[:, : 2 * size])
    reset, update = gates.chunk(2, dim=1)
    candidate = torch.tanh(given[:, 2 * size :] + reset * carried[:, 2 * size :])
    return torch.lerp(candidate, state, update)


def uniform_as_torch(layer: nn.Module, size: int) -> None:
    """Draw all weights anew, uniform within ± 1/√size, as the recurrent layers of `nn` do."""
    for parameter in layer.parameters():
        nn.init.uniform_(parameter, -(size**-0.5), size**-0.5)
