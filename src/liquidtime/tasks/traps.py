"""Traps that several protocols have, each in a sentence. Imports no torch."""

OVERLAP = (
    "Windows overlap and are split at random, so that most rows of a test window are in training "
    "windows, too."
)
EVERYTHING = "Means and spreads for standardising come from all rows, those of the test included."
OVERLAP_OF_VALIDATION = (
    "Validation windows overlap with training windows, so that the epoch is chosen by rows that "
    "were trained on."
)
