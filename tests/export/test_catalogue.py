"""Targets are found by name and by suffix; others may bring their own."""

from pathlib import Path

import numpy as np
import pytest

from liquidtime.catalogue import Catalogue
from liquidtime.deploy.network import Network
from liquidtime.deploy.numpy_steps import NumpySteps
from liquidtime.errors import InputError
from liquidtime.export import TARGETS, Parity, Target, Trained, measure, write
from liquidtime.export.catalogue import target_of
from liquidtime.nn import CfC


def write_toy(network: Trained, path: Path) -> None:
    with path.open("wb") as file:
        np.savez(file, **network.arrays)


def check_toy(network: Trained, path: Path) -> Parity:
    with np.load(path) as stored:
        arrays = dict(stored)

    def start(streams):
        steps = NumpySteps(Network.of(network.architecture, arrays), streams)

        def step(x, elapsed, state):
            steps.set_state(state)
            return steps.step(x, elapsed), steps.get_state()

        return step

    return measure(network, start, "a toy")


TOY = Target("toy", ".npz", "for tests", write_toy, check_toy)


@pytest.fixture
def toy(monkeypatch):
    """The toy target, for one test."""
    monkeypatch.setattr(TARGETS, "_registered", {})
    TARGETS.register(TOY)


def test_a_target_from_outside(toy, tmp_path):
    assert list(TARGETS.entries())[-1] == "toy"
    parity = write(Trained.from_module(CfC(3, 4)), tmp_path / "network.npz")
    assert parity.passed
    assert parity.ran == "a toy"
    with pytest.raises(ValueError, match="'toy' already"):
        TARGETS.register(TOY)


def test_what_may_be_read_in_two_ways_is_refused(toy):
    TARGETS.register(Target("other", ".npz", "for tests", write_toy, check_toy))
    with pytest.raises(InputError, match=r"'toy' and 'other'.*--to"):
        target_of(Path("network.npz"))
    assert target_of(Path("network.npz"), "other").name == "other"


def test_name_and_suffix_must_agree():
    with pytest.raises(InputError, match=r"ends in \.safetensors"):
        target_of(Path("network.onnx"), "stream")
    with pytest.raises(InputError, match=r"ends in .*\.onnx \(onnx\).* or \.safetensors"):
        target_of(Path("network.zip"))
    with pytest.raises(InputError, match=r"'tvm' is no target of export; expected one of .*onnx"):
        target_of(Path("network.onnx"), "tvm")


def test_a_place_that_is_none(tmp_path):
    network = Trained.from_module(CfC(3, 4))
    (tmp_path / "folder.onnx").mkdir()
    for path in (tmp_path / "folder.onnx", tmp_path / "nowhere" / "network.onnx"):
        with pytest.raises(InputError, match="a folder that is there"):
            write(network, path)


def test_a_catalogue_finds_what_lies_in_its_folder():
    found = Catalogue("liquidtime.export.targets", "TARGET", "target").entries()
    assert {"onnx", "stream"} <= set(found)
