import errno
import os
import signal
import subprocess
import sys
import textwrap

import pytest

from liquidtime.runs.write import (
    remove_at_once,
    remove_leftovers,
    write_atomically,
    write_folder,
    write_json,
    write_text,
)


def names(folder):
    return sorted(entry.name for entry in folder.iterdir())


def test_a_failed_write_leaves_the_old_file_alone(tmp_path):
    path = tmp_path / "a.txt"
    write_text(path, "old")

    def half(beside):
        beside.write_text("ne")
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        write_atomically(path, half)
    assert path.read_text() == "old"
    assert names(tmp_path) == ["a.txt"]
    with pytest.raises(ValueError, match="JSON"):
        write_json(path, float("nan"))
    assert path.read_text() == "old"


def test_text_is_written_as_it_is(tmp_path):
    write_text(tmp_path / "a.txt", "µ\nb\r\n")
    assert (tmp_path / "a.txt").read_bytes() == "µ\nb\r\n".encode()


def test_a_writer_that_is_killed_leaves_the_old_file(tmp_path):
    path = tmp_path / "a.txt"
    write_text(path, "old")
    script = f"""
        import os, signal
        from pathlib import Path
        from liquidtime.runs.write import write_atomically

        def write(beside):
            beside.write_text("new, or half of it")
            os.kill(os.getpid(), signal.SIGKILL)

        write_atomically(Path({str(path)!r}), write)
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(script)], timeout=60)
    assert done.returncode == -signal.SIGKILL
    assert path.read_text() == "old"
    write_text(path, "new")
    assert path.read_text() == "new"


def test_the_content_is_on_disk_before_the_name(tmp_path, monkeypatch):
    order = []
    sync, replace = os.fsync, type(tmp_path).replace
    monkeypatch.setattr(os, "fsync", lambda file: (order.append("content"), sync(file)))
    monkeypatch.setattr(
        type(tmp_path), "replace", lambda old, new: (order.append("name"), replace(old, new))
    )
    write_text(tmp_path / "a.txt", "new")
    assert order == ["content", "name"]


def test_a_folder_is_whole_or_not_there(tmp_path):
    folder = tmp_path / "circuit"

    def half(beside):
        (beside / "nodes").write_text("1")
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        write_folder(folder, half, last="index")
    assert names(tmp_path) == []

    def whole(beside):
        for name in ("index", "nodes"):
            (beside / name).write_text("1")

    write_folder(folder, whole, last="index")
    assert names(tmp_path) == ["circuit"] and names(folder) == ["index", "nodes"]


def test_a_folder_that_is_there_loses_its_last_file_first(tmp_path, monkeypatch):
    folder = tmp_path / "circuit"
    folder.mkdir()
    for name in ("index", "nodes", "notes"):
        (folder / name).write_text("old")

    def write(beside):
        for name in ("index", "nodes"):
            (beside / name).write_text("new")

    def stopped(old, new):
        raise OSError(f"cut off at {new.name}")

    with monkeypatch.context() as patch:
        patch.setattr(type(tmp_path), "replace", stopped)
        with pytest.raises(OSError, match="cut off at nodes"):
            write_folder(folder, write, last="index")
    assert names(folder) == ["nodes", "notes"]
    write_folder(folder, write, last="index")
    assert [(folder / name).read_text() for name in names(folder)] == ["new", "new", "old"]


def test_a_folder_is_gone_at_one_stroke(tmp_path):
    folder = tmp_path / "checkpoints"
    remove_at_once(folder)
    folder.mkdir()
    (folder / "last").write_text("1")
    remove_at_once(folder)
    assert names(tmp_path) == []


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EFBIG, errno.EDQUOT])
def test_a_full_disk_is_named_with_the_way_out(tmp_path, number):
    def full(beside):
        raise OSError(number, os.strerror(number))

    with pytest.raises(OSError, match="make room, then go on") as found:
        write_atomically(tmp_path / "last.pt", full)
    assert (found.value.errno, found.value.filename) == (number, str(tmp_path / "last.pt"))
    assert not list(tmp_path.iterdir())


def test_a_folder_that_went_away_is_named(tmp_path):
    with pytest.raises(OSError, match="its folder is gone") as found:
        write_text(tmp_path / "gone" / "a.txt", "")
    assert found.value.filename == str(tmp_path / "gone" / "a.txt")


def test_what_killed_processes_left_is_swept(tmp_path):
    for name in (".a.json.12.part", ".store.9.part/x", "a.json", ".hidden", "b.part", ".c.part"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("")
    remove_leftovers(tmp_path)
    assert names(tmp_path) == [".c.part", ".hidden", "a.json", "b.part"]
