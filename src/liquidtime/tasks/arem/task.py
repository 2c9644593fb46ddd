"""Which of seven activities a person is at, by radio between nodes that they wear.

88 recordings of two minutes, four rows a second; the activity is asked for at each row.
"""

from liquidtime.tasks.arem.protocols import PROTOCOLS
from liquidtime.tasks.arem.recipes import RECIPES
from liquidtime.tasks.contract import Task
from liquidtime.tasks.ltc_paper import usual
from liquidtime.tasks.published import read_published
from liquidtime.train.config import About

TASK = Task(
    name="arem",
    about=About(
        title="Activities by the radio of worn nodes",
        data=(
            "AReM, UCI Machine Learning Repository (Palumbo, Gallicchio, Pucci, Micheli 2016), "
            "CC BY 4.0."
        ),
        time_unit="seconds",
    ),
    preprocess=usual,
    protocols=PROTOCOLS,
    recipes=RECIPES,
    measures=("accuracy", "macro_f1"),
    published=read_published("liquidtime.tasks.arem"),
    memory=1,
    files=("arem/arem.zip",),
)
