"""Summaries of a chart, worked out value by value, and networks that see them."""

import math
from dataclasses import replace
from itertools import pairwise

import pytest
import torch

from liquidtime.data.preprocess import Preprocessor
from liquidtime.deploy import Stream
from liquidtime.errors import InputError
from liquidtime.models import cfc, gru, lstm, ltc
from liquidtime.models.common.summaries import EACH, KNOTS, Summaries
from liquidtime.models.contract import Shape

RAW = ("values", "mask", "times")
small = {"hidden_size": 6}


def batch_of(series, count=8):
    data = series(count)
    encoded = Preprocessor.fit(data).encode(data, reads=RAW)
    return encoded, encoded.batch(range(count))


def by_hand(values, times):
    """The eight summaries of one variable, observed at some times of a series from 0 to 1."""
    mean, when = sum(values) / len(values), sum(times) / len(times)
    variance = sum((v - mean) ** 2 for v in values) / len(values)
    covariance = sum((v - mean) * (t - when) for v, t in zip(values, times, strict=True))
    spread_of_times = sum((t - when) ** 2 for t in times) / len(times)
    return (
        values[-1],
        values[0],
        mean,
        min(values),
        max(values),
        2 * math.sqrt(variance + 1e-6) - 1,
        covariance / len(values) / (spread_of_times + 0.02),
        math.log1p(len(values)) - 3,
    )


def code(value):
    pieces = pairwise(KNOTS)
    return [min(1.0, max(0.0, (value - a) / (b - a))) - (1.0 if a < 0 else 0.0) for a, b in pieces]


def test_each_variable_is_summarised_and_coded(series):
    _, batch = batch_of(series)
    found = Summaries(batch.raw("values").shape[2])(batch)
    pieces, variables = len(KNOTS) - 1, batch.raw("values").shape[2]
    missing = 0
    for number, length in enumerate(batch.lengths.tolist()):
        codes = found[number, : -variables or None].reshape(variables, len(EACH), pieces)
        times = batch.raw("times")[number, :length].tolist()
        span = (times[-1] - times[0]) or 1.0 if length else 1.0
        for variable in range(variables):
            rows = [t for t in range(length) if batch.raw("mask")[number, t, variable]]
            unseen = float(found[number, -variables + variable])
            assert unseen == float(not rows)
            missing += not rows
            values = [float(batch.raw("values")[number, t, variable]) for t in rows]
            shares = [(times[t] - times[0]) / span for t in rows]
            wanted = [code(v) for v in by_hand(values, shares)] if rows else [[0.0] * pieces] * 8
            torch.testing.assert_close(codes[variable], torch.tensor(wanted), rtol=1e-3, atol=2e-3)
    assert missing


def test_so_far_is_that_of_the_series_cut_there(series):
    _, batch = batch_of(series)
    summaries = Summaries(batch.raw("values").shape[2])
    so_far = summaries.so_far(batch)
    for number, length in enumerate(batch.lengths.tolist()):
        for end in range(1, length + 1):
            names = ("inputs", "elapsed", *RAW)
            cut = {name: getattr(batch, name)[number : number + 1, :end] for name in names}
            one = summaries(batch._replace(lengths=torch.tensor([end]), **cut))
            torch.testing.assert_close(so_far[number, end - 1], one[0], rtol=1e-4, atol=1e-3)


@pytest.mark.parametrize("kind", [cfc, ltc, lstm, gru])
@pytest.mark.parametrize("per_step", [False, True])
def test_a_head_sees_them_whatever_the_layer(series, kind, per_step):
    encoded, batch = batch_of(series)
    inputs, variables = encoded.inputs.shape[1], encoded.values.shape[1]
    shape = Shape(inputs=inputs, variables=variables, outputs=2, per_step=per_step)
    torch.manual_seed(0)
    model = kind.Config(**small, summaries=True, head_units=5).build(shape)
    assert tuple(model.reads) == RAW
    network = model.network.eval()
    for parameter in network.recurrent.parameters():
        torch.nn.init.zeros_(parameter)
    found = network(batch)
    changed = network(batch._replace(values=batch.values * 0.5))
    assert not torch.allclose(found, changed)
    trace = model.trace(batch)
    last = (batch.lengths - 1).clamp(min=0)
    there = (batch.lengths > 0).nonzero().flatten()
    wanted = found[there] if not per_step else found[there, last[there]]
    torch.testing.assert_close(trace.logits[there, last[there]], wanted, rtol=0, atol=1e-3)


@pytest.mark.parametrize(
    ("option", "words"),
    [
        ({"summaries": True}, "sees summaries.*summaries=False"),
        ({"head_units": 4}, "hidden units.*head_units=0"),
        ({"readout": "attention"}, "reads out by 'attention'.*readout='last_mean'"),
        ({"readout": "grid"}, "'grid'"),
        ({"readout": "max"}, "'max'"),
    ],
)
def test_a_stream_refuses_what_it_does_not_have(option, words):
    model = cfc.Config(**small, **option).build(Shape(inputs=3, variables=2, outputs=2))
    with pytest.raises(InputError, match=words):
        Stream.from_module(model.network)


def test_queries_are_a_number_of_one_and_more():
    with pytest.raises(InputError, match="readout_queries is 0; expected"):
        cfc.Config(readout="attention", readout_queries=0)
    config = replace(cfc.Config(**small), readout="attention", readout_queries=7)
    network = config.build(Shape(inputs=3, variables=2, outputs=2)).network
    assert network.head.in_features == 7 * 6
