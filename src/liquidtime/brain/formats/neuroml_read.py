"""Reading NeuroML 2 piece by piece; `liquidtime.brain.formats.neuroml` tells what is read how."""

from __future__ import annotations

import json
import re
from array import array
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
from numpy.typing import NDArray

from liquidtime.brain.formats.neuroml_write import TAG
from liquidtime.errors import InputError

_UNITS: Mapping[str, Mapping[str, float]] = {
    "voltage": {"V": 1e3, "mV": 1.0},
    "conductance": {"S": 1e9, "mS": 1e6, "uS": 1e3, "nS": 1.0, "pS": 1e-3},
    "capacitance": {"F": 1e12, "uF": 1e6, "nF": 1e3, "pF": 1.0},
    "time": {"s": 1e3, "ms": 1.0},
    "per_voltage": {"per_V": 1e-3, "per_mV": 1.0},
    "current": {"A": 1e12, "uA": 1e6, "nA": 1e3, "pA": 1.0},
}

_PROJECTIONS = ("projection", "electricalProjection", "continuousProjection")
_ENDS = (("preCell", "postCell"), ("preCellId", "postCellId"), ("from", "to"))
_ELECTRICAL = (
    "electricalConnection",
    "electricalConnectionInstance",
    "electricalConnectionInstanceW",
)
_CHEMICAL = (
    "connection",
    "connectionWD",
    "continuousConnection",
    "continuousConnectionInstance",
    "continuousConnectionInstanceW",
    "synapticConnection",
    "synapticConnectionWD",
)
_QUANTITY = re.compile(r"\s*([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)\s*([A-Za-z_]\w*)\s*")
_CELL = re.compile(r"(?:\.\./)?([A-Za-z_]\w*)(?:/(\d+)(?:/.*)?|\[(\d+)\])")


def quantity(text: str, dimension: str) -> float:
    """A number with a unit, such as "0.09nS" or "-70 mV", in mV, nS, pF, ms, 1/mV or pA.

    Args:
        text: The number and its unit.
        dimension: "voltage", "conductance", "capacitance", "time", "per_voltage" or "current".

    Raises:
        InputError: If it is no number, or the unit is not one of that dimension.
    """
    units = _UNITS[dimension]
    found = _QUANTITY.fullmatch(text)
    if found is None or found[2] not in units:
        raise InputError(
            f"{text!r} is no {dimension}; expected a number with one of the units "
            f"{', '.join(units)}, such as '1.5{list(units)[-1]}'."
        )
    return float(found[1]) * units[found[2]]


@dataclass
class Cells:
    """A population: where its neurons lie in the order of the file, and what is told of them."""

    name: str
    component: str
    first: int
    size: int
    instances: list[int] = field(default_factory=list)
    places: list[tuple[float, float, float]] = field(default_factory=list)
    properties: dict[str, str] = field(default_factory=dict)

    def own(self, tag: str) -> Any:
        """The value of a property that liquidtime wrote, or None."""
        found = self.properties.get(TAG + tag)
        return None if found is None else json.loads(found)

    def position(self, instance: int) -> int:
        """The index of an instance in the order of the file, -1 if there is no such."""
        if not self.instances or self.instances[instance : instance + 1] == [instance]:
            return self.first + instance if instance < self.size else -1
        return self.first + self.instances.index(instance) if instance in self.instances else -1


@dataclass
class Links:
    """Connections, one entry each: ends, weight and, of chemical ones, the kind of synapse."""

    pre: array = field(default_factory=lambda: array("i"))
    post: array = field(default_factory=lambda: array("i"))
    weights: array = field(default_factory=lambda: array("f"))
    kinds: array = field(default_factory=lambda: array("i"))

    def arrays(self) -> tuple[NDArray, NDArray, NDArray, NDArray]:
        """Pre, post, weights and kinds as arrays [E]; no kinds of electrical ones."""
        pre, post, kinds = (
            np.frombuffer(part, np.int32) if part else np.zeros(0, np.int32)
            for part in (self.pre, self.post, self.kinds)
        )
        weights = np.frombuffer(self.weights, np.float32) if self.weights else np.zeros(0)
        return pre, post, weights, kinds


