"""WFDB and EDF files: signals in physical units, rates, annotations; what is wrong is said."""

import re

import numpy as np
import pytest

from liquidtime.data import from_events, from_recording, read_edf, read_wfdb
from liquidtime.errors import InputError
from liquidtime.notes import Note

TIMES = np.arange(200) / 100
WAVE = np.stack([np.sin(2 * np.pi * TIMES), np.cos(2 * np.pi * TIMES)], axis=1)


@pytest.fixture
def record(tmp_path):
    wfdb = pytest.importorskip("wfdb")
    wfdb.wrsamp(
        "r1", fs=100, units=["mV", "mV"], sig_name=["I", "II"], p_signal=WAVE, fmt=["16", "16"],
        write_dir=str(tmp_path),
    )  # fmt: skip
    wfdb.wrann(
        "r1", "atr", np.array([50, 100, 150]), symbol=["N", "V", "+"], aux_note=["", "", "(AFIB"],
        fs=100, write_dir=str(tmp_path),
    )  # fmt: skip
    return tmp_path / "r1"


def test_wfdb(record):
    found = read_wfdb(record)
    assert found.rate == 100 and found.channels == ("I", "II") and found.units == ("mV", "mV")
    np.testing.assert_allclose(found.signal, WAVE, atol=1e-3)
    assert found.events.seconds.tolist() == [0.5, 1.0, 1.5] and found.name == "r1"
    assert found.events.labels.tolist() == ["N", "V", "+ (AFIB"]
    assert (
        read_wfdb(f"{record}.hea", channels=["II"]).signal.tolist() == found.signal[:, 1:].tolist()
    )
    assert len(read_wfdb(record, None).events) == 0
    beats = found.events.select("N", "V")
    series = from_recording(found, at=beats, before=0.1, after=0.1)
    assert series.classes == ("N", "V") and series.lengths.tolist() == [20, 20]
    train = from_events(beats, labels=beats.labels)
    assert train.times.tolist() == [0.5, 1.0]


def test_wfdb_channels_of_several_rates(tmp_path):
    wfdb = pytest.importorskip("wfdb")
    record = wfdb.Record(
        record_name="r2", n_sig=2, fs=50, sig_len=100, file_name=["r2.dat"] * 2, fmt=["16"] * 2,
        samps_per_frame=[2, 1], adc_gain=[200.0] * 2, baseline=[0] * 2, units=["mV"] * 2,
        adc_res=[16] * 2, adc_zero=[0] * 2, init_value=[0] * 2, checksum=[0] * 2,
        block_size=[0] * 2, sig_name=["fast", "slow"],
        e_d_signal=[np.arange(200), np.arange(100)],
    )  # fmt: skip
    record.wrsamp(expanded=True, write_dir=str(tmp_path))
    found = read_wfdb(tmp_path / "r2", None)
    assert found.rate == 100 and found.signal.shape == (200, 2)
    assert np.isnan(found.signal[1::2, 1]).all()
    np.testing.assert_allclose(found.signal[::2, 1], np.arange(100) / 200, rtol=1e-6)
    np.testing.assert_allclose(found.signal[:, 0], np.arange(200) / 200, rtol=1e-6)


def test_wfdb_says_what_is_wrong(record, tmp_path):
    with pytest.raises(InputError, match="expected the header of a WFDB record"):
        read_wfdb(tmp_path / "none")
    with pytest.raises(InputError, match=r"There are atr: annotations='atr'"):
        read_wfdb(record, "qrs")
    with pytest.raises(InputError, match=r"no channel is called 'III'; it has 'I', 'II'"):
        read_wfdb(record, channels=["III"])
    with pytest.raises(InputError, match="channels is empty; expected some of 'I', 'II'"):
        read_wfdb(record, channels=[])
    with pytest.raises(InputError, match="no channel is called 2; it has 'I', 'II'"):
        read_wfdb(record, channels=[2])
    header = record.with_suffix(".hea").read_text()
    record.with_suffix(".hea").write_text(header.replace(" 100 ", " 0 "))
    with pytest.raises(InputError, match="the samples a second are '0'"):
        read_wfdb(record)
    record.with_suffix(".hea").write_text("not a header\n")
    with pytest.raises(InputError, match="begins with 'not a header'"):
        read_wfdb(record)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (" 2 100 200", " 2 abc 200", "samples a second are 'abc'"),
        (" 2 100 200", " 2 1e3 200", "samples a second are '1e3'"),
        (" 2 100 200", " 2 100Hz 200", "samples a second are '100Hz'"),
        (" 2 100 200", " 2 100 many", "number of samples is 'many'"),
        (" 2 100 200", " 2 100 5000", "holds 800 bytes, where r1.hea promises samples of 20,000"),
        (" 2 100 200", " 3 100 200", "promises 3 signals and describes 2"),
        ("r1.dat 16 ", "r2.dat 16 ", "names r2.dat, which is not beside it"),
        ("r1.dat 16 ", "r1.dat 16 nan/mV ", "the gain of signal 1 is 'nan/mV'"),
        ("r1.dat 16 ", "r1.dat 16 1e-40/mV ", "larger than 32 bits hold"),
        ("r1.dat 16 ", "r1.dat sixteen ", "signal 1 is described as"),
    ],
)
def test_a_damaged_wfdb_header(record, old, new, words):
    header = record.with_suffix(".hea")
    header.write_text(header.read_text().replace(old, new, 1))
    with pytest.raises(InputError, match=re.escape(words)):
        read_wfdb(record)


