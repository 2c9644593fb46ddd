import os

import pytest

from liquidtime.runs.folder import Folder, Kind
from liquidtime.runs.names import dated, free, latest_stopped

TOY = Kind("toy", "toy.json", "done.json")


@pytest.fixture
def make(tmp_path):
    times = iter(range(10**9, 10**9 + 100))

    def begun(name, *, finished=False):
        folder = Folder(tmp_path / name, TOY)
        folder.path.mkdir()
        (folder.path / "toy.json").write_text("{}")
        if finished:
            folder.finish("{}")
        time = next(times)
        os.utime(folder.path / "toy.json", (time, time))
        return folder.path

    return begun


def test_a_taken_name_gets_a_number(tmp_path):
    assert free(tmp_path / "a") == tmp_path / "a"
    (tmp_path / "a").mkdir()
    (tmp_path / "a-2").mkdir()
    assert free(tmp_path / "a") == tmp_path / "a-3"


def test_the_date_is_in_the_name(tmp_path):
    first = dated(tmp_path / "worm")
    assert first.parent == tmp_path and first.name[:5] == "worm-"
    assert len(first.name) == len("worm-2026-01-02")
    first.mkdir()
    assert dated(tmp_path / "worm").name == f"{first.name}-2"


def test_the_latest_stopped_one_of_a_name(tmp_path, make):
    assert latest_stopped(tmp_path / "nowhere" / "a", TOY) is None
    make("a", finished=True)
    assert latest_stopped(tmp_path / "a", TOY) is None
    stopped = make("a-2026-01-02-2")
    for name in ("a-2", "a-old", "ab", "a-2026-01-02x"):
        make(name, finished=name == "a-2")
    (tmp_path / "a-3").mkdir()
    assert latest_stopped(tmp_path / "a", TOY) == stopped
    assert latest_stopped(tmp_path / "a", TOY) == stopped
    assert latest_stopped(tmp_path / "a-2026-01-02", TOY) == stopped
    assert latest_stopped(tmp_path / "a", TOY) != make("a-4")
    assert latest_stopped(tmp_path / "a", TOY) == tmp_path / "a-4"
