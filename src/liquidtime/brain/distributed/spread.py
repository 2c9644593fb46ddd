"""A simulation spread over processes, each with its own neurons' edges."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from liquidtime.brain.connectome.graph import Connectome
from liquidtime.brain.distributed import partition as partitions
from liquidtime.brain.distributed.exchange import Format, Ranks
from liquidtime.brain.distributed.shard import Shard
from liquidtime.brain.experiment.experiment import Experiment
from liquidtime.brain.neurons.contract import Neurons
from liquidtime.brain.simulation.network import Machine, Network
from liquidtime.brain.simulation.where import Builder
from liquidtime.errors import InputError

if TYPE_CHECKING:
    from torch.distributed import ProcessGroup


@dataclass(frozen=True, kw_only=True, eq=False)
class Spread:
    """Where a simulation is computed: on several processes.

    Call `simulate(…, where=Spread())` with the same arguments in each process of `torchrun
    --nproc-per-node … script.py`. A process holds the edges onto its own neurons; what others'
    neurons emit travels to those that listen to them, once a step or, where all of these have
    axonal delays, once in as many steps as the shortest delay has. The result equals that of one
    process to the bit, on any number of processes, as long as float32 is exchanged.

    The connectome is given whole to each process, or as a function that is called with a rank and
    the number of ranks and gives a connectome of all N neurons that need only hold the edges, and
    gap junctions, onto the neurons of this rank. Without a partition of yours these are the ones of
    `partition.even(N, ranks)`; classes must be the same everywhere. Each process plays all stimuli
    and keeps its part, so noise is the same on any number of them. With `delta`, the statistics'
    `delta_error` leaves out by how much what came from other processes was wrong, which is at most
    delta a source.

    Of a store, which all processes must reach, each writes to its own folder `rank<k>`. A run that
    was cut off, on any rank, goes on from the last checkpoint that all had written: use `torchrun
    --max-restarts`, and on several machines TORCH_DISABLE_SHARE_RDZV_TCP_STORE=1 with it, or
    PyTorch's new processes look for the dead ones.

    Attributes:
        partition: "blocks" (contiguous, as many edges onto each), "metis" (few edges between
            them), or the rank of each neuron [N].
        exchange: "bfloat16" halves what travels; activations are then off by up to 2⁻⁹ of
            themselves. Potentials, which gap junctions and synapses with constants of their own
            need, always travel as float32.
        threads: Of each process; by default as many as PyTorch uses, 1 under torchrun.
        group: Processes of the backend gloo; by default all.

    Examples:
        >>> from liquidtime.brain import Connectome, Experiment, Spread, simulate
        >>> pair = Connectome.from_edges(["a"], ["b"], [20])
        >>> poke = Experiment("a=step 50", duration=100.0)
        >>> found = simulate(pair, None, poke, where=Spread())
        >>> found["potential"].sel(neuron="b").shape
        (1, 1000)
    """

    partition: Literal["blocks", "metis"] | NDArray = "blocks"
    exchange: Format = "float32"
    threads: int | None = None
    group: ProcessGroup | None = None

    def worker(
        self, connectome: Connectome | Builder, parameters: Neurons, experiment: Experiment
    ) -> Shard:
        """See `Where.worker`."""
        ranks = Ranks(self.group)
        built = not isinstance(connectome, Connectome)
        whole = connectome(ranks.rank, ranks.size) if built else connectome
        if built and parameters.edgewise:
            raise InputError(
                "synapses have constants of their own, but each rank builds its own edges; "
                "expected constants of neurons. Give the whole connectome instead."
            )
        if built and isinstance(experiment.initial, str):
            raise InputError(
                f"initial is {experiment.initial!r}, but no rank has the whole network; expected "
                "potentials."
            )
        owner = _owner(whole, self.partition, ranks, built)
        resolved = experiment.resolved(whole)
        network = Network(
            whole,
            parameters,
            trials=resolved.trials,
            perturbations=resolved.perturbations,
            machine=Machine(backend="cpu", threads=self.threads),
        )
        task = network.task(experiment.dt, experiment.scheme, experiment.delta)
        # For its refusal alone, before ranks wait for each other.
        network.machine.select(network.constants.form, task)
        _agree(ranks, owner, whole, experiment, resolved.trials, self.exchange)
        return Shard.of(network, resolved, owner, ranks, self.exchange)


def _owner(
    whole: Connectome, partition: str | NDArray, ranks: Ranks, built: bool
) -> NDArray[np.int32]:
    if not isinstance(partition, str):
        return partitions.checked(partition, len(whole), ranks.size)
    if partition == "blocks":
        size = ranks.size
        return partitions.even(len(whole), size) if built else partitions.blocks(whole, size)
    if partition != "metis":
        raise InputError(
            f"the partition is {partition!r}; expected 'blocks', 'metis' or a rank a neuron [N]."
        )
    if built:
        raise InputError(
            "METIS needs the whole connectome, but each rank builds its own edges; expected "
            "'blocks' or a rank a neuron [N], which your function then builds for."
        )
    # One rank's answer is everyone's, so that no two can differ.
    found = partitions.metis(whole, ranks.size) if ranks.rank == 0 else None
    return ranks.everyones(found)[0]


def _agree(
    ranks: Ranks,
    owner: NDArray,
    whole: Connectome,
    experiment: Experiment,
    trials: int,
    exchange: Format,
) -> None:
    digest = hashlib.sha256(owner.tobytes()).hexdigest()
    how = (experiment.duration, experiment.dt, experiment.scheme, experiment.delta)
    told = ranks.everyones((digest, whole.classes, *how, trials, exchange))
    if any(other != told[0] for other in told):
        raise InputError(
            f"ranks were given different networks or options: {sorted(set(map(repr, told)))}; "
            "expected the same in each process."
        )
