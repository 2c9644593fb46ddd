"""The next state of a walking robot, 17 numbers, a tenth of the steps left out (Walker2D).

Roll-outs of policies for the MuJoCo task Walker2d (Lechner and Hasani 2020), fetched from their
source (33 MB) where no mirror has them. The error is that of raw states, as published.
"""

from typing import TYPE_CHECKING

from liquidtime.tasks.contract import Task
from liquidtime.tasks.published import read_published
from liquidtime.tasks.raw_inputs import raw_inputs
from liquidtime.tasks.walker2d.protocols import PROTOCOLS
from liquidtime.tasks.walker2d.recipes import RECIPES
from liquidtime.train.config import About

if TYPE_CHECKING:
    from liquidtime.data import IrregularSeries, Preprocessor


def preprocess(series: "IrregularSeries") -> "Preprocessor":
    """Raw states, and time in steps, as published."""
    return raw_inputs(series, time_scale=1.0, clip=float("inf"))


TASK = Task(
    name="walker2d",
    about=About(
        title="The next state of a walking robot, some steps left out",
        data=(
            "Walker2D kinematics, roll-outs of policies for the MuJoCo task Walker2d (Lechner, "
            "Hasani: arXiv:2006.04418, 2020)."
        ),
        time_unit="steps",
    ),
    preprocess=preprocess,
    protocols=PROTOCOLS,
    recipes=RECIPES,
    measures=("mse", "mae"),
    published=read_published("liquidtime.tasks.walker2d"),
    memory=1,
    files=("walker/walker.zip",),
)
