import io
import subprocess
import sys
import tarfile
import time
from pathlib import Path

import numpy as np
import pytest
import torch
from sklearn.model_selection import train_test_split

import liquidtime.data
from liquidtime.data.assemble import Cells
from liquidtime.data.sets import physionet2012
from liquidtime.data.sets.compact import Compact, read_compact, write_compact
from liquidtime.errors import InputError

PACKAGED = Path(liquidtime.data.__file__).parent / "packaged"
TOOL = Path(__file__).parents[3] / "tools" / "pack_physionet2012.py"


@pytest.fixture(scope="module")
def stays():
    return physionet2012.load()


def test_counts(stays):
    assert len(stays) == 4000
    assert stays.target.sum() == 554
    assert len(stays.features) == 41
    assert stays.mask.any(0).all()
    assert stays.lengths.double().mean() == pytest.approx(74.8, abs=0.05)
    assert stays.lengths.max() == 203
    assert (np.diff(stays.ids) > 0).all()
    assert stays.times.min() == 0
    assert stays.times.max() == 48
    assert stays.mask.sum() < len(stays.times) * 41 / 4


def test_one_stay_as_published(stays):
    """Record 132539: its first lines, by hand."""
    stay = stays.select(np.flatnonzero(stays.ids == 132539))
    column = {name: number for number, name in enumerate(stay.features)}
    assert stay.target.item() == 0
    assert stay.times[:3].tolist() == pytest.approx([0, 7 / 60, 37 / 60])
    first = {name: stay.values[0, at].item() for name, at in column.items() if stay.mask[0, at]}
    assert first == {"Age": 54, "Gender": 0, "ICUType": 4}
    assert stay.values[1, column["NIMAP"]] == torch.tensor(92.33)
    assert stay.values[1, column["Temp"]] == torch.tensor(35.1)
    assert not stay.mask[:, column["Height"]].any()


def test_loading_takes_less_than_three_seconds():
    start = time.perf_counter()
    physionet2012.load()
    assert time.perf_counter() - start < 3


def test_published_split(stays):
    split = physionet2012.published_split()
    train, test = train_test_split(np.arange(4000), train_size=0.8, random_state=42)
    assert split.test.tolist() == test.tolist()
    assert sorted([*split.train, *split.validation]) == sorted(train)
    assert (len(split.train), len(split.validation), len(split.test)) == (2800, 400, 800)
    died = stays.target.double()
    assert died[split.validation].mean() == pytest.approx(died[split.train].mean().item(), abs=2e-3)
    again = physionet2012.published_split(seed=7)
    assert set(again.test) != set(split.test)


def test_the_copy_is_small_and_attributed():
    assert (PACKAGED / physionet2012.PACKAGED).stat().st_size < 4_000_000
    text = (PACKAGED / "physionet2012.md").read_text()
    for part in ("ODC-By 1.0", "Silva I", "Goldberger A", "What was changed", physionet2012._URL):
        assert part in text


@pytest.mark.data
def test_the_copy_equals_the_upstream_files(upstream, stays):
    records, outcomes = upstream(physionet2012.RECORDS), upstream(physionet2012.OUTCOMES)
    assert physionet2012.parse(records, outcomes).equals(stays)
    assert physionet2012.load_upstream().equals(stays)


@pytest.mark.data
def test_the_tool_gives_the_same_bytes(upstream, tmp_path):
    upstream(physionet2012.RECORDS)
    made = tmp_path / "made.npz"
    subprocess.run([sys.executable, TOOL, "--out", made], check=True, capture_output=True)
    assert made.read_bytes() == (PACKAGED / physionet2012.PACKAGED).read_bytes()


def write_set(folder, records, outcomes="RecordID,SAPS-I,In-hospital_death\n7,1,1\n5,2,0\n"):
    path = folder / "set-a.tar.gz"
    with tarfile.open(path, "w:gz") as archive:
        for name, text in records.items():
            data = text.encode()
            entry = tarfile.TarInfo(f"set-a/{name}")
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    (folder / "Outcomes-a.txt").write_text(outcomes)
    return path, folder / "Outcomes-a.txt"


HEADER = "Time,Parameter,Value\n"
GOOD = {
    "7.txt": HEADER + "00:00,RecordID,7\n00:00,Age,60\n00:00,Height,-1\n48:00,Temp,-17.8\n",
    "5.txt": HEADER + "00:00,Weight,-1\n01:30,HR,80\n01:30,HR,83\n01:10,pH,7.4\n",
}


