"""What Brian2 makes of a small network: `python tools/brian2_reference.py [OUT.npz]`.

Runs in an environment of its own (pip install brian2==2.9.0 'numpy<2.4'), without liquidtime. The
file holds the network and the potentials after 1,000 steps of exponential Euler;
tests/brain/test_brian2.py compares ours with it.
"""

import sys
from pathlib import Path

import brian2 as b2
import numpy as np

NEURONS, EDGES, STEPS, DT = 120, 1200, 1000, 0.1
PLACE = Path(__file__).parents[1] / "tests" / "brain" / "simulation" / "brian2_frozen.npz"

EQUATIONS = """
dv/dt = (leak * (rest - v) + drive - conductance * v + current) / capacitance : 1
drive : 1
conductance : 1
leak : 1
rest : 1
capacitance : second
current : 1
midpoint : 1
steepness : 1
s = 1 / (1 + exp(-steepness * (v - midpoint))) : 1
"""
SYNAPSE = """
weight : 1
reversal : 1
conductance_post = weight * s_pre : 1 (summed)
drive_post = weight * s_pre * reversal : 1 (summed)
"""


def network() -> dict[str, np.ndarray]:
    """Random constants in mV, ms, nS, pF, pA; neurons from 90 on are inhibitory."""
    rng = np.random.default_rng(7)
    pairs = np.unique(rng.integers(0, NEURONS, (2, EDGES)), axis=1)
    return {
        "pre": pairs[0],
        "post": pairs[1],
        "count": rng.integers(1, 20, pairs.shape[1]),
        "leak": rng.uniform(0.5, 2, NEURONS),
        "rest": rng.uniform(-65, -55, NEURONS),
        "capacitance": rng.uniform(5, 15, NEURONS),
        "current": rng.uniform(0, 20, NEURONS),
        "midpoint": rng.uniform(-50, -40, NEURONS),
        "steepness": rng.uniform(0.1, 0.3, NEURONS),
        "start": rng.uniform(-70, -30, NEURONS),
    }


def main() -> None:
    b2.prefs.codegen.target = "numpy"
    b2.defaultclock.dt = DT * b2.ms
    given = network()
    group = b2.NeuronGroup(NEURONS, EQUATIONS, method="exponential_euler")
    for name in ("leak", "rest", "current", "midpoint", "steepness"):
        setattr(group, name, given[name])
    group.capacitance = given["capacitance"] * b2.ms
    group.v = given["start"]
    synapses = b2.Synapses(group, group, SYNAPSE)
    synapses.connect(i=given["pre"], j=given["post"])
    inhibitory = given["pre"] >= 90
    synapses.weight = given["count"] * np.where(inhibitory, 0.05, 0.02)
    synapses.reversal = np.where(inhibitory, -70.0, 0.0)
    b2.run(STEPS * b2.defaultclock.dt)
    out = Path(sys.argv[1]) if len(sys.argv) > 1 else PLACE
    potentials = np.asarray(group.v)
    np.savez_compressed(out, **given, potentials=potentials, brian2=np.array(b2.__version__))


if __name__ == "__main__":
    main()
