"""Tensors as the NumPy arrays that the compiled kernels take; no data is copied."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor


def array(tensor: Tensor) -> np.ndarray:
    """A contiguous tensor's memory."""
    return tensor.detach().numpy()


def optional_array(tensor: Tensor | None) -> np.ndarray | None:
    """The same where there may be none."""
    return None if tensor is None else array(tensor)


def arrays(tensors: Sequence[Tensor]) -> list[np.ndarray]:
    """The same of several."""
    return [array(tensor) for tensor in tensors]


def empty_like_all(tensors: Sequence[Tensor]) -> list[Tensor]:
    """Contiguous tensors of the same shapes, not filled."""
    return [torch.empty_like(t, memory_format=torch.contiguous_format) for t in tensors]
