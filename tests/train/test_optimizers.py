import pytest
import torch
from torch import nn

from liquidtime.train.config import TrainConfig
from liquidtime.train.optimizers import check_state, optimizer_of


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("adamw", torch.optim.AdamW),
        ("adam", torch.optim.Adam),
        ("rmsprop", torch.optim.RMSprop),
        ("sgd", torch.optim.SGD),
    ],
)
def test_each_is_torchs_and_knows_its_state_again(name, expected):
    config = TrainConfig(optimizer=name, learning_rate=0.1, weight_decay=0.01)
    network = nn.Linear(3, 2)
    optimizer = optimizer_of(network.parameters(), config)
    assert type(optimizer) is expected
    assert (optimizer.defaults["lr"], optimizer.defaults["weight_decay"]) == (0.1, 0.01)
    before = network.weight.detach().clone()
    network(torch.ones(1, 3)).sum().backward()
    optimizer.step()
    assert not torch.equal(before, network.weight)
    shapes = [each.shape for each in network.parameters()]
    check_state(optimizer.state_dict(), shapes, config)
    with pytest.raises(ValueError, match="another shape"):
        check_state(optimizer.state_dict(), shapes[::-1], config)
    other = TrainConfig(
        optimizer="sgd" if name != "sgd" else "adam", learning_rate=0.1, weight_decay=0
    )
    with pytest.raises(ValueError, match="of another optimiser"):
        check_state(optimizer.state_dict(), shapes, other)


def test_rmsprop_keeps_as_much_of_its_mean_square_as_it_is_told():
    options = {"optimizer": "rmsprop", "learning_rate": 0.1, "weight_decay": 0.0}
    weight = [nn.Parameter(torch.ones(2))]
    assert optimizer_of(weight, TrainConfig(**options)).defaults["alpha"] == 0.99
    keras = optimizer_of(weight, TrainConfig(**options, smoothing=0.9))
    weight[0].grad = torch.full((2,), 3.0)
    keras.step()
    # The first mean square is a tenth of the gradient's: a step of 0.1 · 3 / √0.9.
    assert torch.allclose(1 - weight[0].detach(), torch.full((2,), 0.1 * 3 / 0.9**0.5))
