import base64
import gzip
import json
import re
from pathlib import Path

import numpy as np
import pytest

from liquidtime import plot
from liquidtime.errors import InputError
from liquidtime.plot.brain import player as brain_player
from liquidtime.plot.brain.layout import disc_layout
from liquidtime.plot.brain.player import player_page, quantised


def activity(frames=40, neurons=12):
    random = np.random.default_rng(0)
    values = random.normal(-60.0, 4.0, neurons) + random.normal(0, 1, (frames, neurons)).cumsum(0)
    return np.linspace(0.0, 200.0, frames), values


def about(page):
    return json.loads(re.search(r'id="about">(.*?)</script>', page, re.DOTALL)[1])


def block(page, name, kind):
    text = re.search(rf'id="{name}">(.*?)</script>', page, re.DOTALL)[1]
    return np.frombuffer(gzip.decompress(base64.b64decode(text)), dtype=kind)


def decoded(page):
    """The values as the page's script restores them."""
    told = about(page)
    kind = np.uint16 if told["bits"] == 16 else np.uint8
    steps = block(page, "values", kind).reshape(told["frames"], told["neurons"])
    codes = np.cumsum(steps, axis=0, dtype=kind)
    step = block(page, "steps", "<f4")
    values = block(page, "lows", "<f4") + step * codes.astype(np.float64)
    return np.where(codes == np.iinfo(kind).max, np.nan, values), step


@pytest.mark.parametrize("fine", [10**6, 0], ids=["16 bits", "8 bits"])
def test_values_come_back_within_half_a_step(monkeypatch, fine):
    monkeypatch.setattr(brain_player, "FINE_CODES", fine)
    times, values = activity()
    values[3:9, 2], values[0, 4], values[:, 5] = np.nan, np.inf, np.nan
    values[:, 6] = -65.0
    back, step = decoded(player_page(times, values, names=list("abcdefghijkl")))
    known = np.isfinite(values)
    assert (np.isfinite(back) == known).all()
    slack = 1e-5 * np.abs(values[known]).max()
    assert (
        np.abs(back - values)[known] <= np.broadcast_to(0.5 * step, values.shape)[known] + slack
    ).all()
    assert step.max() < (0.001 if fine else 0.2)


def test_page_fetches_nothing_and_stands_alone():
    times, values = activity()
    page = player_page(times, values, names=[str(n) for n in range(12)])
    assert page.startswith("<!doctype html>") and 'lang="en-GB"' in page
    assert not re.search(r"https?:|//cdn|@import|<link|src=|url\(", page)
    assert "{{" not in page


def test_names_cannot_break_out_of_the_page():
    times, values = activity(neurons=3)
    evil = ["<b>\"x'", "</script><script>alert(1)</script>", "{{values}} & \u2028"]
    page = player_page(
        times, values, names=evil, groups=evil, title="<i>{{about}}</i>", events=[(5, "</p><b>")]
    )
    assert about(page)["names"] == evil and about(page)["groups"] == evil
    # No markup but the template's own: one closing tag for each script.
    assert page.count("</script>") == page.count("<script")
    assert "<b>" not in page and "<i>{" not in page
    assert "<title>&lt;i&gt;{{about}}&lt;/i&gt;</title>" in page


def test_stimuli_events_and_edges_are_told():
    times, values = activity()
    page = player_page(
        times,
        values,
        names=[f"n{k}" for k in range(12)],
        groups=["motor"] * 4 + ["sensory"] * 4 + ["inter"] * 4,
        edges=np.array([[0, 1, 2.0], [3, 4, 9.0], [5, 6, -4.0]]),
        gap_edges=np.array([[1, 2]]),
        stimulus=[(20, 50, "touch")],
        events=[(70, "light")],
    )
    told = about(page)
    assert told["stimulus"] == [[20.0, 50.0, "touch"]] and told["events"] == [[70.0, "light"]]
    assert told["edges"] == [3, 3] and told["gaps"] == [1, 1]
    # The strongest first.
    assert block(page, "edges", "<u4").reshape(-1, 2).tolist() == [[3, 4], [5, 6], [0, 1]]
    lefts = {label: x for label, x, *_ in told["discs"]}
    assert lefts["sensory"] < lefts["inter"] < lefts["motor"]
    spots = block(page, "positions", "<f4").reshape(12, 3)
    assert np.abs(spots).max() <= 1.0 and np.isfinite(spots).all()


def test_too_many_edges_and_frames_are_thinned(monkeypatch):
    monkeypatch.setattr(brain_player, "MOST_EDGES", 5)
    monkeypatch.setattr(brain_player, "MOST_CODES", 12 * 10)
    times, values = activity()
    edges = np.random.default_rng(0).integers(0, 12, (50, 2))
    page = player_page(times, values, names=[""] * 12, edges=edges)
    told = about(page)
    assert told["edges"] == [5, 50]
    assert (told["frames"], told["framesGiven"]) == (10, 40)
    assert (told["times"][0], told["times"][-1]) == (0.0, 200.0)
    assert page == player_page(times, values, names=[""] * 12, edges=edges)


