"""The ICU stays as a user would bring them: one long CSV with HH:MM times, outcomes beside it."""

import io
import tarfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch

from liquidtime.data.sets import physionet2012
from liquidtime.data.sources import fetch
from liquidtime.data.table import TableSchema, read_series


def schema(features=()):
    return TableSchema(
        id="RecordID",
        time="Time",
        variable="Parameter",
        value="Value",
        features=features,
        target=("In-hospital_death",),
        missing=("-1",),
    )


def same(mine, theirs):
    assert mine.features == theirs.features
    assert np.array_equal(mine.ids, theirs.ids)
    for name in ("values", "times", "mask", "lengths", "target"):
        assert torch.equal(getattr(mine, name), getattr(theirs, name)), name


def test_the_packaged_stays_survive_a_long_csv(tmp_path):
    stays = physionet2012.load().select(range(200))
    row, column = stays.mask.nonzero(as_tuple=True)
    ids = np.repeat(stays.ids, stays.lengths)[row]
    minutes = np.rint(stays.times.numpy()[row] * 60).astype(int)
    frame = pd.DataFrame(
        {
            "RecordID": ids,
            "Time": [f"{m // 60:02d}:{m % 60:02d}" for m in minutes],
            "Parameter": np.array(stays.features)[column],
            "Value": stays.values[row, column].numpy().astype(np.float64),
        }
    )
    # As such tables come: grouped by variable inside a stay, and not by time.
    frame.sort_values(["RecordID", "Parameter"]).to_csv(tmp_path / "long.csv", index=False)
    assert stays.target is not None
    outcomes = pd.DataFrame({"RecordID": stays.ids, "In-hospital_death": stays.target.numpy()})
    outcomes[::-1].to_csv(tmp_path / "outcomes.txt", index=False)
    mine = read_series(
        tmp_path / "long.csv", schema(stays.features), targets=tmp_path / "outcomes.txt"
    )
    same(mine, stays)


@pytest.mark.data
def test_the_raw_files_joined_give_what_the_loader_gives_in_time(tmp_path):
    tables = []
    with tarfile.open(fetch(physionet2012.RECORDS)) as archive:
        for member in archive.getmembers():
            content = archive.extractfile(member) if member.name.endswith(".txt") else None
            if content is not None:
                table = pd.read_csv(io.BytesIO(content.read()), dtype=str, keep_default_na=False)
                table.insert(0, "RecordID", Path(member.name).stem)
                tables.append(table)
    pd.concat(tables).to_csv(tmp_path / "long.csv", index=False)
    stays = physionet2012.load_upstream()
    began = time.perf_counter()
    mine = read_series(
        tmp_path / "long.csv", schema(stays.features), targets=fetch(physionet2012.OUTCOMES)
    )
    assert time.perf_counter() - began < 20
    same(mine.select(np.argsort(mine.ids)), stays)
