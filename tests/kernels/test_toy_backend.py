"""A new backend of CfC is one file, this one, and one line that registers it."""

import pytest
import torch

from liquidtime import kernels
from liquidtime.kernels import Backend, Request
from liquidtime.kernels.cfc import reference
from liquidtime.nn import CfC
from liquidtime.wirings import AutoNCP

CALLS = []


def cfc(x, state, *rest):
    """The reference, and a note that it was asked."""
    CALLS.append(tuple(x.shape))
    return reference.cfc(x, state, *rest)


def declines(request: Request) -> str | None:
    """Toys have no wires."""
    return "it has no wiring" if "wiring" in request.features else None


TOY = Backend("toy", cfc, declines)


@pytest.fixture(autouse=True)
def toy():
    """Registered while a test runs."""
    kernels.registry.register("cfc", TOY)
    CALLS.clear()
    yield TOY
    kernels.registry.remove("cfc", "toy")


def test_it_is_chosen_by_name_and_runs():
    layer = CfC(3, 5, backend="toy")
    x = torch.randn(2, 4, 3)
    output, _ = layer(x)
    assert CALLS == [(2, 4, 3)]
    layer.backend = "reference"
    torch.testing.assert_close(output, layer(x)[0], rtol=0, atol=0)


def test_it_is_explained():
    told = str(kernels.explain(CfC(3, 5, backend="toy")))
    assert "toy        chosen: by name" in told
    assert "toy        chosen: the first that can" in str(kernels.explain(CfC(3, 5)))


def test_it_declines_with_its_reason():
    assert "toy        declines: it has no wiring" in str(
        kernels.explain(CfC(3, wiring=AutoNCP(13, 2)))
    )
    with pytest.raises(ValueError, match="backend 'toy' cannot run this cfc: it has no wiring"):
        CfC(3, wiring=AutoNCP(13, 2), backend="toy")


def test_a_name_that_is_not_known_is_refused_with_those_that_are():
    with pytest.raises(ValueError, match=r"expected 'auto' or one of 'toy', .*'reference'"):
        CfC(3, 5, backend="tyo")
