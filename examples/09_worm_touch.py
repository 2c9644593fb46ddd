"""Touch a worm, and take an interneuron away: the command interneurons of C. elegans.

Touch receptors of the front (ALM) and of the back (PLM) are stimulated, each in a whole worm and in
one without AVD: four trials of 302 neurons that run side by side. The connectome (Cook 2019) is
fetched once, 4 MB. Expect PLM to excite PVC, AVD and AVA, and AVA to answer less where AVD is gone.
Weights count sections of micrographs, so a unit conductance of 0.005 nS is a guess that keeps the
worm off saturation; signs, not sizes, are what such a model can tell.

    python examples/09_worm_touch.py --out worm-touch.png
"""

import argparse
import tempfile
from pathlib import Path

from liquidtime import brain, plot
from liquidtime.brain.read import cook2019

COMMAND = ["AVAL", "AVAR", "AVBL", "AVBR", "AVDL", "AVDR", "PVCL", "PVCR"]
TRIALS = ["front", "front, no AVD", "back", "back, no AVD"]
START, STOP = 50.0, 150.0  # ms


def main(
    worm: brain.Connectome | None = None, out: Path | None = None
) -> dict[str, dict[str, float]]:
    worm = worm or cook2019()
    print(worm)
    touch = brain.Step(20.0, START, STOP)  # pA
    experiment = brain.Experiment(
        [
            brain.current(["ALML", "ALMR"], touch, trials=[0, 1]),
            brain.current(["PLML", "PLMR"], touch, trials=[2, 3]),
        ],
        duration=200.0,
        dt=0.5,
        record=brain.Record(neurons=COMMAND),
        trials=[None, brain.Ablate(["AVDL", "AVDR"])] * 2,
        initial="rest",
    )
    recording = brain.simulate(
        worm, brain.Parameters(unit_conductance=0.005, gap_conductance=0.01), experiment
    )
    potential = recording["potential"]  # trial × time × neuron, mV
    change = potential.sel(time=STOP) - potential.sel(time=START)
    print(f"\n{'change (mV)':16}" + "".join(f"{neuron:>8}" for neuron in COMMAND))
    for trial, label in enumerate(TRIALS):
        values = change.sel(trial=trial).values
        print(f"{label:16}" + "".join(f"{value:8.2f}" for value in values))

    out = out or Path(tempfile.mkdtemp()) / "worm-touch.png"
    figure = plot.traces(
        potential.time.values,
        (potential - potential.sel(time=START)).sel(trial=2).values,
        names=COMMAND,
        quantity="change of the potential",
        stimulus=[(START, STOP, "touch of the back")],
        title="Command interneurons of the whole worm",
    )
    figure.savefig(out, dpi=150)
    print(f"\nfigure: {out}")
    rows = (dict(zip(COMMAND, row.tolist(), strict=True)) for row in change.values)
    return dict(zip(TRIALS, rows, strict=True))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path)
    main(out=parser.parse_args().out)
