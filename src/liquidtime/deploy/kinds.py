"""The kinds of networks that step, one entry each, and the backends that step them."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np

from liquidtime.backends import Backend, Request, takes_all
from liquidtime.deploy import compiled, module, network, numpy_steps, ridge, ridge_steps
from liquidtime.deploy.lookup import LookingUp
from liquidtime.deploy.network import State
from liquidtime.deploy.setup import Setup
from liquidtime.deploy.signals import Signals
from liquidtime.errors import InputError


class Stepping(NamedTuple):
    """How networks of a kind are read and stepped."""

    architecture: Callable[..., Any]
    """From the fields that its `to_dict` gives: what the arrays do not say."""
    from_config: Callable[[Mapping[str, Any], Signals, bool, State], Any]
    """The same of a run: from its model options, how its inputs are encoded, whether it predicts
    at every step, and arrays."""
    from_module: Callable[[Any, State], Any]
    """The same of a PyTorch module; None if it is of another kind."""
    network: Callable[[Any, State], Any]
    """The network, from its architecture and arrays."""
    numpy: Callable[[Any, Setup], Any]
    """What steps it with NumPy alone."""
    compiled: Callable[[Any, Setup], Any] | None
    """The same through the extension; None if that has none of the kind."""


_RECURRENT = Stepping(
    network.Architecture,
    lambda model, signals, per_step, _: network.Architecture.from_config(
        model, signals.input_size, per_step, signals.looked_up
    ),
    module.architecture_of,
    network.Network.of,
    lambda made, setup: numpy_steps.NumpySteps(made, setup.streams),
    compiled.compiled_steps,
)

KINDS: Mapping[str, Stepping] = {
    "cfc": _RECURRENT,
    "ltc": _RECURRENT,
    "diagonal_cfc": _RECURRENT._replace(compiled=None),
    "ridge": Stepping(
        ridge.Architecture,
        lambda model, signals, per_step, state: ridge.Architecture.from_config(
            model, signals.input_size, per_step, _without_tables(state)
        ),
        ridge.architecture_of,
        ridge.Network.of,
        lambda made, setup: ridge_steps.RidgeSteps(made, setup.streams),
        None,
    ),
}
"""By the name that a run's model options and an architecture give it."""


_TABLES = (
    "random liquid features of variables that are looked up (--embedding.above) do not step "
    "without PyTorch. Predict with liquidtime.train.Run.predict or `liquidtime predict`, or fit "
    "with --embedding.above so high that each category is an input."
)


def _without_tables(state: State) -> State:
    """The arrays, if none is a table."""
    if network.outer_of(state):
        raise InputError(_TABLES)
    return state


def from_dict(fields: Mapping[str, Any]) -> Any:
    """An architecture of what its `to_dict` gave.

    Raises:
        InputError: If this version knows none of the kind.
    """
    kind = KINDS.get(fields["kind"])
    if kind is None:
        raise InputError(
            f"the network is of kind {fields['kind']!r}, which this version does not know; "
            f"expected one of {', '.join(KINDS)}. Install the version that wrote it."
        )
    return kind.architecture(**fields)


def from_config(model: Mapping[str, Any], signals: Signals, per_step: bool, state: State) -> Any:
    """An architecture of a run.

    Args:
        model: The options that its config.json holds.
        signals: How its inputs are encoded.
        per_step: Whether it predicts at every step.
        state: Its arrays.

    Raises:
        InputError: If such a network cannot step.
    """
    kind = KINDS.get(model["kind"])
    if kind is None:
        *others, last = map(repr, KINDS)
        raise InputError(
            f"the run's network is of kind {model['kind']!r}, which does not step without PyTorch; "
            f"expected {', '.join(others)} or {last}."
        )
    return kind.from_config(model, signals, per_step, state)


def from_module(given: Any) -> tuple[Any, dict[str, np.ndarray]]:
    """Architecture and state dict of a PyTorch module.

    Args:
        given: A `CfC`, an `LTC`, or a network that `fit` trained; its numbers are copied.

    Raises:
        InputError: If it is something else, or cannot step.
    """
    if not hasattr(given, "state_dict"):
        way = "of a run give its folder to Stream.load"
        if hasattr(given, "to_stream"):
            way = "of a fitted estimator call its to_stream()"
        raise InputError(
            f"a {type(given).__name__} came; expected a network, such as a CfC or an LTC; {way}."
        )
    state = {
        name: np.array(tensor.detach().cpu().numpy()) for name, tensor in given.state_dict().items()
    }
    for kind in dict.fromkeys(KINDS.values()):
        architecture = kind.from_module(given, state)
        if architecture is not None:
            return architecture, state
    inner = {name.removeprefix(network.outer_of(state)): part for name, part in state.items()}
    if ridge.architecture_of(given, inner) is not None:
        raise InputError(_TABLES)
    raise InputError(
        f"the network is a {module.name_of(given, state)}; expected a CfC, an LTC, a Predictor "
        "with one of them, or random liquid features."
    )


def _numpy(made: Any, setup: Setup) -> Any:
    return _behind_tables(made, setup, KINDS[setup.architecture.kind].numpy(made, setup))


def _compiled(made: Any, setup: Setup) -> Any:
    make = KINDS[setup.architecture.kind].compiled
    assert make is not None, "the caller has asked `declines` before"
    return _behind_tables(made, setup, make(made, setup))


def _behind_tables(made: Any, setup: Setup, steps: Any) -> Any:
    return LookingUp(made, steps, setup.streams) if getattr(made, "tables", None) else steps


def _declines(request: Request) -> str | None:
    if KINDS[request.variant].compiled is None:
        return f"it has no steps of {request.variant!r}"
    return compiled.declines()


# In float32 or more throughout, which no request for bfloat16 is hurt by.
NUMPY = Backend("numpy", _numpy, takes_all, serves=None)
COMPILED = Backend(
    "compiled",
    _compiled,
    _declines,
    serves=frozenset({"bfloat16", "fixed elapsed", "mixed_memory"}),
)
