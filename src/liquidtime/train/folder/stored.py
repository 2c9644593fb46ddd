"""How a fitted preprocessor is stored in a run: as strict JSON."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from liquidtime.data.preprocess import Preprocessor


def preprocessor_to(preprocessor: Preprocessor) -> dict[str, Any]:
    """As strict JSON, which knows no infinity: no clipping is stored as None."""
    mapping = preprocessor.to_dict()
    return mapping | {"clip": None if np.isinf(mapping["clip"]) else mapping["clip"]}


def preprocessor_from(
    mapping: Mapping[str, Any], schema: Mapping[str, Any] | None = None
) -> Preprocessor:
    """The inverse of `preprocessor_to`.

    Args:
        mapping: What it returned.
        schema: How the run's table was read, which knows the unit where 0.1.0 stored the mapping.
    """
    clip, unit = mapping["clip"], (schema or {}).get("time_unit")
    return Preprocessor.from_dict(
        {"time_unit": unit, **mapping, "clip": np.inf if clip is None else clip}
    )
