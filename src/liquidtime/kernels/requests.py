"""The chooser of `liquidtime.backends`, asked with tensors."""

import torch
from torch import Tensor

from liquidtime.backends import Request


def request(
    recurrence: str, parameter: Tensor, variant: str, features: frozenset[str] = frozenset()
) -> Request:
    """What a layer with such parameters asks for."""
    device, dtype = parameter.device.type, dtype_name(parameter.dtype)
    return Request(recurrence, device, dtype, variant, features)


def having_all(
    request: Request, *, wiring: bool, memory: object | None, dropout: bool = False
) -> Request:
    """What a layer asks for, with the features of all that its call hands over."""
    used = (("wiring", wiring), ("mixed_memory", memory is not None), ("dropout", dropout))
    return request.having(*(feature for feature, there in used if there))


def dtype_name(dtype: torch.dtype) -> str:
    """As NumPy writes it."""
    return _NAMES.get(dtype) or str(dtype).removeprefix("torch.")


# Every call of a layer asks, and Dynamo warns of functools.cache.
_NAMES = {getattr(torch, name): name for name in ("float16", "bfloat16", "float32", "float64")}
