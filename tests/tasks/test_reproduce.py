"""The driver of all tasks: what it runs, what it keeps, what it leaves alone, and its table."""

import json
import multiprocessing
import os
import shutil
import signal
import time
from dataclasses import replace

import numpy as np
import pytest
import torch
from job import job, planned
from toy import toy_data, toy_task

from liquidtime.errors import InputError
from liquidtime.tasks import catalogue
from liquidtime.tasks import reproduce as driver
from liquidtime.tasks import side_by_side as workers
from liquidtime.tasks.fitting import fit_once
from liquidtime.tasks.reproduce import jobs_here, perform, plan, reproduce
from liquidtime.tasks.rows import MINUTES, compare
from liquidtime.tasks.table import JSON, MARKDOWN, cells, narrow, write_table
from liquidtime.train import Run

pytestmark = pytest.mark.usefixtures("undrawn")

ON_THE_CLOCK = ("seconds_per_epoch", "seconds_total", "created", "git")


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    """(plan, records) of two models and two seeds."""
    torch.set_num_threads(1)
    out = tmp_path_factory.mktemp("toy")
    runs = plan(toy_task(), out, recipes=["lstm", "gru"], protocol="clean", seeds=2)
    return runs, list(reproduce(toy_task(), runs, progress=False))


def end_or_perform(name, planned_run, baselines):
    if planned_run.seed == 1:
        os.kill(os.getpid(), signal.SIGKILL)
    return perform(name, planned_run, baselines)


def refuse(*arguments, **options):
    raise AssertionError("it was run again")


def test_a_plan_goes_seed_by_seed(tmp_path):
    runs = plan(toy_task(), tmp_path, seeds=2, epochs=7)
    names = [f"{name}-{seed}" for seed in (0, 1) for name in ("lstm", "gru", "lstm-published")]
    assert [run.folder.name for run in runs] == names
    assert {run.folder.parent for run in runs} == {tmp_path / "paper"}
    assert all(run.config.train.seed == run.seed for run in runs)
    assert all(run.config.train.epochs == 7 for run in runs)


def test_each_run_leaves_a_folder_and_a_json_that_tells_its_result(done):
    runs, records = done
    for planned_run, record in zip(runs, records, strict=True):
        assert json.loads(planned_run.record.read_text()) == record
        run = Run.load(planned_run.folder)
        assert record["metrics"] == run.metrics["test"]["metrics"]
        assert record["metrics"]["auroc"]["low"] <= record["metrics"]["auroc"]["value"]
        assert record["parts"] == {"train": 24, "validation": 10, "test": 14}
        assert record["seed"] == planned_run.seed == record["config"]["train"]["seed"]
        assert record["seconds_per_epoch"] > 0 and record["parameters"] > 0
        assert record["versions"]["torch"] and record["protocol"] == "clean"
        assert "A draw a seed." in run.record["about"]["split"]
    one, two = records[0], records[2]
    assert one["fingerprint"] != two["fingerprint"] and records[1]["seed"] == 0


def test_what_is_finished_is_not_run_again(done, monkeypatch):
    runs, records = done
    monkeypatch.setattr(driver, "fit_once", refuse)
    assert list(reproduce(toy_task(), runs)) == records


def test_a_finished_folder_without_its_json_is_read(done, tmp_path, monkeypatch):
    runs, records = done
    shutil.copytree(runs[0].folder, tmp_path / "run")
    moved = replace(runs[0], folder=tmp_path / "run", record=tmp_path / "run.json")
    monkeypatch.setattr("liquidtime.tasks.fitting.fit", refuse)
    assert list(reproduce(toy_task(), [moved])) == records[:1]


def test_other_settings_are_refused(done, tmp_path):
    runs, _ = done
    longer = plan(toy_task(), runs[0].folder.parents[1], protocol="clean", seeds=1, epochs=3)
    with pytest.raises(InputError, match=r"lstm-0\.json is the result of lstm .* other settings"):
        next(reproduce(toy_task(), longer))
    moved = replace(longer[0], record=tmp_path / "none.json")
    with pytest.raises(InputError, match="trained with other settings"):
        next(reproduce(toy_task(), [moved]))


