"""mTAND: attention over time carries irregular series to reference points, where a GRU reads them.

Shukla, Marlin: Multi-Time Attention Networks for Irregularly Sampled Time Series, ICLR 2021.

Time embedding, one for the encoder and one for the decoder: φ(t) = [w₀t + b₀, sin(wt + b)].

Attention of a time t to the rows tᵢ of a series, of head h and variable d, over the rows in which
d was observed:

    κ_h(t, tᵢ) ∝ exp(φ(t) W_h (φ(tᵢ) V_h)ᵀ / √k)
    x̂_hd(t) = Σᵢ κ_h(t, tᵢ) x_id
    mTAN(t) = linear map of all x̂_hd(t), and of whether d was ever observed
"""

import math
from typing import NamedTuple

import torch
from torch import Tensor, nn

from liquidtime.baselines.evidence import TaskLoss, reconstruction
from liquidtime.baselines.flow import dense_network
from liquidtime.data.batch import Batch

HEAD = 300
"""Units of both hidden layers of the classifier, as in the published code."""
BETWEEN = 50
"""Units between the GRUs and the latent states or values, as in the published code."""
_FAR = 60.0
_LONGEST = 1e4


class Sizes(NamedTuple):
    """How large the networks are.

    Attributes:
        hidden: Units of the encoder and of the classifier's GRU.
        points: Reference points, evenly over [0, 1].
        embedding: Dimensions of a time embedding, over all heads.
        heads: Of the attention.
        latent: Dimensions of the latent state at a reference point, of the full network.
        decoder: Units of the decoder, of the full network.
    """

    hidden: int = 128
    points: int = 128
    embedding: int = 128
    heads: int = 1
    latent: int = 20
    decoder: int = 50


class Weights(NamedTuple):
    """What counts how much in the loss of the full network.

    Attributes:
        noise: Standard deviation of an observation, in that of the standardised values.
        task: Of the task's loss beside the evidence.
        annealing: After n steps of training the divergence counts 1 − annealing^(n − wait).
        wait: Steps in which it does not count.
    """

    noise: float = 0.1
    task: float = 100.0
    annealing: float = 0.9998
    wait: int = 500


class TimeEmbedding(nn.Module):
    """φ(t): a line and sines, whose rates and phases are learned.

    Args:
        size: Dimensions.
    """

    def __init__(self, size: int) -> None:
        super().__init__()
        self.waves = nn.Linear(1, size)

    def forward(self, times: Tensor) -> Tensor:
        """Times [...] to [..., size]."""
        phase = self.waves(times.unsqueeze(-1))
        return torch.cat([phase[..., :1], torch.sin(phase[..., 1:])], dim=-1)


