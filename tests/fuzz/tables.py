"""Tables given to fit, evaluate and predict: harmless spellings, and one thing wrong at a time."""

import contextlib
import csv
import io
import json
import math
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from random import Random

from contract import Case, Outcome
from grids import Grid, Spelling, write_parquet
from warm import warm

_SERIES, _STEPS = 24, 5
_NUMBERS = ("hour", "a", "b")
COLUMNS = ["--id", "id", "--time", "hour", "--features", "a", "b", "--target", "died"]
QUICK = ["--train.epochs", "1", "--model.hidden-size", "3"]
_NO_NUMBERS = (
    "abc",
    "1.5.2",
    "--",
    "#REF!",
    "1_000",
    "0x10",
    "12 mg",
    "<5",
    "1e",
    "½",
    "inf",
    "-inf",
    "1e999",
)
_NO_TIMES = ("", "later", "25:61", "2024-13-01", "nan", "inf", "9999-12-31", "1e300", "1_0", "NaT")
_CONTENTS = (
    b"",
    b"\n\n",
    b"id\n",
    b"PK\x03\x04\x14",
    b"\x89PNG\r\n\x1a\n",
    b"PAR1PAR1",
    b"\x1f\x8b\x08\x00",
    b"\xff\xfe",
)


class Tables:
    """Tables of one study, in every spelling."""

    name = "tables"
    share = 0.5

    def prepare(self, folder: Path) -> None:
        """Fit once; predict and evaluate on the table as it is."""
        self._base = study()
        table = Spelling().write(Spelling().text(self._base), folder, "base")
        self._run = folder / "run"
        warm("fit", table, *COLUMNS, *QUICK, "--out", self._run)
        warm("predict", self._run, table, "--to", folder / "p.csv")
        warm("evaluate", self._run, table, "--to", folder / "e.json")
        self._predicted = predictions(folder / "p.csv")
        self._scores = json.loads((folder / "e.json").read_text())
        self._config = json.loads((self._run / "config.json").read_text())

    def case(self, random: Random, folder: Path) -> Case:
        """A harmless spelling, or one with a fault in it."""
        make = random.choices(
            [
                self._harmless,
                self._parquet,
                self._bad_cell,
                self._bad_text,
                self._bad_file,
                self._noise,
                self._bad_option,
            ],
            [4, 1, 4, 3, 2, 2, 1],
        )[0]
        return make(random, folder)

    def _verb(
        self, random: Random, table: Path, said: list[str]
    ) -> tuple[tuple[str, ...], Callable[[Outcome], str | None], tuple[Path, ...]]:
        """A command line over a table, what it must give, and what a refusal may not leave."""
        folder = table.parent
        verb = random.choices(["predict", "evaluate", "fit"], [6, 2, 1])[0]
        if verb == "fit":
            out = folder / "run"
            arguments = ["fit", table, *COLUMNS, *QUICK, "--out", out, *said]
            return _text(arguments), lambda _: self._same_fit(out), (out,)
        if verb == "evaluate":
            out = folder / "scores.json"
            arguments = ["evaluate", self._run, table, "--to", out, *said]
            return _text(arguments), lambda _: self._same_scores(out), (out,)
        out = folder / "predictions.csv"
        arguments = ["predict", self._run, table, "--to", out, *said]
        return _text(arguments), lambda _: self._same_predictions(out), (out,)

    def _harmless(self, random: Random, folder: Path) -> Case:
        spelling = Spelling.drawn(random)
        grid = _decorated(self._base, random)
        if random.random() < 0.3:
            grid = grid.chosen(_shuffled_series(grid, random))
        text = spelling.text(grid) + random.choice(["", "", spelling.line_end])
        table = spelling.write(text, folder, "table")
        arguments, right, _ = self._verb(random, table, spelling.arguments)
        return Case(f"harmless, {spelling}", arguments, right)

    def _parquet(self, random: Random, folder: Path) -> Case:
        table = folder / "table.parquet"
        write_parquet(_decorated(self._base, random), _NUMBERS, table, random)
        arguments, right, _ = self._verb(random, table, [])
        return Case("harmless, Parquet", arguments, right)

    def _bad_cell(self, random: Random, folder: Path) -> Case:
        spelling = Spelling.drawn(random)
        column = random.choice(["a", "b", "hour", "id"])
        cells = {"hour": _NO_TIMES, "id": ("", " ")}.get(column, _NO_NUMBERS)
        cell = random.choice(cells)
        row = random.randrange(len(self._base.rows))
        if not cell.strip():
            spelling = replace(spelling, missing="")
        text = spelling.text(self._base.with_cell(row, column, cell))
        table = spelling.write(text, folder, "table")
        arguments, _, leaves = self._verb(random, table, spelling.arguments)
        refusal = (table.name, *_where(row, column, cell))
        return Case(f"{column} {cell!r} in row {row + 2}", arguments, None, refusal, leaves)

    def _bad_text(self, random: Random, folder: Path) -> Case:
        spelling = Spelling(packed=random.choice(["", "", ".gz", ".xz"]))
        lines = spelling.text(self._base).splitlines()
        row = random.randrange(2, len(lines))
        what, changed, refusal = _spoilt(random, lines, row)
        table = spelling.write("\n".join(changed) + "\n", folder, "table")
        arguments, _, leaves = self._verb(random, table, [])
        return Case(what, arguments, None, (table.name, *refusal), leaves)

    def _bad_file(self, random: Random, folder: Path) -> Case:
        what = random.choice(["content", "cut", "bits", "fifo", "folder", "absent", "parquet"])
        table = folder / "table.csv"
        if what == "content":
            table = (
                folder
                / f"table{random.choice(['.csv', '.csv.gz', '.csv.xz', '.csv.bz2', '.parquet'])}"
            )
            table.write_bytes(random.choice(_CONTENTS))
        elif what in ("cut", "bits"):
            spelling = Spelling(packed=random.choice([".gz", ".bz2", ".xz"]))
            table = spelling.write(spelling.text(self._base), folder, "table")
            whole = bytearray(table.read_bytes())
            if what == "cut":
                whole = whole[: random.randrange(1, len(whole) - 8)]
            else:
                whole[random.randrange(20, len(whole) - 20)] ^= 1 << random.randrange(8)
            table.write_bytes(bytes(whole))
        elif what == "fifo":
            os.mkfifo(table)
        elif what == "folder":
            table.mkdir()
        elif what == "parquet":
            table = folder / "table.parquet"
            write_parquet(self._base, _NUMBERS, table, random)
            whole = table.read_bytes()
            table.write_bytes(whole[: random.randrange(len(whole))])
        arguments, _, leaves = self._verb(random, table, [])
        return Case(f"file: {what}", arguments, None, (table.name,), leaves)

    def _noise(self, random: Random, folder: Path) -> Case:
        """Bytes changed anywhere: what is still a table may be read, by its own values."""
        whole = bytearray(Spelling().text(self._base).encode())
        for _ in range(random.choice([1, 1, 2, 8])):
            place = random.randrange(len(whole))
            act = random.randrange(3)
            if act == 0:
                whole[place] = random.randrange(256)
            elif act == 1:
                del whole[place : place + random.choice([1, 1, 5, 40])]
            else:
                whole[place:place] = random.choice(
                    [b'"', b",", b"\n", b"\x00", b"\r", b"9" * 20, b"-"]
                )
        table = folder / "table.csv"
        table.write_bytes(bytes(whole))
        arguments, _, leaves = self._verb(random, table, [])
        return Case("noise", arguments, lambda _: _as_written(leaves[0], table), (), leaves)

    def _bad_option(self, random: Random, folder: Path) -> Case:
        table = Spelling().write(Spelling().text(self._base), folder, "table")
        option, value = random.choice(
            [
                ("--delimiter", "||"),
                ("--delimiter", ""),
                ("--decimal", "ab"),
                ("--encoding", "idna"),
                ("--encoding", "undefined"),
                ("--encoding", "klingon"),
                ("--encoding", "base64"),
            ]
        )
        arguments, _, leaves = self._verb(random, table, [option, value])
        return Case(f"{option} {value!r}", arguments, None, (), leaves)

    def _same_predictions(self, path: Path) -> str | None:
        found = predictions(path)
        if found.keys() != self._predicted.keys():
            return f"predicted {len(found)} series of {len(self._predicted)}"
        off = max(abs(found[key] - value) for key, value in self._predicted.items())
        return f"probabilities are off by {off:.2g}" if not off < 1e-6 else None

    def _same_scores(self, path: Path) -> str | None:
        found = json.loads(path.read_text())
        return None if close(found, self._scores) else "other scores"

    def _same_fit(self, run: Path) -> str | None:
        config = json.loads((run / "config.json").read_text())
        same = close(config["preprocessor"], self._config["preprocessor"])
        if not same or config["data"]["parts"] != self._config["data"]["parts"]:
            return "read another table"
        return None if (run / "report.html").exists() else "no report"


