"""Handwritten digits, row by row: the sequential MNIST of the LTC paper, 28 steps of 28 pixels."""

from typing import TYPE_CHECKING

from liquidtime.tasks.contract import Task
from liquidtime.tasks.digits import DATA, FILES
from liquidtime.tasks.published import read_published
from liquidtime.tasks.row_mnist.protocols import PROTOCOLS
from liquidtime.tasks.row_mnist.recipes import RECIPES
from liquidtime.train.config import About

if TYPE_CHECKING:
    from liquidtime.data import IrregularSeries, Preprocessor


def preprocess(series: "IrregularSeries") -> "Preprocessor":
    """Pixels standardised each; a row is 1 unit of time."""
    from liquidtime.data import Preprocessor

    return Preprocessor.fit(series, features=("values",), time_scale=1.0, scale="standard")


TASK = Task(
    name="row-mnist",
    about=About(
        title="Handwritten digits, row by row",
        data=f"{DATA}.",
        time_unit="rows",
    ),
    preprocess=preprocess,
    protocols=PROTOCOLS,
    recipes=RECIPES,
    measures=("accuracy",),
    published=read_published("liquidtime.tasks.row_mnist"),
    memory=3,
    files=FILES,
)
