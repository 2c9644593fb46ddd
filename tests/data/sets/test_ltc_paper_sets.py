"""The sets of the LTC paper, each read from a small file of its public format, written here."""

import gzip
import io
import zipfile

import numpy as np
import pytest
import torch

from liquidtime.data.sets import gesture, half_cheetah, occupancy, ozone, power, traffic
from liquidtime.errors import InputError


def zipped(path, files):
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return path


def test_occupancy_is_read_with_and_without_row_numbers(tmp_path):
    head = '"Temperature","Humidity","Light","CO2","HumidityRatio","Occupancy"\n'
    upstream = tmp_path / "datatraining.txt"
    upstream.write_text(
        f'"date",{head}'
        '"1","2015-02-04 17:51:00",23.18,27.27,426,721.25,0.0048,1\n'
        '"2","2015-02-04 17:52:30",23.15,27.26,429.5,714,0.0047,0\n'
    )
    plain = tmp_path / "datatest.txt"
    plain.write_text(f'"Date",{head}"2015-02-02 14:19:00",23.7,26.3,585.2,749.2,0.0047,1\n')
    series = occupancy.read([upstream, plain])
    assert series.ids.tolist() == ["datatraining", "datatest"]
    assert series.lengths.tolist() == [2, 1] and series.time_unit == "hours"
    assert series.times.tolist() == pytest.approx([0, 1.5 / 60, 0])
    assert series.values[1].tolist() == pytest.approx([23.15, 27.26, 429.5, 714, 0.0047])
    assert series.target.tolist() == [1, 0, 1] and series.classes == ("empty", "occupied")
    plain.write_text(f'"Date",{head}"2015-02-02 14:19:00",23.7,26.3,585.2,749.2,0.0047,2\n')
    with pytest.raises(InputError, match=r"label '2'; expected one of 0, 1"):
        occupancy.read([plain])
    plain.write_text('"Date","Light"\n"2015-02-02 14:19:00",3\n')
    with pytest.raises(InputError, match="no column 'Temperature', 'Humidity'"):
        occupancy.read([plain])


def video(phases, first=0.0):
    head = ",".join([*map(str, range(1, 33)), "Phase"])
    rows = [",".join([*(f"{first + t + k / 100:g}" for k in range(32)), p]) for t, p in phases]
    return "\r".join([head, *rows]) + "\r"


def test_gesture_reads_the_processed_files_wherever_they_lie(tmp_path):
    path = zipped(
        tmp_path / "gesture.zip",
        {
            "processed/b1_va3.csv": video(enumerate("DPS")),
            "a1_va3.csv": video(enumerate("HR"), 10),
            "raw/a1_raw.csv": "lhx,phase\n1,Rest\n",
        },
    )
    series = gesture.read(path)
    assert series.ids.tolist() == ["a1", "b1"] and series.lengths.tolist() == [2, 3]
    assert series.target.tolist() == [3, 4, 0, 1, 2]
    assert series.values[3, :2].tolist() == pytest.approx([1, 1.01])
    assert len(series.features) == 32 and series.features[12] == "acceleration_lh_x"
    with pytest.raises(InputError, match="no file"):
        gesture.read(zipped(tmp_path / "none.zip", {"a1_raw.csv": "x"}))
    with pytest.raises(InputError, match="label 'Q'"):
        gesture.read(zipped(tmp_path / "odd.zip", {"a1_va3.csv": video(enumerate("DQ"))}))


def saved(array):
    stream = io.BytesIO()
    np.save(stream, array)
    return stream.getvalue()


def test_half_cheetah_asks_for_the_next_state(tmp_path):
    states = np.random.default_rng(0).normal(size=(2, 5, 17))
    files = {f"repo-1/cheetah/trace_{n:04d}.npy": saved(states[n]) for n in (1, 0)}
    series = half_cheetah.read(zipped(tmp_path / "c.zip", {**files, "repo-1/x/log.npy": b"no"}))
    assert series.ids.tolist() == ["trace_0000", "trace_0001"]
    assert series.lengths.tolist() == [4, 4]
    assert torch.allclose(series.values, torch.tensor(states[:, :-1].reshape(8, 17)).float())
    assert torch.allclose(series.target, torch.tensor(states[:, 1:].reshape(8, 17)).float())
    assert series.target_names[0] == "next_torso_height"
    flat = zipped(tmp_path / "flat.zip", {"trace_0000.npy": saved(states[0, 0])})
    with pytest.raises(InputError, match=r"shape \[17\]; expected \[T, 17\]"):
        half_cheetah.read(flat)
    with pytest.raises(InputError, match="cannot be read"):
        half_cheetah.read(zipped(tmp_path / "torn.zip", {"trace_0000.npy": b"torn"}))


def day(date, number, label, gap=None):
    cells = [f"{number + k / 10:g}" for k in range(72)]
    if gap is not None:
        cells[gap] = "?"
    return ",".join([date, *cells, label])


