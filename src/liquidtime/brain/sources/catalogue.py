"""The connectome that is wanted: by the name of a source, or from a file."""

from __future__ import annotations

import difflib
import warnings
from pathlib import Path

from liquidtime.brain.sources.contract import Found, Source, Wanted, refuse
from liquidtime.brain.sources.files import SUFFIXES, from_file
from liquidtime.catalogue import Catalogue
from liquidtime.errors import InputError

SOURCES: Catalogue[Source] = Catalogue(
    "liquidtime.brain.sources",
    "SOURCE",
    "source of connectomes",
    beside=("catalogue", "contract", "files"),
)


def find_connectome(wanted: Wanted) -> Found:
    """Read or make the connectome.

    Raises:
        InputError: If there is neither such a name nor such a file, or a file cannot be read.
    """
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always", UserWarning)
        found = _find(wanted)
    found.notes.extend(str(each.message) for each in said)
    return found


def _find(wanted: Wanted) -> Found:
    word, known = wanted.network, SOURCES.entries()
    if word in known:
        refuse(wanted, "signed")
        return known[word].find(wanted)
    path = Path(word)
    if not path.exists():
        close = difflib.get_close_matches(word, known, n=1)
        hint = f" Did you mean {close[0]}?" if close else ""
        raise InputError(
            f"{word!r} is neither a file nor one of {', '.join(known)}.{hint} Expected an edge "
            f"table ({', '.join(SUFFIXES)}), a SONATA folder or configuration, or a NeuroML file."
        )
    return from_file(path, wanted)
