"""The sequential loop that every recurrence shares, in plain PyTorch."""

from collections.abc import Callable

import torch
from torch import Tensor

State = tuple[Tensor, ...]
Step = Callable[..., State]


def scan(
    step: Step, inputs: tuple[Tensor, ...], state: State, active: Tensor | None
) -> tuple[Tensor, State]:
    """Run a step function over time.

    Args:
        step: Maps (state, *inputs at one time) to the next state, a tuple of [B, …].
        inputs: What each step reads, [B, T, …] each.
        state: Initial state, a tuple of [B, …]; its first member is what is put out.
        active: [B, T] booleans; where False the step is skipped and the state carried. None means
            that all steps are active.

    Returns:
        The first member of the state after every step, [B, T, …], and the final state.
    """
    batch, steps = inputs[0].shape[:2]
    # To stack nothing is an error.
    if steps == 0:
        return state[0].new_empty(batch, 0, *state[0].shape[1:]), state
    outputs = []
    for t, now in enumerate(zip(*(sequence.unbind(1) for sequence in inputs), strict=True)):
        new = step(state, *now)
        if active is not None:
            keep = active[:, t, None]
            # Made for all series and dropped where it does not count: no branch depends on data.
            new = tuple(torch.where(keep, n, old) for n, old in zip(new, state, strict=True))
        state = new
        outputs.append(state[0])
    return torch.stack(outputs, dim=1), state
