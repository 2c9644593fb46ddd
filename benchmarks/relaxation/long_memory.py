"""Which variants learn to keep a bit from the first step to the last.

python benchmarks/relaxation/long_memory.py
"""

from collections.abc import Callable

import torch
from _store import store, table
from torch import nn

from liquidtime.nn import CfC, DiagonalCfC

LENGTHS = (50, 200, 500)
SEEDS = (0, 1, 2)
UPDATES, BATCH, UNITS, RATE = 200, 32, 16, 5e-3
LAYERS: dict[str, Callable[[], nn.Module]] = {
    "gated": lambda: CfC(2, UNITS, backbone_units=UNITS),
    "gated, mixed memory": lambda: CfC(2, UNITS, backbone_units=UNITS, mixed_memory=True),
    "relaxation": lambda: CfC(2, UNITS, backbone_units=UNITS, variant="relaxation"),
    "DiagonalCfC, two layers": lambda: DiagonalCfC(2, UNITS, 2),
}


def series(steps: int, generator: torch.Generator) -> tuple[torch.Tensor, torch.Tensor]:
    """A bit at the first step, marked, then noise."""
    bit = (torch.rand(BATCH, generator=generator) < 0.5).float()
    x = torch.zeros(BATCH, steps, 2)
    x[..., 0] = 0.3 * torch.randn(BATCH, steps, generator=generator)
    x[:, 0] = torch.stack([2 * bit - 1, torch.ones(BATCH)], 1)
    return x, bit


def accuracy(make: Callable[[], nn.Module], steps: int, seed: int) -> float:
    """Of the last tenth of the updates, on series before they are learnt from."""
    torch.manual_seed(seed)
    layer, head = make(), nn.Linear(UNITS, 1)
    optimizer = torch.optim.Adam([*layer.parameters(), *head.parameters()], lr=RATE)
    generator, right = torch.Generator().manual_seed(1000 + seed), []
    for _ in range(UPDATES):
        x, bit = series(steps, generator)
        output, _ = layer(x, elapsed=1.0)
        logit = head(output[:, -1]).squeeze(1)
        loss = nn.functional.binary_cross_entropy_with_logits(logit, bit)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(layer.parameters(), 1.0)
        optimizer.step()
        right.append(((logit > 0) == (bit > 0)).float().mean().item())
    last = right[-UPDATES // 10 :]
    return sum(last) / len(last)


def main() -> None:
    """Train all, and keep what they reached."""
    found = {
        name: {steps: [accuracy(make, steps, seed) for seed in SEEDS] for steps in LENGTHS}
        for name, make in LAYERS.items()
    }
    rows = [
        [name, *(f"{sum(of) / len(of):.2f}" for of in by_length.values())]
        for name, by_length in found.items()
    ]
    head = [f"accuracy, mean of {len(SEEDS)} seeds", *(f"{steps} steps" for steps in LENGTHS)]
    store("long memory", {"accuracy": found}, "relaxation.md", table(head, rows))


if __name__ == "__main__":
    main()
