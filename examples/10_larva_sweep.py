"""From every sense to every output: a sweep over the brain of a fly larva.

Each class of input neurons is stimulated in a trial of its own, beside a control, and the mean
answer of each class of output neurons is noted: the descending ones to the nerve cord (dVNCs) and
to the gnathal ganglia (dSEZs), and those of the ring gland (RGNs). 3,013 neurons and 111,243 edges
(Winding 2023), fetched once, 5.4 MB. The data have no transmitters: here local neurons inhibit and
all others excite, a guess. Expect the stimulated classes to differ in whom they reach.

    python examples/10_larva_sweep.py --out larva.png
"""

import argparse
import tempfile
from pathlib import Path

import pandas as pd

from liquidtime import plot
from liquidtime.brain import Connectome, Experiment, Parameters, Record, Step, current, simulate
from liquidtime.brain.connectome.transmitters import FLY
from liquidtime.brain.read import winding2023

OUTPUTS = ["dSEZs", "dVNCs", "RGNs"]
START, STOP = 20.0, 120.0  # ms


def main(larva: Connectome | None = None, out: Path | None = None) -> pd.DataFrame:
    larva = larva or winding2023(transmitter={"LNs": "gaba"})
    print(larva)
    neurons = larva.neurons
    senses = sorted(neurons.loc[neurons["group"] == "input", "class2"].dropna().unique())
    kinds = neurons.loc[neurons["type"].isin(OUTPUTS), "type"].to_numpy()
    experiment = Experiment(
        [
            current({"group": "input", "class2": sense}, Step(30.0, START, STOP), trials=[trial])
            for trial, sense in enumerate(senses, start=1)
        ],
        duration=140.0,
        dt=0.5,
        record=Record(neurons={"type": OUTPUTS}, every=4),
        trials=1 + len(senses),
        initial="rest",
    )
    parameters = Parameters(unit_conductance=0.004, reversal_potential=FLY)
    recording = simulate(larva, parameters, experiment)
    at = recording["potential"].sel(time=STOP)  # trial × neuron, mV
    answer = (at[1:] - at[0]).to_pandas().set_axis(senses, axis=0)
    table = answer.T.groupby(kinds).mean().T
    print(f"\nmean answer (mV), {recording.statistics['wall_seconds']:.1f} s for all trials:")
    print(table.round(2).to_string())

    order = kinds.argsort(kind="stable")
    figure = plot.response_matrix(
        answer.values[:, order],
        stimulated=senses,
        responding_groups=kinds[order].tolist(),
        title="Larva: from the senses to the outputs",
    )
    out = out or Path(tempfile.mkdtemp()) / "larva.png"
    figure.savefig(out, dpi=150)
    print(f"\nfigure: {out}")
    return table


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path)
    main(out=parser.parse_args().out)
