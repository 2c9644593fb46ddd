"""Stimulate every neuron of the worm at once, one trial each, in the full nonlinear model."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from liquidtime.brain.connectome.graph import Connectome
from liquidtime.brain.experiment.experiment import Experiment
from liquidtime.brain.experiment.recording import Record
from liquidtime.brain.experiment.stimuli import current
from liquidtime.brain.experiment.waveforms.step import Step
from liquidtime.brain.simulation.network import Machine
from liquidtime.brain.simulation.run import simulate
from liquidtime.tasks.worm_atlas.model import Wiring, WormConstants, steady_response


@dataclass(frozen=True, eq=False)
class Stimulated:
    """Responses [responding, stimulated] of one batched run, less what an undisturbed trial does.

    Attributes:
        potential: [N, N], mV: mean depolarisation over the last fifth of the run.
        calcium: [N, N]: the calcium-like trace at the end of the run.
        drift: Largest change of a potential over that last fifth, as a share of the largest
            response to another neuron: whether the end is a steady state.
        seconds: Wall time of the run.
    """

    potential: NDArray[np.float64]
    calcium: NDArray[np.float64]
    drift: float
    seconds: float


def stimulate_each(
    connectome: Connectome,
    constants: WormConstants,
    *,
    amplitude: float = 1.0,
    duration: float = 2000.0,
    dt: float = 1.0,
    machine: Machine | None = None,
) -> Stimulated:
    """N + 1 trials side by side: a lasting current into one neuron each, and none in the last.

    Args:
        connectome: N neurons.
        constants: What they share; each midpoint is the neuron's own resting potential.
        amplitude: pA.
        duration: ms; the membranes' time constant is 10 ms, but strong gap junctions make
            groups of neurons, which settle more slowly.
        dt: ms; the steady state does not depend on it.
        machine: What computes; by default a sparse matrix in float64, for answers far from the
            stimulus are millionths of a resting potential.
    """
    _, rest = steady_response(Wiring.of(connectome), constants)
    size = len(connectome)
    every = max(1, round(duration / dt / 20))
    experiment = Experiment(
        [
            current([name], Step(amplitude), trials=[trial])
            for trial, name in enumerate(connectome.neurons.index)
        ],
        duration=duration,
        dt=dt,
        record=[Record(every=every), Record("calcium", every=every)],
        trials=size + 1,
        initial=rest,
    )
    machine = machine or Machine(dtype="float64", backend="sparse")
    found = simulate(connectome, constants.parameters(rest), experiment, where=machine)
    potential = np.asarray(found.series["potential"].samples[-5:], np.float64)
    calcium = np.asarray(found.series["calcium"].samples[-1], np.float64)
    response = potential[..., :size] - potential[..., size:]
    others = ~np.eye(size, dtype=bool)
    largest = float(np.abs(response[-1][others]).max())
    return Stimulated(
        response.mean(0),
        calcium[:, :size] - calcium[:, size:],
        float(np.abs(response[-1] - response[0]).max()) / max(largest, 1e-30),
        float(found.statistics["wall_seconds"]),
    )
