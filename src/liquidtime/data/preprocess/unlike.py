"""Whether series that come later are of the same kind as the training part: units, columns, clock.

A network answers for anything. What nobody could have meant, such as minutes where it learnt from
hours, or degrees Fahrenheit where it learnt from Celsius, is told; nothing is changed.
"""

from collections.abc import Iterator

import numpy as np

from liquidtime.data.categories import listed
from liquidtime.data.features import elapsed_since_previous
from liquidtime.data.preprocess.preprocessor import Preprocessor
from liquidtime.data.series import IrregularSeries
from liquidtime.notes import note_once

_LEAST = 20
_FAR = 3.0
_FACTOR = 10.0
_MANY = 0.02


def note_unlike(series: IrregularSeries, known: Preprocessor) -> None:
    """Note, once each, in what series are unlike those that a preprocessor was fitted on."""
    for text in unlike(series, known):
        note_once(text, stacklevel=3)


def unlike(series: IrregularSeries, known: Preprocessor) -> Iterator[str]:
    """Sentences about gaps and values that are of another size, and variables without values.

    Args:
        series: What a network is to answer for.
        known: What it was trained with.
    """
    yield from _gaps(series, known)
    dropped, empty = known.dropped.get("values", ()), []
    for name, centre, width in zip(known.variables, known.mean, known.std, strict=True):
        if name in dropped or name not in series.features:
            continue
        at = series.features.index(name)
        values = series.values[series.mask[:, at], at]
        if not len(values):
            empty += [name] * (len(series.values) >= _LEAST)
        elif name not in known.categories and len(values) >= _LEAST:
            middle = float(values.double().median())
            cut = int(((values.double() - centre).abs() > known.clip * width).sum())
            if abs(middle - centre) > _FAR * width:
                yield (
                    f"{name}: the values are far from those of training (median {middle:.4g}; "
                    f"there {centre:.4g} ± {width:.2g}). Is it in another unit, or another column?"
                )
            elif cut > _MANY * len(values):
                yield (
                    f"{name}: {cut:,} of {len(values):,} values lie further than {known.clip:g} "
                    f"standard deviations from training's {centre:.4g} and are cut off there "
                    f"({values.min():g} to {values.max():g}). If such stand for “not measured”, "
                    "leave them out (--missing)."
                )
    if empty:
        yield f"No value of {listed(empty)} is here, though training had some."


def _gaps(series: IrregularSeries, known: Preprocessor) -> Iterator[str]:
    gaps = elapsed_since_previous(series.times, series.lengths).numpy()
    gaps = gaps[gaps > 0]
    if len(gaps) < _LEAST:
        return
    usual = float(np.median(gaps))
    before = known.time_scale if known.gap is None else known.gap
    factor = usual / before
    if 1 / _FACTOR < factor < _FACTOR:
        return
    words = "far apart" if factor > 1 else "close together"
    times = factor if factor > 1 else 1 / factor
    unit = known.time_unit or "in the unit of the times"
    yield (
        f"The rows are {times:.3g} times as {words} as in training (typically {usual:.4g}, there "
        f"{before:.4g} {unit}). Are the times in another unit?"
    )
