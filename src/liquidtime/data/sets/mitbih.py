"""MIT-BIH arrhythmia: the kind of each heart beat, by the form of the beat and its rhythm.

48 records of half an hour and two leads, 360 samples a second, with each beat marked by two
cardiologists: about 110,000 beats. Each beat is a row here, at the time when it comes.

Open Data Commons Attribution License 1.0. Cite: G. B. Moody, R. G. Mark, "The impact of the MIT-BIH
arrhythmia database", IEEE Engineering in Medicine and Biology 20, 2001; and PhysioNet.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from liquidtime.data.recordings import Recording, read_wfdb
from liquidtime.data.series import IrregularSeries
from liquidtime.data.sets.recorded import Recorded, series_of
from liquidtime.data.sources import Source, at_hand, fetch
from liquidtime.errors import InputError

URL = "https://physionet.org/files/mitdb/1.0.0/"
TRAIN = (
    *("101", "106", "108", "109", "112", "114", "115", "116", "118", "119", "122"),
    *("124", "201", "203", "205", "207", "208", "209", "215", "220", "223", "230"),
)
"""DS1 of de Chazal, O'Dwyer and Reilly (2004): records of 22 patients."""
TEST = (
    *("100", "103", "105", "111", "113", "117", "121", "123", "200", "202", "210"),
    *("212", "213", "214", "219", "221", "222", "228", "231", "232", "233", "234"),
)
"""DS2: records of 22 other patients."""
PACED = ("102", "104", "107", "217")
"""Records with paced beats, which the standard AAMI EC57 leaves out."""
RECORDS = tuple(sorted((*TRAIN, *TEST, *PACED)))
KINDS = {
    "N": ("N", "L", "R", "e", "j"),
    "S": ("A", "a", "J", "S"),
    "V": ("V", "E"),
    "F": ("F",),
    "Q": ("/", "f", "Q"),
}
"""The classes of AAMI EC57, and the marks of each."""
CLASSES = tuple(KINDS)
BEFORE, AFTER, STEP = 90, 162, 6
"""Samples before and behind a beat's mark that are seen of it, and how many make one number."""
FEATURES = (
    "interval",
    *(f"{(k * STEP - BEFORE) / 0.36:+.0f}ms" for k in range((BEFORE + AFTER) // STEP)),
)
_PARTS = ("hea", "dat", "atr")


def at_hand_records() -> tuple[str, ...]:
    """Records of which all files lie in the mirror or in the cache."""
    return tuple(
        name for name in RECORDS if all(at_hand(f"mitbih/{name}.{part}") for part in _PARTS)
    )


def load(records: Sequence[str] | None = None) -> IrregularSeries:
    """Beats of records; one series a record, one row a beat.

    Args:
        records: Which, by their numbers; None takes those at hand, and all 48 where there are none
            (100 MB). What is not at hand is fetched: `load(RECORDS)` completes them.

    Returns:
        Features: the seconds since the beat before (NaN at the first), and 42 means of 6 samples
        of the lead MLII (of the first lead where there is none), 250 ms before to 450 ms behind
        the mark, in mV less their median. Times in seconds. Target: one of N, S, V, F and Q.

    Raises:
        InputError: If there is no such record, or a file is not at hand.
        ImportError: If the package wfdb is not installed.
    """
    wanted = (at_hand_records() or RECORDS) if records is None else tuple(records)
    for name in wanted:
        if name not in RECORDS:
            raise InputError(f"{name!r} is no record; expected some of {', '.join(RECORDS)}.")
    return read([_fetched(name) for name in wanted])


def read(paths: Sequence[Path]) -> IrregularSeries:
    """Like `load`, from WFDB records of one's own, called by their names."""
    found = {path.stem: beats(read_wfdb(path)) for path in paths}
    return series_of(found, FEATURES, classes=CLASSES)


def beats(recording: Recording) -> Recorded:
    """The beats of a recording whose whole form is in it."""
    kinds = {mark: n for n, marks in enumerate(KINDS.values()) for mark in marks}
    own = np.isin(recording.events.labels.astype(str), list(kinds))
    seconds = recording.events.seconds[own]
    labels = recording.events.labels[own]
    place = np.rint(seconds * recording.rate).astype(np.int64)
    whole = (place >= BEFORE) & (place + AFTER <= len(recording.signal))
    if not whole.any():
        raise InputError(
            f"record {recording.name} has no beat with a whole form; expected marks such as N or V."
        )
    intervals = np.diff(seconds, prepend=np.nan)[whole]
    lead = recording.channels.index("MLII") if "MLII" in recording.channels else 0
    signal = recording.signal[:, lead].astype(np.float64)
    forms = signal[place[whole, None] + np.arange(-BEFORE, AFTER)]
    forms = forms - np.median(forms, axis=1, keepdims=True)
    means = forms.reshape(len(forms), -1, STEP).mean(axis=2)
    target = np.array([kinds[mark] for mark in labels[whole]], dtype=np.int64)
    return Recorded(np.column_stack([intervals, means]), target, seconds[whole])


def _fetched(name: str) -> Path:
    """Header of a record, with its other files beside it."""
    paths = [fetch(Source("mitbih", f"{name}.{part}", f"{URL}{name}.{part}")) for part in _PARTS]
    if len({path.parent for path in paths}) > 1:
        raise InputError(
            f"the files of record {name} lie in several folders "
            f"({', '.join(str(path) for path in paths)}); put them into one."
        )
    return paths[0]
