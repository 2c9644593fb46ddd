"""Sets of signals and markets, each read from a small file of its public format, written here."""

import zipfile

import numpy as np
import pytest
import torch

from liquidtime.data import Events, Recording
from liquidtime.data.sets import arem, eeg_eye_state, finance, har, mitbih, watch_motion
from liquidtime.errors import InputError


def zipped(path, files):
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return path


UPSTREAM = (
    "# Task: walking\n# Frequency (Hz): 4\n# Clock (millisecond): 250\n# Duration (seconds): 120\n"
    "# Columns: time,avg_rss12,var_rss12,avg_rss13,var_rss13,avg_rss23,var_rss23\n"
    "0,35.00,3.67,16.50,3.77,14.00,1.63\n250,28.50,3.35,17.50,3.77,12.25,3.90\n"
)
NUMBERED = (
    ",# Columns: time,avg_rss12,var_rss12,avg_rss13,var_rss13,avg_rss23,var_rss23,Lable\n"
    "0,0,35.0,3.67,16.5,3.77,14.0,1.63,walking\n1,250,28.5,3.35,17.5,3.77,12.25,3.9,walking\n"
)


@pytest.mark.parametrize("text", [UPSTREAM, NUMBERED, UPSTREAM.replace(",", " ")])
def test_arem_is_read_in_every_form_it_goes_by(tmp_path, text):
    files = {"AReM/walking/dataset10.csv": text, "AReM/lying/dataset2.csv": text, "x.pdf": b"%"}
    series = arem.read(zipped(tmp_path / "arem.zip", files))
    assert series.ids.tolist() == ["lying/02", "walking/10"]
    assert series.target.tolist() == [3, 3, 6, 6] and series.times.tolist() == [0, 0.25, 0, 0.25]
    assert series.values[1].tolist() == pytest.approx([28.5, 3.35, 17.5, 3.77, 12.25, 3.9])
    torn = {"walking/dataset1.csv": "0,35.0,3.67\n"}
    with pytest.raises(InputError, match="expected 7 numbers"):
        arem.read(zipped(tmp_path / "torn.zip", torn))


def test_watch_motion_tells_subject_and_exercise(tmp_path):
    path = tmp_path / "watch.npz"
    values = np.arange(30.0, dtype=np.float32).reshape(5, 6)
    held = {"lengths": [2, 3], "y": [4, 0], "subject": [7, 10]}
    np.savez(path, X_flat=values, **held)
    series = watch_motion.read(path)
    assert series.ids.tolist() == ["subject 07/000", "subject 10/001"]
    assert series.target.tolist() == [4, 4, 0, 0, 0]
    assert series.times.tolist() == pytest.approx([0, 0.02, 0, 0.02, 0.04])
    assert torch.equal(series.values, torch.from_numpy(values))
    np.savez(path, X_flat=values[:4], **held)
    with pytest.raises(InputError, match="add up to 5"):
        watch_motion.read(path)
    np.savez(path, X_flat=values)
    with pytest.raises(InputError, match="cannot be read"):
        watch_motion.read(path)


