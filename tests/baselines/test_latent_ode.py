"""Latent ODE: its parts against closed forms, and the whole on a small task."""

import math

import numpy as np
import pytest
import torch
from torch import nn

from liquidtime.baselines.flow import ODEFlow
from liquidtime.baselines.latent_ode import (
    LatentODE,
    Sizes,
    Weights,
    gaussian_kl,
    reconstruction,
)
from liquidtime.data import from_lists, split_by_series
from liquidtime.data.batch import Batch
from liquidtime.estimators import LiquidRegressor


def batch_of(lengths=(5, 3, 4), variables=2, seed=0):
    random = np.random.default_rng(seed)
    count, steps = len(lengths), max(lengths)
    there = np.arange(steps) < np.array(lengths)[:, None]
    mask = (random.random((count, steps, variables)) < 0.7) & there[..., None]
    gaps = random.exponential(1.0, (count, steps)) * there
    values = random.normal(size=mask.shape) * mask
    return Batch(
        inputs=torch.zeros(count, steps, 1),
        elapsed=torch.zeros(count, steps),
        lengths=torch.tensor(lengths),
        target=torch.zeros(count, dtype=torch.int64),
        index=torch.arange(count),
        global_size=count,
        values=torch.tensor(values),
        mask=torch.tensor(mask),
        times=torch.tensor(np.cumsum(gaps, axis=1)),
    )


def network(flow=None, encoder="ode_rnn", per_step=False):
    return LatentODE(
        2,
        3,
        sizes=Sizes(latent=4, encoder=6, units=5, layers=1),
        weights=Weights(noise=0.5, task=10.0, annealing=0.9),
        flow=flow or (lambda field: ODEFlow(field, "rk4", 1)),
        encoder=encoder,
        per_step=per_step,
    ).double()


def cross_entropy(outputs, target):
    outputs = outputs.reshape(-1, outputs.shape[-1])
    return nn.functional.cross_entropy(outputs, target, reduction="sum"), outputs.new_tensor(3.0)


def test_the_path_leads_through_all_rows_at_their_times():
    model, batch = network(), batch_of()
    model.onwards = ODEFlow(nn.Linear(4, 4, bias=False).double(), "rk4", 20)
    start = torch.randn(3, 4, dtype=torch.float64)
    path = model.path(start, batch)
    since = batch.times - batch.times[:, :1]
    powers = torch.linalg.matrix_exp(model.onwards.field.weight * since[..., None, None])
    expected = (powers @ start[:, None, :, None]).squeeze(3)
    torch.testing.assert_close(path, expected, atol=1e-5, rtol=0)


def test_the_divergence_is_the_closed_form():
    mean, deviation = torch.randn(7, 3), torch.rand(7, 3) + 0.1
    normal = torch.distributions.Normal
    expected = torch.distributions.kl_divergence(normal(mean, deviation), normal(0.0, 1.0))
    torch.testing.assert_close(gaussian_kl(mean, deviation), expected)


def test_the_likelihood_counts_what_was_observed():
    batch = batch_of()
    decoded = torch.randn(3, 5, 2, dtype=torch.float64)
    density = torch.distributions.Normal(decoded, 0.5).log_prob(batch.values)
    expected = torch.stack([density[k][batch.mask[k]].mean() for k in range(3)])
    torch.testing.assert_close(reconstruction(decoded, batch, 0.5), expected)
    other = batch._replace(values=torch.where(batch.mask, batch.values, 99.0))
    torch.testing.assert_close(reconstruction(decoded, other, 0.5), expected)


def test_the_loss_is_the_task_less_the_bound_and_the_divergence_counts_more_and_more():
    model, batch = network(), batch_of()
    model.train()
    assert model.divergence_weight() == 0.0
    for n in range(1, 4):
        weight = 1 - 0.9 ** (n - 1)
        torch.manual_seed(n)
        total, count = model.loss(batch, cross_entropy)
        torch.manual_seed(n)
        mean, deviation = model.encode(batch)
        start = mean + deviation * torch.randn_like(mean)
        task, _ = cross_entropy(model.head(start), batch.target)
        likelihood = reconstruction(model.decoder(model.path(start, batch)), batch, 0.5)
        bound = (likelihood - weight * gaussian_kl(mean, deviation).mean(1)).mean()
        torch.testing.assert_close(total, 10.0 * task - 3.0 * bound)
        assert count == 3.0 and int(model.steps) == n
    model.eval()
    model.loss(batch, cross_entropy)
    assert int(model.steps) == 3


@pytest.mark.parametrize("encoder", ["ode_rnn", "rnn"])
def test_the_encoder_reads_backwards_and_only_what_is_there(encoder):
    model, batch = network(encoder=encoder).eval(), batch_of()
    mean, _ = model.encode(batch)
    state = torch.zeros(1, 6, dtype=torch.float64)
    for t in (2, 1, 0):
        x, m = batch.values[1:2, t], batch.mask[1:2, t].double()
        gap = batch.times[1:2, t + 1] - batch.times[1:2, t]
        given = [x * m, m]
        if encoder == "ode_rnn":
            state = model.between(state, gap)
        else:
            given.append(gap.unsqueeze(1))
        state = model.recurrent(torch.cat(given, 1), state)
    torch.testing.assert_close(mean[1:2], model.posterior(state)[:, :4])
    beyond = batch.values.clone()
    beyond[1, 3:] = 50.0
    torch.testing.assert_close(model.encode(batch._replace(values=beyond))[0], mean)
    assert math.isfinite(float(mean.sum().detach()))


def test_it_learns_the_frequency_of_a_wave_seen_at_odd_times():
    random = np.random.default_rng(0)
    speed = random.uniform(0.3, 1.2, 120)
    times = [np.cumsum(random.exponential(0.8, 10)) for _ in speed]
    values = [np.sin(s * t)[:, None] for s, t in zip(speed, times, strict=True)]
    series = from_lists(values, times, target=speed.astype(np.float32))
    split = split_by_series(120, fractions=(0.7, 0.0, 0.3), seed=0)
    options = {"latent_size": 6, "encoder_size": 16, "units": 16, "layers": 1}
    how = {"options": options, "epochs": 30, "validation": None, "random_state": 0}
    model = LiquidRegressor(kind="latent_ode", **how)
    model.fit(series.select(split.train))
    test = series.select(split.test)
    assert model.score(test, test.target.numpy()[:, 0]) > 0.3
