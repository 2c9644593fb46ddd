import pickle

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone

from liquidtime.errors import InputError
from liquidtime.estimators import LiquidForecaster

SMALL = {"epochs": 1, "hidden_size": 8, "ensemble": 1, "random_state": 0}


def hours(count=200, zone=None):
    when = pd.date_range("2024-03-25", periods=count, freq="h", tz=zone, name="when")
    sun = np.sin(2 * np.pi * np.arange(count) / 24)
    noise = np.random.default_rng(0).normal(size=count)
    return pd.DataFrame({"load": 10 + 3 * sun + 0.1 * noise, "sun": sun}, index=when)


@pytest.fixture(scope="module")
def fitted():
    frame = hours()
    made = LiquidForecaster("3h", quantiles=(0.1, 0.5, 0.9), **SMALL)
    return made.fit(frame["load"][:190], frame[["sun"]]), frame


def test_rows_are_named_by_the_time_that_they_are_for(fitted):
    made, frame = fitted
    found = made.predict()
    assert list(found) == ["load", "load_q10", "load_q50", "load_q90"]
    assert found.index.equals(frame.index[190:193].rename("when")) and found.index.name == "when"
    assert (found["load_q10"] <= found["load_q90"]).all()
    # Newer rows: the forecast goes on from them.
    assert made.predict(y=frame["load"][:195]).index[0] == frame.index[195]
    again = pickle.loads(pickle.dumps(made))
    pd.testing.assert_frame_equal(again.predict(), found)
    assert clone(made).get_params() == made.get_params()


def test_the_last_rows_are_learnt_from_in_the_end():
    load = hours(150)["load"].to_numpy()
    changed = np.concatenate([load[:135], load[135:] + 4])
    said = {}
    for refit in (False, True):
        for what, y in (("as it was", load), ("changed", changed)):
            made = LiquidForecaster(1, **SMALL, refit=refit, season=()).fit(y)
            # The scale and the line come from the training part alone.
            said[refit, what] = made.predict(y=load).to_numpy()
    np.testing.assert_array_equal(said[False, "as it was"], said[False, "changed"])
    assert np.abs(said[True, "as it was"] - said[True, "changed"]).max() > 1e-6
    with pytest.raises(InputError, match="expected refit True or False"):
        LiquidForecaster(refit="yes").fit(load)


def test_what_is_known_ahead_must_be_there(fitted):
    made, frame = fitted
    with pytest.raises(InputError, match="'sun' is known ahead, but X has no value of it 1h after"):
        made.predict(y=frame["load"])
    coming = pd.date_range(frame.index[-1], periods=4, freq="h", name="when")[1:]
    assert len(made.predict(pd.DataFrame({"sun": 0.0}, index=coming), y=frame["load"])) == 3


def test_several_targets_and_a_panel_over_a_change_of_clocks():
    one = hours(180, "Europe/Berlin").assign(other=lambda f: 1e6 * f["load"])
    panel = pd.concat({"a": one, "b": one[:90]}, names=["site", "when"])
    made = LiquidForecaster("2h", target=("load", "other"), **SMALL).fit(panel)
    found = made.predict()
    assert list(found) == ["load", "other"] and list(found.index.names) == ["site", "when"]
    assert found.loc["a"].index[0] == one.index[-1] + pd.Timedelta("1h")
    assert found.loc["b"].index[1] == one.index[89] + pd.Timedelta("2h")
    assert np.abs(found["other"] / 1e6 - 10).max() < 10


def test_arrays_have_numbers_as_times_and_what_is_wrong_is_said():
    wave = np.sin(np.arange(150) / 3)
    assert LiquidForecaster(2, **SMALL).fit(wave).predict().index.tolist() == [150, 151]
    twice = hours(60)
    twice = pd.concat([twice, twice[:1]])
    with pytest.raises(InputError, match="two rows for 2024-03-25"):
        LiquidForecaster(**SMALL).fit(twice)
    with pytest.raises(InputError, match="longer than the horizon"):
        LiquidForecaster(100, **SMALL).fit(wave)
    with pytest.raises(InputError, match="rising shares"):
        LiquidForecaster(quantiles=(0.9, 0.1), **SMALL).fit(wave)
    constant = LiquidForecaster(**SMALL).fit(np.ones(150)).predict()
    np.testing.assert_allclose(constant["y"], 1.0, atol=1e-3)
