"""Which of seven shoulder exercises a person does, by their watch.

140 recordings of ten people, 50 rows a second; the exercise is asked for at each row.
"""

from liquidtime.tasks.contract import Task
from liquidtime.tasks.ltc_paper import usual
from liquidtime.tasks.published import read_published
from liquidtime.tasks.watch_motion.protocols import PROTOCOLS
from liquidtime.tasks.watch_motion.recipes import RECIPES
from liquidtime.train.config import About

TASK = Task(
    name="watch-motion",
    about=About(
        title="Exercises by a smartwatch",
        data=(
            "Smartwatch recordings of the package seglearn (Burns and others 2018), BSD licence."
        ),
        time_unit="seconds",
    ),
    preprocess=usual,
    protocols=PROTOCOLS,
    recipes=RECIPES,
    measures=("accuracy", "macro_f1"),
    published=read_published("liquidtime.tasks.watch_motion"),
    memory=1,
    files=("watch_motion/seglearn_watch.npz",),
)
