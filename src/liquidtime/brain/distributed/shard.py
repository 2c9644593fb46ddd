"""The part of a network that one process holds."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from liquidtime.brain.distributed.exchange import Format, Ranks
from liquidtime.brain.distributed.partition import Part
from liquidtime.brain.distributed.stepper import ShardStepper
from liquidtime.brain.distributed.store import Checkpoints
from liquidtime.brain.simulation.network import Network
from liquidtime.kernels.network.stepper import Scheme, Stepper
from liquidtime.native import native

_EMITTERS_OF_ONE_BLOCK = 4096
"""Up to so many the kernels take one block for each class of edges, in a part as in the whole."""


class Shard(Network):
    """The part of a network that one rank moves; neurons keep the numbers of the whole.

    Args:
        whole: The network, of which the edges onto the neurons of this rank are used.
        owner: [N], the rank of each neuron.
        ranks: The processes.
        form: In which what neurons emit travels.
        checkpoints: Is told when a state was asked for; None without a store.
    """

    def __init__(
        self,
        whole: Network,
        owner: NDArray[np.int32],
        ranks: Ranks,
        form: Format,
        checkpoints: Checkpoints | None,
    ) -> None:
        self.connectome, self.parameters = whole.connectome, whole.parameters
        self.trials, self.machine = whole.trials, whole.machine
        self.whole, self.owner, self.ranks = whole, owner, ranks
        self.form: Format = form
        self.checkpoints = checkpoints
        self.part = Part.of(whole.constants, owner == ranks.rank)
        self.constants = self.part.constants
        self.block_limits = _block_limits(self.part, len(owner), ranks)

    def stepper(self, dt: float, scheme: Scheme = "ab2", delta: float = 0.0) -> Stepper:
        """See `Network.stepper`."""
        task = self.task(dt, scheme, delta)
        self.machine.select(self.constants.form, task)
        return ShardStepper(self, task)

    def initial(self, given: NDArray | float | Literal["rest"] | None) -> NDArray[np.float64]:
        """See `Network.initial`."""
        return self.whole.initial(given)


def _block_limits(part: Part, neurons: int, ranks: Ranks) -> NDArray[np.int64] | None:
    """Where the kernels' blocks of the whole network begin, as class · S + source; None for one."""
    synapses = part.constants.synapses
    per_synapse = part.constants.shares is not None
    heard = np.zeros((1 if per_synapse else part.constants.class_count, neurons), dtype=np.uint8)
    heard[0 if per_synapse else synapses.classes, part.sources[synapses.sources]] = 1
    heard = ranks.combined(heard, "max")
    edges = int(ranks.combined(np.array([len(synapses)]), "sum")[0])
    emitters = int(heard.sum())
    extension = native()
    if emitters <= _EMITTERS_OF_ONE_BLOCK or extension is None:
        return None
    width = extension.block_width(neurons, edges, emitters, per_synapse)
    return np.concatenate(
        [
            kind * len(part.sources)
            + np.searchsorted(part.sources, np.flatnonzero(sources)[::width])
            for kind, sources in enumerate(heard)
        ]
    ).astype(np.int64)
