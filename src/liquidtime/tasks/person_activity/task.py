"""What somebody does, by four tags on the body that tell in turn where they are (Person Activity).

Localization Data for Person Activity of the UCI archive, fetched from there (20 MB) where no mirror
has it. Each row of a window is classified.
"""

from liquidtime.tasks.contract import Task
from liquidtime.tasks.person_activity.protocols import PROTOCOLS, partial
from liquidtime.tasks.person_activity.recipes import RECIPES, standardised
from liquidtime.tasks.published import read_published
from liquidtime.train.config import About

TASK = Task(
    name="person-activity",
    about=About(
        title="What somebody does, by four tags on the body",
        data=(
            "Localization Data for Person Activity (Kaluža, Mirchevska, Dovgan, Luštrek, Gams: "
            "AmI 2010), UCI Machine Learning Repository, CC BY 4.0."
        ),
        time_unit="hundredths of a second",
    ),
    preprocess=standardised,
    protocols=PROTOCOLS,
    recipes=RECIPES,
    measures=("accuracy", "log_loss"),
    published=read_published("liquidtime.tasks.person_activity"),
    memory=1,
    files=("person_activity/ConfLongDemo_JSI.txt",),
    partial=partial,
)
