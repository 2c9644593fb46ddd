"""What the user can mend is told apart from what only a developer can."""


class InputError(ValueError):
    """The input is wrong: the message says what came, what was expected and how to mend it.

    The command line prints the message alone, without a traceback, and exits with status 2.
    """


class UnknownCategoryWarning(UserWarning):
    """A category came that training never met; it is taken as not known."""
