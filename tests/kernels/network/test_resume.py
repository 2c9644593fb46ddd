"""Runs are the same to the bit, however they are cut, shared by threads or taken up again."""

import numpy as np
import pytest
from network_cases import CASES, N
from network_layout import cut_into

from liquidtime.kernels.network import cpu as network_cpu
from liquidtime.kernels.network.play import play
from liquidtime.native import native

extension = native()
if extension is None:
    pytest.skip("the compiled kernels are not installed", allow_module_level=True)


@pytest.mark.parametrize("name", ["everything", "everything, alone", "own constants, everything"])
def test_runs_are_the_same_for_any_threads_tiles_and_chunks(name, isa, monkeypatch):
    case = CASES[name]
    plain, events = case.outcome(backend="cpu")
    assert len(events)

    def same(found):
        for variable, part in found[0].items():
            np.testing.assert_array_equal(part, plain[variable], err_msg=variable)
        np.testing.assert_array_equal(found[1], events)

    same(case.outcome(backend="cpu"))
    for chunks in ([1] * 16, [3, 6, 7], [15, 1]):
        same(case.outcome(backend="cpu", chunks=chunks))
    for threads in (1, 2, 3):
        same(case.outcome(backend="cpu", threads=threads))
        monkeypatch.setattr(network_cpu, "native", cut_into(0, 9))
        same(case.outcome(backend="cpu", threads=threads))
        monkeypatch.undo()


@pytest.mark.parametrize("name", ["everything", "own constants, everything", "midpoint"])
def test_a_run_goes_on_from_a_state(name):
    case = CASES[name]
    for machine in ({"backend": "cpu"}, {"backend": "reference", "dtype": "float64"}):
        whole = case.network(**machine).stepper(case.dt, case.scheme)
        whole.start(case.start())
        other = case.network(**machine).stepper(case.dt, case.scheme)
        play(whole, 5)
        state = whole.state()
        play(whole, 6)
        other.start(np.zeros((N, case.trials)))
        other.restore(state)
        assert other.step == 5
        play(other, 6)
        np.testing.assert_array_equal(other.potentials(), whole.potentials())
        np.testing.assert_array_equal(other.activations(), whole.activations())


def test_a_run_with_delta_goes_on_from_a_state():
    network = CASES["one class a neuron"].network(backend="cpu")
    steppers = [network.stepper(0.5, "ab2", 1e-3) for _ in range(2)]
    whole, other = steppers
    for stepper in steppers:
        stepper.start(CASES["one class a neuron"].start())
    play(whole, 5)
    other.restore(whole.state())
    for stepper in steppers:
        play(stepper, 6)
    np.testing.assert_array_equal(other.potentials(), whole.potentials())
    assert other.delta.work_share() == whole.delta.work_share()
