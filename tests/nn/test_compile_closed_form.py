"""A trained LTC in closed form: the same face, errors that are what they are said to be."""

import pytest
import torch

from liquidtime.nn import LTC, LTCCell, compile_closed_form
from liquidtime.wirings import AutoNCP, FullyConnected, Random
from liquidtime.wirings.circuit import Circuit

FORMS = ("closed_form_linear", "eq2", "eq8", "algorithm1", "algorithm1_mean")


def drawn(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    "layer",
    [
        lambda: LTC(3, wiring=AutoNCP(9, 2)),
        lambda: LTC(3, 5, num_layers=2, proj_size=2),
        lambda: LTC(3, wiring=Random(7, 2), input_mapping=None, output_mapping="linear"),
        lambda: LTC(3, 4, bidirectional=True),
        lambda: LTC(3, 4, mixed_memory=True),
        lambda: LTC(3, 4, batch_first=False),
    ],
    ids=["ncp", "stack", "random", "bidirectional", "memory", "time first"],
)
def test_the_face_is_that_of_the_layer(form, layer):
    ltc = layer()
    before = {name: value.clone() for name, value in ltc.state_dict().items()}
    network, report = compile_closed_form(ltc, form)
    assert report is None
    batch_first = ltc.batch_first
    x = drawn(2, 5, 3) if batch_first else drawn(5, 2, 3)
    gaps = torch.rand(2, 5) if batch_first else torch.rand(5, 2)
    output, state = network(x, elapsed=gaps, lengths=torch.tensor([5, 3]))
    expected, old = ltc(x, elapsed=gaps, lengths=torch.tensor([5, 3]))
    assert output.shape == expected.shape
    assert state.h.shape == old.h.shape
    assert not output.requires_grad and not network.training
    assert ltc.training
    assert all(torch.equal(value, before[name]) for name, value in ltc.state_dict().items())
    assert all(parameter.requires_grad for parameter in ltc.parameters())


@pytest.mark.parametrize("form", FORMS)
def test_steps_are_the_sequence(form):
    network, _ = compile_closed_form(LTC(3, wiring=AutoNCP(9, 2)).double(), form)
    x, gaps = drawn(2, 6, 3).double(), torch.rand(2, 6).double()
    whole, last = network(x, elapsed=gaps)
    state, outputs = None, []
    for t in range(6):
        output, state = network.step(x[:, t], state, gaps[:, t])
        outputs.append(output)
    torch.testing.assert_close(torch.stack(outputs, 1), whole, rtol=1e-12, atol=1e-14)
    torch.testing.assert_close(state.h, last.h, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("form", FORMS)
def test_a_cell_compiles_to_a_cell(form):
    cell = LTCCell(3, wiring=AutoNCP(9, 2))
    compiled, report = compile_closed_form(cell, form, x=drawn(2, 4, 3), elapsed=0.5)
    assert report is not None and len(report.neurons) == 9 and len(report.outputs) == 2
    new = compiled(drawn(2, 3), None, 0.5)
    assert new.shape == (2, 9)
    assert compiled.readout(new).shape == (2, 2)
    assert compiled(drawn(3)).shape == (9,)


def unconnected(neurons=4, inputs=3):
    """Neurons that hear the inputs and not each other, one synapse each."""
    hears = torch.zeros(inputs, neurons)
    hears[torch.arange(neurons) % inputs, torch.arange(neurons)] = 1
    return Circuit(torch.zeros(neurons, neurons).numpy(), hears.numpy(), 2)


def test_without_recurrence_the_linear_form_is_good_and_exact_for_input_that_stands_still():
    ltc = LTC(3, wiring=unconnected())
    moving, still = drawn(2, 8, 3), drawn(2, 1, 3).repeat(1, 8, 1)
    _, report = compile_closed_form(ltc, nodes=5, x=moving, elapsed=0.7)
    assert report.input_model == "linear"
    assert 0 < report.output_max_error < 1e-3
    _, report = compile_closed_form(ltc, x=still, elapsed=0.7)
    assert report.output_max_error < 1e-8


def test_nodes_and_sources_are_passed_on():
    ltc = LTC(3, wiring=AutoNCP(9, 2))
    x = drawn(4, 8, 3)
    found = {
        sources: compile_closed_form(ltc, nodes=2, sources=sources, x=x, elapsed=0.4)
        for sources in ("frozen", "iterated")
    }
    assert found["iterated"].network.cells[0].nodes == 2
    assert found["iterated"].network.cells[0].sources == "iterated"
    assert found["iterated"].report.output_mse < found["frozen"].report.output_mse


def test_the_published_forms_keep_a_bias_that_the_linear_form_has_not():
    """Long at one input, an LTC is at its fixed point; Eq. 2 is not."""
    ltc = LTC(3, wiring=AutoNCP(9, 2))
    with torch.no_grad():
        for cell in ltc.cells:
            cell.raw_leak_conductance.fill_(1.0)
    x = torch.full((1, 30, 3), 0.6)
    exact = compile_closed_form(ltc, x=x, elapsed=1.0).report
    for form in ("eq2", "eq8", "algorithm1_mean"):
        report = compile_closed_form(ltc, form, x=x, elapsed=1.0).report
        assert report.input_model == "constant"
        assert report.output_mse > 20 * exact.output_mse
        assert max(abs(entry.bias) for entry in report.neurons) > 0.05


def test_the_report_is_the_error_of_the_outputs():
    ltc = LTC(3, wiring=FullyConnected(5, 2)).double()
    x = drawn(2, 6, 3).double()
    lengths = torch.tensor([6, 4])
    network, report = compile_closed_form(ltc, "algorithm1_mean", x=x, elapsed=0.6, lengths=lengths)
    true = LTC(3, wiring=FullyConnected(5, 2), integrator="dopri5", unfolds=1).double()
    true.load_state_dict(ltc.state_dict())
    with torch.no_grad():
        error = network(x, elapsed=0.6)[0] - true(x, elapsed=0.6)[0]
    rows = torch.cat([error[0], error[1, :4]])
    assert report.steps == 10
    assert report.output_mse == pytest.approx(float(rows.square().mean()), rel=1e-6)
    assert report.output_max_error == pytest.approx(float(rows.abs().max()), rel=1e-6)
    text = str(report)
    assert "output 1" in text and "layer 0 neuron 4" in text
    assert report.to_dict()["neurons"][4]["index"] == 4


def test_what_does_not_fit_is_refused():
    ltc = LTC(3, 4)
    with pytest.raises(ValueError, match="form is 'eq3'; expected one of 'closed_form_linear'"):
        compile_closed_form(ltc, "eq3")
    with pytest.raises(ValueError, match=r"x has shape \[5, 3\]"):
        compile_closed_form(ltc, x=drawn(5, 3))
    for other in (LTC(3, 4, bidirectional=True), LTC(3, 4, mixed_memory=True)):
        with pytest.raises(ValueError, match="Leave x out"):
            compile_closed_form(other, x=drawn(1, 5, 3))
