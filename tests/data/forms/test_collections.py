"""The collections of aeon and sktime by name, there and back."""

import numpy as np
import pandas as pd
import pytest
import torch

from liquidtime.data import from_aeon, from_lists, from_sktime, to_aeon, to_sktime
from liquidtime.errors import InputError

CUBE = np.arange(24.0).reshape(3, 2, 4)
Y = ["up", "down", "up"]


def frames() -> list[pd.DataFrame]:
    return [pd.DataFrame(block.T, columns=["x0", "x1"]) for block in CUBE]


def as_panel() -> pd.DataFrame:
    return pd.concat(dict(enumerate(frames())))


def nested() -> pd.DataFrame:
    return pd.DataFrame({f"x{c}": [pd.Series(CUBE[n, c]) for n in range(3)] for c in range(2)})


@pytest.mark.parametrize(
    ("read", "given"),
    [
        (from_aeon, CUBE),
        (from_aeon, list(CUBE)),
        (from_aeon, [pd.DataFrame(block) for block in CUBE]),
        (from_aeon, as_panel()),
        (from_sktime, CUBE),
        (from_sktime, as_panel()),
        (from_sktime, nested()),
        (from_sktime, frames()),
    ],
)
def test_every_form_gives_the_same(read, given):
    series = read(given, Y)
    assert series.lengths.tolist() == [4, 4, 4] and series.classes == ("down", "up")
    assert series.target.tolist() == [1, 0, 1]
    assert series.times.tolist() == [0, 1, 2, 3] * 3
    assert torch.equal(series.pad().values, torch.from_numpy(CUBE).transpose(1, 2).float())


@pytest.mark.parametrize("form", ["numpy2D", "numpyflat", "pd-wide"])
def test_flat_forms(form):
    flat = CUBE[:, 0] if form != "pd-wide" else pd.DataFrame(CUBE[:, 0])
    series = from_aeon(flat, form=form)
    assert series.pad().values[..., 0].tolist() == CUBE[:, 0].tolist()


def test_unequal_lengths_and_missing_values():
    short = [CUBE[0], CUBE[1][:, :2].copy()]
    short[1][0, 0] = np.nan
    series = from_aeon(short)
    assert series.lengths.tolist() == [4, 2] and not series.mask[4, 0]
    back = to_aeon(series)
    assert isinstance(back, list)
    for one, other in zip(back, short, strict=True):
        np.testing.assert_array_equal(one, other)
    with pytest.raises(InputError, match="4 steps; 'numpy3D' needs equal lengths"):
        to_aeon(series, form="numpy3D")


def test_a_block_ends_behind_its_last_number():
    block = CUBE.copy()
    block[1, :, 3] = np.nan
    assert from_aeon(block).lengths.tolist() == [4, 3, 4]


@pytest.mark.parametrize("form", ["numpy3D", "np-list", "df-list", "pd-multiindex"])
def test_to_aeon_and_back(form):
    series = from_aeon(CUBE)
    again = from_aeon(to_aeon(series, form=form))
    assert torch.equal(again.values, series.values) and torch.equal(again.times, series.times)


@pytest.mark.parametrize("form", ["pd-multiindex", "nested_univ", "df-list", "numpy3D"])
def test_to_sktime_and_back(form):
    series = from_aeon(CUBE)
    again = from_sktime(to_sktime(series, form=form))
    assert torch.equal(again.values, series.values) and torch.equal(again.times, series.times)


def test_uneven_times_are_refused_where_there_is_no_clock_and_kept_where_there_is():
    series = from_lists([np.ones((3, 1))], [[0.0, 1.0, 5.0]])
    with pytest.raises(InputError, match=r"gaps of 1 to 4.*to_pypots"):
        to_aeon(series)
    with pytest.raises(InputError, match="pd-multiindex"):
        to_sktime(series, form="numpy3D")
    for form in ("pd-multiindex", "nested_univ", "df-list"):
        assert from_sktime(to_sktime(series, form=form)).times.tolist() == [0, 1, 5]


@pytest.mark.parametrize("given", [np.zeros(3), "text", [1.0, 2.0], np.zeros((1, 1, 1, 1))])
def test_other_things_are_refused(given):
    with pytest.raises(InputError, match="of no known form; expected numpy3D"):
        from_aeon(given)
