"""WFDB records, as PhysioNet has them: a header, signals and annotations."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from liquidtime.data.recordings.recording import Events, Recording, chosen, distinct, on_one_clock
from liquidtime.data.recordings.wfdb_header import check_header
from liquidtime.errors import InputError
from liquidtime.optional import require


def read_wfdb(
    path: Path | str,
    annotations: str | None = "atr",
    *,
    channels: Sequence[str | int] | None = None,
) -> Recording:
    """Read a WFDB record from its files, by the package `wfdb`.

    Args:
        path: The record, with or without ".hea" behind it.
        annotations: Extension of the annotation file; its symbols become the labels of the events
            (of a rhythm change and a note, the text beside them: "+ (AFIB"). None reads none.
        channels: Names or numbers of the channels; all by default. Channels of several rates come
            at the fastest one, NaN between the samples of slower ones.

    Returns:
        The recording, in physical units; NaN where a sample is marked as invalid.

    Raises:
        InputError: If a file is missing or broken, or there is no such channel.
        ImportError: If `wfdb` is not installed.
    """
    path = Path(path)
    base = path.with_suffix("") if path.suffix in (".hea", ".dat", f".{annotations}") else path
    if not base.with_name(f"{base.name}.hea").is_file():
        raise InputError(
            f"{base}.hea: no such file; expected the header of a WFDB record. Check the path."
        )
    wfdb = require("wfdb", extra="signals")
    check_header(base)
    try:
        record: Any = wfdb.rdrecord(str(base), smooth_frames=False)
    except Exception as error:
        raise InputError(
            f"{base} cannot be read as a WFDB record: {error}. Copy its files again."
        ) from error
    if record.e_p_signal is None:
        raise InputError(f"{base} has no signals; expected a record with some.")
    names = distinct([str(name) for name in record.sig_name])
    rates = [float(record.fs) * count for count in record.samps_per_frame]
    own = chosen(str(base), names, channels)
    signal, rate = on_one_clock(
        str(base),
        [record.e_p_signal[n] for n in own],
        [rates[n] for n in own],
        [names[n] for n in own],
    )
    return Recording(
        signal=signal,
        rate=rate,
        channels=tuple(names[n] for n in own),
        units=tuple(str(record.units[n]) for n in own),
        name=base.name,
        events=Events.none() if annotations is None else _events(wfdb, base, annotations, record),
        start=getattr(record, "base_datetime", None),
    )


def _events(wfdb: Any, base: Path, extension: str, record: Any) -> Events:
    file = base.with_name(f"{base.name}.{extension}")
    if not file.is_file():
        beside = sorted(
            entry.suffix[1:]
            for entry in base.parent.glob(f"{base.name}.*")
            if entry.suffix not in (".hea", ".dat")
        )
        raise InputError(
            f"{file}: no such file; expected the annotations of the record. "
            + (f"There are {', '.join(beside)}: annotations={beside[0]!r}; " if beside else "")
            + "annotations=None reads the signals alone."
        )
    size = file.stat().st_size
    if size < 2 or size % 2:
        raise InputError(
            f"{file} holds {size:,} bytes; expected WFDB annotations, of two bytes each: the file "
            "was cut off. Copy it again; annotations=None reads the signals alone."
        )
    try:
        found = wfdb.rdann(str(base), extension)
    except Exception as error:
        raise InputError(
            f"{file} cannot be read as WFDB annotations: {error}. Copy it again; annotations=None "
            "reads the signals alone."
        ) from error
    notes = [str(note).rstrip("\0").strip() for note in found.aux_note]
    labels = np.empty(len(found.sample), dtype=object)
    labels[:] = [
        f"{symbol} {note}" if note and symbol in ('"', "+") else symbol
        for symbol, note in zip(found.symbol, notes, strict=True)
    ]
    seconds = np.asarray(found.sample, dtype=np.float64) / float(found.fs or record.fs)
    return Events(seconds, labels, np.zeros(len(seconds)))
