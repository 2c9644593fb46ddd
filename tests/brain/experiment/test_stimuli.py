"""Stimuli: courses over time, noise and its statistics, who gets them in which trial."""

import numpy as np
import pytest

from liquidtime.brain import (
    Connectome,
    Experiment,
    Function,
    Machine,
    OrnsteinUhlenbeck,
    Poisson,
    Pulses,
    Ramp,
    Record,
    Samples,
    Sine,
    Step,
    clamp,
    conductance,
    current,
    simulate,
)
from liquidtime.brain.simulation.player import Player
from liquidtime.errors import InputError

TIMES = np.array([-1.0, 0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 3.5])
FIVE = Connectome.from_edges(["a", "b"], ["b", "c"], neurons=list("abcde"))


@pytest.mark.parametrize(
    ("waveform", "values"),
    [
        (Step(2.0), [0, 2, 2, 2, 2, 2, 2, 2, 2]),
        (Step(2.0, 1.0, 2.5), [0, 0, 0, 2, 2, 2, 0, 0, 0]),
        (Ramp(1.0, 5.0, 1.0, 3.0), [0, 0, 0, 1, 2, 3, 4, 0, 0]),
        (Ramp(3.0, -3.0, 0.0, 3.0), [0, 3, 2, 1, 0, -1, -2, 0, 0]),
        (Pulses(4.0, 0.5, 1.0), [0, 4, 0, 4, 0, 4, 0, 4, 0]),
        (Pulses(4.0, 1.0, 1.5, 0.5, 2), [0, 0, 4, 4, 0, 4, 4, 0, 0]),
        (Pulses(4.0, 1.0, 1.0, 1.0), [0, 0, 0, 4, 4, 4, 4, 4, 4]),
        (Pulses(4.0, 0.5, 1.0, count=0), [0] * 9),
        (Samples([7.0, 8.0], 1.0), [0, 7, 7, 8, 8, 0, 0, 0, 0]),
        (Samples([7.0, 8.0], 1.0, 1.5), [0, 0, 0, 0, 7, 7, 8, 8, 0]),
        (Function(lambda t: 3 * t), [-3, 0, 1.5, 3, 4.5, 6, 7.5, 9, 10.5]),
    ],
)
def test_courses(waveform, values):
    np.testing.assert_allclose(waveform.values(TIMES), values, rtol=0, atol=1e-14)


def test_sine():
    course = Sine(2.0, 4.0, mean=1.0, phase=np.pi / 2, start=0.5, stop=3.5)
    wanted = 1 + 2 * np.cos(2 * np.pi * (TIMES - 0.5) / 4)
    wanted[(TIMES < 0.5) | (TIMES >= 3.5)] = 0
    np.testing.assert_allclose(course.values(TIMES), wanted, rtol=0, atol=1e-14)


OFF_THE_GRID = [
    Step(100.0, 5.01, 5.2),
    Step(3.0, -2.0, 7.77),
    Pulses(100.0, 0.2, 10.0),
    Pulses(4.0, 0.7, 1.3, 0.45, 5),
    Ramp(1.0, 5.0, 1.03, 13.1),
    Sine(2.0, 4.3, mean=1.0, phase=0.3, start=0.55, stop=13.51),
    Samples([100.0] + [0.0] * 9, 0.25),
    Samples(np.arange(40.0), 0.37, 1.11),
    Samples(np.arange(12.0).reshape(6, 2), 1.9, -3.3),
]


@pytest.mark.parametrize("dt", [0.1, 0.5, 1.0, 7.0])
@pytest.mark.parametrize("waveform", OFF_THE_GRID)
def test_steps_have_the_mean_of_a_course(waveform, dt):
    """Against its values in many points; the charge of all steps is that of the course."""
    limits = np.arange(0, 28.0 + dt / 2, dt)
    found = waveform.average(limits[:-1], limits[1:])
    inner = (np.arange(4000) + 0.5) / 4000
    for step in range(len(limits) - 1):
        wanted = waveform.values(limits[step] + dt * inner).mean(0)
        np.testing.assert_allclose(found[step], wanted, rtol=0, atol=0.06)
    whole = waveform.average(limits[:1], limits[-1:])[0]
    np.testing.assert_allclose(found.mean(0), whole, rtol=1e-9)


