"""The tools that write into the documentation."""

import importlib.util
import json
import zipfile
from pathlib import Path

import pytest

from liquidtime.tasks.catalogue import task, task_names
from liquidtime.tasks.published import read_published

TOOLS = Path(__file__).parents[2] / "tools"


def tool(name):
    spec = importlib.util.spec_from_file_location(name, TOOLS / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_reference_of_the_command_line_is_up_to_date():
    reference = tool("cli_reference")
    page = reference.PAGE.read_text(encoding="utf-8")
    assert page.count("<!-- help: ") == 15
    assert reference.refreshed(page) == page, "run: .venv/bin/python tools/cli_reference.py"


def test_the_reference_notices_another_option():
    reference = tool("cli_reference")
    page = "<!-- help: show -->\n```text\nstale text\n```\n"
    after = reference.refreshed(page)
    assert "usage: liquidtime show" in after
    assert "stale" not in after


def test_every_table_of_results_is_that_of_the_stored_ones():
    tables = tool("result_tables")
    found = 0
    for page in tables.PAGES:
        text = page.read_text(encoding="utf-8")
        again = tables.refreshed(text, figures=page.parent.name == "tasks")
        assert again == text, "run: .venv/bin/python tools/result_tables.py"
        found += text.count("<!-- table: physionet2012 -->") + text.count(
            "<!-- published: physionet2012 "
        )
    assert found == 5
    assert "<!-- table: physionet2012 -->\n\n| model" in tables.PAGES[0].read_text(encoding="utf-8")


def test_published_numbers_on_pages_are_those_of_the_task():
    tables = tool("result_tables")
    page = "<!-- published: physionet2012 auroc -->\nstale\n<!-- end -->"
    after = tables.refreshed(page)
    claim = task("physionet2012").published.claim
    assert f"| {claim.model} | {claim.text} | [{claim.source.name}]({claim.source.url}) |" in after
    assert "stale" not in after and tables.refreshed(after) == after
    other = "<!-- table: network -->\nkept\n<!-- end -->"
    assert tables.refreshed(other) == other


@pytest.mark.parametrize(
    "name, page",
    [
        ("closed_form", "maths/study.md"),
        ("worm_atlas", "brain/worm-atlas.md"),
        ("physionet2012_speed", "tasks/physionet2012-speed.md"),
    ],
)
def test_the_page_of_a_study_tells_its_published_number(name, page):
    text = (TOOLS.parent / "docs" / page).read_text(encoding="utf-8")
    claim = read_published(f"liquidtime.tasks.{name}").claim
    author = claim.source.name.split()[0]
    assert f"{claim.value:,}" in text and author in text


def run_record(seed, auroc, protocol):
    score = {"value": auroc, "low": auroc - 0.05, "high": auroc + 0.05}
    return {
        "recipe": next(iter(task("physionet2012").recipes)),
        "protocol": protocol,
        "seed": seed,
        "parameters": 12345,
        "seconds_per_epoch": 1.5,
        "metrics": {"auroc": score, "auprc": score},
        "machine": {"processor": "a processor", "torch_threads": 2, "cores": 4},
        "versions": {"liquidtime": "0.1.0", "torch": "2.13.0"},
    }


def test_runs_become_results_and_a_table(tmp_path, monkeypatch):
    tables = tool("result_tables")
    monkeypatch.setattr(tables, "RESULTS", tmp_path)
    for name, runs in {
        "one": [run_record(0, 0.80, "published-test"), run_record(0, 0.85, "another-test")],
        "two": [run_record(1, 0.82, "published-test")],
    }.items():
        (tmp_path / f"{name}.json").write_text(json.dumps({"task": "physionet2012", "runs": runs}))
    tables.store([tmp_path / "one.json", tmp_path / "two.json"])
    stored = json.loads((tmp_path / "physionet2012.json").read_text())
    assert len(stored["places"]) == 1 and stored["runs"][2]["seed"] == 1
    lines = tables.table(task("physionet2012"), stored).splitlines()
    assert lines[2].startswith("| CfC | 12,345 | 0.810 ± 0.014 (0.750 to 0.850) | 0.810 ±")
    assert "over 2 seeds" in lines[4] and "a processor, 2 threads, torch 2.13.0." in lines[4]
    assert "With the parts of “another-test”, CfC has 0.850 (0.800 to 0.900)." in lines[4]


def test_a_run_replaces_the_stored_one_of_its_recipe_protocol_and_seed(tmp_path, monkeypatch):
    tables = tool("result_tables")
    monkeypatch.setattr(tables, "RESULTS", tmp_path)
    given = tmp_path / "given.json"
    for auroc, protocol, partial in (
        (0.80, "paper", ""),
        (0.81, "paper", "half"),
        (0.7, "clean", ""),
    ):
        run = {**run_record(0, auroc, protocol), "partial": partial}
        run["config"] = {"train": {"epochs": 3}, "model": {"much": "more"}}
        given.write_text(json.dumps({"task": "physionet2012", "runs": [run]}))
        tables.store([given])
    stored = json.loads((tmp_path / "physionet2012.json").read_text())
    assert [run["metrics"]["auroc"]["value"] for run in stored["runs"]] == [0.81, 0.7]
    assert stored["runs"][0]["config"] == {"train": {"epochs": 3}}
    text = tables.table(task("physionet2012"), stored)
    assert "| CfC (one seed; 3 of 20 epochs; partial data) | 12,345 | 0.810 (" in text
    assert "**Partial data**: half." in text and "- 0.700" not in text
    claims = tables.refreshed("<!-- claims: stored -->\nstale\n<!-- end -->")
    assert (
        "0.810 (CfC; one seed; 3 of 20 epochs; partial data) | 0.700 (CfC; one seed; 3 of" in claims
    )
    assert "0.840 ± 0.003 (CfC-noGate) | 0.858 ± 0.004 (mTAND-Full)" in claims


def test_a_study_of_speed_is_stored_and_told(tmp_path, monkeypatch):
    tables = tool("result_tables")
    monkeypatch.setattr(tables, "RESULTS", tmp_path)
    place = "<!-- study: physionet2012-speed -->\n<!-- end -->"
    assert "Not run yet" in tables.refreshed(place)
    models = [
        {
            "name": name,
            "parameters": 9,
            "seconds": {
                kind: {"minimum": value, "median": value, "turns": 1}
                for kind in ("training", "inference")
            },
        }
        for name, value in (("cfc", 2.0), ("latent-ode", 500.0))
    ]
    given = {
        **{"format": 1, "study": "physionet2012-speed", "settings": {"threads": 2}},
        **{"models": models, "reached": {}, "told": ["much"], "git": None},
        **{"machine": {"processor": "a processor"}, "versions": {"torch": "2.13.0"}},
    }
    (tmp_path / "given.json").write_text(json.dumps(given))
    tables.store([tmp_path / "given.json"])
    after = tables.refreshed(place)
    assert "it is 250.0, each at its best: the claim holds." in after
    assert "| Latent ODE, ODE encoder | best | 9 | 500 | 250.0 | 500 | 250.0 | 22 | 220 |" in after
    assert "a processor, 2 threads, torch 2.13.0." in after and tables.refreshed(after) == after


def test_every_stored_result_has_a_figure_and_every_task_a_line():
    tables = tool("result_tables")
    for path in tables.RESULTS.glob("*.json"):
        if path.stem in task_names():
            assert (tables.IMAGES / f"{path.stem}.svg").read_text().startswith("<svg")
            assert len(path.read_bytes()) < 200_000
    index = (TOOLS.parent / "docs" / "tasks" / "index.md").read_text(encoding="utf-8")
    assert all(f"`liquidtime reproduce {name}`" in index for name in task_names())


def test_the_study_is_put_into_its_page(tmp_path):
    study = tool("study_page")
    record = {
        "settings": {
            **{"neurons": 19, "sensory_synapses": 100, "recurrent_synapses": 47},
            **{"seed": 0, "series": 5, "steps": 1500},
        },
        "machine": {"processor": "a processor", "torch_threads": 1},
        "versions": {"torch": "2.13.0"},
    }
    (tmp_path / "study.json").write_text(json.dumps(record))
    (tmp_path / "network.md").write_text("| one |\n")
    (tmp_path / "sources-given.md").write_text("| two |\n")
    text = study.PAGE.read_text(encoding="utf-8")
    assert "| fused Euler, K = 6 | constant |" in text
    after = study.filled(text, tmp_path)
    assert "<!-- table: network -->\n\n| one |\n\n19 neurons, 100 sensory and 47" in after
    assert "1,500 steps. a processor, 1 thread" in after and "| two |" in after
    assert "fused Euler, K = 6 | constant" not in after
    with pytest.raises(ValueError, match="0 places for the table 'network'"):
        study.filled("nothing", tmp_path)
    for name in study.FIGURES:
        assert f"../images/closed-form-{name}.svg" in text
        assert (study.IMAGES / f"closed-form-{name}.svg").exists()


def test_what_is_too_large_is_told(tmp_path):
    sizes = tool("check_sizes")
    room = tmp_path / "src" / "liquidtime" / "room"
    room.mkdir(parents=True)
    for number in range(sizes.FILES + 1):
        (room / f"file{number}.py").write_text("")
    letters = ", ".join("abcdefghi")
    (room / "file0.py").write_text(f"def long(self, {letters}): ...\n" + "#\n" * sizes.LINES)
    said = list(sizes.too_large(tmp_path))
    assert [line.split()[0] for line in said] == [
        "src/liquidtime/room/file0.py",
        "src/liquidtime/room/file0.py:1:",
        "src/liquidtime/room",
    ]
    assert "501 lines" in said[0] and "long takes 9" in said[1] and "25 files" in said[2]


def test_what_is_wrong_with_a_wheel_is_told(tmp_path):
    wheels = tool("check_wheel")
    source = tmp_path / "src"
    for name in ("__init__.py", "py.typed", "runs/page/style.css", "_native.abi3.so"):
        file = source / "liquidtime" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("")

    def wheel(name, *inside):
        path = tmp_path / name
        with zipfile.ZipFile(path, "w") as packed:
            for entry in (*inside, "liquidtime-1.dist-info/METADATA"):
                packed.writestr(entry, "")
        return list(wheels.faults(path, source))

    whole = ("liquidtime/__init__.py", "liquidtime/py.typed", "liquidtime/runs/page/style.css")
    native = "liquidtime/_native.cpython-311-x86_64-linux-gnu.so"
    assert wheel("liquidtime-1-cp311-cp311-manylinux_2_35_x86_64.whl", *whole, native) == []
    broken = wheel("liquidtime-1-cp311-cp311-linux_x86_64.whl", *whole[:2], "tests/test_a.py")
    assert broken == [
        "liquidtime-1-cp311-cp311-linux_x86_64.whl is for this machine alone; "
        "expected a manylinux tag",
        "liquidtime/runs/page/style.css is missing",
        "the compiled kernels (liquidtime/_native) are missing",
        "tests/test_a.py belongs to no installation",
    ]


def test_the_page_of_peoples_own_data_has_the_tables_of_a_record(tmp_path, monkeypatch):
    page = tool("own_data_page")
    score = {"protocol": "all samples", "problem": "GunPoint", "seed": 0, "seconds": 1.5}
    record = {
        "created": "2026-01-02T03:04:05",
        "machine": {"processor": "A processor", "cores": 2},
        "versions": {"liquidtime": "0.1.0", "torch": "2.0", "ncps": None},
        "instruction_set": "avx2",
        "cases": {
            "archive": [
                score | {"who": "liquidtime, first try", "score": 0.98, "what": "ridge"},
                score | {"who": "minirocket", "score": 0.99, "what": "minirocket"},
            ],
            "eye_state": [{"who": "boosting, row by row", "seed": 0, "auroc": 0.61, "how": ""}],
            "motion": [],
        },
    }
    (tmp_path / "runs" / "some").mkdir(parents=True)
    (tmp_path / "runs" / "some" / "bench.json").write_text(json.dumps(record), encoding="utf-8")
    written = tmp_path / "choosing.md"
    written.write_text(page.PAGE.read_text(encoding="utf-8"), encoding="utf-8")
    monkeypatch.setattr(page, "PAGE", written)
    monkeypatch.setattr(page, "RESULTS", tmp_path / "own-data")
    assert page.main([str(tmp_path / "runs")]) == 0
    text = written.read_text(encoding="utf-8")
    assert "A processor, 2 cores, avx2; liquidtime 0.1.0, torch 2.0. Measured 2026-01-02." in text
    assert "| all samples: MiniRocket | 0.990 | 0.9900 | 1.50 |" in text
    assert (
        "| boosting, row by row | 0.610 |" in text and "smartwatch" not in text.split("<!-- end")[0]
    )
    assert text.startswith("# Which model") and "## CfC or LTC" in text
    assert page.main([]) == 0 and written.read_text(encoding="utf-8") == text
    with pytest.raises(SystemExit, match="is missing"):
        page.main([str(tmp_path)])
    with pytest.raises(SystemExit, match="has no case 'cfc'"):
        page.told(record | {"cases": {"cfc": [score]}})
