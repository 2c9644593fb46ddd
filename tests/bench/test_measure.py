"""What is timed, what it is held against, and what the tables make of it."""

import json
from dataclasses import replace

import pytest
import torch

from liquidtime.bench import files, layer_tables, work
from liquidtime.bench.contenders import contenders
from liquidtime.bench.layers import checked, timed
from liquidtime.bench.measure import measure, rounded, saved_bytes
from liquidtime.bench.setting import Setting
from liquidtime.bench.sizes import AXES, LayerSizes, sweep_sizes, table_sizes
from liquidtime.bench.table import markdown
from liquidtime.native import native

CFC = LayerSizes("cfc", batch=3, steps=5, inputs=2, hidden=4, backbone=6)
needs_kernels = pytest.mark.skipif(native() is None, reason="needs the compiled kernels")


def test_operations_are_those_of_the_products():
    # A backbone of 6 from 2 + 4, then four heads, or three, of 4 from 6; times two: multiply, add.
    assert work.cfc_flops(2, 4, 6) == 2 * 6 * 6 + 2 * 4 * 4 * 6
    assert work.cfc_flops(2, 4, 6, heads=work.FOLDED_HEADS) == 2 * 6 * 6 + 2 * 3 * 4 * 6
    assert work.lstm_flops(2, 4) == 2 * 16 * 6
    assert work.gru_flops(2, 4) == 2 * 12 * 6
    assert work.ltc_sigmoids(9, 6, 6) == 60


def test_contenders_are_called_in_both_modes_and_have_their_own_arithmetic():
    found, _ = contenders(CFC)
    by_name = {one.name: one for one in found}
    assert {"reference", "nn.LSTM", "nn.GRU"} <= set(by_name)
    for one in found:
        one.module.zero_grad()  # ours share a module
        one.call("forward")()
        assert all(p.grad is None for p in one.module.parameters())
        one.call("training")()
        assert any(p.grad is not None for p in one.module.parameters())
    assert by_name["reference"].flops == work.cfc_flops(2, 4, 6)
    assert by_name["nn.GRU"].flops == work.gru_flops(2, 4)


@needs_kernels
def test_one_elapsed_time_folds_a_head():
    by_name = {one.name: one for one in contenders(CFC)[0]}
    folded = work.cfc_flops(2, 4, 6, heads=work.FOLDED_HEADS)
    assert by_name["liquidtime"].flops == folded
    assert by_name["liquidtime, elapsed [B, T]"].flops == work.cfc_flops(2, 4, 6)


@needs_kernels
def test_a_circuit_has_fewer_sigmoids():
    (case,) = table_sizes("ltc", quick=True)
    by_name = {one.name: one for one in contenders(case)[0]}
    assert by_name["liquidtime"].sigmoids == work.ltc_sigmoids(64, 40, 6)
    assert by_name["liquidtime, AutoNCP(8, 2)"].sigmoids < 64 * 6


def test_without_ncps_it_goes_on(monkeypatch):
    monkeypatch.setattr("liquidtime.bench.contenders.ncps", lambda: None)
    found, notes = contenders(CFC)
    assert "ncps" not in {one.name for one in found}
    assert any("pip install ncps" in note for note in notes)


def test_without_kernels_the_reference_is_ours(monkeypatch):
    from liquidtime.kernels import registry

    monkeypatch.setitem(registry._backends, "cfc", registry._backends["cfc"][-1:])
    found, notes = contenders(CFC)
    assert found[0].name == "reference"
    assert "No compiled kernel" in notes[0]


def test_the_caller_keeps_its_random_numbers():
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    contenders(CFC)
    assert torch.equal(torch.rand(3), expected)


def test_bytes_kept_are_those_of_the_graph():
    found, _ = contenders(CFC)
    kept = {one.name: saved_bytes(one) for one in found}
    # The states of all steps at least, in float32; not the parameters.
    assert all(size >= 4 * CFC.batch * CFC.steps * CFC.hidden for size in kept.values())


def test_a_group_of_the_record():
    group = measure(CFC, 1, repeats=2, burst_seconds=0.0, seed=0)
    assert group["title"] == "B 3, T 5, I 2, H 4, U 6" and group["threads"] == 1
    names = {(entry["contender"], entry["mode"]) for entry in group["entries"]}
    assert {("reference", "forward"), ("reference", "training")} <= names
    for entry in group["entries"]:
        assert len(entry["minima"]) == len(entry["medians"]) == len(entry["peaks"]) == 2
        assert all(a <= b for a, b in zip(entry["minima"], entry["medians"], strict=True))
    forward = layer_tables.entry_of(group, "reference", "forward")
    training = layer_tables.entry_of(group, "reference", "training")
    assert training["flops"] == 3 * forward["flops"] == 3 * 15 * work.cfc_flops(2, 4, 6)
    json.dumps(group, allow_nan=False)


