"""`liquidtime`: parse the verb, run it, turn errors into messages and exit statuses."""

import sys
from collections.abc import Sequence

import liquidtime
from liquidtime.cli.common.verbs import Verb, nearest_verb, verbs
from liquidtime.errors import InputError
from liquidtime.optional import require
from liquidtime.runs.options import check_finite

_WRONG_INPUT = 2
_STOPPED = 130


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line.

    Args:
        argv: Arguments behind the program's name; by default those of the process.

    Returns:
        Exit status: 0 done, 1 something is not installed or cannot be written, 2 wrong input,
        130 stopped by Ctrl-C.
    """
    arguments = list(sys.argv[1:] if argv is None else argv)
    try:
        require("rich", extra="train")
        require("tyro", extra="train")
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
        return _fail(f"{error.filename or 'file'}: {error.strerror or error}.", 1)


def _dispatch(arguments: list[str]) -> int:
    known = verbs()
    if not arguments or arguments[0] in ("-h", "--help", "help"):
        _overview(known)
        return 0
    if arguments[0] in ("-V", "--version"):
        from liquidtime.cli.common.console import results

        results().print(f"liquidtime {liquidtime.__version__}")
        return 0
    word, *rest = arguments
    if word not in known:
        close = nearest_verb(word, list(known))
        hint = f"Did you mean `liquidtime {close}`?" if close else "See `liquidtime --help`."
        raise InputError(f"There is no verb {word!r}; expected {', '.join(known)}. {hint}")
    return _run(known[word], rest)


def _run(verb: Verb, arguments: list[str]) -> int:
    import tyro

    from liquidtime.cli.common.console import results

    module = verb.load()
    summary, _, details = (module.__doc__ or "").strip().partition("\n")
    try:
        options = tyro.cli(
            # Which options there are may depend on the arguments, such as on the model of a fit.
            module.Options if isinstance(module.Options, type) else module.Options(arguments),
            prog=f"liquidtime {verb.name}",
            description=summary,
            args=arguments,
            config=(tyro.conf.FlagCreatePairsOff,),
        )
    except SystemExit as done:
        if not done.code and details:
            # As it is written: the parser would run the lines of examples together.
            results().print(details.strip(), markup=False, soft_wrap=True)
        return done.code if isinstance(done.code, int) else _WRONG_INPUT
    check_finite(options)
    return int(module.run(options) or 0)


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
    console.print("liquidtime <verb> --help tells a verb's options; --version the version.")


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
