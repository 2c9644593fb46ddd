"""The random draws that the specs share."""

import numpy as np
from numpy.typing import NDArray


def streams(seed: int) -> tuple[np.random.Generator, np.random.Generator]:
    """Open two independent streams of random numbers.

    Synapses between neurons come from the first and synapses from the inputs from the second, so
    that another number of inputs leaves the neurons wired as they were.

    Args:
        seed: Seed of a spec.

    Returns:
        The internal and the sensory stream.
    """
    return np.random.default_rng((seed, 0)), np.random.default_rng((seed, 1))


def polarities(
    rng: np.random.Generator, shape: tuple[int, int], *, excitatory: float
) -> NDArray[np.int8]:
    """Draw a sign for every synapse of a full matrix.

    Args:
        rng: Source of randomness.
        shape: Shape of the matrix, sources by targets.
        excitatory: Probability of +1.

    Returns:
        Matrix of +1 and -1.
    """
    return np.where(rng.random(shape) < excitatory, 1, -1).astype(np.int8)
