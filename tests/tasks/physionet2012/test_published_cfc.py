"""The CfC paper's recipes: sizes of the published networks, inputs as its code makes them."""

import pytest
import torch

from liquidtime.models.contract import Shape
from liquidtime.tasks.physionet2012.min_max import min_max_in_hours
from liquidtime.tasks.physionet2012.protocols import stays
from liquidtime.tasks.physionet2012.published_cfc import PUBLISHED_CFC

RECIPES = {recipe.name: recipe for recipe in PUBLISHED_CFC}


@pytest.mark.parametrize(
    ("name", "weights"),
    [
        ("cfc-published", 92_930),
        ("cfc-no-gate-published", 114_818),
        ("cfc-mixed-memory-published", 67_970),
    ],
)
def test_networks_have_as_many_weights_as_the_published_ones(name, weights):
    config = RECIPES[name].config
    model = config.model.build(Shape(inputs=82, variables=41, outputs=2))
    assert sum(p.numel() for p in model.network.parameters()) == weights
    assert config.train.class_weights[0] == 1.0 and config.train.gradient_clip == 0


def test_inputs_are_values_by_their_extremes_and_the_mask_with_true_gaps_in_hours():
    series = stays().select(range(40))
    encoded = min_max_in_hours(series).encode(series)
    assert encoded.inputs.shape[1] == 82
    at = series.features.index("HR")
    seen = series.mask[:, at]
    rates = series.values[seen, at]
    wanted = (rates - rates.min()) / rates.max()
    torch.testing.assert_close(encoded.inputs[seen, at], wanted, rtol=0, atol=1e-6)
    assert torch.equal(encoded.inputs[:, 41:], series.mask.float())
    first = int(series.lengths[0])
    gaps = series.times[1:first] - series.times[: first - 1]
    torch.testing.assert_close(encoded.elapsed[1:first], gaps.float())
    assert encoded.elapsed[0] == 0
