"""Arguments of a verb: into its options, or into what is wrong with them."""

import io
import os
import re
from collections.abc import Sequence
from contextlib import redirect_stderr, redirect_stdout
from types import ModuleType
from typing import Any

from liquidtime.cli.common.verbs import Verb
from liquidtime.errors import InputError, nearest

# In help, an option stands behind two spaces, a frame or nothing, and behind its short form.
_OPTION = re.compile(
    r"(?:^|  |│) *(?:-\w, )?(?P<name>--[a-z][\w.-]*)(?: \{(?P<choices>[^}]*)\}(?![|]))?",
    re.MULTILINE,
)
_WORD = re.compile(r"--?[A-Za-z][\w.-]*")
_HELP = ("-h", "--help")


def parse(verb: Verb, module: ModuleType, arguments: Sequence[str]) -> Any:
    """The options that the arguments of a verb ask for.

    Raises:
        InputError: If an option is unknown; the message names the nearest.
        SystemExit: If help was asked for, and given, or the arguments are wrong, and that was said.
    """
    if _asks(arguments):
        return _parsed(verb, module, arguments)
    try:
        with redirect_stderr(io.StringIO()):
            return _parsed(verb, module, arguments)
    except SystemExit:
        # An unknown option comes first: that another is missing is often its consequence.
        check_names(verb, module, arguments)
        return _parsed(verb, module, arguments)


def check_names(verb: Verb, module: ModuleType, arguments: Sequence[str]) -> None:
    """Refuse options that the verb does not have.

    Raises:
        InputError: If there are some.
    """
    given = [found[0] for found in map(_WORD.match, arguments) if found and not _number(found[0])]
    known = {"-h": (), **options(verb, module, arguments)}
    wrong = [name for name in given if name.replace("_", "-") not in known]
    if not wrong:
        return
    said = []
    for name in wrong:
        close = _meant(name, list(known))
        said.append(f"There is no option {name}" + (f"; did you mean {close}?" if close else "."))
    raise InputError(f"{' '.join(said)} See `liquidtime {verb.name} --help`.")


def options(
    verb: Verb, module: ModuleType, arguments: Sequence[str] = ()
) -> dict[str, tuple[str, ...]]:
    """Names of the options that a verb has, as its help tells them, and the choices of each.

    Args:
        verb: The verb.
        module: Its module.
        arguments: What follows it: which options there are may depend on that.
    """
    # A study is named first, and its options are told by its own help.
    first = [word for word in arguments[:1] if not word.startswith("-")]
    said, width = io.StringIO(), os.environ.get("COLUMNS")
    os.environ["COLUMNS"] = "1000"
    try:
        with redirect_stdout(said):
            _parsed(verb, module, [*first, *_kind(arguments), "--help"])
    except SystemExit:
        pass
    finally:
        os.environ.pop("COLUMNS")
        os.environ.update({} if width is None else {"COLUMNS": width})
    return {
        found["name"]: tuple(found["choices"].split(",")) if found["choices"] else ()
        for found in _OPTION.finditer(said.getvalue())
    }


def _kind(arguments: Sequence[str]) -> list[str]:
    """The arguments that decide which other options there are: the model of a fit."""
    at = list(arguments).index("--model") if "--model" in arguments else len(arguments)
    return list(arguments[at : at + 2])


def _asks(arguments: Sequence[str]) -> bool:
    """Whether help or the like is wanted."""
    return any(word in _HELP or word.startswith("--tyro-") for word in arguments)


def _meant(name: str, known: list[str]) -> str | None:
    """The option that was meant: one of a group is often called without its group."""
    names = {option.rpartition(".")[2].lstrip("-"): option for option in reversed(known)}
    names |= {option.lstrip("-"): option for option in known}
    close = nearest(name.lstrip("-").replace("_", "-"), names)
    return names[close] if close else None


def _number(word: str) -> bool:
    try:
        float(word)
    except ValueError:
        return False
    return True


def _parsed(verb: Verb, module: ModuleType, arguments: Sequence[str]) -> Any:
    import tyro

    chosen = module.Options
    return tyro.cli(
        # Which options there are may depend on the arguments, such as on the model of a fit.
        chosen if isinstance(chosen, type) else chosen(list(arguments)),
        prog=f"liquidtime {verb.name}",
        description=(module.__doc__ or "").strip().partition("\n")[0],
        args=list(arguments),
        config=(tyro.conf.FlagCreatePairsOff,),
    )