def test_watch_motion_and_finance_say_how_to_get_what_is_not_there(tmp_path, monkeypatch):
    monkeypatch.setenv("LIQUIDTIME_MIRROR", str(tmp_path))
    monkeypatch.setenv("LIQUIDTIME_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    for module, package in ((watch_motion, "seglearn"), (finance, "arch")):
        with pytest.raises(InputError, match=rf"pip install {package}; http.*LIQUIDTIME_MIRROR"):
            module.load()


@pytest.mark.parametrize("head", ["", "@RELATION EEG\n@ATTRIBUTE AF3 NUMERIC\n\n@DATA\n"])
def test_eeg_eye_state_is_read_as_arff_and_as_csv(tmp_path, head):
    path = tmp_path / "eeg.arff"
    rows = [",".join([*(f"{4000 + t + k / 10:.2f}" for k in range(14)), str(t)]) for t in (0, 1)]
    path.write_text(head + "\n".join(rows) + "\n")
    series = eeg_eye_state.read(path)
    assert series.target.tolist() == [0, 1] and series.times.tolist() == [0, 1 / 128]
    assert series.values[1, 2] == pytest.approx(4001.2)
    path.write_text("1,2,0\n")
    with pytest.raises(InputError, match="3 columns; expected 15"):
        eeg_eye_state.read(path)


def test_beats_have_their_interval_and_form_and_stray_marks_are_none():
    rate, at = 360, np.array([50, 200, 500, 800, 990])
    rows = np.arange(1000)
    signal = np.stack([rows * 0.0, np.sin(rows / 20) + 5], axis=1).astype(np.float32)
    labels = np.array(["N", "V", "+ (N", "a", "/"], dtype=object)
    events = Events(at / rate, labels, np.zeros(5))
    made = mitbih.beats(Recording(signal, rate, ("V5", "MLII"), name="x", events=events))
    # The first and the last beat are not whole; the change of rhythm is no beat.
    assert made.target.tolist() == [2, 1]
    assert made.times.tolist() == pytest.approx([200 / 360, 800 / 360])
    assert made.values[:, 0].tolist() == pytest.approx([150 / 360, 600 / 360])
    form = signal[110:362, 1].astype(float)
    expected = (form - np.median(form)).reshape(42, 6).mean(1)
    assert made.values[0, 1:].tolist() == pytest.approx(expected.tolist(), abs=1e-6)
    assert made.values.shape[1] == len(mitbih.FEATURES) == len(set(mitbih.FEATURES))


def test_the_records_are_those_of_the_literature_and_no_patient_is_in_both_parts():
    assert len(mitbih.RECORDS) == 48 and len(mitbih.TRAIN) == len(mitbih.TEST) == 22
    assert not set(mitbih.TRAIN) & set(mitbih.TEST)
    marks = [mark for kind in mitbih.KINDS.values() for mark in kind]
    assert len(marks) == len(set(marks))
    with pytest.raises(InputError, match="'99' is no record"):
        mitbih.load(["99"])


def har_zip(path, people=(1, 1, 3, 1), inner=False):
    random = np.random.default_rng(0)
    files, rows = {}, {}
    for part, who in (("train", people), ("test", (2,))):
        rows[part] = random.uniform(-1, 1, size=(len(who), 561)).round(4)
        text = "\n".join("  ".join(f"{v:.7e}" for v in row) for row in rows[part])
        files[f"UCI HAR Dataset/{part}/X_{part}.txt"] = text
        files[f"UCI HAR Dataset/{part}/y_{part}.txt"] = "\n".join(
            str(k + 1) for k in range(len(who))
        )
        files[f"UCI HAR Dataset/{part}/subject_{part}.txt"] = "\n".join(map(str, who))
    zipped(path, files)
    if inner:
        zipped(path, {"UCI HAR Dataset.zip": path.read_bytes()})
    return path, rows


@pytest.mark.parametrize("inner", [False, True])
def test_har_has_a_series_for_each_stretch_of_a_person(tmp_path, inner):
    path, rows = har_zip(tmp_path / "har.zip", inner=inner)
    series = har.read(path)
    assert series.ids.tolist() == ["train/01", "train/03", "train/01+", "test/02"]
    assert series.lengths.tolist() == [2, 1, 1, 1]
    assert series.target.tolist() == [0, 1, 2, 3, 0] and len(series.classes) == 6
    joined = np.concatenate([rows["train"], rows["test"]])
    assert np.allclose(series.values.numpy(), joined, atol=1e-6)
    with pytest.raises(InputError, match=r"0 files X_train\.txt; expected one"):
        har.read(zipped(tmp_path / "none.zip", {"a.txt": "1"}))


def prices(path, days=8, zero=None):
    random = np.random.default_rng(1)
    close = 100 + np.cumsum(random.normal(size=days))
    start = close + random.normal(size=days) / 4
    high, low = np.maximum(close, start) + 0.5, np.minimum(close, start) - 0.5
    volume = np.full(days, 1000.0)
    if zero is not None:
        volume[zero] = 0
    lines = ["Date,Open,High,Low,Close,Adj Close,Volume"]
    for d in range(days):
        cells = (start[d], high[d], low[d], close[d], close[d], volume[d])
        lines.append(f"1/{d + 4}/1999," + ",".join(f"{cell:.6f}" for cell in cells))
    path.write_text("\n".join(lines) + "\n")
    return np.stack([start, high, low, close], axis=1)


def test_finance_asks_for_the_next_day_and_knows_only_days_up_to_this_one(tmp_path):
    table = prices(tmp_path / "sp500.csv", zero=3)
    series = finance.read([tmp_path / "sp500.csv"])
    start, high, low, close = table.T
    log = 0.5 * np.log(high / low) ** 2 - (2 * np.log(2) - 1) * np.log(close / start) ** 2
    variance = np.log(log)
    assert series.values[:, 0].tolist() == pytest.approx(variance[:-1].tolist(), abs=1e-3)
    assert series.target[:, 0].tolist() == pytest.approx(variance[1:].tolist(), abs=1e-3)
    assert series.values[1:, 1].tolist() == pytest.approx(
        np.diff(np.log(close))[:-1].tolist(), abs=1e-6
    )
    assert series.values[1, 2] == pytest.approx(np.log(start[1] / close[0]), abs=1e-6)
    assert (~series.mask).nonzero().tolist() == [[3, 3], [4, 3]]
    up = finance.read([tmp_path / "sp500.csv"], direction=True)
    assert up.target.tolist() == (np.diff(close) > 0).astype(int).tolist()
    assert torch.equal(up.values, series.values)
    (tmp_path / "sp500.csv").write_text("Date,Open,High,Low,Close,Volume\n1/4/1999,0,1,1,1,1\n")
    with pytest.raises(InputError, match="sp500 has 1 days"):
        finance.read([tmp_path / "sp500.csv"])


@pytest.mark.parametrize(
    ("module", "series", "rows"),
    [(arem, 88, 42237), (watch_motion, 140, 244102), (eeg_eye_state, 1, 14980)],
)
def test_the_published_files_hold_what_is_said_of_them(upstream, module, series, rows):
    upstream(module.FILE if hasattr(module, "FILE") else module.ARCHIVE)
    found = module.load()
    assert (len(found), len(found.times)) == (series, rows)
    assert set(found.target.tolist()) == set(range(len(module.CLASSES)))
