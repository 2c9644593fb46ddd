"""Handwritten digits, pixel by pixel: sequential MNIST, 784 steps of one grey pixel each."""

from typing import TYPE_CHECKING

from liquidtime.tasks.contract import Task
from liquidtime.tasks.digits import DATA, FILES
from liquidtime.tasks.published import read_published
from liquidtime.tasks.sequential_mnist.protocols import PROTOCOLS
from liquidtime.tasks.sequential_mnist.recipes import RECIPES
from liquidtime.train.config import About

if TYPE_CHECKING:
    from liquidtime.data import IrregularSeries, Preprocessor


def preprocess(series: "IrregularSeries") -> "Preprocessor":
    """The pixel standardised; a pixel is 1 unit of time."""
    from liquidtime.data import Preprocessor

    return Preprocessor.fit(series, features=("values",), time_scale=1.0, scale="standard")


TASK = Task(
    name="sequential-mnist",
    about=About(
        title="Handwritten digits, pixel by pixel",
        data=f"{DATA}.",
        time_unit="pixels",
    ),
    preprocess=preprocess,
    protocols=PROTOCOLS,
    recipes=RECIPES,
    measures=("accuracy",),
    published=read_published("liquidtime.tasks.sequential_mnist"),
    memory=6,
    files=FILES,
)