@pytest.mark.parametrize("waveform", OFF_THE_GRID)
@pytest.mark.parametrize("scheme", ["ab2", "midpoint", "frozen", "rk4"])
def test_the_charge_is_right_at_any_dt(waveform, scheme):
    """Right: what was meant. A pulse of 0.2 ms at 0.5 ms was nothing, one of 0.6 at 1 ms 167 %."""
    limits = np.array([[0.0], [28.0]])
    meant = 28.0 * waveform.average(*limits)[0]
    for dt in (0.1, 0.5, 1.0):
        steps = round(28.0 / dt)
        reached = ["a", "b"] if np.ndim(meant) else "a"
        (values,) = played([current(reached, waveform)], steps, dt, scheme=scheme)
        weights = [1 / 6, 2 / 3, 1 / 6] if scheme == "rk4" else [1.0]
        charge = dt * np.einsum("p,psnb->n", weights, values)
        # Simpson's rule is exact for a line, but not for a sine.
        tight = 0.05 if isinstance(waveform, Sine) and scheme == "rk4" else 1e-9
        np.testing.assert_allclose(charge, np.atleast_1d(meant), rtol=tight)


@pytest.mark.parametrize("scheme", ["ab2", "midpoint", "frozen", "rk4"])
@pytest.mark.parametrize("dt", [0.5, 0.1, 0.01])
@pytest.mark.parametrize(
    ("waveform", "peak"),
    [
        (Pulses(100.0, 0.2, 10.0), 2.709),
        (Step(100.0, 5.01, 5.2), 1.882),
        (Samples([100.0] + [0.0] * 9, 0.25), 2.469),
    ],
)
def test_what_is_shorter_than_a_step_moves_a_neuron(waveform, peak, dt, scheme):
    """Right: these peaks at any dt; they were 0, or 1.980. Within a step it may decay."""
    lone, exact = Connectome.from_edges([], [], neurons=["x"]), Machine(dtype="float64")
    asked = Experiment(current("x", waveform), 20.0, dt, scheme=scheme)
    found = simulate(lone, None, asked, where=exact)["potential"].values.max() + 60
    assert found == pytest.approx(peak, rel=dt / 20 + 3e-4)


@pytest.mark.parametrize("kind", ["current", "conductance", "clamp", "function"])
def test_rk4_is_of_fourth_order_where_a_stimulus_begins_and_ends_on_steps(kind):
    """Right: about 1e-11; it was 0.0167 at 0.1 ms, and half of that at half the step."""
    made = {
        "current": current("a", Step(10.0, 5.0, 10.0)),
        "function": current("a", Function(lambda t: np.where((t >= 5) & (t < 10), 10.0, 0.0))),
        "conductance": conductance("a", Step(0.5, 5.0, 10.0), -20.0),
        "clamp": clamp("a", Samples([-50.0, -40.0, -45.0], 2.5), 2.5, 7.5),
    }[kind]
    exact, found = Machine(dtype="float64"), []
    for dt in (0.1, 0.05, 0.00625):
        asked = Experiment(made, 20.0, dt, scheme="rk4", record=Record(every=round(0.1 / dt)))
        found.append(simulate(FIVE, None, asked, where=exact)["potential"].values)
    errors = [np.abs(one - found[2]).max() for one in found[:2]]
    assert errors[0] < 2e-8 and errors[1] < 0.1 * errors[0]
    if kind == "current":
        times = np.arange(1, 201) / 10
        after = [np.exp(-np.clip(times - when, 0, None) / 10) for when in (10, 5)]
        np.testing.assert_allclose(
            found[1][0, :, 0], -60 + 10 * (after[0] - after[1]), rtol=0, atol=5e-11
        )


@pytest.mark.parametrize("scheme", ["ab2", "midpoint", "frozen", "rk4"])
@pytest.mark.parametrize(
    "made",
    [
        clamp("a", Step(-20.0, 10.0, 30.0)),
        clamp("a", Step(-20.0), 10.0, 30.0),
        clamp("a", Samples([-20.0] * 4, 5.0, 10.0)),
        clamp("a", Pulses(-20.0, 20.0, 50.0, 10.0)),
        clamp("a", Step(-20.0, 10.0), stop=30.0),
        "a=clamp -20 from 10 to 30",
        "a=clamp pulses -20 width 20 period 50 from 10 count 1",
    ],
)
def test_a_neuron_is_free_where_its_clamp_is_off(made, scheme):
    """Right: free before 10 and after 30 ms; there it was held at 0 mV."""
    asked = Experiment(made, 40.0, 0.1, scheme=scheme)
    found = simulate(FIVE, None, asked, where=Machine(dtype="float64"))["potential"]
    v, times = found.sel(neuron="a").values[0], found.time.values
    assert (v[times <= 10] == -60).all()
    assert (v[(times > 10) & (times <= 30)] == -20).all()
    wanted = -60 + 40 * np.exp(-(times - 30) / 10)
    np.testing.assert_allclose(v[times > 30], wanted[times > 30], rtol=0, atol=1e-6)


