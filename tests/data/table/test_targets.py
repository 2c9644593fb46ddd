import math

import pytest
import torch

from liquidtime.data.table import TableSchema, read_series, read_table
from liquidtime.errors import InputError


def schema(**options):
    return TableSchema(
        **({"id": "id", "time": "t", "features": ("a",), "target": ("y",)} | options)
    )


def test_a_second_table_by_id_with_spare_ids(write):
    data = write("id,t,a", "2,0,1", "1,0,1", "2,1,1")
    second = write("key,other,y", "1.0,9,dead", "2.0,8,alive", "3.0,7,dead", name="targets.csv")
    reading = read_table(data, schema(targets_id="key"), targets=second)
    series = reading.series
    assert series.ids.tolist() == [2, 1]
    assert series.classes == ("alive", "dead")
    assert series.target is not None
    assert series.target.tolist() == [0, 1]
    assert any("1 ids have no rows" in note for note in reading.notes)
    assert reading.schema.task == "classify"
    assert reading.schema.target_per == "series"


def test_an_id_without_target(write):
    data = write("id,t,a", "x,0,1", "x,0,1", "y,0,1", "z,0,1")
    second = write("id,y", "x,0", "z,1", name="targets.csv")
    with pytest.raises(InputError, match=r"table.csv, row 4: id 'y' has no target.*1 of 3 lack it"):
        read_series(data, schema(), targets=second)
    reading = read_table(data, schema(), targets=second, skip_without_target=True)
    assert reading.series.ids.tolist() == ["x", "z"]
    assert any("1 series without a target are left out" in note for note in reading.notes)


def test_no_id_in_common(write):
    data = write("id,t,a", "p1,0,1")
    second = write("id,y", "1,0", name="targets.csv")
    with pytest.raises(InputError, match=r"none of its ids \(1, …\) is an id of .*\(p1, …\)"):
        read_series(data, schema(), targets=second)


def test_an_id_with_two_targets(write):
    data = write("id,t,a", "1,0,1", "2,0,1")
    same = write("id,y", "1,0", "1,0", "2,1", name="targets.csv")
    assert any("repeat" in note for note in read_table(data, schema(), targets=same).notes)
    other = write("id,y", "1,0", "2,1", "1,1", name="targets.csv")
    with pytest.raises(InputError, match=r"row 4, column 'id': id '1' stands also in row 2"):
        read_series(data, schema(), targets=other)


def test_a_target_that_changes_is_one_a_step(write):
    data = write("id,t,a,y", "1,0,1,walk", "1,1,1,", "1,2,1,sit", "2,0,1,sit")
    series = read_series(data, schema())
    assert series.per_step
    assert series.classes == ("sit", "walk")
    assert series.target is not None
    assert series.target.tolist() == [1, -1, 0, 0]
    with pytest.raises(InputError, match=r"row 4, column 'y': the target changes inside id '1'"):
        read_series(data, schema(target_per="series"))


def test_a_constant_target_is_one_a_series_unless_told(write):
    data = write("id,t,a,y", "1,0,1,", "1,1,1,2.5", "2,0,1,0.5")
    series = read_series(data, schema())
    assert series.target is not None
    assert series.target.tolist() == [[2.5], [0.5]]
    steps = read_series(data, schema(target_per="step"))
    assert steps.target is not None
    assert steps.target[1:, 0].tolist() == [2.5, 0.5]
    assert math.isnan(steps.target[0, 0])


def test_long_tables_may_have_one_target_a_step(write):
    data = write("id,t,v,x,y", "1,1,p,1,3", "1,0,p,1,2", "1,1,q,2,3", "2,0,r,1,5", name="long.csv")
    long = schema(features=("p", "q"), variable="v", value="x", task="regress")
    reading = read_table(data, long)
    assert reading.series.times.tolist() == [0, 1, 0]
    assert reading.series.target is not None
    assert reading.series.target.tolist() == [[2], [3], [5]]
    blind = read_series(data, reading.schema, require_target=False)
    assert blind.times.tolist() == [0, 1, 0]
    assert blind.per_step
    assert blind.target is None
    broken = write("id,t,v,x,y", "1,1,p,1,3", "1,0,p,1,2", "1,1,q,2,4", name="long.csv")
    with pytest.raises(InputError, match="row 4, column 'y': the target differs"):
        read_series(broken, long)


