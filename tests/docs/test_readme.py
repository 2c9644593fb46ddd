"""What README and the home page say about others is so, and their numbers are the stored ones."""

import importlib.util
import inspect
from pathlib import Path

import pytest
import torch
from ncps import torch as theirs
from torch import nn

from liquidtime.nn import LTC, CfC

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def tool():
    spec = importlib.util.spec_from_file_location("bench_page", ROOT / "tools" / "bench_page.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_small_table_is_that_of_the_stored_record(tool):
    for page, docs in tool.BESIDE.items():
        text = page.read_text(encoding="utf-8")
        assert tool.with_table(text, docs) == text, "run: .venv/bin/python tools/bench_page.py"
        assert "| a gap of its own" in text.partition("\n## ")[0], "the first screen"


def alone(layer, x, gaps, *, clock):
    """Each series by itself."""
    pairs = zip(x.split(1), gaps.split(1), strict=True)
    return torch.cat([layer(one, **{clock: gap})[0] for one, gap in pairs])


def test_ncps_stops_at_gaps_of_their_own_or_mixes_them_up_and_ours_does_not():
    torch.manual_seed(0)
    x, gaps = torch.randn(6, 7, 20), 3 * torch.rand(6, 7)
    with pytest.raises(RuntimeError):
        theirs.CfC(20, 8)(x, timespans=gaps)
    # As many series as units: no error.
    layer = theirs.CfC(20, 6)
    with torch.no_grad():
        mixed = layer(x, timespans=gaps)[0] - alone(layer, x, gaps, clock="timespans")
        assert mixed.abs().max() > 0.1
        for hidden in (6, 8):
            rnn = CfC(20, hidden)
            kept = rnn(x, elapsed=gaps)[0] - alone(rnn, x, gaps, clock="elapsed")
            assert kept.abs().max() < 1e-6


def test_a_gap_of_0_in_an_ltc():
    torch.manual_seed(0)
    x = torch.randn(1, 3, 4)
    with torch.no_grad():
        assert theirs.LTC(4, 5)(x, timespans=torch.zeros(1, 3))[0].isnan().all()
        rnn = LTC(4, 5)
        output, state = rnn(x, elapsed=0.5)
        after, _ = rnn(x[:, :1], state, elapsed=0.0)
    assert torch.allclose(after[:, 0], output[:, -1], atol=1e-6)


def test_who_takes_masks_and_lengths():
    for layer in (theirs.CfC, theirs.LTC):
        assert not {"mask", "lengths"} & set(inspect.signature(layer.forward).parameters)
    for layer in (CfC, LTC):
        assert {"mask", "lengths"} <= set(inspect.signature(layer.forward).parameters)
    assert {"mask", "lengths"}.isdisjoint(inspect.signature(nn.LSTM.forward).parameters)
