"""Which waveforms can be written in words: each file of this folder says its own."""

from __future__ import annotations

import importlib
import pkgutil

from liquidtime.brain.experiment import waveforms
from liquidtime.brain.experiment.waveforms.contract import Words

_NOT_ENTRIES = ("catalogue", "contract")


def written() -> dict[str, Words]:
    """How waveforms are written, by name."""
    names = (name for _, name, _ in pkgutil.iter_modules(waveforms.__path__))
    modules = (
        importlib.import_module(f"{waveforms.__name__}.{name}")
        for name in names
        if name not in _NOT_ENTRIES
    )
    return {module.WORDS.name: module.WORDS for module in modules if module.WORDS is not None}
