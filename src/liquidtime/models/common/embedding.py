"""Learned vectors of categories, looked up in front of any model.

A variable of thousands of categories comes as their numbers: 0 is none of them, or one that
training never met. Each number is a row of a table that is learnt with the network, which reads
these vectors behind its other inputs and knows nothing of tables.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from liquidtime.data.batch import Batch, Batchable
from liquidtime.data.lookup import Codes
from liquidtime.models.contract import EmbeddingConfig, Goal, Model, Shape, TaskLoss, Trace
from liquidtime.nn.layout import valid_steps


class Embedding(nn.Module):
    """The tables: from batches with numbers of categories to batches with vectors.

    Args:
        codes: Which columns hold numbers of categories.
        shape: Of what comes in.
        config: Widths and dropout.
    """

    def __init__(self, codes: Sequence[Codes], shape: Shape, config: EmbeddingConfig) -> None:
        super().__init__()
        self.codes = tuple(codes)
        self.given = shape.inputs
        self.dropout = nn.Dropout(config.dropout)
        self.hidden = config.token_dropout
        widths = [config.width_of(code.categories) for code in codes]
        self.tables = nn.ModuleList(
            nn.Embedding(code.categories + 1, width)
            for code, width in zip(codes, widths, strict=True)
        )
        looked_up = [code.inputs for code in codes if code.inputs is not None]
        self._numbers = [at for at in range(shape.inputs) if at not in looked_up]
        raw = {code.variable for code in codes}
        self._raw_numbers = [at for at in range(shape.variables) if at not in raw]
        self.inputs = len(self._numbers) + sum(
            width for code, width in zip(codes, widths, strict=True) if code.inputs is not None
        )
        self.variables = len(self._raw_numbers) + sum(widths)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Vectors of length 1, about; none for what is not known."""
        for table in self._tables():
            nn.init.normal_(table.weight, std=table.embedding_dim**-0.5)
            with torch.no_grad():
                table.weight[0] = 0

    def forward(self, batch: Batch) -> Batch:
        """The batch with vectors behind its numbers, zeros behind the end of a series."""
        vectors = self.vectors(batch) if batch.vectors is None else batch.vectors
        inputs = torch.cat([batch.inputs[..., self._numbers], self.dropout(vectors)], dim=-1)
        if batch.values is None and batch.mask is None:
            return batch._replace(inputs=inputs, vectors=None)
        values, mask = self._raw(batch)
        return batch._replace(inputs=inputs, values=values, mask=mask, vectors=None)

    def vectors(self, batch: Batch) -> Tensor:
        """The vectors of the inputs alone, [B, T, E]; in training some are none's."""
        found = [batch.inputs.new_zeros(*batch.inputs.shape[:2], 0)]
        for code, table in zip(self.codes, self._tables(), strict=True):
            if code.inputs is not None:
                numbers = batch.inputs[..., code.inputs].long()
                if self.training and self.hidden:
                    kept = torch.rand(numbers.shape, device=numbers.device) >= self.hidden
                    numbers = numbers * kept
                found.append(table(numbers))
        there = valid_steps(batch.lengths, batch.inputs.shape[1])
        return torch.cat(found, dim=-1) * there.unsqueeze(-1)

    def folded(self, vectors: Tensor) -> dict[int, Tensor]:
        """Sums over the vectors [.., E] of each input that is looked up: its place to [..]."""
        widths = [
            table.embedding_dim
            for code, table in zip(self.codes, self._tables(), strict=True)
            if code.inputs is not None
        ]
        places = [code.inputs for code in self.codes if code.inputs is not None]
        parts = vectors.split(widths, dim=-1) if widths else ()
        return {at: part.sum(-1) for at, part in zip(places, parts, strict=True)}

    def _raw(self, batch: Batch) -> tuple[Tensor | None, Tensor | None]:
        values, mask = batch.values, batch.mask
        parts, seen = [], []
        if values is not None:
            parts.append(values[..., self._raw_numbers])
        if mask is not None:
            seen.append(mask[..., self._raw_numbers])
        for code, table in zip(self.codes, self._tables(), strict=True):
            there = None if mask is None else mask[..., code.variable, None]
            if values is not None:
                vectors = table(values[..., code.variable].long())
                parts.append(vectors if there is None else vectors * there)
            if there is not None:
                seen.append(there.expand(*there.shape[:-1], table.embedding_dim))
        return torch.cat(parts, dim=-1) if parts else None, torch.cat(seen, -1) if seen else None

    def _tables(self) -> list[nn.Embedding]:
        return [table for table in self.tables if isinstance(table, nn.Embedding)]


class Embedded(nn.Module):
    """A network behind its tables; called as the network is.

    Args:
        embedding: The tables.
        network: Of any model.
    """

    def __init__(self, embedding: Embedding, network: nn.Module) -> None:
        super().__init__()
        self.embedding = embedding
        self.network = network

    def forward(self, batch: Batch) -> Tensor:
        """What the network says of the batch."""
        return self.network(self.embedding(batch))

    @property
    def head(self) -> Any:
        """The network's linear read-out, if it has one."""
        return getattr(self.network, "head", None)


class _Batches:
    """The same series with vectors, for what finds its weights at once."""

    def __init__(self, embedding: Embedding, given: Batchable) -> None:
        self._embedding, self._given = embedding, given
        self.lengths = given.lengths

    def batch(
        self, index: np.ndarray | Sequence[int] | Tensor, global_size: int | None = None
    ) -> Batch:
        with torch.no_grad():
            return self._embedding(self._given.batch(index, global_size))


def built(build: Callable[[Shape], Model], shape: Shape, config: EmbeddingConfig) -> Model:
    """A model with fresh weights, behind tables where some of its columns are looked up.

    Args:
        build: Of the model's options.
        shape: What comes in and goes out.
        config: Of the tables.
    """
    if not shape.codes:
        return build(shape)
    embedding = Embedding(shape.codes, shape, config)
    inner = build(replace(shape, inputs=embedding.inputs, variables=embedding.variables, codes=()))
    if inner.solve is not None:
        # Nothing of it is learnt: the vectors stay as drawn, as do the units behind them.
        embedding.requires_grad_(False)
    network = Embedded(embedding, inner.network)
    return replace(
        inner,
        network=network,
        shape=shape,
        loss=None if inner.loss is None else partial(_loss, embedding, inner.loss),
        solve=None if inner.solve is None else partial(_solve, embedding, inner.solve),
        trace=None if inner.trace is None else partial(_trace, network, inner.trace),
    )


def _loss(embedding: Embedding, loss: Any, batch: Batch, task: TaskLoss) -> tuple[Tensor, Tensor]:
    return loss(embedding(batch), task)


def _solve(
    embedding: Embedding,
    solve: Any,
    training: Batchable,
    goal: Goal,
    weights: Tensor | None = None,
) -> float:
    return solve(_Batches(embedding.eval(), training), goal, weights)


@torch.no_grad()
def _trace(network: Embedded, trace: Callable[[Batch], Trace], batch: Batch) -> Trace:
    training = network.training
    network.eval()
    try:
        return trace(network.embedding(batch))
    finally:
        network.train(training)
