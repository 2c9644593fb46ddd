"""The command line where no extra is installed: `pip install .` and nothing else."""

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from liquidtime.cli.common.verbs import verbs

ROOT = Path(__file__).parents[2]
BARE = """
import io, json, sys
from contextlib import redirect_stderr, redirect_stdout

missing = set(json.loads(sys.argv[2]))

class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in missing:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Missing())
from liquidtime.cli.__main__ import main

found = []
for arguments in json.loads(sys.argv[1]):
    out, error = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(error):
        status = main(arguments)
    found.append([status, out.getvalue(), error.getvalue()])
print(json.dumps(found))
"""
ASKING = [["--help"], ["--version"], [], *([name, "--help"] for name in verbs())]
WORKING = {
    "train": [
        ["fit", "t.csv", "--id", "id", "--time", "t", "--features", "a", "--target", "y"],
        ["demo"],
        ["reproduce", "physionet2012"],
    ],
    "brain": [["simulate", "random", "--neurons", "20"], ["simulate", "worm"]],
}


def not_there():
    """Modules of the packages that an extra brings and liquidtime itself does not."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    of = lambda lines: {re.match(r"[\w-]+", line)[0].replace("-", "_") for line in lines}  # noqa: E731
    extras = set().union(*map(of, project["optional-dependencies"].values()))
    return sorted(extras - of(project["dependencies"]) - {"liquidtime"} | {"sklearn"})


@pytest.fixture(scope="module")
def said(tmp_path_factory):
    """What each command ends with and says, all in one process without the extras."""
    folder = tmp_path_factory.mktemp("bare")
    rows = (f"{one},{step},{one * step},{one % 2}" for one in range(20) for step in range(3))
    (folder / "t.csv").write_text("\n".join(["id,t,a,y", *rows]))
    commands = [*ASKING, *(words for every in WORKING.values() for words in every)]
    done = subprocess.run(
        [sys.executable, "-c", BARE, json.dumps(commands), json.dumps(not_there())],
        cwd=folder,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert [file.name for file in folder.iterdir()] == ["t.csv"]
    answers = json.loads(done.stdout.splitlines()[-1])
    return dict(zip(map(tuple, commands), answers, strict=True))


@pytest.mark.parametrize("words", ASKING, ids=" ".join)
def test_help_and_version_need_no_extra(said, words):
    status, out, error = said[tuple(words)]
    assert (status, error) == (0, "")
    assert out.startswith("liquidtime 0" if words == ["--version"] else "usage: liquidtime")


@pytest.mark.parametrize(
    "extra, words", [(extra, words) for extra, every in WORKING.items() for words in every]
)
def test_a_verb_without_its_extra_says_in_one_line_how_to_get_it(said, extra, words):
    status, out, error = said[tuple(words)]
    assert (status, out, "Traceback" in error) == (1, "", False)
    pattern = rf"error: [\w.]+ is not installed\. It belongs to liquidtime\[{extra}\]; install .*: "
    assert re.match(pattern + r'pip install "[\w-]+>=[\d.]+"', error.splitlines()[-1])
