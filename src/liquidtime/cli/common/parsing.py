"""Arguments of a verb: into its options, or into what is wrong with them."""

import io
import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout, suppress
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
_PARSING = re.compile(r"^Error parsing [-\w.]+: ")
# Of an option that may be a number or a word.
_NEITHER = re.compile(
    r"no type matching (\S+) could be instantiated from \['?(.*?)'?\].*", re.DOTALL
)
_PLAIN = ("Value error", "Parsing error")
_HELP = ("-h", "--help")


def parse(verb: Verb, module: ModuleType, arguments: Sequence[str]) -> Any:
    """The options that the arguments of a verb ask for.

    Raises:
        InputError: If an option is unknown, missing or wrong; the message names the nearest.
        SystemExit: If help was asked for, and given.
    """
    if _asks(arguments):
        return _parsed(verb, module, arguments)
    said = io.StringIO()
    try:
        with redirect_stderr(said), _wide():
            return _parsed(verb, module, arguments)
    except SystemExit:
        # An unknown option comes first: that another is missing is often its consequence.
        check_names(verb, module, arguments)
        raise InputError(
            f"{_one_line(said.getvalue())} See `liquidtime {verb.name} --help`."
        ) from None


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
    said = io.StringIO()
    with suppress(SystemExit), redirect_stdout(said), _wide():
        _parsed(verb, module, [*first, *_kind(arguments), "--help"])
    return {
        found["name"]: tuple(found["choices"].split(",")) if found["choices"] else ()
        for found in _OPTION.finditer(said.getvalue())
    }


@contextmanager
def _wide() -> Iterator[None]:
    """Inside, the parser breaks no line."""
    width = os.environ.get("COLUMNS")
    os.environ["COLUMNS"] = "1000"
    try:
        yield
    finally:
        os.environ.pop("COLUMNS")
        os.environ.update({} if width is None else {"COLUMNS": width})


def _one_line(box: str) -> str:
    """What the parser says in a frame, without it."""
    lines = [line.strip(" │|╭╮╰╯─") for line in box.splitlines()]
    kind, *told = [line for line in lines if line.strip("-+ ") and not line.startswith("For full")]
    if kind == "Required options":
        told = [line for line in told[1:] if not line.endswith("(required)")]
        said = f"Missing: {', '.join(told).partition(', Unrecognized options')[0]}"
        said = said.partition(", liquidtime ")[0]
    elif "Argument helptext:" in told:
        at = told.index("Argument helptext:")
        said = f"{told[at + 1]}: {_PARSING.sub('', ' '.join(told[:at]))}"
    else:
        said = _PARSING.sub("", " ".join(told))
        said = said if kind in _PLAIN else f"{kind}: {said}"
    said = _NEITHER.sub(r"expected \1, not '\2'", said)
    return said if said.endswith((".", "?", "!")) else f"{said}."


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
