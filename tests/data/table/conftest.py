from collections.abc import Callable
from pathlib import Path

import pytest


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Write a file: lines of text, or raw bytes, under a name."""

    def write(*lines: str, name: str = "table.csv", raw: bytes | None = None) -> Path:
        path = tmp_path / name
        path.write_bytes(("\n".join(lines) + "\n").encode() if raw is None else raw)
        return path

    return write
