"""Whether two stock indices close higher on the next day than today.

The yardstick is the more frequent answer; beating it would be news.
"""

from liquidtime.tasks.contract import Task
from liquidtime.tasks.finance.protocols import protocols
from liquidtime.tasks.finance_direction.recipes import RECIPES
from liquidtime.tasks.ltc_paper import usual
from liquidtime.tasks.published import read_published
from liquidtime.train.config import About

TASK = Task(
    name="finance-direction",
    about=About(
        title="Direction of the next day at the stock market",
        data=(
            "Daily prices of the S&P 500 and the Nasdaq Composite, 1999 to 2018, as the package "
            "arch ships them (NCSA licence)."
        ),
        time_unit="hours",
    ),
    preprocess=usual,
    protocols=protocols(direction=True),
    recipes=RECIPES,
    measures=("accuracy", "auroc"),
    published=read_published("liquidtime.tasks.finance_direction"),
    memory=1,
    files=("finance/sp500.csv.gz",),
)
