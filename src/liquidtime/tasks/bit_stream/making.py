"""A task on strings of bits, of an encoding."""

from typing import TYPE_CHECKING

from liquidtime.tasks.bit_stream.protocols import protocols
from liquidtime.tasks.bit_stream.recipes import RECIPES
from liquidtime.tasks.contract import Task
from liquidtime.tasks.published import read_published
from liquidtime.train.config import About

if TYPE_CHECKING:
    from liquidtime.data import IrregularSeries, Preprocessor
    from liquidtime.data.sets.bit_stream import Encoding

_LONGEST = 32.0


def preprocess(series: "IrregularSeries") -> "Preprocessor":
    """The bit as it is, 0 or 1, and the time in units of 32 bits, as published."""
    from liquidtime.data import Preprocessor

    return Preprocessor(
        variables=series.features,
        mean=(0.0,),
        std=(1.0,),
        static_variables=(),
        static_mean=(),
        static_std=(),
        time_scale=_LONGEST,
        features=("values",),
    )


def bit_stream_task(encoding: "Encoding", title: str) -> Task:
    """The task of an encoding; its published numbers lie in the folder of its name.

    Args:
        encoding: Of `liquidtime.data.sets.bit_stream`.
        title: What is predicted of what.
    """
    return Task(
        name=f"xor-{encoding}",
        about=About(
            title=title,
            data=(
                "Random strings of 2 to 31 bits, made with the random numbers of Lechner and "
                "Hasani 2020 (arXiv:2006.04418)."
            ),
            time_unit="bits",
        ),
        preprocess=preprocess,
        protocols=protocols(encoding),
        recipes=RECIPES,
        measures=("accuracy", "log_loss"),
        published=read_published(f"liquidtime.tasks.xor_{encoding}"),
        memory=1,
    )
