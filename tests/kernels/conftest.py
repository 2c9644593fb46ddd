"""What the tests of the compiled kernels share."""

import sys
from pathlib import Path

import pytest

from liquidtime.native import native

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[1] / "nn"))

extension = native()
ISAS = [] if extension is None else extension.isas()


@pytest.fixture(params=ISAS)
def isa(request):
    """Each instruction set in turn."""
    assert extension is not None
    before = extension.isa()
    extension.use_isa(request.param)
    yield request.param
    extension.use_isa(before)
