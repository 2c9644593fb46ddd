"""One long series, forward and backward: the diagonal CfC beside CfC and nn.LSTM."""

import os
from collections.abc import Callable, Iterator, Sequence
from functools import partial

import torch
from _layers import Make, check, like, results
from torch import Tensor, nn

from liquidtime.bench.contract import Case, Group
from liquidtime.bench.gate import Check
from liquidtime.bench.run import cores
from liquidtime.bench.setting import Setting, Tell
from liquidtime.bench.table import NONE, BenchTable, plain_table
from liquidtime.bench.timing import fastest
from liquidtime.kernels.diagonal import newton
from liquidtime.nn import CfC, DiagonalCfC
from liquidtime.nn.diagonal_cell import DiagonalCfCCell

INPUTS, UNITS = 16, 64
LAYERS: dict[str, Make] = {
    "CfC, gated": partial(CfC, INPUTS, UNITS, backbone_units=UNITS),
    "CfC, relaxation": partial(CfC, INPUTS, UNITS, backbone_units=UNITS, variant="relaxation"),
    "DiagonalCfC": partial(DiagonalCfC, INPUTS, UNITS),
}
WAYS = {"compiled steps": "cpu", "Newton's method": "parallel", "steps in PyTorch": "reference"}


def _series(setting: Setting) -> tuple[Tensor, Tensor]:
    """(x, elapsed) with gaps that differ."""
    generator = torch.Generator().manual_seed(0)
    steps = 50 if setting.quick else 10_000
    x = torch.randn(1, steps, INPUTS, generator=generator)
    return x, 0.2 + torch.rand(1, steps, generator=generator)


def _newton(x: Tensor, elapsed: Tensor) -> newton.Solution:
    torch.manual_seed(0)
    cell = DiagonalCfC(INPUTS, UNITS).cells[0]
    assert isinstance(cell, DiagonalCfCCell)
    return newton.solve(cell.heads(x), torch.zeros(1, UNITS), elapsed, None, cell.own)


def _checks(setting: Setting, tell: Tell) -> Iterator[Check]:
    x, elapsed = _series(setting)
    case = f"a series of {x.shape[1]:,} steps"
    for name, make in LAYERS.items():
        tell(f"Checking {name}: reference")
        torch.manual_seed(0)
        layer = make(backend="cpu")
        truth = results(like(make, layer, "reference"), x, elapsed)
        for way in ("cpu", "parallel")[: 1 + (name == "DiagonalCfC")]:
            for threads in setting.threads:
                tell(f"Checking {name}: {way}")
                torch.set_num_threads(threads)
                found = results(like(make, layer, way), x, elapsed)
                yield check(case, f"{name}, {way}", threads, found, truth)
    # Where it does not come to rest the layer would take the steps, and agree.
    left = {"steps left to solve": float(not _newton(x, elapsed).converged)}
    yield Check(case, "Newton's method", 1, 0.0, left)


def _contenders() -> dict[str, Callable[[Tensor, Tensor], Tensor]]:
    """Name to what gives outputs of (x, elapsed)."""
    torch.manual_seed(0)
    lstm = nn.LSTM(INPUTS, UNITS, batch_first=True)
    layers = {name: make(backend="cpu") for name, make in LAYERS.items()}
    diagonal = layers.pop("DiagonalCfC")
    for way, backend in WAYS.items():
        layers[f"DiagonalCfC, {way}"] = like(LAYERS["DiagonalCfC"], diagonal, backend)
    calls: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
        name: lambda x, elapsed, layer=layer: layer(x, elapsed=elapsed)[0]
        for name, layer in layers.items()
    }
    return {"nn.LSTM": lambda x, _: lstm(x)[0], **calls}


def _measure(setting: Setting, tell: Tell) -> Iterator[Group]:
    x, elapsed = _series(setting)
    sweeps = _newton(x, elapsed).sweeps
    contenders = _contenders()

    def forward(call: Callable[[Tensor, Tensor], Tensor]) -> None:
        with torch.no_grad():
            call(x, elapsed)

    for threads in setting.threads:
        tell(f"Timing a series of {x.shape[1]:,} steps: threads {threads}")
        torch.set_num_threads(threads)
        timed: dict[tuple[str, str], Callable[[], object]] = {}
        for name, call in contenders.items():
            timed[name, "forward"] = partial(forward, call)
            timed[name, "both"] = lambda call=call: call(x, elapsed).square().mean().backward()
        seconds = fastest(timed, setting)
        for name in contenders:
            yield {
                "who": name,
                "steps": x.shape[1],
                "threads": threads,
                "forward": seconds[name, "forward"],
                "both": seconds[name, "both"],
                "sweeps": sweeps if "Newton" in name else None,
            }


def _tables(groups: Sequence[Group]) -> list[BenchTable]:
    return plain_table(
        "One long series",
        ["ms", "steps", "threads", "forward", "forward and backward", "sweeps"],
        [
            [
                g["who"],
                f"{g['steps']:,}",
                g["threads"],
                *(f"{1e3 * g[kind]:.1f}" for kind in ("forward", "both")),
                NONE if g["sweeps"] is None else g["sweeps"],
            ]
            for g in groups
        ],
    )


def _notes(setting: Setting) -> list[str]:
    """Whether others were at work."""
    load = os.getloadavg()[1] if hasattr(os, "getloadavg") else 0.0
    if load < max(setting.threads) + 0.5:
        return []
    return [f"The machine was shared: a load of {load:.1f} on {cores()} cores."]


CASE = Case(
    name="long_series",
    checks=_checks,
    measure=_measure,
    tables=_tables,
    notes=_notes,
    legend="Forward is without gradients; the least of all rounds. Sweeps are Newton's.",
)
