"""Film reviews, praise or blame: the last 200 words of each, of the 20,000 most frequent ones.

The Large Movie Review Dataset, numbered as the set of Keras is, fetched from its source (84 MB)
where no mirror has it. Words are looked up in vectors that each model learns.
"""

from typing import TYPE_CHECKING

from liquidtime.tasks.contract import Task
from liquidtime.tasks.imdb.protocols import PROTOCOLS
from liquidtime.tasks.imdb.recipes import RECIPES
from liquidtime.tasks.published import read_published
from liquidtime.train.config import About

if TYPE_CHECKING:
    from liquidtime.data import IrregularSeries, Preprocessor


def preprocess(series: "IrregularSeries") -> "Preprocessor":
    """The words to be looked up, and nothing else; a word counts as 1 unit of time."""
    from liquidtime.data import Preprocessor

    return Preprocessor.fit(series, features=("values",), time_scale=1.0, embed=series.features)


TASK = Task(
    name="imdb",
    about=About(
        title="Praise or blame, from the last 200 words of a film review",
        data=(
            "Large Movie Review Dataset (Maas, Daly, Pham, Huang, Ng, Potts: Learning word vectors "
            "for sentiment analysis, ACL 2011)."
        ),
        time_unit="words",
    ),
    preprocess=preprocess,
    protocols=PROTOCOLS,
    recipes=RECIPES,
    measures=("accuracy", "auroc"),
    published=read_published("liquidtime.tasks.imdb"),
    memory=4,
    files=("imdb/aclImdb_v1.tar.gz",),
)
