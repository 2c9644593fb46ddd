"""Latent ODE: its parts against closed forms, and the whole on a small task."""

from functools import partial

import numpy as np
import pytest
import torch
from torch import nn

from liquidtime.baselines.evidence import reconstruction
from liquidtime.baselines.flow import ODEFlow, dense_network
from liquidtime.baselines.latent_ode import (
    LatentODE,
    Sizes,
    Weights,
    gaussian_kl,
)
from liquidtime.baselines.recognition import Recognition
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


def network(flow=None, encoder="ode_rnn", per_step=False, samples=1):
    flow = flow or partial(ODEFlow, method="rk4", steps=1)
    between = None if encoder == "rnn" else flow(dense_network(6, 5, 1, 6))
    return LatentODE(
        2,
        3,
        sizes=Sizes(latent=4, units=5, layers=1),
        weights=Weights(noise=0.5, task=10.0, annealing=0.9, samples=samples),
        recognition=Recognition(2, 4, state=6, units=5, between=between, encoder=encoder),
        flow=flow,
        per_step=per_step,
    ).double()


def cross_entropy(outputs, target):
    outputs = outputs.reshape(-1, outputs.shape[-1])
    return nn.functional.cross_entropy(outputs, target, reduction="sum"), outputs.new_tensor(3.0)


def test_the_path_leads_through_all_rows_at_their_times():
    model, batch = network(), batch_of()
    model.onwards = ODEFlow(nn.Linear(4, 4, bias=False).double(), "rk4", 20)
    start = torch.randn(3, 4, dtype=torch.float64)
    path = model.path(start, model.laid_out(batch))
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
        layout = model.laid_out(batch)
        mean, deviation = model.recognition(batch.values, batch.mask, layout)
        start = mean + deviation * torch.randn_like(mean)
        task, _ = cross_entropy(model.head(start), batch.target)
        likelihood = reconstruction(model.decoder(model.path(start, layout)), batch, 0.5)
        bound = (likelihood - weight * gaussian_kl(mean, deviation).mean(1)).mean()
        torch.testing.assert_close(total, 10.0 * task - 3.0 * bound)
        assert count == 3.0 and int(model.steps) == n
    model.eval()
    model.loss(batch, cross_entropy)
    assert int(model.steps) == 3


@pytest.mark.parametrize("layout", ["own", "union"])
def test_of_several_samples_the_bound_is_the_logarithm_of_their_mean_likelihood(layout):
    model, batch = network(samples=3).train(), batch_of()
    model.layout = layout
    model.steps += 5
    weight = model.divergence_weight()
    torch.manual_seed(0)
    total, count = model.loss(batch, cross_entropy)
    torch.manual_seed(0)
    steps = model.laid_out(batch)
    mean, deviation = model.recognition(batch.values, batch.mask, steps)
    bounds, losses = [], []
    for noise in torch.randn(3, *mean.shape, dtype=mean.dtype):
        start = mean + deviation * noise
        losses.append(cross_entropy(model.head(start), batch.target)[0])
        likelihood = reconstruction(model.decoder(model.path(start, steps)), batch, 0.5)
        bounds.append((likelihood - weight * gaussian_kl(mean, deviation).mean(1)).mean())
    bound = torch.stack(bounds).exp().mean().log()
    torch.testing.assert_close(total, 10.0 * sum(losses) / 3 - 3.0 * bound)
    assert count == 3.0


@pytest.mark.parametrize("encoder", ["ode_rnn", "ode_gru", "rnn"])
@pytest.mark.parametrize("per_step", [False, True])
def test_solved_exactly_the_union_of_time_stamps_gives_the_same(encoder, per_step):
    exact = partial(ODEFlow, method="dopri5", steps=1, rtol=1e-8, atol=1e-9)
    model, batch = network(exact, encoder, per_step).eval(), batch_of()
    assert len(batch.times.unique()) > 5
    with torch.no_grad():
        own = model(batch)
        model.layout = "union"
        union = model(batch)
    if per_step:
        there = torch.arange(5) < batch.lengths.unsqueeze(1)
        own, union = own[there], union[there]
    torch.testing.assert_close(union, own, atol=1e-6, rtol=0)


def test_it_learns_the_frequency_of_a_wave_seen_at_odd_times():
    random = np.random.default_rng(0)
    speed = random.uniform(0.3, 1.2, 90)
    times = [np.cumsum(random.exponential(0.8, 7)) for _ in speed]
    values = [np.sin(s * t)[:, None] for s, t in zip(speed, times, strict=True)]
    series = from_lists(values, times, target=speed.astype(np.float32))
    split = split_by_series(90, fractions=(0.7, 0.0, 0.3), seed=0)
    options = {"latent_size": 6, "encoder_size": 16, "units": 16, "layers": 1}
    how = {
        "options": options,
        "epochs": 25,
        "batch_size": 16,
        "validation": None,
        "random_state": 0,
    }
    model = LiquidRegressor(kind="latent_ode", **how)
    model.fit(series.select(split.train))
    test = series.select(split.test)
    assert model.score(test, test.target.numpy()[:, 0]) > 0.3
