"""Fuzz the command line: `python tests/fuzz --cases 10000`.

Every case ends with a right result, or with exit status 2 and one clear line that says where the
fault is, nothing half-written, within 20 s of processor time and 2 GiB. A case is made by its
number and the seed alone, so `--subject tables --only 17` runs one again. Cases that fail are kept.
"""

import argparse
import collections
import gc
import json
import multiprocessing
import os
import shutil
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("MPLBACKEND", "Agg")

import child
import judge
from connectomes import Connectomes
from contract import Subject
from experiments import Experiments
from run_folders import RunFolders
from tables import Tables

SUBJECTS = {one.name: one for one in (Tables(), RunFolders(), Connectomes(), Experiments())}


@dataclass(frozen=True)
class Verdict:
    """How one case went."""

    number: int
    what: str
    fault: str | None
    status: int
    cpu_seconds: float
    peak_mib: float


class Fuzzer:
    """One subject, its folder, its seed."""

    def __init__(self, subject: Subject, folder: Path, seed: int) -> None:
        self._subject = subject
        self._folder = folder
        self._seed = seed

    def run(self, number: int) -> Verdict:
        """Make a case, run it, judge it; keep its folder if it failed."""
        folder = self._folder / f"{number:06d}"
        folder.mkdir()
        random = Random(f"{self._seed}/{self._subject.name}/{number}")
        case = self._subject.case(random, folder)
        outcome = child.run(case.arguments, folder)
        fault = judge.fault(case, outcome)
        if fault:
            story = {"what": case.what, "arguments": case.arguments, "fault": fault}
            text = json.dumps({**story, **asdict(outcome)}, indent=1)
            (folder / "case.json").write_text(text)
        else:
            _remove(folder)
        return Verdict(
            number, case.what, fault, outcome.status, outcome.cpu_seconds, outcome.peak_mib
        )


def _remove(folder: Path) -> None:
    for path in [folder, *folder.rglob("*")]:
        if path.is_dir() and not path.is_symlink():
            path.chmod(0o700)
    shutil.rmtree(folder)


def fuzz(subject: Subject, numbers: range, seed: int, jobs: int, folder: Path) -> list[Verdict]:
    """Run cases of a subject, `jobs` at a time."""
    shared = folder / subject.name / "shared"
    shared.mkdir(parents=True)
    subject.prepare(shared)
    # What is loaded by now stays for good; no child has to go through it, and to copy it for that.
    gc.collect()
    gc.freeze()
    fuzzer = Fuzzer(subject, folder / subject.name, seed)
    # Threads do not survive a fork: each worker is one process that forks its cases.
    with multiprocessing.get_context("fork").Pool(jobs) as pool:
        verdicts = []
        for verdict in pool.imap_unordered(fuzzer.run, numbers):
            verdicts.append(verdict)
            if verdict.fault:
                sys.stderr.write(
                    f"{subject.name} {verdict.number}: {verdict.what}: {verdict.fault}\n"
                )
    return verdicts


def _table(found: dict[str, list[Verdict]], seconds: float) -> str:
    lines = [
        f"{'subject':14}{'cases':>8}{'right':>8}{'refused':>9}{'failed':>8}{'s CPU':>8}{'MiB':>7}"
    ]
    for name, verdicts in found.items():
        ends = collections.Counter(
            "failed" if v.fault else "refused" if v.status else "right" for v in verdicts
        )
        lines.append(
            f"{name:14}{len(verdicts):8}{ends['right']:8}{ends['refused']:9}{ends['failed']:8}"
            f"{max(v.cpu_seconds for v in verdicts):8.1f}{max(v.peak_mib for v in verdicts):7.0f}"
        )
    lines.append(f"{seconds:.0f} s; s CPU and MiB are the largest of a case")
    return "\n".join(lines)


def main() -> int:
    """Fuzz, print what came out, and return 1 if a case failed."""
    parser = argparse.ArgumentParser(prog="fuzz", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument(
        "--cases",
        type=int,
        default=300,
        help="over all subjects together; of one subject its share",
    )
    parser.add_argument("--subject", choices=list(SUBJECTS), help="one of them (default: all)")
    parser.add_argument("--only", type=int, help="the number of one case of --subject")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=1, help="processes at once")
    parser.add_argument(
        "--keep", type=Path, help="where failing cases stay (default: a new folder)"
    )
    asked = parser.parse_args()
    if asked.only is not None and not asked.subject:
        parser.error("--only needs --subject")
    folder = asked.keep or Path(tempfile.mkdtemp(prefix="fuzz-"))
    folder.mkdir(parents=True, exist_ok=True)
    names = [asked.subject] if asked.subject else list(SUBJECTS)
    start = time.monotonic()
    found = {}
    for name in names:
        subject = SUBJECTS[name]
        numbers = range(round(asked.cases * subject.share))
        if asked.only is not None:
            numbers = range(asked.only, asked.only + 1)
        found[name] = fuzz(subject, numbers, asked.seed, asked.jobs, folder)
    sys.stdout.write(_table(found, time.monotonic() - start) + "\n")
    if any(v.fault for verdicts in found.values() for v in verdicts):
        sys.stdout.write(f"Failing cases: {folder}\n")
        return 1
    shutil.rmtree(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
