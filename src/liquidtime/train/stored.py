"""How a fitted preprocessor is stored in a run: as strict JSON."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from liquidtime.data.preprocess import Preprocessor


def preprocessor_to(preprocessor: Preprocessor) -> dict[str, Any]:
    """As strict JSON, which knows no infinity: no clipping is stored as None."""
    mapping = preprocessor.to_dict()
    return mapping | {"clip": None if np.isinf(mapping["clip"]) else mapping["clip"]}


def preprocessor_from(mapping: Mapping[str, Any]) -> Preprocessor:
    """The inverse of `preprocessor_to`."""
    clip = mapping["clip"]
    return Preprocessor.from_dict({**mapping, "clip": np.inf if clip is None else clip})
