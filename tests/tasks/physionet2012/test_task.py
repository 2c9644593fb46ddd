"""Death in hospital: its protocols and recipes, the demo small, the result whole when asked."""

import json
import statistics

import numpy as np
import pytest

from liquidtime.cli.__main__ import main
from liquidtime.data import from_lists
from liquidtime.data.sets import physionet2012
from liquidtime.models.contract import Shape
from liquidtime.tasks.physionet2012.min_max import min_max
from liquidtime.tasks.physionet2012.recipes import DEMO
from liquidtime.tasks.physionet2012.task import TASK
from liquidtime.tasks.reproduce import plan, reproduce
from liquidtime.train import Run


def test_the_published_test_part_is_that_of_the_data_set_whatever_the_seed():
    published = physionet2012.published_split()
    for name in ("paper", "published-test"):
        for seed in (0, 3):
            assert np.array_equal(TASK.protocol(name).parts(seed)[1].test, published.test)
    _, another = TASK.protocol("another-test").parts(0)
    assert not np.array_equal(another.test, published.test)


def test_five_clean_seeds_test_every_stay_once_and_the_sixth_begins_anew():
    series, _ = TASK.protocol("clean").parts(0)
    died = series.target.numpy()
    splits = [TASK.protocol("clean").parts(seed)[1] for seed in range(6)]
    tested = np.concatenate([split.test for split in splits[:5]])
    assert np.array_equal(np.sort(tested), np.arange(4000))
    for split in splits:
        for part in (split.train, split.validation, split.test):
            assert died[part].mean() == pytest.approx(died.mean(), abs=0.003)
    assert not np.array_equal(splits[0].test, splits[5].test)


def test_the_models_of_the_demo_see_the_same_batches():
    assert len(DEMO) == 3 and set(DEMO) <= set(TASK.recipes)
    assert len({TASK.recipe(name).config.train.batch_size for name in DEMO}) == 1


def test_the_demo_fits_compares_and_reports(tmp_path, capsys):
    out = tmp_path / "demo"
    arguments = ["demo", "--models", "lstm", "--epochs", "1", "--seeds", "2", "--out", str(out)]
    assert main([*arguments, "--one-split"]) == 0
    printed = capsys.readouterr().out
    assert "AUROC" in printed
    assert "over 2 seeds" in printed
    run = Run.load(out)
    assert run.metrics["test"]["series"] == 800
    assert 0.6 < run.metrics["test"]["metrics"]["auroc"]["value"] < 0.9
    for name in ("config.json", "metrics.json", "model.safetensors", "report.html"):
        assert (out / name).stat().st_size > 0
    page = (out / "report.html").read_text(encoding="utf-8")
    assert "lstm-1" in page
    rows = json.loads((out / "table.json").read_text(encoding="utf-8"))["runs"]
    assert [row["seed"] for row in rows] == [0, 1]
    assert rows[0]["metrics"]["auroc"] != rows[1]["metrics"]["auroc"]
    before = (out / "model.safetensors").stat().st_mtime_ns
    assert main([*arguments, "--one-split", "--resume"]) == 0
    assert (out / "model.safetensors").stat().st_mtime_ns == before


def test_the_demo_refuses_a_model_that_the_task_does_not_know(tmp_path, capsys):
    assert main(["demo", "--models", "gpt", "--out", str(tmp_path / "demo")]) == 2
    assert "no model 'gpt'; expected one of cfc" in " ".join(capsys.readouterr().err.split())


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_cfc_agrees_with_the_published_auroc(tmp_path):
    """Ours spreads by 0.005 a seed."""
    runs = plan(TASK, tmp_path, recipes=["cfc"], protocol="published-test", seeds=5)
    records = list(reproduce(TASK, runs, progress=False))
    mean = statistics.mean(record["metrics"]["auroc"]["value"] for record in records)
    assert mean >= TASK.published.claim.value - 2 * 0.005 / 5**0.5


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_the_command_reproduces_one_seed_beside_the_published_cell(tmp_path, capsys):
    out = tmp_path / "physionet2012"
    assert main(["reproduce", "physionet2012", "cfc", "--seeds", "1", "--out", str(out)]) == 0
    said = capsys.readouterr()
    assert "paper 0.839" in said.out and "CfC, seed 0: test AUROC" in said.err
    (row,) = json.loads((out / "paper" / "table.json").read_text())["rows"]
    assert row["scores"]["auroc"]["mean"] > 0.8
    assert row["published"]["auroc"]["value"] == TASK.published.claim.value


def test_min_max_divides_by_the_maximum_and_times_are_shares_of_48_hours():
    series = from_lists(
        [np.array([[1.0, np.nan], [4.0, np.nan]]), np.array([[2.0, np.nan]])],
        [np.array([0.0, 24.0]), np.array([12.0])],
        target=np.array([0, 1]),
    )
    encoded = min_max(series).encode(series, reads=("values", "mask", "times"))
    assert encoded.values[:, 0].tolist() == [0.0, 0.75, 0.25]
    assert not encoded.values[:, 1].any() and not encoded.mask[:, 1].any()
    assert encoded.times.tolist() == [0.0, 0.5, 0.25]


@pytest.mark.parametrize("network", ["encoder", "full"])
def test_the_published_mtand_has_the_published_size(network):
    recipe = TASK.recipe(f"mtand-{network}-published")
    built = recipe.config.model.build(Shape(inputs=1, variables=41, outputs=2)).network
    count = sum(p.numel() for p in built.parameters())
    assert count == {"encoder": 272_578, "full": 1_325_349}[network]
    assert built.clock.span == 1.0 and built.encoder.points.tolist() == pytest.approx(
        np.linspace(0, 1, 128).tolist()
    )
