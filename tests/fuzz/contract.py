"""What a fuzzed case is, what it may end in, and what makes cases."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Protocol


@dataclass(frozen=True)
class Outcome:
    """How a command ended.

    Attributes:
        status: Exit status; negative is the number of the signal that ended it.
        output: What it wrote to standard output.
        messages: What it wrote to standard error.
        cpu_seconds: Time on the processor.
        peak_mib: Largest resident memory.
    """

    status: int
    output: str
    messages: str
    cpu_seconds: float
    peak_mib: float


@dataclass(frozen=True)
class Case:
    """One hostile or harmless input.

    Attributes:
        what: The change in words, for the report.
        arguments: The command line, without the program's name.
        right: Says what is wrong with a result, None if nothing; None where no result is right.
        refusal: Words that a refusal must hold; None where a refusal is wrong.
        leaves: Paths that must not be there after a refusal.
    """

    what: str
    arguments: tuple[str, ...]
    right: Callable[[Outcome], str | None] | None = None
    refusal: tuple[str, ...] | None = None
    leaves: tuple[Path, ...] = field(default=())


class Subject(Protocol):
    """Something that reads what users give it.

    Attributes:
        name: Of the subject.
        share: Of all cases; those that draw figures cost more than those that read.
    """

    name: str
    share: float

    def prepare(self, folder: Path) -> None:
        """Make what all cases share, in this process, so that each case starts warm."""
        ...

    def case(self, random: Random, folder: Path) -> Case:
        """Write the files of a case into an empty folder."""
        ...
