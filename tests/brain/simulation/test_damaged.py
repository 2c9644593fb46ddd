"""What is wrong with a simulation's folder is told in one line that names the file."""

import io
import json
import shutil
import warnings

import numpy as np
import pytest

from liquidtime.brain import Connectome, Experiment, Store, simulate
from liquidtime.brain.simulation.folder import load
from liquidtime.errors import InputError

PAIR = Connectome.from_edges(["a"], ["b"], [20])
POKE = Experiment("a=step 30 from 5", 20.0, 0.5, record=["potential", "calcium"])


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    folder = tmp_path_factory.mktemp("whole") / "sim"
    simulate(PAIR, None, POKE, store=Store(folder, checkpoint_every=5.0))
    # Digests would find all of it; hostile hands take them away.
    (folder / "digests.json").unlink()
    return folder


@pytest.fixture
def copy(whole, tmp_path):
    return shutil.copytree(whole, tmp_path / "sim")


def _changed(file, name, value):
    found = json.loads(file.read_text())
    found[name] = value
    if value is ...:
        del found[name]
    file.write_text(json.dumps(found))


FILES = (
    "experiment.json",
    "run.json",
    "recording.zarr/zarr.json",
    "connectome/circuit_config.json",
)


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize(
    "text", ["", "[", "[" * 60_000, "null", "[1]", '{"a": ' + "9" * 5000 + "}"], ids=range(6)
)
def test_a_file_that_is_no_json_object_is_named(copy, file, text):
    (copy / file).write_text(text)
    with pytest.raises(InputError, match=file.split("/")[0]):
        load(copy)


@pytest.mark.parametrize(
    ("file", "name", "value"),
    [
        ("experiment.json", "labels", ...),
        ("experiment.json", "labels", []),
        ("experiment.json", "labels", ["a", "b"]),
        ("experiment.json", "stimuli", [[1]]),
        ("experiment.json", "stimuli", "x"),
        ("experiment.json", "stimulated", [99]),
        ("experiment.json", "synapses", 10**400),
        ("run.json", "records", {"potential": ["potential"]}),
        ("run.json", "records", {"potential": ["nothing", 2, 1]}),
        ("run.json", "records", {}),
        ("run.json", "dt", None),
        ("run.json", "dt", -0.5),
        ("run.json", "duration", 1e300),
        ("run.json", "batch", 10**9),
        ("run.json", "statistics", 3),
        ("recording.zarr/zarr.json", "zarr_format", 99),
        ("connectome/circuit_config.json", "manifest", {"q": 1}),
        ("connectome/circuit_config.json", "networks", 3),
    ],
)
def test_a_value_of_another_kind_is_named(copy, file, name, value):
    _changed(copy / file, name, value)
    with pytest.raises(InputError, match=file.split("/")[0]):
        load(copy)


def _checkpoint(**arrays):
    file = io.BytesIO()
    np.savez(file, **arrays)
    return file.getvalue()


def _claims(name, shape):
    """An archive with an array that claims to be larger than it is."""
    import zipfile

    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        inside = io.BytesIO()
        header = {"descr": "<f8", "fortran_order": False, "shape": shape}
        np.lib.format.write_array_header_1_0(inside, header)
        archive.writestr(f"{name}.npy", inside.getvalue())
    return file.getvalue()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"PK\x03\x04rubbish",
        _checkpoint(a=np.zeros(3)),
        _checkpoint(about=np.frombuffer(b"{}", np.uint8)),
        _claims("potential", (100_000_000_000,)),
        _checkpoint(about=np.array([{}], dtype=object)),
    ],
    ids=["empty", "cut", "strange", "bare", "745 GiB", "objects"],
)
def test_a_damaged_checkpoint_is_named_and_no_memory_is_taken(copy, data):
    _changed(copy / "run.json", "finished", False)
    (copy / "checkpoint.npz").write_bytes(data)
    with pytest.raises(InputError, match=r"checkpoint\.npz"):
        simulate(PAIR, None, POKE, store=copy)


def test_a_checkpoint_that_is_gone_is_named(copy):
    (copy / "checkpoint.npz").unlink()
    with pytest.raises(InputError, match=r"checkpoint\.npz is missing"):
        load(copy)


def test_a_recording_opens_elsewhere_without_a_word(whole):
    xarray = pytest.importorskip("xarray")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = xarray.open_zarr(whole / "recording.zarr")
    assert found["potential"].dims == ("time_potential", "neuron_potential", "trial")


def test_a_recording_is_told_in_one_line(whole):
    told = repr(load(whole)[0])
    assert told.count("\n") == 0 and len(told) < 400
    assert "2 neurons, 20 ms in steps of 0.5 ms" in told and "potential [40, 2, 1]" in told
