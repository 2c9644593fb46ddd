"""Where a simulation is computed, and what one process does of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from typing import Protocol

from liquidtime.brain.connectome.graph import Connectome
from liquidtime.brain.experiment.experiment import Experiment, Resolved
from liquidtime.brain.experiment.recording import Recording
from liquidtime.brain.experiment.state import State
from liquidtime.brain.neurons.contract import Neurons
from liquidtime.brain.simulation import description
from liquidtime.brain.simulation.network import Machine, Network
from liquidtime.brain.simulation.store import Store
from liquidtime.errors import InputError
from liquidtime.kernels.network.constants import Constants
from liquidtime.kernels.network.stepper import Stepper

Builder = Callable[[int, int], Connectome]
"""Makes what one process needs of a connectome, from its rank and the number of ranks."""


class Worker(Protocol):
    """What one process does of a simulation."""

    @property
    def network(self) -> Network:
        """All of it, or what there is of it."""
        ...

    @property
    def resolved(self) -> Resolved:
        """The experiment; of records only those neurons that this process keeps."""
        ...

    @property
    def constants(self) -> Constants:
        """Of what this process moves."""
        ...

    @property
    def leads(self) -> bool:
        """Whether this process shows progress."""
        ...

    def own(self, state: State) -> State:
        """What this process goes on from.

        Raises:
            InputError: If it was made by another number of processes.
        """
        ...

    def stepper(self) -> Stepper:
        """What moves the part of this process."""
        ...

    def keeping(self, store: Store | None) -> AbstractContextManager[Store | None]:
        """Hold a folder while the block runs, and say where in it this process keeps its samples.

        Raises:
            InputError: If another process writes there.
        """
        ...

    def describe(self, store: Store) -> None:
        """Keep beside the samples what they do not say."""
        ...

    def whole(self, recording: Recording) -> Recording | None:
        """From the recording of this process that of all, or None if another has it."""
        ...


class Where(Protocol):
    """What a simulation can be spread over."""

    def worker(
        self, connectome: Connectome | Builder, parameters: Neurons, experiment: Experiment
    ) -> Worker:
        """What this process does of a simulation.

        Raises:
            InputError: If the simulation cannot be made so.
        """
        ...


@dataclass(frozen=True, eq=False)
class Alone:
    """The `Worker` that does all: one process."""

    network: Network
    resolved: Resolved
    leads: bool = True

    @classmethod
    def on(
        cls,
        machine: Machine,
        connectome: Connectome | Builder,
        parameters: Neurons,
        experiment: Experiment,
    ) -> Alone:
        """The worker on a machine; see `Where.worker`."""
        if not isinstance(connectome, Connectome):
            raise InputError(
                f"the connectome is {connectome!r}; expected a Connectome. A function that makes "
                "one process's part of it needs where=Spread()."
            )
        _check_device(machine)
        resolved = experiment.resolved(connectome)
        network = Network(
            connectome,
            parameters,
            trials=resolved.trials,
            perturbations=resolved.perturbations,
            machine=machine,
        )
        return cls(network, resolved)

    @property
    def constants(self) -> Constants:
        """See `Worker.constants`."""
        return self.network.constants

    def own(self, state: State) -> State:
        """See `Worker.own`."""
        if "ranks" in state.about:
            raise InputError(
                f"the state was made by {len(state.about['ranks'])} processes; expected one of a "
                "single process. Go on with the same Spread."
            )
        return state

    def stepper(self) -> Stepper:
        """See `Worker.stepper`."""
        asked = self.resolved.experiment
        return self.network.stepper(asked.dt, asked.scheme, asked.delta)

    @contextmanager
    def keeping(self, store: Store | None) -> Iterator[Store | None]:
        """See `Worker.keeping`."""
        with nullcontext() if store is None else store.claimed():
            yield store

    def describe(self, store: Store) -> None:
        """See `Worker.describe`."""
        description.write(store, self.network, self.resolved)

    def whole(self, recording: Recording) -> Recording:
        """See `Worker.whole`."""
        return recording


def _check_device(machine: Machine) -> None:
    device = machine.device
    if "cpu" in (device, machine.backend):
        # The kernels say themselves why they decline.
        return
    import torch

    try:
        torch.empty(0, device=device)
    except (RuntimeError, AssertionError) as error:
        reason = str(error).strip().partition("\n")[0]
        raise InputError(
            f"the device {device} cannot be used here: {reason.rstrip('.')}. Expected cpu, or an "
            "accelerator that PyTorch finds, such as cuda."
        ) from error
