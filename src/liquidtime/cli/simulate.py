r"""Simulate a connectome: stimulate, perturb, record, draw.

Networks by name: worm (C. elegans, Cook 2019), larva (Drosophila, Winding 2023), flywire and
malecns (with --files), random, fly-like, microcircuit. Or a file: an edge table (.csv, .tsv,
.parquet, .feather), a SONATA folder or configuration, a NeuroML network (.nml).

NEURONS are names with commas between, column:value such as group:sensory, or all.
WAVEFORMS (pA, ms):

  step 20 from 50 to 150        ramp 0 50 from 10 to 200      sine 10 period 100 mean 5
  noise 10 sd 5 tau 20          poisson 20 rate 10 tau 5      pulses 20 width 5 period 50
  clamp -20 from 50 to 150      (mV; also: clamp sine 10 period 100 mean -40)
  conductance 2 reversal -70    (nS; also: conductance poisson 1 rate 20 tau 5)

  liquidtime simulate worm --set unit_conductance=0.01 --start rest \
      --stimulate "PLML,PLMR=step 20 from 50 to 150" --ablate type:AVD --duration 300
  liquidtime simulate edges.csv --neurons neurons.csv --screen ablate --of group:inter
  liquidtime simulate random --neurons 1000000 --in-degree 20 --stimulate "0-99=step 50"

After Ctrl-C or a crash repeat the command with --resume. With --resume, --out and a longer
--duration a finished simulation goes on.
"""

from dataclasses import dataclass, field
from typing import Annotated

from tyro.conf import Positional, arg

from liquidtime.cli.brain.options import (
    ExperimentOptions,
    NetworkOptions,
    RecordOptions,
    RunOptions,
    experiment_of,
)

EXTRA = "brain"


@dataclass(frozen=True, kw_only=True)
class Options:
    """Options of `liquidtime simulate`."""

    network: Annotated[str, Positional, arg(metavar="NAME|FILE")]
    """A network by name, or a file."""
    source: Annotated[NetworkOptions, arg(name="")] = field(default_factory=NetworkOptions)
    experiment: Annotated[ExperimentOptions, arg(name="")] = field(
        default_factory=ExperimentOptions
    )
    run: Annotated[RunOptions, arg(name="")] = field(default_factory=RunOptions)
    kept: Annotated[RecordOptions, arg(name="")] = field(default_factory=RecordOptions)


def run(options: Options) -> int:
    """Read the network, simulate, compare, draw."""
    from liquidtime.brain import thinned
    from liquidtime.brain.experiment.words.settings import with_settings
    from liquidtime.brain.simulation.folder import folder_for
    from liquidtime.brain.sources.catalogue import find_connectome
    from liquidtime.cli.brain.showing import show_simulation
    from liquidtime.cli.brain.simulating import simulate_into
    from liquidtime.cli.common.console import messages, say_notes
    from liquidtime.cli.common.places import RUNS

    source, kept = options.source, options.kept
    experiment = experiment_of(options.experiment, options.run, kept)
    machine = options.run.machine()
    try:
        with messages().status(f"Reading {options.network} …"):
            found = find_connectome(source.wanted(options.network, options.experiment.seed))
        parameters = with_settings(found.parameters, source.set, found.connectome)
        experiment, notes = thinned(experiment, found.connectome, kept.every)
        out = folder_for(kept.out, RUNS / "brain", found.name, kept.resume, experiment.duration)
    except KeyboardInterrupt:
        raise KeyboardInterrupt(
            "Stopped before the simulation began; nothing was written."
        ) from None
    say_notes([*found.notes, *notes])
    simulate_into(out, found.connectome, parameters, experiment, machine)
    show_simulation(out)
    return 0
