"""The connectome that is wanted: by the name of a source, or from a file."""

from __future__ import annotations

import difflib
import importlib
import pkgutil
import warnings
from pathlib import Path

from liquidtime.brain import sources as folder
from liquidtime.brain.sources.contract import Found, Source, Wanted
from liquidtime.brain.sources.files import SUFFIXES, from_file
from liquidtime.errors import InputError

_NOT_ENTRIES = ("catalogue", "contract", "files")


def sources() -> dict[str, Source]:
    """All sources by name."""
    names = (name for _, name, _ in pkgutil.iter_modules(folder.__path__))
    modules = (
        importlib.import_module(f"{folder.__name__}.{name}")
        for name in names
        if name not in _NOT_ENTRIES
    )
    return {module.SOURCE.name: module.SOURCE for module in modules}


def find_connectome(wanted: Wanted) -> Found:
    """Read or make the connectome.

    Raises:
        InputError: If there is neither such a name nor such a file, or a file cannot be read.
    """
    word, known = wanted.network, sources()
    if word in known:
        with warnings.catch_warnings(record=True) as said:
            warnings.simplefilter("always", UserWarning)
            found = known[word].find(wanted)
        found.notes.extend(str(each.message) for each in said)
        return found
    path = Path(word)
    if not path.exists():
        close = difflib.get_close_matches(word, known, n=1)
        hint = f" Did you mean {close[0]}?" if close else ""
        raise InputError(
            f"{word!r} is neither a file nor one of {', '.join(known)}.{hint} Expected an edge "
            f"table ({', '.join(SUFFIXES)}), a SONATA folder or configuration, or a NeuroML file."
        )
    return from_file(path, wanted)