@pytest.mark.parametrize(
    ("cells", "task"),
    [
        (["0", "1", "1.0"], "classify"),
        (["a", "1", "b"], "classify"),
        (["0.5", "1", "2"], "regress"),
        ([str(n) for n in range(30)], "regress"),
    ],
)
def test_the_task_is_guessed(write, cells, task):
    data = write("id,t,a,y", *(f"{i},0,1,{cell}" for i, cell in enumerate(cells)))
    assert read_table(data, schema()).schema.task == task


def test_classes_in_the_order_asked_for(write):
    data = write("id,t,a,y", "1,0,1,dead", "2,0,1,alive")
    series = read_series(data, schema(), classes=("dead", "alive"))
    assert series.target is not None
    assert series.target.tolist() == [0, 1]
    with pytest.raises(InputError, match=r"row 3, column 'y': came 'alive'.*'dead', 'Alive'"):
        read_series(data, schema(), classes=("dead", "Alive"))


def test_numbers_sort_as_numbers(write):
    data = write("id,t,a,y", "1,0,1,10", "2,0,1,9", "3,0,1,9")
    assert read_series(data, schema()).classes == ("9", "10")


def test_one_class_only(write):
    data = write("id,t,a,y", "1,0,1,0", "2,0,1,0")
    with pytest.raises(InputError, match=r"table.csv, column 'y': one class only, '0'"):
        read_series(data, schema())
    fitted = read_table(write("id,t,a,y", "1,0,1,0", "2,0,1,1", name="fit.csv"), schema()).schema
    series = read_series(data, fitted)
    assert series.classes == ("0", "1")


def test_numbers_taken_for_classes(write):
    data = write("id,t,a,y", *(f"{i},0,1,{i}" for i in range(50)))
    with pytest.raises(InputError, match="50 different values in 50 rows"):
        read_series(data, schema(task="classify"))


def test_several_numbers_a_series(write):
    data = write("id,t,a,y,z", "1,0,1,1,2", "2,0,1,3,4")
    series = read_series(data, schema(target=("y", "z")))
    assert series.target_names == ("y", "z")
    assert series.target is not None
    assert series.target.tolist() == [[1, 2], [3, 4]]


def test_a_forecast_predicts_the_next_row(write):
    data = write("id,t,a,b", "1,0,1,", "1,2,2,8", "1,5,,9", "2,0,4,4")
    forecast = schema(features=("a", "b"), target=("a",), task="forecast")
    reading = read_table(data, forecast)
    series = reading.series
    assert series.features == ("a", "b", "horizon")
    assert series.per_step
    assert series.target is not None
    assert series.target[0].tolist() == [2]
    assert series.target[1:].isnan().all()
    assert series.values[:, 2].tolist() == [2, 3, 2.5, 2.5]
    assert series.mask[:, 2].all()
    assert reading.schema.typical_gap == 2.5
    other = write("id,t,a,b", "9,0,1,1", "9,100,1,1", name="other.csv")
    blind = read_series(other, reading.schema, require_target=False)
    assert blind.features == series.features
    assert blind.values[:, 2].tolist() == [100, 2.5]
    assert blind.target is None


def test_a_forecast_of_no_variable(write):
    data = write("id,t,alpha", "1,0,1", "1,1,1")
    bad = schema(features=("alpha",), target=("alhpa",), task="forecast")
    with pytest.raises(InputError, match=r"'alhpa' is no variable.*Did you mean 'alpha'"):
        read_series(data, bad)
    lonely = write("id,t,alpha", "1,0,1", "2,1,1")
    good = schema(features=("alpha",), target=("alpha",), task="forecast")
    with pytest.raises(InputError, match="nowhere followed"):
        read_series(lonely, good)


def test_targets_need_not_be_there_for_prediction(write):
    data = write("id,t,a", "1,0,1")
    series = read_series(data, schema(), require_target=False)
    assert series.target is None
    assert torch.equal(series.values, torch.tensor([[1.0]]))
