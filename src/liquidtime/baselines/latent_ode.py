"""Latent ODE: a series as the path of an ODE from one latent point, found by an encoder.

Rubanova, Chen, Duvenaud: Latent ODEs for Irregularly-Sampled Time Series, NeurIPS 2019.
"""

import math
from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor, nn

from liquidtime.baselines.evidence import TaskLoss, reconstruction
from liquidtime.baselines.flow import ODEFlow, dense_network
from liquidtime.baselines.layout import Layout, LayoutName, layout_of
from liquidtime.baselines.recognition import Recognition
from liquidtime.data.batch import Batch


class Sizes(NamedTuple):
    """How large the networks are.

    Attributes:
        latent: Z, dimensions of the latent state.
        units: Hidden units of the field.
        layers: Hidden layers of the field.
    """

    latent: int
    units: int
    layers: int


class Weights(NamedTuple):
    """What counts how much in the loss.

    Attributes:
        noise: Standard deviation of an observation, in that of the standardised values.
        task: Of the task's loss beside the evidence.
        annealing: After n steps of training the divergence counts 1 − annealingⁿ.
        samples: Of z₀ a series; the authors' code draws 3.
    """

    noise: float
    task: float
    annealing: float
    samples: int = 1


def gaussian_kl(mean: Tensor, deviation: Tensor) -> Tensor:
    """KL(N(mean, deviation²) ‖ N(0, 1)), elementwise."""
    return 0.5 * (deviation**2 + mean**2 - 1.0) - deviation.log()


class LatentODE(nn.Module):
    """A variational autoencoder of series: recognition network, latent ODE, decoder, predictor.

    A `Recognition` network reads the series backwards in time, with the mask beside the values, and
    ends in q(z₀) = N(μ, σ²). The ODE leads from z₀, at the first row, through the latent states of
    all rows, from which values are decoded; classes or numbers of a series are read off z₀, those
    of a row off its own latent state.

    Note:
        The authors' code draws three samples of z₀ a series in training; by default one is drawn
        here. Its encoder takes Euler steps, its decoder those of dopri5.

    Args:
        input_size: Number D of variables.
        output_size: Number K of classes or values.
        sizes: Of the networks.
        weights: Of the loss.
        recognition: Finds q(z₀).
        flow: Makes the solver of the decoder's field.
        layout: In which steps the series of a batch are read and decoded; see `layout_of`.
        per_step: One prediction a row; otherwise one a series.
    """

    def __init__(
        self,
        input_size: int,
        output_size: int,
        *,
        sizes: Sizes,
        weights: Weights,
        recognition: Recognition,
        flow: Callable[[nn.Module], ODEFlow],
        layout: LayoutName = "own",
        per_step: bool = False,
    ) -> None:
        super().__init__()
        self.per_step = per_step
        self.layout: LayoutName = layout
        self.weights = weights
        latent, units, layers = sizes
        self.recognition = recognition
        self.onwards = flow(dense_network(latent, units, layers, latent))
        self.decoder = nn.Linear(latent, input_size)
        # That of the authors' code.
        self.head = dense_network(latent, 300, 2, output_size, nn.ReLU)
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
        layout = self.laid_out(batch)
        mean, _ = self.recognition(batch.raw("values"), batch.raw("mask"), layout)
        return self.head(self.path(mean, layout) if self.per_step else mean)

    def loss(self, batch: Batch, task_loss: TaskLoss) -> tuple[Tensor, Tensor]:
        """The task's loss less the evidence lower bound.

        As in the published code, the likelihood is a mean over the observed entries of a series,
        and the divergence one over the latent dimensions. The bound of a batch is counted once for
        each unit of the task's weight, so that one divisor serves both. Of several samples of z₀,
        the task's loss is the mean, and the bound the logarithm of the mean of its exponential.

        Args:
            batch: With targets.
            task_loss: (outputs, targets) to a sum and the weight to divide it by.

        Returns:
            The same of all.
        """
        assert batch.target is not None
        layout = self.laid_out(batch)
        mean, deviation = self.recognition(batch.raw("values"), batch.raw("mask"), layout)
        count = self.weights.samples
        start = mean + deviation * mean.new_empty(count, *mean.shape).normal_()
        paths = self.path(start.flatten(0, 1), layout.repeated(count)).chunk(count)
        divergence = self.divergence_weight() * gaussian_kl(mean, deviation).mean(1)
        losses, bounds, weight = [], [], mean.new_zeros(())
        for point, path in zip(start, paths, strict=True):
            loss, weight = task_loss(self.head(path if self.per_step else point), batch.target)
            losses.append(loss)
            likelihood = reconstruction(self.decoder(path), batch, self.weights.noise)
            bounds.append((likelihood - divergence).mean())
        bound = torch.logsumexp(torch.stack(bounds), dim=0) - math.log(count)
        task = torch.stack(losses).mean()
        if self.training:
            self.steps += 1
        return self.weights.task * task - weight * bound, weight

    def divergence_weight(self) -> float:
        """What the divergence from the prior counts by now: from 0 towards 1."""
        return 1.0 - self.weights.annealing ** int(self.steps)

    def laid_out(self, batch: Batch) -> Layout:
        """The steps in which the series of a batch go through their rows."""
        dtype = batch.raw("values").dtype
        return layout_of(self.layout, batch.raw("times"), batch.lengths, dtype)

    def path(self, start: Tensor, layout: Layout) -> Tensor:
        """The latent states of all rows, [B, T, Z], from z₀ [B, Z] at the first."""
        states = [start]
        for t in range(1, layout.here.shape[1]):
            states.append(self.onwards(states[-1], layout.onwards[:, t]))
        return layout.gather(torch.stack(states, dim=1)[:, : layout.here.shape[1]])
