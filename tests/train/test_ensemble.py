from dataclasses import replace

import numpy as np
import pytest
import torch

from liquidtime.models import cfc
from liquidtime.train import FitConfig, Run, TrainConfig, fit
from liquidtime.train.validation import fit_part

CONFIG = FitConfig(
    model=cfc.Config(hidden_size=4, backbone_units=4, dropout=0.0),
    train=TrainConfig(steps=20, batch_size=16, ensemble=3, seed=5, accelerator="cpu"),
)


def alone(data, config, seed):
    train = replace(config.train, ensemble=1, seed=seed)
    return fit_part(data, replace(config, train=train), np.arange(30))


@pytest.mark.parametrize("kind", ["classes", "values"])
def test_members_are_averaged_in_what_they_predict(series, kind):
    data = series(30, kind=kind)
    config = replace(CONFIG, task="classify" if kind == "classes" else "regress")
    together = fit_part(data, config, np.arange(30))
    members = together.model.network.members
    assert len(members) == 3
    batch = together.preprocessor.encode(data).batch(range(30))
    with torch.no_grad():
        each = [together.objective.predictions(m(batch).numpy()) for m in members]
    assert together.predict(data) == pytest.approx(np.mean(each, axis=0), abs=1e-6)


def test_a_member_is_trained_as_if_it_were_alone(series):
    """Without dropout the first one, which has the batches of its own seed, is the very same."""
    data = series(30)
    together, single = fit_part(data, CONFIG, np.arange(30)), alone(data, CONFIG, 5)
    first = together.model.network.members[0].state_dict()
    for name, expected in single.model.network.state_dict().items():
        torch.testing.assert_close(first[name], expected, rtol=1e-4, atol=1e-6)


def test_a_run_of_members_is_a_run(series, split, tmp_path):
    data = series()
    run = fit(data, split, CONFIG, tmp_path / "run", progress=False, baselines="none")
    again = Run.load(run.path)
    found = again.predict(data.select(split.test))
    assert found.probabilities.sum(axis=1) == pytest.approx(np.ones(len(split.test)))
    assert again.evaluate(data.select(split.test)) == run.metrics["test"]
    assert run.config.train.ensemble == 3
