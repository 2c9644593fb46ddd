"""A million neurons on a laptop: how long does one synapse take?

A random network, as large as there is time for: by default 20 sources a neuron, so 20 million
synapses in 120 MB, and less than 2 GB in all. Real networks have hundreds or thousands of sources
(`--in-degree 1000` needs some 10 GB); the time a synapse takes stays about the same. Expect a few
nanoseconds at most. Pictures of such a network: `liquidtime simulate random --neurons 1000000`.

    python examples/11_million_neurons.py --in-degree 100
"""

import argparse
import time

from liquidtime.brain import Experiment, Machine, Record, Step, current, simulate
from liquidtime.brain.generate import random


def main(
    neurons: int = 1_000_000, in_degree: int = 20, steps: int = 20, threads: int | None = None
) -> float:
    began = time.perf_counter()
    network = random(neurons, in_degree)
    print(f"{network}\nmade in {time.perf_counter() - began:.1f} s")
    dt = 1.0  # ms
    experiment = Experiment(
        current(range(neurons // 100), Step(50.0)), steps * dt, dt, record=Record(neurons=range(10))
    )
    recording = simulate(network, None, experiment, where=Machine(threads=threads))
    seconds = recording.statistics["wall_seconds"]
    nanoseconds = 1e9 * seconds / (steps * len(network.synapses))
    print(f"{steps} steps of {dt:g} ms in {seconds:.2f} s ({recording.statistics['backend']})")
    print(f"{nanoseconds:.2f} ns a synapse and step, {seconds / steps * 1e3:.1f} ms a step")
    potentials = recording.final.potentials
    print(f"potentials from {potentials.min():.1f} to {potentials.max():.1f} mV")
    return nanoseconds


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--neurons", type=int, default=1_000_000)
    parser.add_argument("--in-degree", type=int, default=20)
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--threads", type=int)
    main(**vars(parser.parse_args()))