def study() -> Grid:
    random = Random(7)
    rows = []
    for number in range(_SERIES):
        hour = 0.0
        for _ in range(_STEPS):
            a = "" if random.random() < 0.15 else f"{random.gauss(number % 2, 1):.3f}"
            b = f"{random.gauss(60, 9):.1f}"
            rows.append((f"p{number:02}", f"{hour:.2f}", a, b, ("no", "yes")[number % 2]))
            hour += random.uniform(0.1, 2)
    return Grid(("id", *_NUMBERS, "died"), tuple(rows))


def _decorated(grid: Grid, random: Random) -> Grid:
    """Columns that nothing reads, and another order."""
    for number in range(random.choice([0, 0, 1, 2])):
        cells = random.choice(
            [
                ["x, y; z"] * len(grid.rows),
                ['say "no"'] * len(grid.rows),
                ["two\nlines"] * len(grid.rows),
                [str(k) for k in range(len(grid.rows))],
            ]
        )
        grid = grid.with_column(f"note {number}", cells, random.randrange(len(grid.header) + 1))
    if random.random() < 0.5:
        grid = grid.reordered(random.sample(range(len(grid.header)), len(grid.header)))
    return grid


def _shuffled_series(grid: Grid, random: Random) -> list[int]:
    """Rows of the series mixed, each series in its order of time, all first rows in front.

    The order in which series first appear stays, as a split is drawn over it.
    """
    first = [row for row in range(len(grid.rows)) if row % _STEPS == 0]
    queues = [[s * _STEPS + step for step in range(1, _STEPS)] for s in range(_SERIES)]
    mixed = []
    while any(queues):
        mixed.append(random.choice([queue for queue in queues if queue]).pop(0))
    return first + mixed


