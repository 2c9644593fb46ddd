"""What was mistyped is named first, with the nearest name there is, and status 2."""

import pytest

from liquidtime.cli.__main__ import main
from liquidtime.errors import nearest

FULL = ["fit", "x.csv", "--id", "a", "--time", "t", "--target", "y"]


@pytest.mark.parametrize(
    "words, wanted",
    [
        # Although DATA and three options are missing as well.
        (["fit", "--hlep"], "There is no option --hlep; did you mean --help?"),
        (["fit", "-help"], "There is no option -help; did you mean --help?"),
        (["predict", "--hepl"], "There is no option --hepl; did you mean --help?"),
        (["fit", "x.csv", "--targt", "y"], "There is no option --targt; did you mean --target?"),
        ([*FULL, "--epochs", "3"], "There is no option --epochs; did you mean --train.epochs?"),
        ([*FULL, "--hiden_size=3"], "--hiden_size; did you mean --model.hidden-size?"),
        (
            [*FULL, "--model", "ltc", "--model.unflods", "3"],
            "There is no option --model.unflods; did you mean --model.unfolds?",
        ),
        ([*FULL, "--colour", "1"], "There is no option --colour. See `liquidtime fit --help`."),
        ([*FULL, "--sed", "1", "--ot", "r"], "--sed; did you mean --seed? There is no option --ot"),
        ([*FULL, "--model", "ltcc"], "'ltcc' is no model; expected one of cfc,"),
        (["study", "worm-atlas", "--nuls", "3"], "no option --nuls; did you mean --nulls?"),
        (["study", "worm-atls"], "There is no study 'worm-atls'; expected one of closed-form,"),
        (["reproduce", "physionet201"], "Did you mean physionet2012?"),
        (["simulate", "worm", "--stimulte", "x"], "--stimulte; did you mean --stimulate?"),
        (["export", "r", "f", "--two", "onnx"], "There is no option --two; did you mean --to?"),
        (["bench", "--qick"], "There is no option --qick; did you mean --quick?"),
        (["fti"], "There is no verb 'fti'; expected demo, fit,"),
        (["FIT"], "Did you mean `liquidtime fit`?"),
        (["help", "ft"], "Did you mean `liquidtime fit`?"),
        (["--hlep"], "There is no option --hlep; did you mean `liquidtime --help`?"),
        (["--verson"], "There is no option --verson; did you mean `liquidtime --version`?"),
        (["--out", "x", "fit"], "There is no option --out; a verb comes first."),
    ],
)
def test_the_nearest_name_is_told_in_one_line(words, wanted, capsys):
    assert main(words) == 2
    out, error = capsys.readouterr()
    assert out == ""
    assert error.startswith("error: ") and error.count("\n") == 1
    assert wanted in error


def test_all_spellings_of_help_are_answered(capsys):
    for words in (["-h"], ["--help"], ["help"]):
        assert main(words) == 0
        assert capsys.readouterr().out.startswith("usage: liquidtime <verb>")
    for words in (["show", "-h"], ["show", "--help"], ["help", "show"], ["--help", "show"]):
        assert main(words) == 0
        assert capsys.readouterr().out.startswith("usage: liquidtime show")
    # Help wins, whatever else is there.
    assert main(["show", "--colour", "--help"]) == 0


@pytest.mark.parametrize(
    "words, wanted",
    [
        ([*FULL, "--seed", "-inf"], "--seed"),
        ([*FULL, "--task", "klassify"], "klassify"),
        (["fit", "x.csv"], "--time"),
    ],
)
def test_values_are_not_taken_for_options(words, wanted, capsys):
    assert main(words) == 2
    out, error = capsys.readouterr()
    assert out == "" and "no option" not in error
    assert wanted in error and error.startswith("error: ") and error.count("\n") == 1


def test_nearest():
    assert nearest("Ltcc", ["cfc", "ltc"]) == "ltc"
    assert nearest("transformer", ["cfc", "ltc"]) is None
    assert nearest("", ["cfc"]) is None


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["fit", "x.csv"], "Missing: --time COLUMN, --target COLUMN"),
        (["export"], "Missing: RUN, FILE."),
        (
            [*FULL, "--train.learning-rate", "inf"],
            "learning_rate is inf; expected a number above 0",
        ),
        (
            [*FULL, "--train.epochs", "abc"],
            "--train.epochs {None}|INT: expected {None}|INT, not 'abc'",
        ),
        ([*FULL, "--train.batch-size", "x"], "expected INT|{auto}, not 'x'"),
        (
            [*FULL, "--train.schedule", "foo"],
            "invalid choice 'foo' for argument '--train.schedule'",
        ),
    ],
)
def test_wrong_arguments_are_told_in_one_line(words, told, capsys):
    assert main(words) == 2
    out, error = capsys.readouterr()
    assert out == "" and error.startswith("error: ") and error.count("\n") == 1
    assert told in error and f"liquidtime {words[0]} --help" in error
