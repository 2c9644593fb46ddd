"""A few kills at moments that hurt; `make test-kill` has a hundred at any moment."""

import jobs
import pytest
from kills import Unbroken


@pytest.fixture(scope="module")
def fit(tmp_path_factory):
    folder = tmp_path_factory.mktemp("fit")
    return Unbroken(jobs.fit(folder, draws=False), folder)


@pytest.fixture(scope="module")
def simulation(tmp_path_factory):
    return Unbroken(jobs.simulation(draws=False), tmp_path_factory.mktemp("simulation"))


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (("config.json", 1), "killed, gone on from a claim"),
        (("last.pt", 8), "killed, gone on from a checkpoint"),
        (("report.html", 1), "killed, gone on from the report"),
    ],
)
def test_a_killed_fit_comes_to_the_same(fit, change, expected):
    assert fit.kill("killed", change=change) == expected


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (("events", 1), "killed, gone on from the start"),
        (("checkpoint.npz", 8), "killed, gone on from a checkpoint"),
    ],
)
def test_a_killed_simulation_comes_to_the_same(simulation, change, expected):
    assert simulation.kill("killed", change=change) == expected
