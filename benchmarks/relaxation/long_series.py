"""One long series, forward and backward: the diagonal CfC beside CfC and nn.LSTM.

python benchmarks/relaxation/long_series.py
"""

import time
from collections.abc import Callable

import torch
from _store import store, table
from torch import Tensor, nn

from liquidtime.kernels.diagonal import newton
from liquidtime.nn import CfC, DiagonalCfC

STEPS, INPUTS, UNITS, ROUNDS = 10_000, 16, 64, 20


def contenders() -> dict[str, Callable[[Tensor, Tensor], Tensor]]:
    """Name to a call that returns outputs."""
    torch.manual_seed(0)
    lstm = nn.LSTM(INPUTS, UNITS, batch_first=True)
    layers = {
        "CfC, gated": CfC(INPUTS, UNITS, backbone_units=UNITS),
        "CfC, relaxation": CfC(INPUTS, UNITS, backbone_units=UNITS, variant="relaxation"),
        "DiagonalCfC, compiled steps": DiagonalCfC(INPUTS, UNITS),
        "DiagonalCfC, Newton's method": DiagonalCfC(INPUTS, UNITS, backend="parallel"),
        "DiagonalCfC, steps in PyTorch": DiagonalCfC(INPUTS, UNITS, backend="reference"),
    }
    calls: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
        name: lambda x, elapsed, layer=layer: layer(x, elapsed=elapsed)[0]
        for name, layer in layers.items()
    }
    return {"nn.LSTM": lambda x, _: lstm(x)[0], **calls}


def once(call: Callable[[Tensor, Tensor], Tensor], x: Tensor, elapsed: Tensor) -> list[float]:
    """Seconds forward, and forward and backward."""
    start = time.perf_counter()
    output = call(x, elapsed)
    half = time.perf_counter()
    output.square().mean().backward()
    return [half - start, time.perf_counter() - start]


def main() -> None:
    """Time all in turns on one thread, and keep the least."""
    torch.set_num_threads(1)
    torch.manual_seed(0)
    x, elapsed = torch.randn(1, STEPS, INPUTS), 0.2 + torch.rand(1, STEPS)
    found: dict[str, list[float]] = {}
    for turn in range(ROUNDS):
        for name, call in contenders().items():
            # Those that take seconds are not waited for so often.
            if turn > 1 and found[name][1] > 0.5:
                continue
            best = found.get(name, [float("inf")] * 2)
            now = once(call, x, elapsed)
            found[name] = [min(pair) for pair in zip(best, now, strict=True)]
    layer = DiagonalCfC(INPUTS, UNITS).cells[0]
    h = torch.zeros(1, UNITS)
    sweeps = newton.solve(layer.heads(x), h, elapsed, None, layer.own).sweeps
    rows = [[name, *(f"{1e3 * s:.1f}" for s in seconds)] for name, seconds in found.items()]
    head = ["ms, one thread", "forward", "forward and backward"]
    store("long series", {"seconds": found, "sweeps": sweeps}, "diagonal.md", table(head, rows))


if __name__ == "__main__":
    main()
