"""Which waveforms can be written in words: each file of this folder says its own."""

from __future__ import annotations

from liquidtime.brain.experiment.waveforms.contract import Words
from liquidtime.catalogue import Catalogue

# A function or samples come from Python alone: there are no words for them.
_WORDLESS = ("function", "samples")

WRITTEN: Catalogue[Words] = Catalogue(
    "liquidtime.brain.experiment.waveforms",
    "WORDS",
    "waveform",
    beside=("catalogue", "contract", *_WORDLESS),
)
