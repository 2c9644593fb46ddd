import io
import re

from rich.console import Console

from liquidtime.data.preprocess import Preprocessor
from liquidtime.models import gru
from liquidtime.train import loop
from liquidtime.train.config import FitConfig, TrainConfig
from liquidtime.train.objectives import catalogue as objectives
from liquidtime.train.progress import ProgressLine
from liquidtime.train.run import new_model


def fit_in_memory(series, split, label):
    data = series()
    config = FitConfig(
        model=gru.Config(hidden_size=4),
        train=TrainConfig(epochs=2, batch_size=8, accelerator="cpu"),
    )
    training = data.select(split.train)
    preprocessor = Preprocessor.fit(training)
    validation = preprocessor.encode(data.select(split.validation))
    objective = objectives.of_training(training, config)
    model = new_model(preprocessor, objective, config)
    encoded = preprocessor.encode(training)
    return loop.train(model, objective, encoded, validation, config.train, label=label)


def test_a_terminal_gets_one_live_bar(series, split, monkeypatch):
    screen = Console(file=io.StringIO(), force_terminal=True, width=120)
    monkeypatch.setattr(loop, "ProgressLine", lambda *given: ProgressLine(*given, console=screen))
    trained = fit_in_memory(series, split, "CfC")
    said = screen.file.getvalue()
    last = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", said).rstrip().splitlines()[-1]
    assert "CfC" in last and "epoch 2/2" in last and "✓" in last
    assert f"loss {trained.history[-1]['train_loss']:.4f}" in last
    assert said.count("\n") <= 2


def test_without_a_folder_nothing_is_written(series, split, tmp_path, monkeypatch, capfd):
    monkeypatch.chdir(tmp_path)
    trained = fit_in_memory(series, split, None)
    assert len(trained.history) == 2
    assert not list(tmp_path.iterdir())
    assert capfd.readouterr() == ("", "")