def test_four_digits():
    assert rounded(123456.0) == 123500.0
    assert rounded(0.000123456) == 0.0001235
    assert rounded(0.0) == 0.0 and rounded(None) is None


def test_figures_vary_one_size_at_a_time_and_every_size_is_checked():
    for recurrence in ("cfc", "ltc"):
        for axis, cases in sweep_sizes(recurrence).items():
            assert len({replace(case, **{axis: 1}) for case in cases}) == 1
        found = timed(recurrence, Setting(sweep=True))
        assert {sizes for sizes, _, _ in found} == set(checked(recurrence, Setting(sweep=True)))
        assert {axis for _, _, axis in found} == {None, *AXES}
        assert all(axis is None for _, _, axis in timed(recurrence, Setting()))


def group(minima, peaks, *, name="liquidtime", title="B 1", axis=None, size=1):
    entry = {
        "contender": name,
        "bfloat16": False,
        "flops": 4e9,
        "minima": minima,
        "medians": minima,
        "peaks": peaks,
        "saved_bytes_per_step": None,
    }
    return {
        "title": title,
        "threads": 1,
        "axis": axis,
        "case": {"recurrence": "cfc", "steps": 10, "batch": size, "hidden": size},
        "entries": [{**entry, "mode": mode} for mode in ("forward", "training")],
    }


def test_each_round_is_held_against_its_own_peak():
    # The machine slows down to a half in the second round; the share does not care.
    slowed = group([0.1, 0.2, 0.1], [80e9, 40e9, 80e9])
    assert layer_tables.share(slowed["entries"][0]) == pytest.approx(0.5)
    assert layer_tables.floor_seconds(slowed, "forward") == pytest.approx(0.05)
    assert "80 GFLOP/s with 1 thread (40 to 80)" in layer_tables.peaks_text([slowed])
    unknown = group([0.1], [None])
    assert layer_tables.share(unknown["entries"][0]) is None
    assert layer_tables.floor_seconds(unknown, "forward") is None
    assert layer_tables.peaks_text([unknown]) == ""


def test_the_short_table_has_a_row_a_case_pass_and_thread_count():
    shown = group([0.002, 0.001], [8e12, 8e12])
    other = group([0.004, 0.003], [8e12, 8e12], name="ncps")
    shown["entries"] += other["entries"]
    shown["entries"] += group([0.005], [8e12], name="reference")["entries"]
    found = layer_tables.short_table([shown])
    assert found.header == ["case", "pass", "threads", "liquidtime, ms", "ncps, ms"]
    assert found.sections[0].rows[0] == ["B 1", "forward", "1", "1.00", "3.00 (3.0 ×)"]
    assert markdown(found).splitlines()[1] == "| --- | ---: | ---: | ---: | ---: |"
    whole = layer_tables.whole_table([shown])
    assert whole.header[3:] == [
        "liquidtime, ms",
        "ncps, ms",
        "reference, ms",
        "liquidtime, of peak",
    ]
    assert whole.sections[0].rows[1][1:] == [
        *("forward + backward", "1", "1.00", "3.00 (3.0 ×)", "5.00 (5.0 ×)", "38 %")
    ]


def test_what_all_cases_share_is_said_once():
    two = [group([0.001], [8e12], title=f"B 8, T 10, H {size}") for size in (4, 16)]
    found = layer_tables.short_table(two)
    assert [row[0] for row in found.sections[0].rows] == ["H 4", "H 4", "H 16", "H 16"]
    assert "All: B 8, T 10." in found.caption


def test_the_summary_sets_the_second_size_on_all_threads_beside_ncps():
    sizes = [group([seconds], [8e12], title=f"B {seconds}") for seconds in (0.001, 0.002, 0.004)]
    for one in sizes:
        one["entries"] += group([0.01], [8e12], name="ncps")["entries"]
    found = layer_tables.summary_table({"cfc": sizes})
    assert found.sections[0].rows == [
        ["CfC, forward: ms a batch", "2.00", "10.0", "–", "5.0 ×"],
        ["CfC, forward + backward: ms a batch", "2.00", "10.0", "–", "5.0 ×"],
    ]
    assert "CfC: B 0.002, 1 thread." in found.caption
    assert layer_tables.summary_table({}).sections[0].rows == []


def test_the_record_holds_lists_of_numbers_on_one_line():
    text = files.record_text({"a": [1.5, 2e-7, -3], "b": [{"c": []}], "d": ["x", "y"]})
    assert ' "a": [ 1.5, 2e-07, -3 ],' in text
    assert json.loads(text) == {"a": [1.5, 2e-7, -3], "b": [{"c": []}], "d": ["x", "y"]}
