"""Steps with the data, one at a time: ours without PyTorch, and what PyTorch and ncps take."""

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Any, Self

import numpy as np
import torch
from torch import Tensor, nn

from liquidtime.bench import work
from liquidtime.bench.contenders import ncps, seeded
from liquidtime.bench.gate import BFLOAT16_LIMIT, FLOAT32_LIMIT, Check, relative_error
from liquidtime.bench.latency import Burst, Steps, clock_cost, latencies
from liquidtime.bench.measure import rounded
from liquidtime.bench.peak import peak_reader
from liquidtime.bench.sizes import StreamSizes
from liquidtime.deploy import Stream
from liquidtime.native import native
from liquidtime.nn import CfC
from liquidtime.nn.state import RecurrentState

_ROWS = 256
_CHECKED_STEPS = 64
_PERCENTILES = {"median": 50.0, "p90": 90.0, "p99": 99.0, "p99.9": 99.9}


@dataclass(frozen=True)
class StreamContender:
    """Somebody who steps."""

    name: str
    steps: Steps
    flops: int
    """Of a call."""
    steps_per_call: int = 1
    streams: int = 1
    bfloat16: bool = False


@dataclass(frozen=True)
class _Data:
    x: np.ndarray
    """[rows, streams, inputs]"""
    elapsed: np.ndarray
    """[rows, streams]"""

    @classmethod
    def of(cls, sizes: StreamSizes) -> Self:
        draw = np.random.default_rng(0)
        shape = (_ROWS, sizes.streams)
        x = draw.standard_normal((*shape, sizes.inputs)).astype(np.float32)
        return cls(x, (0.5 + draw.random(shape)).astype(np.float32))


def measure_streams(
    sizes: StreamSizes,
    *,
    rounds: int,
    calls: int,
    burst_seconds: float,
    seed: int,
    tell: Callable[[str], None] | None = None,
) -> dict[str, Any]:
    """Time a stream case on one thread, which it leaves set.

    Returns:
        A group of the record: percentiles over all calls, and the medians of every round, a step.
    """
    torch.set_num_threads(1)
    ones = {one.name: one for one in stream_contenders(sizes)}

    def say(name: str) -> None:
        if tell is not None:
            tell(f"Timing a stream, {sizes.title}: {name}")

    with torch.no_grad(), peak_reader(1) as peak:
        bursts = latencies(
            {name: one.steps for name, one in ones.items()},
            rounds=rounds,
            calls=calls,
            burst_seconds=burst_seconds,
            seed=seed,
            peak=None if peak is None else lambda name: peak(ones[name].bfloat16),
            tell=say,
        )
    return {
        "case": asdict(sizes),
        "title": sizes.title,
        "threads": 1,
        "clock_seconds": rounded(1e-9 * clock_cost()),
        "entries": [_entry(ones[name], bursts[name]) for name in ones],
    }


def check_streams(sizes: StreamSizes) -> Iterator[Check]:
    """Compare the streams with the reference, step by step and in their last state."""
    layer, data = _layer(sizes), _Data.of(sizes)
    reference = _layer(sizes, "reference")
    for name, stream, elapsed, half in _streams(sizes, layer):
        x = data.x[:_CHECKED_STEPS, : stream.streams]
        gaps = data.elapsed[: len(x), : stream.streams]
        if elapsed is not None:
            gaps = np.full_like(gaps, elapsed)
        with torch.no_grad():
            truth, state = reference(
                torch.from_numpy(x).transpose(0, 1), elapsed=torch.from_numpy(gaps.T.copy())
            )
        found = [
            stream.step(row) if elapsed is not None else stream.step(row, gap)
            for row, gap in zip(x, gaps, strict=True)
        ]
        errors = {
            "output": relative_error(torch.from_numpy(np.stack(found, 1)), truth),
            "state": relative_error(torch.from_numpy(stream.state[0]), state.h[0]),
        }
        limit = BFLOAT16_LIMIT if half else FLOAT32_LIMIT
        yield Check(f"stream, {sizes.title}", name, 1, limit, errors)


def stream_contenders(sizes: StreamSizes) -> Iterator[StreamContender]:
    """All that can be had, ours first."""
    layer, data = _layer(sizes), _Data.of(sizes)
    rows, gaps = list(data.x[:, 0]), [float(gap) for gap in data.elapsed[:, 0]]
    full = work.cfc_flops(sizes.inputs, sizes.hidden, sizes.backbone)
    folded = work.cfc_flops(sizes.inputs, sizes.hidden, sizes.backbone, heads=work.FOLDED_HEADS)
    alone = list(zip(rows, gaps, strict=True))
    for name, stream, elapsed, half in _streams(sizes, layer):
        arguments: list[tuple[Any, ...]] = alone
        if stream.streams > 1:
            arguments = list(zip(data.x, data.elapsed, strict=True))
        elif elapsed is not None:
            arguments = [(row,) for row in rows]
        flops = stream.streams * (full if elapsed is None else folded)
        steps = Steps(stream.step, arguments)
        yield StreamContender(name, steps, flops, streams=stream.streams, bfloat16=half)
    sequence = data.x[: sizes.steps, 0], data.elapsed[: sizes.steps, 0]
    count = len(sequence[0])
    run = Steps(Stream.from_module(layer).run, [sequence])
    yield StreamContender("Stream.run", run, count * full, count)
    tensors = [(torch.from_numpy(row), gap) for row, gap in alone]
    yield StreamContender("CfC.step", Steps(_Layer(layer), tensors), full)
    yield from _peers(sizes, tensors, torch.from_numpy(sequence[0]).unsqueeze(0), full)


