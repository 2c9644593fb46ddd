import numpy as np
import pytest
import torch

from liquidtime.data.table import TableSchema, read_series, read_table
from liquidtime.errors import InputError

LONG = TableSchema(id="id", time="time", variable="name", value="value", target=("y",))
BLIND = TableSchema(id="id", time="time", variable="name", value="value")


def test_rows_of_an_id_are_gathered_and_sorted_by_time(write):
    path = write(
        "id,time,name,value,y",
        "a,2,HR,80,0",
        "b,0,HR,70,1",
        "a,1,HR,60,0",
        "a,2,Temp,37.5,0",
        "b,3,Temp,38,1",
    )
    series = read_series(path, LONG)
    assert series.ids.tolist() == ["a", "b"]
    assert series.features == ("HR", "Temp")
    assert series.lengths.tolist() == [2, 2]
    assert series.times.tolist() == [1, 2, 0, 3]
    assert series.times.dtype == torch.float64
    assert series.values.tolist() == [[60, 0], [80, 37.5], [70, 0], [0, 38]]
    assert series.mask.tolist() == [[True, False], [True, True], [True, False], [False, True]]
    assert series.target is not None
    assert series.target.tolist() == [0, 1]
    assert series.classes == ("0", "1")
    assert not series.per_step


def test_the_order_of_rows_does_not_matter(write):
    generator = np.random.default_rng(5)
    rows = [
        f"{i},{t},{v},{generator.normal():.3f},{i % 2}"
        for i in range(6)
        for t in sorted(generator.choice(20, 7, replace=False))
        for v in "xyz"
        if generator.random() < 0.6
    ]
    straight = read_series(write("id,time,name,value,y", *rows), LONG)
    order = np.argsort([int(row.split(",")[0]) for row in rows], kind="stable")
    mixed = [rows[i] for i in order[::-1]]
    shuffled = read_series(write("id,time,name,value,y", *mixed), LONG)
    back = np.argsort(shuffled.ids)
    assert shuffled.select(back).equals(straight)


def test_repeats_are_averaged_and_told(write):
    path = write("id,time,name,value", "1,0,a,2", "1,0,a,4", "1,0,b,1", "2,0,a,7")
    reading = read_table(path, BLIND, require_target=False)
    assert reading.series.values.tolist() == [[3, 1], [7, 0]]
    assert any("1 rows repeat a variable" in note for note in reading.notes)


def test_missing_values_are_not_observed_but_keep_their_step(write):
    path = write("id,time,name,value", "1,0,a,2", "1,1,a,NA", "1,2,a,-1")
    schema = TableSchema(id="id", time="time", variable="name", value="value", missing=("-1",))
    reading = read_table(path, schema, require_target=False)
    assert reading.series.mask.tolist() == [[True], [False], [False]]
    assert any("2 rows without a value" in note for note in reading.notes)


def test_minus_one_is_questioned(write):
    path = write(
        "id,time,name,value", "1,0,height,-1", "2,0,height,170", "2,0,cold,-1", "1,0,cold,-2"
    )
    notes = read_table(path, BLIND, require_target=False).notes
    [note] = [note for note in notes if "-1 is the only negative" in note]
    assert "height" in note
    assert "cold" not in note


def test_a_variable_that_repeats_the_id_is_left_out(write):
    path = write("id,time,name,value", "7,0,RecordID,7", "7,0,a,1", "8,0,RecordID,8", "8,1,a,8")
    reading = read_table(path, BLIND, require_target=False)
    assert reading.series.features == ("a",)
    assert any("RecordID" in note for note in reading.notes)


def test_variables_named_na_and_ids_with_leading_zeros_stay_text(write):
    path = write("id,time,name,value", "007,0,NA,1", "7,0,Na,2")
    series = read_series(path, BLIND, require_target=False)
    assert series.features == ("NA", "Na")
    assert series.ids.tolist() == ["007", "7"]


def test_chosen_variables_keep_their_order_and_no_id_is_lost(write):
    path = write("id,time,name,value", "1,0,a,2", "1,1,b,3", "1,5,c,9", "2,4,c,1", "2,3,c,1")
    schema = TableSchema(id="id", time="time", variable="name", value="value", features=("b", "a"))
    series = read_series(path, schema, require_target=False)
    assert series.features == ("b", "a")
    assert series.lengths.tolist() == [2, 1]
    assert series.times.tolist() == [0, 1, 3]
    assert not series.mask[2].any()


def test_an_unknown_variable_is_refused_before_the_fit_and_told_after(write):
    path = write("id,time,name,value", "1,0,Heart,2")
    schema = TableSchema(id="id", time="time", variable="name", value="value", features=("heart",))
    with pytest.raises(InputError, match=r"no variable 'heart'.*Did you mean 'Heart'"):
        read_series(path, schema, require_target=False)
    both = write("id,time,name,value", "1,0,a,2", "1,0,b,2")
    fitted = read_table(both, BLIND, require_target=False).schema
    fewer = write("id,time,name,value", "1,0,b,2", "1,0,new,2")
    reading = read_table(fewer, fitted, require_target=False)
    assert reading.series.features == ("a", "b")
    assert reading.series.mask.tolist() == [[False, True]]
    text = " ".join(reading.notes)
    assert "lacks: a." in text
    assert "left out: new." in text
    with pytest.raises(InputError, match="came new; expected variables of the fit, such as a, b"):
        read_series(write("id,time,name,value", "1,0,new,2"), fitted, require_target=False)


def test_an_empty_variable_is_named(write):
    path = write("id,time,name,value", "1,0,a,2", "1,0,,5")
    with pytest.raises(InputError, match=r"row 3, column 'name'.*empty beside the value 5"):
        read_series(path, BLIND, require_target=False)
