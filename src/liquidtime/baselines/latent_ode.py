"""Latent ODE: a series as the path of an ODE from one latent point, found by an encoder.

Rubanova, Chen, Duvenaud: Latent ODEs for Irregularly-Sampled Time Series, NeurIPS 2019.
"""

import math
from collections.abc import Callable
from typing import Literal, NamedTuple

import torch
from torch import Tensor, nn

from liquidtime.baselines.flow import ODEFlow, tanh_network
from liquidtime.data.batch import Batch

Encoder = Literal["ode_rnn", "rnn"]
TaskLoss = Callable[[Tensor, Tensor], tuple[Tensor, Tensor]]


class Sizes(NamedTuple):
    """How large the networks are.

    Attributes:
        latent: Z, dimensions of the latent state.
        encoder: Units of the recognition network.
        units: Hidden units of each field, and of the read-outs.
        layers: Hidden layers of each field.
    """

    latent: int
    encoder: int
    units: int
    layers: int


class Weights(NamedTuple):
    """What counts how much in the loss.

    Attributes:
        noise: Standard deviation of an observation, in that of the standardised values.
        task: Of the task's loss beside the evidence.
        annealing: After n steps of training the divergence counts 1 − annealingⁿ.
    """

    noise: float
    task: float
    annealing: float


def gaussian_kl(mean: Tensor, deviation: Tensor) -> Tensor:
    """KL(N(mean, deviation²) ‖ N(0, 1)), elementwise."""
    return 0.5 * (deviation**2 + mean**2 - 1.0) - deviation.log()


class LatentODE(nn.Module):
    """A variational autoencoder of series: recognition network, latent ODE, decoder, predictor.

    The recognition network reads the series backwards in time, with the mask beside the values: an
    ODE-RNN moves its state by an ODE between rows; an RNN has the gap among its inputs. It ends in
    q(z₀) = N(μ, σ²). The ODE leads from z₀, at the first row, through the latent states of all
    rows, from which values are decoded; classes or numbers of a series are read off z₀, those of a
    row off its own latent state.

    Note:
        The published encoder carries a mean and a deviation through its recurrent unit; here the
        unit is a plain GRU and both are read off its last state.

    Args:
        input_size: Number D of variables.
        output_size: Number K of classes or values.
        sizes: Of the networks.
        weights: Of the loss.
        flow: Makes the solver of a field.
        encoder: "ode_rnn" or "rnn".
        per_step: One prediction a row; otherwise one a series.
    """

    def __init__(
        self,
        input_size: int,
        output_size: int,
        *,
        sizes: Sizes,
        weights: Weights,
        flow: Callable[[nn.Module], ODEFlow],
        encoder: Encoder = "ode_rnn",
        per_step: bool = False,
    ) -> None:
        super().__init__()
        self.per_step = per_step
        self.weights = weights
        latent, state, units, layers = sizes
        self.between = None
        if encoder == "ode_rnn":
            self.between = flow(tanh_network(state, units, layers, state))
        gaps = 1 if self.between is None else 0
        self.recurrent = nn.GRUCell(2 * input_size + gaps, state)
        self.posterior = tanh_network(state, units, 1, 2 * latent)
        self.onwards = flow(tanh_network(latent, units, layers, latent))
        self.decoder = nn.Linear(latent, input_size)
        self.head = tanh_network(latent, units, 1, output_size)
        self.steps: Tensor
        # In the state dict, so that a resumed training goes on with the weight it had.
        self.register_buffer("steps", torch.zeros((), dtype=torch.int64))

    def forward(self, batch: Batch) -> Tensor:
        """Predict from the mean of q(z₀).

        Args:
            batch: Its raw values, mask and times are read.

        Returns:
            [B, K], or [B, T, K] per step.
        """
        mean, _ = self.encode(batch)
        return self.head(self.path(mean, batch) if self.per_step else mean)

    def loss(self, batch: Batch, task_loss: TaskLoss) -> tuple[Tensor, Tensor]:
        """The task's loss less the evidence lower bound, of one sample of z₀ a series.

        As in the published code, the likelihood is a mean over the observed entries of a series,
        and the divergence one over the latent dimensions. The bound of a batch is counted once for
        each unit of the task's weight, so that one divisor serves both.

        Args:
            batch: With targets.
            task_loss: (outputs, targets) to a sum and the weight to divide it by.

        Returns:
            The same of all.
        """
        assert batch.target is not None
        mean, deviation = self.encode(batch)
        start = mean + deviation * torch.randn_like(mean)
        path = self.path(start, batch)
        task, weight = task_loss(self.head(path if self.per_step else start), batch.target)
        divergence = gaussian_kl(mean, deviation).mean(1)
        likelihood = reconstruction(self.decoder(path), batch, self.weights.noise)
        bound = likelihood - self.divergence_weight() * divergence
        if self.training:
            self.steps += 1
        return self.weights.task * task - weight * bound.mean(), weight

    def divergence_weight(self) -> float:
        """What the divergence from the prior counts by now: from 0 towards 1."""
        return 1.0 - self.weights.annealing ** int(self.steps)

    def encode(self, batch: Batch) -> tuple[Tensor, Tensor]:
        """μ and σ of q(z₀), [B, Z] each."""
        values, mask = batch.raw("values"), batch.raw("mask")
        given = torch.cat([values * mask, mask.to(values.dtype)], dim=2)
        # To the row that comes before in this direction, which is the later one in time.
        gaps = torch.cat([_gaps(batch)[:, 1:], _gaps(batch)[:, :1]], dim=1)
        state = values.new_zeros(len(values), self.recurrent.hidden_size)
        for t in reversed(range(values.shape[1])):
            gap, x = gaps[:, t], given[:, t]
            if self.between is None:
                x, moved = torch.cat([x, gap.unsqueeze(1)], dim=1), state
            else:
                moved = self.between(state, gap)
            there = (t < batch.lengths).unsqueeze(1)
            state = torch.where(there, self.recurrent(x, moved), state)
        mean, free = self.posterior(state).chunk(2, dim=1)
        return mean, nn.functional.softplus(free) + 1e-4

    def path(self, start: Tensor, batch: Batch) -> Tensor:
        """The latent states of all rows, [B, T, Z], from z₀ [B, Z] at the first."""
        gaps, states = _gaps(batch), [start]
        for t in range(1, gaps.shape[1]):
            states.append(self.onwards(states[-1], gaps[:, t]))
        return torch.stack(states, dim=1)[:, : gaps.shape[1]]


def reconstruction(decoded: Tensor, batch: Batch, noise: float) -> Tensor:
    """Log-likelihood of what was observed, under N(decoded, noise²).

    Args:
        decoded: [B, T, D].
        batch: Its raw values and mask are read.
        noise: Standard deviation, in that of the standardised values.

    Returns:
        [B], the mean over the observed entries of each series; 0 for a series without any.
    """
    values, mask = batch.raw("values"), batch.raw("mask")
    likelihood = -0.5 * (((values - decoded) / noise) ** 2 + math.log(2 * math.pi * noise**2))
    count = mask.sum((1, 2)).clamp(min=1)
    return torch.where(mask, likelihood, 0.0).sum((1, 2)) / count


def _gaps(batch: Batch) -> Tensor:
    """Time since the previous row, [B, T], 0 at the first and past the end."""
    times = batch.raw("times")
    return torch.diff(times, dim=1, prepend=times[:, :1]).to(batch.raw("values").dtype)
