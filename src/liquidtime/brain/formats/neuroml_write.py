"""Writing NeuroML 2; `liquidtime.brain.formats.neuroml` tells what is written how."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO
from xml.sax.saxutils import escape

import numpy as np
from numpy.typing import NDArray

from liquidtime.brain.connectome.graph import Connectome
from liquidtime.brain.neurons.graded import Parameters
from liquidtime.errors import InputError
from liquidtime.kernels.network.edges import Edges
from liquidtime.optional import require
from liquidtime.runs.write import write_atomically

if TYPE_CHECKING:
    import pandas

TAG = "liquidtime."
"""Begins the tags of our properties of a population."""

INSTANT = "instantGradedSynapse"
DELAYED = "firstOrderGradedSynapse"

_CHUNK = 1 << 18

_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<neuroml xmlns="http://www.neuroml.org/schema/neuroml2"
    xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
    xsi:schemaLocation="http://www.neuroml.org/schema/neuroml2 \
https://raw.githubusercontent.com/NeuroML/NeuroML2/master/Schemas/NeuroML2/NeuroML_v2.3.xsd"
    id={identifier}>
"""

# The root is not <Lems>, which jNeuroML simulates but does not take when it validates the network.
_SYNAPSE_TYPES = """<?xml version="1.0" encoding="UTF-8"?>
<neuroml xmlns="http://www.neuroml.org/schema/neuroml2" id="graded_synapses">
    <ComponentType name="instantGradedSynapse" extends="baseGradedSynapse"
        description="Its opening follows a sigmoid of the presynaptic potential at once.">
        <Property name="weight" dimension="none" defaultValue="1"/>
        <Parameter name="conductance" dimension="conductance"/>
        <Parameter name="midpoint" dimension="voltage" description="Where it is half open"/>
        <Parameter name="steepness" dimension="per_voltage"/>
        <Parameter name="erev" dimension="voltage"/>
        <Exposure name="i" dimension="current"/>
        <Exposure name="opening" dimension="none"/>
        <Requirement name="v" dimension="voltage"/>
        <InstanceRequirement name="peer" type="baseGradedSynapse"/>
        <Dynamics>
            <DerivedVariable name="source" dimension="voltage" select="peer/v"/>
            <DerivedVariable name="opening" dimension="none" exposure="opening"
                value="1 / (1 + exp(steepness * (midpoint - source)))"/>
            <DerivedVariable name="i" dimension="current" exposure="i"
                value="weight * conductance * opening * (erev - v)"/>
        </Dynamics>
    </ComponentType>
    <ComponentType name="firstOrderGradedSynapse" extends="baseGradedSynapse"
        description="Its opening follows a sigmoid of the presynaptic potential within tau.">
        <Property name="weight" dimension="none" defaultValue="1"/>
        <Parameter name="conductance" dimension="conductance"/>
        <Parameter name="midpoint" dimension="voltage" description="Where it is half open"/>
        <Parameter name="steepness" dimension="per_voltage"/>
        <Parameter name="erev" dimension="voltage"/>
        <Parameter name="tau" dimension="time"/>
        <Exposure name="i" dimension="current"/>
        <Exposure name="opening" dimension="none"/>
        <Requirement name="v" dimension="voltage"/>
        <InstanceRequirement name="peer" type="baseGradedSynapse"/>
        <Dynamics>
            <StateVariable name="opening" dimension="none" exposure="opening"/>
            <DerivedVariable name="source" dimension="voltage" select="peer/v"/>
            <DerivedVariable name="aim" dimension="none"
                value="1 / (1 + exp(steepness * (midpoint - source)))"/>
            <DerivedVariable name="i" dimension="current" exposure="i"
                value="weight * conductance * opening * (erev - v)"/>
            <TimeDerivative variable="opening" value="(aim - opening) / tau"/>
        </Dynamics>
    </ComponentType>
"""


def write_neuroml(path: str | Path, connectome: Connectome, parameters: Parameters) -> None:
    """Write a connectome with its constants as a NeuroML 2 network.

    Beside it goes `<stem>_synapses.xml` with its synapses, which the network includes. Each of the
    two is there whole or not at all. It takes some 200 bytes an edge: for more than a million
    edges, SONATA suits better.

    Args:
        path: Of the network, such as `worm.net.nml`.
        connectome: What to write.
        parameters: Its constants (mV, ms, nS, pF). NeuroML has no network without them.

    Raises:
        InputError: If there is a delay, which NeuroML's continuous connections do not have, or
            constants of single synapses, of which each would need a component of its own.
        InputError: If the constants do not fit the connectome.
    """
    path = Path(path)
    parameters.check(connectome)
    if parameters.synapses is not None:
        raise InputError(
            "the parameters hold constants of every single synapse; NeuroML would need a component "
            "for each. Write them with write_sonata, or without: parameters.replace(synapses=None)."
        )
    if np.any(np.asarray(parameters.delay) != 0):
        raise InputError(
            "the parameters hold a delay; NeuroML's continuous connections have none. Write it "
            "with write_sonata, or without: parameters.replace(delay=0)."
        )
    path.absolute().parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f"{path.stem}_synapses.xml")
    network = _Network(connectome, parameters)
    write_atomically(beside, lambda part: _filled(part, network.write_synapses))
    write_atomically(
        path, lambda part: _filled(part, lambda file: network.write(file, beside.name))
    )


