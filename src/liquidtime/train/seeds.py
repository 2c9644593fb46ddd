"""Random numbers that depend on (seed, epoch) alone, so that a resumed run draws the same ones."""

import numpy as np
import torch


def derived_seed(*parts: int) -> int:
    """One 63-bit seed from several non-negative integers; near parts give unrelated seeds."""
    words = np.random.SeedSequence(parts).generate_state(2, np.uint32)
    return (int(words[0]) << 31) ^ int(words[1])


def seed_weights(seed: int) -> None:
    """Seed torch before the weights are drawn; the same in every process."""
    torch.manual_seed(derived_seed(seed, 0))


def seed_epoch(seed: int, epoch: int, rank: int) -> None:
    """Seed torch at the start of an epoch, so that its dropout owes nothing to earlier epochs.

    Args:
        seed: The run's seed.
        epoch: Number of the epoch, from 0.
        rank: Number of the process, from 0: each drops out its own units.
    """
    torch.manual_seed(derived_seed(seed, 1 + epoch, rank))
