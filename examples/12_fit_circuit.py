"""Fit a circuit to measured potentials: constants shared by all cells, gradients through time.

A made-up circuit of three cell types stands for the animal: it is driven, and its potentials are
"measured" with noise. The same circuit with wrong constants then learns the right ones. Expect the
mean squared difference to fall to that of the noise, 0.25 mV².
"""

import numpy as np
import pandas as pd

from liquidtime.brain import (
    Connectome,
    Descent,
    Experiment,
    Fit,
    Parameters,
    Sine,
    Step,
    current,
    fit,
    simulate,
)


def made_up_circuit(rng: np.random.Generator) -> Connectome:
    """Four sensory, five inter- and three motor neurons."""
    neurons = pd.DataFrame(
        {
            "type": ["sensory"] * 4 + ["inter"] * 5 + ["motor"] * 3,
            "transmitter": ["acetylcholine"] * 6 + ["gaba"] * 6,
        },
        index=[f"n{number}" for number in range(12)],
    )
    pre, post = np.nonzero(rng.random((12, 12)) < 0.35)
    names = neurons.index.to_numpy()
    counts = rng.integers(1, 12, len(pre))
    return Connectome.from_edges(names[pre], names[post], counts, neurons=neurons, name="made up")


def main(steps: int = 80) -> Fit:
    rng = np.random.default_rng(0)
    circuit = made_up_circuit(rng)
    experiment = Experiment(
        [current({"type": "sensory"}, Step(60.0, 5.0, 25.0)), current("n5", Sine(30.0, 12.0))],
        duration=40.0,
        dt=0.25,
    )
    animal = Parameters(steepness=0.3, leak_conductance=1.6, unit_conductance=0.1)
    truth = simulate(circuit, animal, experiment)["potential"]
    measured = truth.sel(trial=0).values
    measured = measured + rng.normal(0, 0.5, measured.shape)
    found = fit(
        circuit,
        Parameters(steepness=0.15, leak_conductance=0.8, unit_conductance=0.1),
        experiment,
        measured,
        learn={"steepness": "all", "leak_conductance": "all"},
        descent=Descent(steps, learning_rate=0.08),
    )
    print(f"mean squared difference {found.losses[0]:.2f} → {found.losses.min():.2f} mV²")
    print(f"steepness        0.15 → {found.shared['steepness'][0]:.3f} / mV, in truth 0.3")
    print(f"leak conductance 0.80 → {found.shared['leak_conductance'][0]:.3f} nS, in truth 1.6")
    return found


if __name__ == "__main__":
    main()
