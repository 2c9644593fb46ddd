"""Handwritten digits, pixel by pixel, in a fixed order drawn at random: permuted MNIST."""

from liquidtime.tasks.contract import Task
from liquidtime.tasks.digits import DATA, FILES, standardised
from liquidtime.tasks.permuted_mnist.protocols import PROTOCOLS
from liquidtime.tasks.permuted_mnist.recipes import RECIPES
from liquidtime.tasks.published import read_published
from liquidtime.train.config import About

TASK = Task(
    name="permuted-mnist",
    about=About(
        title="Handwritten digits, pixel by pixel in a random order",
        data=f"{DATA}.",
        time_unit="pixels",
    ),
    preprocess=standardised,
    protocols=PROTOCOLS,
    recipes=RECIPES,
    measures=("accuracy",),
    published=read_published("liquidtime.tasks.permuted_mnist"),
    memory=6,
    files=FILES,
)
