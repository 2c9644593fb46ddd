"""mTAND: attention and losses worked out another way in float64, and the whole on small tasks."""

import math

import numpy as np
import pytest
import torch
from torch import nn
from waves import accuracy

from liquidtime.baselines.mtand import MTANDEncoder, MTANDFull, Sizes, TimeAttention, Weights
from liquidtime.data.batch import Batch
from liquidtime.errors import InputError
from liquidtime.models import mtand
from liquidtime.models.contract import Shape

SMALL = Sizes(hidden=6, points=5, embedding=8, heads=2, latent=3, decoder=4)


def batch_of(lengths=(5, 3, 0, 4), variables=3, seed=0):
    random = np.random.default_rng(seed)
    count, steps = len(lengths), max(lengths)
    there = np.arange(steps) < np.array(lengths)[:, None]
    mask = (random.random((count, steps, variables)) < 0.6) & there[..., None]
    # One variable is never observed in the second series.
    mask[1, :, 0] = False
    gaps = random.exponential(1.0, (count, steps)) * there
    return Batch(
        inputs=torch.zeros(count, steps, 1),
        elapsed=torch.zeros(count, steps),
        lengths=torch.tensor(lengths),
        target=torch.arange(count) % 2,
        index=torch.arange(count),
        global_size=count,
        values=torch.tensor(random.normal(size=mask.shape) * mask),
        mask=torch.tensor(mask),
        times=torch.tensor(7.0 + np.cumsum(gaps, axis=1)),
    )


def encoder(**options):
    torch.manual_seed(1)
    return MTANDEncoder(3, 2, sizes=SMALL, span=4.0, **options).double().eval()


def full(**options):
    torch.manual_seed(1)
    weights = Weights(noise=0.5, task=10.0, annealing=0.9, wait=1)
    return MTANDFull(3, 2, sizes=SMALL, span=4.0, weights=weights, **options).double().eval()


def embedded(module, t):
    w, b = module.waves.weight[:, 0].detach().numpy(), module.waves.bias.detach().numpy()
    return np.concatenate([[t * w[0] + b[0]], np.sin(t * w[1:] + b[1:])])


def attention_by_hand(attention, query, keys, values, mask):
    """Softmax over the observed rows of each variable; one time asks."""
    layers = [attention.query, attention.key]
    w, v = (layer.weight.detach().numpy() for layer in layers)
    b, c = (layer.bias.detach().numpy() for layer in layers)
    width, found = len(w) // attention.heads, []
    for h in range(attention.heads):
        part = slice(h * width, (h + 1) * width)
        asked = (w @ query + b)[part]
        scores = np.array([asked @ (v @ key + c)[part] for key in keys]) / math.sqrt(width)
        for d in range(values.shape[1]):
            seen = mask[:, d]
            weight = np.exp(scores[seen] - scores[seen].max()) if seen.any() else np.zeros(0)
            found.append(weight @ values[seen, d] / weight.sum() if seen.any() else 0.0)
        found += [float(mask[:, d].any()) for d in range(values.shape[1])]
    return attention.out.weight.detach().numpy() @ found + attention.out.bias.detach().numpy()


def test_attention_equals_the_equations_variable_by_variable():
    model, batch = encoder(), batch_of()
    times = model.clock(batch)
    part = model.encoder
    key = part.embedding(times)
    points = torch.linspace(0, 1, 5, dtype=torch.float64)
    query = part.embedding(points.unsqueeze(0))
    found = part.attention.observed(query, key, batch.values, batch.mask).detach().numpy()
    for n, length in enumerate(batch.lengths.tolist()):
        since = (batch.times[n] - batch.times[n, 0]).numpy()[:length] / 4.0
        keys = [embedded(part.embedding, t) for t in since]
        values, mask = batch.values[n, :length].numpy(), batch.mask[n, :length].numpy()
        for q, point in enumerate(np.linspace(0, 1, 5)):
            asked = embedded(part.embedding, point)
            expected = attention_by_hand(part.attention, asked, keys, values, mask)
            np.testing.assert_allclose(found[n, q], expected, atol=1e-12)


