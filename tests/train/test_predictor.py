import numpy as np
import pytest
import torch

from liquidtime.data.batching import collate
from liquidtime.data.preprocess import Preprocessor
from liquidtime.models.config import ModelConfig
from liquidtime.models.predictor import Predictor
from liquidtime.train.score.outputs import predict_logits

MODELS = {
    "cfc": {"kind": "cfc"},
    "ltc": {"kind": "ltc"},
    "lstm": {"kind": "lstm"},
    "gru, two layers": {"kind": "gru", "num_layers": 2},
    "wired cfc": {"kind": "cfc", "wiring": "auto_ncp", "wiring_outputs": 3},
    "both ways": {"kind": "cfc", "bidirectional": True},
    "lstm, both ways": {"kind": "lstm", "bidirectional": True},
}


@pytest.fixture(params=MODELS.values(), ids=MODELS)
def config(request):
    return ModelConfig(hidden_size=8, backbone_units=8, dropout=0.2, **request.param)


def build(config, encoded, per_step=False):
    torch.manual_seed(0)
    return Predictor(encoded.inputs.shape[1], 3, config, per_step=per_step)


@pytest.mark.parametrize("per_step", [False, True])
def test_batched_equals_one_series_at_a_time(series, config, per_step):
    """Padding, bucketing and the order of batches leave no trace, not even for empty series."""
    data = series(20)
    encoded = Preprocessor.fit(data).encode(data)
    predictor = build(config, encoded, per_step)
    together = predict_logits(predictor, encoded, batch_size=7)
    alone = torch.cat([predict_logits(predictor, encoded.select([k])) for k in range(20)])
    assert together.shape == ((int(encoded.lengths.sum()) if per_step else 20), 3)
    torch.testing.assert_close(together, alone, rtol=0, atol=2e-6)
    assert predictor.training


def test_read_out_looks_at_the_last_step(series, config):
    data = series(6)
    encoded = Preprocessor.fit(data).encode(data)
    predictor = build(config, encoded).eval()
    batch = collate(encoded, np.arange(1, 6))
    logits = predictor(batch.inputs, batch.elapsed, batch.lengths)
    trace = predictor.trace(batch.inputs, batch.elapsed, batch.lengths)
    assert trace.hidden.shape == (5, batch.inputs.shape[1], 16 if config.bidirectional else 8)
    if config.bidirectional:
        return
    last = trace.logits[torch.arange(5), batch.lengths - 1]
    torch.testing.assert_close(logits, last, rtol=0, atol=1e-6)


def test_time_gaps_matter(series, config):
    data = series(6)
    encoded = Preprocessor.fit(data).encode(data)
    predictor = build(config, encoded).eval()
    batch = collate(encoded, np.arange(1, 6))
    slow = predictor(batch.inputs, batch.elapsed * 3, batch.lengths)
    assert not torch.allclose(slow, predictor(batch.inputs, batch.elapsed, batch.lengths))


def test_dropout_is_on_in_training_only(series):
    data = series(12)
    encoded = Preprocessor.fit(data).encode(data)
    predictor = build(ModelConfig(hidden_size=8, dropout=0.9), encoded)
    batch = collate(encoded, np.arange(12))
    inputs = (batch.inputs, batch.elapsed, batch.lengths)
    assert not torch.equal(predictor(*inputs), predictor(*inputs))
    predictor.eval()
    assert torch.equal(predictor(*inputs), predictor(*inputs))
