import html.parser
import re

import pytest

from liquidtime.data.splits import split_by_series
from liquidtime.models import catalogue, ltc
from liquidtime.train import fit
from liquidtime.train.config import About, FitConfig, TrainConfig
from liquidtime.train.report import write as report
from liquidtime.train.report.comparison import compare
from liquidtime.train.report.naming import interval, number, seconds, share

VOID = {"meta", "br"}


class Checker(html.parser.HTMLParser):
    """Finds tags that are not closed, and everything that would be fetched."""

    def __init__(self):
        super().__init__()
        self.open, self.fetched, self.words = [], [], []

    def handle_starttag(self, tag, attributes):
        if tag not in VOID:
            self.open.append(tag)
        for name, value in attributes:
            if name in ("src", "href", "xlink:href") and not value.startswith(("#", "data:")):
                self.fetched.append(value)
        assert tag not in ("script", "link", "iframe")

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.words.append(data)


def read(path):
    checker = Checker()
    page = path.read_text(encoding="utf-8")
    checker.feed(page)
    assert checker.open == []
    assert checker.fetched == []
    assert "@import" not in page and "url(http" not in page
    return page, " ".join(" ".join(checker.words).split())


def small(
    tmp_path, data, split, name="run", task="classify", about=None, baselines="none", **model
):
    options = FitConfig(
        task=task,
        model=catalogue.from_dict({"kind": "gru", "hidden_size": 8} | model),
        train=TrainConfig(epochs=2, batch_size=16, accelerator="cpu"),
    )
    return fit(
        data, split, options, tmp_path / name, progress=False, about=about, baselines=baselines
    )


def test_two_classes(series, split, tmp_path):
    about = About(title="Rise & <fall>", data="Made up.", split="At random.", time_unit="hours")
    run = small(tmp_path, series(), split, about=about, baselines="quick")
    page, words = read(run.report)
    assert "<h1>Rise &amp; &lt;fall&gt;</h1>" in page
    found = run.metrics["test"]["metrics"]["auroc"]
    assert f"{found['value']:.3f}" in words
    few = run.metrics["test"]["few"]
    told = interval(found, bracket=False)
    assert told.endswith(" !"), "fewer than ten of a class are in this part"
    shown = told.replace("no spread", "every resample gives the same")
    assert (shown if shown != told else f"95 % interval {told}") in words
    assert f"Only {few['count']} of class “{few['class']}” are in the test part." in words
    for expected in (
        "12 series, of which 5" if run.metrics["test"]["positives"] == 5 else "12 series, of which",
        "Made up.",
        "At random.",
        "time (hours)",
        "Hidden state",
        "Calibration",
        "values missing",
        "learning_rate",
        run.record["versions"]["torch"],
    ):
        assert expected in words
    assert page.count("<svg") == 8
    assert run.metrics["recommendation"]["text"] in words
    assert "Is it worth a network?" in words and "What would alarms be worth?" in words
    assert "nan" not in words.lower().split()
    assert not re.search(r"\d\.\d{6}", words), "meaningless digits"


def test_runs_side_by_side(series, split, tmp_path):
    first = small(tmp_path, series(), split, "one")
    second = small(tmp_path, series(), split, "two", kind="cfc")
    third = small(tmp_path, series(), split, "three", kind="cfc", variant="no_gate")
    report.write(first.path, extra_runs=[second.path, third.path])
    _, words = read(first.report)
    assert "Models side by side" in words
    for run, name in ((first, "GRU"), (second, "CfC"), (third, "CfC (no gate)")):
        value = run.metrics["test"]["metrics"]["auroc"]["value"]
        assert f"{name}, AUROC {value:.3f}" in words
        assert f"{run.metrics['parameters']:,}" in words
    assert "†" not in words
    rows = compare([second.path, second.path])
    assert [row.name for row in rows] == ["CfC", "CfC (two)"]


def test_another_split_is_marked_and_kept_out_of_the_curves(series, split, tmp_path):
    first = small(tmp_path, series(), split, "one")
    second = small(tmp_path, series(), split_by_series(60, seed=9), "two")
    report.write(first, extra_runs=[second])
    _, words = read(first.report)
    assert "GRU (two) †" in words and "another split" in words
    assert "GRU (two), AUROC" not in words


@pytest.mark.parametrize(
    ("make", "task", "model"),
    [
        ({"classes": 4}, "classify", {}),
        ({"per_step": True}, "classify", {"kind": "lstm", "bidirectional": True}),
        ({"kind": "values"}, "regress", {}),
        ({"kind": "values", "per_step": True, "outputs": 2}, "forecast", {}),
        ({}, "classify", {"kind": "cfc", "wiring": "auto_ncp", "wiring_outputs": 3}),
    ],
    ids=["four classes", "classes a step", "one value", "values a step", "wired"],
)
def test_every_kind_of_run_has_a_report(series, split, tmp_path, make, task, model):
    run = small(tmp_path, series(**make), split, task=task, **model)
    _, words = read(run.report)
    if task != "classify":
        assert "Predictions of y0" in words and "Residuals" in words
    if make.get("classes") == 4:
        assert "mean over the classes" in words
    if make.get("per_step") and task == "classify":
        assert "treat steps as independent" in words
        assert "has seen the future" in words
    if "wiring" in model:
        assert "motor neurons feed the read-out" in words


def test_numbers_as_people_read_them():
    assert [number(x) for x in (0.84567, 1.0, 0.0012, 12.345, -0.5, 12345.6, 0.0, None)] == [
        "0.846",
        "1.000",
        "0.0012",
        "12.3",
        "−0.500",
        "12,346",
        "0.000",
        "–",
    ]
    assert interval({"low": None, "high": None}) == ""
    assert interval({"low": 0.1, "high": 0.2}) == "(0.100 to 0.200)"
    # One notation for a score and both ends of its interval.
    ends = [
        (0.020, 0.000048, 0.050, "(0.000 to 0.050)"),
        (-0.017, -0.04, 0.004, "(−0.040 to 0.004)"),
        (12.3, 8.249, 115.1, "(8.2 to 115.1)"),
        (0.0021, 0.00009, 0.0104, "(0.0001 to 0.0104)"),
        (4.8e-5, 1e-6, 0.05, "(1.0e-06 to 5.0e-02)"),
        (1234.5, 999.6, 2e6, "(1,000 to 2,000,000)"),
        (999.9, 5.0, 1000.4, "(5 to 1,000)"),
    ]
    for value, low, high, text in ends:
        assert interval({"value": value, "low": low, "high": high}) == text
    assert [seconds(x) for x in (0.04, 3.14, 125, 4320)] == [
        "0.04 s",
        "3.1 s",
        "2 min 5 s",
        "1 h 12 min",
    ]
    assert [share(x) for x in (0.14, 0.0002, 0.0)] == ["14.0 %", "0.02 %", "0.0 %"]
    assert ltc.Config(wiring="auto_ncp").facts.name == "LTC (AutoNCP)"
