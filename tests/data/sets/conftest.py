import os
from pathlib import Path

import pytest


@pytest.fixture
def upstream():
    """Give the path of an upstream file in the mirror, or skip where the mirror has it not."""

    def find(source):
        mirror = os.environ.get("LIQUIDTIME_MIRROR")
        path = Path(mirror or ".") / source.set / source.file
        if not mirror or not path.is_file():
            pytest.skip(f"LIQUIDTIME_MIRROR has no {source.set}/{source.file}")
        return path

    return find
