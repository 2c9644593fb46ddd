"""Tags on a body: both forms of the file, rows of joined readings, rows of single ones."""

import numpy as np
import pytest

from liquidtime.data.sets import person_activity as tags
from liquidtime.errors import InputError

START = 633790226051280329
TAG = list(tags.TAGS)
# Sequence, tag, hundredths of a second, x, y, z, activity.
READ = [
    ("A01", 0, 0.0, 1.0, 2.0, 3.0, "walking"),
    ("A01", 1, 5.2, 4.0, 5.0, 6.0, "falling"),
    ("A01", 0, 5.4, 1.5, 2.5, 3.5, "walking"),
    ("A01", 0, 5.0, 2.5, 3.5, 4.5, "walking"),
    ("A01", 3, 9.0, 7.0, 8.0, 9.0, "standing up from sitting on the ground"),
    ("B01", 2, 100.0, 0.5, 0.25, 0.125, "lying down"),
    ("B01", 2, 112.0, 0.5, 0.25, 0.0, "sitting on the ground"),
]


def ticks(hundredths):
    return START + round(hundredths * tags.TICKS)


def write_whole(path, rows=READ):
    """As the archive has it: no header, with a date."""
    path.write_text(
        "".join(
            f"{name},{TAG[tag]},{ticks(time)},27.05.2009 14:03:25:127,{x},{y},{z},{activity}\n"
            for name, tag, time, x, y, z, activity in rows
        )
    )
    return path


def write_part(path, rows=READ):
    """As the part has it: a header, a number before each row, no date."""
    lines = ["id, sequence_name, tag_indicator, timestamp, x_coordinate, y_coordinate, z, activity"]
    lines += [
        f"{number},{name},{TAG[tag]},{ticks(time)},{x},{y},{z},{activity}"
        for number, (name, tag, time, x, y, z, activity) in enumerate(rows)
    ]
    path.write_text("\n".join(lines) + "\n")
    return path


@pytest.fixture(params=[write_whole, write_part])
def found(request, tmp_path):
    return tags.read(request.param(tmp_path / "readings.txt"))


def test_both_forms_hold_the_same(found):
    assert found.sequence.tolist() == ["A01"] * 5 + ["B01"] * 2
    assert found.tag.tolist() == [0, 1, 0, 0, 3, 2, 2]
    assert found.time.tolist() == [ticks(row[2]) for row in READ]
    assert found.place.tolist() == [list(row[3:6]) for row in READ]


def test_readings_of_one_hundredth_of_a_second_are_one_row(found):
    series = tags.merged(found)
    assert series.ids.tolist() == ["A01", "B01"]
    assert series.lengths.tolist() == [3, 2]
    assert series.times.tolist() == [0, 5, 9, 0, 12]
    ankle = series.features.index("ankle_left_x")
    # Two readings of a tag in a row give their mean, and nothing of another row.
    assert series.values[1, ankle : ankle + 3].tolist() == [2.0, 3.0, 4.0]
    assert series.values[1, ankle + 3 : ankle + 6].tolist() == [4.0, 5.0, 6.0]
    assert series.mask[1].tolist() == [True] * 6 + [False] * 6
    assert series.mask.sum(1).tolist() == [3, 6, 3, 3, 3]
    assert (series.values[~series.mask] == 0).all()
    named = [tags.CLASSES[k] for k in series.target]
    assert named[:2] == ["walking", "walking"]
    assert named[2:] == ["standing up", "lying", "sitting on the ground"]


def test_what_published_work_does_not_read_has_no_class(found):
    series = tags.merged(found, unread=(tags.UNREAD,))
    assert series.target.tolist() == [0, 0, -1, 2, 6]


def test_a_reading_is_a_row_of_its_tag_and_place(found):
    series = tags.readings(found)
    assert series.lengths.tolist() == [5, 2]
    assert series.values.shape[1] == 7 and bool(series.mask.all())
    assert series.values[:, :4].argmax(1).tolist() == [0, 0, 1, 0, 3, 2, 2]
    assert series.values[:, :4].sum(1).tolist() == [1] * 7
    assert series.times[:5].tolist() == pytest.approx([0, 5, 5.2, 5.4, 9])
    assert series.values[1, 4:].tolist() == [2.5, 3.5, 4.5]


def test_activities_are_eleven_in_seven_classes():
    assert len(tags.ACTIVITIES) == 11
    assert sorted(set(tags.ACTIVITIES.values())) == list(range(len(tags.CLASSES))) == list(range(7))


@pytest.mark.parametrize(
    "line",
    [
        "A01,010-000-024-033,633790226051280329,4.06,1.89,0.5,walking",
        "A01,010-000-024-999,633790226051280329,date,4.06,1.89,0.5,walking",
        "A01,010-000-024-033,633790226051280329,date,4.06,?,0.5,walking",
        "A01,010-000-024-033,633790226051280329,date,4.06,1.89,0.5,flying",
    ],
)
def test_lines_of_another_form_are_named(tmp_path, line):
    path = write_whole(tmp_path / "readings.txt")
    path.write_text(path.read_text() + line + "\n")
    with pytest.raises(InputError, match=r"readings.txt, line 8: .*expected a sequence"):
        tags.read(path)


def test_an_empty_file(tmp_path):
    (tmp_path / "empty.txt").write_text("")
    with pytest.raises(InputError, match="holds no reading"):
        tags.read(tmp_path / "empty.txt")


def test_the_whole_file_goes_before_the_part_and_must_be_whole(tmp_path, monkeypatch):
    monkeypatch.setenv("LIQUIDTIME_MIRROR", str(tmp_path))
    monkeypatch.setenv("LIQUIDTIME_CACHE", str(tmp_path / "cache"))
    (tmp_path / tags.PART.set).mkdir()
    write_part(tmp_path / tags.PART.set / tags.PART.file)
    assert tags.partial() == "16,486 of 164,860 readings, of one of five people"
    assert len(tags.load().time) == len(READ)
    write_whole(tmp_path / tags.WHOLE.set / tags.WHOLE.file)
    assert tags.partial() == ""
    with pytest.raises(InputError, match="7 readings; 164,860 are published"):
        tags.load()
    monkeypatch.setattr(tags, "READINGS", len(READ))
    assert np.array_equal(tags.load().sequence[-1:], ["B01"])