@pytest.mark.parametrize("axes", [2, 3])
def test_positions_keep_their_shape_and_lost_neurons_lie_below(axes):
    times, values = activity()
    positions = np.random.default_rng(1).normal(0, 100, (12, axes))
    positions[5] = np.nan
    page = player_page(times, values, names=[""] * 12, positions=positions)
    assert about(page)["solid"] == (axes == 3) and about(page)["placed"]
    spots = block(page, "positions", "<f4").reshape(12, 3)
    assert spots[5, 1] < np.delete(spots, 5, 0)[:, 1].min()
    scale = (spots[1] - spots[0])[:axes] / (positions[1] - positions[0])
    assert scale == pytest.approx(np.full(axes, scale[0]), rel=1e-4)


def test_one_neuron_one_frame_and_nothing_known():
    page = player_page(np.zeros(1), np.full((1, 1), np.nan), names=["only"])
    assert np.isnan(decoded(page)[0]).all() and about(page)["limits"] == [0.0, 1.0]
    lonely = player_page(
        np.zeros(1), np.zeros((1, 1)), names=["a"], positions=np.full((1, 3), np.nan)
    )
    assert np.isfinite(block(lonely, "positions", "<f4")).all()


def test_discs_do_not_overlap_and_hubs_lie_in_the_middle():
    members = np.repeat([0, 1, 2], [50, 200, 10])
    degrees = np.zeros(260)
    degrees[77] = 9
    spots, discs = disc_layout(["b", "motor", "sensory"], members, degrees)
    middle = spots[members == 1].mean(axis=0)
    assert np.hypot(*(spots[77] - middle)) < 2.0
    assert [label for label, *_ in discs] == ["sensory", "b", "motor"]
    assert spots[members == 2, 0].max() < spots[members == 0, 0].min()
    assert spots[members == 0, 0].max() < spots[members == 1, 0].min()


def test_quiet_neurons_have_finer_steps():
    values = np.stack([np.linspace(-80, 40, 50), np.linspace(-60, -59, 50)], axis=1)
    step = quantised(values).step
    assert step[1] < step[0] / 7


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"values": np.zeros(5)}, r"values has shape \[5\]; expected \[T, N\]"),
        ({"times": np.zeros(3)}, r"times has shape \[3\]; expected \[T\] = \[40\]"),
        ({"times": np.zeros(40)}, "do not rise"),
        ({"names": ["a"]}, "names holds 1 entries; expected N = 12"),
        ({"groups": ["a"]}, "groups holds 1 entries; expected N = 12"),
        ({"positions": np.zeros((12, 4))}, r"\[12, 4\]; expected \[12, 2\] or \[12, 3\]"),
        ({"edges": np.zeros((4, 5))}, r"edges has shape \[4, 5\]; expected \[E, 2\] or"),
        ({"edges": np.array([[0, 12]])}, "names neuron 12; expected indices from 0 to 11"),
        ({"gap_edges": np.array([[-1, 2]])}, "gap_edges names neuron -1"),
    ],
)
def test_wrong_shapes_are_told(change, said):
    times, values = activity()
    given = {"times": times, "values": values, "names": [""] * 12, **change}
    with pytest.raises(InputError, match=said):
        player_page(**given)


def test_it_is_public_and_its_template_is_packaged():
    assert plot.player_page is player_page
    assert Path(brain_player.__file__).with_name("page").joinpath("page.html").is_file()


def test_another_trial_can_be_chosen_and_gap_junctions_count_once():
    times, values = np.arange(4.0), np.arange(12.0).reshape(4, 3)
    both = np.array([[0, 1, 5], [1, 0, 5], [2, 1, 3], [1, 2, 3]])
    page = player_page(
        times,
        values,
        names=list("abc"),
        gap_edges=both,
        name="control",
        beside={"ablate c": values / 2},
        differences={"ablate c − control": -values / 2},
    )
    told = about(page)
    assert [each["name"] for each in told["recordings"]] == [
        "control",
        "ablate c",
        "ablate c − control",
    ]
    assert told["gaps"] == [2, 2]
    low, high = told["recordings"][2]["limits"]
    assert told["recordings"][2]["signed"] and low == -high < 0
    assert 'id="values-2"' in page and 'id="lows-1"' in page and "{{" not in page
    with pytest.raises(InputError, match=r"'x' have shape \[2, 3\]; expected \[4, 3\]"):
        player_page(times, values, names=list("abc"), beside={"x": values[:2]})


def test_signals_run_from_inputs_to_outputs():
    page = player_page(
        np.arange(2.0), np.zeros((2, 3)), names=list("abc"), groups=["inter", "output", "input"]
    )
    assert [disc[0] for disc in about(page)["discs"]] == ["input", "inter", "output"]
