"""The one place from which CfC layers, those of `compat` too, have their recurrence run."""

from torch import Tensor

from liquidtime.backends import Requester, registry
from liquidtime.kernels.cfc.reference import CfCSpec, CfCWeights, Group
from liquidtime.kernels.memory import MemoryWeights
from liquidtime.kernels.requests import having_all
from liquidtime.kernels.scan import State


def call_cfc(
    asker: Requester,
    x: Tensor,
    state: State,
    elapsed: Tensor,
    active: Tensor | None,
    weights: tuple[CfCWeights, ...],
    groups: tuple[Group, ...] | None,
    memory: MemoryWeights | None,
    dropout: tuple[Tensor, ...],
    spec: CfCSpec,
) -> tuple[Tensor, State]:
    """Run on a backend that serves all that is handed over.

    Args:
        asker: The cell, which says dtype, variant and backend.
        x: As in `liquidtime.kernels.cfc.reference.cfc`; so are the others.
        state: Likewise.
        elapsed: Likewise.
        active: Likewise.
        weights: Likewise.
        groups: Likewise.
        memory: Likewise.
        dropout: Likewise.
        spec: Likewise.

    Raises:
        InputError: If the backend asked for has no use for something.
    """
    request = having_all(
        asker.kernel_request(), wiring=groups is not None, memory=memory, dropout=bool(dropout)
    )
    run = registry.select(request, asker.backend).run
    return run(x, state, elapsed, active, weights, groups, memory, dropout, spec)
