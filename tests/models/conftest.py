import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[1] / "train"))

from made_series import make_series


@pytest.fixture
def series():
    """The maker of synthetic series."""
    return make_series
