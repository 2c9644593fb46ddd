"""Whatever the C. elegans Connectome Toolbox of OpenWorm (`cect`, MIT) reads.

It brings, among others, the eight ages of Witvliet et al. 2021, White et al. 1986 and Varshney et
al. 2011. Install it with `pip install cect`; cite the paper of the data set that you read.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterable
from types import ModuleType
from typing import Any, Protocol

from liquidtime.brain.connectome.graph import Connectome
from liquidtime.brain.connectome.transmitters import UNKNOWN, canonical
from liquidtime.brain.read.worm import classes, transmitters, usual_name
from liquidtime.errors import InputError
from liquidtime.optional import require

_CHEMICAL = ("Chemical", "Send")
_GAP = ("GapJunction", "Generic_GJ")
_CLASSES = {
    "generic_cs": "",
    "excitatorychem": "excitatory",
    "inhibitorychem": "inhibitory",
    "acetylcholine_tyramine": "acetylcholine",
    "serotonin_acetylcholine": "acetylcholine",
    "serotonin_glutamate": "glutamate",
    "fmrfamide": UNKNOWN,
    "betaine": UNKNOWN,
    "otherchemicalnt": UNKNOWN,
}
"""What a class of synapses means; "" where it does not tell, so that the neuron decides."""


class Connection(Protocol):
    """What `cect` calls a ConnectionInfo."""

    pre_cell: str
    post_cell: str
    number: float
    syntype: str
    synclass: str


def cect_reader(name: str, *, neurons_only: bool = True) -> Connectome:
    """Read a data set with a reader of the package `cect`.

    Contacts, extrasynaptic and functional connections, which some readers give, are left out.

    Args:
        name: Of the reader, such as "WitvlietDataReader8", or short, such as "Witvliet8",
            "Varshney", "White" (the whole animal) or "Cook2019Herm".
        neurons_only: Whether muscles and other cells are left out.

    Returns:
        Neurons sorted by name, with the columns `type` (the class, such as AVA) and
        `transmitter`. The class of an edge is the transmitter that the reader tells, else that of
        its source in the map of transmitters which `cook2019` uses as well. Where a gap junction
        has two counts, one in each direction, the larger one is taken; those from a neuron to
        itself, which carry no current, are left out.

    Raises:
        ImportError: If `cect` is not installed.
        InputError: If it has no such reader, or the reader gives no synapses.
    """
    reader = _module(name).get_instance()
    if neurons_only:
        _, connections = reader.get_neuron_to_neuron_conns()
    else:
        connections = reader.get_current_connection_info_list()
    return from_connections(connections, name=name)


def from_connections(connections: Iterable[Connection], *, name: str = "connectome") -> Connectome:
    """Like `cect_reader`, from the connections themselves.

    Args:
        connections: Objects with `pre_cell`, `post_cell`, `number`, `syntype` and `synclass`.
        name: Of the connectome.

    Raises:
        InputError: If none is a chemical synapse or a gap junction.
    """
    pandas = require("pandas", extra="brain")
    chemical: list[tuple[str, str, float, str]] = []
    gaps: dict[tuple[str, str], float] = {}
    found = list(connections)
    for one in found:
        pre, post, number = usual_name(one.pre_cell), usual_name(one.post_cell), float(one.number)
        if one.syntype in _GAP or one.synclass in _GAP:
            pair = (min(pre, post), max(pre, post))
            if pre != post:
                gaps[pair] = max(gaps.get(pair, 0.0), number)
        elif one.syntype in _CHEMICAL or one.synclass == "Generic_CS":
            chemical.append((pre, post, number, str(one.synclass)))
    if not chemical and not gaps:
        kinds = ", ".join(sorted({repr(one.syntype) for one in found})) or "none"
        raise InputError(
            f"{name} gives no synapses: of its {len(found)} connections the types are {kinds}; "
            "expected 'Chemical' or 'GapJunction'."
        )
    ends = {cell for edge in chemical for cell in edge[:2]} | {c for pair in gaps for c in pair}
    cells = sorted(ends)
    own = dict(zip(cells, transmitters(cells), strict=True))
    table = pandas.DataFrame(
        {"type": classes(cells), "transmitter": list(own.values())},
        index=pandas.Index(cells, name="name"),
    )
    return Connectome.from_edges(
        [edge[0] for edge in chemical],
        [edge[1] for edge in chemical],
        [edge[2] for edge in chemical],
        neurons=table,
        transmitter=[_class(edge[3]) or own[edge[0]] for edge in chemical],
        gap_junctions=(
            ([one for one, _ in gaps], [other for _, other in gaps], list(gaps.values()))
            if gaps
            else None
        ),
        name=name,
    )


def _class(told: str) -> str:
    return _CLASSES.get(told.strip().lower(), canonical(told))


def _module(name: str) -> ModuleType | Any:
    try:
        importlib.import_module("cect")
    except ModuleNotFoundError as error:
        if error.name != "cect":
            raise
        raise ImportError("cect is not installed. Install it with: pip install cect") from error
    stem, number = re.fullmatch(r"(.*?)(\d?)", name).groups()  # pyright: ignore[reportOptionalMemberAccess]
    candidates = [
        *(name, f"{name}DataReader", f"{name}Reader", f"{stem}DataReader{number}"),
        f"{name}_whole",
    ]
    for package in ("cect.readers", "cect"):
        for candidate in candidates:
            full = f"{package}.{candidate}"
            try:
                module = importlib.import_module(full)
            except ModuleNotFoundError as error:
                if error.name not in (full, package):
                    raise
                continue
            if hasattr(module, "get_instance"):
                return module
    raise InputError(
        f"cect has no reader {name!r}; expected one such as 'Witvliet8', 'Varshney', 'White' or "
        "'Cook2019Herm', or the name of a module in cect.readers."
    )
