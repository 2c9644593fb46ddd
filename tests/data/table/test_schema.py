import json
import subprocess
import sys

import pytest

from liquidtime.data.table.schema import TableSchema
from liquidtime.errors import InputError


def test_round_trip_through_json():
    schema = TableSchema(
        id="id", time="t", features=("a", "b"), target=("y",), classes=("no", "yes"), fitted=True
    )
    assert TableSchema.from_dict(json.loads(json.dumps(schema.to_dict()))) == schema


def test_importing_the_schema_costs_neither_torch_nor_pandas():
    code = (
        "import sys, liquidtime.data.table.schema as s;"
        "assert s.TableSchema and not {'torch', 'pandas'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"variable": "v"}, "variable is given without value"),
        ({"value": "v"}, "value is given without variable"),
        ({}, "layout is not given"),
        ({"features": ("a", "a")}, "'a'"),
        ({"features": ("t",)}, "named as time and as a feature"),
        ({"features": ("a",), "target": ("a",)}, "as a feature and as a target"),
        ({"features": ("a",), "target": ("x", "y"), "task": "classify"}, "expected one"),
        (
            {"features": ("a",), "target": ("a",), "task": "forecast", "target_per": "series"},
            "one target a step",
        ),
        ({"features": ("a",), "classes": ("1", "1")}, "twice"),
    ],
)
def test_contradictions_are_refused(options, words):
    with pytest.raises(InputError, match=words.replace("[", r"\[")):
        TableSchema(id="id", time="t", **options)


def test_a_forecast_target_may_be_a_feature():
    TableSchema(id="id", time="t", features=("a",), target=("a",), task="forecast")


def test_unknown_keys_are_refused():
    with pytest.raises(InputError, match="'colour'"):
        TableSchema.from_dict({"id": "a", "time": "b", "features": ["c"], "colour": 1})