@pytest.mark.parametrize("sharpness", [1.0, 30.0, 3000.0])
def test_a_variable_seen_far_away_alone_is_still_seen(sharpness):
    torch.manual_seed(0)
    attention = TimeAttention(4, 4, 2, 1)
    with torch.no_grad():
        for layer in (attention.query, attention.key):
            layer.weight.copy_(sharpness**0.5 * torch.eye(2))
            layer.bias.zero_()
        attention.out.weight.copy_(torch.eye(4))
        attention.out.bias.zero_()
    query, key = torch.tensor([[[1.0, 0.0]]]), torch.tensor([[[1.0, 0.0], [-1.0, 0.0]]])
    values = torch.tensor([[[2.0, 9.0], [9.0, 5.0]]], requires_grad=True)
    mask = torch.tensor([[[True, False], [False, True]]])
    found = attention.observed(query, key, values, mask)
    torch.testing.assert_close(found, torch.tensor([[[2.0, 5.0, 1.0, 1.0]]]))
    found.sum().backward()
    torch.testing.assert_close(values.grad, mask.float())
    assert all(p.grad.isfinite().all() for p in attention.parameters())


def test_the_decoder_attends_to_all_reference_points():
    model, batch = full(), batch_of()
    times = model.clock(batch)
    latent = torch.randn(4, 5, 3, dtype=torch.float64)
    states = model.generator(latent)[0].detach().numpy()
    found = model.rows(latent, times).detach().numpy()
    keys = [embedded(model.embedding, t) for t in np.linspace(0, 1, 5)]
    # Without the words on what was ever observed, which are for the encoder alone.
    for n, t in ((0, 2), (3, 1)):
        asked = embedded(model.embedding, float(times[n, t]))
        plain, width = [], 4
        w, v = (x.weight.detach().numpy() for x in (model.attention.query, model.attention.key))
        b, c = (x.bias.detach().numpy() for x in (model.attention.query, model.attention.key))
        for h in range(2):
            part = slice(h * width, (h + 1) * width)
            scores = np.array([(w @ asked + b)[part] @ (v @ k + c)[part] for k in keys]) / 2.0
            weight = np.exp(scores)
            plain.append(weight @ states[n] / weight.sum())
        out = model.attention.out
        expected = out.weight.detach().numpy() @ np.concatenate(plain) + out.bias.detach().numpy()
        np.testing.assert_allclose(found[n, t], expected, atol=1e-12)


@pytest.mark.parametrize("make", [encoder, full])
@pytest.mark.parametrize("per_step", [False, True])
def test_what_is_masked_or_behind_the_end_has_no_influence(make, per_step):
    model, batch = make(per_step=per_step), batch_of()
    other = batch._replace(values=torch.where(batch.mask, batch.values, 99.0))
    longer = batch._replace(
        **{
            name: torch.cat([getattr(batch, name), getattr(batch, name)[:, -1:]], dim=1)
            for name in ("inputs", "elapsed", "values", "times")
        },
        mask=torch.cat([batch.mask, torch.zeros_like(batch.mask[:, :1])], dim=1),
    )
    first, second, third = model(batch), model(other), model(longer)
    assert torch.equal(first, second)
    torch.testing.assert_close(third[:, :5] if per_step else third, first)
    alone = Batch(*(x[1:2] if isinstance(x, torch.Tensor) else x for x in batch))
    torch.testing.assert_close(model(alone)[0], first[1])
    nothing = batch_of((0, 0))
    assert model(nothing).shape == ((2, 0, 2) if per_step else (2, 2))


