"""An ensemble of kinds: which members it has, and that each is trained as if it were alone."""

import pytest
import torch

from liquidtime.data.preprocess import Preprocessor
from liquidtime.errors import InputError
from liquidtime.models import cfc, cfc_ensemble
from liquidtime.models.contract import Shape
from liquidtime.train.config import FitConfig
from liquidtime.train.loss import Loss
from liquidtime.train.objectives import catalogue as objectives
from liquidtime.train.run import new_model

small = {"hidden_size": 6, "backbone_units": 5}


def test_members_are_of_the_kinds_and_read_outs_in_turn():
    each = cfc_ensemble.Config(**small, members=4, summaries=True).each
    assert [one.variant for one in each] == ["gated", "no_gate", "gated", "gated"]
    assert [one.mixed_memory for one in each] == [False, False, True, False]
    assert [one.readout for one in each] == ["last_mean", "attention", "last_mean", "attention"]
    assert all(one.summaries and one.hidden_size == 6 for one in each)
    assert {one.readout for one in cfc_ensemble.Config(readout="max").each} == {"max"}


def test_only_a_bidirectional_member_sees_the_future():
    assert not cfc_ensemble.Config().facts.sees_future
    assert cfc_ensemble.Config(kinds="both_ways", members=2).facts.sees_future
    with pytest.raises(InputError, match="members is 1; expected 2 or more"):
        cfc_ensemble.Config(members=1)


def test_it_says_the_mean_of_its_members(series):
    data = series(6)
    encoded = Preprocessor.fit(data).encode(data)
    shape = Shape(inputs=encoded.inputs.shape[1], variables=len(data.features), outputs=2)
    torch.manual_seed(3)
    model = cfc_ensemble.Config(**small, members=3).build(shape)
    torch.manual_seed(3)
    alone = [each.build(shape) for each in cfc_ensemble.Config(**small, members=3).each]
    batch = encoded.batch(range(6))
    wanted = torch.stack([one.network.eval()(batch) for one in alone]).mean(0)
    torch.testing.assert_close(model.network.eval()(batch), wanted)


@pytest.mark.parametrize("seeds", [1, 2])
def test_each_member_is_clipped_alone_even_in_an_ensemble_of_ensembles(series, seeds):
    data = series(6)
    preprocessor, config = Preprocessor.fit(data), cfc_ensemble.Config(**small, members=2)
    fit = FitConfig(model=config)
    fit = FitConfig(model=config, train=type(fit.train)(ensemble=seeds))
    objective = objectives.of_training(data, fit)
    model = new_model(preprocessor, objective, fit)
    loss = Loss(model, objective)
    groups = loss.parameter_groups()
    assert len(groups) == 2 * seeds
    assert sum(map(len, groups)) == len(list(model.network.parameters()))
    # The gradient of a member is that which it has alone, but for the mean over members.
    encoded = preprocessor.encode(data, reads=model.reads)
    model.network.eval()
    total, weight = loss(encoded.batch(range(6)))
    (total / weight).backward()
    member = model.network.members[0]
    member = member.members[0] if seeds > 1 else member
    shared = [p.grad.clone() for p in member.parameters()]
    member.zero_grad()
    batch = encoded.batch(range(6))
    own, _ = objective.loss(member(batch), batch.target)
    (own / weight).backward()
    for one, other in zip(shared, member.parameters(), strict=True):
        torch.testing.assert_close(one * 2 * seeds, other.grad, rtol=1e-4, atol=1e-6)
    assert isinstance(config.each[0], cfc.Config)
