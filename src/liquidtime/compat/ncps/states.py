"""States between ncps's form and ours."""

import numpy as np
import torch
from torch import Tensor

from liquidtime.compat.ncps.sequences import NcpsState
from liquidtime.compat.partly_wired import PartlyWiredCell
from liquidtime.nn import RecurrentState
from liquidtime.nn.recurrent import AbstractRecurrent


def state_from_ncps(layer: AbstractRecurrent, hx: NcpsState) -> RecurrentState:
    """The state of a converted layer that stands for a state of the ncps layer.

    Args:
        layer: What `from_ncps` made.
        hx: [B, units], or a pair of them with mixed memory; without B for one series. A wired CfC
            of ncps has it in the order of its layers: inter, command, motor.

    Returns:
        The same numbers in the order of the neurons, with an axis for the layer before.
    """
    parts = (hx,) if isinstance(hx, Tensor) else tuple(hx)
    order = _order(layer)
    if order is not None:
        back = torch.tensor(np.argsort(order))
        parts = tuple(part[..., back.to(part.device)] for part in parts)
    h, *c = (part.unsqueeze(0) for part in parts)
    return RecurrentState(h, c[0] if c else None)


def state_to_ncps(layer: AbstractRecurrent, state: RecurrentState) -> NcpsState:
    """The way back: [B, units], or a pair of them with mixed memory."""
    order = _order(layer)
    parts = [part.squeeze(0) for part in (state.h, state.c) if part is not None]
    if order is not None:
        parts = [part[..., torch.tensor(order, device=part.device)] for part in parts]
    return parts[0] if len(parts) == 1 else (parts[0], parts[1])


def _order(layer: AbstractRecurrent) -> np.ndarray | None:
    """Which of our neurons is each of ncps's; None if they are in one order."""
    cell = layer.cells[0]
    if not isinstance(cell, PartlyWiredCell):
        return None
    return np.concatenate(cell.circuit.layers)
