"""How much two stock indices will move on the next day: the logarithm of its variance.

The yardstick is HAR: daily, weekly and monthly means in a linear regression (Corsi 2009).
"""

from liquidtime.tasks.contract import Task
from liquidtime.tasks.finance.protocols import protocols
from liquidtime.tasks.finance.recipes import RECIPES
from liquidtime.tasks.ltc_paper import usual
from liquidtime.tasks.published import read_published
from liquidtime.train.config import About

TASK = Task(
    name="finance",
    about=About(
        title="Variance of the next day at the stock market",
        data=(
            "Daily prices of the S&P 500 and the Nasdaq Composite, 1999 to 2018, as the package "
            "arch ships them (NCSA licence)."
        ),
        time_unit="hours",
    ),
    preprocess=usual,
    protocols=protocols(),
    recipes=RECIPES,
    measures=("mse", "r2"),
    published=read_published("liquidtime.tasks.finance"),
    memory=1,
    files=("finance/sp500.csv.gz",),
)
