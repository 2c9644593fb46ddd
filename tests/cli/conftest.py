import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from cli_helpers import COLUMNS, SMALL, wide_table

from liquidtime.cli.__main__ import main


@pytest.fixture(scope="session")
def table(tmp_path_factory) -> Path:
    return wide_table(tmp_path_factory.mktemp("table") / "wide.csv")


@pytest.fixture(scope="session")
def fitted(table, tmp_path_factory) -> Path:
    """A finished run of `fit` on the table, one class a series."""
    out = tmp_path_factory.mktemp("runs") / "mine"
    assert main(["fit", str(table), *COLUMNS, "--target", "y", "--out", str(out), *SMALL]) == 0
    return out
