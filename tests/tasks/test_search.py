"""Search of options: what is asked, that no test series is looked at, and that it goes on."""

import json
from dataclasses import replace

import numpy as np
import pytest
from tests.tasks.toy import toy_task

from liquidtime.errors import InputError
from liquidtime.tasks.search import Choice, Question, main, parsed, search

SPACE = {
    "model.hidden_size": Choice(values=(2, 3)),
    "train.learning_rate": Choice(low=1e-3, high=1e-1, log=True),
}


@pytest.fixture
def question():
    return Question(task=toy_task(), recipe="lstm", space=SPACE, folds=2)


def test_an_option_is_a_list_or_a_range():
    assert parsed("a.b=1,0.5,x,true,none") == ("a.b", Choice(values=(1, 0.5, "x", True, None)))
    assert parsed("a=1:8") == ("a", Choice(low=1, high=8, whole=True))
    assert parsed("a=0.1:10:log") == ("a", Choice(low=0.1, high=10, log=True))
    for wrong in ("a", "a=1:2:3", "=1,2", "a=x:2", "a=2:1", "a=1:2:log:log"):
        with pytest.raises(InputError, match="expected NAME=VALUE"):
            parsed(wrong)
    with pytest.raises(InputError, match="above 0"):
        parsed("a=0:1:log")


def test_options_are_those_of_the_model_and_the_training(question):
    config = question.configured({"model.hidden_size": 3, "train.weight_decay": 0.5})
    assert (config.model.hidden_size, config.train.weight_decay) == (3, 0.5)
    for wrong in ("model.nonsense", "hidden_size", "data.x"):
        with pytest.raises(InputError, match=f"'{wrong}' is no option of recipe 'lstm'"):
            question.configured({wrong: 1})


def test_a_search_never_sees_the_test_part_and_goes_on_where_it_was(question, tmp_path):
    pytest.importorskip("optuna")
    protocol = question.task.protocol("paper")
    series, split = protocol.parts(0)
    target, values = series.target.clone(), series.values.clone().reshape(len(series), -1)
    target[split.test], values[split.test] = 1 - target[split.test], 1e6
    other = replace(series, target=target, values=values.reshape(-1, 1))
    spoilt = replace(protocol, parts=lambda seed: (other, split))
    poisoned = replace(
        question, task=replace(question.task, protocols={"paper": spoilt, "clean": spoilt})
    )
    clean = search(question, tmp_path / "clean.json", trials=3)
    found = search(poisoned, tmp_path / "search.json", trials=3)

    def told(one):
        return [{k: v for k, v in trial.items() if k != "seconds"} for trial in one["trials"]]

    assert told(found) == told(clean)
    assert all(len(trial["folds"]) in (1, 2) for trial in found["trials"])
    first = found["trials"][0]
    assert first["value"] == pytest.approx(np.mean(first["folds"]))
    best = max(one["value"] for one in found["trials"] if one["value"] is not None)
    assert found["best"]["value"] == best
    more = search(poisoned, tmp_path / "search.json", trials=4)
    assert more["trials"][:3] == found["trials"] and len(more["trials"]) == 4
    assert json.loads((tmp_path / "search.json").read_text()) == more
    with pytest.raises(InputError, match="another folds"):
        search(replace(question, folds=3), tmp_path / "search.json", trials=5)


def test_the_command_says_in_a_line_what_will_not_do(tmp_path, capsys):
    out = str(tmp_path / "x.json")
    for arguments, words in (
        (["physionet2012", "cfc", "--try", "a=2:1", "--out", out], "expected NAME=VALUE"),
        (["nothing", "cfc", "--try", "a=1,2", "--out", out], "no task"),
        (["physionet2012", "cfc", "--try", "a=1", "--folds", "1", "--out", out], "2 or more"),
    ):
        assert main(arguments) == 2
        assert words in capsys.readouterr().err
