"""Which of six activities a person is at, by the smartphone at the waist (LTC paper).

Rows are windows of 2.56 seconds in 561 numbers; 16 of them make a series.
"""

from liquidtime.tasks.contract import Task
from liquidtime.tasks.har.protocols import PROTOCOLS
from liquidtime.tasks.har.recipes import RECIPES
from liquidtime.tasks.ltc_paper import usual
from liquidtime.tasks.published import read_published
from liquidtime.train.config import About

TASK = Task(
    name="har",
    about=About(
        title="Activities by a smartphone",
        data=(
            "Human Activity Recognition Using Smartphones, UCI Machine Learning Repository "
            "(Anguita, Ghio, Oneto, Parra, Reyes-Ortiz 2013), CC BY 4.0."
        ),
        time_unit="seconds",
    ),
    preprocess=usual,
    protocols=PROTOCOLS,
    recipes=RECIPES,
    measures=("accuracy", "macro_f1"),
    published=read_published("liquidtime.tasks.har"),
    memory=1,
    files=("har/UCI HAR Dataset.zip",),
)
