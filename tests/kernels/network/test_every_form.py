"""What every form of neuron keeps to, on every backend that has it."""

import numpy as np
import pytest
from network_cases import CASES, N

from liquidtime.kernels import registry
from liquidtime.kernels.network.catalogue import FORMS, variables
from liquidtime.kernels.network.play import play
from liquidtime.kernels.network.stepper import Outside, Task, Trace

NETWORKS = {"graded": CASES["everything"], "graded synapses": CASES["own constants, everything"]}
FORM_NAMES = tuple(FORMS.entries())


def served(name):
    """Steppers of a form by all backends that do not decline it, in float32."""
    case, task = NETWORKS[name], Task(0.5)
    constants = case.network().constants
    found = []
    for backend in registry.names("network"):
        try:
            chosen = registry.select(task.request(name), backend)
        except ValueError:
            continue
        stepper = chosen.run(constants, task)
        stepper.start(case.start())
        found.append(stepper)
    return found


@pytest.mark.parametrize("name", FORM_NAMES)
def test_it_says_what_it_is(name):
    form = FORMS.find(name)
    assert form.name == name and name in NETWORKS, "give the new form a network here"
    assert "potential" in form.variables and set(form.recordable) <= set(variables())
    for variable in variables():
        assert (form.refusal(variable) is None) == (variable in form.recordable)
    form.check(NETWORKS[name].network().constants)


@pytest.mark.parametrize("name", FORM_NAMES)
def test_all_that_it_names_is_traced_alike_by_all_who_serve_it(name):
    form, told = FORMS.find(name), {}
    for stepper in served(name):
        rows = np.array([3, 0, 131], np.int32)
        out = {
            variable: np.full((2, 3, stepper.trials), np.nan, stepper.dtype)
            for variable in form.variables
        }
        stepper.advance(5, Outside(), [Trace(v, rows, room, 2) for v, room in out.items()])
        assert stepper.step == 5 and stepper.potentials().shape == (N, stepper.trials)
        for variable, room in out.items():
            assert np.isfinite(room).all(), (stepper.name, variable)
            told.setdefault(variable, []).append(room)
    for variable, rooms in told.items():
        scale = max(np.abs(rooms[0]).max(), 1.0)
        for room in rooms[1:]:
            np.testing.assert_allclose(room / scale, rooms[0] / scale, atol=2e-5, err_msg=variable)


@pytest.mark.parametrize("name", FORM_NAMES)
def test_it_goes_on_from_a_state_on_all_who_serve_it(name):
    for whole, other in zip(served(name), served(name), strict=True):
        play(whole, 4)
        other.restore(whole.state())
        for stepper in (whole, other):
            play(stepper, 4)
        np.testing.assert_array_equal(other.potentials(), whole.potentials())
