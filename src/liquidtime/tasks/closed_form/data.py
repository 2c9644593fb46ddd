"""What the network of the closed-form study imitates: a driver, a walker, a made-up controller."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch

from liquidtime.data.series import IrregularSeries
from liquidtime.data.sets import lidar, walker2d
from liquidtime.data.splits import Split
from liquidtime.errors import InputError
from liquidtime.tasks.closed_form.options import DataName

_MADE_INPUTS = 4
_MADE_SERIES = (96, 12, 6)
_MADE_STEPS = 48
_WALKER_WINDOWS = (480, 120, 24)


@dataclass(frozen=True)
class StudyData:
    """Series to imitate, and what a reader should know about them.

    Attributes:
        name: Which data.
        series: With a target a step.
        split: Training, validation and test.
        motor_neurons: How many of the network's neurons are read out.
        title: What is imitated.
        source: Where the data come from, with licence and citation.
        parts: How the parts were made.
        time_unit: Unit of the times.
        note: Why these data were taken where others were asked for; "" otherwise.
    """

    name: DataName
    series: IrregularSeries
    split: Split
    motor_neurons: int
    title: str
    source: str
    parts: str
    time_unit: str
    note: str = ""


def study_data(wanted: DataName | Literal["auto"], *, seed: int = 0) -> StudyData:
    """The data of a study.

    Args:
        wanted: Which; "auto" is the LiDAR set where it can be had, else the synthetic task.
        seed: Of the synthetic task.

    Raises:
        InputError: If the data named cannot be had.
    """
    makers: dict[str, Callable[[], StudyData]] = {
        "lidar": _lidar,
        "walker": _walker,
        "synthetic": lambda: _synthetic(seed),
    }
    if wanted != "auto":
        return makers[wanted]()
    try:
        return _lidar()
    except InputError as error:
        note = f"The LiDAR set is not at hand, so a made-up task stands in for it ({error})"
        return _synthetic(seed, note)


def _lidar() -> StudyData:
    series, split = lidar.load()
    return StudyData(
        name="lidar",
        series=series,
        split=split,
        motor_neurons=1,
        title="Steering a robot around obstacles, from its LiDAR",
        source=(
            "LiDAR imitation set (Lechner, Hasani, Rus, Grosu, ICRA 2020), GPL-3.0, fetched from "
            "its source; 541 beams pooled to the nearest echo of 18 sectors."
        ),
        parts=(
            "The published split by trace, 20 / 4 / 5: training traces and their mirror images in "
            "windows of 64 steps, validation and test traces whole."
        ),
        time_unit="steps",
    )


def _walker() -> StudyData:
    series, split = walker2d.load("published")
    numbers = [
        part[:: max(1, len(part) // count)][:count]
        for part, count in zip(
            (split.train, split.validation, split.test), _WALKER_WINDOWS, strict=True
        )
    ]
    ends = np.cumsum([len(part) for part in numbers])
    return StudyData(
        name="walker",
        series=series.select(np.concatenate(numbers)),
        split=Split(*np.split(np.arange(ends[-1]), ends[:2])),
        motor_neurons=6,
        title="The next state of a walking robot",
        source="Walker2D kinematics (Lechner and Hasani, arXiv:2006.04418), fetched.",
        parts="Evenly chosen windows of the published split by roll-out, a tenth of steps dropped.",
        time_unit="steps",
    )


def _synthetic(seed: int, note: str = "") -> StudyData:
    """Four smooth signals seen at irregular times, and what a controller with memory makes of them.

    The controller's memory m obeys dm/dt = (u₁ − u₂) − m / 2 and it answers tanh(m + u₃ u₄), so
    that the right answer needs the past and the time that has passed.
    """
    random = np.random.default_rng([seed, 2106])
    values, times, steering = [], [], []
    for _ in range(sum(_MADE_SERIES)):
        gaps = np.clip(random.exponential(1.0, _MADE_STEPS), 0.2, 4.0)
        at = np.cumsum(gaps)
        rate = random.uniform(0.05, 0.9, (3, _MADE_INPUTS))
        phase = random.uniform(0, 2 * np.pi, (3, _MADE_INPUTS))

        def signal(t: np.ndarray, rate: np.ndarray = rate, phase: np.ndarray = phase) -> np.ndarray:
            return np.sin(t[:, None, None] * rate + phase).mean(axis=1)

        fine = np.linspace(0.0, at[-1], 40 * _MADE_STEPS)
        u = signal(fine)
        step = fine[1]
        memory = np.zeros(len(fine))
        decay = np.exp(-step / 2)
        for k in range(1, len(fine)):
            memory[k] = memory[k - 1] * decay + 2 * (1 - decay) * (u[k - 1, 0] - u[k - 1, 1])
        answer = np.tanh(memory + u[:, 2] * u[:, 3])
        values.append(signal(at))
        times.append(at)
        steering.append(np.interp(at, fine, answer))
    observed = torch.from_numpy(np.concatenate(values).astype(np.float32))
    ends = np.cumsum(_MADE_SERIES)
    return StudyData(
        name="synthetic",
        series=IrregularSeries(
            values=observed,
            times=torch.from_numpy(np.concatenate(times)),
            mask=torch.ones_like(observed, dtype=torch.bool),
            lengths=torch.full((len(values),), _MADE_STEPS),
            target=torch.from_numpy(np.concatenate(steering).astype(np.float32)).unsqueeze(1),
            features=tuple(f"signal_{k + 1}" for k in range(_MADE_INPUTS)),
            target_names=("answer",),
            per_step=True,
        ),
        split=Split(*np.split(np.arange(ends[-1]), ends[:2])),
        motor_neurons=1,
        title="A made-up controller with memory, seen at irregular times",
        source="Made on the spot; nothing is fetched.",
        parts="/".join(f" {count} " for count in _MADE_SERIES).strip() + " series, drawn alike.",
        time_unit="units of time",
        note=note,
    )
