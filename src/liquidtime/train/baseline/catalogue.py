"""Which baselines there are: the modules of this folder, and what others registered."""

from liquidtime.catalogue import Catalogue
from liquidtime.train.baseline.contract import Baseline

BASELINES: Catalogue[Baseline] = Catalogue(
    "liquidtime.train.baseline",
    "BASELINE",
    "baseline",
    beside=(
        "ahead",
        "catalogue",
        "contract",
        "kept",
        "learned",
        "levels",
        "outlook",
        "standing",
        "summaries",
        "together",
    ),
)
"""The baselines, by name."""
