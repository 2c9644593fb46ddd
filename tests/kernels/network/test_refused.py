"""What the compiled kernels refuse: arrays that do not fit, and what they do not have."""

import dataclasses

import numpy as np
import pytest
from network_cases import CASES, N, graph

from liquidtime.kernels.network.stepper import Given, Outside, Trace
from liquidtime.native import native

extension = native()
if extension is None:
    pytest.skip("the compiled kernels are not installed", allow_module_level=True)


def test_what_does_not_fit_is_refused():
    network = CASES["one class a neuron"].network(backend="cpu")
    stepper = network.stepper(0.5)
    stepper.start(np.zeros((N, 1)))
    given = Given(np.arange(20, dtype=np.int32), np.zeros((1, 4, 20, 1), np.float32))
    with pytest.raises(ValueError, match=r"from outside is not \[steps, n, 1 or B\]"):
        stepper.advance(5, Outside(given), [])
    beyond = given._replace(neurons=given.neurons + N)
    with pytest.raises(ValueError, match="reaches a neuron that does not exist"):
        stepper.advance(4, Outside(beyond), [])
    trace = Trace("potential", np.arange(N, dtype=np.int32), np.zeros((2, N, 1), np.float32), 2)
    with pytest.raises(ValueError, match="a neuron to be traced does not exist"):
        stepper.advance(4, Outside(), [dataclasses.replace(trace, neurons=trace.neurons - 1)])
    with pytest.raises(ValueError, match=r"out has shape \[2, 132, 1\]; expected \[3, 132, 1\]"):
        stepper.advance(6, Outside(), [trace])
    with pytest.raises(ValueError, match=r"potentials has 3 numbers; expected 132"):
        stepper.start(np.zeros(3))
    rows = network.connectome.synapses
    with pytest.raises(ValueError, match="a source or a class that does not exist"):
        extension.Graph(rows.offsets, rows.sources, rows.counts, rows.classes, 3, 5, None)
    with pytest.raises(ValueError, match="offsets do not end at the number of edges"):
        extension.Graph(rows.offsets[:-2], rows.sources, rows.counts, rows.classes, 3, N, None)


def test_counts_of_a_type_that_is_not_served_are_refused():
    rows = graph().synapses
    with pytest.raises(ValueError, match="counts are neither"):
        extension.Graph(
            rows.offsets, rows.sources, rows.counts.astype(float), rows.classes, 3, N, None
        )


def test_synapses_with_constants_of_their_own_are_not_sent_on_delta():
    stepper = CASES["own constants"].network(backend="cpu").stepper(0.5)
    with pytest.raises(ValueError, match="cannot be sent on delta"):
        stepper.network.send_on_delta(0.1, 1)
