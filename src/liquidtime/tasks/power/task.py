"""The active power of a house, by what its other meters show at that moment (LTC paper).

Its error in units of its variance. The current is among the inputs, which nearly tells it.
"""

from liquidtime.tasks.contract import Task
from liquidtime.tasks.ltc_paper import usual
from liquidtime.tasks.power.protocols import PROTOCOLS, partial
from liquidtime.tasks.power.recipes import RECIPES
from liquidtime.tasks.published import read_published
from liquidtime.train.config import About

TASK = Task(
    name="power",
    about=About(
        title="Power of a household, by its other meters",
        data=(
            "Individual Household Electric Power Consumption, UCI Machine Learning Repository "
            "(Hébrail, Bérard 2006), CC BY 4.0."
        ),
        time_unit="hours",
    ),
    preprocess=usual,
    protocols=PROTOCOLS,
    recipes=RECIPES,
    measures=("mse", "r2"),
    published=read_published("liquidtime.tasks.power"),
    memory=4,
    files=("power/household_power_consumption.zip",),
    partial=partial,
)
