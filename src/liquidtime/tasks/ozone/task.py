"""Whether a day is one of high ozone, by 72 measures of the weather (LTC paper).

2,534 days of Houston, 160 of them ozone days; F1 of the ozone days.
"""

from liquidtime.tasks.contract import Task
from liquidtime.tasks.ltc_paper import usual
from liquidtime.tasks.ozone.protocols import PROTOCOLS
from liquidtime.tasks.ozone.recipes import RECIPES
from liquidtime.tasks.published import read_published
from liquidtime.train.config import About

TASK = Task(
    name="ozone",
    about=About(
        title="Days of high ozone",
        data=(
            "Ozone Level Detection, eight-hour peak, UCI Machine Learning Repository (Zhang, Fan "
            "2008), CC BY 4.0."
        ),
        time_unit="days",
    ),
    preprocess=usual,
    protocols=PROTOCOLS,
    recipes=RECIPES,
    measures=("f1", "auroc", "auprc"),
    published=read_published("liquidtime.tasks.ozone"),
    memory=1,
    files=("ozone/eighthr.data",),
)
