import os
from pathlib import Path

import numpy as np
import openpyxl
import pytest

from liquidtime.brain.read import celegans, cook2019, worm
from liquidtime.data.sources import MIRROR
from liquidtime.errors import InputError

SECTIONS = {
    "I1L": "PHARYNX",
    "I1R": None,
    "ASEL": "SENSORY NEURONS",
    "ASER": None,
    "AVL": "MOTOR NEURONS",
    "DD01": None,
    "HSNL": "SEX SPECIFIC",
}
CELLS = (
    "Cell name,Type,Name details\n"
    'ASEL,"Amphid, sensory",x,- To be added... - ,y\n'
    "HSNL,Hermaphrodite specific motor neuron,x\n"
)


def _workbook(folder, chemical, gap, sex="hermaphrodite"):
    """A workbook of the published layout: names of ends padded, sums and labels at the ends."""
    book = openpyxl.Workbook()
    for title, edges, more in (
        (f"{sex} chemical", chemical, ["dBWML1"]),
        (f"{sex} gap jn symmetric", gap, ["CANL", "dBWML1"]),
    ):
        sheet = book.create_sheet(title)
        sources = [*SECTIONS, *(more if "gap" in title else [])]
        targets = [*SECTIONS, *more]
        sheet.cell(1, 4, "PHARYNX")
        for column, target in enumerate(targets, start=4):
            sheet.cell(3, column, target)
        for row, source in enumerate(sources, start=4):
            sheet.cell(row, 1, SECTIONS.get(source))
            sheet.cell(row, 3, source)
            sheet.cell(row, 4 + len(targets), source)
            for column, target in enumerate(targets, start=4):
                sheet.cell(row, column, edges.get((source, target)))
    path = folder / "cook.xlsx"
    book.save(path)
    return path


CHEMICAL = {
    ("ASEL", "AVL"): 5,
    ("DD01", "DD01"): 2,
    ("AVL", "dBWML1"): 40,
    ("I1L", "I1R"): 1,
}
GAP = {
    ("ASEL", "ASER"): 3,
    ("ASER", "ASEL"): 3,
    ("AVL", "AVL"): 7,
    ("CANL", "DD01"): 1,
    ("DD01", "CANL"): 1,
    ("DD01", "dBWML1"): 9,
    ("dBWML1", "DD01"): 9,
}


def test_a_workbook_of_the_published_layout(tmp_path):
    connectome = celegans.from_workbook(_workbook(tmp_path, CHEMICAL, GAP), CELLS)
    assert list(connectome.neurons.index) == [
        *("I1L", "I1R", "ASEL", "ASER", "AVL", "DD1", "HSNL", "CANL"),
    ]
    assert connectome.neurons["type"].tolist() == [
        *("I1", "I1", "ASE", "ASE", "AVL", "DD", "HSNL", "CANL"),
    ]
    assert connectome.neurons["group"].tolist() == [
        *("pharynx", "pharynx", "sensory", "sensory", "motor", "motor", "motor", "other"),
    ]
    assert connectome.neurons["role"]["ASEL"] == "Amphid, sensory"
    frame = connectome.to_frame()
    assert sorted(frame.itertuples(index=False, name=None)) == [
        ("ASEL", "AVL", 5, "glutamate"),
        ("DD1", "DD1", 2, "gaba"),
        ("I1L", "I1R", 1, "acetylcholine"),
    ]
    gaps = connectome.gap_junctions
    names = connectome.neurons.index
    assert sorted(
        (names[source], names[target], count)
        for source, target, count in zip(gaps.sources, gaps.targets(), gaps.counts, strict=True)
    ) == [("ASEL", "ASER", 3), ("ASER", "ASEL", 3), ("CANL", "DD1", 1), ("DD1", "CANL", 1)]


def test_what_is_wrong_with_a_workbook(tmp_path):
    path = _workbook(tmp_path, {("ASEL", "AVL"): "five"}, {})
    with pytest.raises(InputError, match="ASEL to AVL is 'five'; expected a number"):
        celegans.from_workbook(path)
    with pytest.raises(InputError, match="no sheet 'male chemical'; its sheets are"):
        celegans.from_workbook(path, sex="male")
    with pytest.raises(InputError, match='expected "hermaphrodite" or "male"'):
        cook2019("female")  # pyright: ignore[reportArgumentType]


def test_transmitters_of_classes():
    assert len(worm.HERMAPHRODITE) == 118
    names = ["AVAL", "AVAR", "DD6", "VD13", "RMEV", "AIML", "AIMR", "RIS", "XXXL"]
    kinds = worm.transmitters(names)
    assert kinds == [
        *("acetylcholine", "acetylcholine", "gaba", "gaba", "gaba", "glutamate", "glutamate"),
        *("gaba", "unknown"),
    ]
    assert worm.transmitters(["AIML", "AIMR", "CP9"], "male") == [
        *("acetylcholine", "acetylcholine", "gaba"),
    ]


def test_classes_of_neurons():
    names = ["AVL", "PVR", "SABD", "SABVL", "IL1L", "IL1DR", "AVDL", "AVDR", "DVA", "R1AL", "R1AR"]
    assert worm.classes(names) == [
        *("AVL", "PVR", "SAB", "SAB", "IL1", "IL1", "AVD", "AVD", "DVA", "R1A", "R1A"),
    ]
    assert [worm.usual_name(name) for name in ("DA01", "DA10", "MDL01", "VC06 ")] == [
        *("DA1", "DA10", "MDL01", "VC6"),
    ]


@pytest.mark.data
def test_the_hermaphrodite_is_that_of_the_derived_file():
    connectome = cook2019()
    assert len(connectome) == 302
    assert len(connectome.synapses) == 3709
    assert connectome.synapses.total == 20965
    assert len(connectome.gap_junctions) == 2 * 1091
    assert connectome.neurons["type"].nunique() == 118
    assert set(connectome.neurons["type"]) == set(worm.HERMAPHRODITE)
    assert connectome.neurons["group"].value_counts().to_dict() == {
        "motor": 116,
        "sensory": 83,
        "inter": 81,
        "pharynx": 20,
        "other": 2,
    }
    assert (connectome.neurons["role"] != "").all()
    derived = Path(os.environ.get(MIRROR, "")) / celegans.WORKBOOK.set
    derived /= "derived_cook2019_herm_302.npz"
    if not derived.is_file():
        pytest.skip("the mirror has no derived matrices")
    expected = np.load(derived)
    place = connectome.find(list(expected["names"]))
    assert (_matrix(connectome.synapses)[np.ix_(place, place)] == expected["chem"]).all()
    gap = expected["gap"] - np.diag(np.diag(expected["gap"]))
    assert (_matrix(connectome.gap_junctions)[np.ix_(place, place)] == gap).all()


@pytest.mark.data
def test_the_male():
    connectome = cook2019("male")
    assert len(connectome) == 384
    assert "CEM" in set(connectome.neurons["type"])
    assert set(connectome.neurons["group"]) == {"pharynx", "sensory", "inter", "motor", "other"}


def _matrix(edges):
    dense = np.zeros((edges.neurons, edges.neurons))
    np.add.at(dense, (edges.sources, edges.targets()), edges.counts.astype(np.float64))
    return dense
