"""The files of a SONATA circuit: its configuration, its tables of types and its attributes."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from liquidtime.brain.formats.sonata_write import CONFIG_NAME
from liquidtime.errors import InputError
from liquidtime.optional import require

if TYPE_CHECKING:
    import pandas

TRANSMITTER_COLUMNS = ("transmitter", "neurotransmitter", "synapse_class", "ei")
"""Where transmitters are looked for, in this order."""

_NO_ATTRIBUTES = ("dynamics_params", "@library")


@dataclass(frozen=True)
class Population:
    """Nodes or edges of one name, in one file.

    Attributes:
        kind: "node" or "edge".
        name: Of the group in the file.
        path: Of the HDF5 file.
        types_path: Of the CSV file of types, or None.
        about: What the configuration says of this population.
    """

    kind: str
    name: str
    path: Path
    types_path: Path | None
    about: Mapping[str, Any]

    @cached_property
    def types(self) -> pandas.DataFrame:
        """The types of this population, by their id. NULL has become NaN."""
        pandas = require("pandas", extra="brain")
        key = f"{self.kind}_type_id"
        if self.types_path is None:
            return pandas.DataFrame(index=pandas.Index([], name=key, dtype=np.int64))
        if not self.types_path.is_file():
            raise InputError(f"there is no file {self.types_path}, which the circuit names.")
        table = pandas.read_csv(
            self.types_path,
            sep=r"\s+",
            quotechar='"',
            keep_default_na=False,
            na_values=["NULL"],
            dtype=dict.fromkeys(("population", *TRANSMITTER_COLUMNS), str),
        )
        if key not in table:
            raise InputError(
                f"{self.types_path} has the columns {', '.join(table.columns)}; expected {key} "
                "among them, and spaces between the columns."
            )
        if "population" in table:
            table = table[table["population"].isin([self.name]) | table["population"].isna()]
        return table.drop(columns="population", errors="ignore").set_index(key)

    @contextmanager
    def open(self) -> Iterator[Attributes]:
        """The attributes, while the file is open."""
        with open_file(self.path) as file:
            group = member(file, f"{self.kind}s/{self.name}")
            yield Attributes(group, self.kind, self.types)


@dataclass(frozen=True)
class Circuit:
    """What a configuration names: its populations and folders of components."""

    path: Path
    populations: Sequence[Population]
    components: Mapping[str, Path]

    def nodes(self, name: str | None) -> Population:
        """The population of neurons of that name, or the only one.

        Raises:
            InputError: If there is none, or there are several and none was named.
        """
        found = [each for each in self.populations if each.kind == "node"]
        names = ", ".join(each.name for each in found) or "none"
        if name is None and len(found) == 1:
            return found[0]
        for each in found:
            if each.name == name:
                return each
        if name is None:
            raise InputError(
                f"{self.path} has {len(found)} populations of neurons: {names}. Name the one "
                "that is wanted: population=…."
            )
        raise InputError(f"{self.path} has no population {name!r}; it has {names}.")

    def edges(self) -> list[Population]:
        """All populations of edges."""
        return [each for each in self.populations if each.kind == "edge"]


class Attributes:
    """The attributes of nodes or edges, from the file and from their types."""

    def __init__(self, group: Any, kind: str, types: pandas.DataFrame):
        self.group = group
        self.types = types
        self._kind = kind
        self._type_ids = member(group, f"{kind}_type_id")
        self.groups = {int(key): group[key] for key in group if key.isdigit()}

    def __len__(self) -> int:
        return len(self._type_ids)

    @property
    def names(self) -> list[str]:
        """Of all attributes, those in the file first."""
        inside = [name for group in self.groups.values() for name in group]
        found = dict.fromkeys([*inside, *map(str, self.types.columns)])
        return [name for name in found if name not in _NO_ATTRIBUTES]

    def in_file(self, name: str) -> bool:
        """Whether the file, not only the table of types, has an attribute."""
        return any(name in group for group in self.groups.values())

    def in_types(self, name: str) -> bool:
        """Whether a type has an attribute that is not NULL."""
        return name in self.types and bool(self.types[name].notna().any())

    def type_rows(self, first: int, last: int) -> NDArray[np.int64]:
        """The row in `types` of each node or edge, -1 where its type is not there."""
        values, codes = np.unique(self._type_ids[first:last], return_inverse=True)
        return self.types.index.get_indexer(values.astype(np.int64))[codes]

    def column(self, name: str, first: int, last: int) -> NDArray | None:
        """One attribute of some rows; what the file says goes before the type. NaN where missing.

        Returns:
            [last − first], or None if neither has it.
        """
        pandas = require("pandas", extra="brain")
        values, there = self._from_file(name, first, last)
        if values is not None and there.all():
            return values
        if not self.in_types(name):
            return values
        rows = self.type_rows(first, last)
        inherited = self.types[name].reset_index(drop=True).reindex(rows).to_numpy()
        if values is None:
            return inherited
        return np.asarray(pandas.Series(values).where(there, pandas.Series(inherited)))

    def _from_file(self, name: str, first: int, last: int) -> tuple[NDArray | None, NDArray]:
        there = np.zeros(last - first, dtype=bool)
        values: NDArray | None = None
        numbers, index = self._places(first, last)
        for number, group in self.groups.items():
            rows = numbers == number
            if name not in group or not rows.any():
                continue
            wanted = index[rows]
            low = int(wanted.min())
            part = _decoded(group, name, low, int(wanted.max()) + 1)[wanted - low]
            if rows.all():
                return part, rows
            if values is None:
                number_like = part.dtype.kind in "iufb"
                empty = np.nan if number_like else None
                dtype = np.float64 if number_like else object
                values = np.full((last - first, *part.shape[1:]), empty, dtype=dtype)
            values[rows] = part
            there |= rows
        return values, there

    def _places(self, first: int, last: int) -> tuple[NDArray, NDArray]:
        key = f"{self._kind}_group_id"
        if key not in self.group:
            return np.zeros(last - first, np.int64), np.arange(first, last)
        index = member(self.group, f"{self._kind}_group_index")
        return self.group[key][first:last], index[first:last].astype(np.int64)


def _decoded(group: Any, name: str, first: int, last: int) -> NDArray:
    h5py = require("h5py", extra="brain")
    dataset = group[name]
    found = texts(dataset, first, last)
    if f"@library/{name}" in group:
        library = group[f"@library/{name}"]
        return texts(library, 0, len(library))[found]
    if names := h5py.check_enum_dtype(dataset.dtype):
        if set(names) == {"FALSE", "TRUE"}:
            return found.astype(bool)
        values, codes = np.unique(found, return_inverse=True)
        by_number = {number: text for text, number in names.items()}
        return np.array([by_number[int(value)] for value in values], dtype=object)[codes]
    return found.astype(bool) if dataset.attrs.get("bool") else found


def texts(dataset: Any, first: int, last: int) -> NDArray:
    """Rows of a dataset; bytes become text."""
    if require("h5py", extra="brain").check_string_dtype(dataset.dtype):
        return dataset.asstr()[first:last]
    return dataset[first:last]


def open_file(path: Path) -> Any:
    """An HDF5 file, for reading.

    Raises:
        InputError: If it is missing or of another kind.
    """
    if not path.is_file():
        raise InputError(f"there is no file {path}, which the circuit names.")
    try:
        return require("h5py", extra="brain").File(path, "r")
    except OSError as error:
        raise InputError(f"{path} cannot be read as HDF5: {error}.") from error


def member(group: Any, name: str) -> Any:
    """A group or dataset.

    Raises:
        InputError: If it is missing; the message lists what is there.
    """
    if name in group:
        return group[name]
    raise InputError(
        f"{group.file.filename} has no {group.name.rstrip('/')}/{name}, which SONATA asks for; "
        f"{group.name} holds {', '.join(group) or 'nothing'}."
    )


def open_circuit(path: str | Path) -> Circuit:
    """Read a configuration and find out which populations its files hold.

    Args:
        path: Of a circuit's configuration, of a simulation's, which names a circuit's, or of a
            folder with a `circuit_config.json`.

    Raises:
        InputError: If a file or a needed part of it is missing.
    """
    path = Path(path)
    if path.is_dir():
        path = path / CONFIG_NAME
    if not path.is_file():
        raise InputError(f"there is no file {path}; expected the configuration of a circuit.")
    try:
        config = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise InputError(f"{path} cannot be read as JSON: {error}.") from error
    variables = _manifest(config.get("manifest", {}), path)
    if "networks" not in config:
        if "network" in config:
            return open_circuit(_resolve(config["network"], variables, path))
        raise InputError(f"{path} has no `networks`; expected the configuration of a circuit.")
    populations = []
    for kind in ("node", "edge"):
        for entry in config["networks"].get(f"{kind}s", []):
            populations += _populations(kind, entry, variables, path)
    folders = {
        name: _resolve(folder, variables, path)
        for name, folder in config.get("components", {}).items()
        if isinstance(folder, str) and folder
    }
    return Circuit(path, populations, folders)


def _populations(
    kind: str, entry: Mapping[str, Any], variables: Mapping[str, str], config: Path
) -> Iterator[Population]:
    if f"{kind}s_file" not in entry:
        raise InputError(f"{config} lists {kind}s without {kind}s_file: {dict(entry)}.")
    path = _resolve(entry[f"{kind}s_file"], variables, config)
    types = entry.get(f"{kind}_types_file")
    types_path = _resolve(types, variables, config) if types and types != "NULL" else None
    about = entry.get("populations") or {}
    with open_file(path) as file:
        for name in member(file, f"{kind}s"):
            if not about or name in about:
                yield Population(kind, name, path, types_path, about.get(name) or {})


def _manifest(manifest: Mapping[str, str], config: Path) -> dict[str, str]:
    variables = dict(manifest)
    for _ in range(len(variables) + 1):
        if not any("$" in value for value in variables.values()):
            break
        variables = {name: _replaced(value, variables) for name, value in variables.items()}
    for name, value in variables.items():
        if "$" in value:
            raise InputError(
                f"{config}: the manifest's {name} is {value!r}, which names a variable that the "
                f"manifest does not define; it defines {', '.join(variables)}."
            )
    return variables


def _replaced(text: str, variables: Mapping[str, str]) -> str:
    for name in sorted(variables, key=len, reverse=True):
        plain = name.lstrip("$").strip("{}")
        text = text.replace(f"${{{plain}}}", variables[name]).replace(f"${plain}", variables[name])
    return text


def _resolve(text: str, variables: Mapping[str, str], config: Path) -> Path:
    replaced = _replaced(text, variables)
    if "$" in replaced:
        known = ", ".join(variables) or "none"
        raise InputError(f"{config}: {text!r} names an unknown variable; known are {known}.")
    return config.parent / replaced
