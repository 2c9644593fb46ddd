"""Settings that every test shares."""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("MPLBACKEND", "Agg")

import pytest
import torch


@pytest.fixture(autouse=True)
def _seeded():
    """Start every test from the same random numbers, and on one thread."""
    torch.set_num_threads(1)
    torch.manual_seed(0)
