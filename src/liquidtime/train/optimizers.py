"""The optimisers, as torch has them."""

from collections.abc import Iterable

import torch
from torch import nn

from liquidtime.train.config import TrainConfig


def optimizer_of(parameters: Iterable[nn.Parameter], config: TrainConfig) -> torch.optim.Optimizer:
    """The optimiser of a configuration.

    Args:
        parameters: On the device on which they stay.
        config: Names it, its step size and its weight decay, resolved.
    """
    weights = list(parameters)
    rate, decay = config.learning_rate, config.weight_decay
    assert rate != "auto" and decay != "auto"
    # One call for all parameters: of small networks the calls cost more than the arithmetic.
    if config.optimizer == "adamw":
        return torch.optim.AdamW(weights, lr=rate, weight_decay=decay, fused=True)
    if config.optimizer == "adam":
        return torch.optim.Adam(weights, lr=rate, weight_decay=decay, fused=True)
    if config.optimizer == "rmsprop":
        return torch.optim.RMSprop(
            weights, lr=rate, alpha=config.smoothing, weight_decay=decay, foreach=True
        )
    momentum = config.momentum
    return torch.optim.SGD(weights, lr=rate, weight_decay=decay, momentum=momentum, fused=True)


def check_state(state: dict, shapes: list[torch.Size], config: TrainConfig) -> None:
    """Check that a stored state is one of an optimiser of these parameters.

    Args:
        state: As `state_dict` gives it.
        shapes: Of the parameters, in their order.
        config: Names the optimiser, resolved.

    Raises:
        ValueError: If not.
    """
    # What a step leaves behind is known by taking one.
    example = nn.Parameter(torch.zeros(1))
    example.grad = torch.zeros(1)
    optimizer = optimizer_of([example], config)
    optimizer.step()
    known = optimizer.state_dict()["state"].get(0, {})
    for index, of_one in state["state"].items():
        if of_one.keys() != known.keys():
            raise ValueError(f"the state of parameter {index} is of another optimiser")
        for name, value in of_one.items():
            wanted = shapes[index] if known[name] is not None and known[name].dim() else ()
            if isinstance(value, torch.Tensor) and value.shape != wanted:
                raise ValueError(f"{name} of parameter {index} has another shape")
    groups = state["param_groups"]
    if [len(group["params"]) for group in groups] != [len(shapes)]:
        raise ValueError("its optimiser has other parameters")