def test_damaged_files_of_wfdb(record):
    with pytest.warns(Note, match="tells no samples a second; taken as 250"):
        header = record.with_suffix(".hea").read_text()
        record.with_suffix(".hea").write_text(header.replace(" 2 100 200", " 2", 1))
        assert read_wfdb(record).rate == 250
    record.with_suffix(".atr").write_bytes(b"")
    with pytest.raises(InputError, match="holds 0 bytes; expected WFDB annotations"):
        read_wfdb(record)
    record.with_suffix(".hea").write_text("")
    with pytest.raises(InputError, match="is empty; expected the header"):
        read_wfdb(record)


@pytest.fixture
def edf(tmp_path):
    edfio = pytest.importorskip("edfio")
    signals = [
        edfio.EdfSignal(WAVE[:, 0], 100, label="EEG", physical_dimension="uV"),
        edfio.EdfSignal(np.linspace(0, 1, 20), 10, label="Resp"),
    ]
    notes = [edfio.EdfAnnotation(0.5, None, "start"), edfio.EdfAnnotation(1.0, 0.25, "spindle")]
    edfio.Edf(signals, annotations=notes).write(tmp_path / "night.edf")
    return tmp_path / "night.edf"


def test_edf(edf):
    found = read_edf(edf)
    assert found.rate == 100 and found.channels == ("EEG", "Resp") and found.name == "night"
    assert found.units == ("uV", "")
    np.testing.assert_allclose(found.signal[:, 0], WAVE[:, 0], atol=1e-3)
    observed = ~np.isnan(found.signal[:, 1])
    assert np.flatnonzero(observed).tolist() == list(range(0, 200, 10))
    np.testing.assert_allclose(found.signal[observed, 1], np.linspace(0, 1, 20), atol=1e-3)
    assert found.events.seconds.tolist() == [0.5, 1.0]
    assert found.events.labels.tolist() == ["start", "spindle"]
    assert np.isnan(found.events.durations[0]) and found.events.durations[1] == 0.25
    assert read_edf(edf, channels=["Resp"]).rate == 10
    series = from_recording(found, length=1.0)
    assert series.mask[:, 1].sum() == 20 and series.lengths.tolist() == [100, 100]


def test_edf_says_what_is_wrong(edf, tmp_path):
    with pytest.raises(InputError, match="no such file"):
        read_edf(tmp_path / "none.edf")
    (tmp_path / "text.edf").write_text("id,t\n1,2\n")
    with pytest.raises(InputError, match="begins with b'id,t"):
        read_edf(tmp_path / "text.edf")


@pytest.mark.parametrize(
    ("at", "text", "words"),
    [
        (0, "1", "begins with b'1       '"),
        (184, "99      ", "of 99 bytes by itself; expected 1,024"),
        (236, "9999    ", "where its header promises 9,999: the file was cut off"),
        (236, "1       ", "promises 1: there is more behind them"),
        (236, "abc     ", "number of data records is 'abc'"),
        (244, "0       ", "data records of '0' seconds"),
        (252, "0   ", "tells 0 signals"),
        (256 + 3 * 104, "nan     ", "the physical minimum of 'EEG' is 'nan'"),
        (256 + 3 * 128, "-32768  ", "minimum and maximum of 'EEG' are the same"),
        (256 + 3 * 216, "0       ", "holds 0 samples of 'EEG'"),
    ],
)
def test_a_damaged_edf_header(edf, at, text, words):
    raw = bytearray(edf.read_bytes())
    raw[at : at + len(text)] = text.encode()
    edf.write_bytes(raw)
    with pytest.raises(InputError, match=re.escape(words)):
        read_edf(edf)


@pytest.mark.parametrize("left", [0, 5, 100, 255, 256, 800, 1024, 1025, -1])
def test_an_edf_file_that_was_cut_off(edf, left):
    edf.write_bytes(edf.read_bytes()[:left])
    with pytest.raises(InputError, match=r"night\.edf (holds|begins).*(cut off|empty)"):
        read_edf(edf)


def test_a_scale_that_is_damaged_is_no_matter_to_other_channels(edf):
    raw = bytearray(edf.read_bytes())
    raw[568 : 568 + 8] = b"nan     "
    edf.write_bytes(raw)
    assert read_edf(edf, channels=["Resp"]).rate == 10


def test_edf_with_gaps_is_refused(edf):
    raw = bytearray(edf.read_bytes())
    assert raw[192:197] == b"EDF+C"
    raw[192:197] = b"EDF+D"
    # The second record begins at 5 s instead of at 1 s.
    at = raw.rindex(b"+1\x14\x14")
    raw[at : at + 2] = b"+5"
    edf.write_bytes(raw)
    with pytest.raises(InputError, match=r"gaps between its data records \(EDF\+D\)"):
        read_edf(edf)
