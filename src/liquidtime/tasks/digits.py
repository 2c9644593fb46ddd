"""What the tasks on MNIST share: its files, and which images are for what. Imports no torch."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from liquidtime.data import IrregularSeries, Preprocessor

FILES = tuple(
    f"mnist/{part}-{kind}-ubyte.gz"
    for part in ("train", "t10k")
    for kind in ("images-idx3", "labels-idx1")
)
CHOSEN = (
    "The 10,000 test images, of other writers, are the published ones. 5,000 of the 60,000 "
    "training images, drawn once, chose the epoch"
)
"""How the parts are made, without the end of the sentence."""
DATA = "MNIST (LeCun, Bottou, Bengio, Haffner: Proc. IEEE 86, 1998)"


def standardised(series: "IrregularSeries") -> "Preprocessor":
    """Pixels standardised, each that is an input of its own; a step is 1 unit of time."""
    from liquidtime.data import Preprocessor

    return Preprocessor.fit(series, features=("values",), time_scale=1.0, scale="standard")
