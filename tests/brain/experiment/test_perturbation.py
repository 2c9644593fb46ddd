"""What an experimenter does to a brain, alone and in screens of many trials."""

import numpy as np
import pytest

from liquidtime.brain import (
    Ablate,
    Connectome,
    Experiment,
    Hold,
    Machine,
    Network,
    Parameters,
    Record,
    ScaleTransmitter,
    Silence,
    Sine,
    Step,
    SynapseParameters,
    clamp,
    current,
    simulate,
)
from liquidtime.native import native

SIZE = 30
NAMES = [f"n{i}" for i in range(SIZE)]
MACHINES = [
    Machine(dtype="float64", backend="reference"),
    pytest.param(
        Machine(backend="cpu"),
        marks=pytest.mark.skipif(native() is None, reason="the kernels are not installed"),
    ),
]


def brain(seed=0):
    random = np.random.default_rng(seed)
    names = np.array(NAMES)
    one = np.arange(0, SIZE - 3, 3)
    return Connectome.from_edges(
        random.choice(names, 300),
        random.choice(names, 300),
        random.integers(1, 9, 300),
        neurons=NAMES,
        transmitter=random.choice(["ach", "gaba", "glutamate"], 300),
        gap_junctions=(names[one], names[one + 2], np.ones(len(one))),
    )


BRAIN = brain()
STIMULI = (current(["n1", "n2", "n8"], Step(60.0)), current("n5", Sine(40.0, 9.0)))


def run(connectome=BRAIN, parameters=None, stimuli=STIMULI, machine=MACHINES[0], **options):
    experiment = Experiment(stimuli, **{"duration": 40.0, "dt": 0.5} | options)
    return simulate(connectome, parameters, experiment, where=machine)


def tolerance(machine):
    # 80 steps that each round 60 mV to 4e-6, and the order of sums; or the same of 1e-14.
    return 2e-4 if machine.dtype == "float32" else 1e-11


def subset(connectome, kept):
    """The constants of the edges that stay."""
    edges = len(connectome.synapses)
    random = np.random.default_rng(2)
    constants = (
        random.uniform(0, 0.3, edges),
        random.uniform(-60, -40, edges),
        random.uniform(-0.3, 0.3, edges),
        random.choice([-70.0, -40.0, 0.0], edges),
    )
    return SynapseParameters(*[values[kept] for values in constants])


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize("own", [False, True])
@pytest.mark.parametrize("scheme", ["frozen", "ab2", "midpoint"])
def test_an_ablated_neuron_might_as_well_not_be_there(scheme, own, machine):
    rows = BRAIN.synapses
    parameters, less = Parameters(), Parameters()
    lost = BRAIN.find(["n4", "n17"])
    if own:
        there = ~(np.isin(rows.sources, lost) | np.isin(rows.targets(), lost))
        parameters = Parameters(synapses=subset(BRAIN, np.ones(len(rows), bool)))
        less = Parameters(synapses=subset(BRAIN, there))
    others = np.setdiff1d(np.arange(SIZE), lost)
    ablated = run(
        parameters=parameters, machine=machine, scheme=scheme, trials=[Ablate(["n4", "n17"])]
    )["potential"]
    without = run(BRAIN.select(others), less, machine=machine, scheme=scheme)["potential"]
    np.testing.assert_allclose(
        ablated.values[..., others], without.values, rtol=0, atol=tolerance(machine)
    )
    control = run(parameters=parameters, machine=machine, scheme=scheme)["potential"]
    assert np.abs(control.values[..., others] - without.values).max() > 0.1
    assert (ablated.sel(neuron=["n4", "n17"]) == -60.0).all()


@pytest.mark.parametrize("machine", MACHINES)
def test_a_silent_neuron_hears_and_has_its_gap_junctions(machine):
    source = int(BRAIN.find("n3")[0])
    assert source in BRAIN.gap_junctions.sources
    rows = BRAIN.synapses
    kept = rows.where(rows.sources != source)
    cut = Connectome(BRAIN.neurons, kept, BRAIN.classes, BRAIN.gap_junctions)
    silent = run(machine=machine, trials=[Silence("n3")])["potential"].values
    wanted = run(cut, machine=machine)["potential"].values
    np.testing.assert_allclose(silent, wanted, rtol=0, atol=tolerance(machine))
    assert np.abs(silent - run(machine=machine)["potential"].values).max() > 0.1


