"""What holds of every model; a model is covered by being in the catalogue."""

import dataclasses
import json
import re
import subprocess
import sys

import pytest
import torch

from liquidtime.data.preprocess import Preprocessor
from liquidtime.errors import InputError
from liquidtime.models.catalogue import MODELS, from_dict, to_dict
from liquidtime.models.contract import Facts
from liquidtime.train.config import FitConfig
from liquidtime.train.loss import Loss
from liquidtime.train.objectives import catalogue as objectives
from liquidtime.train.run import new_model
from liquidtime.train.score.outputs import predict_logits

SMALLER = {"hidden_size": 8, "backbone_units": 8, "latent_size": 5, "dropout": 0.2}
OF_WHOLE_SERIES = {"ridge"}
every_model = pytest.mark.parametrize("kind", MODELS.entries())
every_target = pytest.mark.parametrize("per_step", [False, True], ids=["a series", "a step"])


def small(kind, **options):
    """The options of a model, made small where they say how."""
    config = MODELS.entries()[kind]
    known = {entry.name for entry in dataclasses.fields(config)}
    return from_dict({"kind": kind} | {k: v for k, v in SMALLER.items() if k in known} | options)


class Fixture:
    """A model with data that suit it."""

    def __init__(self, config, data):
        preprocessor = Preprocessor.fit(data)
        fit = FitConfig(task="classify" if data.classes else "regress", model=config)
        self.objective = objectives.of_training(data, fit)
        torch.manual_seed(0)
        if data.per_step and config.name in OF_WHOLE_SERIES:
            with pytest.raises(InputError, match="one at every step"):
                new_model(preprocessor, self.objective, fit)
            pytest.skip("it predicts of whole series")
        self.model = new_model(preprocessor, self.objective, fit)
        self.encoded = preprocessor.encode(data, reads=self.model.reads)
        if self.model.solve is not None:
            loss = self.model.solve(self.encoded, self.objective.goal)
            assert 0 <= loss < float("inf")
        self.everything = preprocessor.encode(data, reads=("values", "mask", "times"))

        self.loss = Loss(self.model, self.objective)


@every_model
def test_options_go_to_json_and_back(kind):
    config = small(kind)
    stored = json.loads(json.dumps(to_dict(config)))
    assert stored["kind"] == kind
    assert from_dict(stored) == config
    with pytest.raises(InputError, match="no option 'nonsense'"):
        from_dict({"kind": kind, "nonsense": 1})
    with pytest.raises(dataclasses.FrozenInstanceError):
        config.name = "other"  # pyright: ignore


@every_model
def test_every_option_is_described_and_has_a_default(kind):
    config = MODELS.entries()[kind]
    assert config() == config()
    assert config.title
    source = sys.modules[config.__module__].__file__
    words = open(source, encoding="utf-8").read()  # noqa: PTH123, SIM115
    for entry in dataclasses.fields(config):
        at = words.index(f"    {entry.name}: ")
        assert '\n    """' in words[at : at + 300], entry.name
    facts = config().facts
    assert isinstance(facts, Facts) and facts.name.startswith(config.title) and facts.size


@every_model
@every_target
def test_batched_equals_one_series_at_a_time(series, kind, per_step):
    """Padding, bucketing and the order of batches leave no trace, not even for empty series."""
    case = Fixture(small(kind), series(20, per_step=per_step))
    case.model.network.train()
    together = predict_logits(case.model, case.encoded, batch_size=7)
    alone = [predict_logits(case.model, case.encoded.select([k])) for k in range(20)]
    rows = int(case.encoded.lengths.sum()) if per_step else 20
    assert together.shape == (rows, case.objective.output_size)
    torch.testing.assert_close(together, torch.cat(alone), rtol=0, atol=2e-6)
    assert case.model.network.training


@every_model
@every_target
@pytest.mark.parametrize("target", ["classes", "values"])
def test_the_loss_is_finite_and_a_step_lowers_it(series, kind, per_step, target):
    case = Fixture(small(kind), series(12, kind=target, per_step=per_step))
    if case.model.solve is not None:
        return
    network, batch = case.model.network, case.encoded.batch(range(12))
    optimizer = torch.optim.AdamW(network.parameters(), lr=3e-3)
    losses = []
    for _ in range(6):
        torch.manual_seed(1)
        total, weight = case.loss(batch)
        assert total.shape == weight.shape == ()
        optimizer.zero_grad()
        (total / weight).backward()
        gradients = [p.grad for p in network.parameters() if p.requires_grad]
        assert all(g is not None and g.isfinite().all() for g in gradients)
        optimizer.step()
        losses.append(float((total / weight).detach()))
    assert losses[-1] < losses[0]


@every_model
def test_it_reads_what_it_declares_and_nothing_else(series, kind):
    case = Fixture(small(kind), series(6))
    network = case.model.network.eval()
    batch, more = case.encoded.batch(range(6)), case.everything.batch(range(6))
    with torch.no_grad():
        assert torch.equal(network(batch), network(more))
        for part in case.model.reads:
            with pytest.raises(ValueError, match=f"no {part}"):
                network(batch._replace(**{part: None}))


@every_model
def test_time_gaps_matter(series, kind):
    case = Fixture(small(kind), series(12))
    network, batch = case.model.network.eval(), case.everything.batch(range(1, 6))
    slow = batch._replace(elapsed=batch.elapsed * 3, times=batch.times * 3)
    with torch.no_grad():
        assert not torch.allclose(network(slow), network(batch))


@every_model
def test_the_state_dict_is_the_whole_network(series, kind):
    case, other = (Fixture(small(kind), series(8)) for _ in range(2))
    with torch.no_grad():
        for parameter in case.model.network.parameters():
            parameter.add_(0.05)
    other.model.network.load_state_dict(case.model.network.state_dict())
    expected = predict_logits(case.model, case.encoded)
    assert torch.equal(predict_logits(other.model, other.encoded), expected)


@every_model
@every_target
def test_a_trace_ends_with_the_prediction(series, kind, per_step):
    case = Fixture(small(kind), series(6, per_step=per_step))
    if case.model.trace is None:
        return
    case.model.network.eval()
    batch = case.encoded.batch(range(1, 6))
    trace = case.model.trace(batch)
    steps = batch.inputs.shape[1]
    assert trace.hidden.shape[:2] == trace.logits.shape[:2] == (5, steps)
    last = torch.arange(5), batch.lengths - 1
    with torch.no_grad():
        whole = case.model.network(batch)
    expected = whole[last] if per_step else whole
    torch.testing.assert_close(trace.logits[last], expected, rtol=0, atol=2e-6)


def test_the_command_line_offers_every_model():
    code = "import sys; from liquidtime.cli.__main__ import main; sys.exit(main(['fit', '--help']))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0
    said = re.sub(r"[\s│]", "", done.stdout)
    assert f"{{{','.join(MODELS.entries())}}}" in said


def test_options_import_no_torch():
    code = "import sys; from liquidtime.models.catalogue import MODELS; MODELS.entries()"
    code += "; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
