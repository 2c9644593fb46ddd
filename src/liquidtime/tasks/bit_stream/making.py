"""A task on strings of bits, of an encoding."""

from typing import TYPE_CHECKING

from liquidtime.tasks.bit_stream.protocols import protocols
from liquidtime.tasks.bit_stream.recipes import RECIPES, raw
from liquidtime.tasks.contract import Task
from liquidtime.tasks.published import read_published
from liquidtime.train.config import About

if TYPE_CHECKING:
    from liquidtime.data.sets.bit_stream import Encoding


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
        preprocess=raw,
        protocols=protocols(encoding),
        recipes=RECIPES,
        measures=("accuracy", "log_loss"),
        published=read_published(f"liquidtime.tasks.xor_{encoding}"),
        memory=1,
    )
