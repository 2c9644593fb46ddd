"""A hundred kills of fits and simulations at moments by chance; `make test-kill`.

KILLS says how many, KILL_SEED which. Three in ten draw their figures, which takes longer than all
else; the others leave them out, so that more kills hit the rest.
"""

import os

import jobs
import pytest
from kills import Unbroken

KILLS, SEED = int(os.environ.get("KILLS", "100")), int(os.environ.get("KILL_SEED", "0"))
JOBS = [(name, draws) for name in ("fit", "simulate") for draws in (True, False)]


@pytest.fixture(params=JOBS, ids=lambda job: f"{job[0]}{', drawn' * job[1]}")
def job(request, tmp_path):
    name, draws = request.param
    return jobs.fit(tmp_path, draws=draws) if name == "fit" else jobs.simulation(draws=draws)


@pytest.mark.slow
@pytest.mark.timeout(7200)
def test_whatever_is_killed_comes_to_the_same(job, tmp_path, capsys):
    unbroken = Unbroken(job, tmp_path)
    unbroken.repeat()
    count = round(KILLS * (0.15 if job.draws else 0.35))
    try:
        for number, moment in enumerate(unbroken.moments(count, SEED)):
            unbroken.kill(f"run-{number}", **moment)
    finally:
        with capsys.disabled():
            drawn = "with figures" if job.draws else "without figures"
            print(f"\n{job.name} {drawn}: unbroken {unbroken.seconds:.1f} s, seed {SEED}")
            for what, times in unbroken.figures.most_common():
                print(f"  {times:4} {what}")


@pytest.mark.slow
@pytest.mark.timeout(7200)
@pytest.mark.parametrize(
    "job", [job for job in JOBS if not job[1]], indirect=True, ids=["fit", "simulate"]
)
def test_a_kill_at_every_change_in_the_folder(job, tmp_path, capsys):
    unbroken = Unbroken(job, tmp_path)
    for change in range(1, unbroken.changes + 1, int(os.environ.get("KILL_STEP", "1"))):
        unbroken.kill(f"run-{change}", change=change)
    with capsys.disabled():
        print(f"\n{job.name}, at every one of {unbroken.changes} changes: all as unbroken")