def test_ozone_keeps_missing_values_apart(tmp_path):
    path = tmp_path / "eighthr.data"
    path.write_text(f"{day('1/1/1998', 1, '0.')}\n{day('1/3/1998', 2, '1.', gap=3)}\n")
    series = ozone.read(path)
    assert series.times.tolist() == [0, 48] and series.target.tolist() == [0, 1]
    assert (~series.mask).nonzero().tolist() == [[1, 3]]
    assert series.values[1, 4] == pytest.approx(2.4)
    path.write_text("1/1/1998,1,2,0.\n")
    with pytest.raises(InputError, match="4 columns; expected 74"):
        ozone.read(path)


HOURS = (
    "holiday,temp,rain_1h,snow_1h,clouds_all,weather_main,weather_description,date_time,"
    "traffic_volume\n"
    "None,288.3,0,0,40,Clouds,few,2012-10-07 23:00:00,545\n"
    "Columbus Day,273.1,0.5,0,90,Rain,rain,2012-10-08 00:00:00,455\n"
    "None,273.1,0.5,0,90,Fog,fog,2012-10-08 00:00:00,455\n"
    "None,272.1,0,1,90,Snow,snow,2012-10-08 03:00:00,300\n"
)


@pytest.mark.parametrize("packed", [False, True])
def test_traffic_knows_the_holiday_all_day_and_keeps_double_hours(tmp_path, packed):
    path = tmp_path / ("traffic.csv.gz" if packed else "traffic.csv")
    data = HOURS.encode()
    path.write_bytes(gzip.compress(data) if packed else data)
    series = traffic.read(path)
    column = {name: series.values[:, k].tolist() for k, name in enumerate(series.features)}
    assert column["holiday"] == [0, 1, 1, 1]
    assert column["weekday"] == [6, 0, 0, 0] and column["hour"] == [23, 0, 0, 3]
    assert series.times.tolist() == [0, 1, 1, 4]
    assert series.target.flatten().tolist() == [545, 455, 455, 300]
    path.write_bytes(b"holiday,temp\nNone,3\n")
    with pytest.raises(InputError, match="traffic"):
        traffic.read(path)


MINUTES = (
    "Date;Time;Global_active_power;Global_reactive_power;Voltage;Global_intensity;"
    "Sub_metering_1;Sub_metering_2;Sub_metering_3\n"
    "16/12/2006;17:24:00;4.216;0.418;234.840;18.400;0.000;1.000;17.000\n"
    "16/12/2006;17:25:00;?;?;?;?;?;?;\n"
    "16/12/2006;17:26:00;5.374;0.498;233.290;23.000;0.000;2.000;17.000\n"
)


@pytest.mark.parametrize("kind", ["zip", "txt"])
def test_power_is_read_by_the_minute(tmp_path, kind):
    path = tmp_path / f"household_power_consumption.{kind}"
    if kind == "zip":
        zipped(path, {"household_power_consumption.txt": MINUTES})
    else:
        path.write_text(MINUTES)
    series = power.read_minutes(path)
    assert series.times.tolist() == pytest.approx([0, 1 / 60, 2 / 60])
    assert series.target.flatten().tolist() == pytest.approx(
        [4.216, float("nan"), 5.374], nan_ok=True
    )
    assert series.mask.all(1).tolist() == [True, False, True]
    assert series.values[2].tolist() == pytest.approx([0.498, 233.29, 23, 0, 2, 17])


def test_power_takes_minutes_before_hours_and_says_which(tmp_path, monkeypatch):
    monkeypatch.setenv("LIQUIDTIME_MIRROR", str(tmp_path))
    monkeypatch.setenv("LIQUIDTIME_CACHE", str(tmp_path / "cache"))
    assert power.minutely()
    folder = tmp_path / "power"
    folder.mkdir()
    text = MINUTES.replace(";", ",").replace("Date,Time", "datetime").replace("?", "")
    text = text.replace("16/12/2006,", "2006-12-16 ")
    (folder / power.HOURS.file).write_bytes(gzip.compress(text.encode()))
    assert not power.minutely()
    assert power.load().target[2, 0] == pytest.approx(5.374)
    zipped(folder / power.MINUTES.file, {"household_power_consumption.txt": MINUTES})
    assert power.minutely()
    with pytest.raises(InputError, match="holds 3 rows of minutes; 2,075,259 are published"):
        power.load()


@pytest.mark.parametrize(
    ("module", "sources"),
    [
        (occupancy, occupancy.FILES),
        (gesture, [gesture.ARCHIVE]),
        (half_cheetah, [half_cheetah.TRACES]),
        (ozone, [ozone.DAYS]),
        (traffic, [traffic.HOURS]),
    ],
)
def test_the_published_files_hold_what_is_said_of_them(upstream, module, sources):
    for source in sources:
        upstream(source)
    series = module.load()
    assert series.target is not None and bool(torch.isfinite(series.target).all())
    assert len(set(series.features)) == series.feature_count
