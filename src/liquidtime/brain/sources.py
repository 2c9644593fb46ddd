"""The connectome that `liquidtime simulate` is to take: by name, or from a file."""

from __future__ import annotations

import dataclasses
import difflib
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from liquidtime.errors import InputError

if TYPE_CHECKING:
    from liquidtime.brain import Connectome, Parameters

_NEURONS, _IN_DEGREE = 1000, 100
_SUFFIXES = (".csv", ".tsv", ".txt", ".parquet", ".pq", ".feather", ".arrow")
_SONATA, _NEUROML = (".json",), (".nml", ".xml")


@dataclass(frozen=True)
class Wanted:
    """What the options say about the connectome; see `liquidtime simulate --help`."""

    network: str
    neurons: str | None
    in_degree: int | None
    files: tuple[Path, ...]
    pre: str
    post: str
    count: str | None
    transmitter: str | None
    seed: int
    scaled: bool
    """Whether a unit conductance is set."""


class Found(NamedTuple):
    """A connectome, the constants that came with it, and a short name for folders."""

    connectome: Connectome
    parameters: Parameters
    name: str
    notes: list[str]


def find_connectome(wanted: Wanted) -> Found:
    """Read or make the connectome.

    Raises:
        InputError: If there is neither such a name nor such a file, or a file cannot be read.
    """
    word = wanted.network
    if word in _NAMED:
        with warnings.catch_warnings(record=True) as said:
            warnings.simplefilter("always", UserWarning)
            found = _NAMED[word](wanted)
        found.notes.extend(str(each.message) for each in said)
        return found
    path = Path(word)
    if not path.exists():
        close = difflib.get_close_matches(word, _NAMED, n=1)
        hint = f" Did you mean {close[0]}?" if close else ""
        raise InputError(
            f"{word!r} is neither a file nor one of {', '.join(_NAMED)}.{hint} Expected an edge "
            f"table ({', '.join(_SUFFIXES)}), a SONATA folder or configuration, or a NeuroML file."
        )
    return _from_file(path, wanted)


def _worm(wanted: Wanted) -> Found:
    from liquidtime.brain.read import cook2019

    _refuse(wanted, "neurons", "in_degree", "files", "transmitter")
    note = "A weight of this worm is a number of sections, not of synapses."
    return _found(cook2019(), "worm", [] if wanted.scaled else [note])


def _larva(wanted: Wanted) -> Found:
    from liquidtime.brain.read import winding2023

    _refuse(wanted, "neurons", "in_degree", "files")
    kinds, notes = None, []
    if wanted.transmitter is None:
        notes = [
            "The larva's data have no transmitters, so every edge excites; --transmitter "
            "LNs=gaba,KCs=acetylcholine says which types do what."
        ]
    elif "=" in wanted.transmitter:
        kinds = dict(_pair(part) for part in wanted.transmitter.split(","))
    else:
        kinds = wanted.transmitter
    return _found(winding2023(transmitter=kinds), "larva", notes, fly=True)


def _flywire(wanted: Wanted) -> Found:
    from liquidtime.brain.read import flywire

    _refuse(wanted, "neurons", "in_degree", "transmitter")
    if len(wanted.files) != 2:
        raise InputError(
            f"flywire got {len(wanted.files)} files; expected your own two: --files "
            "Completeness_783.csv Connectivity_783.parquet. FlyWire does not allow them to be "
            "passed on, so they are not fetched."
        )
    return _found(flywire(*wanted.files), "flywire", [], fly=True)


def _malecns(wanted: Wanted) -> Found:
    from liquidtime.brain.read import malecns

    _refuse(wanted, "neurons", "in_degree")
    if len(wanted.files) > 3:
        raise InputError(
            f"malecns got {len(wanted.files)} files; expected up to three: --files WEIGHTS "
            "NEUROTRANSMITTERS ANNOTATIONS. What is not given is fetched (1.1 GB)."
        )
    found = malecns(*wanted.files, transmitter=wanted.transmitter)
    return _found(found, "malecns", [], fly=True)


def _random(wanted: Wanted) -> Found:
    from liquidtime.brain.generate import random

    _refuse(wanted, "files", "transmitter")
    neurons = _size(wanted) or _NEURONS
    degree = min(_IN_DEGREE, neurons - 1) if wanted.in_degree is None else wanted.in_degree
    return _found(random(neurons, degree, seed=wanted.seed), "random", [])