class TimeAttention(nn.Module):
    """Attention from times to times, whose weights are the same for all variables.

    So the sums over rows are matrix products: of the weights with the values, and with the mask to
    normalise each variable by the rows in which it was observed. Nothing of size
    (queries × rows × variables) is made.

    Args:
        channels: What the linear map sees of a head.
        output_size: Of the map.
        embedding: Dimensions of the time embedding.
        heads: Divide them.
    """

    def __init__(self, channels: int, output_size: int, embedding: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.query = nn.Linear(embedding, embedding)
        self.key = nn.Linear(embedding, embedding)
        self.out = nn.Linear(channels * heads, output_size)

    def observed(self, query: Tensor, key: Tensor, values: Tensor, mask: Tensor) -> Tensor:
        """Attend to what was observed.

        Args:
            query: Embedded times, [B or 1, Q, E].
            key: The same of the rows, [B, T, E], T at least 1.
            values: [B, T, D].
            mask: [B, T, D] bool; where it is False the value is not looked at.

        Returns:
            [B, Q, output_size].
        """
        seen = mask.to(values.dtype)
        scores = self._scores(query, key)
        # Far below the best row, weights are held at e⁻⁶⁰: a variable that was observed there alone
        # is not lost to underflow.
        far = (scores - scores.amax(3, keepdim=True).detach()).clamp(min=-_FAR)
        rows = torch.cat([torch.where(mask, values, 0.0), seen], dim=2).unsqueeze(1)
        total, weight = (far.exp() @ rows).chunk(2, dim=3)
        ever = mask.any(1)[:, None, None, :]
        mean = total / torch.where(ever, weight, 1.0)
        return self._joined(torch.cat([mean, ever.to(mean.dtype).expand_as(mean)], dim=3))

    def complete(self, query: Tensor, key: Tensor, values: Tensor) -> Tensor:
        """Attend to rows in which everything is known.

        Args:
            query: [B, Q, E].
            key: [1, T, E].
            values: [B, T, C].

        Returns:
            [B, Q, output_size].
        """
        return self._joined(self._scores(query, key).softmax(3) @ values.unsqueeze(1))

    def _scores(self, query: Tensor, key: Tensor) -> Tensor:
        """[B, heads, Q, T]."""
        asked = self.query(query).unflatten(2, (self.heads, -1)).transpose(1, 2)
        there = self.key(key).unflatten(2, (self.heads, -1)).transpose(1, 2)
        return (asked / math.sqrt(asked.shape[3])) @ there.transpose(2, 3)

    def _joined(self, found: Tensor) -> Tensor:
        return self.out(found.transpose(1, 2).flatten(2))


class Clock(nn.Module):
    """Times since the first row of a series, as shares of a span.

    Args:
        span: Of the reference points, in units of the batch's times; None for the longest series
            that came in training.
    """

    def __init__(self, span: float | None) -> None:
        super().__init__()
        self.learns = span is None
        self.span: Tensor
        self.register_buffer("span", torch.tensor(span or 0.0))

    def forward(self, batch: Batch) -> Tensor:
        """Shares [B, T], beyond 1 for longer series; at most 10⁴, so that scores are numbers."""
        times = batch.raw("times")
        since = (times - times[:, :1]).to(batch.raw("values").dtype)
        if self.learns and self.training:
            with torch.no_grad():
                self.span.copy_(torch.maximum(self.span, since.amax().to(self.span.dtype)))
        return (since / torch.where(self.span > 0, self.span, 1.0)).clamp(max=_LONGEST)


class Encoder(nn.Module):
    """The mTAN module and a GRU over what it gives.

    Args:
        input_size: Number D of variables.
        sizes: Of the networks.
        bidirectional: Whether the GRU reads both ways.
    """

    def __init__(self, input_size: int, sizes: Sizes, *, bidirectional: bool) -> None:
        super().__init__()
        self.points: Tensor
        self.register_buffer("points", torch.linspace(0.0, 1.0, sizes.points), persistent=False)
        self.embedding = TimeEmbedding(sizes.embedding)
        width = sizes.hidden
        self.attention = TimeAttention(2 * input_size, width, sizes.embedding, sizes.heads)
        self.recurrent = nn.GRU(width, width, batch_first=True, bidirectional=bidirectional)

    def forward(self, batch: Batch, times: Tensor, *, at_rows: bool = False) -> Tensor:
        """What the GRU puts out.

        Args:
            batch: Its raw values and mask are read.
            times: [B, T], shares of the span.
            at_rows: At the rows, in place of the reference points.

        Returns:
            [B, Q, H], or [B, Q, 2 H] if bidirectional.
        """
        values, mask = batch.raw("values"), batch.raw("mask")
        key = self.embedding(times)
        query = key if at_rows else self.embedding(self.points.to(times.dtype).unsqueeze(0))
        return self.recurrent(self.attention.observed(query, key, values, mask))[0]


class MTANDEncoder(nn.Module):
    """mTAND-Enc: classes or numbers straight from the encoder.

    Of a series they are read off the GRU's last state over the reference points; of a row, where
    the queries are the rows themselves, off its state there.

    Args:
        input_size: Number D of variables.
        output_size: Number K of classes or values.
        sizes: Of the networks.
        span: As in `Clock`.
        per_step: One prediction a row; otherwise one a series.
    """

    def __init__(
        self,
        input_size: int,
        output_size: int,
        *,
        sizes: Sizes,
        span: float | None = None,
        per_step: bool = False,
    ) -> None:
        super().__init__()
        self.per_step = per_step
        self.clock = Clock(span)
        self.encoder = Encoder(input_size, sizes, bidirectional=False)
        if per_step:
            self.head = nn.Linear(sizes.hidden, output_size)
        else:
            self.head = dense_network(sizes.hidden, HEAD, 2, output_size, nn.ReLU)

    def forward(self, batch: Batch) -> Tensor:
        """Predict.

        Args:
            batch: Its raw values, mask and times are read.

        Returns:
            [B, K], or [B, T, K] per step.
        """
        steps = batch.raw("values").shape[1]
        batch = batch if steps else batch.with_empty_step()
        states = self.encoder(batch, self.clock(batch), at_rows=self.per_step)
        return self.head(states[:, :steps] if self.per_step else states[:, -1])


class MTANDFull(nn.Module):
    """mTAND-Full: a variational autoencoder with a latent state at each reference point.

    The encoder ends in q(zₖ) = N(μₖ, σₖ²) at reference point k. A GRU over all zₖ reads out the
    series. The decoder, a bidirectional GRU and attention from the rows to the reference points,
    gives the values back.

    Note:
        The paper does not say how the full network reads out rows. Here the classifier sees what
        the decoder's attention brings to a row.

    Args:
        input_size: Number D of variables.
        output_size: Number K of classes or values.
        sizes: Of the networks.
        weights: Of the loss.
        span: As in `Clock`.
        per_step: One prediction a row; otherwise one a series.
    """

    def __init__(
        self,
        input_size: int,
        output_size: int,
        *,
        sizes: Sizes,
        weights: Weights,
        span: float | None = None,
        per_step: bool = False,
    ) -> None:
        super().__init__()
        self.per_step = per_step
        self.weights = weights
        self.clock = Clock(span)
        self.encoder = Encoder(input_size, sizes, bidirectional=True)
        both = 2 * sizes.decoder
        self.posterior = dense_network(2 * sizes.hidden, BETWEEN, 1, 2 * sizes.latent, nn.ReLU)
        self.generator = nn.GRU(sizes.latent, sizes.decoder, batch_first=True, bidirectional=True)
        self.embedding = TimeEmbedding(sizes.embedding)
        self.attention = TimeAttention(both, both, sizes.embedding, sizes.heads)
        self.decoder = dense_network(both, BETWEEN, 1, input_size, nn.ReLU)
        if per_step:
            self.head = dense_network(both, HEAD, 2, output_size, nn.ReLU)
        else:
            self.reader = nn.GRU(sizes.latent, sizes.hidden, batch_first=True)
            self.head = dense_network(sizes.hidden, HEAD, 2, output_size, nn.ReLU)
        self.steps: Tensor
        # In the state dict, so that a resumed training goes on with the weight it had.
        self.register_buffer("steps", torch.zeros((), dtype=torch.int64))

    def forward(self, batch: Batch) -> Tensor:
        """Predict from the means of q(zₖ).

        Args:
            batch: Its raw values, mask and times are read.

        Returns:
            [B, K], or [B, T, K] per step.
        """
        steps = batch.raw("values").shape[1]
        batch = batch if steps else batch.with_empty_step()
        times = self.clock(batch)
        latent, _ = self.encode(batch, times)
        if self.per_step:
            return self.head(self.rows(latent, times))[:, :steps]
        return self.head(self.read(latent))

    def loss(self, batch: Batch, task_loss: TaskLoss) -> tuple[Tensor, Tensor]:
        """The task's loss less the evidence lower bound, of one sample of all zₖ a series.

        As in the published code, both the likelihood and the divergence are divided by the number
        of observations of the series. The bound of a batch is counted once for each unit of the
        task's weight, so that one divisor serves both.

        Args:
            batch: With targets.
            task_loss: (outputs, targets) to a sum and the weight to divide it by.

        Returns:
            The same of all.
        """
        assert batch.target is not None
        steps = batch.raw("values").shape[1]
        whole = batch if steps else batch.with_empty_step()
        times = self.clock(whole)
        mean, log_variance = self.encode(whole, times)
        latent = mean + torch.exp(0.5 * log_variance) * torch.randn_like(mean)
        rows = self.rows(latent, times)
        outputs = self.head(rows[:, :steps] if self.per_step else self.read(latent))
        task, weight = task_loss(outputs, batch.target)
        divergence = 0.5 * (log_variance.exp() + mean**2 - 1.0 - log_variance).sum((1, 2))
        likelihood = reconstruction(self.decoder(rows), whole, self.weights.noise)
        count = whole.raw("mask").sum((1, 2)).clamp(min=1)
        bound = likelihood - self.divergence_weight() * divergence / count
        if self.training:
            self.steps += 1
        return self.weights.task * task - weight * bound.mean(), weight

    def divergence_weight(self) -> Tensor:
        """What the divergence from the prior counts by now: from 0 towards 1."""
        counted = (self.steps - self.weights.wait).clamp(min=0)
        return 1.0 - self.weights.annealing**counted

    def encode(self, batch: Batch, times: Tensor) -> tuple[Tensor, Tensor]:
        """μ and log σ² of all q(zₖ), [B, points, Z] each."""
        mean, log_variance = self.posterior(self.encoder(batch, times)).chunk(2, dim=2)
        return mean, log_variance

    def rows(self, latent: Tensor, times: Tensor) -> Tensor:
        """What the decoder's attention brings from [B, points, Z] to the rows, [B, T, 2 H]."""
        states, _ = self.generator(latent)
        points = self.encoder.points.to(times.dtype).unsqueeze(0)
        return self.attention.complete(self.embedding(times), self.embedding(points), states)

    def read(self, latent: Tensor) -> Tensor:
        """The last state, [B, H], of the GRU over the latent states."""
        return self.reader(latent)[0][:, -1]
