"""What estimators tell scikit-learn of themselves."""

from typing import Any


def series_tags(tags: Any) -> Any:
    """Say that series are wanted, with holes, and no tables."""
    tags.input_tags.two_d_array = False
    tags.input_tags.three_d_array = True
    tags.input_tags.allow_nan = True
    return tags
