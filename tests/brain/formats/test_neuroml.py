"""NeuroML: what goes out comes back, and networks like those of c302 are read."""

from xml.etree import ElementTree

import numpy as np
import pytest

from liquidtime.brain import Connectome, Parameters, SynapseParameters
from liquidtime.brain.formats.neuroml import (
    neuroml_parameters,
    quantity,
    read_neuroml,
    write_neuroml,
)
from liquidtime.errors import InputError

pandas = pytest.importorskip("pandas")


def made(neurons=12, edges=50, names=True, gaps=True):
    random = np.random.default_rng(0)
    table = pandas.DataFrame(
        {
            "transmitter": random.choice(["acetylcholine", "gaba", "nitric <oxide>"], neurons),
            "type": ['a "b" & c', None] * (neurons // 2),
            "x": random.normal(size=neurons),
            "left": random.random(neurons) < 0.5,
        }
    )
    if names:
        table.index = pandas.Index([f"n\t{number}" for number in range(neurons)], name="cell")
    labels = table.index.to_numpy()
    pre, post = labels[random.integers(0, neurons, (2, edges))]
    pairs = (labels[[0, 3]], labels[[5, 1]], [2, 0.5]) if gaps else None
    return Connectome.from_edges(
        pre, post, random.integers(1, 9, edges), neurons=table, gap_junctions=pairs, name="my net"
    )


def assert_same_edges(found, expected):
    for name in ("offsets", "sources", "counts", "classes"):
        np.testing.assert_array_equal(getattr(found, name), getattr(expected, name), name)
        assert getattr(found, name).dtype == getattr(expected, name).dtype


def assert_same(found, expected):
    pandas.testing.assert_frame_equal(found.neurons, expected.neurons)
    assert (found.classes, found.name) == (expected.classes, expected.name)
    assert_same_edges(found.synapses, expected.synapses)
    assert (found.gap_junctions is None) == (expected.gap_junctions is None)
    if found.gap_junctions is not None:
        assert_same_edges(found.gap_junctions, expected.gap_junctions)


PARAMETERS = Parameters(
    membrane_capacitance=1 / 3,
    midpoint=-47.25,
    steepness=0.1 / 3,
    unit_conductance={"gaba": 1e-7},
    reversal_potential={"nitric <oxide>": -12.5},
    gap_conductance=0.07,
)


def varied(neurons=12):
    random = np.random.default_rng(3)
    return PARAMETERS.replace(
        leak_potential=random.choice([-60.0, -50.0, -1 / 3], neurons),
        midpoint=random.normal(-45, 2, neurons),
        synaptic_time_constant=random.choice([0.0, 2.5], neurons),
    )


@pytest.mark.parametrize("names", [True, False])
@pytest.mark.parametrize("gaps", [True, False])
@pytest.mark.parametrize("parameters", [PARAMETERS, varied()], ids=["shared", "varied"])
def test_comes_back(tmp_path, names, gaps, parameters):
    connectome = made(names=names, gaps=gaps)
    path = tmp_path / "new" / "worm.net.nml"
    write_neuroml(path, connectome, parameters)
    assert_same(read_neuroml(path), connectome)
    assert sorted(part.name for part in path.parent.iterdir()) == [
        "worm.net.nml",
        "worm.net_synapses.xml",
    ]
    found = neuroml_parameters(path)
    sends = connectome.synapses.out_degree() > 0
    for name in ("membrane_capacitance", "leak_conductance", "leak_potential"):
        np.testing.assert_array_equal(getattr(found, name), getattr(parameters, name), name)
    for name in ("midpoint", "steepness", "synaptic_time_constant"):
        values = [each.of_neurons(name, 12)[sends] for each in (found, parameters)]
        np.testing.assert_array_equal(*values, name)
        assert np.ndim(getattr(found, name)) == np.ndim(getattr(parameters, name))
    for name in ("unit_conductances", "reversal_potentials"):
        values = [getattr(each, name)(connectome.classes) for each in (found, parameters)]
        np.testing.assert_array_equal(*values)
    assert found.gap_conductance == parameters.gap_conductance


def test_class_without_edges_and_connectome_without_edges_come_back(tmp_path):
    table = pandas.DataFrame({"transmitter": ["gaba", "acetylcholine"]})
    for pre, post in (([1], [0]), ([], [])):
        connectome = Connectome.from_edges(np.array(pre, int), np.array(post, int), neurons=table)
        write_neuroml(tmp_path / "n.nml", connectome, Parameters(unit_conductance={"gaba": 3}))
        assert_same(read_neuroml(tmp_path / "n.nml"), connectome)
        found = neuroml_parameters(tmp_path / "n.nml")
        np.testing.assert_array_equal(found.unit_conductances(connectome.classes), [0.01, 3])


def test_one_projection_a_class(tmp_path):
    connectome = made()
    write_neuroml(tmp_path / "n.nml", connectome, PARAMETERS)
    root = ElementTree.parse(tmp_path / "n.nml").getroot()
    space = "{http://www.neuroml.org/schema/neuroml2}"
    assert len(root.findall(f".//{space}continuousProjection")) == 3
    assert len(root.findall(f".//{space}electricalConnectionInstanceW")) == 2
    assert len(root.findall(f".//{space}continuousConnectionInstanceW")) == len(connectome.synapses)


def test_what_cannot_be_written(tmp_path):
    connectome = made()
    with pytest.raises(InputError, match=r"hold a delay.*replace\(delay=0\)"):
        write_neuroml(tmp_path / "n.nml", connectome, PARAMETERS.replace(delay=1.0))
    one = np.ones(len(connectome.synapses))
    parameters = Parameters(synapses=SynapseParameters(one, one, one, one))
    with pytest.raises(InputError, match=r"every single synapse.*write_sonata"):
        write_neuroml(tmp_path / "n.nml", connectome, parameters)
    assert not list(tmp_path.iterdir())


C302 = """<neuroml xmlns="http://www.neuroml.org/schema/neuroml2" id="c302_like">
  <notes>Text</notes>
  <include href="cells.xml"/>
  <gapJunction id="elec" conductance="0.00052 nS"/>
  <silentSynapse id="silent"/>
  <gradedSynapse id="inh" conductance="0.09 nS" delta="5 mV" Vth="0 mV" k="0.025per_ms"
      erev="-70 mV"/>
  <expTwoSynapse id="exc" gbase="0.01nS" erev="0V" tauDecay="10ms" tauRise="3ms"/>
  <alphaCurrentSynapse id="current" tau="2ms" ibase="-1nA"/>
  <network id="c302_like">
    <population id="VD12" component="Generic" size="1" type="populationList">
      <property tag="neurotransmitter" value="GABA"/>
      <property tag="type" value="motor"/>
      <instance id="0"><location x="-0.75" y="345.5" z="-23."/></instance>
    </population>
    <population id="AVAL" component="Generic" size="1" type="populationList">
      <property tag="neurotransmitter" value="Acetylcholine"/>
      <instance id="0"><location x="1" y="2" z="3"/></instance>
    </population>
    <population id="muscles" component="Muscle" size="3"/>
    <projection id="a" presynapticPopulation="AVAL" postsynapticPopulation="VD12" synapse="exc">
      <connectionWD id="0" preCellId="../AVAL/0/Generic" postCellId="../VD12/0/Generic"
          weight="2." delay="1ms"/>
      <connection id="1" preCellId="../AVAL/0/Generic" postCellId="../VD12/0/Generic"/>
    </projection>
    <electricalProjection id="g" presynapticPopulation="AVAL" postsynapticPopulation="VD12">
      <electricalConnectionInstanceW id="0" preCell="../AVAL/0/Generic"
          postCell="../VD12/0/Generic" synapse="elec" weight="3"/>
    </electricalProjection>
    <electricalProjection id="h" presynapticPopulation="VD12" postsynapticPopulation="AVAL">
      <electricalConnectionInstanceW id="0" preCell="../VD12/0/Generic"
          postCell="../AVAL/0/Generic" synapse="elec" weight="3"/>
    </electricalProjection>
    <electricalProjection id="i" presynapticPopulation="muscles" postsynapticPopulation="muscles">
      <electricalConnection id="0" preCell="0" postCell="1" synapse="elec"/>
      <electricalConnection id="1" preCell="1" postCell="1" synapse="elec"/>
    </electricalProjection>
    <continuousProjection id="b" presynapticPopulation="VD12" postsynapticPopulation="muscles">
      <continuousConnectionInstanceW id="0" preCell="../VD12/0/Generic"
          postCell="../muscles[2]" preComponent="silent" postComponent="inh" weight="4"/>
      <continuousConnection id="1" preCell="0" postCell="1" preComponent="silent"
          postComponent="inh"/>
    </continuousProjection>
    <synapticConnection from="muscles[0]" to="AVAL[0]" synapse="current"/>
    <inputList id="in" population="AVAL" component="pulse">
      <input id="0" target="../AVAL/0/Generic" destination="synapses"/>
    </inputList>
  </network>
</neuroml>
"""


@pytest.fixture
def foreign(tmp_path):
    path = tmp_path / "c302.nml"
    path.write_text(C302)
    return path


def test_like_c302(foreign):
    connectome = read_neuroml(foreign)
    table = connectome.neurons
    assert table.index.tolist() == ["VD12", "AVAL", "muscles_0", "muscles_1", "muscles_2"]
    assert table["transmitter"].tolist()[:2] == ["gaba", "acetylcholine"]
    assert table["component"].tolist() == ["Generic", "Generic", "Muscle", "Muscle", "Muscle"]
    np.testing.assert_array_equal(table["y"], [345.5, 2, np.nan, np.nan, np.nan])
    assert connectome.to_frame().to_numpy().tolist() == [
        ["AVAL", "VD12", 3, "excitatory"],
        ["muscles_0", "AVAL", 1, "inhibitory"],
        ["VD12", "muscles_1", 1, "inhibitory"],
        ["VD12", "muscles_2", 4, "inhibitory"],
    ]
    gaps = connectome.gap_junctions
    pairs = zip(gaps.sources.tolist(), gaps.targets().tolist(), gaps.counts.tolist(), strict=True)
    assert sorted(pairs) == [(0, 1, 3), (1, 0, 3), (2, 3, 1), (3, 2, 1)]
    assert connectome.classes == ("excitatory", "inhibitory")
    assert connectome.name == "c302_like"
    assert neuroml_parameters(foreign) is None


def test_definitions_in_an_included_file(foreign):
    text = foreign.read_text()
    moved = '<expTwoSynapse id="exc" gbase="0.01nS" erev="0V" tauDecay="10ms" tauRise="3ms"/>'
    foreign.write_text(text.replace(moved, ""))
    with pytest.raises(InputError, match=r"'exc' .* not defined.* not there: cells\.xml"):
        read_neuroml(foreign)
    foreign.with_name("cells.xml").write_text(f"<Lems>{moved}</Lems>")
    assert "excitatory" in read_neuroml(foreign).classes


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('erev="-70 mV"', 'erev="-70 mm"', r"'-70 mm' is no voltage.*V, mV"),
        ("../VD12/0/Generic", "../VD13/0/Generic", r"no cell 0 of a population 'VD13'"),
        ("muscles[2]", "muscles[3]", r"no cell 3 of a population 'muscles'"),
        ("../muscles[2]", "??", r"ends at '\?\?'; expected"),
        ('from="muscles[0]"', "", r"does not tell its ends"),
        ("</network>", "", r"cannot be read as XML"),
        ('component="Muscle"', "", r"population has no component"),
        ("<network id", '<network id="x"/><network id', r"several networks"),
        ('weight="4"', 'weight="-4"', r"counts hold negative"),
    ],
)
def test_bad_input(foreign, old, new, message):
    foreign.write_text(foreign.read_text().replace(old, new))
    with pytest.raises(InputError, match=message):
        read_neuroml(foreign)


def test_missing_and_empty(tmp_path):
    with pytest.raises(InputError, match="there is no file"):
        read_neuroml(tmp_path / "none.nml")
    (tmp_path / "empty.nml").write_text("<neuroml/>")
    with pytest.raises(InputError, match="no network with populations"):
        read_neuroml(tmp_path / "empty.nml")
    assert neuroml_parameters(tmp_path / "empty.nml") is None


@pytest.mark.parametrize(
    ("text", "dimension", "value"),
    [
        ("0.09nS", "conductance", 0.09),
        ("-70 mV", "voltage", -70),
        ("-.07V", "voltage", -70),
        ("5e-1 pS", "conductance", 5e-4),
        ("2.s", "time", 2000),
        ("200per_V", "per_voltage", 0.2),
    ],
)
def test_quantities(text, dimension, value):
    assert quantity(text, dimension) == pytest.approx(value, rel=1e-12)


@pytest.mark.parametrize("text", ["", "5", "mV", "1,5mV", "5 nS", "five mV", "1e+mV"])
def test_no_quantities(text):
    with pytest.raises(InputError, match=r"is no voltage; expected a number with one of the units"):
        quantity(text, "voltage")
