"""The part of a network that one process holds, and what it does of a simulation."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from liquidtime.brain.connectome.graph import Indices
from liquidtime.brain.distributed.exchange import Format, Ranks
from liquidtime.brain.distributed.merging import merged, own_part
from liquidtime.brain.distributed.partition import Part
from liquidtime.brain.distributed.stepper import ShardStepper, Share
from liquidtime.brain.distributed.store import Checkpoints
from liquidtime.brain.experiment.experiment import Resolved
from liquidtime.brain.experiment.recording import Record, Recording
from liquidtime.brain.experiment.state import State
from liquidtime.brain.simulation.network import Network
from liquidtime.brain.simulation.store import Store
from liquidtime.kernels.network.constants import Constants
from liquidtime.kernels.network.stepper import Stepper
from liquidtime.native import native

_EMITTERS_OF_ONE_BLOCK = 4096
"""Up to so many the kernels take one block for each class of edges, in a part as in the whole."""


@dataclass(eq=False)
class Shard:
    """The `Worker` of one rank; neurons keep the numbers of the whole network.

    Attributes:
        network: The whole, of which the edges onto the neurons of this rank are used.
        asked: The experiment.
        owner: [N], the rank of each neuron.
        ranks: The processes.
        form: In which what neurons emit travels.
        part: What this rank moves.
        checkpoints: Is told when a state was asked for; None without a store.
    """

    network: Network
    asked: Resolved
    owner: NDArray[np.int32]
    ranks: Ranks
    form: Format
    part: Part
    checkpoints: Checkpoints | None = None

    @classmethod
    def of(
        cls,
        network: Network,
        asked: Resolved,
        owner: NDArray[np.int32],
        ranks: Ranks,
        form: Format,
    ) -> Shard:
        """The part of this rank."""
        part = Part.of(network.constants, owner == ranks.rank)
        return cls(network, asked, owner, ranks, form, part)

    @property
    def resolved(self) -> Resolved:
        """See `Worker.resolved`."""
        mine = self.owner == self.ranks.rank
        own = {name: found[mine[found]] for name, found in self.asked.recorded.items()}
        records = tuple(
            replace(record, neurons=own[record.name].view(Indices)) for record in self.asked.records
        )
        return replace(self.asked, records=records, recorded=own)

    @property
    def constants(self) -> Constants:
        """See `Worker.constants`."""
        return self.part.constants

    @property
    def leads(self) -> bool:
        """See `Worker.leads`."""
        return self.ranks.rank == 0

    def own(self, state: State) -> State:
        """See `Worker.own`."""
        return own_part(state, self.owner, self.ranks)

    def stepper(self) -> Stepper:
        """See `Worker.stepper`."""
        asked = self.asked.experiment
        share = Share(
            self.part,
            self.owner,
            self.ranks,
            self.form,
            self.network.constants.delay_steps(asked.dt),
            _block_limits(self.part, len(self.owner), self.ranks),
            self.checkpoints,
        )
        return ShardStepper(share, self.network.task(asked.dt, asked.scheme, asked.delta))

    @contextmanager
    def keeping(self, store: Store | None) -> Iterator[Store | None]:
        """See `Worker.keeping`; a rank has a folder of its own in that of all."""
        if store is None:
            yield None
            return
        self.checkpoints = Checkpoints(store.folder, self.ranks)
        own = replace(store, folder=self.checkpoints.own)
        with self.checkpoints.open(), own.claimed():
            yield own

    def describe(self, store: Store) -> None:
        """See `Worker.describe`; a part alone is not drawn, so there is nothing to keep."""

    def whole(self, recording: Recording) -> Recording | None:
        """See `Worker.whole`."""
        wanted: dict[str, tuple[Record, NDArray[np.int32]]] = {
            record.name: (record, self.asked.recorded[record.name]) for record in self.asked.records
        }
        return merged(
            recording,
            wanted,
            self.owner,
            len(self.constants.synapses),
            self.ranks,
            None if self.checkpoints is None else self.checkpoints.folder,
        )


def _block_limits(part: Part, neurons: int, ranks: Ranks) -> NDArray[np.int64] | None:
    """Where the kernels' blocks of the whole network begin, as class · S + source; None for one."""
    synapses = part.constants.synapses
    per_synapse = part.constants.shares is not None
    heard = np.zeros((1 if per_synapse else part.constants.class_count, neurons), dtype=np.uint8)
    heard[0 if per_synapse else synapses.classes, part.sources[synapses.sources]] = 1
    # Emitters of the whole network, of which a rank knows those that it hears.
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
