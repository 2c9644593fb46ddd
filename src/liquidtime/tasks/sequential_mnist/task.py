"""Handwritten digits, pixel by pixel: sequential MNIST, 784 steps of one grey pixel each."""

from liquidtime.tasks.contract import Task
from liquidtime.tasks.digits import DATA, FILES, standardised
from liquidtime.tasks.published import read_published
from liquidtime.tasks.sequential_mnist.protocols import PROTOCOLS
from liquidtime.tasks.sequential_mnist.recipes import RECIPES
from liquidtime.train.config import About

TASK = Task(
    name="sequential-mnist",
    about=About(
        title="Handwritten digits, pixel by pixel",
        data=f"{DATA}.",
        time_unit="pixels",
    ),
    preprocess=standardised,
    protocols=PROTOCOLS,
    recipes=RECIPES,
    measures=("accuracy",),
    published=read_published("liquidtime.tasks.sequential_mnist"),
    memory=6,
    files=FILES,
)
