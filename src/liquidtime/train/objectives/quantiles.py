"""Quantiles of one or several numbers: the pinball loss (Koenker & Bassett 1978)."""

from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from liquidtime.train.config import FitConfig, check_quantiles
from liquidtime.train.objectives.contract import Values, weighted_rows
from liquidtime.train.objectives.values import Numbers
from liquidtime.train.score import weighted as scores
from liquidtime.train.score.bootstrap import Score


@dataclass(frozen=True, kw_only=True)
class Quantiles(Numbers):
    """Quantiles of values [.., K], NaN for none; Q levels, K × Q outputs.

    Quantiles never cross: the network gives the middle one and, from it outwards, the distances,
    each through a softplus, which is above 0.

    Attributes:
        levels: Q shares, rising, each between 0 and 1.
    """

    name: ClassVar[str] = "quantiles"

    levels: tuple[float, ...]

    def __post_init__(self) -> None:
        super().__post_init__()
        check_quantiles(self.levels)

    @classmethod
    def suits(cls, config: FitConfig) -> bool:
        """Whether quantiles of numbers are asked for."""
        return config.task in ("regress", "forecast") and bool(config.quantiles)

    @classmethod
    def fitted(cls, training: Any, config: FitConfig) -> Self:
        """The objective with mean and spread of the training part."""
        return cls(**vars(Numbers.fitted(training, config)), levels=tuple(config.quantiles))

    @property
    def output_size(self) -> int:
        """Number K × Q of outputs."""
        return len(self.labels) * len(self.levels)

    @property
    def middle(self) -> int:
        """Number of the level nearest to a half, which stands for the prediction itself."""
        return int(np.abs(np.asarray(self.levels) - 0.5).argmin())

    def loss(
        self, logits: Tensor, target: Tensor, weight: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        """Pinball loss of the standardised values, the mean over the levels."""
        found = self._ordered(logits)
        target = target.reshape(found.shape[:-1])
        there = ~target.isnan()
        wanted = (target - found.new_tensor(self.mean)) / found.new_tensor(self.scale)
        error = torch.where(there, wanted, 0.0)[..., None] - found
        levels = found.new_tensor(self.levels)
        each = torch.maximum(levels * error, (levels - 1) * error).mean(-1)
        terms = torch.where(there, each, 0.0)
        if self.weights is None:
            return weighted_rows(terms, there, weight)
        factor = found.new_tensor(self.weights)
        return weighted_rows(terms * factor, there * factor, weight)

    def predictions(self, logits: np.ndarray) -> Values:
        """Quantiles in the target's own unit, those of a value together, [R, K × Q]."""
        raw = torch.from_numpy(np.asarray(logits, dtype=np.float64))
        found = self._ordered(raw).numpy()
        values = found * np.asarray(self.scale)[:, None] + np.asarray(self.mean)[:, None]
        return values.reshape(len(values), -1)

    def point(self, prediction: Values) -> Values:
        """The middle quantile of each value, [R, K]."""
        return self._split(prediction)[..., self.middle]

    def measures(self, target: np.ndarray, prediction: Values) -> dict[str, Score]:
        """Pinball loss, coverage of the widest interval, and the scores of the middle quantile."""
        there = np.isfinite(target)
        counts = there.astype(np.float64)
        found, levels = self._split(prediction), np.asarray(self.levels)
        error = np.where(there, target, 0.0)[..., None] - found
        pinball = np.maximum(levels * error, (levels - 1) * error).mean(-1) * counts
        made: dict[str, Score] = {"pinball": scores.pooled_mean(pinball, counts)}
        if len(levels) > 1:
            inside = (error[..., 0] >= 0) & (error[..., -1] <= 0)
            made["coverage"] = scores.pooled_mean(inside * counts, counts)
        return made | super().measures(target, self.point(prediction))

    def selection(self, target: np.ndarray) -> tuple[str, str]:
        """The pinball loss."""
        return "pinball", "quantiles"

    def sizes(self, target: np.ndarray) -> dict[str, Any]:
        """`quantiles`, the levels, and `nominal`: what the widest interval should hold."""
        levels = list(self.levels)
        return {"quantiles": levels, "nominal": levels[-1] - levels[0]}

    def columns(self, prediction: Values) -> dict[str, np.ndarray]:
        """A `predicted_…` a value, its middle quantile, and a `predicted_…_q10` a quantile."""
        found = self._split(prediction)
        columns = super().columns(self.point(prediction))
        for k, name in enumerate(self.labels):
            for q, suffix in enumerate(self.suffixes):
                columns[f"predicted_{name}_{suffix}"] = found[:, k, q]
        return columns

    def from_columns(self, frame: Any) -> tuple[np.ndarray, Values]:
        """Values and quantiles of them."""
        wanted, _ = super().from_columns(frame)
        names = [f"predicted_{name}_{suffix}" for name in self.labels for suffix in self.suffixes]
        return wanted, frame[names].to_numpy(np.float64)

    @property
    def suffixes(self) -> tuple[str, ...]:
        """What columns of each level end with, such as "q10", "q2.5"."""
        return tuple(f"q{100 * level:g}" for level in self.levels)

    def _split(self, prediction: Values) -> Values:
        return prediction.reshape(len(prediction), len(self.labels), len(self.levels))

    def _ordered(self, logits: Tensor) -> Tensor:
        """Standardised quantiles [.., K, Q], rising along the last dimension."""
        raw = logits.reshape(*logits.shape[:-1], len(self.labels), len(self.levels))
        middle = self.middle
        centre = raw[..., middle : middle + 1]
        above = centre + F.softplus(raw[..., middle + 1 :]).cumsum(-1)
        below = centre - F.softplus(raw[..., :middle].flip(-1)).cumsum(-1).flip(-1)
        return torch.cat([below, centre, above], dim=-1)


OBJECTIVE = Quantiles
