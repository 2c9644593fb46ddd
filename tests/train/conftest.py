import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from made_series import make_series

from liquidtime.data.splits import Split, split_by_series


@pytest.fixture
def series():
    """The maker of synthetic series."""
    return make_series


@pytest.fixture
def split() -> Split:
    """Sixty series in three parts."""
    return split_by_series(60, fractions=(0.6, 0.2, 0.2), seed=1)
