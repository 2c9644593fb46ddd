"""The compiled network does what the reference in float64 does, on every instruction set.

A kernel may be as far from the truth as rounding puts the reference in float32 itself, a few times
over: it adds in another order. The floor below that is some roundings of 60 mV.
"""

import dataclasses
import functools

import numpy as np
import pytest
from network_cases import CASES, Case, N, constants, graph
from network_layout import cut_into

from liquidtime.brain import Connectome, Machine, Network
from liquidtime.kernels.network import cpu as network_cpu
from liquidtime.kernels.network.play import play
from liquidtime.native import native

extension = native()
if extension is None:
    pytest.skip("the compiled kernels are not installed", allow_module_level=True)

FLOOR = 5e-5  # mV
TIMES = 4
SCHEMES = ("frozen", "ab2", "midpoint")


@functools.cache
def references(case):
    return (
        case.outcome(backend="reference", dtype="float64"),
        case.outcome(backend="reference", dtype="float32"),
    )


def check(case):
    (truth, true_events), (single, _) = references(case)
    ours, events = case.outcome(backend="cpu")
    assert ours.keys() == truth.keys()
    for name, part in ours.items():
        assert np.isfinite(part).all(), name
        if not part.size:
            continue
        error = np.abs(part - truth[name]).max()
        # nS, pA and activations are rounded relative to their size, as potentials to 60 mV.
        floor = FLOOR * max(1e-2, np.abs(truth[name]).max() / 60)
        allowed = max(floor, TIMES * np.abs(single[name] - truth[name]).max())
        assert error <= allowed, f"{name}: {error:.1e}, allowed {allowed:.1e}"
    np.testing.assert_array_equal(events, true_events)
    return ours, events


@pytest.mark.parametrize("name", CASES)
def test_steps(name, isa):
    check(CASES[name])


def test_the_cases_do_what_they_are_for():
    assert sum(len(references(case)[0][1]) for case in CASES.values()) > 500  # crossings
    for scheme in SCHEMES:
        assert any(case.scheme == scheme for case in CASES.values())
    case = CASES["some fast, some slow"]
    constant = case.network(backend="cpu").constants
    g = references(case)[0][0]["conductance"][-1, :, 0] + constant.leak_conductance[::2]
    fast = case.dt * g / constant.capacitance[::2] > 1
    assert 0.1 < fast.mean() < 0.9  # both branches of ab2


@pytest.mark.parametrize("name", ["everything", "own constants, everything", "gaps"])
@pytest.mark.parametrize("block", [1, 10, 70_000])
def test_steps_in_many_blocks(name, block, isa, monkeypatch):
    monkeypatch.setattr(network_cpu, "native", cut_into(block, 11))
    check(CASES[name])


def test_the_default_layout_has_several_tiles_for_a_larger_network(isa):
    size = 1200
    random = np.random.default_rng(0)
    large = Connectome.from_edges(*random.integers(0, size, (2, 6000)), neurons=size)
    rows = large.synapses
    laid = extension.Graph(rows.offsets, rows.sources, rows.counts, rows.classes, 1, size, None)
    assert laid.tiles == 3
    start = random.uniform(-70, -30, (size, 1))
    finals = {}
    for backend, dtype in (("cpu", "float32"), ("reference", "float64")):
        stepper = Network(large, machine=Machine(backend=backend, dtype=dtype)).stepper(0.5)
        stepper.start(start)
        play(stepper, 8)
        finals[backend] = stepper.potentials()
    np.testing.assert_allclose(finals["cpu"], finals["reference"], rtol=0, atol=FLOOR)


@pytest.mark.parametrize("own", [False, True])
@pytest.mark.parametrize("trials", [1, 3])
def test_far_away_potentials_stay_finite(own, trials, isa):
    connectome = graph()
    parameters = constants(own=own, connectome=connectome if own else None).replace(steepness=50.0)
    if own:
        steep = dataclasses.replace(
            parameters.synapses, steepness=np.resize([50.0, -50.0], len(connectome.synapses))
        )
        parameters = parameters.replace(synapses=steep)
    start = np.resize([1e4, -1e4, 0.0, -45.0], (N, trials))
    for scheme in SCHEMES:
        network = Network(connectome, parameters, trials=trials, machine=Machine(backend="cpu"))
        truth = Network(
            connectome, parameters, trials=trials, machine=Machine(dtype="float64")
        ).stepper(0.5, scheme)
        stepper = network.stepper(0.5, scheme)
        for moved in (stepper, truth):
            moved.start(start)
            play(moved, 3)
        found = stepper.potentials()
        assert np.isfinite(found).all()
        assert np.abs(found).max() <= 1e4
        # Potentials of 10 V are rounded to 1e-3 mV, and sigmoids of 50 / mV magnify what is left.
        close = np.abs(found - truth.potentials()) < 0.1
        assert close.mean() > 0.95


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("trials", [1, 2])
def test_neurons_without_any_synapse_follow_their_leak(scheme, trials, isa):
    alone = Connectome.from_edges([], [], neurons=5)
    stepper = Network(alone, trials=trials, machine=Machine(backend="cpu")).stepper(1.0, scheme)
    stepper.start(np.full((5, trials), -20.0))
    play(stepper, 10)
    # C / g = 10 ms; float32 rounds 60 mV to 4e-6, ten times.
    np.testing.assert_allclose(stepper.potentials(), -60 + 40 * np.exp(-1.0), rtol=0, atol=4e-5)


def test_a_trial_alone_is_the_same_to_the_bit(isa):
    case = Case(driven=False)
    two = dataclasses.replace(case, trials=2)
    start = case.start()
    finals = []
    for one in (case, two):
        stepper = one.network(backend="cpu").stepper(0.5)
        stepper.start(np.repeat(start, one.trials, axis=1))
        play(stepper, 10)
        finals.append(stepper.potentials()[:, :1])
    np.testing.assert_array_equal(*finals)
