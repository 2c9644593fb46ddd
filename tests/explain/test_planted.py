"""A signal of one variable in one stretch of time decides: every method finds it there."""

import numpy as np
import pytest
import torch
from explained import Classes

from liquidtime import explain
from liquidtime.data.preprocess import Preprocessor
from liquidtime.data.series import IrregularSeries
from liquidtime.models import cfc
from liquidtime.models.contract import Shape

ROWS, START, END = 12, 9, 12


def planted(n=1000, seed=0):
    """Of three variables the first decides, in the last three rows of 12."""
    random = np.random.default_rng(seed)
    values = random.normal(size=(n, ROWS, 3))
    target = (values[:, START:END, 0].sum(1) > 0).astype(np.int64)
    times = np.cumsum(random.uniform(0.5, 1.5, (n, ROWS)), axis=1)
    return IrregularSeries(
        values=torch.tensor(values.reshape(-1, 3), dtype=torch.float32),
        times=torch.tensor(times.reshape(-1)),
        mask=torch.ones(n * ROWS, 3, dtype=torch.bool),
        lengths=torch.full((n,), ROWS),
        target=torch.tensor(target),
        features=("signal", "noise", "more noise"),
    )


class Stretch(torch.nn.Module):
    """What a perfectly trained network does: the signal's mean over its stretch, squashed."""

    def __init__(self, names):
        super().__init__()
        self.column = names.index("signal")
        self.gain = torch.nn.Parameter(torch.tensor(2.0))

    def forward(self, batch):
        level = batch.inputs[:, START:END, self.column].mean(1)
        return torch.stack([torch.zeros_like(level), torch.tanh(self.gain * level)], dim=1)


@pytest.fixture(scope="module")
def series():
    return planted()


@pytest.fixture
def perfect(series, explainable):
    about = explainable(series)
    network = Stretch(about.preprocessor.input_names)
    object.__setattr__(about.model, "network", network)
    return about


@pytest.fixture(scope="module")
def trained(series):
    """A CfC that learnt it from the data."""

    known = Preprocessor.fit(series, features=("values", "since"))
    torch.manual_seed(0)
    config = cfc.Config(hidden_size=12, backbone_units=16, readout="last")
    shape = Shape(inputs=known.input_size, variables=known.variable_count, outputs=2)
    model = config.build(shape)
    batch = known.encode(series).batch(range(len(series)))
    optimiser = torch.optim.Adam(model.network.parameters(), lr=0.02)
    for _ in range(50):
        optimiser.zero_grad()
        loss = torch.nn.functional.cross_entropy(model.network(batch), series.target)
        loss.backward()
        optimiser.step()
    return explain.Explainable(model, known, Classes("no", "yes"))


@pytest.mark.parametrize("method", ["integrated gradients", "occlusion", "saliency"])
def test_every_method_finds_it(method, perfect, series):
    one = series[3]
    if method == "saliency":
        amounts = explain.saliency(perfect, one).values
    else:
        amounts = explain.attribute(perfect, one, method=method).cells
    decided = np.zeros((ROWS, 3), dtype=bool)
    decided[START:END, 0] = True
    if method == "occlusion":
        decided[START - 1, 0] = True  # not used, unless what comes after were not there
        assert not amounts[START - 1].any()
    assert np.abs(amounts[decided]).sum() > 0
    assert not amounts[~decided].any()


def test_a_trained_network_gives_the_noise_little(trained, series):
    found = explain.importance(trained, series[:40], baseline="mean")
    assert found.names[0] == "signal"
    signal, noise = found.size[0], found.size[1:]
    assert (signal > 2.0 * noise).all() and found.low[0] > noise.max()
    assert found.amounts.shape == (40, 3)
    inside = [
        np.abs(explain.attribute(trained, one, baseline="mean").cells[:, 0]) for one in series[:20]
    ]
    by_row = np.mean(inside, axis=0)
    assert by_row[START:END].mean() > 2.0 * np.delete(by_row, range(START, END)).mean()


def test_importance_is_the_mean_of_what_each_series_says(perfect, series):
    found = explain.importance(perfect, series[:10])
    alone = [explain.attribute(perfect, one).totals["signal"] for one in series[:10]]
    assert found.size[0] == pytest.approx(np.abs(alone).mean(), rel=1e-5)
    assert found.direction[0] == pytest.approx(np.mean(alone), rel=1e-4, abs=1e-7)
    assert found.low[0] <= found.size[0] <= found.high[0]
    again = explain.importance(perfect, series[:10])
    assert again.low.tolist() == found.low.tolist()
    by_leaving_out = explain.importance(perfect, series[:3], method="occlusion")
    assert by_leaving_out.names[0] == "signal" and by_leaving_out.size[1] == 0
    assert [*found.to_frame()["variable"]] == [*found.names]