class Document:
    """What a NeuroML file and those that it includes hold, as far as connectomes go.

    Attributes:
        name: The id of the network.
        components: Cells, synapses and the like, by id: their attributes, and `type`.
        populations: By id.
        chemical: Its kinds are the numbers in `synapses`.
        electrical: Gap junctions as they stand in the file.
        synapses: A number for each pair of a projection's id and a synapse's.
        missing: Included files that are not there.
    """

    def __init__(self, path: Path):
        self.path = path
        self.name: str | None = None
        self.components: dict[str, dict[str, str]] = {}
        self.populations: dict[str, Cells] = {}
        self.chemical = Links()
        self.electrical = Links()
        self.synapses: dict[tuple[str, str], int] = {}
        self.missing: list[str] = []
        self._seen: set[Path] = set()
        self._projection: dict[str, str] = {}
        self._population: Cells | None = None
        if not path.is_file():
            raise InputError(f"there is no file {path}; expected a NeuroML network.")
        self._read(path)

    def _read(self, path: Path) -> None:
        self._seen.add(path.resolve())
        parents: list[ElementTree.Element] = []
        included: list[str] = []
        try:
            for event, element in ElementTree.iterparse(path, events=("start", "end")):
                tag = element.tag.rsplit("}", 1)[-1]
                if event == "start":
                    if len(parents) == 1:
                        self._component(tag, element.attrib)
                    self._start(tag, element.attrib, path)
                    parents.append(element)
                    continue
                parents.pop()
                if tag in ("include", "Include"):
                    included.append(element.get("href") or element.get("file") or "")
                elif tag in _CHEMICAL:
                    self._connect(self.chemical, element.attrib, path)
                elif tag in _ELECTRICAL:
                    self._connect(self.electrical, element.attrib, path)
                elif tag == "population":
                    self._population = None
                elif self._population is not None:
                    self._tell(self._population, tag, element.attrib)
                if parents:
                    # What is read is let go, so that memory does not grow with the file.
                    parents[-1].remove(element)
        except ElementTree.ParseError as error:
            raise InputError(f"{path} cannot be read as XML: {error}.") from error
        for name in included:
            other = path.parent / name
            if not other.is_file():
                self.missing.append(name)
            elif other.resolve() not in self._seen:
                self._read(other)

    def _component(self, tag: str, attributes: Mapping[str, str]) -> None:
        if "id" in attributes and tag != "network":
            self.components[attributes["id"]] = {"type": tag, **attributes}

    def _start(self, tag: str, attributes: Mapping[str, str], path: Path) -> None:
        if tag == "network":
            if self.name is not None:
                raise InputError(f"{path}: there are several networks; expected one.")
            self.name = attributes.get("id", path.stem)
        elif tag == "population":
            for name in ("id", "component"):
                if name not in attributes:
                    raise InputError(f"{path}: a population has no {name}: {dict(attributes)}.")
            first = sum(cells.size for cells in self.populations.values())
            size = int(attributes.get("size", 0))
            cells = Cells(attributes["id"], attributes["component"], first, size)
            self._population = self.populations[cells.name] = cells
        elif tag in _PROJECTIONS:
            self._projection = dict(attributes)

    def _tell(self, cells: Cells, tag: str, attributes: Mapping[str, str]) -> None:
        if tag == "property":
            cells.properties[attributes.get("tag", "")] = attributes.get("value", "")
        elif tag == "instance":
            cells.instances.append(int(attributes.get("id", len(cells.instances))))
            cells.size = max(cells.size, len(cells.instances))
        elif tag == "location":
            x, y, z = (float(attributes.get(axis, "nan")) for axis in "xyz")
            cells.places.append((x, y, z))

    def _connect(self, links: Links, attributes: Mapping[str, str], path: Path) -> None:
        for ends in _ENDS:
            if ends[0] in attributes and ends[1] in attributes:
                break
        else:
            raise InputError(f"{path}: a connection does not tell its ends: {dict(attributes)}.")
        projection = self._projection
        links.pre.append(self._end(attributes[ends[0]], "presynapticPopulation", path))
        links.post.append(self._end(attributes[ends[1]], "postsynapticPopulation", path))
        links.weights.append(float(attributes.get("weight", 1)))
        if links is self.electrical:
            return
        synapse = next(
            (
                found[name]
                for found in (attributes, projection)
                for name in ("postComponent", "synapse")
                if name in found
            ),
            "",
        )
        key = (projection.get("id", ""), synapse)
        links.kinds.append(self.synapses.setdefault(key, len(self.synapses)))

    def _end(self, text: str, side: str, path: Path) -> int:
        if text.isdecimal():
            name, instance = self._projection.get(side, ""), int(text)
        elif found := _CELL.fullmatch(text):
            name, instance = found[1], int(found[2] or found[3])
        else:
            raise InputError(
                f"{path}: a connection ends at {text!r}; expected '../population/0/cell', "
                "'population[0]' or a number."
            )
        cells = self.populations.get(name)
        position = -1 if cells is None else cells.position(instance)
        if position < 0:
            known = ", ".join(list(self.populations)[:5]) or "none"
            raise InputError(
                f"{path}: a connection ends at {text!r}, but there is no cell {instance} of a "
                f"population {name!r}; the first populations are {known}."
            )
        return position
