"""Arguments that ncps and `nn.LSTM` call otherwise, answered with their names here."""

import functools
import inspect
from collections.abc import Callable
from typing import ParamSpec, TypeVar

_P = ParamSpec("_P")
_R = TypeVar("_R")

_HERE = {
    "units": "hidden_size=, or wiring= where a wiring has them",
    "mode": 'variant=: "default" is "gated" here, "pure" is "closed_form", "no_gate" as it is',
    "ode_unfolds": "unfolds=",
    "timespans": "elapsed=",
    "ts": "elapsed=",
    "elapsed_time": "elapsed=",
    "hx": "state=, or h= of a cell",
    "states": "state=, or h= of a cell",
    "input": "x",
    "inputs": "x",
    "in_features": "input_size",
    "backbone_activation": "activation=",
    "sparsity_mask": "wiring=",
    "return_sequences": "left out: every step is put out, and output[:, -1] is the last",
    "return_state": "left out: the state is always returned",
    "batch_first": "left out: a cell takes one step",
    "epsilon": "left out: no step divides by it",
    "implicit_param_constraints": "left out: parameters are positive by themselves",
    "bias": "left out: there always is one",
}


def answer_ncps_names(function: Callable[_P, _R]) -> Callable[_P, _R]:
    """Let a constructor or `forward` answer names of ncps that it does not have.

    Python's own error names the argument alone; this one says what it is called here. The signature
    stays what it was.
    """
    own = inspect.signature(function).parameters
    answers = {name: here for name, here in _HERE.items() if name not in own}

    @functools.wraps(function)
    def answering(*args: _P.args, **kwargs: _P.kwargs) -> _R:
        for name in kwargs:
            if name in answers:
                raise TypeError(
                    f"{function.__qualname__} has no argument {name}=; here it is "
                    f"{answers[name]}. Layers with the names of ncps are in "
                    "liquidtime.compat.ncps.torch."
                )
        return function(*args, **kwargs)

    return answering
