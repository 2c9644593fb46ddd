"""Vehicles an hour on a motorway, by weather, weekday and hour (LTC paper).

The volume of the hour itself, not of a coming one; its error in units of its variance.
"""

from liquidtime.tasks.contract import Task
from liquidtime.tasks.ltc_paper import usual
from liquidtime.tasks.published import read_published
from liquidtime.tasks.traffic.protocols import PROTOCOLS
from liquidtime.tasks.traffic.recipes import RECIPES
from liquidtime.train.config import About

TASK = Task(
    name="traffic",
    about=About(
        title="Traffic of an hour, by weather and time",
        data=(
            "Metro Interstate Traffic Volume, UCI Machine Learning Repository (Hogue "
            "2019), CC BY 4.0."
        ),
        time_unit="hours",
    ),
    preprocess=usual,
    protocols=PROTOCOLS,
    recipes=RECIPES,
    measures=("mse", "r2"),
    published=read_published("liquidtime.tasks.traffic"),
    memory=1,
    files=("traffic/Metro_Interstate_Traffic_Volume.csv.gz",),
)
