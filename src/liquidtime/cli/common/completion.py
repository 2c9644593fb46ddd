"""Completion of the command line by shells: what `liquidtime --print-completion SHELL` prints."""

from collections.abc import Callable, Sequence

from liquidtime.cli.common.parsing import options
from liquidtime.cli.common.verbs import Verb, verbs
from liquidtime.errors import InputError, nearest

Known = dict[Verb, dict[str, tuple[str, ...]]]
"""The options of each verb, and the choices of each option."""


def script(arguments: Sequence[str]) -> str:
    """The lines that a shell reads to complete verbs, options, choices and files.

    Args:
        arguments: The name of the shell.

    Raises:
        InputError: If it is not one of those we know.
    """
    shell = arguments[0] if arguments else ""
    if shell not in SHELLS or len(arguments) > 1:
        close = nearest(shell, SHELLS)
        hint = f" Did you mean {close}?" if close else ""
        came = " ".join(arguments) or "nothing"
        raise InputError(
            f"--print-completion came with {came}; expected one shell: {', '.join(SHELLS)}.{hint}"
        )
    return SHELLS[shell]({verb: options(verb, verb.load()) for verb in verbs().values()})


def _bash(known: Known) -> str:
    words = " ".join([*(verb.name for verb in known), "help", "--help", "--version"])
    cases = []
    for verb, found in known.items():
        cases += [
            f'        "{verb.name} {name}") words="{" ".join(choices)}" ;;'
            for name, choices in found.items()
            if choices
        ]
        cases.append(f'        "{verb.name} "*) words="{" ".join(found)}" ;;')
    lines = "\n".join(cases)
    # What is no option and no choice is a file: readline completes those where nothing matches.
    return f"""_liquidtime() {{
    local words word=${{COMP_WORDS[COMP_CWORD]}} before=${{COMP_WORDS[COMP_CWORD-1]}}
    if ((COMP_CWORD == 1)); then words="{words}"
    else case "${{COMP_WORDS[1]}} $before" in
{lines}
    esac fi
    COMPREPLY=($(compgen -W "$words" -- "$word"))
    if [[ -z $word && $before != liquidtime && $words == --* ]]; then COMPREPLY=(); fi
}}
complete -o default -F _liquidtime liquidtime
"""


def _zsh(known: Known) -> str:
    loaded = "".join(f"autoload -U +X {name} && {name}\n" for name in ("compinit", "bashcompinit"))
    return loaded + _bash(known)


def _fish(known: Known) -> str:
    lines = []
    for verb, found in known.items():
        summary = verb.summary.replace("'", "’")
        lines.append(
            f"complete -c liquidtime -n __fish_use_subcommand -a {verb.name} -d '{summary}'"
        )
        here = f"complete -c liquidtime -n '__fish_seen_subcommand_from {verb.name}'"
        for name, choices in found.items():
            few = f" -xa '{' '.join(choices)}'" if choices else ""
            lines.append(f"{here} -l {name.removeprefix('--')}{few}")
    return "\n".join(lines) + "\n"


SHELLS: dict[str, Callable[[Known], str]] = {"bash": _bash, "zsh": _zsh, "fish": _fish}
