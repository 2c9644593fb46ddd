import io
import zipfile

import numpy as np
import pytest
import torch

from liquidtime.data.sets import lidar
from liquidtime.data.sources import contents_sha256
from liquidtime.errors import InputError

STEPS = [64, 65, 96, 97, 130, 66, 70, 150, 200, 80, 64, 20]


def trace(n, steps, width=545):
    """Entry [t, c] of trace n is unlike any other; all beams see something."""
    rows = 1.0 + n + np.arange(steps)[:, None] / 1000 + np.arange(width) / 1e6
    rows[:, 0] = np.arange(steps)
    rows[:, -1] = np.sin(np.arange(steps) + n)
    return rows


def write_zip(path, steps=STEPS, width=545, folder="training_data"):
    """Traces in the upstream format, among things that do not belong to them."""
    with zipfile.ZipFile(path, "w") as archive:
        for n, count in reversed(list(enumerate(steps))):
            text = io.StringIO()
            np.savetxt(text, trace(n, count, width), delimiter=",", fmt="%.9f")
            archive.writestr(f"repository/{folder}/trace_{n:04d}.csv", text.getvalue())
        archive.writestr("repository/cheetah/log_00000.csv", "1,2,3\n")
        archive.writestr("repository/README.md", "words")
    return path


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    return lidar.windows(write_zip(tmp_path_factory.mktemp("lidar") / "training_data.zip"))


def trace_of(series):
    return np.array([name.split(":")[0].removesuffix(" mirrored") for name in series.ids])


def test_the_split_is_the_published_one_and_no_trace_is_in_two_parts(made):
    series, split = made
    order = [f"trace_{n:04d}" for n in range(len(STEPS))]
    np.random.RandomState(1239234).shuffle(order)
    names = trace_of(series)
    assert set(names[split.test]) == set(order[:5])
    assert set(names[split.validation]) == set(order[5:9])
    assert set(names[split.train]) == set(order[9:])
    assert not any("mirrored" in name for name in series.ids[split.test])
    assert sum("mirrored" in name for name in series.ids) == len(split.train) / 2


def test_held_out_traces_are_whole_and_windows_cover_the_others(made):
    series, split = made
    for part in (split.test, split.validation):
        for k in part:
            assert series.lengths[k] == STEPS[int(trace_of(series)[k][-4:])]
    own = [k for k in split.train if "mirrored" not in series.ids[k]]
    covered: dict[str, set[float]] = {}
    for k in own:
        one = series[int(k)]
        covered.setdefault(trace_of(one)[0], set()).update(one.times.tolist())
    assert {name: len(steps) for name, steps in covered.items()} == {
        name: STEPS[int(name[-4:])] for name in covered
    }
    assert series.lengths[own].max() <= lidar.WINDOW


def test_inputs_and_steering_are_those_of_the_file(made):
    series, split = made
    for k in split.test:
        n = int(trace_of(series)[k][-4:])
        raw, one = trace(n, STEPS[n]), series[int(k)]
        np.testing.assert_allclose(one.values[:, :2].numpy(), raw[:, 1:3], rtol=1e-6)
        np.testing.assert_allclose(one.values[:, 2].numpy(), np.minimum(raw[:, 3], 8), rtol=1e-6)
        np.testing.assert_allclose(one.target[:, 0].numpy(), raw[:, -1], atol=1e-6)
    assert series.target_names == ("steering",)
    assert len(series.features) == 20


def test_a_mirrored_trace_is_the_other_way_round(made):
    series, split = made
    names = series.ids.tolist()
    k = int(split.train[0])
    twin = names.index(names[k].replace(":", " mirrored:"))
    one, other = series[k], series[twin]
    assert torch.equal(other.values[:, :2], -one.values[:, :2])
    assert torch.equal(other.values[:, 2:], one.values[:, 2:].flip(1))
    assert torch.equal(other.target, -one.target)


def test_pooling_keeps_the_nearest_echo_and_knows_its_mirror_image():
    beams = np.full((2, lidar.BEAMS), 5.0)
    beams[0, 100] = 0.7
    beams[1, :31] = 0.0
    beams[1, 300] = 11.0
    pooled = lidar.pool(beams)
    assert pooled.shape == (2, 18)
    assert pooled[0].tolist() == [5, 5, 5, 0.7, *[5] * 14]
    assert pooled[1, 0] == 8.0 and pooled[1, 1] == 5.0
    assert (lidar.pool(beams[:, ::-1]) == pooled[:, ::-1]).all()
    edge = np.full((1, lidar.BEAMS), 5.0)
    edge[0, 30] = 1.0
    assert lidar.pool(edge)[0, :3].tolist() == [1, 1, 5]


def test_another_folder_or_wrapping_does_not_change_the_checksum(tmp_path):
    one = write_zip(tmp_path / "one.zip")
    with zipfile.ZipFile(tmp_path / "two.zip", "w") as bare, zipfile.ZipFile(one) as whole:
        for entry in whole.namelist():
            if "training_data" in entry:
                bare.writestr(entry.removeprefix("repository/"), whole.read(entry))
    two = tmp_path / "two.zip"
    assert contents_sha256(one, "training_data") == contents_sha256(two, "training_data")
    assert contents_sha256(one) != contents_sha256(two)
    assert contents_sha256(one, "cheetah") != contents_sha256(one, "training_data")


def test_files_of_another_form_are_refused(tmp_path):
    with pytest.raises(InputError, match="7 columns; expected 545"):
        lidar.windows(write_zip(tmp_path / "a.zip", width=7))
    with pytest.raises(InputError, match="holds 3 traces; expected at least 10"):
        lidar.windows(write_zip(tmp_path / "b.zip", STEPS[:3]))
    with pytest.raises(InputError, match="holds 0 traces"):
        lidar.windows(write_zip(tmp_path / "c.zip", folder="elsewhere"))


@pytest.mark.data
def test_the_published_traces_come_out(upstream):
    upstream(lidar.TRACES)
    series, split = lidar.load()
    assert [len(part) for part in (split.train, split.validation, split.test)] == [330, 4, 5]
    held_out = int(series.lengths[np.concatenate([split.validation, split.test])].sum())
    kept = {
        (trace_of(series[int(k)])[0], float(t)) for k in split.train for t in series[int(k)].times
    }
    assert held_out + len(kept) == 8113
    assert float(series.target.abs().max()) == 1.0
