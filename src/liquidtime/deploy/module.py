"""Networks from PyTorch modules in memory, which are asked for plain numbers and names alone."""

from typing import Any

import numpy as np

from liquidtime.deploy.network import BIDIRECTIONAL, Architecture, prefix_of
from liquidtime.errors import InputError

# A name that the state dict of each kind of layer has and no other.
_MARKS = {"cfc": "cells.0.groups.0.heads.weight", "ltc": "cells.0.raw_membrane_capacitance"}


def read(module: Any) -> tuple[Architecture, dict[str, np.ndarray]]:
    """Architecture and state dict.

    Args:
        module: A `CfC`, an `LTC`, or a `Predictor` with one of them; its numbers are copied.

    Raises:
        InputError: If it is something else, or cannot step.
    """
    state = {
        name: np.array(tensor.detach().cpu().numpy())
        for name, tensor in module.state_dict().items()
    }
    prefix = prefix_of(state)
    rnn = module.recurrent if prefix else module
    kind = next((kind for kind, name in _MARKS.items() if prefix + name in state), None)
    if kind is None:
        raise InputError(
            f"the network is a {type(rnn).__name__}; expected a CfC, an LTC or a Predictor with "
            "one of them."
        )
    if rnn.bidirectional:
        raise InputError(BIDIRECTIONAL)
    cell = rnn.cells[0]
    own = ("integrator", "unfolds") if kind == "ltc" else ("variant", "activation")
    architecture = Architecture(
        kind=kind,
        layers=rnn.num_layers,
        input_size=rnn.input_size,
        hidden_size=rnn.hidden_size,
        outputs=cell.output_size,
        memory=rnn.memory_layout,
        readout=_readout(module) if prefix else None,
        **{name: getattr(cell, name) for name in own},
    )
    return architecture, state


def _readout(predictor: Any) -> str:
    return "last" if predictor.per_step else predictor.readout