def _where(row: int, column: str, cell: str) -> tuple[str, ...]:
    if cell.startswith("1e300"):
        return (column,)
    return (f"row {row + 2}", column)


def _spoilt(random: Random, lines: list[str], row: int) -> tuple[str, list[str], tuple[str, ...]]:
    """One line of a file made wrong."""
    lines = list(lines)
    what = random.choice(
        [
            "short",
            "long",
            "quote",
            "nul",
            "header twice",
            "no header",
            "column away",
            "giant",
            "empty cells",
        ]
    )
    cells = lines[row].split(",")
    refusal: tuple[str, ...] = (f"row {row + 1}",)
    if what == "short":
        lines[row] = ",".join(cells[: random.randrange(1, len(cells))])
    elif what == "long":
        lines[row] += ",7" * random.choice([1, 3])
    elif what == "quote":
        lines[row] = lines[row].replace(",", ',"', 1)
        refusal = ()
    elif what == "nul":
        lines[row] = lines[row].replace(cells[3], cells[3] + "\x00", 1)
        refusal = ()
    elif what == "header twice":
        lines[0] = random.choice(["id,hour,a,a,died", "id,hour,b,b,died", "id,id,a,b,died"])
        refusal = ()
    elif what == "no header":
        del lines[0]
        refusal = ()
    elif what == "column away":
        gone = random.choice(["hour", "a", "b", "id"])
        lines[0] = lines[0].replace(gone, "other", 1)
        refusal = (gone,)
    elif what == "giant":
        lines[row] = ",".join(
            [cells[0], cells[1], "9" * random.choice([131_073, 400_000]), *cells[3:]]
        )
    else:
        lines[row] = "," * (len(cells) - 1)
    return what, lines, refusal


def _as_written(out: Path, table: Path) -> str | None:
    """Whether what was read in spite of noise is what the csv module reads in it."""
    if out.name != "predictions.csv":
        return None if out.exists() else "no output"
    text = table.read_bytes().decode("utf-8-sig")
    with contextlib.suppress(csv.Error):
        rows = list(csv.reader(io.StringIO(text, newline="")))
        place = rows[0].index("id")
        wanted = {row[place].strip() for row in rows[1:] if row}
        found = predictions(out)
        if found.keys() != wanted:
            return f"ids {sorted(found.keys() ^ wanted)}"
        if not all(map(math.isfinite, found.values())):
            return "a probability is not finite"
    return None


def predictions(path: Path) -> dict[str, float]:
    with path.open(newline="") as file:
        return {row["id"]: float(row["probability_yes"]) for row in csv.DictReader(file)}


def close(left: object, right: object) -> bool:
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(close(left[k], right[k]) for k in left)
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(close, left, right))
    if isinstance(left, float) and isinstance(right, float):
        return math.isclose(left, right, rel_tol=1e-5, abs_tol=1e-7)
    return left == right


def _text(arguments: list[object]) -> tuple[str, ...]:
    return tuple(map(str, arguments))