def test_runs_side_by_side_end_as_one_after_another(done, tmp_path, added, monkeypatch):
    # A fork need not import all anew, and knows the toy.
    monkeypatch.setattr(workers, "CONTEXT", multiprocessing.get_context("fork"))
    monkeypatch.setattr(catalogue, "anew", lambda task: True)
    _, records = done
    task, shares = toy_task(), []
    runs = plan(task, tmp_path, recipes=["lstm", "gru"], protocol="clean", seeds=2, jobs=2)
    assert [run.folder.name for run in runs] == ["lstm-0", "lstm-1", "gru-0", "gru-1"]
    found = {
        (r["recipe"], r["seed"]): r for r in reproduce(task, runs, jobs=2, watch=shares.append)
    }
    for record in records:
        told = found[record["recipe"], record["seed"]]
        assert {key: told[key] for key in told if key not in ON_THE_CLOCK} == {
            key: record[key] for key in record if key not in ON_THE_CLOCK
        }
    assert shares[-1] == 1 and sorted(shares) == shares
    assert list(reproduce(task, runs, jobs=2)) == list(reproduce(task, runs))


def test_a_process_that_ends_is_told_and_the_others_go_on(tmp_path, added, monkeypatch):
    monkeypatch.setattr(workers, "CONTEXT", multiprocessing.get_context("fork"))
    monkeypatch.setattr(catalogue, "anew", lambda task: True)
    monkeypatch.setattr(driver, "perform", end_or_perform)
    task = toy_task()
    runs = plan(task, tmp_path, recipes=["gru"], protocol="clean", seeds=3, epochs=1)
    with pytest.raises(InputError, match=r"1 of 3 runs failed\. gru-1: .* status -9"):
        list(reproduce(task, runs, jobs=2))
    assert [run.record.exists() for run in runs] == [True, False, True]


def test_a_task_of_this_process_alone_does_not_run_side_by_side(tmp_path, added):
    runs = plan(toy_task(), tmp_path, seeds=1)
    with pytest.raises(InputError, match="jobs is 2, expected 1"):
        next(reproduce(toy_task(), runs, jobs=2))
    assert jobs_here(toy_task()) == 1


def test_a_run_that_fails_keeps_no_other_from_being_done(tmp_path, monkeypatch):
    def fit_or_not(*arguments, **options):
        if arguments[3].name == "lstm-0":
            raise InputError("the loss is not finite.")
        return fit_once(*arguments, **options)

    monkeypatch.setattr(driver, "fit_once", fit_or_not)
    runs = plan(toy_task(), tmp_path, recipes=["lstm", "gru"], seeds=1, epochs=1)
    with pytest.raises(InputError, match=r"1 of 2 runs failed\. lstm-0: the loss is not finite"):
        list(reproduce(toy_task(), runs, progress=False))
    assert runs[1].record.exists()


def test_a_trap_is_sprung_only_where_the_protocol_has_it(tmp_path):
    task = toy_task()
    series = toy_data()
    means = {}
    for name in ("paper", "clean"):
        runs = plan(task, tmp_path, recipes=["gru"], protocol=name, seeds=1, epochs=1)
        record = next(reproduce(task, runs, progress=False))
        preprocessor = json.loads((runs[0].folder / "config.json").read_text())["preprocessor"]
        means[name] = preprocessor["mean"]
        assert bool(record["traps"]) == (name == "paper")
    # Both protocols draw the same parts for seed 0; only the statistics differ.
    assert means["paper"] == pytest.approx([float(series.values.mean())], abs=1e-6)
    assert means["clean"] != pytest.approx(means["paper"], abs=1e-3)


