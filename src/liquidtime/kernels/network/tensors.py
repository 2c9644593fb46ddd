"""Arrays as tensors of one device and dtype."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from liquidtime.kernels.graph.reference import GraphTensors
from liquidtime.kernels.network.edges import Edges


@dataclass(frozen=True)
class Tensors:
    """What a network in PyTorch is made of."""

    device: torch.device
    dtype: torch.dtype

    @classmethod
    def of_names(cls, device: str, dtype: str) -> Tensors:
        """From names such as "cuda" and "float64"."""
        return cls(torch.device(device), getattr(torch, dtype))

    def of(self, values: NDArray) -> Tensor:
        """A copy."""
        # What is given may be read-only or spread out, and PyTorch would share its memory.
        return torch.as_tensor(np.array(values), device=self.device, dtype=self.dtype)

    def maybe(self, values: NDArray | None) -> Tensor | None:
        """The same where there may be none."""
        return None if values is None else self.of(values)

    def column(self, values: NDArray) -> Tensor:
        """[N] as [N, 1]."""
        return self.of(values)[:, None]

    def indices(self, values: NDArray) -> Tensor:
        """int64."""
        return torch.from_numpy(values.astype(np.int64)).to(self.device)

    def graph(self, edges: Edges, class_count: int) -> GraphTensors:
        """Who is connected to whom."""
        sources, targets = self.indices(edges.sources), self.indices(edges.targets())
        classes = self.indices(edges.classes)
        return GraphTensors(sources, targets, classes, edges.neurons, class_count)
