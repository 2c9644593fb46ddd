"""A hundred kills of fits and simulations at moments by chance; `make test-kill`.

KILLS says how many, KILL_SEED which.
"""

import os

import jobs
import pytest
from kills import Unbroken

KILLS, SEED = int(os.environ.get("KILLS", "100")), int(os.environ.get("KILL_SEED", "0"))


@pytest.mark.slow
@pytest.mark.parametrize("name", ["fit", "simulate"])
def test_whatever_is_killed_comes_to_the_same(name, tmp_path, capsys):
    unbroken = Unbroken(jobs.fit(tmp_path) if name == "fit" else jobs.simulation(), tmp_path)
    unbroken.repeat()
    try:
        for number, moment in enumerate(unbroken.moments(KILLS // 2, SEED)):
            unbroken.kill(f"run-{number}", **moment)
    finally:
        with capsys.disabled():
            print(f"\n{name}: {unbroken.seconds:.1f} s, {unbroken.changes} changes, seed {SEED}")
            for what, times in unbroken.figures.most_common():
                print(f"  {times:4} {what}")


@pytest.mark.slow
@pytest.mark.parametrize("name", ["fit", "simulate"])
def test_a_kill_at_every_change_in_the_folder(name, tmp_path, capsys):
    job = jobs.fit(tmp_path, draws=False) if name == "fit" else jobs.simulation(draws=False)
    unbroken = Unbroken(job, tmp_path)
    for change in range(1, unbroken.changes + 1, int(os.environ.get("KILL_STEP", "1"))):
        unbroken.kill(f"run-{change}", change=change)
    with capsys.disabled():
        print(f"\n{name}, at every one of {unbroken.changes} changes: all as unbroken")
