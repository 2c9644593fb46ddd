"""Frozen units with a linear read-out as one network, whose weights are found at once."""

from dataclasses import fields
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from liquidtime.backends import Request
from liquidtime.data.batch import Batch, Batchable
from liquidtime.kernels.reservoir.call import REQUEST, Units, width
from liquidtime.reservoir import readout
from liquidtime.reservoir.features import Features
from liquidtime.reservoir.readout import CLIP, Aim
from liquidtime.reservoir.units import MOST_CHANNELS

_NO_WINDOW = np.array([1e300, -1e300])
"""Stored where there is none: it begins after, and ends before, all there is; files of weights hold
finite numbers alone."""


class Frozen(nn.Module):
    """Arrays of units as a part of the state dict, under the names that `Units` gives them."""

    def __init__(self, count: int, channels: int) -> None:
        super().__init__()
        for entry in fields(Units):
            whole = entry.name in ("kind", "channels")
            shape = (count, channels) if entry.name in ("channels", "weights") else (count,)
            empty = torch.zeros(shape, dtype=torch.int32 if whole else torch.float32)
            self.register_buffer(entry.name, empty)

    def units(self) -> Units:
        """The units."""
        return Units(*(getattr(self, entry.name).cpu().numpy() for entry in fields(Units)))

    def take(self, units: Units) -> None:
        """Hold other units, as many."""
        for entry in fields(Units):
            _fill(getattr(self, entry.name), getattr(units, entry.name))


class Reservoir(nn.Module):
    """Random liquid features, standardised, and a linear map.

    Everything lies in the state dict: `units`, and of `Features` the `thresholds`, `between`,
    `steady` and `window`; what standardises the features, (f − `centre`) · `scale` cut off at
    ± `CLIP`, with a scale of 0 for those that are not used; and `head`.

    Args:
        channels: D, variables of the batches.
        outputs: K classes or values.
        units: How many.
        thresholds: P of a unit.
        backend: Which kernel runs them.
    """

    thresholds: Tensor
    between: Tensor
    steady: Tensor
    window: Tensor
    centre: Tensor
    scale: Tensor

    def __init__(
        self, channels: int, outputs: int, units: int, thresholds: int, backend: str = "auto"
    ) -> None:
        super().__init__()
        self.backend = backend
        self.units = Frozen(units, min(MOST_CHANNELS, channels))
        size = units * width(thresholds)
        self.register_buffer("thresholds", torch.zeros(units, thresholds))
        self.register_buffer("between", torch.tensor(torch.inf, dtype=torch.float64))
        self.register_buffer("steady", torch.zeros(channels, dtype=torch.bool))
        self.register_buffer("window", torch.from_numpy(_NO_WINDOW.copy()))
        self.register_buffer("centre", torch.zeros(size))
        self.register_buffer("scale", torch.zeros(size))
        self.head = nn.Linear(size, outputs)
        self._features: Features | None = None

    def forward(self, batch: Batch) -> Tensor:
        """Logits or standardised values, [B, K]."""
        device = self.head.weight.device
        found = torch.from_numpy(self.features.of_batch(batch.to("cpu"))).to(device)
        return self.head(found.sub_(self.centre).mul_(self.scale).clamp_(-CLIP, CLIP))

    def kernel_request(self) -> Request:
        """What it asks of the kernels; see `liquidtime.kernels.explain`."""
        return REQUEST

    @property
    def features(self) -> Features:
        """The frozen units with their thresholds."""
        if self._features is None:
            self._features = Features(
                self.units.units(),
                self.thresholds.cpu().numpy(),
                float(self.between),
                self.steady.cpu().numpy(),
                _window(self.window.cpu().numpy()),
                self.backend,
            )
        return self._features

    @torch.no_grad()
    def solve(self, training: Batchable, goal: Aim, weights: Tensor | None = None) -> float:
        """Draw the units and find the read-out; see `liquidtime.models.contract.Solve`."""
        # NumPy's generator from torch's, which the caller has seeded.
        random = np.random.default_rng(int(torch.randint(2**62, ())))
        count, thresholds = self.thresholds.shape
        drawn = Features.fit(training, count, thresholds, random, self.backend)
        found = readout.find(drawn, training, goal, weights, random)
        self.units.take(drawn.units)
        self.between.fill_(drawn.between)
        for place, numbers in (
            (self.thresholds, drawn.thresholds),
            (self.steady, drawn.steady),
            (self.window, np.where(np.isnan(drawn.window), _NO_WINDOW, drawn.window)),
            (self.centre, found.centre),
            (self.scale, found.scale),
            (self.head.weight, found.weight.T),
            (self.head.bias, found.bias),
        ):
            _fill(place, numbers)
        self._features = drawn
        return found.loss

    def _load_from_state_dict(self, *args: Any, **named: Any) -> None:
        self._features = None
        super()._load_from_state_dict(*args, **named)

    def __getstate__(self) -> dict[str, Any]:
        # The compiled units are made anew where they are needed.
        return self.__dict__ | {"_features": None}


def _window(stored: np.ndarray) -> np.ndarray:
    """That of `Features`, NaN for none."""
    return np.where(stored == _NO_WINDOW, np.nan, stored)


def _fill(place: Tensor, numbers: np.ndarray) -> None:
    place.copy_(torch.from_numpy(np.ascontiguousarray(numbers)))
