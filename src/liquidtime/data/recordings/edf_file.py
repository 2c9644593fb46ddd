"""EDF, EDF+ and BDF files: signals in physical units and the annotations beside them."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from liquidtime.data.recordings.edf_header import BDF, check_header
from liquidtime.data.recordings.recording import Events, Recording, chosen, distinct, on_one_clock
from liquidtime.errors import InputError
from liquidtime.optional import require


def read_edf(path: Path | str, *, channels: Sequence[str | int] | None = None) -> Recording:
    """Read an EDF, EDF+ or BDF file, by the package `edfio`.

    Args:
        path: The file.
        channels: Names or numbers of the channels; all by default. Channels of several rates come
            at the fastest one, NaN between the samples of slower ones.

    Returns:
        The recording, with the annotations of EDF+ as its events.

    Raises:
        InputError: If the file is missing or broken, has gaps (EDF+D), or there is no such channel.
        ImportError: If `edfio` is not installed.
    """
    path = Path(path)
    if not path.is_file():
        raise InputError(f"{path}: no such file; expected an EDF or BDF file. Check the path.")
    edfio = require("edfio", extra="signals")
    scales = check_header(path)
    with path.open("rb") as file:
        read = edfio.read_bdf if file.read(len(BDF)) == BDF else edfio.read_edf
    try:
        edf: Any = read(path)
        continuous = edf.is_continuous
        signals = edf.signals
        notes = edf.annotations
    except Exception as error:
        raise InputError(
            f"{path} cannot be read as an EDF file: {error}. Copy it again, or write it anew."
        ) from error
    if not continuous:
        raise InputError(
            f"{path} has gaps between its data records (EDF+D), which a recording at a steady rate "
            "cannot hold. Cut it into files without gaps first, and read each."
        )
    if not signals:
        raise InputError(f"{path} holds annotations and no signals; expected some.")
    names = distinct([str(signal.label) for signal in signals])
    own = chosen(str(path), names, channels)
    for n in own:
        scales[n].check(path)
    signal, rate = on_one_clock(
        str(path),
        [signals[n].data for n in own],
        [signals[n].sampling_frequency for n in own],
        [names[n] for n in own],
    )
    return Recording(
        signal=signal,
        rate=rate,
        channels=tuple(names[n] for n in own),
        units=tuple(str(signals[n].physical_dimension) for n in own),
        name=path.stem,
        events=_events(notes),
        start=_start(edf),
    )


def _events(notes: Any) -> Events:
    labels = np.empty(len(notes), dtype=object)
    labels[:] = [str(note.text) for note in notes]
    return Events(
        np.array([note.onset for note in notes], dtype=np.float64),
        labels,
        np.array([np.nan if note.duration is None else note.duration for note in notes]),
    )


def _start(edf: Any) -> Any:
    try:
        return edf.startdatetime
    except ValueError:
        # The date is left out of anonymised files.
        return None