def test_a_killed_run_goes_on_and_ends_as_an_unbroken_one(tmp_path):
    # A fork need not import all anew.
    process = multiprocessing.get_context("fork").Process(target=job, args=(tmp_path / "cut",))
    process.start()
    first, second = planned(tmp_path / "cut")
    while process.is_alive() and not (second.folder / "history.csv").exists():
        time.sleep(0.005)
    process.kill()
    process.join()
    assert process.exitcode == -signal.SIGKILL
    assert not second.record.exists()
    before = first.record.stat().st_mtime_ns
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    ends = [
        list(reproduce(toy_task(), planned(tmp_path / name), progress=False))
        for name in ("cut", "whole")
    ]
    torch.set_num_threads(threads)
    assert first.record.stat().st_mtime_ns == before
    for cut, whole in zip(*ends, strict=True):
        assert {key: value for key, value in cut.items() if key not in ON_THE_CLOCK} == {
            key: value for key, value in whole.items() if key not in ON_THE_CLOCK
        }


def test_a_row_is_the_mean_over_seeds_beside_what_is_published(done):
    runs, records = done
    lstm, gru = compare(toy_task(), records, runs)
    values = [r["metrics"]["auroc"]["value"] for r in records if r["recipe"] == "lstm"]
    spread = lstm.scores["auroc"]
    assert spread.mean == pytest.approx(np.mean(values))
    assert spread.deviation == pytest.approx(np.std(values, ddof=1))
    assert spread.low < spread.mean < spread.high and not spread.first_alone
    assert lstm.published["auroc"].value == 0.9 and lstm.published[MINUTES].value == 2.5
    assert not gru.published and gru.seeds == (0, 1)
    assert lstm.minutes_per_epoch == pytest.approx(
        np.median([r["seconds_per_epoch"] for r in records if r["recipe"] == "lstm"]) / 60
    )


def test_two_models_are_tested_against_each_other_on_the_same_resamples(done):
    runs, records = done
    lstm, gru = compare(toy_task(), records, runs)
    assert (lstm.against.rival, gru.against.rival) == ("gru", "lstm")
    assert lstm.against.difference == pytest.approx(-gru.against.difference)
    assert lstm.against.low == pytest.approx(-gru.against.high)
    assert lstm.against.p == gru.against.p and 0 < lstm.against.p <= 1
    assert lstm.against.low <= lstm.against.difference <= lstm.against.high


def test_one_json_is_enough_for_a_row_but_not_for_a_test(done):
    _, records = done
    lstm, _ = compare(toy_task(), records)
    first = records[0]["metrics"]["auroc"]
    assert lstm.scores["auroc"].first_alone
    assert (lstm.scores["auroc"].low, lstm.scores["auroc"].high) == (first["low"], first["high"])
    assert lstm.against is None
    alone, _ = compare(toy_task(), [r for r in records if r["seed"] == 0])
    assert alone.scores["auroc"].deviation is None


def test_the_table_is_written_for_people_and_for_programs(done, tmp_path):
    runs, records = done
    task = toy_task()
    rows = compare(task, records, runs)
    write_table(tmp_path, task, rows, records)
    text = (tmp_path / MARKDOWN).read_text(encoding="utf-8")
    header, body = cells(task, rows)
    assert f"| {' | '.join(header)} |" in text and len(body) == 2
    assert body[0][header.index("published AUROC")] == "0.900 ± 0.020"
    assert body[1][header.index("published AUROC")] == "–"
    assert "published log loss" not in header
    assert "Published: LSTM, Toy 2020, Table 1 (https://toy.org)." in text
    assert "Protocol “clean”. A draw a seed." in text and "of the mean over seeds" in text
    stored = json.loads((tmp_path / JSON).read_text(encoding="utf-8"))
    assert stored["runs"] == records and len(stored["rows"]) == 2
    assert stored["rows"][0]["published"]["auroc"]["source"]["name"] == "Toy 2020"
    assert [len(row) for row in narrow(task, rows)[1]] == [len(narrow(task, rows)[0])] * 2


def test_a_published_setting_is_marked(tmp_path):
    task = toy_task()
    runs = plan(task, tmp_path, recipes=["lstm-published"], seeds=1, epochs=1)
    rows = compare(task, list(reproduce(task, runs, progress=False)), runs)
    assert rows[0].settings == "published"
    assert "published settings" in narrow(task, rows)[1][0][0]
