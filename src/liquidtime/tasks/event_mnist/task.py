"""Handwritten digits as events: MNIST as one bit a pixel, of which only changes are written down.

The images are read pixel by pixel, row after row. A series is the 18 to 104 moments at which the
pixel changes between black and white, in pixels since the beginning.
"""

from typing import TYPE_CHECKING

from liquidtime.tasks.contract import Task
from liquidtime.tasks.event_mnist.protocols import PROTOCOLS
from liquidtime.tasks.event_mnist.recipes import RECIPES
from liquidtime.tasks.published import read_published
from liquidtime.train.config import About

if TYPE_CHECKING:
    from liquidtime.data import IrregularSeries, Preprocessor


def preprocess(series: "IrregularSeries") -> "Preprocessor":
    """The pixel at -1 and 1, about; ten pixels count as 1 unit of time.

    With a unit of a whole row gates hardly tell short gaps apart, and training takes much longer.
    """
    from liquidtime.data import Preprocessor

    return Preprocessor.fit(series, features=("values",), time_scale=10.0)


TASK = Task(
    name="event-mnist",
    about=About(
        title="Handwritten digits from the changes of their pixels",
        data=(
            "MNIST (LeCun, Bottou, Bengio, Haffner: Proc. IEEE 86, 1998), as events after Lechner "
            "and Hasani 2020."
        ),
        time_unit="pixels",
    ),
    preprocess=preprocess,
    protocols=PROTOCOLS,
    recipes=RECIPES,
    measures=("accuracy",),
    published=read_published("liquidtime.tasks.event_mnist"),
    memory=2,
    files=(
        "mnist/train-images-idx3-ubyte.gz",
        "mnist/train-labels-idx1-ubyte.gz",
        "mnist/t10k-images-idx3-ubyte.gz",
        "mnist/t10k-labels-idx1-ubyte.gz",
    ),
)
