"""Handwritten digits, row by row: the sequential MNIST of the LTC paper, 28 steps of 28 pixels."""

from liquidtime.tasks.contract import Task
from liquidtime.tasks.digits import DATA, FILES, standardised
from liquidtime.tasks.published import read_published
from liquidtime.tasks.row_mnist.protocols import PROTOCOLS
from liquidtime.tasks.row_mnist.recipes import RECIPES
from liquidtime.train.config import About

TASK = Task(
    name="row-mnist",
    about=About(
        title="Handwritten digits, row by row",
        data=f"{DATA}.",
        time_unit="rows",
    ),
    preprocess=standardised,
    protocols=PROTOCOLS,
    recipes=RECIPES,
    measures=("accuracy",),
    published=read_published("liquidtime.tasks.row_mnist"),
    memory=3,
    files=FILES,
)
