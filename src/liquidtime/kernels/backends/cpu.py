"""When the compiled kernels serve a request, and what they share in taking its tensors."""

from collections.abc import Sequence

import torch
from torch import Tensor
from torch._C._functorch import is_functorch_wrapped_tensor
from torch.autograd import forward_ad

from liquidtime.backends import Request
from liquidtime.native import native

_EXTENSION = native()
BFLOAT16 = _EXTENSION is not None and _EXTENSION.has_bfloat16()
"""Whether products of bfloat16 run on this machine."""


def declines(request: Request, dtypes: Sequence[str]) -> str | None:
    """The reason, if any, that every compiled kernel has against a request."""
    if request.device != "cpu":
        return f"it runs on the CPU, not on {request.device}"
    if request.dtype not in dtypes:
        return f"it computes with {' or '.join(dtypes)}, not {request.dtype}"
    if _EXTENSION is None:
        return "the extension liquidtime._native is not installed"
    return None


def opaque(tensors: Sequence[Tensor]) -> bool:
    """Whether only the reference can run: the tensors have no memory, or are traced for others.

    So it is under `torch.func` transforms such as `vmap`, with forward-mode derivatives, and where
    the graph is for a runtime that knows none of these operators: ONNX and TorchScript.
    """
    # While it is traced there are no values to look at, and the operators have fake kernels.
    if torch.compiler.is_compiling():
        return torch.onnx.is_in_onnx_export()
    if torch.jit.is_tracing():  # pyright: ignore[reportPrivateImportUsage]
        return True
    if any(is_functorch_wrapped_tensor(tensor) for tensor in tensors):
        return True
    # Outside of a `dual_level` no tensor has a tangent.
    if forward_ad._current_level < 0:
        return False
    return any(forward_ad.unpack_dual(tensor).tangent is not None for tensor in tensors)


def needs_gradient(tensors: Sequence[Tensor]) -> bool:
    """Whether a backward pass may come."""
    return torch.is_grad_enabled() and any(tensor.requires_grad for tensor in tensors)


def same_for_all_steps(elapsed: Tensor) -> bool:
    """Whether elapsed [B, T] is one number spread out, as the layers make of a float."""
    # The number is read at [0, 0], which an empty tensor does not have.
    return elapsed.numel() > 0 and elapsed.stride() == (0, 0)


def single(tensors: Sequence[Tensor]) -> list[Tensor]:
    """The tensors in float32 and contiguous."""
    return [tensor.float().contiguous() for tensor in tensors]


def optional_single(tensor: Tensor | None) -> Tensor | None:
    """The same where there may be none."""
    return None if tensor is None else tensor.float().contiguous()
