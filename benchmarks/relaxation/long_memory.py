"""Which layers learn to keep a bit from the first step to the last."""

from collections.abc import Iterator, Sequence
from functools import partial

import torch
from _layers import Make, check, like, results
from torch import Tensor, nn

from liquidtime.bench.contract import Case, Group
from liquidtime.bench.gate import Check
from liquidtime.bench.setting import Setting, Tell
from liquidtime.bench.table import BenchTable, plain_table
from liquidtime.nn import CfC, DiagonalCfC
from liquidtime.nn.recurrent import AbstractRecurrent

LENGTHS, SEEDS, UPDATES = (50, 200, 500), 3, (200, 500)
INPUTS, UNITS, BATCH, RATE = 2, 16, 32, 5e-3
OURS: dict[str, Make] = {
    "gated": partial(CfC, INPUTS, UNITS, backbone_units=UNITS),
    "gated, mixed memory": partial(CfC, INPUTS, UNITS, backbone_units=UNITS, mixed_memory=True),
    "relaxation": partial(CfC, INPUTS, UNITS, backbone_units=UNITS, variant="relaxation"),
    "DiagonalCfC, two layers": partial(DiagonalCfC, INPUTS, UNITS, 2),
}
FLOWS = ("relaxation", "DiagonalCfC, two layers")
LAYERS = {"nn.LSTM": partial(nn.LSTM, INPUTS, UNITS, batch_first=True), **OURS}


def _series(steps: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """A bit at the first step, marked, then noise."""
    bit = (torch.rand(BATCH, generator=generator) < 0.5).float()
    x = torch.zeros(BATCH, steps, INPUTS)
    x[..., 0] = 0.3 * torch.randn(BATCH, steps, generator=generator)
    x[:, 0] = torch.stack([2 * bit - 1, torch.ones(BATCH)], 1)
    return x, bit


def _checks(setting: Setting, tell: Tell) -> Iterator[Check]:
    torch.set_num_threads(1)
    steps = 5 if setting.quick else max(LENGTHS)
    x, _ = _series(steps, torch.Generator().manual_seed(0))
    elapsed = torch.ones(BATCH, steps)
    for name, make in OURS.items():
        tell(f"Checking {name}")
        torch.manual_seed(0)
        layer = make(backend="cpu")
        truth = results(like(make, layer, "reference"), x, elapsed)
        yield check(f"{steps} steps", name, 1, results(layer, x, elapsed), truth)
        if name in FLOWS:
            _, state = layer(x, elapsed=elapsed)
            _, after = layer(x.flip(1), state, elapsed=0.0)
            moved = {"state after no time": (after.h - state.h).abs().max().item()}
            yield Check(f"{steps} steps", name, 1, 0.0, moved)


def _right(layer: nn.Module, steps: int, seed: int, updates: Sequence[int]) -> list[float]:
    """Share of right answers in the last tenth up to each number of updates.

    Each series is answered before it is learnt from, and is never seen again.
    """
    head = nn.Linear(UNITS, 1)
    optimizer = torch.optim.Adam([*layer.parameters(), *head.parameters()], lr=RATE)
    generator, right = torch.Generator().manual_seed(1000 + seed), []
    for _ in range(max(updates)):
        x, bit = _series(steps, generator)
        output, _ = layer(x, elapsed=1.0) if isinstance(layer, AbstractRecurrent) else layer(x)
        logit = head(output[:, -1]).squeeze(1)
        loss = nn.functional.binary_cross_entropy_with_logits(logit, bit)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(layer.parameters(), 1.0)
        optimizer.step()
        right.append(((logit > 0) == (bit > 0)).float().mean().item())
    parts = [right[done - done // 10 : done] for done in updates]
    return [sum(part) / len(part) for part in parts]


def _measure(setting: Setting, tell: Tell) -> Iterator[Group]:
    torch.set_num_threads(1)
    quick = (5, 10), 1, (10, 20)
    lengths, seeds, updates = quick if setting.quick else (LENGTHS, SEEDS, UPDATES)
    for name, make in LAYERS.items():
        for steps in lengths:
            tell(f"Learning a bit {steps} steps ago: {name}")
            found = []
            for seed in range(seeds):
                torch.manual_seed(seed)
                found.append(_right(make(), steps, seed, updates))
            for after, right in zip(updates, zip(*found, strict=True), strict=True):
                yield {"layer": name, "steps": steps, "updates": after, "right": [*right]}


def _tables(groups: Sequence[Group]) -> list[BenchTable]:
    lengths = list(dict.fromkeys(g["steps"] for g in groups))
    rows: dict[tuple[str, int], dict[int, str]] = {}
    for g in groups:
        by_seed = ", ".join(f"{right:.2f}" for right in g["right"])
        rows.setdefault((g["layer"], g["updates"]), {})[g["steps"]] = by_seed
    return plain_table(
        "A bit from the first step",
        ["right answers by seed", "updates", *(f"{steps} steps" for steps in lengths)],
        [[name, after, *(of[at] for at in lengths)] for (name, after), of in rows.items()],
    )


CASE = Case(
    name="long_memory",
    checks=_checks,
    measure=_measure,
    tables=_tables,
    legend=(
        "Share of right answers in the last tenth up to so many updates, on series before they are "
        "learnt from; 0.50 is chance."
    ),
)
