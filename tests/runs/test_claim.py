"""Two processes and one folder."""

import os
import signal
import subprocess
import sys
import textwrap
import time

import pytest

from liquidtime.errors import InputError
from liquidtime.runs.claim import LOCK, check_free, claimed
from liquidtime.runs.folder import Folder
from liquidtime.train.folder.files import FIT

HOLDER = """
    import sys, time
    from pathlib import Path
    from liquidtime.runs.folder import Folder
    from liquidtime.train.folder.files import FIT

    with Folder(Path(sys.argv[1]), FIT).claim():
        print("held", flush=True)
        time.sleep(60)
"""


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "runs" / "mine"


@pytest.fixture
def holder(folder):
    """Another process that holds the folder."""
    words = [sys.executable, "-c", textwrap.dedent(HOLDER), str(folder)]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.communicate()


def test_the_second_process_is_told_who_holds_the_folder(folder, holder):
    for refused in (lambda: claimed(folder).__enter__(), lambda: check_free(folder)):
        with pytest.raises(InputError, match=rf"in use by process {holder.pid} on \S+\. Wait"):
            refused()
    with pytest.raises(InputError, match=str(holder.pid)):
        Folder(folder, FIT).check_vacant()
    assert (folder / LOCK).exists()


def test_the_second_command_ends_with_status_2(folder, holder):
    table = folder.parent / "table.csv"
    table.write_text("id,time,x,y\na,0,1,0\n")
    words = ["fit", table, "--id", "id", "--time", "time", "--features", "x", "--target", "y"]
    done = subprocess.run(
        [sys.executable, "-m", "liquidtime.cli", *map(str, words), "--out", str(folder)],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 2
    assert f"in use by process {holder.pid}" in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr


def test_the_folder_of_a_killed_process_is_free(folder, holder):
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    assert (folder / LOCK).exists()
    check_free(folder)
    assert not (folder / LOCK).exists()
    with Folder(folder, FIT).claim():
        assert (folder / LOCK).read_text().split()[0] == str(os.getpid())
        with pytest.raises(InputError, match=f"in use by process {os.getpid()}"):
            check_free(folder)


def test_of_many_that_begin_at_once_one_gets_it(folder):
    script = """
        import sys, time
        from pathlib import Path
        from liquidtime.errors import InputError
        from liquidtime.runs.claim import claimed

        folder = Path(sys.argv[1])
        time.sleep(max(0.0, float(sys.argv[2]) - time.time()))
        got = 0
        for _ in range(200):
            try:
                with claimed(folder):
                    mark = folder / "mine"
                    mark.touch(exist_ok=False)
                    time.sleep(0.0005)
                    mark.unlink()
                    got += 1
            except InputError:
                time.sleep(0.0005)
        print(got)
    """
    start = str(time.time() + 2)
    words = [sys.executable, "-c", textwrap.dedent(script), str(folder), start]
    running = [
        subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    for process in running:
        said, error = process.communicate(timeout=60)
        assert process.returncode == 0, error
        assert int(said) > 0
    assert not folder.exists() or not list(folder.iterdir())


def test_nothing_is_left_of_a_claim_that_wrote_nothing(folder):
    with pytest.raises(RuntimeError), claimed(folder):
        raise RuntimeError
    assert not folder.exists()
    with claimed(folder):
        (folder / "a").touch()
    assert [path.name for path in folder.iterdir()] == ["a"]


def test_a_file_system_without_locks_is_refused(folder, monkeypatch):
    def none(file):
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr("liquidtime.runs.claim._lock", none)
    with pytest.raises(InputError, match=r"not supported.*carries no locks"), claimed(folder):
        pass