def test_parsing_by_the_rules(tmp_path):
    series = physionet2012.parse(*write_set(tmp_path, GOOD))
    column = {name: number for number, name in enumerate(series.features)}
    assert series.ids.tolist() == [5, 7]
    assert series.target.tolist() == [0, 1]
    assert series.lengths.tolist() == [3, 2]
    assert series.times.tolist() == [0, 70 / 60, 1.5, 0, 48]
    assert series.mask.sum(1).tolist() == [0, 1, 1, 1, 1]
    assert series.values[2, column["HR"]] == 81.5
    assert series.values[4, column["Temp"]] == torch.tensor(-17.8)


@pytest.mark.parametrize(
    ("records", "message"),
    [
        ({"7.txt": HEADER + "00:00,Age,sixty\n"}, "record 7, line 2: '00:00,Age,sixty'"),
        ({"7.txt": HEADER + "00:00,Ages,60\n"}, "record 7, line 2"),
        ({"7.txt": HEADER + "00:00,Age,60\nnoon,HR,60\n"}, "record 7, line 3"),
        ({"seven.txt": HEADER}, "'seven.txt'; expected names like"),
        ({"9.txt": HEADER + "00:00,Age,60\n"}, "no outcome for 1 stays.*first record 9"),
    ],
)
def test_records_that_are_not_of_the_format(tmp_path, records, message):
    with pytest.raises(InputError, match=message):
        physionet2012.parse(*write_set(tmp_path, records))


@pytest.mark.parametrize(
    ("outcomes", "message"),
    [
        ("", "line 1: no column 'RecordID'"),
        ("RecordID,Death\n7,1\n", "no column 'In-hospital_death'"),
        ("RecordID,In-hospital_death\n7,2\n", "line 2: '7,2'"),
        ("RecordID,In-hospital_death\n7\n", "line 2: '7'"),
    ],
)
def test_outcomes_that_are_not_of_the_format(tmp_path, outcomes, message):
    with pytest.raises(InputError, match=message):
        physionet2012.parse(*write_set(tmp_path, GOOD, outcomes))


def test_compact_file_there_and_back(tmp_path):
    random = np.random.default_rng(0)
    lengths = np.array([0, 4, 0, 700, 1, 0])
    rows = lengths.sum()
    mask = random.random((rows, 3)) < 0.9
    values = np.where(mask, random.normal(size=(rows, 3)), 0).astype(np.float32)
    values[:, 1] = np.where(mask[:, 1], random.integers(0, 5, rows), 0)
    times = np.concatenate([np.cumsum(random.integers(0, 300, n)) for n in lengths]).astype(float)
    compact = Compact(Cells(values, times, mask, lengths), np.arange(6) * 3, np.arange(6) % 2)
    path = tmp_path / "x.npz"
    write_compact(path, compact)
    again = read_compact(path)
    for mine, theirs in zip(compact.cells, again.cells, strict=True):
        assert mine.dtype == theirs.dtype
        assert np.array_equal(mine, theirs)
    assert np.array_equal(again.ids, compact.ids)
    assert np.array_equal(again.target, compact.target)
    assert [entry.name for entry in tmp_path.iterdir()] == ["x.npz"]


def test_compact_file_refuses_what_it_cannot_hold(tmp_path):
    cells = Cells(
        np.zeros((1, 1), np.float32), np.array([70000.0]), np.ones((1, 1), bool), np.array([1])
    )
    with pytest.raises(ValueError, match="gaps do not fit uint16"):
        write_compact(tmp_path / "x.npz", Compact(cells, np.zeros(1), np.zeros(1)))
    assert not list(tmp_path.iterdir())


def test_descriptors_may_stand_apart_as_static_features():
    plain, apart = physionet2012.load(), physionet2012.load(static=True)
    assert apart.static_features == physionet2012.DESCRIPTORS
    assert len(apart.features) == 37 and not set(apart.features) & set(apart.static_features)
    assert torch.equal(apart.lengths, plain.lengths) and torch.equal(apart.times, plain.times)
    at = plain.features.index("HR")
    there = apart.features.index("HR")
    assert torch.equal(apart.mask[:, there], plain.mask[:, at])
    starts = torch.cumsum(plain.lengths, 0) - plain.lengths
    for column, name in enumerate(apart.static_features):
        feature = plain.features.index(name)
        # Descriptors come once, in the first row; unknown ones are missing.
        assert int(plain.mask[:, feature].sum()) == int(plain.mask[starts, feature].sum())
        seen = plain.mask[starts, feature]
        assert torch.equal(apart.static[seen, column], plain.values[starts[seen], feature])
        assert apart.static[~seen, column].isnan().all()
