"""The one place from which CfC layers, those of `compat` too, have their recurrence run."""

from typing import NamedTuple

from torch import Tensor

from liquidtime.backends import Requester, registry
from liquidtime.kernels.cfc.reference import CfCSpec, CfCWeights, Group
from liquidtime.kernels.memory import MemoryWeights
from liquidtime.kernels.requests import having_all
from liquidtime.kernels.scan import State


class CfCCall(NamedTuple):
    """All that the recurrence is handed; see `liquidtime.kernels.cfc.reference.cfc`."""

    x: Tensor
    state: State
    elapsed: Tensor
    active: Tensor | None
    weights: tuple[CfCWeights, ...]
    groups: tuple[Group, ...] | None
    memory: MemoryWeights | None
    dropout: tuple[Tensor, ...]
    spec: CfCSpec

    def run(self, asker: Requester) -> tuple[Tensor, State]:
        """Run it on a backend that serves all of it.

        Args:
            asker: The cell, which says dtype, variant and backend.

        Raises:
            InputError: If the backend asked for has no use for something.
        """
        request = having_all(
            asker.kernel_request(),
            wiring=self.groups is not None,
            memory=self.memory,
            dropout=bool(self.dropout),
        )
        return registry.select(request, asker.backend).run(*self)
