"""C. elegans, both sexes, as published by Cook et al. 2019 and corrected in July 2020.

A weight is the number of sections of the electron micrographs in which a connection is seen, so
that it counts both synapses and their sizes. The data of several animals are put together.

Cite: S. J. Cook et al., "Whole-animal connectomes of both Caenorhabditis elegans sexes", Nature
571, 63 (2019), doi:10.1038/s41586-019-1352-7.
"""

from __future__ import annotations

import csv
import io
import os
import warnings
from pathlib import Path
from typing import Any, Literal

import numpy as np

from liquidtime.brain.connectome.graph import Connectome
from liquidtime.brain.read.mirror import in_mirror
from liquidtime.brain.read.worm import classes, transmitters, usual_name
from liquidtime.data.sources import Source, fetch, members
from liquidtime.errors import InputError
from liquidtime.optional import require

WORKBOOK = Source(
    "connectome/celegans",
    "SI 5 Connectome adjacency matrices, corrected July 2020.xlsx",
    "https://wormwiring.org/si/"
    "SI%205%20Connectome%20adjacency%20matrices,%20corrected%20July%202020.xlsx",
    "1f4fdbf84746b69b49a8da0816f52787860ce349b638dce37924ba80f90c70c9",
)
PACKAGE = Source(
    "connectome/celegans",
    "cect-0.3.5-py3-none-any.whl",
    "https://files.pythonhosted.org/packages/13/07/"
    "932ef2f41dd4bb9abdd58678ccc15eff2a8df2a5bfb309787ddab06f184f/cect-0.3.5-py3-none-any.whl",
    "ea47f7a6b0d69a8d0bd3b0ade4037b7cc32d31ad0449f823d7ec153d6fd25057",
)
"""The C. elegans Connectome Toolbox of OpenWorm (MIT), which holds the list of cells."""
CELLS = Source(
    "connectome/celegans",
    "all_cell_info.csv",
    PACKAGE.url,
    "63c6fc5f55c90df092b24afe1cbfc96da63f577288e74621d6395fc195e6221d",
)

_GROUPS = {
    "PHARYNX": "pharynx",
    "SENSORY NEURONS": "sensory",
    "INTERNEURONS": "inter",
    "MOTOR NEURONS": "motor",
}
_WITHOUT_SYNAPSES = ("CANL", "CANR")
"""Neurons that send no chemical synapse, and so have no row."""
_MALE_MOTOR = ("CA", "CP")
"""Classes of motor neurons that the list of cells leaves out."""


def cook2019(sex: Literal["hermaphrodite", "male"] = "hermaphrodite") -> Connectome:
    """The connectome of the adult worm; fetches the workbook (4 MB) where needed.

    The hermaphrodite has 302 neurons, 3,709 chemical edges of total weight 20,965 and 1,091 gap
    junctions. Muscles and other end organs are left out, and so are the 14 gap junctions that
    the workbook lists from a neuron to itself, which carry no current.

    Args:
        sex: Which adult.

    Returns:
        The neurons in the order of the workbook, CANL and CANR last. Columns: `type` (the class,
        such as AVA), `group` (pharynx, sensory, inter, motor or other), `role` (such as "Layer 2
        interneuron", of the list of cells) and `transmitter`, which decides the classes of edges.
        What glutamate does depends on the receptor, which is not in the data.

    Raises:
        InputError: If the sex is unknown or a file is not at hand.
    """
    if sex not in ("hermaphrodite", "male"):
        raise InputError(f'sex is {sex!r}; expected "hermaphrodite" or "male".')
    listed = in_mirror(CELLS)
    if listed is None:
        inside = (data for name, data in members(fetch(PACKAGE)) if name == CELLS.file)
        return from_workbook(fetch(WORKBOOK), next(inside).decode(), sex)
    return from_workbook(fetch(WORKBOOK), listed.read_text(encoding="utf-8"), sex)


