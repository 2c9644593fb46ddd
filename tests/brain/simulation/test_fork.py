"""A fork during a first simulation: nothing is imported whose lock a child could wait for."""

import subprocess
import sys

CODE = """
import sys
from liquidtime.brain import Connectome, Experiment, Machine, Step, current, simulate

pair = Connectome.from_edges(["a"], ["b"], [20], gap_junctions=(["a"], ["b"], [2]))
touch = current("a", Step(5.0))
before = set(sys.modules)
for backend in ("auto", "reference"):
    try:
        machine = Machine(backend=backend)
    except TypeError:
        machine = Machine()
    variables = ["potential", "calcium", "current", "activation", "conductance"]
    trials = [None, "ablate a", "scale unknown=0.5"]
    experiment = Experiment(
        [touch, "a=poisson 5 rate 20 tau 3", "a=noise 5 sd 1 tau 3"], 5.0, record=variables,
        initial="rest", trials=trials, delta=0.01 if backend == "auto" else 0.0,
    )
    simulate(pair, None, experiment, where=machine)
print(*sorted(set(sys.modules) - before))
"""


def test_a_first_simulation_imports_nothing():
    run = subprocess.run(
        [sys.executable, "-c", CODE], capture_output=True, text=True, timeout=120, check=True
    )
    assert run.stdout.split() == []