def test_a_clamp_off_the_grid_is_told():
    with pytest.warns(UserWarning, match=r"10\.03 ms, which is no whole number of steps of 0\.1"):
        (values,) = played([clamp("a", Step(-20.0, 10.03, 30.0))], 200, 0.1)
    assert np.isfinite(values[0, :, 0, 0]).tolist() == [step >= 100 for step in range(200)]
    with pytest.raises(InputError, match=r"10\.02 to 10\.04 ms holds no whole step of 0\.1 ms"):
        played([clamp("a", Step(-20.0), 10.02, 10.04)], 200, 0.1)
    with pytest.raises(InputError, match=r"holds no whole step of 0\.5 ms"):
        played([clamp("a", Pulses(-20.0, 0.2, 5.0))], 200, 0.5)


@pytest.mark.parametrize(
    "make",
    [
        lambda: clamp("a", OrnsteinUhlenbeck(-40.0, 1.0, 5.0)),
        lambda: Experiment("a=clamp noise -40 sd 1 tau 5"),
    ],
)
def test_a_clamp_is_no_noise(make):
    with pytest.raises(InputError, match="a clamp is given OrnsteinUhlenbeck, which is noise"):
        make()


def test_samples_and_functions_may_differ_from_neuron_to_neuron():
    found = Samples([[1.0, 2.0], [3.0, 4.0]], 1.0).values(TIMES)
    assert found[[0, 1, 2, 3, 5]].tolist() == [[0, 0], [1, 2], [1, 2], [3, 4], [0, 0]]
    each = Function(lambda t: np.stack([t, -t], axis=1)).values(TIMES)
    assert each[3].tolist() == [1.0, -1.0]
    # A sample begins where a rounded multiple of the time step says.
    steps = np.arange(300) * 0.1
    assert Samples(np.arange(100), 0.3).values(steps).tolist() == np.repeat(range(100), 3).tolist()


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Ramp(0, 1, 2.0, 2.0), "not after its start"),
        (lambda: Sine(1.0, 0.0), "the period of a sine is 0.0 ms"),
        (lambda: Pulses(1.0, 0.0, 1.0), "pulses are 0.0 ms wide"),
        (lambda: Pulses(1.0, 2.0, 1.0), "with a period of 1.0 ms"),
        (lambda: Samples([], 1.0), r"samples have shape \[0\]"),
        (lambda: Samples(np.zeros((2, 2, 2)), 1.0), r"shape \[2, 2, 2\]"),
        (lambda: Samples([np.nan], 1.0), "expected finite numbers"),
        (lambda: Samples([1.0], 0.0), "the interval is 0.0 ms"),
        (lambda: Function(lambda t: t[1:]).values(TIMES), r"gave shape \[8\] for 9 times"),
        (lambda: Function(lambda t: 1.0).values(TIMES), r"gave shape \[\] for 9 times"),
        (lambda: OrnsteinUhlenbeck(0, -1.0, 1.0), "deviation is -1.0"),
        (lambda: OrnsteinUhlenbeck(0, 1.0, 0.0), "time_constant 0.0 ms"),
        (lambda: Poisson(-1.0, 1.0, 1.0), "rate is -1.0 Hz"),
        (lambda: Poisson(1.0, 1.0, 0.0), "time_constant 0.0 ms"),
    ],
)
def test_courses_that_make_no_sense_are_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def player_of(connectome, stimuli, trials=1, dt=0.5, scheme="frozen"):
    return Player(Experiment(stimuli, dt=dt, scheme=scheme, trials=trials).resolved(connectome))


def played(stimuli, steps=40, dt=0.5, trials=1, scheme="frozen", chunks=None):
    player = player_of(FIVE, stimuli, trials, dt, scheme)
    parts, first = [], 0
    for count in chunks or [steps]:
        parts.append([drive.values for drive in player.play(first, count)])
        first += count
    return [np.concatenate(values, axis=1) for values in zip(*parts, strict=True)]


@pytest.mark.parametrize(
    ("scheme", "points"),
    [("frozen", [0.0]), ("ab2", [0.5]), ("midpoint", [0.5]), ("rk4", [0.0, 0.5, 1.0])],
)
def test_values_come_at_the_points_that_a_scheme_wants(scheme, points):
    (values,) = played([current(["b", "d"], Function(lambda t: t))], 4, 0.5, scheme=scheme)
    assert values.shape == (len(points), 4, 2, 1)
    for stage, point in enumerate(points):
        wanted = 0.5 * (np.arange(4) + point)
        np.testing.assert_allclose(values[stage, :, 0, 0], wanted, atol=1e-15)
        np.testing.assert_allclose(values[stage, :, 1, 0], wanted, atol=1e-15)


