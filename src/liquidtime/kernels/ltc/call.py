"""The one place from which LTC layers, those of `compat` too, have their recurrence run."""

from typing import NamedTuple

from torch import Tensor

from liquidtime.backends import Requester, registry
from liquidtime.kernels.ltc.network import LTCSpec, LTCWeights
from liquidtime.kernels.memory import MemoryWeights
from liquidtime.kernels.requests import having_all
from liquidtime.kernels.scan import State


class LTCCall(NamedTuple):
    """All that the recurrence is handed; see `liquidtime.kernels.ltc.reference.ltc`."""

    x: Tensor
    state: State
    elapsed: Tensor
    active: Tensor | None
    weights: LTCWeights
    memory: MemoryWeights | None
    spec: LTCSpec

    def run(self, asker: Requester) -> tuple[Tensor, State]:
        """Run it on a backend that serves all of it.

        Args:
            asker: The cell, which says dtype, integrator and backend.

        Raises:
            InputError: If the backend asked for has no use for something.
        """
        request = having_all(
            asker.kernel_request(), wiring=self.weights.is_masked, memory=self.memory
        )
        return registry.select(request, asker.backend).run(*self)
