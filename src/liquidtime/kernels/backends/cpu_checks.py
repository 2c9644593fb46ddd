"""What the operators of the compiled kernels refuse, whoever calls them."""

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from liquidtime.errors import InputError

_FLOAT = torch.float32


class Uses(NamedTuple):
    """What a recurrence has use for, with such settings."""

    options: int
    """Names in the settings."""
    weights: int
    """Tensors among the weights."""
    wiring: tuple[torch.dtype, ...] = ()
    """Of the tensors of the wiring."""
    dropout: int = 0
    """Factors, if there are any."""
    memory: bool = False
    one_elapsed: bool = False
    bfloat16: bool = False


def check_tensor(name: str, tensor: Tensor | None, dtype: torch.dtype, dims: int | None) -> None:
    """Refuse a tensor of another kind than the compiled side reads.

    Args:
        name: In the message.
        tensor: None where there is none, which is fine here.
        dtype: What is expected; nothing is converted.
        dims: Number of dimensions; None for any, which the compiled side checks itself.

    Raises:
        InputError: If dtype, dimensions or device do not fit.
    """
    if tensor is None:
        return
    if tensor.dtype != dtype:
        raise InputError(f"{name} has dtype {tensor.dtype}; expected {dtype}. Convert it first.")
    if dims is not None and tensor.dim() != dims:
        raise InputError(
            f"{name} has {tensor.dim()} dimensions, shape {list(tensor.shape)}; expected {dims}."
        )
    if tensor.device.type not in ("cpu", "meta"):
        raise InputError(f"{name} is on {tensor.device}; expected the CPU.")


def check_list(name: str, tensors: Sequence[Tensor], count: int, dtype: torch.dtype) -> None:
    """The same of a list that must be of that length.

    Raises:
        InputError: If its length or a tensor does not fit.
    """
    if len(tensors) != count:
        raise InputError(f"{name} has {len(tensors)} tensors; expected {count}.")
    for place, tensor in enumerate(tensors):
        check_tensor(f"{name}[{place}]", tensor, dtype, None)


def check_uses(
    uses: Uses,
    *,
    options: Sequence[str],
    wiring: Sequence[Tensor],
    dropout: Sequence[Tensor],
    memory: bool,
    one_elapsed: bool,
    bfloat16: bool,
) -> None:
    """Refuse what the recurrence would leave unread.

    Raises:
        InputError: If there is something, or something is missing.
    """
    if len(options) != uses.options:
        raise InputError(f"options has {len(options)} names; expected {uses.options}.")
    for name, given, used in (
        ("memory", memory, uses.memory),
        ("one_elapsed", one_elapsed, uses.one_elapsed),
        ("bfloat16", bfloat16, uses.bfloat16),
    ):
        if given and not used:
            raise InputError(f"{name} was given to a recurrence that has no use for it.")
    if len(wiring) != len(uses.wiring):
        raise InputError(f"wiring has {len(wiring)} tensors; expected {len(uses.wiring)}.")
    for place, (tensor, dtype) in enumerate(zip(wiring, uses.wiring, strict=True)):
        check_tensor(f"wiring[{place}]", tensor, dtype, None)
    check_list("dropout", dropout, uses.dropout if dropout else 0, _FLOAT)
