"""Random numbers that depend on (seed, epoch) alone, so that a resumed run draws the same ones.

Weights and dropout draw from torch's global generator, about which layers of PyTorch leave no
choice. Who draws has it alone meanwhile, and gives it back as it was.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import torch

_DRAWING = threading.RLock()


@contextmanager
def own_randomness() -> Iterator[None]:
    """The global generator of torch for one thread at a time, put back at the end.

    So fits that threads run at once each have the numbers that their seeds give, and leave no trace
    in the global random state. A thread that draws from it meanwhile, outside of a fit, still meets
    theirs.
    """
    running = torch.cuda.is_initialized()
    devices = range(torch.cuda.device_count()) if running else ()
    with _DRAWING:
        try:
            with torch.random.fork_rng(devices=devices):
                yield
        finally:
            if not running and torch.cuda.is_initialized():
                # As if it had been started now: with the seed of the CPU's generator.
                torch.cuda.manual_seed_all(torch.initial_seed())


def derived_seed(*parts: int) -> int:
    """One 63-bit seed from several non-negative integers; near parts give unrelated seeds."""
    words = np.random.SeedSequence(parts).generate_state(2, np.uint32)
    return (int(words[0]) << 31) ^ int(words[1])


def seed_weights(seed: int) -> None:
    """Seed torch before weights are drawn; the same in every process."""
    _seed(derived_seed(seed, 0))


def seed_epoch(seed: int, epoch: int, rank: int) -> None:
    """Seed torch at the start of an epoch, so that its dropout owes nothing to earlier epochs.

    Args:
        seed: The run's seed.
        epoch: Number of the epoch, from 0.
        rank: Number of the process, from 0: each drops out its own units.
    """
    _seed(derived_seed(seed, 1 + epoch, rank))


def _seed(seed: int) -> None:
    """What `torch.manual_seed` does, which in some versions formats a stack trace first."""
    torch.default_generator.manual_seed(seed)
    if torch.cuda.is_initialized():
        torch.cuda.manual_seed_all(seed)
