"""The frame of the command line: help, unknown verbs, exit statuses."""

import subprocess
import sys
import time

import pytest

from liquidtime.cli.__main__ import main
from liquidtime.cli.common.verbs import verbs


def test_the_overview_lists_every_verb_in_one_screen(capsys):
    assert main(["--help"]) == 0
    out = capsys.readouterr().out
    for name in ("fit", "evaluate", "predict", "show"):
        assert f" {name} " in out
    assert len(out.splitlines()) <= 24
    assert all(verb.summary.endswith(".") for verb in verbs().values())


def test_no_arguments_show_the_overview(capsys):
    assert main([]) == 0
    assert "usage: liquidtime <verb>" in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [["--help"], *([name, "--help"] for name in verbs())])
def test_help_is_fast_and_imports_no_torch(arguments):
    code = (
        "import sys\n"
        "from liquidtime.cli.__main__ import main\n"
        f"assert main({arguments!r}) == 0\n"
        "heavy = {'torch', 'pandas', 'lightning', 'matplotlib', 'sklearn'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    began = time.perf_counter()
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    # Under a second on an idle machine; the margin is for a busy one.
    assert time.perf_counter() - began < 5
    assert "usage: liquidtime" in done.stdout


def test_fit_help_shows_the_examples_as_written(capsys):
    assert main(["fit", "--help"]) == 0
    out = capsys.readouterr().out
    assert "--model.hidden-size" in out
    assert "--train.learning-rate" in out
    assert (
        "liquidtime fit wide.csv --id patient --time hour --features HR Temp --target died" in out
    )


def test_an_unknown_verb_gets_a_suggestion(capsys):
    assert main(["pedict"]) == 2
    error = capsys.readouterr().err
    assert "no verb 'pedict'" in error
    assert "`liquidtime predict`" in error


def test_an_unknown_option_is_status_2(capsys):
    assert main(["fit", "x.csv", "--id", "a", "--time", "t", "--target", "y", "--colour", "1"]) == 2
    assert "--colour" in capsys.readouterr().err


def test_version(capsys):
    import liquidtime

    assert main(["--version"]) == 0
    assert liquidtime.__version__ in capsys.readouterr().out


def test_the_module_can_be_run():
    done = subprocess.run(
        [sys.executable, "-m", "liquidtime.cli", "nonsense"], capture_output=True, text=True
    )
    assert done.returncode == 2
    assert done.stdout == ""
    assert "error:" in done.stderr


def test_a_new_verb_is_one_file(tmp_path, monkeypatch, capsys):
    from liquidtime import cli

    (tmp_path / "greet.py").write_text(
        '"""Greet somebody."""\n'
        "from dataclasses import dataclass\n"
        "@dataclass\n"
        "class Options:\n"
        "    name: str\n"
        "def run(options):\n"
        "    if options.name == 'nobody':\n"
        "        raise KeyboardInterrupt\n"
        "    return 7\n"
    )
    monkeypatch.setattr(cli, "__path__", [str(tmp_path), *cli.__path__])
    # The summary is read from the first folder only; the others' verbs live in the second.
    monkeypatch.setattr(
        "liquidtime.cli.common.verbs.pkgutil.iter_modules",
        lambda path: [(None, "greet", False)],
    )
    assert verbs()["greet"].summary == "Greet somebody."
    assert main(["greet", "--name", "you"]) == 7
    assert main(["greet", "--name", "nobody"]) == 130
    assert "Stopped" in capsys.readouterr().err
