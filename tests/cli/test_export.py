"""`export` on a finished run."""

import pytest

from liquidtime.cli.__main__ import main
from liquidtime.deploy import Stream
from liquidtime.export.parity import Parity


@pytest.mark.parametrize("name", ["mine.safetensors", "mine.onnx"])
def test_writes_a_file_and_tells_how_close_it_is(fitted, tmp_path, capsys, name):
    assert main(["export", str(fitted), str(tmp_path / name)]) == 0
    said = capsys.readouterr().err
    assert "KiB" in said
    assert "equals the reference" in said
    assert [file.name for file in tmp_path.iterdir()] == [name]


def test_a_stream_observes_what_the_run_does(fitted, tmp_path):
    file = tmp_path / "mine.safetensors"
    assert main(["export", str(fitted), str(file), "--to", "stream"]) == 0
    row = {"a": 0.5, "b": -1.0}
    assert (Stream.load(file).observe(row) == Stream.load(fitted).observe(row)).all()


@pytest.mark.parametrize(
    ("rest", "words"),
    [
        (["mine.zip"], ".safetensors (stream)"),
        (["mine.onnx", "--to", "stream"], "ends in .safetensors"),
        (["mine.onnx", "--to", "tvm"], "'tvm' is no target"),
        (["nowhere/mine.onnx"], "a folder that is there"),
    ],
)
def test_a_place_that_cannot_be(fitted, tmp_path, monkeypatch, capsys, rest, words):
    monkeypatch.chdir(tmp_path)
    assert main(["export", str(fitted), *rest]) == 2
    assert words in " ".join(capsys.readouterr().err.split())
    assert list(tmp_path.iterdir()) == []


def test_a_failed_check_leaves_no_file(fitted, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(Parity, "passed", False)
    assert main(["export", str(fitted), str(tmp_path / "mine.safetensors")]) != 0
    assert "was not written" in " ".join(capsys.readouterr().err.split())
    assert list(tmp_path.iterdir()) == []
