import io
import zipfile

import numpy as np
import pytest
import torch

from liquidtime.data import Preprocessor
from liquidtime.data.sets import walker2d
from liquidtime.errors import InputError

STEPS = [
    131,
    300,
    64,
    65,
    1000,
    72,
    500,
    90,
    210,
    333,
    128,
    77,
    400,
    150,
    260,
    99,
    180,
    640,
    70,
    85,
]


def write_zip(path, steps=STEPS, width=17):
    """Roll-outs in the upstream format; entry [t, d] of roll-out n is unlike any other."""
    with zipfile.ZipFile(path, "w") as archive:
        for n, count in reversed(list(enumerate(steps))):
            states = 1e4 * n + np.arange(count)[:, None] + np.arange(width) / 32
            stream = io.BytesIO()
            np.save(stream, states)
            archive.writestr(f"walker/rollout_{n:03d}.npy", stream.getvalue())
    return path


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    return write_zip(tmp_path_factory.mktemp("walker") / "walker.zip")


@pytest.fixture(scope="module", params=["published", "clean"])
def made(request, archive):
    series, split = walker2d.windows(archive, request.param)
    return request.param, series, split


def rollout_of(series):
    return np.array([name.split(":")[0] for name in series.ids])


def test_the_target_is_the_next_state_of_the_whole_trace(made):
    _, series, _ = made
    assert torch.equal(series.target, series.values + 1)
    assert series.per_step
    assert series.target_names[0] == "next_torso_height"


def test_times_count_steps(made):
    _, series, _ = made
    padded = series.pad()
    for n in range(0, len(series), 7):
        length = int(series.lengths[n])
        steps = padded.values[n, :length, 0].double()
        assert torch.equal(padded.times[n, :length].diff(), steps.diff())
    assert (series.times >= 1).all()
    firsts = series.times[series.offsets[:-1]]
    assert firsts.max() > 1
    # The first window of a roll-out counts from one step before its first state.
    for n in np.flatnonzero([name.endswith(":0") for name in series.ids]):
        row = int(series.offsets[n])
        assert series.times[row] == series.values[row, 0] % 1e4 + 1


def test_no_rollout_is_in_two_parts(made):
    _, series, split = made
    rollouts = rollout_of(series)
    parts = [set(rollouts[part]) for part in (split.train, split.validation, split.test)]
    assert all(parts)
    assert not parts[0] & parts[1] and not parts[0] & parts[2] and not parts[1] & parts[2]
    assert sum(len(part) for part in (split.train, split.validation, split.test)) == len(series)


def test_published_windows_equal_the_recipe_step_by_step(archive):
    """The recipe in its own words: one draw a step, one window at a time."""
    order = [f"rollout_{n:03d}" for n in range(len(STEPS))]
    np.random.RandomState(125487).shuffle(order)
    parts = order[5:], order[3:5], order[:3]
    draws = np.random.RandomState(891374)
    states, elapsed, names = [], [], []
    for part in parts:
        for name in part:
            n = int(name[-3:])
            kept, gaps, skipped = [], [], 0
            for step in range(STEPS[n] - 1):
                skipped += 1
                if draws.rand() < 0.9:
                    kept.append(1e4 * n + step)
                    gaps.append(skipped)
                    skipped = 0
            for start in range(0, len(kept) - 64, 16):
                states.append(kept[start : start + 64])
                elapsed.append(gaps[start : start + 64])
                names.append(f"{name}:{start}")
    series, split = walker2d.windows(archive, "published")
    assert series.ids.tolist() == names
    padded = series.pad()
    assert padded.values[:, :, 0].tolist() == states
    zero = torch.zeros(len(series), 1, dtype=torch.float64)
    assert padded.times.diff(dim=1, prepend=zero).tolist() == elapsed
    assert set(rollout_of(series)[split.test]) <= set(order[:3])


def test_clean_windows_count_every_step_once(archive):
    series, split = walker2d.windows(archive, "clean")
    held_out = series.select(np.concatenate([split.validation, split.test]))
    states = held_out.values[:, 0]
    assert len(states.unique()) == len(states)
    kept = 0
    for name in set(rollout_of(held_out)):
        kept += STEPS[int(name[-3:])] - 1
    assert len(states) == pytest.approx(0.9 * kept, rel=0.05)
    assert held_out.lengths.min() >= 1
    assert held_out.lengths.max() == 64
    train = series.select(split.train)
    assert len(train.values[:, 0].unique()) < len(train.values) / 2
    assert len(set(rollout_of(series))) == len(STEPS)


def test_the_clean_seed_decides(archive):
    one, first = walker2d.windows(archive, "clean", seed=1)
    two, second = walker2d.windows(archive, "clean", seed=1)
    other, _ = walker2d.windows(archive, "clean", seed=2)
    assert one.equals(two)
    assert first.to_dict() == second.to_dict()
    assert not one.equals(other)


@pytest.mark.parametrize("count", [0, 1, 63, 64, 65, 80, 81, 128, 129])
@pytest.mark.parametrize("stride", [16, 64])
def test_cuts_cover_everything(count, stride):
    cuts = walker2d._cut(count, stride, whole=False)
    covered = {step for cut in cuts for step in range(cut.start, cut.stop)}
    assert covered == set(range(count))
    assert all(0 < cut.stop - cut.start <= 64 for cut in cuts)
    assert len({cut.stop for cut in cuts}) == len(cuts)


def test_statistics_of_the_training_part_alone(made):
    _, series, split = made
    fitted = Preprocessor.fit(series.select(split.train))
    train = series.select(split.train).values.double()
    assert fitted.mean == pytest.approx(train.mean(0).tolist())
    assert fitted.time_scale == 1


def test_unknown_protocol():
    with pytest.raises(InputError, match="protocol is 'mine'"):
        walker2d.load("mine")


def test_a_file_of_another_shape(tmp_path):
    with pytest.raises(InputError, match=r"shape \[70, 3\]; expected \[T, 17\]"):
        walker2d.windows(write_zip(tmp_path / "x.zip", [70], width=3), "clean")
    with zipfile.ZipFile(tmp_path / "empty.zip", "w") as empty:
        empty.writestr("readme.txt", "nothing")
    with pytest.raises(InputError, match="holds no"):
        walker2d.windows(tmp_path / "empty.zip", "clean")


@pytest.mark.data
def test_the_published_windows_come_out(upstream):
    upstream(walker2d.ROLLOUTS)
    series, split = walker2d.load("published")
    sizes = [len(part) for part in (split.train, split.validation, split.test)]
    assert sizes == [9684, 1272, 1937]
    assert (series.lengths == 64).all()
    clean, parts = walker2d.load("clean")
    held_out = clean.select(np.concatenate([parts.validation, parts.test]))
    assert len(held_out.values.unique(dim=0)) == len(held_out.values)
