"""Backends are chosen in order of preference, by name, and with reasons."""

import pytest
import torch

from liquidtime.kernels import Backend, Registry, Request

REQUEST = Request("cfc", "cpu", torch.float32, "gated")


@pytest.fixture
def registry():
    registry = Registry({"cfc": lambda: "reference"})
    registry.register(
        "cfc",
        Backend(
            "fast",
            lambda: "fast",
            lambda request: None if request.dtype == torch.float32 else "it knows float32 only",
        ),
    )
    return registry


class Layer:
    backend = "auto"

    def __init__(self, request):
        self.request = request

    def kernel_request(self):
        return self.request


def test_auto_takes_the_first_that_does_not_decline(registry):
    assert registry.select(REQUEST).run() == "fast"
    double = Request("cfc", "cpu", torch.float64, "gated")
    assert registry.select(double).run() == "reference"
    assert registry.names("cfc") == ("fast", "reference")


def test_a_name_is_taken_at_its_word(registry):
    assert registry.select(REQUEST, "reference").run() == "reference"
    double = Request("cfc", "cpu", torch.float64, "gated")
    with pytest.raises(ValueError, match="cannot run this cfc: it knows float32 only"):
        registry.select(double, "fast")
    with pytest.raises(ValueError, match="backend is 'slow'; expected 'auto' or one of 'fast'"):
        registry.select(REQUEST, "slow")
    with pytest.raises(ValueError, match="registered"):
        registry.register("cfc", Backend("fast", print, lambda _: None))


def test_explanations(registry):
    text = str(registry.explain(Layer(REQUEST)))
    assert "fast       chosen: the first that can" in text
    assert "reference  can, but comes later" in text
    double = Layer(Request("cfc", "cpu", torch.float64, "gated"))
    assert "declines: it knows float32 only" in str(registry.explain(double))
