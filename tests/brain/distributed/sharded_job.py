"""Sharded simulations in processes of their own, for the tests that spread or kill them."""

import argparse
import json
import os
import signal
from pathlib import Path

import numpy as np
import pandas
import torch

from liquidtime.brain import (
    Ablate,
    Connectome,
    Events,
    Experiment,
    Hold,
    OrnsteinUhlenbeck,
    Parameters,
    Poisson,
    Record,
    ScaleTransmitter,
    Silence,
    Sine,
    Spread,
    Step,
    Store,
    SynapseParameters,
    clamp,
    conductance,
    current,
    simulate,
)
from liquidtime.brain.distributed.exchange import Ranks
from liquidtime.brain.distributed.partition import even
from liquidtime.brain.distributed.stepper import ShardStepper
from liquidtime.errors import InputError

NEURONS = 90
RANK, RANKS = int(os.environ.get("RANK", "0")), int(os.environ.get("WORLD_SIZE", "1"))


def network(*, gaps=False, neurons=NEURONS, in_degree=12, reach=NEURONS, seed=0):
    """Two transmitters, names instead of numbers, and edges of several counts."""
    random = np.random.default_rng(seed)
    post = np.repeat(np.arange(neurons), in_degree)
    pre = (post + random.integers(0, reach, len(post))) % neurons
    table = pandas.DataFrame(
        {"transmitter": np.where(np.arange(neurons) % 4 == 0, "gaba", "acetylcholine")},
        index=[f"n{k:05d}" for k in range(neurons)],
    )
    names = table.index.to_numpy()
    one, other = np.arange(0, neurons // 3), np.arange(neurons // 2, neurons // 2 + neurons // 3)
    pairs = (names[one], names[other], random.integers(1, 4, len(one))) if gaps else None
    counts = random.integers(1, 9, len(post))
    return Connectome.from_edges(
        names[pre], names[post], counts, neurons=table, gap_junctions=pairs
    )


def settings(name):
    """What `simulate` is given, by the name of a case."""
    scheme, *words = name.split()
    whole = network(gaps="gaps" in words)
    random = np.random.default_rng(1)
    constants = {"midpoint": random.uniform(-55, -35, NEURONS), "leak_potential": -55.0}
    if "delays" in words:
        constants["delay"] = random.choice([0.4, 0.6, 1.0], NEURONS)
    if "mixed" in words:
        constants["delay"] = random.choice([0.0, 0.2, 0.8], NEURONS)
    if "even" in words:
        constants["delay"] = 0.6
    if "slow" in words:
        constants["synaptic_time_constant"] = random.choice([0.0, 3.0], NEURONS)
    if "synapses" in words:
        edges = len(whole.synapses)
        constants["synapses"] = SynapseParameters(
            random.uniform(0, 0.5, edges),
            random.uniform(-55, -35, edges),
            random.uniform(0.1, 0.3, edges),
            random.choice([-80.0, 0.0], edges),
        )
    stimuli = [
        current(["n00003", "n00070"], Sine(40.0, 50.0)),
        conductance("n00050", Step(2.0, 3.0), 0.0),
    ]
    if "noise" in words:
        stimuli += [
            current({"transmitter": "gaba"}, OrnsteinUhlenbeck(10.0, 30.0, 4.0, seed=3)),
            conductance(["n00080", "n00001"], Poisson(200.0, 3.0, 2.0, seed=4), -80.0),
            clamp("n00044", Step(-20.0, 0.0), 2.0, 6.0),
        ]
    trials = 1
    if "trials" in words:
        scaled = [] if "synapses" in words else [ScaleTransmitter("gaba", 0.5)]
        trials = [None, [Ablate("n00010"), Silence("n00077")], [Hold("n00060", -30.0), *scaled]]
    recorded = [
        Record(every=3),
        Record("current", ["n00071", "n00002", "n00030"], every=2),
        Events(-50.0),
    ]
    if "synapses" not in words:
        recorded.append(Record("calcium", [80, 5], time_constant=5.0))
    experiment = Experiment(
        stimuli,
        duration=12.0,
        dt=0.2,
        scheme=scheme,
        record=recorded,
        trials=trials,
        delta=1e-3 if "delta" in words else 0.0,
    )
    return whole, (Parameters(**constants), experiment)


def numbers(recording):
    """All that a recording holds, as arrays."""
    found = {name: np.asarray(entry.samples[:]) for name, entry in recording.series.items()}
    return found | {"events": recording.event_table, "final": recording.final.potentials}


def same(found, whole):
    """Whether two recordings are equal to the bit; which parts are not."""
    ours, theirs = numbers(found), numbers(whole)
    assert ours.keys() == theirs.keys()
    return [
        name
        for name in ours
        if ours[name].shape != theirs[name].shape or ours[name].tobytes() != theirs[name].tobytes()
    ]


def compare(names):
    """Every case on these ranks and on one: what differs, by name."""
    found = {}
    for name in names:
        whole, given = settings(name)
        scheme, *words = name.split()
        options = {
            "partition": "metis" if "metis" in words else "blocks",
            "exchange": "bfloat16" if "bfloat16" in words else "float32",
        }
        if "scattered" in words:
            options["partition"] = np.arange(NEURONS) % RANKS
        if "built" in words:
            sharded = simulate(builder(whole), *given, where=Spread())
        else:
            sharded = simulate(whole, *given, where=Spread(**options))
        if RANK == 0:
            alone = simulate(whole, *given)
            assert len(alone.event_table) > 0
            found[name] = same(sharded, alone)
            if "bfloat16" in words:
                off = np.abs(numbers(sharded)["potential"] - numbers(alone)["potential"]).max()
                found[name] = float(off)
            if "delta" in words:
                shares = [r.statistics["work_share"] for r in (sharded, alone)]
                assert np.isclose(*shares) and (scheme == "midpoint" or shares[0] < 0.9), shares
        else:
            assert sharded is None
    return found


def builder(whole):
    """A function that gives each rank only the edges onto its own neurons."""

    def build(rank, ranks):
        mine = even(len(whole), ranks) == rank
        table, own = whole.neurons, whole.synapses
        return Connectome(table, own.where(mine[own.targets()]), whole.classes)

    return build


def blocks_of_sources():
    """More emitters than one block of the kernels holds, but not on a rank; a few steps."""
    whole = network(neurons=14_000, in_degree=40, reach=5000, seed=2)
    start = np.random.default_rng(0).uniform(-60, -30, len(whole))
    given = Experiment(current("n00001", Step(50.0)), 1.0, 0.2, initial=start)
    found = simulate(whole, None, given, where=Spread())
    return {} if found is None else {"blocks": same(found, simulate(whole, None, given))}


def refused():
    """What is refused, the same on all ranks."""
    whole = network()
    found = {}
    for name, where, asked in (
        ("short partition", Spread(partition=np.zeros(3, int)), {}),
        ("idle rank", Spread(partition=np.zeros(NEURONS, int)), {}),
        ("unknown partition", Spread(partition="stripes"), {}),
        ("rk4", Spread(), {"scheme": "rk4"}),
        ("different", Spread(), {"duration": 1.0 + RANK}),
    ):
        experiment = Experiment(**{"duration": 1.0, "dt": 0.2} | asked)
        try:
            simulate(whole, None, experiment, where=where)
            found[name] = ""
        except InputError as error:
            found[name] = str(error)
    return found


def stored(folder, die):
    """A run with checkpoints, in which one rank kills itself, the first time."""
    if die and os.environ.get("TORCHELASTIC_RESTART_COUNT") == "0":
        step_of_death, rank_of_death, where = die.split(".")
        advance, state = ShardStepper.advance, ShardStepper.state

        def dying(self, steps, *rest):
            last = self.step + steps >= int(step_of_death)
            if where == "run" and last and int(rank_of_death) == RANK:
                os.kill(os.getpid(), signal.SIGKILL)
            advance(self, steps, *rest)

        def dying_at_save(self):
            found = state(self)
            last = self.step >= int(step_of_death)
            if where == "save" and last and int(rank_of_death) == RANK:
                os.kill(os.getpid(), signal.SIGKILL)
            return found

        ShardStepper.advance, ShardStepper.state = dying, dying_at_save
    whole, given = settings("ab2 mixed delta noise trials gaps")
    found = simulate(whole, *given, where=Spread(), store=Store(folder, checkpoint_every=2.6))
    if found is None:
        return {}
    marker = json.loads((folder / "checkpoint.json").read_text())
    assert marker == {"step": 60, "ranks": RANKS}
    assert [path.name for path in folder.glob("rank1/*.npz")] == ["checkpoint-60.npz"]
    samples = found.series["potential"].samples
    assert samples[3].shape == (NEURONS, 3) and samples[2:5, 7, 1].shape == (3,)
    assert found["potential"].sel(neuron="n00070").shape == (3, 20)
    return {
        "stored": same(found, simulate(whole, *given)),
        "steps": found.statistics["steps"],
    }


def main():
    options = argparse.ArgumentParser()
    options.add_argument("out", type=Path)
    options.add_argument("--case", action="append", default=[])
    options.add_argument("--blocks", action="store_true")
    options.add_argument("--refused", action="store_true")
    options.add_argument("--store", type=Path)
    options.add_argument("--die")
    chosen = options.parse_args()
    Ranks()
    found = compare(chosen.case)
    if chosen.blocks:
        found |= blocks_of_sources()
    if chosen.refused:
        found |= refused()
    if chosen.store:
        found |= stored(chosen.store, chosen.die)
    if RANK == 0:
        chosen.out.write_text(json.dumps(found))


if __name__ == "__main__":
    torch.set_num_threads(1)
    main()