def test_a_clamp_is_free_outside_its_time():
    (values,) = played([clamp("a", Step(-30.0), 1.0, 2.5)], 8)
    assert values[0, :, 0, 0].tolist()[2:5] == [-30.0] * 3
    assert np.isnan(values[0, [0, 1, 5, 6, 7], 0, 0]).all()


def test_stimuli_reach_the_trials_they_are_for():
    for made, silent in (
        (current("a", Step(3.0), trials=[2, 0]), 0.0),
        (conductance("a", Step(3.0), trials=[2, 0]), 0.0),
        (clamp("a", Step(3.0), trials=[2, 0]), np.nan),
    ):
        (values,) = played([made], 2, trials=4)
        np.testing.assert_array_equal(values[0, 1, 0], [3.0, silent, 3.0, silent])
    (one,) = played([current("a", Step(3.0), trials=1)], 2, trials=2)
    assert one[0, 0, 0].tolist() == [0.0, 3.0]
    (every,) = played([current("a", Step(3.0))], 2, trials=4)
    assert every.shape == (1, 2, 1, 1)


@pytest.mark.parametrize("trials", [[0, 0], [True, False]])
def test_trials_that_come_twice_or_as_a_mask_are_not_all(trials):
    (values,) = played([current("a", Step(3.0), trials=trials)], 2, trials=2)
    spread = np.broadcast_to(values[0, 0, 0], 2)
    assert spread.tolist() == [3.0, 0.0]


@pytest.mark.parametrize(
    ("made", "message"),
    [
        (lambda: current("z", Step(1.0)), "not in the table"),
        (lambda: current("a", Step(1.0), trials=[0, 2]), "expected numbers from 0 to 1"),
        (lambda: current("a", Step(1.0), trials=[-1]), "expected numbers from 0 to 1"),
        (lambda: current(["a", "b", "c"], Samples([[1.0, 2.0]], 1.0)), "values for 2 neurons"),
        (lambda: conductance("a", Step(-1.0)), "a conductance is negative"),
        (lambda: conductance("a", OrnsteinUhlenbeck(0.0, 1.0, 5.0)), "a conductance is negative"),
    ],
)
def test_stimuli_that_do_not_fit_are_refused(made, message):
    with pytest.raises(ValueError, match=message):
        played([made()], trials=2)


# Of 4000 independent courses a mean is off by 1.6 % of a standard deviation, a variance by 2.2 %;
# four times that is allowed.
MANY = 4000
CROWD = Connectome.from_edges([], [], neurons=MANY)


def drawn(noise, steps, dt, trials=1):
    player = player_of(CROWD, [current(np.arange(MANY), noise)], trials, dt, "ab2")
    return player.play(0, steps)[0].values[0]


@pytest.mark.parametrize("dt", [0.1, 2.0, 30.0])
def test_ornstein_uhlenbeck(dt):
    noise = drawn(OrnsteinUhlenbeck(5.0, 2.0, 10.0), 12, dt)[..., 0]
    for step in (0, 5, 11):  # stationary from the beginning
        assert noise[step].mean() == pytest.approx(5.0, abs=2 * 0.064)
        assert noise[step].std() == pytest.approx(2.0, rel=0.045)
    for lag in (1, 4, 10):
        correlation = np.corrcoef(noise[0], noise[lag])[0, 1]
        assert correlation == pytest.approx(np.exp(-lag * dt / 10), abs=0.064)
    assert abs(np.corrcoef(noise[4, :-1], noise[4, 1:])[0, 1]) < 0.064


def test_noise_without_deviation_is_its_mean():
    assert (drawn(OrnsteinUhlenbeck(3.0, 0.0, 5.0), 4, 0.5) == 3.0).all()
    assert (drawn(Poisson(0.0, 2.0, 5.0), 4, 0.5) == 0.0).all()


