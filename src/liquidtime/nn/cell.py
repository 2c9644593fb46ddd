"""What cells have in common: the face that a recurrent layer sees, and the checks of one step."""

from typing import Protocol

import torch
from torch import Tensor

from liquidtime.kernels import Request
from liquidtime.kernels.memory import MemoryLayout
from liquidtime.nn.checks.arguments import check_gap, check_tensor
from liquidtime.nn.checks.stable import check_stable
from liquidtime.nn.checks.values import check_values
from liquidtime.nn.mixed_memory import LSTMMemory

State = tuple[Tensor, ...]
"""(h,) or, with mixed memory, (h, c); [B, units] each. A cell with `past_size` K > 0, which its
input's line begins in, has one more member, [B, K]."""


class Cell(Protocol):
    """A recurrence with parameters, as a layer sees it."""

    input_size: int
    hidden_size: int
    output_size: int
    backend: str

    def reset_parameters(self) -> None:
        """Draw all parameters anew."""
        ...

    def kernel_request(self) -> Request:
        """What the next call asks of the kernels."""
        ...

    def sequence(
        self,
        x: Tensor,
        state: State,
        elapsed: Tensor,
        active: Tensor | None,
        memory: LSTMMemory | None = None,
        layout: MemoryLayout = "state",
    ) -> tuple[Tensor, State]:
        """Hidden states [B, T, units] and the final state."""
        ...

    def readout(self, states: Tensor) -> Tensor:
        """Outputs [B, T, output_size] of hidden states [B, T, units]."""
        ...


def state_dtype(parameter: Tensor) -> torch.dtype:
    """The dtype of states, gaps and gates: that of the parameters, but float32 at least."""
    return torch.promote_types(parameter.dtype, torch.float32)


def check_dtype(name: str, tensor: Tensor, parameter: Tensor) -> None:
    """Refuse an input of another dtype than the parameters, outside autocast."""
    if tensor.dtype == parameter.dtype:
        return
    if tensor.is_floating_point() and torch.is_autocast_enabled(tensor.device.type):
        return
    raise ValueError(
        f"{name} has dtype {tensor.dtype}, the layer {parameter.dtype}; convert one of them, "
        f"such as with {name}.to({parameter.dtype})."
    )


def prepare_step(
    cell: torch.nn.Module, x: Tensor, h: Tensor | None, elapsed: Tensor | float
) -> tuple[Tensor, Tensor, Tensor]:
    """Check the arguments of one step of a cell and complete them.

    Returns:
        x as it came, h in the state's dtype and elapsed as [B] (or [1] for a single series).
    """
    check_tensor("x", x)
    if h is not None:
        check_tensor("the hidden state", h)
    check_gap(elapsed)
    parameter = next(cell.parameters())
    check_dtype("x", x, parameter)
    dtype = state_dtype(parameter)
    if x.dim() not in (1, 2) or x.shape[-1] != cell.input_size:
        raise ValueError(
            f"x has shape {list(x.shape)}; expected [B, D] or [D] with D={cell.input_size}."
        )
    shape = [*x.shape[:-1], cell.hidden_size]
    if h is None:
        h = x.new_zeros(shape, dtype=dtype)
    if list(h.shape) != shape:
        raise ValueError(f"the hidden state has shape {list(h.shape)}; expected {shape}.")
    batch = x.shape[0] if x.dim() == 2 else 1
    if not isinstance(elapsed, Tensor):
        elapsed = torch.full((batch,), float(elapsed), dtype=dtype, device=x.device)
    elif list(elapsed.shape) in ([batch], [batch, 1]):
        elapsed = elapsed.reshape(batch)
    elif elapsed.dim() == 0:
        elapsed = elapsed.expand(batch)
    else:
        raise ValueError(
            f"elapsed has shape {list(elapsed.shape)}; expected a float, [B]=[{batch}] or [B, 1]."
        )
    elapsed = elapsed.to(dtype)
    check_values(x.reshape(batch, 1, -1), elapsed.unsqueeze(1), None, from_times=False)
    return x, h.to(dtype), elapsed


def run_step(
    cell: Cell, x: Tensor, h: Tensor, elapsed: Tensor, past: tuple[Tensor, ...] = ()
) -> Tensor:
    """One step of a cell as a sequence of length one, on what `prepare_step` returned.

    Args:
        cell: The cell.
        x: [B, D] or [D].
        h: [B, H] or [H].
        elapsed: [B] or [1].
        past: What the cell's state has beyond h, batched.

    Returns:
        The next hidden state, [B, H] or [H].
    """
    single = x.dim() == 1
    if single:
        x, h = x.unsqueeze(0), h.unsqueeze(0)
    states, _ = cell.sequence(x.unsqueeze(1), (h, *past), elapsed.unsqueeze(1), None)
    check_stable(cell, states, (h,))
    return states[0, 0] if single else states[:, 0]
