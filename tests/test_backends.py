"""Backends are chosen in order of preference, by name, and with reasons."""

import pytest

from liquidtime.backends import Backend, Registry, Request, takes_all

REQUEST = Request("cfc", "cpu", "float32", "gated")


@pytest.fixture
def registry():
    registry = Registry()
    registry.register("cfc", Backend("reference", lambda: "reference", takes_all))
    registry.register(
        "cfc",
        Backend(
            "fast",
            lambda: "fast",
            lambda request: None if request.dtype == "float32" else "it knows float32 only",
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
    double = Request("cfc", "cpu", "float64", "gated")
    assert registry.select(double).run() == "reference"
    assert registry.names("cfc") == ("fast", "reference")


def test_a_name_is_taken_at_its_word(registry):
    assert registry.select(REQUEST, "reference").run() == "reference"
    double = Request("cfc", "cpu", "float64", "gated")
    with pytest.raises(ValueError, match="cannot run this cfc: it knows float32 only"):
        registry.select(double, "fast")
    with pytest.raises(ValueError, match="backend is 'slow'; expected 'auto' or one of 'fast'"):
        registry.select(REQUEST, "slow")
    with pytest.raises(ValueError, match="registered"):
        registry.register("cfc", Backend("fast", print, takes_all))


def test_explanations(registry):
    text = str(registry.explain(Layer(REQUEST)))
    assert "fast       chosen: the first that can" in text
    assert "reference  can, but comes later" in text
    double = Layer(Request("cfc", "cpu", "float64", "gated"))
    assert "declines: it knows float32 only" in str(registry.explain(double))


def test_an_unknown_name_is_told_who_there_is_and_why_not(registry):
    double = Request("cfc", "cpu", "float64", "gated")
    known = r"'fast' \(declines: it knows float32 only\), 'reference' for cfc"
    with pytest.raises(ValueError, match=known):
        registry.select(double, "slow")


def test_where_all_decline_each_says_why():
    registry = Registry()
    registry.register("network", Backend("one", print, lambda _: "it is tired"))
    registry.register("network", Backend("two", print, lambda _: "it is late"))
    request = Request("network", "cpu", "float32", "graded")
    with pytest.raises(ValueError, match=r"two' \(declines: it is late\), 'one' \(declines: it is"):
        registry.select(request)


def test_who_stands_back_is_taken_by_name(registry):
    shy = Backend("shy", lambda: "shy", takes_all, lambda _: "stands back today")
    registry.register("cfc", shy)
    assert registry.select(REQUEST).name == "fast"
    assert registry.select(REQUEST, "shy").run() == "shy"
    assert "shy        can, but stands back today" in str(registry.explain(Layer(REQUEST)))


def test_who_was_removed_is_not_asked(registry):
    registry.remove("cfc", "fast")
    assert registry.names("cfc") == ("reference",)


def test_what_a_backend_does_not_serve_is_declined_for_it():
    """Whether or not its author thought of it: nothing that a layer hands over is left unread."""
    registry = Registry()
    registry.register("cfc", Backend("definition", print, takes_all, serves=None))
    registry.register("cfc", Backend("careless", print, takes_all))
    registry.register("cfc", Backend("wired", print, takes_all, serves=frozenset({"wiring"})))
    assert registry.select(REQUEST).name == "wired"
    assert registry.select(REQUEST.having("wiring")).name == "wired"
    mixed = REQUEST.having("wiring", "mixed_memory")
    assert registry.select(mixed).name == "definition"
    told = str(registry.explain(Layer(mixed)))
    assert "wired       declines: it has no mixed memory" in told
    assert "careless    declines: it has no mixed memory and no wiring" in told
    with pytest.raises(ValueError, match="backend 'careless' cannot run this cfc: it has no mixed"):
        registry.select(mixed, "careless")
    assert REQUEST.having() is REQUEST
    assert mixed.having("wiring") is mixed