@pytest.mark.parametrize("dt", [0.1, 1.0, 20.0])
def test_poisson(dt):
    """Mean rate · amplitude · τ, and at first as much of it as τ has filled."""
    duration = 100.0
    noise = drawn(Poisson(50.0, 3.0, 10.0), round(duration / dt), dt)[..., 0]
    mean = 50 / 1000 * 3 * 10
    # Shot noise: variance rate · amplitude² · τ / 2.
    deviation = np.sqrt(50 / 1000 * 9 * 10 / 2)
    assert noise[-1].mean() == pytest.approx(mean, abs=4 * deviation / np.sqrt(MANY))
    # The area of all courses together, Σ rate · amplitude · τ (1 − e^(−(T − t) / τ)): pulses come
    # at the beginning of a step, half of one early.
    begins = np.arange(0, duration, dt)
    area = (50 / 1000 * dt * 3 * 10 * -np.expm1(-(duration - begins) / 10)).sum()
    pulses = 50 / 1000 * duration * MANY
    assert (noise.sum(0) * dt).mean() == pytest.approx(area, rel=4 / np.sqrt(pulses))
    assert (noise >= 0).all()


NOISES = (OrnsteinUhlenbeck(5.0, 2.0, 10.0, seed=3), Poisson(300.0, 3.0, 10.0, seed=3))


@pytest.mark.parametrize("noise", NOISES)
def test_every_trial_neuron_stimulus_and_seed_has_its_own_noise(noise):
    stimuli = [current(["a", "b"], noise), current(["a", "b"], noise)]
    first, second = played(stimuli, 50, trials=3)
    courses = [values[0, :, n, b] for values in (first, second) for n in (0, 1) for b in range(3)]
    other = type(noise)(*[*vars(noise).values()][:-1], seed=4)
    courses.append(played([current("a", other)], 50)[0][0, :, 0, 0])
    for i, one in enumerate(courses):
        for another in courses[:i]:
            assert np.abs(one - another).max() > 0.1
    again = played(stimuli, 50, trials=3)
    np.testing.assert_array_equal(first, again[0])


@pytest.mark.parametrize("noise", NOISES)
def test_noise_belongs_to_the_number_of_its_trial(noise):
    (every,) = played([current("a", noise)], 20, trials=3)
    (some,) = played([current("a", noise, trials=[2, 1])], 20, trials=3)
    np.testing.assert_array_equal(some[..., 1:], every[..., 1:])
    assert (some[..., 0] == 0).all()
    (alone,) = played([current("a", noise)], 20, trials=1)
    np.testing.assert_array_equal(alone[..., 0], every[..., 0])


@pytest.mark.parametrize("scheme", ["frozen", "rk4"])
def test_chunks_make_no_difference(scheme):
    stimuli = [
        *[current(["a", "e"], noise) for noise in NOISES],
        current("b", Sine(3.0, 7.3)),
        clamp("c", Ramp(-60, -20, 1.0, 15.0), 2.0, 14.0, trials=[1]),
        conductance(["d", "e"], Pulses(2.0, 0.7, 3.1)),
    ]
    whole = played(stimuli, 40, 0.3, 2, scheme)
    for chunks in ([1] * 40, [7, 1, 32], [39, 1]):
        cut = played(stimuli, 40, 0.3, 2, scheme, chunks)
        for one, other in zip(whole, cut, strict=True):
            np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("noise", NOISES)
def test_noise_goes_on_from_where_it_stood(noise):
    stimuli = [current(["a", "b"], noise, trials=[1, 2])]
    (whole,) = played(stimuli, 30, trials=3)
    first, second = (player_of(FIVE, stimuli, 3) for _ in range(2))
    first.play(0, 12)
    second.restore(first.state())
    np.testing.assert_array_equal(second.play(12, 18)[0].values, whole[:, 12:])


def test_currents_add_up_and_a_conductance_pulls_to_its_potential():
    exact = Machine(dtype="float64", backend="reference")

    def after(*stimuli):
        experiment = Experiment(stimuli, duration=500.0, dt=1.0, record=())
        return simulate(FIVE, None, experiment, where=exact).final[:, 0]

    # C / g = 10 ms: after 500 ms e^-50 is left.
    assert after(current("d", Step(5.0)), current(["d", "e"], Step(3.0)))[3:] == pytest.approx(
        [-60 + 8, -60 + 3]
    )
    both = after(conductance("d", Step(3.0), -20.0), conductance("d", Step(1.0), -90.0))[3]
    assert both == pytest.approx((-60 - 3 * 20 - 90) / 5)


def test_functions_that_give_no_numbers_are_refused():
    with pytest.raises(ValueError, match="finite"):
        played([current("a", Function(lambda t: t * np.nan))])


@pytest.mark.parametrize("waveform", [Step(1.0, 0.9, 1.8), Pulses(1.0, 0.9, 1.8, 0.9)])
def test_a_stimulus_begins_with_the_step_that_it_names(waveform):
    (values,) = played([current("a", waveform)], 7, 0.3)
    assert values[0, :, 0, 0].tolist() == [0, 0, 0, 1, 1, 1, 0]
