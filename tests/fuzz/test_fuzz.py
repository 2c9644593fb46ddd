"""A few hundred hostile inputs of every kind; `make test-fuzz` runs ten thousand."""

import subprocess
import sys
from pathlib import Path

import pytest

_CASES = 150
"""Of all subjects together; each has its share."""


@pytest.mark.skipif(sys.platform != "linux", reason="forks its cases within bounds of Linux")
@pytest.mark.timeout(600)
def test_every_case_ends_right_or_with_one_clear_line(tmp_path):
    command = [sys.executable, Path(__file__).parent, "--cases", _CASES]
    ended = subprocess.run(
        [*map(str, command), "--keep", str(tmp_path / "cases")], capture_output=True, text=True
    )
    assert ended.returncode == 0, ended.stderr[-4_000:] + ended.stdout
    subjects = [line.split("  ")[0] for line in ended.stdout.splitlines()[1:-1]]
    assert subjects == ["tables", "run folders", "connectomes", "experiments"]
