"""float32 against float64 where the argument of a sigmoid hardly moves."""

from collections.abc import Iterator, Sequence

import torch
from _forms import SYNAPSES, draw, in_dtype, truth_checks

from liquidtime.bench.contract import Case, Group
from liquidtime.bench.setting import Setting, Tell
from liquidtime.bench.table import BenchTable, plain_table
from liquidtime.dynamics import sources
from liquidtime.dynamics.sigmoid_mean import mean_sigmoid

_USUAL_STEEPNESS = 5


def _measure(setting: Setting, tell: Tell) -> Iterator[Group]:
    tell("Measuring errors: single precision")
    z = torch.linspace(-4, 4, 4001)
    cell = draw(0, SYNAPSES, 20, recurrent=False)
    rounded = in_dtype(cell.network, torch.float32)
    at = cell.inputs[:1].float()
    softplus = torch.nn.functional.softplus
    for move in (1e-6, 1e-4, 1e-2, 1.0):
        exact = mean_sigmoid(z.double(), (z + move).double())
        plain = (softplus(z + move) - softplus(z)) / move
        ends = []
        for dtype in (torch.float32, torch.float64):
            start, one = torch.linspace(-1, 1, 20).to(dtype)[None], torch.ones(1, 1, dtype=dtype)
            line = at.to(dtype), (at + move / _USUAL_STEEPNESS).to(dtype)
            ends.append(sources.frozen(start, one, *line, in_dtype(rounded, dtype)))
        yield {
            "move": move,
            "plain": float(((plain - exact).abs() / exact).max()),
            "series": float(((mean_sigmoid(z, z + move) - exact).abs() / exact).max()),
            "step": float((ends[0] - ends[1]).abs().max()),
        }


def _tables(groups: Sequence[Group]) -> list[BenchTable]:
    return plain_table(
        "Single precision",
        ["move of the argument", "plain difference", "with the series", "v after a step"],
        [[f"{g['move']:g}", *(f"{g[k]:.0e}" for k in ("plain", "series", "step"))] for g in groups],
    )


CASE = Case(name="single", checks=truth_checks, measure=_measure, tables=_tables)
