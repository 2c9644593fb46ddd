"""Networks that the cases time, and all that they ask of the library to move them."""

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

import numpy as np
import torch
from _peers import csr_step

from liquidtime.bench.gate import Check, relative_error
from liquidtime.bench.setting import Setting
from liquidtime.brain import (
    Connectome,
    Experiment,
    Machine,
    Network,
    Parameters,
    Recording,
    simulate,
)
from liquidtime.brain.generate import random
from liquidtime.kernels.network.cpu import CPUStepper
from liquidtime.kernels.network.learning import Learnable, LearnableNetwork
from liquidtime.kernels.network.membrane import Membrane
from liquidtime.kernels.network.stepper import Outside, Scheme

DT = 0.1
START = (-70.0, -20.0)
LIMIT = 1e-3
"""mV that ours and a peer may be apart after one step."""


class Stepping(NamedTuple):
    """A compiled network that stands ready."""

    run: Callable[[int], None]
    """Makes so many steps."""
    potentials: Callable[[], np.ndarray]
    """[N, B], mV."""
    layout_bytes: int


def sizes(setting: Setting) -> tuple[tuple[int, int], ...]:
    """(neurons, in-degree) of a small and a large network."""
    return ((300, 10),) if setting.quick else ((10_000, 100), (100_000, 100))


def weak(in_degree: int) -> Parameters:
    """All sources open give the mean neuron 10 leak conductances."""
    return Parameters(unit_conductance=10.0 / in_degree)


def start(neurons: int, trials: int = 1) -> np.ndarray:
    """[N, B], mV, the same each time."""
    return np.random.default_rng(2).uniform(*START, (neurons, trials))


def stepping(
    connectome: Connectome,
    parameters: Parameters,
    threads: int,
    *,
    scheme: Scheme = "ab2",
    trials: int = 1,
) -> Stepping:
    machine = Machine(backend="cpu", threads=threads)
    network = Network(connectome, parameters, trials=trials, machine=machine)
    stepper = network.stepper(DT, scheme)
    assert isinstance(stepper, CPUStepper)
    stepper.start(start(len(connectome), trials))
    return Stepping(
        lambda steps: stepper.advance(steps, Outside(), []),
        stepper.potentials,
        stepper.network.graph_bytes,
    )


def simulated(
    connectome: Connectome, parameters: Parameters, experiment: Experiment, *, exact: bool = False
) -> Recording:
    """By `simulate`; in float64 by the reference if it is to be exact."""
    machine = Machine(dtype="float64", backend="reference") if exact else Machine()
    return simulate(connectome, parameters, experiment, where=machine)


class Traced:
    """A network whose constants are learnt: potentials over some steps, and their gradients."""

    STEPS = 50

    def __init__(self, connectome: Connectome, parameters: Parameters, learnt: tuple[str, ...]):
        network = Network(connectome, parameters)
        constants = network.constants
        self._network = LearnableNetwork(constants, network.task(DT))
        self._start = torch.from_numpy(network.initial(None).copy()).float()
        self._watched = torch.arange(len(connectome))

        def column(name: str, given: np.ndarray) -> torch.Tensor:
            tensor = torch.from_numpy(np.array(given, np.float32))
            return tensor.requires_grad_() if name in learnt else tensor

        membrane = Membrane(
            column("membrane_capacitance", constants.capacitance)[:, None],
            column("leak_conductance", constants.leak_conductance)[:, None],
            column("leak_potential", constants.leak_potential)[:, None],
            column("", constants.unit_conductance)[:, None, None],
            column("", constants.reversal_potential)[:, None, None],
        )
        self._values = Learnable(
            membrane,
            column("midpoint", constants.midpoint)[:, None],
            column("steepness", constants.steepness)[:, None],
            column("synapses", constants.synapses.counts),
            torch.zeros(0),
        )
        self.leaves = [tensor for tensor in (*membrane, *self._values[1:]) if tensor.requires_grad]

    def forward(self) -> torch.Tensor:
        with torch.no_grad():
            return self._trace(None)

    def gradients(self, checkpoint_steps: int | None = None) -> tuple[torch.Tensor, ...]:
        return torch.autograd.grad(self._trace(checkpoint_steps).square().mean(), self.leaves)

    def _trace(self, checkpoint_steps: int | None) -> torch.Tensor:
        return self._network.trace(
            self._values,
            self.STEPS,
            [],
            self._watched,
            start=self._start,
            checkpoint_steps=checkpoint_steps,
        )


def step_checks(setting: Setting, name: str) -> Iterator[Check]:
    """The gate of what times the compiled step: it is that of PyTorch's sparse product."""
    neurons, in_degree = sizes(setting)[0]
    connectome, parameters = random(neurons, in_degree, seed=1), weak(in_degree)
    for threads in setting.threads:
        yield same_step(name, connectome, parameters, threads, csr_step(connectome, parameters, DT))


def same_step(
    name: str,
    connectome: Connectome,
    parameters: Parameters,
    threads: int,
    peer: Callable[[torch.Tensor], torch.Tensor],
) -> Check:
    """How far ours and a peer are apart after one step."""
    ours = stepping(connectome, parameters, threads, scheme="frozen")
    ours.run(1)
    theirs = peer(torch.from_numpy(start(len(connectome))[:, 0]).float())
    apart = float(np.abs(ours.potentials()[:, 0] - theirs.numpy()).max())
    return Check(
        f"{name}: {len(connectome):,} neurons", "liquidtime", threads, LIMIT, {"mV": apart}
    )


def gradient_errors(found, truth) -> Mapping[str, float]:
    """Relative errors of gradients, by number."""
    return {
        f"gradient {number}": relative_error(one, other)
        for number, (one, other) in enumerate(zip(found, truth, strict=True))
    }
