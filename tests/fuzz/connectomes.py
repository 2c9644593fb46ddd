"""Tables of edges given to simulate: names of every kind, counts, transmitters, and faults."""

import csv
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from random import Random

from contract import Case
from grids import Grid, Spelling
from warm import warm

_SHORT = ("--duration", "1", "--dt", "0.5")
_EXCITING, _INHIBITING = ("acetylcholine", "glutamate"), ("gaba",)
_NO_COUNTS = ("-3", "abc", "nan", "inf", "1e400", "3 synapses")
_HEADER = ("pre", "post", "count", "transmitter")


class Connectomes:
    """Lists of edges."""

    name = "connectomes"
    share = 0.15

    def prepare(self, folder: Path) -> None:
        """Simulate one, so that the modules are there."""
        table = Spelling().write("pre,post,count\na,b,3\nb,c,2\n", folder, "base")
        warm("simulate", table, *_SHORT, "--out", folder / "out")

    def case(self, random: Random, folder: Path) -> Case:
        """A list of edges in a harmless form, or one with a fault in it."""
        make = random.choices(
            [self._harmless, self._melting, self._bad_cell, self._bad_text, self._noise],
            [4, 2, 3, 2, 2],
        )[0]
        return make(random, folder)

    def _harmless(self, random: Random, folder: Path) -> Case:
        grid = _drawn(random)
        what = random.choice(["csv", "tsv", "parquet", "feather"])
        if what == "csv":
            spelling = Spelling(
                quoting=random.choice([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
                line_end=random.choice(["\n", "\r\n"]),
                encoding=random.choice(["utf-8", "utf-8-sig"]),
                packed=random.choice(["", ".gz", ".xz"]),
            )
            table = spelling.write(spelling.text(grid), folder, "edges")
        elif what == "tsv":
            table = folder / "edges.tsv"
            table.write_text(Spelling(delimiter="\t").text(grid))
        else:
            table = folder / f"edges.{what}"
            _write_columns(grid, table)
        out = folder / "out"
        return Case(f"harmless, {what}", _simulate(table, out), lambda _: _same_edges(out, grid))

    def _melting(self, random: Random, folder: Path) -> Case:
        """Names that a careless reader takes for one another."""
        out = folder / "out"
        what = random.choice(["padded", "float", "float parquet", "missing"])
        if what == "padded":
            names = ["007", "7", "07", "70"]
        else:
            start = 720_575_940_621_039_145 + random.randrange(10**9)
            names = [str(start + k) for k in range(4)]
        grid = _drawn(random, names)
        if what == "float":
            grid = Grid(grid.header, tuple((f"{r[0]}.0", f"{r[1]}.0", *r[2:]) for r in grid.rows))
        if what in ("float", "padded"):
            table = Spelling().write(Spelling().text(grid), folder, "edges")
        elif what == "float parquet":
            table = folder / "edges.parquet"
            _write_columns(grid, table, float)
        else:
            row = random.randrange(len(grid.rows))
            grid = grid.with_cell(row, random.choice(["pre", "post"]), "")
            table = Spelling().write(Spelling().text(grid), folder, "edges")
        if what == "padded":
            return Case(what, _simulate(table, out), lambda _: _same_edges(out, grid))
        return Case(f"{what} ids", _simulate(table, out), None, (table.name,), (out,))

    def _bad_cell(self, random: Random, folder: Path) -> Case:
        row, cell, out = random.randrange(8), random.choice(_NO_COUNTS), folder / "out"
        grid = _drawn(random).with_cell(row, "count", cell)
        table = Spelling().write(Spelling().text(grid), folder, "edges")
        refusal = (table.name, f"row {row + 2}", "count")
        return Case(f"count {cell!r}", _simulate(table, out), None, refusal, (out,))

    def _bad_text(self, random: Random, folder: Path) -> Case:
        lines = Spelling().text(_drawn(random)).splitlines()
        row, out = random.randrange(2, len(lines)), folder / "out"
        what = random.choice(
            ["short", "long", "no header", "header twice", "empty", "cut", "content"]
        )
        spelling = Spelling(packed=".gz" if what == "cut" else "")
        if what == "short":
            lines[row] = ",".join(lines[row].split(",")[:1])
        elif what == "long":
            lines[row] += ",5"
        elif what == "no header":
            del lines[0]
        elif what == "header twice":
            lines[0] = random.choice(["pre,pre,count,transmitter", "pre,post,count,count"])
        elif what == "empty":
            lines = random.choice([[], lines[:1], [""]])
        table = spelling.write("\n".join(lines) + "\n", folder, "edges")
        if what == "cut":
            table.write_bytes(table.read_bytes()[: random.randrange(1, 40)])
        elif what == "content":
            table = (
                folder
                / f"edges{random.choice(['.csv', '.parquet', '.feather', '.nml', '.csv.gz'])}"
            )
            table.write_bytes(random.choice([b"", b"\x00" * 50, b"\x89PNG\r\n", b"PAR1", b"<a>"]))
        return Case(f"file: {what}", _simulate(table, out), None, (table.name,), (out,))

    def _noise(self, random: Random, folder: Path) -> Case:
        whole = bytearray(Spelling().text(_drawn(random)).encode())
        for _ in range(random.choice([1, 1, 3])):
            place = random.randrange(len(whole))
            if random.random() < 0.5:
                whole[place] = random.randrange(256)
            else:
                whole[place:place] = random.choice(
                    [b'"', b",", b"\n", b"\x00", b"9" * 30, b"-", b"."]
                )
        table, out = folder / "edges.csv", folder / "out"
        table.write_bytes(bytes(whole))
        return Case("noise", _simulate(table, out), lambda _: None, (), (out,))


def _drawn(random: Random, names: Sequence[str] | None = None) -> Grid:
    if names is None:
        names = random.choice(
            [
                ["AVAL", "AVAR", "PLM L", "é,x"],
                ["0", "1", "2", "10"],
                [str(720_575_940_621_039_145 + k) for k in range(4)],
                ["n-1", "n_2", "<b>", "$a$"],
            ]
        )
    kinds = {name: random.choice(_EXCITING + _INHIBITING) for name in names}
    # Each neuron occurs, so that the network is the same whatever the draw.
    ends = [(name, names[(k + 1) % len(names)]) for k, name in enumerate(names)]
    ends += [(random.choice(names), random.choice(names)) for _ in range(4)]
    rows = tuple((pre, post, str(random.randrange(1, 60)), kinds[pre]) for pre, post in ends)
    return Grid(_HEADER, rows)


def _write_columns(grid: Grid, path: Path, kind: type = int) -> None:
    import pyarrow as pa
    import pyarrow.feather as feather
    import pyarrow.parquet as parquet

    def column(name: str) -> pa.Array:
        cells = [row[grid.column(name)] for row in grid.rows]
        if name == "count" or (name != "transmitter" and all(c.isdigit() for c in cells)):
            return pa.array([(int if name == "count" else kind)(cell) for cell in cells])
        return pa.array(cells)

    table = pa.table({name: column(name) for name in grid.header})
    write = parquet.write_table if path.suffix == ".parquet" else feather.write_feather
    write(table, path)


def _simulate(table: Path, out: Path) -> tuple[str, ...]:
    return ("simulate", str(table), *_SHORT, "--out", str(out))


def _same_edges(out: Path, grid: Grid) -> str | None:
    """Whether the network that was simulated is that of the table, read by h5py alone."""
    import h5py

    wanted: Counter[tuple[str, str, str]] = Counter()
    for pre, post, count, kind in grid.rows:
        wanted[pre, post, kind] += int(count)
    types = {}
    with (out / "connectome" / "edge_types.csv").open(newline="") as file:
        for row in csv.DictReader(file, delimiter=" "):
            types[int(row["edge_type_id"])] = row["transmitter"]
    found: Counter[tuple[str, str, str]] = Counter()
    with h5py.File(out / "connectome" / "nodes.h5") as nodes:
        (population,) = nodes["nodes"].values()
        written = population["0/name"][()]
        names = [n.decode() if isinstance(n, bytes) else str(n) for n in written]
    with h5py.File(out / "connectome" / "edges.h5") as edges:
        for group in edges["edges"].values():
            for source, target, kind, count in zip(
                group["source_node_id"][()],
                group["target_node_id"][()],
                group["edge_type_id"][()],
                group["0/nsyns"][()],
                strict=True,
            ):
                found[names[source], names[target], types[int(kind)]] += int(count)
    if found != wanted:
        return f"edges {sorted((found - wanted) | (wanted - found))} differ"
    return None
