"""The one place from which LTC layers, those of `compat` too, have their recurrence run."""

from torch import Tensor

from liquidtime.backends import Requester, registry
from liquidtime.kernels.ltc.network import LTCSpec, LTCWeights
from liquidtime.kernels.memory import MemoryWeights
from liquidtime.kernels.requests import having_all
from liquidtime.kernels.scan import State


def call_ltc(
    asker: Requester,
    x: Tensor,
    state: State,
    elapsed: Tensor,
    active: Tensor | None,
    weights: LTCWeights,
    memory: MemoryWeights | None,
    spec: LTCSpec,
) -> tuple[Tensor, State]:
    """Run on a backend that serves all that is handed over.

    Args:
        asker: The cell, which says dtype, integrator and backend.
        x: As in `liquidtime.kernels.ltc.reference.ltc`; so are the others.
        state: Likewise.
        elapsed: Likewise.
        active: Likewise.
        weights: Likewise.
        memory: Likewise.
        spec: Likewise.

    Raises:
        InputError: If the backend asked for has no use for something.
    """
    request = having_all(asker.kernel_request(), wiring=weights.is_masked, memory=memory)
    run = registry.select(request, asker.backend).run
    return run(x, state, elapsed, active, weights, memory, spec)
