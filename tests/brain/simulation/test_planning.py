"""What a simulation would take."""

import pytest

from liquidtime.brain.simulation import planning
from liquidtime.brain.simulation.planning import H200, SIZES, Costs, Size, plan

MACHINE = Costs("m", 1e-6, 1e-9, 1e-10, 100.0, 10.0, 1e9, 1e9, measured=True)


def test_one_machine_has_no_traffic():
    found = plan(Size(1e4, 1e6), 0.1, MACHINE)
    assert found.machines == 1
    assert found.traffic == 0
    assert found.memory == 1e4 * 100 + 1e6 * 10
    assert found.step_seconds == pytest.approx(1e-6 + 1e-5 + 1e-4)
    assert found.slowdown == pytest.approx(found.step_seconds / 1e-4)
    assert found.limit == "reading the synapses"


def test_memory_decides_how_many():
    found = plan(Size(1e6, 1e9), 0.1, MACHINE)
    assert found.machines == 12  # 10.1 GB in nine tenths of 1 GB each
    # Nearly every source has a synapse on each machine, so all that is elsewhere comes.
    assert found.traffic == pytest.approx(2e6 * 11 / 12, rel=1e-3)
    assert found.traffic_seconds == pytest.approx(found.traffic / 1e9)


def test_few_synapses_need_few_sources():
    sparse = plan(Size(1e6, 1e6), 0.1, MACHINE, machines=100)
    assert sparse.traffic == pytest.approx(2e6 * 0.99 * 0.00995, rel=1e-2)
    assert plan(Size(1e6, 1e6), 0.1, MACHINE, machines=100, value_bytes=4).traffic == (
        pytest.approx(2 * sparse.traffic)
    )


def test_delta_saves_work_and_traffic():
    whole = plan(Size(1e6, 1e9), 0.1, MACHINE)
    part = plan(Size(1e6, 1e9), 0.1, MACHINE, delta_share=0.1)
    assert part.traffic == pytest.approx(0.1 * whole.traffic)
    assert part.compute_seconds < 0.2 * whole.compute_seconds


def test_known_brains_are_planned():
    rows = planning.table([plan(size, 0.1, H200) for size in SIZES.values()])
    assert len(rows) == len(SIZES)
    assert all(len(row) == len(planning.HEADER) for row in rows)
    human = plan(SIZES["human"], 0.1, H200)
    assert human.machines > 1000
    assert not H200.measured


def test_this_machine_is_measured():
    found = planning.measured_costs(threads=1, seconds=0.3)
    assert found.measured
    assert 0 < found.per_synapse < 1e-6
    assert 6 < found.bytes_per_synapse < 12
    assert min(found.overhead, found.per_neuron) >= 0


def test_bad_input():
    with pytest.raises(ValueError, match="expected at least 12 machines"):
        plan(Size(1e6, 1e9), 0.1, MACHINE, machines=3)
    with pytest.raises(ValueError, match="dt is 0 ms"):
        plan(Size(10, 10), 0, MACHINE)
    with pytest.raises(ValueError, match="delta_share is 2"):
        plan(Size(10, 10), 0.1, MACHINE, delta_share=2)
    with pytest.raises(ValueError, match="0 neurons"):
        Size(0, 10)
