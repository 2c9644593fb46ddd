from datetime import timedelta

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from liquidtime.data import IrregularSeries
from liquidtime.data.segments import in_segments, rolling_origins, split_in_time, usual_length
from liquidtime.data.spans import Span
from liquidtime.errors import InputError


def made(*lengths, target="values", gap=1.0, time_unit=None):
    rows = sum(lengths)
    numbers = torch.arange(rows, dtype=torch.float32)
    return IrregularSeries(
        values=numbers[:, None],
        times=torch.cat([gap * torch.arange(n, dtype=torch.float64) for n in lengths]),
        mask=torch.ones(rows, 1, dtype=torch.bool),
        lengths=torch.tensor(lengths),
        target={"values": numbers[:, None], "classes": numbers.long() % 2}.get(target),
        classes=("no", "yes") if target == "classes" else None,
        per_step=target is not None,
        time_unit=time_unit,
    )


def test_pieces_are_led_by_context_without_targets():
    cut = in_segments(made(7, 2), 3, context=2)
    assert cut.series.ids.tolist() == ["0/0", "0/1", "0/2", "1/0"]
    assert cut.series.lengths.tolist() == [3, 5, 3, 2]
    assert cut.rows.tolist() == [0, 1, 2, 1, 2, 3, 4, 5, 4, 5, 6, 7, 8]
    assert cut.source.tolist() == [0, 0, 0, 1]
    nan = float("nan")
    wanted = [0, 1, 2, nan, nan, 3, 4, 5, nan, nan, 6, 7, 8]
    assert cut.series.target is not None
    np.testing.assert_array_equal(cut.series.target[:, 0], wanted)
    assert cut.series.values[:, 0].tolist() == cut.rows.tolist()


def test_classes_of_context_are_none():
    cut = in_segments(made(4, target="classes"), 2, context=1)
    assert cut.series.target is not None
    assert cut.series.target.tolist() == [0, 1, -1, 0, 1]


def test_a_time_cuts_by_the_clock():
    series = made(6, gap=0.5, time_unit="hours")
    cut = in_segments(series, timedelta(hours=1), context="30min")
    assert cut.series.lengths.tolist() == [2, 3, 3]
    assert cut.series.times.tolist() == [0, 0.5, 0.5, 1, 1.5, 1.5, 2, 2.5]


def test_a_stretch_without_rows_makes_no_piece():
    series = made(4, time_unit="hours")
    series.times[2:] += 100
    cut = in_segments(series, "2h", context="1h")
    # The context is one of time: nothing lies in the hour before row 2.
    assert cut.rows.tolist() == [0, 1, 2, 3]


@given(st.lists(st.integers(0, 30), min_size=1, max_size=4), st.integers(1, 12), st.integers(0, 9))
def test_every_row_is_one_pieces_own(lengths, length, context):
    series = made(*lengths)
    cut = in_segments(series, length, context=context)
    assert sorted(cut.rows[cut.own].tolist()) == list(range(sum(lengths)))
    assert len(cut.rows) == int(cut.series.lengths.sum())
    np.testing.assert_array_equal(cut.join(cut.series.values.numpy()), series.values)


@given(st.integers(10, 80), st.integers(1, 9), st.integers(0, 6), st.integers(0, 12))
def test_nothing_of_a_later_part_is_learnt(rows, length, context, reach):
    ahead = np.full((rows, 1), float(reach))
    cut = split_in_time(made(rows), length=length, context=context, ahead=ahead)
    pieces, split = cut.segments, cut.split
    owner = np.repeat(np.arange(len(pieces.series)), pieces.series.lengths.numpy())
    assert pieces.series.target is not None
    there = np.isfinite(pieces.series.target.numpy()[:, 0])
    seen = pieces.series.times.numpy() + reach
    limits = [*cut.moments, np.inf]
    begins = [0, *cut.moments]
    for part, (first, last) in zip(
        (split.train, split.validation, split.test), zip(begins, limits, strict=True), strict=True
    ):
        mine = np.isin(owner, part) & there
        assert (seen[mine] < last).all()
        assert (pieces.series.times.numpy()[mine] >= first).all()


