"""What the units are handed: windows, steady channels, static features, categories, few series."""

import numpy as np
import pytest
import torch

from liquidtime.data.preprocess import Preprocessor
from liquidtime.data.series import IrregularSeries
from liquidtime.estimators import LiquidRidgeClassifier, LiquidRidgeRegressor, Series
from liquidtime.reservoir import readout
from liquidtime.reservoir.features import Features, arrays_of, surroundings
from liquidtime.reservoir.sampling_noise import sampling_noise, thinned

READS = ("values", "mask", "times")
NO_WINDOW = np.full(2, np.nan)


def blips(count=30, seed=0, channels=1):
    """Ends apart by a tenth of the span, and a blip that comes early (0) or late (1)."""
    random = np.random.default_rng(seed)
    values, times, label = [], [], np.arange(count) % 2
    for late in label:
        t = np.sort(random.uniform(random.uniform(0, 0.5), random.uniform(9.5, 10), size=40))
        values.append(random.normal(0, 0.1, (40, channels)))
        values[-1][:, 0] += np.exp(-((t - (3, 7)[late]) ** 2))
        times.append(t)
    return values, times, label


def series(values, times, static=None, **more):
    rows = np.concatenate(values).astype(np.float32)
    return IrregularSeries(
        values=torch.from_numpy(np.nan_to_num(rows)),
        mask=torch.from_numpy(~np.isnan(rows)),
        times=torch.from_numpy(np.concatenate(times)),
        lengths=torch.tensor([len(t) for t in times]),
        static=None if static is None else torch.as_tensor(static, dtype=torch.float32),
        **more,
    )


def encoded(given):
    return Preprocessor.fit(given).encode(given, reads=READS)


def test_series_that_end_about_together_share_a_window():
    values, times, _ = blips()
    data = encoded(series(values, times))
    window = surroundings(data).window
    scaled = data.batch(np.arange(30)).raw("times").numpy()
    assert window[0] == pytest.approx(scaled[:, 0].min(), abs=1e-9)
    assert window[1] == pytest.approx(scaled[:, -1].max(), abs=1e-9)
    regular = encoded(series(values, [np.arange(40.0)] * 30))
    assert np.isnan(surroundings(regular).window).all()
    apart = [t[: 10 + n] for n, t in enumerate(times)]
    cut = encoded(series([v[: len(t)] for v, t in zip(values, apart, strict=True)], apart))
    assert np.isnan(surroundings(cut).window[1])


def test_a_window_is_a_first_value_from_its_start_and_a_last_one_to_its_end():
    values = np.array([[[2.0], [3.0], [0.0]], [[4.0], [5.0], [6.0]]], np.float32)
    mask = np.array([[[True], [True], [False]], [[True], [True], [True]]])
    times = np.array([[1.0, 2.0, 2.0], [0.0, 1.0, 3.0]])
    steady = np.zeros(1, bool)
    found = arrays_of(values, mask, times, np.array([2, 3]), steady, np.array([0.0, 3.0]))
    x, seen, clock, lengths = found
    np.testing.assert_array_equal(lengths, [4, 5])
    np.testing.assert_array_equal(clock, [[0, 1, 2, 3, 3], [0, 0, 1, 3, 3]])
    np.testing.assert_array_equal(seen[0, :, 0], [True, True, True, False, False])
    np.testing.assert_array_equal(x[0, :3, 0], [2, 2, 3])
    # The second fills the window by itself: its extra rows are empty.
    np.testing.assert_array_equal(seen[1, :, 0], [False, True, True, True, False])
    plain = arrays_of(values, mask, times, np.array([2, 3]), steady, NO_WINDOW)
    assert plain[0] is values
    assert plain[1] is mask


def test_of_a_steady_channel_the_first_observation_alone_is_read():
    mask = np.ones((2, 4, 2), bool)
    mask[1, :2, 1] = False
    given = np.zeros((2, 4, 2), np.float32), mask, np.zeros((2, 4)), np.array([4, 4])
    _, seen, _, _ = arrays_of(*given, np.array([False, True]), NO_WINDOW)
    np.testing.assert_array_equal(seen[0, :, 1], [True, False, False, False])
    np.testing.assert_array_equal(seen[1, :, 1], [False, False, True, False])
    assert seen[:, :, 0].all()
    assert mask[0, :, 1].all()


def test_static_features_are_steady_channels():
    values, times, _ = blips()
    given = series(values, times, static=np.random.default_rng(0).normal(size=(30, 2)))
    around = surroundings(encoded(given))
    np.testing.assert_array_equal(around.varying, [True, False, False])
    np.testing.assert_array_equal(around.steady, [False, True, True])
    drawn = Features.fit(encoded(given), 64, 2, np.random.default_rng(1))
    assert set(drawn.units.channels.ravel().tolist()) == {-1, 0, 1, 2}


def test_uneven_gaps_alone_are_looked_into():
    values, times, _ = blips()
    for clock, cut in ((times, 0.75), ([np.arange(40.0)] * 30, 1.5)):
        data = encoded(series(values, clock))
        drawn = Features.fit(data, 16, 2, np.random.default_rng(1))
        assert drawn.between == pytest.approx(cut * surroundings(data).gap)


