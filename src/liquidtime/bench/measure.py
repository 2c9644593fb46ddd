"""One case timed: every contender, forward and with gradients, for one number of threads."""

import math
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import torch
from torch import Tensor

from liquidtime.bench import work
from liquidtime.bench.contenders import MODES, Contender, contenders
from liquidtime.bench.peak import peak_reader
from liquidtime.bench.sizes import LayerSizes
from liquidtime.bench.timing import Turn, interleave

_DIGITS = 4


def measure(
    sizes: LayerSizes,
    threads: int,
    *,
    repeats: int,
    burst_seconds: float,
    seed: int,
    tell: Callable[[str], None] | None = None,
) -> dict[str, Any]:
    """Time a case.

    Args:
        sizes: What.
        threads: For PyTorch and for the kernels; set, and not set back.
        repeats: As in `timing.interleave`; so are the next two.
        burst_seconds: Likewise.
        seed: Likewise.
        tell: Is told what is timed.

    Returns:
        A group of the record: the case, and an entry a contender and mode with the minimum, the
        median and the peak of every repeat.
    """
    torch.set_num_threads(threads)
    ones = {one.name: one for one in contenders(sizes)[0]}
    keys = [(name, mode) for name in ones for mode in MODES]

    def say(key: tuple[str, str]) -> None:
        if tell is not None:
            tell(f"Timing {sizes.title}, {threads_text(threads)}: {key[0]}, {key[1]}")

    with peak_reader(threads) as peak:
        turns = interleave(
            {(name, mode): ones[name].call(mode) for name, mode in keys},
            repeats=repeats,
            burst_seconds=burst_seconds,
            seed=seed,
            peak=None if peak is None else lambda key: peak(ones[key[0]].bfloat16),
            tell=say,
        )
    return {
        "case": asdict(sizes),
        "title": sizes.title,
        "threads": threads,
        "entries": [_entry(sizes, ones[name], mode, turns[name, mode]) for name, mode in keys],
    }


def threads_text(threads: int) -> str:
    """A number of threads in words: "1 thread"."""
    return f"{threads} thread{'s' if threads > 1 else ''}"


def rounded(value: float | None) -> float | None:
    """A measurement in the four digits that it may have."""
    if value is None or not value:
        return value
    return round(value, _DIGITS - 1 - math.floor(math.log10(abs(value))))


def saved_bytes(one: Contender) -> int:
    """What a forward pass keeps for the backward one, besides parameters and input."""
    given = [one.x, *one.module.parameters()]
    own = {tensor.untyped_storage().data_ptr() for tensor in given}
    kept: dict[int, int] = {}

    def pack(tensor: Tensor) -> Tensor:
        storage = tensor.untyped_storage()
        if storage.data_ptr() not in own:
            kept[storage.data_ptr()] = storage.nbytes()
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        output = one.forward()
    # Until here the graph is alive, so that no two of them can have had one address.
    del output
    return sum(kept.values())


def _entry(sizes: LayerSizes, one: Contender, mode: str, turns: list[Turn]) -> dict[str, Any]:
    training = mode == "training"
    samples = sizes.batch * sizes.steps
    flops = one.flops
    if flops is not None:
        flops *= samples * (work.TRAINING if training else 1)
    return {
        "contender": one.name,
        "mode": mode,
        "bfloat16": one.bfloat16,
        "flops": flops,
        "sigmoids": one.sigmoids and one.sigmoids * samples,
        "saved_bytes_per_step": rounded(saved_bytes(one) / samples) if training else None,
        "calls_per_repeat": turns[0].calls,
        "minima": [rounded(turn.minimum) for turn in turns],
        "medians": [rounded(turn.median) for turn in turns],
        "peaks": [rounded(turn.peak) for turn in turns],
    }
