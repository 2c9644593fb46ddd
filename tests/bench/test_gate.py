"""Nothing is timed that computes something else."""

import math

import pytest
import torch

from liquidtime.bench import gate, layers, run
from liquidtime.bench.catalogue import find_cases
from liquidtime.bench.layer_checks import checks as layer_checks
from liquidtime.bench.setting import Setting
from liquidtime.bench.sizes import LayerSizes, stream_sizes, table_sizes
from liquidtime.bench.streams import check_streams
from liquidtime.kernels import Backend, registry
from liquidtime.kernels.cfc import reference
from liquidtime.native import native

CFC = LayerSizes("cfc", batch=3, steps=5, inputs=2, hidden=4, backbone=6)
needs_kernels = pytest.mark.skipif(native() is None, reason="needs the compiled kernels")


@pytest.fixture
def wrong_kernel(monkeypatch):
    """A backend whose state is a little off; its gradients too, but nothing else."""

    def cfc(*arguments):
        output, (h, *rest) = reference.cfc(*arguments)
        return output, (1.001 * h, *rest)

    known = registry._backends["cfc"]
    wrong = Backend("wrong", cfc, lambda request: None)
    monkeypatch.setitem(registry._backends, "cfc", [wrong, *known])


@needs_kernels
@pytest.mark.parametrize("case", [CFC, *table_sizes("ltc", quick=True)], ids=lambda c: c.title)
def test_ours_passes_with_every_number_of_threads(case):
    checks = list(layer_checks(case, [1, 2]))
    assert {check.threads for check in checks} == {1, 2}
    gate.require(checks)
    by_name = {check.contender: check for check in checks}
    own_gaps = by_name["liquidtime, elapsed [B, T]"]
    names = set(own_gaps.errors)
    assert {"output", "state", "gradient of x", "gradient of the state"} <= names
    assert "gradient of elapsed (elapsed with gradient)" in names
    assert any("raw_conductance" in name or "heads.weight" in name for name in names)


@needs_kernels
def test_a_circuit_is_compared_with_the_same_circuit():
    (case,) = table_sizes("ltc", quick=True)
    names = [check.contender for check in layer_checks(case, [1])]
    assert "liquidtime, AutoNCP(8, 2)" in names


def test_streams_pass():
    gate.require(list(check_streams(stream_sizes(quick=True))))


def test_a_wrong_result_is_named(wrong_kernel):
    checks = list(layer_checks(CFC, [1]))
    first = checks[0]
    assert not first.passed
    assert first.errors["state"] == pytest.approx(1e-3, rel=0.01)
    assert first.errors["output"] == 0.0
    with pytest.raises(gate.GateError, match=r"Not timed.*\n.*liquidtime at B 3, T 5.*is off by"):
        gate.require(checks)


def test_nothing_is_timed_behind_a_failed_gate(wrong_kernel, monkeypatch):
    monkeypatch.setattr(layers, "measure", lambda *_, **__: pytest.fail("timed"))
    before = torch.get_num_threads()
    with pytest.raises(gate.GateError):
        run.run(find_cases(["cfc"]), Setting(threads=(2,), quick=True))
    assert torch.get_num_threads() == before


def test_relative_errors():
    truth = torch.tensor([3.0, 4.0])
    assert gate.relative_error(truth + torch.tensor([0.0, 0.5]), truth) == pytest.approx(0.1)
    assert gate.relative_error(truth * math.nan, truth) == math.inf
    assert gate.relative_error(torch.tensor([0.5]), torch.zeros(1)) == 0.5
