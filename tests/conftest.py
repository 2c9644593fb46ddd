"""Settings that every test shares."""

import gc
import os
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("MPLBACKEND", "Agg")

import hypothesis
import pytest
import torch

# The same cases in every run; HYPOTHESIS_PROFILE=default looks for new ones.
hypothesis.settings.register_profile("repeatable", derandomize=True, deadline=None)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "repeatable"))


# With two workers the last file is waited for: those that take long begin.
LONG = (
    "fuzz/test_fuzz.py",
    "docs/test_pages.py",
    "examples/test_examples.py",
    "cli/test_simulate.py",
    "types/test_types.py",
    "train/test_data_parallel.py",
    "export/test_every_target.py",
)


def pytest_collection_modifyitems(items):
    place = {Path(__file__).parent / name: at for at, name in enumerate(LONG)}
    items.sort(key=lambda item: place.get(item.path, len(LONG)))


def pytest_collection_finish(session):
    """Look for rubbish in what tests make, seldom, and not in all that is imported for them.

    A tenth of the time of the tests went into that.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 10, 20)


@pytest.fixture(autouse=True)
def _reproducible():
    """Start every test from the same random numbers, on one thread.

    Deterministic algorithms also fill uninitialised memory with NaN, so that a result that was
    never computed cannot pass for one.
    """
    torch.set_num_threads(1)
    torch.manual_seed(0)
    torch.use_deterministic_algorithms(True)
    yield
    torch.use_deterministic_algorithms(False)


@pytest.fixture
def undrawn(monkeypatch):
    """Fits that leave an empty page, for tests of all else; figures are half of a small fit.

    Returns:
        What draws the page of a run after all.
    """
    from liquidtime.runs.write import write_text
    from liquidtime.train import fitting
    from liquidtime.train.folder.files import REPORT

    draw = fitting.report.write
    monkeypatch.setattr(fitting.report, "write", lambda folder: write_text(folder / REPORT, ""))
    return draw
