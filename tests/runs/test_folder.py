"""The protocol, held by every kind of result folder."""

import importlib.util
from dataclasses import replace
from pathlib import Path

import pytest

from liquidtime.errors import InputError
from liquidtime.runs.claim import LOCK
from liquidtime.runs.digests import DIGESTS
from liquidtime.runs.folder import MARK, Folder, Kind

_SPEC = importlib.util.spec_from_file_location("kinds", Path(__file__).parent / "kinds.py")
kinds = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(kinds)


@pytest.fixture(params=kinds.KINDS.values(), ids=kinds.KINDS)
def folder(request, tmp_path):
    return Folder(tmp_path / "out", request.param)


def test_every_package_that_leaves_results_declares_a_kind():
    assert sorted(kinds.KINDS) == ["ATLAS", "BENCH", "FIT", "SIMULATION", "STUDY", "TOY"]


def test_a_new_or_an_empty_folder_is_vacant(folder):
    folder.check_vacant()
    assert not folder.path.exists()
    folder.path.mkdir()
    folder.check_vacant()
    (folder.path / LOCK).write_text("of a process that was killed")
    folder.check_vacant()
    with folder.claim():
        pass


def test_a_file_and_the_files_of_others_are_refused(folder):
    folder.path.write_text("…")
    for refused in (folder.check_vacant, lambda: folder.claim().__enter__()):
        with pytest.raises(InputError, match=f"is a file.*folder for the {folder.kind.noun}"):
            refused()
    folder.path.unlink()
    folder.path.mkdir()
    (folder.path / "thesis.tex").write_text("…")
    for refused in (folder.check_vacant, lambda: folder.claim().__enter__()):
        with pytest.raises(InputError, match=f"holds files, but no {folder.kind.noun}"):
            refused()
    assert [path.name for path in folder.path.iterdir()] == ["thesis.tex"]


def test_from_begun_to_finished(folder):
    assert not folder.begun and not folder.finished
    with folder.claim():
        kinds.begin(folder)
        assert folder.begun
        assert not folder.finished or folder.kind.last == folder.kind.record
        folder.finish(kinds.text(folder))
    assert folder.begun and folder.finished
    assert not (folder.path / LOCK).exists()
    names = {folder.kind.record, folder.kind.last, DIGESTS}
    assert {path.name for path in folder.path.iterdir()} == names


def test_what_stopped_before_its_record_does_not_bar_the_way(folder):
    """Whatever it wrote by then: its mark says that it was one of ours."""
    with pytest.raises(RuntimeError), folder.claim():
        (folder.path / "figure.svg").write_text("…")
        (folder.path / ".figure.png.7.part").write_text("…")
        raise RuntimeError
    assert (folder.path / MARK).exists() and not folder.begun
    for resume in (False, True):
        folder.check_vacant(resume=resume)
    other = Folder(folder.path, replace(folder.kind, noun="another"))
    with pytest.raises(InputError, match="holds files, but no another"):
        other.check_vacant()
    with folder.claim():
        assert not list(folder.path.glob("*.part"))
        kinds.begin(folder)
        folder.finish(kinds.text(folder))
    assert not (folder.path / MARK).exists()


def test_nothing_bars_the_way_where_nothing_is_lost(folder):
    """Begun, with nothing to go on from: a new start, with other options, is as good."""
    kinds.begin(folder)
    if not folder.kind.scaffold:
        return
    (folder.path / folder.kind.scaffold).rmdir()
    folder.check_vacant()
    folder.check_vacant(resume=True)


def test_one_that_is_stopped_while_it_is_drawn_is_not_finished(folder):
    def stopped():
        raise KeyboardInterrupt

    def broken():
        raise RuntimeError

    if not folder.kind.scaffold:
        return
    kinds.begin(folder)
    with pytest.raises(KeyboardInterrupt):
        folder.finish(kinds.text(folder), stopped)
    assert not folder.finished
    with pytest.raises(RuntimeError):
        folder.finish(kinds.text(folder), broken)
    assert folder.finished


def test_a_stopped_one_needs_resume(folder):
    kinds.begin(folder)
    if folder.kind.replaced:
        folder.check_vacant()
        return
    with pytest.raises(InputError, match=r"stopped before its end\. Add --resume"):
        folder.check_vacant()
    folder.check_vacant(resume=True)
    with folder.claim(resume=True):
        folder.finish(kinds.text(folder))
    assert folder.finished


def test_a_finished_one_is_kept_unless_it_may_be_made_anew(folder):
    kinds.begin(folder)
    folder.finish(kinds.text(folder))
    for resume in (False, True):
        if folder.kind.replaced:
            folder.check_vacant(resume=resume)
        else:
            with pytest.raises(InputError, match=f"finished {folder.kind.noun}, which is not over"):
                folder.check_vacant(resume=resume)


def test_a_process_killed_while_it_finishes_leaves_an_unfinished_one(folder, monkeypatch):
    kinds.begin(folder)
    before = folder.finished

    def killed(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("liquidtime.runs.folder.write_text", killed)
    with pytest.raises(KeyboardInterrupt):
        folder.finish(kinds.text(folder))
    assert folder.finished == before
    monkeypatch.undo()
    folder.finish(kinds.text(folder))
    assert folder.finished
    folder.read(folder.kind.last)


def test_a_changed_byte_of_the_last_file_is_found(folder):
    kinds.begin(folder)
    folder.finish(kinds.text(folder))
    assert folder.read(folder.kind.last)
    last = folder.path / folder.kind.last
    last.write_text(last.read_text().replace("true", "true "))
    with pytest.raises(InputError, match=rf"{folder.kind.last} is damaged.*Restore it"):
        folder.read(folder.kind.last)
    (folder.path / DIGESTS).unlink()
    assert folder.read(folder.kind.last)


def test_other_options_are_told_by_name(tmp_path):
    kind = Kind(
        "toy", "a", "b", may_differ=("device",), in_words={"print": "data", "stored": "wiring"}
    )
    folder = Folder(tmp_path, kind)
    before = {"n": 2, "train": {"rate": 0.1, "device": "cpu"}, "print": "x", "stored": {"k": [1]}}
    folder.check_same(before, {**before, "train": {"rate": 0.1, "device": "cuda"}})
    for told, said in (
        ({"n": 3}, r"holds another toy: n was 2 and is now 3\."),
        ({"train": {"rate": 0.2, "device": "cpu"}}, "train.rate was 0.1 and is now 0.2"),
        ({"print": "y", "stored": {"k": [2]}}, r"other data; other wiring\."),
        ({"new": 1}, "new was None and is now 1"),
    ):
        with pytest.raises(InputError, match=said):
            folder.check_same(before, before | told)


def test_digests_are_of_what_is_read_back(tmp_path):
    kind = Kind("toy", "a.json", "b.json", read_back=("*.json", "deep/*", "store/**/meta"))
    folder = Folder(tmp_path, kind)
    files = ("a.json", "deep/x", "store/p/meta", "store/p/chunk", "page.html")
    for name in files:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    folder.finish("{}")
    everything = ("a.json", "b.json", "deep", "store", "page.html")
    folder.check(*everything)
    for name in files:
        (tmp_path / name).write_text("other")
        if name in ("store/p/chunk", "page.html"):
            folder.check(*everything)
        else:
            with pytest.raises(InputError, match=f"{name} is damaged"):
                folder.check(*everything)
        (tmp_path / name).write_text(name)
    (tmp_path / "deep" / "x").unlink()
    with pytest.raises(InputError, match="deep/x is missing"):
        folder.check("deep")
    folder.check("a.json", "store")
