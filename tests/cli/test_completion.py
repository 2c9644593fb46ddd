"""Shells complete verbs, options and choices from what `--print-completion` prints."""

import shutil
import subprocess

import pytest

from liquidtime.cli.__main__ import main
from liquidtime.cli.common.parsing import options
from liquidtime.cli.common.verbs import verbs

BASH = """
try() {
    COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMPREPLY=()
    _liquidtime
    echo "${COMPREPLY[*]}"
}
try liquidtime pre
try liquidtime fit --train.ep
try liquidtime fit --model l
try liquidtime simulate --scheme ''
try liquidtime fit ''
try liquidtime show runs/
complete -p liquidtime
"""


@pytest.fixture(scope="module")
def scripts():
    said = {}
    with pytest.MonkeyPatch.context() as patch:
        for shell in ("bash", "zsh", "fish"):
            patch.setattr("sys.stdout.write", lambda text, shell=shell: said.update({shell: text}))
            assert main(["--print-completion", shell]) == 0
    return said


def test_every_verb_and_option_can_be_completed(scripts):
    for verb in verbs().values():
        known = options(verb, verb.load())
        assert "--help" in known
        for shell in ("bash", "zsh"):
            assert f'"{verb.name} "*) words="{" ".join(known)}"' in scripts[shell]
        for name in known:
            assert f"__fish_seen_subcommand_from {verb.name}' -l {name[2:]}" in scripts["fish"]


def test_options_are_those_of_the_help():
    fit = verbs()["fit"]
    known = options(fit, fit.load())
    assert known["--task"] == ("auto", "classify", "multilabel", "regress", "forecast")
    assert known["--id"] == () and known["--train.patience"] == ()
    assert "--model.unfolds" not in known
    assert "--model.unfolds" in options(fit, fit.load(), ["x.csv", "--model", "ltc"])


@pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash here")
def test_bash_completes(scripts):
    done = subprocess.run(
        ["bash", "--norc", "-c", scripts["bash"] + BASH], capture_output=True, text=True
    )
    assert done.stderr == ""
    assert done.stdout.splitlines() == [
        "predict",
        "--train.epochs",
        "latent_ode lipschitz_rnn lrc lru lstm ltc",
        "ab2 midpoint frozen rk4",
        "",
        "",
        "complete -o default -F _liquidtime liquidtime",
    ]


def test_an_unknown_shell_is_refused(capsys):
    for words in ([], ["bsh"], ["bash", "zsh"]):
        assert main(["--print-completion", *words]) == 2
        assert "expected one shell: bash, zsh, fish" in capsys.readouterr().err
