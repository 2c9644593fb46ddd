"""Reproduce the toy task in a process that a test may kill: python job.py FOLDER."""

import sys
from pathlib import Path

from liquidtime.tasks.reproduce import plan, reproduce

sys.path.insert(0, str(Path(__file__).parent))

from toy import toy_task

EPOCHS = 15


def planned(out):
    return plan(toy_task(), out, recipes=["gru"], protocol="clean", seeds=2, epochs=EPOCHS)


if __name__ == "__main__":
    list(reproduce(toy_task(), planned(Path(sys.argv[1])), progress=False))
