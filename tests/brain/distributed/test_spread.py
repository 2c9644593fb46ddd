import dataclasses
import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from liquidtime.brain import Connectome, Spread, simulate
from liquidtime.brain.distributed.partition import blocks, checked, cut, even, metis
from liquidtime.errors import InputError
from liquidtime.runs.claim import claimed

JOB = Path(__file__).parent / "sharded_job.py"
CASES = [
    "frozen noise",
    "frozen delays trials metis",
    "ab2 gaps trials noise",
    "ab2 even noise",
    "ab2 mixed slow noise",
    "ab2 synapses noise gaps",
    "ab2 built noise",
    "ab2 delta noise",
    "ab2 delta delays trials noise",
    "midpoint mixed noise trials gaps scattered",
    "midpoint delays gaps",
    "midpoint synapses trials delays",
    "midpoint delta mixed trials",
]
ROUNDED = "ab2 bfloat16 noise trials"
MILLIVOLTS_OF_ROUNDING = 0.1
"""Activations off by 2⁻⁹ move the potentials between -80 and 0 mV by less than 80 · 2⁻⁹ = 0.16 mV
where all of them are off in the most harmful way; here they are not."""


def run(folder, ranks, *arguments, restarts=0):
    """What the job finds on so many ranks."""
    out = folder / "found.json"
    launcher = ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node", str(ranks)]
    done = subprocess.run(
        [
            sys.executable,
            *launcher,
            "--max-restarts",
            str(restarts),
            str(JOB),
            str(out),
            *arguments,
        ],
        env=os.environ | {"OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        timeout=200,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(out.read_text())


def cases(names):
    return [part for name in names for part in ("--case", name)]


@pytest.fixture(scope="module")
def job():
    spec = importlib.util.spec_from_file_location("sharded_job", JOB)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def on_two_ranks(tmp_path_factory):
    folder = tmp_path_factory.mktemp("two")
    return run(folder, 2, *cases([*CASES, ROUNDED]), "--refused")


@pytest.fixture(scope="module")
def on_four_ranks(tmp_path_factory):
    return run(tmp_path_factory.mktemp("four"), 4, *cases([*CASES[2:], ROUNDED]))


@pytest.mark.parametrize("case", CASES)
def test_two_ranks_equal_one_process_to_the_bit(on_two_ranks, case):
    assert on_two_ranks[case] == []


@pytest.mark.parametrize("case", CASES[2:])
def test_four_ranks_equal_one_process_to_the_bit(on_four_ranks, case):
    assert on_four_ranks[case] == []


@pytest.mark.parametrize("case", CASES)
def test_one_rank_equals_one_process_to_the_bit(job, case):
    whole, given = job.settings(case)
    source = job.builder(whole) if "built" in case else whole
    sharded = simulate(source, *given, where=Spread())
    assert sharded is not None
    assert job.same(sharded, simulate(whole, *given)) == []


def test_rounded_exchange_stays_close(on_two_ranks, on_four_ranks):
    for found in (on_two_ranks, on_four_ranks):
        assert 0 < found[ROUNDED] < MILLIVOLTS_OF_ROUNDING


def test_sums_keep_the_blocks_of_the_whole_network(tmp_path):
    """14 000 sources do not fit into one block; the 9 700 that each of 3 ranks hears would."""
    assert run(tmp_path, 3, "--blocks") == {"blocks": []}


def test_what_does_not_fit_is_refused_on_all_ranks(on_two_ranks):
    assert "[N] = [90]" in on_two_ranks["short partition"]
    assert "leaves rank 1 without neurons" in on_two_ranks["idle rank"]
    assert "'blocks', 'metis'" in on_two_ranks["unknown partition"]
    assert "no rk4" in on_two_ranks["rk4"]
    assert "expected the same in each process" in on_two_ranks["different"]


def killed(folder, die):
    """The steps that were left after a rank killed itself (at a step, which, where)."""
    found = run(folder, 2, "--store", str(folder / "store"), "--die", die, restarts=1)
    assert found["stored"] == []
    return found["steps"]


def test_a_killed_rank_is_replaced_and_all_go_on_from_one_checkpoint(tmp_path):
    """Checkpoints are made every 13 steps of 60; rank 1 dies before it writes that of step 39."""
    assert killed(tmp_path, "39.1.save") == 60 - 26


@pytest.mark.slow
@pytest.mark.parametrize(
    ("die", "left"),
    [("30.1.run", 34), ("30.0.run", 34), ("39.0.save", 34), ("5.0.run", 60), ("60.1.save", 8)],
)
def test_wherever_a_rank_is_killed_the_end_is_the_same(tmp_path, die, left):
    assert killed(tmp_path, die) >= left


def test_stored_runs_of_other_ranks_are_refused(tmp_path, job):
    whole, given = job.settings("frozen")
    found = simulate(whole, *given, where=Spread(), store=tmp_path)
    assert job.same(found, simulate(whole, *given)) == []
    (tmp_path / "checkpoint.json").write_text('{"step": 60, "ranks": 2}')
    with pytest.raises(ValueError, match="simulation of 2 ranks; there are 1"):
        simulate(whole, *given, where=Spread(), store=tmp_path)
    simulate(whole, *given, store=tmp_path / "plain")
    with pytest.raises(ValueError, match="simulation of one process"):
        simulate(whole, *given, where=Spread(), store=tmp_path / "plain")


def test_a_folder_that_another_process_writes_is_refused(tmp_path, job):
    whole, given = job.settings("frozen")
    for held in (tmp_path, tmp_path / "rank0"):
        with claimed(held), pytest.raises(InputError, match=f"in use by process {os.getpid()}"):
            simulate(whole, *given, where=Spread(), store=tmp_path)
    simulate(whole, *given, where=Spread(), store=tmp_path)


def test_what_needs_the_whole_connectome_is_refused_with_a_builder(job):
    whole, given = job.settings("frozen")
    parameters, asked = given
    build = job.builder(whole)
    with pytest.raises(ValueError, match="METIS needs the whole connectome"):
        simulate(build, *given, where=Spread(partition="metis"))
    with pytest.raises(ValueError, match="no rank has the whole network"):
        simulate(build, parameters, dataclasses.replace(asked, initial="rest"), where=Spread())
    _, given = job.settings("ab2 synapses")
    with pytest.raises(ValueError, match="each rank builds its own edges"):
        simulate(build, *given, where=Spread())


def test_blocks_are_contiguous_and_share_the_edges():
    random = np.random.default_rng(0)
    targets = np.sort((400 * random.random(9000) ** 2).astype(int))
    whole = Connectome.from_edges(random.integers(0, 400, 9000), targets, neurons=400)
    ranks = blocks(whole, 5)
    assert (np.diff(ranks) >= 0).all() and set(ranks) == set(range(5))
    assert cut(whole, ranks).balance < 1.1
    assert cut(whole, even(400, 5)).balance > 1.5


@pytest.mark.parametrize("parts", range(1, 10))
def test_every_rank_gets_a_neuron_also_beside_a_hub(parts):
    hub = Connectome.from_edges(np.arange(9), np.zeros(9, int), neurons=9)
    for ranks in (blocks(hub, parts), even(9, parts)):
        assert sorted(set(ranks)) == list(range(parts))


def test_metis_finds_modules_that_are_there():
    random = np.random.default_rng(1)
    module = np.repeat(np.arange(4), 50)
    pre = random.integers(0, 200, 4000)
    post = module[pre] * 50 + random.integers(0, 50, 4000)
    mixed = random.permutation(200)
    whole = Connectome.from_edges(mixed[pre], mixed[post], neurons=200)
    found = metis(whole, 4)
    assert (found == metis(whole, 4)).all()
    assert cut(whole, found).edges_cut < 0.1 * cut(whole, blocks(whole, 4)).edges_cut


def test_a_cut_counts_sources_that_travel():
    whole = Connectome.from_edges(
        [0, 0, 1, 2, 3], [2, 3, 3, 0, 2], neurons=4, gap_junctions=([1], [2], [1])
    )
    found = cut(whole, np.array([0, 0, 1, 1]))
    assert found.edges_cut == 6
    assert found.boundary.tolist() == [[0, 2], [1, 0]]
    assert found.edges.tolist() == [1, 4] and found.neurons.tolist() == [2, 2]


@pytest.mark.parametrize(
    ("ranks", "message"),
    [
        (np.zeros(3, int), "expected whole numbers"),
        (np.zeros(4), "expected whole numbers"),
        (np.array([0, 1, 2, 1]), "there are 2 processes"),
        (np.array([0, 0, 0, 0]), "rank 1 without neurons"),
    ],
)
def test_partitions_that_do_not_fit_are_refused(ranks, message):
    with pytest.raises(ValueError, match=message):
        checked(ranks, 4, 2)


def test_more_ranks_than_neurons_are_refused():
    with pytest.raises(ValueError, match="expected 1 to 3"):
        even(3, 4)
