"""`liquidtime`: parse the verb, run it, turn errors into messages and exit statuses."""

import errno
import gc
import sys
from collections.abc import Sequence

import liquidtime
from liquidtime.cli.common.verbs import Verb, verbs
from liquidtime.errors import InputError, nearest
from liquidtime.optional import known, missing, require
from liquidtime.runs.options import check_numbers

_WRONG_INPUT = 2
_STOPPED = 130
# No disk holds a file of such a name: the name is wrong, not the disk.
_WRONG_NAMES = {errno.ENAMETOOLONG, errno.ENOTDIR, errno.ELOOP}
_HELP = ("-h", "--help", "help")
_COMPLETION = "--print-completion"


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line.

    Args:
        argv: Arguments behind the program's name; by default those of the process.

    Returns:
        Exit status: 0 done, 1 something is not installed or cannot be written, 2 wrong input,
        130 stopped by Ctrl-C.
    """
    if argv is None:
        # Half a million objects of imported modules stay; to look through all of them for rubbish,
        # again and again while they grow, was an eighth of a small fit.
        gc.set_threshold(*gc.get_threshold()[:2], 200)
    arguments = list(sys.argv[1:] if argv is None else argv)
    try:
        require("rich")
        require("tyro")
        return _dispatch(arguments)
    except InputError as error:
        return _fail(str(error), _WRONG_INPUT)
    except KeyboardInterrupt as stop:
        return _fail(str(stop) or "Stopped.", _STOPPED, error=False)
    except MemoryError as error:
        return _fail(f"There is not enough memory ({error or 'nothing more is known'}).", 1)
    except BrokenPipeError:
        # The reader of our output has gone (`| head`); nothing is left to say.
        sys.stdout = None
        return 0
    except ImportError as error:
        if "pip install" not in str(error):
            raise
        return _fail(str(error), 1)
    except OSError as error:
        status = _WRONG_INPUT if error.errno in _WRONG_NAMES else 1
        return _fail(f"{error.filename or 'file'}: {error.strerror or error}.", status)


def _dispatch(arguments: list[str]) -> int:
    every = verbs()
    if not arguments or (arguments[0] in _HELP and len(arguments) == 1):
        _overview(every)
        return 0
    word, *rest = arguments
    if word in _HELP:
        # `liquidtime help fit` and `liquidtime --help fit` are `liquidtime fit --help`.
        word, rest = rest[0], [*rest[1:], "--help"]
    if word in ("-V", "--version"):
        from liquidtime.cli.common.console import results

        results().print(f"liquidtime {liquidtime.__version__}")
        return 0
    if word == _COMPLETION:
        from liquidtime.cli.common.completion import script

        sys.stdout.write(script(rest))
        return 0
    if word not in every:
        raise _unknown(word, list(every))
    return _run(every[word], rest)


def _unknown(word: str, every: list[str]) -> InputError:
    if word.startswith("-"):
        close = nearest(word, ("--help", "--version", _COMPLETION))
        hint = f"did you mean `liquidtime {close}`?" if close else "a verb comes first."
        return InputError(f"There is no option {word}; {hint} See `liquidtime --help`.")
    close = nearest(word, every)
    hint = f"Did you mean `liquidtime {close}`?" if close else "See `liquidtime --help`."
    return InputError(f"There is no verb {word!r}; expected {', '.join(every)}. {hint}")


def _run(verb: Verb, arguments: list[str]) -> int:
    from liquidtime.cli.common.console import results, warnings_as_notes
    from liquidtime.cli.common.parsing import parse

    module = verb.load()
    details = (module.__doc__ or "").strip().partition("\n")[2]
    try:
        options = parse(verb, module, arguments)
    except SystemExit as done:
        if not done.code and details:
            # As it is written: the parser would run the lines of examples together.
            results().print(details.strip(), markup=False, soft_wrap=True)
        return done.code if isinstance(done.code, int) else _WRONG_INPUT
    check_numbers(options)
    try:
        with warnings_as_notes():
            return int(module.run(options) or 0)
    except ImportError as error:
        if not error.name or not known(error.name):
            raise
        # Of extras that share a package, the verb knows which one brings all that it needs.
        raise missing(error.name, extra=getattr(module, "EXTRA", None)) from error


def _overview(known: dict[str, Verb]) -> None:
    from rich import box
    from rich.markup import escape
    from rich.table import Table

    from liquidtime.cli.common.console import results

    console = results()
    console.print("usage: liquidtime <verb> [options]\n", markup=False)
    console.print(f"{escape(liquidtime.__doc__ or '')}\n")
    table = Table(box=box.SIMPLE, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    for verb in known.values():
        table.add_row(f"[bold]{verb.name}[/]", escape(verb.summary))
    console.print(table)
    console.print("liquidtime <verb> --help tells a verb's options; --version the version;")
    console.print(
        "--print-completion bash|zsh|fish what a shell needs to complete them.", markup=False
    )


def _fail(message: str, status: int, *, error: bool = True) -> int:
    try:
        from liquidtime.cli.common.console import messages, say_error
    except ImportError:
        sys.stderr.write(f"{message}\n")
        return status
    if error:
        say_error(message)
    else:
        messages().print(message, markup=False)
    return status


if __name__ == "__main__":
    sys.exit(main())