def from_workbook(
    workbook: str | os.PathLike[str],
    cells: str = "",
    sex: Literal["hermaphrodite", "male"] = "hermaphrodite",
) -> Connectome:
    """Like `cook2019`, from a workbook of the same layout.

    Args:
        workbook: A file with the sheets `<sex> chemical` and `<sex> gap jn symmetric`. Names of
            targets are in row 3 from column D, names of sources in column C from row 4, the
            section to which a source belongs in column A where it begins.
        cells: The text of a CSV file whose first two columns are the name of a cell and its
            role; neurons that it leaves out have an empty role.
        sex: Which sheets to read.

    Raises:
        InputError: If a sheet is missing, a weight is no number, or no neuron has a row.
    """
    pandas = require("pandas", extra="brain")
    names = [f"{sex} chemical", f"{sex} gap jn symmetric"]
    chemical, gap = _sheets(Path(workbook), names)
    sections: dict[str, str] = {}
    section = ""
    for row in chemical[3:]:
        section = str(row[0] or section).strip()
        if row[2]:
            sections[usual_name(row[2])] = section
    if not sections:
        raise InputError(f"{workbook}, {names[0]!r}: no neuron in column C from row 4.")
    in_gap = {usual_name(row[2]) for row in gap[3:] if row[2]}
    sections |= {name: "" for name in _WITHOUT_SYNAPSES if name in in_gap}
    rows = (row[:2] for row in csv.reader(io.StringIO(cells)) if len(row) > 1)
    roles = {usual_name(name): role for name, role in rows}
    neurons = list(sections)
    kinds = classes(neurons)
    table = pandas.DataFrame(
        {
            "type": kinds,
            "group": [
                _GROUPS.get(sections[name]) or _group(kind, roles.get(name, ""))
                for name, kind in zip(neurons, kinds, strict=True)
            ],
            "role": [roles.get(name, "") for name in neurons],
            "transmitter": transmitters(neurons, sex),
        },
        index=pandas.Index(neurons, name="name"),
    )
    number = {name: n for n, name in enumerate(neurons)}
    pre, post, weights = _among(chemical, number, f"{workbook}, {names[0]!r}")
    one, other, sizes = _among(gap, number, f"{workbook}, {names[1]!r}")
    apart = one != other
    labels = table.index.to_numpy()
    return Connectome.from_edges(
        labels[pre],
        labels[post],
        weights,
        neurons=table,
        gap_junctions=(labels[one[apart]], labels[other[apart]], sizes[apart]),
        name=f"C. elegans {sex} (Cook 2019)",
    )


def _sheets(path: Path, names: list[str]) -> list[list[tuple[Any, ...]]]:
    openpyxl = require("openpyxl", extra="brain")
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Unknown extension", UserWarning)
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
        try:
            if missing := [name for name in names if name not in book.sheetnames]:
                raise InputError(
                    f"{path} has no sheet {missing[0]!r}; its sheets are "
                    f"{', '.join(map(repr, book.sheetnames))}."
                )
            return [list(book[name].iter_rows(values_only=True)) for name in names]
        finally:
            book.close()


def _group(kind: str, role: str) -> str:
    for word, group in (("motor", "motor"), ("interneuron", "inter"), ("sensory", "sensory")):
        if word in role.lower():
            return group
    return "motor" if kind in _MALE_MOTOR else "other"


def _among(
    rows: list[tuple[Any, ...]], number: dict[str, int], what: str
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Sources, targets and weights of a sheet, as far as both are among the neurons."""
    # Row and column end in sums and repeated labels, which have no name of their own.
    targets = {
        column: number[usual_name(name)]
        for column, name in enumerate(rows[2])
        if column > 2 and name and usual_name(name) in number
    }
    found = []
    for row in rows[3:]:
        source = number.get(usual_name(row[2])) if row[2] else None
        if source is None:
            continue
        for column, target in targets.items():
            weight = row[column] if column < len(row) else None
            if isinstance(weight, int | float):
                found.append((source, target, weight))
            elif weight is not None and str(weight).strip():
                raise InputError(
                    f"{what}: {row[2]} to {rows[2][column]} is {weight!r}; expected a number or "
                    "an empty cell."
                )
    columns = np.array(found, dtype=np.float64).reshape(-1, 3).T
    return columns[0].astype(np.int64), columns[1].astype(np.int64), columns[2]
