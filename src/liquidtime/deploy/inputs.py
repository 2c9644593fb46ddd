"""Which inputs of a network there are: some blocks, without those that training saw constant."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

Dropped = Mapping[str, tuple[str, ...]]
"""Names of the inputs left out of each block: "values", "mask", "since", "static"."""


def kept_inputs(
    features: Sequence[str], blocks: Mapping[str, Sequence[str]], dropped: Dropped
) -> dict[str, NDArray[np.int64]]:
    """Positions of the inputs that are kept, in each block, in the order of the inputs.

    Args:
        features: The blocks that are asked for; "static" follows.
        blocks: Names in each block, whole.
        dropped: Names that are left out of each.
    """
    return {
        kind: np.array(
            [at for at, name in enumerate(blocks[kind]) if name not in dropped.get(kind, ())],
            np.int64,
        )
        for kind in (*features, "static")
    }
