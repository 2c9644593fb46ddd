"""Whether an office is occupied, minute by minute, by its air and its light (LTC paper).

Three recordings of February 2015; the first trains.
"""

from liquidtime.tasks.contract import Task
from liquidtime.tasks.ltc_paper import usual
from liquidtime.tasks.occupancy.protocols import PROTOCOLS
from liquidtime.tasks.occupancy.recipes import RECIPES
from liquidtime.tasks.published import read_published
from liquidtime.train.config import About

TASK = Task(
    name="occupancy",
    about=About(
        title="Is the room occupied, minute by minute",
        data=(
            "Occupancy Detection, UCI Machine Learning Repository (Candanedo, Feldheim "
            "2016), CC BY 4.0."
        ),
        time_unit="minutes",
    ),
    preprocess=usual,
    protocols=PROTOCOLS,
    recipes=RECIPES,
    measures=("accuracy", "f1", "auroc"),
    published=read_published("liquidtime.tasks.occupancy"),
    memory=1,
    files=(
        "occupancy/datatraining.txt",
        "occupancy/datatest.txt",
        "occupancy/datatest2.txt",
    ),
)