def test_the_level_of_each_channel_is_read_alone():
    random = np.random.default_rng(0)
    levels = random.normal(size=(90, 1, 5))
    X = levels + random.normal(size=(90, 30, 5))
    model = LiquidRidgeRegressor(n_units=320, random_state=0).fit(X[:60], levels[:60, 0, 3])
    assert model.score(X[60:], levels[60:, 0, 3]) > 0.5
    channels = model.fitted_.model.network.features.units.channels
    single = channels[(channels >= 0).sum(1) == 1, 0]
    assert set(single.tolist()) == set(range(5))


def test_static_features_and_categories_decide_where_nothing_else_does():
    random = np.random.default_rng(0)
    values, times, _ = blips(60)
    wards = random.integers(0, 3, size=60)
    given = series(
        [
            np.column_stack([v, np.full(len(v), ward)])
            for v, ward in zip(values, wards, strict=True)
        ],
        times,
        static=random.normal(size=(60, 1)),
        features=("signal", "ward"),
        categories={"ward": ("a", "b", "c")},
    )
    some = {"n_units": 128, "n_thresholds": 3, "random_state": 0}
    of_ward = LiquidRidgeClassifier(**some).fit(given.select(np.arange(40)), wards[:40])
    assert (of_ward.predict(given.select(np.arange(40, 60))) == wards[40:]).mean() > 0.9
    age = given.static[:, 0].numpy()
    of_age = LiquidRidgeRegressor(**some).fit(given.select(np.arange(40)), age[:40])
    assert of_age.score(given.select(np.arange(40, 60)), age[40:]) > 0.7


def test_a_class_of_one_and_two_series_are_enough():
    values, times, label = blips()
    X = [Series(v, t) for v, t in zip(values, times, strict=True)]
    odd = label.astype(object)
    odd[5] = 2
    model = LiquidRidgeClassifier(n_units=64, random_state=0).fit(X, odd)
    chances = model.predict_proba(X)
    assert chances.shape == (30, 3)
    assert np.isfinite(chances).all()
    # Whoever has seen one of thirty does not expect many more.
    assert chances[np.arange(30) != 5, 2].mean() < 0.15
    two = LiquidRidgeClassifier(n_units=64, random_state=0).fit(X[:2], label[:2])
    assert np.isfinite(two.predict_proba(X)).all()
    assert two.predict(X[:2]).tolist() == label[:2].tolist()
    numbers = LiquidRidgeRegressor(n_units=64, random_state=0).fit(X[:2], [1.0, 2.0])
    assert np.isfinite(numbers.predict(X)).all()


def test_series_without_a_row_are_answered():
    values, times, label = blips(10)
    given = series([*values, np.empty((0, 1))], [*times, np.empty(0)])
    model = LiquidRidgeClassifier(n_units=32, random_state=0).fit(given, [*label, 0])
    assert np.isfinite(model.predict_proba(given)).all()


def test_copies_lack_rows_and_keep_what_steady_channels_say():
    values, times, _ = blips(count=6)
    whole = encoded(series(values, times, static=np.arange(6.0)[:, None])).batch(np.arange(6))
    steady = np.array([False, True])
    copy = thinned(whole, steady, np.random.default_rng(0))
    assert (copy.lengths == 28).all()
    for n in range(6):
        rows = np.searchsorted(whole.raw("times")[n].numpy(), copy.raw("times")[n].numpy())
        assert (np.diff(rows) > 0).all()
        kept, before = copy.raw("values")[n].numpy(), whole.raw("values")[n].numpy()
        np.testing.assert_array_equal(kept[:, 0], before[rows, 0])
        assert kept[0, 1] == before[0, 1]
        assert copy.raw("mask")[n, 0].all()


def test_what_chance_does_is_asked_where_times_are_uneven(monkeypatch):
    random, asked = np.random.default_rng(0), []

    def spied(*given):
        asked.append(given)
        return sampling_noise(*given)

    monkeypatch.setattr(readout, "sampling_noise", spied)
    values, times, label = blips(count=20)
    model = LiquidRidgeClassifier(n_units=64, random_state=0)
    model.fit([Series(x, np.arange(40.0)) for x in values], label)
    assert not asked
    model.fit([Series(x, t) for x, t in zip(values, times, strict=True)], label)
    assert len(asked) == 1
    features, training, numbers, standardised, _, _ = asked[0]
    noise = sampling_noise(features, training, numbers, standardised, 3, random)
    assert (np.bincount(noise.owner) == 3).all()
    np.testing.assert_allclose(noise.rows.mean(0), 0, atol=1e-4)


def test_rows_without_a_value_are_as_if_they_were_not_there():
    random = np.random.default_rng(0)
    values, times = [random.normal(size=(30, 2)) for _ in range(12)], [np.arange(30.0)] * 12
    kept = [random.random(30) < 0.4 for _ in values]
    holes = [np.where(seen[:, None], x, np.nan) for x, seen in zip(values, kept, strict=True)]
    left = surroundings(encoded(series(holes, times)))
    whole = surroundings(encoded(series(values, times)))
    assert whole.even
    assert not left.even
    # Channels that are observed together have no clocks of their own.
    assert not left.sparse
    gaps = np.concatenate([np.diff(np.flatnonzero(seen)) for seen in kept])
    assert left.gap == pytest.approx(np.median(gaps) * whole.gap)
