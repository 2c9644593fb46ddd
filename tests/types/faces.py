"""What a type checker must say of the public faces; read by pyright, never run."""

from collections.abc import Callable
from typing import assert_type

import numpy as np
import torch
from matplotlib.figure import Figure
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.utils.rnn import PackedSequence

import liquidtime
from liquidtime import (
    brain,
    control,
    data,
    deploy,
    dynamics,
    estimators,
    export,
    kernels,
    nn,
    plot,
    train,
    wirings,
)
from liquidtime.compat import ncps

x = torch.zeros(2, 7, 3)
packed = torch.nn.utils.rnn.pack_sequence([torch.zeros(7, 3)])

# The call of a layer is its forward: the form that goes in comes out.
rnn = nn.CfC(3, 8, wiring=wirings.AutoNCP(19, 4).build(3))
output, state = rnn(x, elapsed=0.5)
assert_type(output, Tensor)
assert_type(state, nn.RecurrentState)
assert_type(rnn(packed, state.detach()), tuple[PackedSequence, nn.RecurrentState])
assert_type(nn.LTC(3, 8)(x), tuple[Tensor, nn.RecurrentState])
rnn(x, None, times=x[..., 0], lengths=torch.tensor([7, 3]), mask=x[..., 0] > 0)
rnn(x, gaps=0.5)  # pyright: ignore[reportCallIssue]

# So is that of a cell, of ncps's names and of a policy.
for cell in (nn.CfCCell(3, 8), nn.LTCCell(3, 8)):
    assert_type(cell(x[:, 0], None, 0.5), Tensor)
    cell(x[:, 0], timespans=0.5)  # pyright: ignore[reportCallIssue]
for theirs in (ncps.CfC(3, 8), ncps.LTC(3, 8)):
    assert_type(theirs(x, timespans=0.5)[0], Tensor)
    theirs(x, elapsed=0.5)  # pyright: ignore[reportCallIssue]
assert_type(liquidtime.CfC(3, 8), nn.CfC)
assert_type(nn.LTC(3, wiring=wirings.AutoNCP(8, 2)).cells[0].circuit, wirings.Circuit)

# A lazy package's names are those of its modules, by whatever way they are reached.
assert_type(liquidtime.nn.CfC(3, 8), nn.CfC)
assert_type(liquidtime.brain.Connectome.from_edges([0], [1]), brain.Connectome)
assert_type(liquidtime.data.split_by_series(9), data.Split)
assert_type(liquidtime.__version__, str)
simulate: Callable[..., brain.Recording] = brain.simulate
simulate_nothing = brain.simulate(0)  # pyright: ignore[reportArgumentType]
_ = brain.Nothing  # pyright: ignore[reportAttributeAccessIssue]
_ = data.nothing  # pyright: ignore[reportAttributeAccessIssue]
_ = plot.nothing  # pyright: ignore[reportAttributeAccessIssue]


def of_series(series: data.IrregularSeries, split: data.Split) -> None:
    assert_type(series.values, Tensor)
    assert_type(series.target, Tensor | None)
    assert_type(series[:2], data.IrregularSeries)
    run = train.fit(series, split, train.FitConfig(task="classify"), "run")
    assert_type(run, train.Run)
    assert_type(run.predict(series), train.Predictions)
    model = estimators.LiquidClassifier(hidden_size=8)
    assert_type(model.fit([], []), estimators.LiquidClassifier)
    assert_type(model.predict([]), np.ndarray)


def of_figures(circuit: wirings.Circuit) -> None:
    assert_type(plot.wiring(circuit), Figure)
    assert_type(plot.to_svg(plot.wiring(circuit)), str)


def of_streams(stream: deploy.Stream, row: NDArray[np.float32], new: NDArray[np.bool_]) -> None:
    assert_type(stream.step(row), NDArray[np.float32])
    assert_type(stream.step(row, 0.5, new, out=row), NDArray[np.float32])
    assert_type(stream.step([0.0, 1.0, 2.0], 0.1), NDArray[np.float32])
    stream.step(row, timespans=0.5)  # pyright: ignore[reportCallIssue]


def of_the_rest() -> None:
    assert_type(kernels.explain(rnn), kernels.Explanation)
    assert_type(dynamics.order("rk4"), int)
    assert_type(nn.compile_closed_form(nn.LTC(3, 8)).network, nn.LTC)
    _ = dynamics.compile_closed_form  # pyright: ignore[reportAttributeAccessIssue]


def of_closed_loops(world: control.World, stream: deploy.Stream) -> None:
    assert_type(stream.step([0.0, 1.0, 2.0], 0.25), NDArray[np.float32])
    assert_type(stream.step(np.zeros(3), np.ones(1), [True]), NDArray[np.float32])
    stream.step([0.0], elapsd=0.1)  # pyright: ignore[reportCallIssue]
    pilot = control.RecurrentPolicy(rnn)
    assert_type(control.rollout(world, pilot, [0, 1]), control.Episodes)
    control.rollout(world, control.StreamPolicy(stream), range(2))
    control.rollout(world, rnn, [0])  # pyright: ignore[reportArgumentType]
    assert_type(control.WORLDS.find("drift"), control.Entry)


def of_exports() -> None:
    network = export.Trained.from_module(rnn)
    assert_type(export.write(network, "mine.onnx"), export.Parity)
    assert_type(export.TARGETS.find("onnx"), export.Target)
