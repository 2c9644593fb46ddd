"""What the user can mend is told apart from what only a developer can."""

from collections.abc import Iterable


class InputError(ValueError):
    """The input is wrong: the message says what came, what was expected and how to mend it.

    The command line prints the message alone, without a traceback, and exits with status 2.
    """


def nearest(word: str, names: Iterable[str]) -> str | None:
    """The name that was probably meant; None where none is near."""
    import difflib

    folded = {name.casefold(): name for name in names}
    close = difflib.get_close_matches(word.casefold(), folded, n=1, cutoff=0.5)
    return folded[close[0]] if close else None
