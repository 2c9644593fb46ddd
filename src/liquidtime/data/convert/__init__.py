"""Irregular series from and to data frames, lists, NaN-padded arrays, packed sequences, PyPOTS."""

from liquidtime.data.convert.collections import from_aeon, from_sktime, to_aeon, to_sktime
from liquidtime.data.convert.frames import from_long_frame, to_long_frame
from liquidtime.data.convert.lists import SeriesLists, from_lists, to_lists
from liquidtime.data.convert.packed import PackedSeries, from_packed, to_packed
from liquidtime.data.convert.padded import NanPadded, from_nan_padded, to_nan_padded
from liquidtime.data.convert.pypots import from_pypots, to_pypots
from liquidtime.data.convert.tables import from_frame, to_frame
from liquidtime.data.convert.ts_file import read_ts

__all__ = [
    "NanPadded",
    "PackedSeries",
    "SeriesLists",
    "from_aeon",
    "from_frame",
    "from_lists",
    "from_long_frame",
    "from_nan_padded",
    "from_packed",
    "from_pypots",
    "from_sktime",
    "read_ts",
    "to_aeon",
    "to_frame",
    "to_lists",
    "to_long_frame",
    "to_nan_padded",
    "to_packed",
    "to_pypots",
    "to_sktime",
]
