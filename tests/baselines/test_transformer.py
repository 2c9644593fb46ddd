"""The Transformer against the layers of PyTorch and the published sinusoids, and a short task."""

import math

import numpy as np
import pytest
import torch
from torch import nn

from liquidtime.baselines.transformer import TimeEncoding, Transformer
from liquidtime.data import from_lists, split_by_series
from liquidtime.errors import InputError
from liquidtime.estimators import LiquidClassifier
from liquidtime.models import transformer


def layer_of(**options):
    torch.manual_seed(0)
    return Transformer(3, 8, heads=2, layers=2, inner=10, **options).double().eval()


def given(lengths=(6, 4, 0)):
    random = torch.Generator().manual_seed(1)
    x = torch.randn(len(lengths), max(lengths), 3, dtype=torch.float64, generator=random)
    gaps = torch.rand(x.shape[:2], generator=random) * 3
    gaps[:, 0] = 0
    return x, gaps, torch.tensor(lengths)


def reference(layer, causal):
    """`nn.TransformerEncoder` with the same weights."""
    each = nn.TransformerEncoderLayer(
        8, 2, 10, dropout=0.0, activation="gelu", batch_first=True, norm_first=True
    )
    whole = nn.TransformerEncoder(each, 2, norm=nn.LayerNorm(8), enable_nested_tensor=False)
    names = {
        "before_attention": "norm1",
        "before_maps": "norm2",
        "widen": "linear1",
        "narrow": "linear2",
        "joined": "self_attn.out_proj",
        "query_key_value.weight": "self_attn.in_proj_weight",
        "query_key_value.bias": "self_attn.in_proj_bias",
    }
    state = {}
    for name, value in layer.state_dict().items():
        if name.startswith(("blocks", "norm")):
            name = name.replace("blocks", "layers")
            for mine, theirs in names.items():
                name = name.replace(mine, theirs)
            state[name] = value
    whole.double().load_state_dict(state)
    return whole.train()  # Dropout is 0; in this mode it takes no short cut of its own.


@pytest.mark.parametrize("causal", [True, False])
def test_it_is_the_encoder_of_pytorch_over_inputs_and_sinusoids(causal):
    layer, (x, gaps, lengths) = layer_of(causal=causal), given()
    found = layer(x, gaps, lengths)
    for n, length in enumerate(lengths.tolist()):
        if length == 0:
            continue
        times = np.cumsum(gaps[n, :length].numpy().astype(float))
        waves = np.zeros((length, 8))
        for k, t in enumerate(times):
            for i in range(4):
                waves[k, 2 * i] = math.sin(t / 10000 ** (2 * i / 8))
                waves[k, 2 * i + 1] = math.cos(t / 10000 ** (2 * i / 8))
        z = layer.encoder(x[n, :length]) + torch.tensor(waves)
        mask = nn.Transformer.generate_square_subsequent_mask(length).double() if causal else None
        expected = reference(layer, causal)(z[None], mask=mask)[0]
        torch.testing.assert_close(found[n, :length], expected, atol=1e-10, rtol=0)
    assert found.isfinite().all()


@pytest.mark.parametrize("causal", [True, False])
def test_what_is_behind_the_end_has_no_influence(causal):
    layer, (x, gaps, lengths) = layer_of(causal=causal), given()
    found = layer(x, gaps, lengths)
    there = torch.arange(6) < lengths[:, None]
    other = torch.where(there[..., None], x, 55.0)
    changed = layer(other, torch.where(there, gaps, 1e30), lengths)
    torch.testing.assert_close(changed, found)
    assert not found[~there].any()


def test_a_causal_one_sees_nothing_later_and_the_other_does():
    x, gaps, lengths = given()
    other, others = x.clone(), gaps.clone()
    other[:, 3:], others[:, 3:] = 9.0, 5.0
    causal, whole = layer_of(), layer_of(causal=False)
    same = causal(other, others, lengths)[:2, :3], causal(x, gaps, lengths)[:2, :3]
    torch.testing.assert_close(*same)
    assert not torch.allclose(whole(other, others, lengths)[0, 0], whole(x, gaps, lengths)[0, 0])


def test_a_short_gap_late_in_a_long_series_is_told():
    times = torch.tensor([[1e7, 1e7 + 0.01]], dtype=torch.float64)
    waves = TimeEncoding(8)(times)[0]
    assert float((waves[1] - waves[0]).abs().max()) == pytest.approx(0.01, rel=0.5)


def test_as_many_parameters_as_published_layers_have():
    """12 H² weights a layer, and what norms and biases add."""
    layer = Transformer(3, 64, layers=2)
    blocks = 2 * (12 * 64**2 + (3 + 1 + 4 + 1) * 64 + 4 * 64)
    assert sum(p.numel() for p in layer.parameters()) == blocks + (3 * 64 + 64) + 2 * 64


def test_heads_divide_the_width():
    with pytest.raises(InputError, match="multiple of heads"):
        transformer.Config(hidden_size=10, heads=4)
    assert transformer.Config(hidden_size=10).heads == "auto"


def test_it_learns_which_of_two_gaps_was_longer():
    """The values are noise; only the times tell the classes apart."""
    random = np.random.default_rng(0)
    gaps = np.stack([random.uniform(0.5, 2.0, 140), random.uniform(3.0, 6.0, 140)], axis=1)
    gaps = random.permuted(gaps, axis=1)
    times = [np.cumsum([0.0, *pair]) for pair in gaps]
    values = [random.normal(size=(3, 1)) for _ in gaps]
    target = (gaps[:, 0] > gaps[:, 1]).astype(np.int64)
    series = from_lists(values, times, target=target)
    split = split_by_series(140, fractions=(0.7, 0.0, 0.3), seed=0)
    options = {"hidden_size": 16, "num_layers": 1, "layer_dropout": 0.0}
    how = {"options": options, "steps": 100, "batch_size": 49, "random_state": 0}
    model = LiquidClassifier(kind="transformer", learning_rate=1e-2, validation=None, **how)
    model.fit(series.select(split.train))
    test = series.select(split.test)
    assert (model.predict(test) == test.target.numpy()).mean() > 0.8
