"""A disk that is full: the message names the file and the way out, which leads to the same end."""

import re
import resource

import jobs
import pytest
from forks import forked
from kills import Unbroken


@pytest.fixture(scope="module")
def fit(tmp_path_factory):
    folder = tmp_path_factory.mktemp("fit")
    return Unbroken(jobs.fit(folder, draws=False), folder)


@pytest.fixture(scope="module")
def simulation(tmp_path_factory):
    return Unbroken(jobs.simulation(draws=False), tmp_path_factory.mktemp("simulation"))


def filled(unbroken, limit):
    """What a command says that may write no file beyond a limit; then it goes on without one."""
    folder, said = unbroken.folder / f"limit-{limit}", unbroken.folder / "said"

    def limited():
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
        return unbroken.job.run(folder)

    ended = forked(limited, said)
    assert ended.status in (1, 2), ended.said
    assert "Traceback" not in ended.said
    gone_on = forked(lambda: unbroken.job.run(folder, "--resume"), said)
    assert gone_on.status == 0, gone_on.said
    assert unbroken.job.result(folder) == unbroken.result
    return ended.words


@pytest.mark.parametrize(
    ("limit", "file"),
    [(2500, r"config\.json"), (6000, r"[\w./-]+"), (25_000, r"report\.html")],
)
def test_a_fit_names_the_file_and_goes_on(fit, limit, file):
    said = filled(fit, limit)
    assert re.search(f"{file}: File too large; make room, then go on with what was stopped", said)


def test_a_simulation_names_the_file_and_goes_on(simulation):
    assert "File too large; make room" in filled(simulation, 2000)
