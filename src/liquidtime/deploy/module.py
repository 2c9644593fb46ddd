"""Recurrent networks from PyTorch modules in memory, asked for plain numbers and names alone."""

from typing import Any

from liquidtime.deploy.network import (
    BIDIRECTIONAL,
    Architecture,
    State,
    check_head,
    outer_of,
    prefix_of,
)
from liquidtime.errors import InputError

# A name that the state dict of each kind of layer has and no other.
_MARKS = {
    "cfc": "cells.0.groups.0.heads.weight",
    "ltc": "cells.0.raw_membrane_capacitance",
    "diagonal_cfc": "cells.0.own",
}
_OWN = {
    "cfc": ("variant", "activation"),
    "ltc": ("integrator", "unfolds"),
    "diagonal_cfc": ("activation",),
}


def architecture_of(module: Any, state: State) -> Architecture | None:
    """What its arrays do not say.

    Args:
        module: A `CfC`, an `LTC`, a `DiagonalCfC`, or a `Predictor` with one of them, behind tables
            or not.
        state: Its state dict.

    Returns:
        It, or None for a module of another kind.

    Raises:
        InputError: If it cannot step.
    """
    prefix = prefix_of(state)
    kind = next((kind for kind, name in _MARKS.items() if prefix + name in state), None)
    if kind is None:
        return None
    looked_up: tuple[tuple[int, int], ...] = ()
    size = None
    if outer_of(state):
        codes = enumerate(module.embedding.codes)
        looked_up = tuple((at, code.inputs) for at, code in codes if code.inputs is not None)
        size = module.embedding.given
        module = module.network
    rnn = module.recurrent if prefix else module
    if rnn.bidirectional:
        raise InputError(BIDIRECTIONAL)
    cell = rnn.cells[0]
    return Architecture(
        kind=kind,
        layers=rnn.num_layers,
        input_size=rnn.input_size if size is None else size,
        hidden_size=rnn.hidden_size,
        outputs=cell.output_size,
        memory=rnn.memory_layout,
        readout=_readout(module) if prefix else None,
        looked_up=looked_up,
        **{name: getattr(cell, name) for name in _OWN[kind]},
    )


def name_of(module: Any, state: State) -> str:
    """The class of a module, or of the recurrence in it, for a message."""
    module = module.network if outer_of(state) else module
    return type(module.recurrent if prefix_of(state) else module).__name__


def _readout(predictor: Any) -> str:
    readout = "last" if predictor.per_step else predictor.readout
    head = predictor.head
    hidden = 0 if hasattr(head, "weight") else head[0].out_features
    check_head(readout, predictor.summaries is not None, hidden)
    return readout
