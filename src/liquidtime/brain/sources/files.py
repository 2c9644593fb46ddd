"""Connectomes from files: edge tables, SONATA, NeuroML."""

from __future__ import annotations

from pathlib import Path

from liquidtime.brain.neurons.graded import Parameters
from liquidtime.brain.sources.contract import Found, Wanted, refuse
from liquidtime.errors import InputError

SUFFIXES = (".csv", ".tsv", ".txt", ".parquet", ".pq", ".feather", ".arrow")
_SONATA, _NEUROML = (".json",), (".nml", ".xml")


def from_file(path: Path, wanted: Wanted) -> Found:
    """Read a connectome from a file.

    Raises:
        InputError: If it is of no kind that is known, or cannot be read.
    """
    suffixes = [suffix.lower() for suffix in path.suffixes]
    refuse(wanted, "in_degree", "files")
    name = path.resolve().name.partition(".")[0] or "network"
    if path.is_dir() or path.suffix.lower() in _SONATA:
        from liquidtime.brain.formats.sonata import read_sonata, sonata_parameters

        refuse(wanted, "neurons", "transmitter", "signed")
        return Found(read_sonata(path), sonata_parameters(path) or Parameters(), name, [])
    if path.suffix.lower() in _NEUROML:
        from liquidtime.brain.formats.neuroml import neuroml_parameters, read_neuroml

        refuse(wanted, "neurons", "transmitter", "signed")
        return Found(read_neuroml(path), neuroml_parameters(path) or Parameters(), name, [])
    if not set(suffixes) & set(SUFFIXES):
        raise InputError(
            f"{path} ends in {path.suffix or 'no suffix'!r}; expected an edge table "
            f"({', '.join(SUFFIXES)}), a SONATA folder or .json, or NeuroML (.nml)."
        )
    from liquidtime.brain.read import read_edges

    made = read_edges(
        path,
        pre=wanted.pre,
        post=wanted.post,
        count=wanted.count,
        transmitter=wanted.transmitter,
        signed=wanted.signed,
        neurons=None if wanted.neurons is None else _table_of_neurons(wanted.neurons),
        name=name,
    )
    return Found(made, Parameters(), name, [])


def _table_of_neurons(text: str) -> Path:
    path = Path(text)
    if not path.is_file():
        raise InputError(
            f"--neurons is {text!r}, which is no file; expected the table of neurons of the edge "
            "table. A number of neurons is for random, fly-like and microcircuit."
        )
    return path
