"""The next state of a simulated running robot (LTC paper).

31 roll-outs of 1,000 steps, 17 numbers each; errors are in raw units.
"""

from liquidtime.tasks.contract import Task
from liquidtime.tasks.half_cheetah.protocols import PROTOCOLS
from liquidtime.tasks.half_cheetah.recipes import RECIPES
from liquidtime.tasks.ltc_paper import usual
from liquidtime.tasks.published import read_published
from liquidtime.train.config import About

TASK = Task(
    name="half-cheetah",
    about=About(
        title="Half-cheetah: the next state",
        data=(
            "Roll-outs of HalfCheetah-v2 (Hasani, Lechner, Amini, Rus, Grosu 2021), Apache "
            "License 2.0."
        ),
        time_unit="steps",
    ),
    preprocess=usual,
    protocols=PROTOCOLS,
    recipes=RECIPES,
    measures=("mse", "r2"),
    published=read_published("liquidtime.tasks.half_cheetah"),
    memory=1,
    files=("cheetah/cheetah.zip",),
)
