"""The definition of the diagonal CfC recurrence, in plain PyTorch, step by step."""

from torch import Tensor

from liquidtime import dynamics
from liquidtime.backends import Backend, takes_all
from liquidtime.kernels.scan import State, scan


def diagonal_step(h: Tensor, heads: Tensor, elapsed: Tensor, own: Tensor) -> Tensor:
    """One step, or any number of them side by side: each unit relaxes by what it alone knows.

    h' = relaxation(h, f + u_f ⊙ h, r + u_r ⊙ h, elapsed): no unit sees another's state.

    Args:
        h: States before, [.., H].
        heads: What the input says of f and r, side by side, [.., 2H].
        elapsed: [..].
        own: The weights u_f, u_r of the own state, [2, H].
    """
    f, r = heads.to(h.dtype).chunk(2, dim=-1)
    of_target, of_rate = own.to(h.dtype)
    return dynamics.relaxation(h, f + of_target * h, r + of_rate * h, elapsed.unsqueeze(-1))


def diagonal(
    heads: Tensor, state: State, elapsed: Tensor, active: Tensor | None, own: Tensor
) -> tuple[Tensor, State]:
    """The diagonal recurrence over a sequence.

    Args:
        heads: [B, T, 2H], of the input, for all steps at once.
        state: (h,), [B, H].
        elapsed: [B, T], the time since the previous active step.
        active: [B, T] or None; a step that is not active carries the state.
        own: [2, H].

    Returns:
        The hidden states [B, T, H] and the final state.
    """

    def step(state: State, heads_t: Tensor, elapsed_t: Tensor) -> State:
        return (diagonal_step(state[0], heads_t, elapsed_t, own),)

    return scan(step, (heads, elapsed), state, active)


backend = Backend("reference", diagonal, takes_all, serves=None)
