"""A factor and an offset a feature, before the synapses of an LTC or behind its motor neurons."""

from typing import Literal

import torch
from torch import Tensor, nn

MappingName = Literal["affine", "linear"]


class FeatureMap(nn.Module):
    """Feature by feature a x + b, a x, or x itself.

    Args:
        size: Number of features.
        kind: `"affine"`, `"linear"` or None.
        name: The layer's argument that chose it, for the error message.
    """

    def __init__(self, size: int, kind: MappingName | None, name: str) -> None:
        super().__init__()
        if kind not in ("affine", "linear", None):
            raise ValueError(f"{name} is {kind!r}; expected 'affine', 'linear' or None.")
        self.weight = None if kind is None else nn.Parameter(torch.empty(size))
        self.bias = nn.Parameter(torch.empty(size)) if kind == "affine" else None
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Start as the identity."""
        if self.weight is not None:
            nn.init.ones_(self.weight)
        if self.bias is not None:
            nn.init.zeros_(self.bias)

    def weights(self, dtype: torch.dtype) -> tuple[Tensor | None, Tensor | None]:
        """Factor and offset, where there are."""
        return (
            None if self.weight is None else self.weight.to(dtype),
            None if self.bias is None else self.bias.to(dtype),
        )

    def forward(self, x: Tensor) -> Tensor:
        """Map [.., size]."""
        factor, offset = self.weights(x.dtype)
        x = x if factor is None else x * factor
        return x if offset is None else x + offset
