import json
import subprocess
import sys

import pytest

from liquidtime.errors import InputError
from liquidtime.models import cfc, ltc
from liquidtime.train.config import FitConfig, TrainConfig


def test_round_trip_through_json():
    config = FitConfig(
        task="regress",
        model=ltc.Config(wiring="auto_ncp", hidden_size=20),
        train=TrainConfig(patience=3, devices=2),
    )
    assert FitConfig.from_dict(json.loads(json.dumps(config.to_dict()))) == config


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (
            lambda: FitConfig.from_dict({"model": {"kind": "rnn"}}),
            "'rnn' is no model; expected one of",
        ),
        (lambda: cfc.Config(hidden_size=0), "hidden_size is 0; expected 1 or more"),
        (lambda: cfc.Config(hidden_size=True), "hidden_size is True; expected int"),
        (lambda: cfc.Config(dropout=1.0), "dropout is 1.0"),
        (lambda: FitConfig.from_dict({"model": {"kind": "gru", "wiring": "full"}}), "no option 'w"),
        (lambda: cfc.Config(hidden_size=8, wiring="auto_ncp", wiring_outputs=7), "expected 6 or"),
        (lambda: TrainConfig(learning_rate=-1), "learning_rate is -1"),
        (lambda: TrainConfig(patience=0), "patience is 0"),
        (lambda: TrainConfig(devices="many"), "devices is 'many'"),
        (lambda: TrainConfig(decay=1.5), "decay is 1.5"),
        (lambda: TrainConfig(epochs=3, steps=9), "epochs is 3 and steps is 9; expected one"),
        (lambda: TrainConfig(optimizer="lion"), "optimizer is 'lion'"),
        (lambda: FitConfig(task="regress", train=TrainConfig(class_weights="balanced")), "classes"),
        (lambda: FitConfig.from_dict({"model": {"hiden_size": 3}}), "no option 'hiden_size'"),
    ],
)
def test_wrong_options_are_named(make, words):
    with pytest.raises(InputError, match=words.replace("(", r"\(")):
        make()


def test_config_imports_no_torch():
    code = "import sys, liquidtime.train.config; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
