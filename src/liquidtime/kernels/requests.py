"""The chooser of `liquidtime.backends`, asked with tensors."""

from functools import cache

import torch
from torch import Tensor

from liquidtime.backends import Request


def request(
    recurrence: str, parameter: Tensor, variant: str, features: frozenset[str] = frozenset()
) -> Request:
    """What a layer with such parameters asks for."""
    device, dtype = parameter.device.type, dtype_name(parameter.dtype)
    return Request(recurrence, device, dtype, variant, features)


@cache
def dtype_name(dtype: torch.dtype) -> str:
    """As NumPy writes it; kept, for every call of a layer asks."""
    return str(dtype).removeprefix("torch.")