@pytest.mark.parametrize("machine", MACHINES)
def test_a_held_neuron_stays(machine):
    found = run(machine=machine, trials=[Hold(["n1", "n7"], -31.0), None])["potential"]
    assert (found.sel(neuron=["n1", "n7"], trial=0) == -31.0).all()
    free = run(machine=machine, trials=2)["potential"]
    np.testing.assert_array_equal(found.sel(trial=1), free.sel(trial=1))


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize("factor", [0.0, 0.5, 3.0])
def test_a_scaled_transmitter_has_other_conductances(factor, machine):
    scaled = run(machine=machine, trials=[ScaleTransmitter("GABA", factor)])["potential"].values
    parameters = Parameters(unit_conductance={"gaba": 0.01 * factor})
    wanted = run(parameters=parameters, machine=machine)["potential"].values
    np.testing.assert_allclose(scaled, wanted, rtol=0, atol=tolerance(machine))
    assert np.abs(scaled - run(machine=machine)["potential"].values).max() > 0.1


@pytest.mark.parametrize("machine", MACHINES)
def test_several_things_are_done_in_one_trial_and_nothing_in_a_control(machine):
    both = [Silence("n3"), ScaleTransmitter("gaba", 0.5), ScaleTransmitter("gaba", 0.5)]
    found = run(machine=machine, trials=[both, None, Silence("n3"), []])["potential"].values
    quarter = run(
        parameters=Parameters(unit_conductance={"gaba": 0.0025}),
        machine=machine,
        trials=[Silence("n3")],
    )["potential"].values
    np.testing.assert_allclose(found[0], quarter[0], rtol=0, atol=tolerance(machine))
    np.testing.assert_array_equal(found[1], found[3])
    control = run(machine=machine)["potential"].values
    np.testing.assert_allclose(found[1], control[0], rtol=0, atol=tolerance(machine))


def screen(**options):
    options = {"record": Record(every=8)} | options
    return run(trials=[None, *map(Ablate, NAMES)], **options)["potential"].values


@pytest.mark.skipif(native() is None, reason="the kernels are not installed")
def test_a_screen_of_all_neurons_is_the_same_as_small_batches_to_the_bit():
    machine = Machine(backend="cpu")
    every = screen(machine=machine)
    assert len(np.unique(every[:, -1, 0])) > SIZE // 2
    for i in (0, 3, SIZE - 1):
        alone = run(machine=machine, trials=[Ablate(NAMES[i]), None], record=Record(every=8))
        np.testing.assert_array_equal(alone["potential"].values, every[[i + 1, 0]])


@pytest.mark.skipif(native() is None, reason="the kernels are not installed")
def test_a_screen_of_all_neurons_is_the_same_as_single_runs_to_the_bit():
    machine = Machine(backend="cpu")
    every = screen(machine=machine)
    for i in range(SIZE):
        alone = run(machine=machine, trials=[Ablate(NAMES[i])], record=Record(every=8))
        np.testing.assert_array_equal(alone["potential"].values[0], every[i + 1])


@pytest.mark.parametrize("machine", MACHINES)
def test_a_screen_is_close_to_single_runs(machine):
    every = screen(machine=machine)
    for i in range(0, SIZE, 7):
        alone = run(machine=machine, trials=[Ablate(i)], record=Record(every=8))
        np.testing.assert_allclose(
            alone["potential"].values[0], every[i + 1], rtol=0, atol=tolerance(machine)
        )


@pytest.mark.parametrize(
    "machine",
    [
        MACHINES[0],
        pytest.param(
            Machine(backend="cpu"),
            marks=[
                pytest.mark.skipif(native() is None, reason="the kernels are not installed"),
            ],
        ),
    ],
)
def test_a_clamp_wins_over_a_hold_whatever_the_backend(machine):
    stimuli = clamp("n1", Step(-20.0), 5.0, 10.0)
    found = run(stimuli=stimuli, machine=machine, trials=[Hold("n1", -50.0)])["potential"]
    found = found.sel(neuron="n1", trial=0)
    assert (found.sel(time=slice(5.5, 10.0)) == -20.0).all()
    assert (found.sel(time=slice(10.5, None)) == -50.0).all()


@pytest.mark.parametrize(
    ("perturbations", "message"),
    [
        ([Ablate("x"), None], "not in the table"),
        ([Ablate("n1")], "perturbations for 1 trials, but the batch has 2"),
        ([ScaleTransmitter("dopamine", 0.5), None], "no edge has the transmitter 'dopamine'"),
        ([ScaleTransmitter("gaba", -0.5), None], "the factor is -0.5"),
        ([ScaleTransmitter("gaba", np.nan), None], "the factor is nan"),
        pytest.param(
            [Hold("n1", np.nan), None],
            "neurons are held at nan",
        ),
        pytest.param(
            [None],
            "perturbations for 1 trials",
        ),
    ],
)
def test_perturbations_that_do_not_fit_are_refused(perturbations, message):
    with pytest.raises(ValueError, match=message):
        Network(BRAIN, trials=2, perturbations=perturbations)