def test_the_loss_is_the_task_less_the_bound_and_the_divergence_comes_late():
    model, batch = full().train(), batch_of()

    def cross_entropy(outputs, target):
        return nn.functional.cross_entropy(outputs, target, reduction="sum"), outputs.new_tensor(4)

    for n, weight in enumerate([0.0, 0.0, 1 - 0.9, 1 - 0.9**2]):
        assert float(model.divergence_weight()) == pytest.approx(weight)
        torch.manual_seed(n)
        total, count = model.loss(batch, cross_entropy)
        torch.manual_seed(n)
        times = model.clock(batch)
        mean, log_variance = model.encode(batch, times)
        deviation = (0.5 * log_variance).exp()
        latent = mean + deviation * torch.randn_like(mean)
        task, _ = cross_entropy(model.head(model.reader(latent)[1][0]), batch.target)
        normal = torch.distributions.Normal
        kl = torch.distributions.kl_divergence(normal(mean, deviation), normal(0.0, 1.0))
        density = normal(model.decoder(model.rows(latent, times)), 0.5).log_prob(batch.values)
        bound = 0.0
        for k in range(4):
            seen = max(1, int(batch.mask[k].sum()))
            bound += (density[k][batch.mask[k]].sum() - weight * kl[k].sum()) / seen / 4
        torch.testing.assert_close(total, 10.0 * task - 4.0 * bound)
        assert count == 4 and int(model.steps) == n + 1
    model.eval()
    model.loss(batch, cross_entropy)
    assert int(model.steps) == 4


def test_the_span_is_that_of_the_longest_series_in_training():
    model, batch = MTANDEncoder(3, 2, sizes=SMALL).double(), batch_of()
    longest = float((batch.times[:, -1] - batch.times[:, 0]).max())
    model.eval()(batch)
    assert float(model.clock.span) == 0.0
    model.train()(batch)
    assert float(model.clock.span) == pytest.approx(longest)
    model.eval()(batch._replace(times=batch.times * 2))
    assert float(model.clock.span) == pytest.approx(longest)
    torch.testing.assert_close(model.clock(batch).max(), torch.tensor(1.0, dtype=torch.float64))


@pytest.mark.parametrize("make", [encoder, full])
def test_endless_times_leave_numbers(make):
    batch = batch_of()
    late = batch._replace(times=batch.times * 1e200)
    assert make()(late).isfinite().all()


def test_as_many_parameters_as_the_published_networks():
    """41 variables; counted from the published layers' widths."""

    def count(options):
        shape = Shape(inputs=1, variables=41, outputs=2)
        network = mtand.Config(**options).build(shape).network
        return sum(p.numel() for p in network.parameters())

    def linear(a, b):
        return a * b + b

    def gru(a, b):
        return 3 * (a * b + b * b + 2 * b)

    def attention(channels, out):
        return 2 * linear(128, 128) + linear(channels, out) + linear(1, 127) + linear(1, 1)

    def head(width):
        return linear(width, 300) + linear(300, 300) + linear(300, 2)

    assert count({"hidden_size": 128}) == attention(82, 128) + gru(128, 128) + head(128)
    coding = attention(82, 256) + 2 * gru(256, 256) + linear(512, 50) + linear(50, 40)
    decoding = attention(100, 100) + 2 * gru(20, 50) + linear(100, 50) + linear(50, 41)
    reading = gru(20, 256) + head(256)
    assert count({"network": "full", "hidden_size": 256}) == coding + decoding + reading


def test_heads_divide_the_embedding():
    with pytest.raises(InputError, match="multiple of heads"):
        mtand.Config(heads=3)


@pytest.mark.parametrize("network", ["encoder", "full"])
def test_it_learns_which_of_two_waves_a_series_is(network):
    sizes = {"hidden_size": 8, "reference_points": 8, "embedding_size": 8}
    sizes |= {"latent_size": 4, "decoder_size": 6, "noise": 1.0, "network": network}
    assert accuracy("mtand", sizes, steps=60, learning_rate=2e-2) > 0.8
