"""In-hospital death of 4,000 ICU stays: PhysioNet/CinC Challenge 2012, set A.

Each stay is up to 48 hours of 41 vital signs and laboratory values, taken whenever somebody took
them. The data ship with the package.
"""

from typing import TYPE_CHECKING

from liquidtime.tasks.contract import Task
from liquidtime.tasks.physionet2012.protocols import PROTOCOLS
from liquidtime.tasks.physionet2012.recipes import RECIPES
from liquidtime.tasks.published import read_published
from liquidtime.train.config import About

if TYPE_CHECKING:
    from liquidtime.data import IrregularSeries, Preprocessor


def preprocess(series: "IrregularSeries") -> "Preprocessor":
    """Standardise, cut at ± 4; times stay hours; every input stays, as in the stored results."""
    from liquidtime.data import Preprocessor

    return Preprocessor.fit(series, time_scale=1.0, clip=4.0, scale="standard", drop_constant=False)


TASK = Task(
    name="physionet2012",
    about=About(
        title="Death in hospital, from 48 hours of intensive care",
        data=(
            "PhysioNet/Computing in Cardiology Challenge 2012, set A (Silva, Moody, Scott, "
            "Celi, Mark: Computing in Cardiology 39, 2012), ODC Attribution License 1.0."
        ),
        time_unit="hours",
    ),
    preprocess=preprocess,
    protocols=PROTOCOLS,
    recipes=RECIPES,
    measures=("auroc", "auprc"),
    published=read_published("liquidtime.tasks.physionet2012"),
    memory=1,
)
