import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from toy import toy_study, toy_task

from liquidtime.tasks import catalogue


@pytest.fixture
def added(monkeypatch):
    """A toy task and a toy study, registered for one test."""
    monkeypatch.setattr(catalogue, "_registered", [])
    entries = toy_task(), toy_study()
    for entry in entries:
        catalogue.register(entry)
    return entries
