"""From measurements in the user's units to inputs of the network, and back from its outputs.

The same encoding as `liquidtime.data.Preprocessor`, one row after the other.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from liquidtime.errors import InputError


@dataclass(frozen=True)
class Signals:
    """What goes in and what comes out of a trained run.

    Attributes:
        variables: Names of the D measurements of a row.
        mean: Their means in the training part.
        std: Their standard deviations.
        static_variables: Names of the S features that do not change.
        static_mean: Their means.
        static_std: Their standard deviations.
        time_scale: Time that counts as 1.
        features: Blocks of the inputs: `"values"`, `"mask"`, `"since"`.
        clip: Limit of standardised values; None for none.
        labels: Names of the classes, or of the values predicted.
        classes: Whether these are classes.
        target_mean: Of each value predicted; None for classes.
        target_scale: Likewise.
        time_unit: "hours" if the training data's times were dates or durations; None for numbers
            in a unit of their own, or where a file of 0.1.0 does not say.
    """

    variables: tuple[str, ...]
    mean: tuple[float, ...]
    std: tuple[float, ...]
    static_variables: tuple[str, ...]
    static_mean: tuple[float, ...]
    static_std: tuple[float, ...]
    time_scale: float
    features: tuple[str, ...]
    clip: float | None
    labels: tuple[str, ...]
    classes: bool
    target_mean: tuple[float, ...] | None
    target_scale: tuple[float, ...] | None
    # Not compared: a file of 0.1.0 and the run that it was made of are the same network.
    time_unit: str | None = field(default=None, compare=False)

    @property
    def input_size(self) -> int:
        """Number of inputs of the network."""
        return len(self.features) * len(self.variables) + len(self.static_variables)

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Self:
        """Of a run's `config.json`."""
        objective = record["objective"]
        unit = (record.get("schema") or {}).get("time_unit")
        return cls.from_dict(
            {"time_unit": unit, **record["preprocessor"]}
            | {
                "labels": objective["labels"],
                "classes": objective["kind"] == "classes",
                "target_mean": objective["mean"],
                "target_scale": objective["scale"],
            }
        )

    @classmethod
    def from_dict(cls, mapping: Mapping[str, Any]) -> Self:
        """The inverse of `to_dict`."""
        plain: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value
            for name, value in mapping.items()
        }
        return cls(**plain)

    def to_dict(self) -> dict[str, Any]:
        """The fields, for JSON; without the unit of plain numbers."""
        fields = asdict(self)
        return fields if self.time_unit else {k: v for k, v in fields.items() if k != "time_unit"}

    def predictions(self, outputs: NDArray[np.float32]) -> NDArray[np.float64]:
        """Probabilities of the classes, or values in their own unit, from outputs [.., K]."""
        raw = np.asarray(outputs, np.float64)
        if not self.classes:
            return raw * np.asarray(self.target_scale) + np.asarray(self.target_mean)
        powers = np.exp(raw - raw.max(axis=-1, keepdims=True))
        return powers / powers.sum(axis=-1, keepdims=True)


class Encoder:
    """Turns rows of measurements into inputs, and remembers what each stream has shown.

    Args:
        signals: The encoding.
        streams: Number of streams.
        static: [S] or [streams, S] features that do not change, in their own units, NaN where not
            known; the mean of the training part stands for what is not known, and for all of them
            where None.

    Raises:
        InputError: If `static` does not fit.
    """

    def __init__(self, signals: Signals, streams: int, static: ArrayLike | None = None) -> None:
        self._signals = signals
        width = len(signals.static_variables)
        given = np.full((streams, width), np.nan) if static is None else np.asarray(static, float)
        if given.shape not in ((width,), (streams, width)):
            raise InputError(
                f"static has shape {list(given.shape)}; expected [{width}] or "
                f"[{streams}, {width}]: {', '.join(signals.static_variables) or 'none'}."
            )
        scaled = _standardised(given, signals.static_mean, signals.static_std, signals.clip)
        self._static = np.broadcast_to(np.nan_to_num(scaled), (streams, width))
        self._values = np.zeros((streams, len(signals.variables)))
        self._ages = np.zeros_like(self._values)
        self._begun = np.zeros(streams, bool)

    def encode(
        self, values: NDArray[np.float64], elapsed: NDArray[np.float64], active: NDArray[np.bool_]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Inputs [streams, F] and scaled gaps [streams] of one row [streams, D] each.

        Measurements not made are NaN. The first row of a stream has no gap, whatever is given.
        """
        signals = self._signals
        gaps = np.where(self._begun, elapsed, 0.0)
        observed = ~np.isnan(values)
        scaled = _standardised(values, signals.mean, signals.std, signals.clip)
        used = active[:, None]
        filled = np.where(observed, scaled, self._values)
        ages = np.where(observed, 0.0, self._ages + gaps[:, None])
        self._values = np.where(used, filled, self._values)
        self._ages = np.where(used, ages, self._ages)
        self._begun |= active
        blocks = {
            "values": filled,
            "mask": observed,
            "since": np.log1p(ages / signals.time_scale),
        }
        parts = [blocks[kind] for kind in signals.features] + [self._static]
        inputs = np.concatenate(parts, axis=1).astype(np.float32)
        return np.ascontiguousarray(inputs), (gaps / signals.time_scale).astype(np.float32)

    @property
    def state(self) -> list[NDArray[Any]]:
        """What each stream has shown: values and ages [streams, D], and whether it has begun."""
        return [self._values.copy(), self._ages.copy(), self._begun.copy()]

    @state.setter
    def state(self, parts: Sequence[ArrayLike]) -> None:
        mine = (self._values, self._ages, self._begun)
        given = [np.asarray(part) for part in parts]
        if [part.shape for part in given] != [part.shape for part in mine]:
            raise ValueError("the parts of the state have other shapes than this stream's.")
        self._values, self._ages, self._begun = (
            part.astype(like.dtype) for part, like in zip(given, mine, strict=True)
        )

    def reset(self, stream: int) -> None:
        """Forget what a stream has shown."""
        self._values[stream] = self._ages[stream] = 0
        self._begun[stream] = False


def _standardised(
    values: NDArray[np.float64],
    mean: Sequence[float],
    std: Sequence[float],
    clip: float | None,
) -> NDArray[np.float64]:
    scaled = (values - np.asarray(mean)) / np.asarray(std)
    return scaled if clip is None else np.clip(scaled, -clip, clip)