def _filled(path: Path, write: Callable[[TextIO], None]) -> None:
    with path.open("w", encoding="utf-8", newline="\n") as file:
        write(file)


class _Network:
    def __init__(self, connectome: Connectome, parameters: Parameters):
        self.connectome = connectome
        self.parameters = parameters
        self.cells, self.cell_of = _distinct(
            connectome, parameters, "membrane_capacitance", "leak_conductance", "leak_potential"
        )
        self.outputs, self.output_of = _distinct(
            connectome, parameters, "midpoint", "steepness", "synaptic_time_constant"
        )
        names = map(identifier, connectome.classes)
        self.names = [f"{kind}_{name}" for kind, name in enumerate(names)]
        self.place = np.zeros(len(connectome), dtype=np.int64)
        for cell in range(len(self.cells)):
            members = self.cell_of == cell
            self.place[members] = np.arange(members.sum())

    def component(self, kind: int, output: int) -> str:
        """The id of the synapse of a class, from neurons of one kind of output."""
        return f"synapse_{self.names[kind]}" + (f"_{output}" if len(self.outputs) > 1 else "")

    def write_synapses(self, file: TextIO) -> None:
        synapses = self.connectome.synapses
        size = len(self.outputs)
        used = np.zeros(len(self.names) * size, dtype=bool)
        # One of each class even if no edge has it, so that its constants are told.
        used[::size] = np.bincount(synapses.classes, minlength=len(self.names)) == 0
        for first in range(0, len(synapses), _CHUNK):
            part = slice(first, first + _CHUNK)
            of_part = self.output_of[synapses.sources[part]]
            used[synapses.classes[part].astype(np.int64) * size + of_part] = True
        unit = self.parameters.unit_conductances(self.connectome.classes)
        reversal = self.parameters.reversal_potentials(self.connectome.classes)
        file.write(_SYNAPSE_TYPES)
        for kind, output in (divmod(int(place), size) for place in np.flatnonzero(used)):
            midpoint, steepness, tau = self.outputs[output]
            file.write(
                f'    <Component id="{self.component(kind, output)}" '
                f'type="{DELAYED if tau else INSTANT}" conductance="{number(unit[kind])}nS" '
                f'midpoint="{number(midpoint)}mV" steepness="{number(steepness)}per_mV" '
                f'erev="{number(reversal[kind])}mV"'
                + (f' tau="{number(tau)}ms"/>\n' if tau else "/>\n")
            )
        file.write("</neuroml>\n")

    def write(self, file: TextIO, synapses: str) -> None:
        name = identifier(self.connectome.name)
        file.write(_HEAD.format(identifier=_quoted(name)))
        file.write(f"    <include href={_quoted(synapses)}/>\n")
        gap = number(self.parameters.gap_conductance)
        file.write(f'    <gapJunction id="gap_junction" conductance="{gap}nS"/>\n')
        file.write('    <silentSynapse id="silent"/>\n')
        for cell, (capacitance, leak, potential) in enumerate(self.cells):
            # A threshold that is never reached makes it a neuron without spikes.
            file.write(
                f'    <iafCell id="cell_{cell}" leakReversal="{number(potential)}mV" '
                f'thresh="1000000mV" reset="{number(potential)}mV" C="{number(capacitance)}pF" '
                f'leakConductance="{number(leak)}nS"/>\n'
            )
        file.write(f"    <network id={_quoted(name)}>\n")
        for cell in range(len(self.cells)):
            self._write_population(file, cell)
        gaps = self.connectome.gap_junctions
        if gaps is not None:
            once = gaps.where(gaps.sources < gaps.targets())
            self._write_projections(file, once, None)
        for kind in range(len(self.names)):
            found = self.connectome.synapses.where(self.connectome.synapses.classes == kind)
            self._write_projections(file, found, kind)
        file.write("    </network>\n</neuroml>\n")

    def _write_population(self, file: TextIO, cell: int) -> None:
        members = np.flatnonzero(self.cell_of == cell)
        table = self.connectome.neurons.iloc[members]
        file.write(
            f'        <population id="neurons_{cell}" component="cell_{cell}" '
            f'size="{len(members)}" type="populationList">\n'
        )
        for tag, value in self._properties(table, members, first=cell == 0):
            written = _quoted(json.dumps(value, ensure_ascii=False, default=str))
            file.write(f"            <property tag={_quoted(TAG + tag)} value={written}/>\n")
        places = np.zeros((len(members), 3))
        for column, axis in enumerate("xyz"):
            if axis in table and table[axis].dtype.kind in "iuf":
                places[:, column] = np.nan_to_num(table[axis].to_numpy(dtype=np.float64))
        for instance, (x, y, z) in enumerate(places):
            file.write(
                f'            <instance id="{instance}"><location x="{number(x)}" '
                f'y="{number(y)}" z="{number(z)}"/></instance>\n'
            )
        file.write("        </population>\n")

    def _properties(
        self, table: pandas.DataFrame, members: NDArray, *, first: bool
    ) -> Iterator[tuple[str, Any]]:
        """What NeuroML has no word for, as tags and values."""
        if first:
            yield "connectome", self.connectome.name
            yield "classes", list(self.connectome.classes)
        if len(self.cells) > 1:
            yield "order", members.tolist()
        pandas = require("pandas", extra="brain")
        whole = self.connectome.neurons.index
        if not whole.equals(pandas.RangeIndex(len(whole))):
            values = {"dtype": str(whole.dtype), "values": table.index.tolist()}
            yield "index", {"name": whole.name, **values}
        for column in table.columns:
            values = table[column].astype(object).where(table[column].notna(), None).tolist()
            yield f"column.{column}", {"dtype": str(table[column].dtype), "values": values}

    def _write_projections(self, file: TextIO, edges: Edges, kind: int | None) -> None:
        """One class of edges, or the gap junctions: a projection for each pair of populations."""
        if not len(edges):
            return
        prefix = "gap_junctions" if kind is None else f"chemical_{self.names[kind]}"
        element = "electrical" if kind is None else "continuous"
        targets = edges.targets()
        pairs = self.cell_of[edges.sources] * len(self.cells) + self.cell_of[targets]
        order = np.argsort(pairs, kind="stable")
        starts = np.flatnonzero(np.diff(pairs[order], prepend=-1))
        for first, last in zip(starts, [*starts[1:], len(order)], strict=True):
            one, other = divmod(int(pairs[order[first]]), len(self.cells))
            file.write(
                f'        <{element}Projection id="{prefix}_{one}_{other}" '
                f'presynapticPopulation="neurons_{one}" postsynapticPopulation="neurons_{other}">\n'
            )
            for begin in range(first, last, _CHUNK):
                part = order[begin : min(begin + _CHUNK, last)]
                sources = edges.sources[part]
                components = self.output_of[sources].tolist()
                rows = zip(
                    range(begin - first, begin - first + len(part)),
                    self.place[sources].tolist(),
                    self.place[targets[part]].tolist(),
                    edges.counts[part].tolist(),
                    components,
                    strict=True,
                )
                for row, source, target, count, output in rows:
                    ends = (
                        'synapse="gap_junction"'
                        if kind is None
                        else f'preComponent="silent" postComponent="{self.component(kind, output)}"'
                    )
                    file.write(
                        f'            <{element}ConnectionInstanceW id="{row}" '
                        f'preCell="../neurons_{one}/{source}/cell_{one}" '
                        f'postCell="../neurons_{other}/{target}/cell_{other}" {ends} '
                        f'weight="{number(count)}"/>\n'
                    )
            file.write(f"        </{element}Projection>\n")


def _distinct(
    connectome: Connectome, parameters: Parameters, *names: str
) -> tuple[list[tuple[float, ...]], NDArray[np.int64]]:
    """The distinct rows of some constants of neurons, and which row each neuron has."""
    values = np.stack([parameters.of_neurons(name, len(connectome)) for name in names], axis=1)
    rows, which = np.unique(values, axis=0, return_inverse=True)
    return [tuple(row) for row in rows.tolist()], which.ravel().astype(np.int64)


def _quoted(text: str) -> str:
    # In double quotes whatever it holds: jLEMS reads no others.
    entities = {'"': "&quot;", "\n": "&#10;", "\r": "&#13;", "\t": "&#9;"}
    return f'"{escape(text, entities)}"'


def identifier(text: str) -> str:
    """What NeuroML takes for an id: letters of ASCII, digits and underscores, no digit first."""
    plain = re.sub(r"[^A-Za-z0-9_]", "_", text)
    return plain if re.match(r"[A-Za-z_]", plain) else f"_{plain}"


def number(value: float) -> str:
    """The shortest text that reads back as the same number; NeuroML knows no `+` in exponents."""
    text = repr(float(value)) if value % 1 else str(int(value))
    return text.replace("e+", "e")
