"""The kind of each heart beat: normal, supraventricular, ventricular, fusion or unknown.

Each beat is a row, at the time when it comes, with its form and the interval before it.
"""

from liquidtime.tasks.contract import Task
from liquidtime.tasks.ltc_paper import usual
from liquidtime.tasks.mitbih.protocols import PROTOCOLS, partial
from liquidtime.tasks.mitbih.recipes import RECIPES
from liquidtime.tasks.published import read_published
from liquidtime.train.config import About

TASK = Task(
    name="mitbih",
    about=About(
        title="Kinds of heart beats",
        data=(
            "MIT-BIH Arrhythmia Database 1.0.0, PhysioNet (Moody, Mark 2001), Open Data Commons "
            "Attribution License 1.0."
        ),
        time_unit="seconds",
    ),
    preprocess=usual,
    protocols=PROTOCOLS,
    recipes=RECIPES,
    measures=("macro_f1", "accuracy"),
    published=read_published("liquidtime.tasks.mitbih"),
    memory=2,
    files=("mitbih/100.hea",),
    partial=partial,
)