def _peers(
    sizes: StreamSizes, rows: list[tuple[Tensor, float]], sequence: Tensor, flops: int
) -> Iterator[StreamContender]:
    library = ncps()
    if library is not None:
        with seeded():
            module = library.CfC(
                sizes.inputs,
                sizes.hidden,
                backbone_units=sizes.backbone,
                backbone_layers=1,
                backbone_dropout=0.0,
            )
        cell = _Cell(module.rnn_cell, torch.zeros(1, sizes.hidden))
        yield StreamContender("ncps: cell", Steps(cell, rows), flops)
        steps = Steps(module, [(sequence,)])
        count = sequence.shape[1]
        yield StreamContender("ncps: a sequence", steps, count * flops, count)
    with seeded():
        lstm = nn.LSTM(sizes.inputs, sizes.hidden, batch_first=True)
    flops, count = work.lstm_flops(sizes.inputs, sizes.hidden), sequence.shape[1]
    yield StreamContender("nn.LSTM: a step", Steps(_LSTM(lstm), rows), flops)
    steps = Steps(lstm, [(sequence,)])
    yield StreamContender("nn.LSTM: a sequence", steps, count * flops, count)


def _layer(sizes: StreamSizes, backend: str = "auto") -> CfC:
    with seeded():
        return CfC(sizes.inputs, sizes.hidden, backbone_units=sizes.backbone, backend=backend)


def _streams(sizes: StreamSizes, layer: CfC) -> Iterator[tuple[str, Stream, float | None, bool]]:
    """(name, stream, the elapsed time if it is fixed, whether in bfloat16)."""
    step = "Stream.step"
    yield step, Stream.from_module(layer), None, False
    fixed = Stream.from_module(layer, fixed_elapsed=1.0)
    yield f"{step}, fixed elapsed", fixed, 1.0, False
    extension = native()
    if extension is not None and extension.has_bfloat16():
        yield f"{step}, bfloat16", Stream.from_module(layer, bfloat16=True), None, True
    many = Stream.from_module(layer, streams=sizes.streams)
    yield f"{step}, {sizes.streams} streams", many, None, False


class _Layer:
    """A layer of ours and its state."""

    def __init__(self, layer: CfC) -> None:
        self._layer = layer
        self._state: RecurrentState | None = None

    def __call__(self, x: Tensor, elapsed: float) -> Tensor:
        output, self._state = self._layer.step(x, self._state, elapsed)
        return output


class _Cell:
    """A cell of ncps and its state."""

    def __init__(self, cell: nn.Module, state: Tensor) -> None:
        self._cell = cell
        self._state = state

    def __call__(self, x: Tensor, elapsed: float) -> Tensor:
        output, self._state = self._cell(x.unsqueeze(0), self._state, elapsed)
        return output


class _LSTM:
    """An LSTM and its state."""

    def __init__(self, lstm: nn.LSTM) -> None:
        self._lstm = lstm
        self._state: tuple[Tensor, Tensor] | None = None

    def __call__(self, x: Tensor, elapsed: float) -> Tensor:
        output, self._state = self._lstm(x.view(1, 1, -1), self._state)
        return output


def _entry(one: StreamContender, bursts: list[Burst]) -> dict[str, Any]:
    """Seconds a step: of a sequence, its time over its steps; of many streams, of all together."""
    scale = 1e-9 / one.steps_per_call
    every = scale * np.concatenate([burst.nanoseconds for burst in bursts])
    return {
        "contender": one.name,
        "streams": one.streams,
        "bfloat16": one.bfloat16,
        "flops": one.flops / one.steps_per_call,
        "calls": len(every),
        "minimum": rounded(float(every.min())),
        **{name: rounded(float(np.percentile(every, p))) for name, p in _PERCENTILES.items()},
        "maximum": rounded(float(every.max())),
        "minima": [rounded(scale * float(burst.nanoseconds.min())) for burst in bursts],
        "medians": [rounded(scale * float(np.median(burst.nanoseconds))) for burst in bursts],
        "peaks": [rounded(burst.peak) for burst in bursts],
    }
