"""Irregular time series: the container, its conversions, features, batches, sources and sets."""

import importlib
from typing import Any

from liquidtime.lazy import lazy_name

_HOMES = {
    "Batch": "batching",
    "BucketBatches": "batching",
    "EncodedSeries": "encoded",
    "IrregularSeries": "series",
    "PaddedSeries": "series",
    "Preprocessor": "preprocess",
    "SeriesDataset": "loaders",
    "Source": "sources",
    "Split": "splits",
    "TableSchema": "table",
    "batch_loader": "loaders",
    "collate": "batching",
    "fetch": "sources",
    "from_lists": "convert",
    "from_long_frame": "convert",
    "from_nan_padded": "convert",
    "from_packed": "convert",
    "from_pypots": "convert",
    "read_series": "table",
    "series_loader": "loaders",
    "split_by_series": "splits",
    "to_lists": "convert",
    "to_long_frame": "convert",
    "to_nan_padded": "convert",
    "to_packed": "convert",
    "to_pypots": "convert",
}
_MODULES = (
    "batching",
    "convert",
    "encoded",
    "features",
    "loaders",
    "preprocess",
    "ragged",
    "series",
    "sets",
    "sources",
    "splits",
    "table",
)

__all__ = [*_HOMES, *_MODULES]  # pyright: ignore[reportUnsupportedDunderAll]


def __getattr__(name: str) -> Any:
    """Import a module when one of its names is first used; importing this costs no torch."""
    if name in _MODULES:
        return importlib.import_module(f"{__name__}.{name}")
    return lazy_name(__name__, _HOMES, name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
