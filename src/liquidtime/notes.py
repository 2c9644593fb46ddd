"""What is read in one of two ways that a user may not have meant: told once, and how to say it."""

import warnings


class Note(UserWarning):
    """A note of liquidtime; `warnings.filterwarnings("ignore", category=Note)` silences all."""


class UnknownCategoryWarning(Note):
    """A category came that training never met; it is taken as not known."""


said: set[str] = set()
"""What this process has been told."""


def note_once(text: str, *, stacklevel: int = 2) -> None:
    """Warn, but once a process.

    Args:
        text: What was taken for granted, and how to say otherwise.
        stacklevel: As `warnings.warn` takes it, counted from the caller.
    """
    if text not in said:
        said.add(text)
        warnings.warn(text, Note, stacklevel=stacklevel + 1)