def test_parts_follow_one_another():
    cut = split_in_time(made(20), (0.5, 0.25, 0.25), length=5, context=2)
    lengths = cut.segments.series.lengths.tolist()
    assert lengths == [5, 7, 7, 7]
    assert cut.split.to_dict() == {"train": [0, 1], "validation": [2], "test": [3]}
    assert cut.moments.tolist() == [10, 15]
    # The validation part is led by rows of the training part, as inputs alone.
    assert cut.segments.rows[12:19].tolist() == [8, 9, 10, 11, 12, 13, 14]


def test_a_panel_is_cut_at_one_moment():
    series = made(8, 4)
    # The second series began six hours later and ends two hours later.
    moments = np.concatenate([np.arange(8.0), 6 + np.arange(4.0)])
    cut = split_in_time(series, (0.5, 0.25, 0.25), length=4, context=0, moments=moments)
    assert cut.moments.tolist() == [6, 7]
    assert (
        cut.segments.series.ids.tolist()
        == ["0/0", "0/1", "0/2", "0/3", "1/0", "1/1", "1/2"][: len(cut.segments.series)]
    )
    train = cut.segments.series.select(cut.split.train)
    assert train.times.tolist() == [0, 1, 2, 3, 4, 5]


def test_series_without_a_common_clock_are_cut_at_their_own_shares():
    cut = split_in_time(made(10, 20), (0.5, 0.2, 0.3), length=50, context=0)
    assert cut.moments.tolist() == [[5, 7], [10, 14]]
    assert cut.segments.series.lengths.tolist() == [5, 2, 3, 10, 4, 6]


def test_origins_roll():
    cuts = list(rolling_origins(made(100), 3, test=0.3, validation=0.1, length=1000, context=0))
    tested = [c.segments.series.select(c.split.test).times.tolist() for c in cuts]
    assert [(t[0], t[-1]) for t in tested] == [(70, 79), (80, 89), (90, 99)]
    learnt = [c.segments.series.select(c.split.train).times.tolist()[-1] for c in cuts]
    assert learnt == [62, 71, 80]


@pytest.mark.parametrize(
    ("given_", "said"),
    [
        ("128", "128 rows"),
        (128, "128 rows"),
        ("24h", "1d"),
        ("30 min", "30min"),
        ("90s", "90s"),
        ("1.5 days", "36h"),
        ("2.5units", "2.5 units"),
        (np.timedelta64(15, "m"), "15min"),
    ],
)
def test_spans(given_, said):
    assert str(Span.parse(given_)) == said
    assert Span.parse(str(Span.parse(given_))) == Span.parse(given_)


@pytest.mark.parametrize("given_", ["", "a week", "-3", 0, 1.5, "2.5", True, None, "1e99h"])
def test_no_spans(given_):
    with pytest.raises(InputError, match="expected"):
        Span.parse(given_)


def test_units_must_agree():
    with pytest.raises(InputError, match="plain numbers"):
        in_segments(made(5), "2h")
    with pytest.raises(InputError, match="dates or durations"):
        in_segments(made(5, time_unit="hours"), "2units")


def test_one_target_a_series_is_refused():
    whole = IrregularSeries(
        values=torch.zeros(3, 1),
        times=torch.arange(3.0, dtype=torch.float64),
        mask=torch.ones(3, 1, dtype=torch.bool),
        lengths=torch.tensor([3]),
        target=torch.zeros(1, dtype=torch.int64),
    )
    with pytest.raises(InputError, match="one target a series"):
        in_segments(whole, 2)


def test_too_short_for_parts():
    with pytest.raises(InputError, match="test part empty"):
        split_in_time(made(2))


def test_pieces_are_64_of_32_to_256():
    assert [usual_length(rows) for rows in (10, 6_400, 1_000_000)] == [32, 100, 256]