def _fly_like(wanted: Wanted) -> Found:
    from liquidtime.brain.generate import fly_like

    _refuse(wanted, "files", "transmitter")
    neurons = _size(wanted)
    if neurons is None and wanted.in_degree is None:
        return _found(fly_like(seed=wanted.seed), "fly-like", [])
    neurons = neurons or 138_639
    degree = min(109, max(1, neurons // 20)) if wanted.in_degree is None else wanted.in_degree
    made = fly_like(neurons, neurons * degree, seed=wanted.seed)
    return _found(made, "fly-like", [])


def _microcircuit(wanted: Wanted) -> Found:
    from liquidtime.brain.generate import cortical_microcircuit
    from liquidtime.brain.generate.microcircuit import SIZES

    _refuse(wanted, "files", "transmitter", "in_degree")
    neurons = _size(wanted) or round(0.1 * sum(SIZES))
    made = cortical_microcircuit(min(1.0, neurons / sum(SIZES)), seed=wanted.seed)
    return _found(made, "microcircuit", [])


_NAMED: Mapping[str, Callable[[Wanted], Found]] = {
    "worm": _worm,
    "larva": _larva,
    "flywire": _flywire,
    "malecns": _malecns,
    "random": _random,
    "fly-like": _fly_like,
    "microcircuit": _microcircuit,
}


def _from_file(path: Path, wanted: Wanted) -> Found:
    from liquidtime.brain import Parameters

    suffixes = [suffix.lower() for suffix in path.suffixes]
    _refuse(wanted, "in_degree", "files")
    name = path.resolve().name.partition(".")[0] or "network"
    if path.is_dir() or path.suffix.lower() in _SONATA:
        from liquidtime.brain.formats.sonata import read_sonata, sonata_parameters

        _refuse(wanted, "neurons", "transmitter")
        return Found(read_sonata(path), sonata_parameters(path) or Parameters(), name, [])
    if path.suffix.lower() in _NEUROML:
        from liquidtime.brain.formats.neuroml import neuroml_parameters, read_neuroml

        _refuse(wanted, "neurons", "transmitter")
        return Found(read_neuroml(path), neuroml_parameters(path) or Parameters(), name, [])
    if not set(suffixes) & set(_SUFFIXES):
        raise InputError(
            f"{path} ends in {path.suffix or 'no suffix'!r}; expected an edge table "
            f"({', '.join(_SUFFIXES)}), a SONATA folder or .json, or NeuroML (.nml)."
        )
    from liquidtime.brain.read import read_edges, read_table

    table = read_table(path)
    if wanted.count not in table and wanted.count == "count":
        # The default is a habit, not a request; a table without counts has one row a synapse.
        wanted = dataclasses.replace(wanted, count=None)
    transmitter = wanted.transmitter
    if transmitter is None and "transmitter" in table:
        transmitter = "transmitter"
    neurons = None if wanted.neurons is None else _table_of_neurons(wanted.neurons)
    try:
        made = read_edges(
            table,
            pre=wanted.pre,
            post=wanted.post,
            count=wanted.count,
            transmitter=transmitter,
            neurons=neurons,
            name=name,
        )
    except InputError as error:
        raise InputError(f"{path}: {error}") from error
    notes = []
    if made.classes == ("unknown",):
        notes = ["No transmitters are told, so every edge excites; see --transmitter."]
    return Found(made, Parameters(), name, notes)


def _table_of_neurons(text: str) -> Path:
    path = Path(text)
    if not path.is_file():
        raise InputError(
            f"--neurons is {text!r}, which is no file; expected the table of neurons of the edge "
            "table. A number of neurons is for random, fly-like and microcircuit."
        )
    return path


def _found(connectome: Connectome, name: str, notes: list[str], *, fly: bool = False) -> Found:
    from liquidtime.brain import Parameters
    from liquidtime.brain.connectome.transmitters import FLY

    parameters = Parameters(reversal_potential=FLY) if fly else Parameters()
    return Found(connectome, parameters, name, notes)


def _size(wanted: Wanted) -> int | None:
    if wanted.neurons is None:
        return None
    text = wanted.neurons.replace(",", "").replace("_", "")
    if not text.isdigit() or int(text) < 2:
        raise InputError(
            f"--neurons is {wanted.neurons!r}; expected how many neurons {wanted.network} shall "
            "have, such as 1000."
        )
    return int(text)


def _refuse(wanted: Wanted, *options: str) -> None:
    for option in options:
        if getattr(wanted, option):
            raise InputError(
                f"--{option.replace('_', '-')} means nothing for {wanted.network}; leave it out."
            )


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = (part.strip() for part in text.partition("="))
    if not equals or not name or not value:
        raise InputError(
            f"--transmitter has {text!r}; expected TYPE=TRANSMITTER, such as LNs=gaba."
        )
    return name, value
