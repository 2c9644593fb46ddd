"""What holds for every target: files equal the reference, and a damaged one is found out."""

import numpy as np
import pytest
import torch

from liquidtime.deploy.signals import Signals
from liquidtime.errors import InputError
from liquidtime.export import TARGETS, Trained, check, write
from liquidtime.export.parity import Difference, Parity
from liquidtime.models.common.predictor import Predictor
from liquidtime.nn import LTC, CfC, DiagonalCfC
from liquidtime.wirings import AutoNCP

# Each variant, wiring, layout of memory, integrator and read-out once; small, since tracing a graph
# for ONNX takes seconds.
KINDS = {
    "gated": lambda: CfC(3, 4, backbone_layers=0),
    "closed_form": lambda: CfC(3, 7, 2, variant="closed_form", proj_size=4),
    "wired": lambda: CfC(3, wiring=AutoNCP(9, 2), variant="no_gate", mixed_memory="input"),
    "predictor": lambda: Predictor(
        CfC(3, 6, backbone_layers=2, backbone_units=5, activation="gelu", mixed_memory=True),
        2,
        readout="last_mean",
    ),
    "relaxation": lambda: CfC(3, wiring=AutoNCP(9, 2), variant="relaxation"),
    "diagonal": lambda: DiagonalCfC(3, 5, 2, backbone_layers=1),
    "ltc": lambda: LTC(3, wiring=AutoNCP(9, 2), unfolds=2),
    "ltc_exponential": lambda: LTC(3, 6, integrator="exponential", unfolds=1),
}
SIGNALS = Signals(
    variables=("pressure", "flow"),
    mean=(1.0, 2.0),
    std=(3.0, 4.0),
    static_variables=("age",),
    static_mean=(50.0,),
    static_std=(9.5,),
    time_scale=0.25,
    features=("values",),
    clip=None,
    labels=("low", "hoch ↑"),
    classes=True,
    target_mean=None,
    target_scale=None,
)


def path_of(target, folder):
    return folder / f"network{TARGETS.find(target).suffix}"


def test_an_entry_says_what_it_is():
    for name, target in TARGETS.entries().items():
        assert target.name == name
        assert target.suffix.startswith(".")
        assert target.title


# The first kind is `written` for the tests of files.
@pytest.mark.parametrize("kind", [*KINDS][1:])
@pytest.mark.parametrize("target", TARGETS.entries())
def test_steps_as_the_reference(target, kind, tmp_path):
    network = Trained.from_module(KINDS[kind](), SIGNALS)
    path = path_of(target, tmp_path)
    parity = write(network, path)
    assert parity.passed
    assert 0 <= parity.outputs.absolute < 1e-5
    assert "equals the reference" in str(parity)
    assert [file.name for file in tmp_path.iterdir()] == [path.name]


def found_out(network, path):
    """Whether the file is refused, or fails its check with a report."""
    try:
        parity = check(network, path)
    except InputError as error:
        return str(path) in str(error)
    return not parity.passed and "differs from the reference" in str(parity)


@pytest.fixture(scope="module", params=list(TARGETS.entries()))
def written(request, tmp_path_factory):
    """A network and its file."""
    torch.manual_seed(0)
    network = Trained.from_module(KINDS["gated"]())
    path = path_of(request.param, tmp_path_factory.mktemp("written"))
    write(network, path)
    return network, path


def test_a_file_can_be_checked_again(written):
    network, path = written
    parity = check(network, path)
    assert parity == check(network, path)
    assert parity.passed
    assert 0 <= parity.outputs.absolute < 1e-5
    assert "equals the reference" in str(parity)
    assert [file.name for file in path.parent.iterdir()] == [path.name]
    with pytest.raises(InputError, match="does not exist"):
        check(network, path.with_stem("other"))


@pytest.mark.parametrize("at", [0.1, 0.35, 0.6, 0.85])
def test_a_damaged_file_is_found_out(written, at, tmp_path):
    network, path = written
    content = bytearray(path.read_bytes())
    start = int(at * len(content))
    content[start : start + 64] = bytes(byte ^ 0x5A for byte in content[start : start + 64])
    damaged = tmp_path / path.name
    damaged.write_bytes(content)
    assert found_out(network, damaged)


def test_half_a_file_is_found_out(written, tmp_path):
    network, path = written
    content = path.read_bytes()
    (tmp_path / path.name).write_bytes(content[: len(content) // 2])
    with pytest.raises(InputError, match="damaged"):
        check(network, tmp_path / path.name)


def test_another_network_is_found_out(written):
    network, path = written
    numbers = {name: array * 1.01 for name, array in network.arrays.items() if "head" in name}
    assert found_out(Trained(network.architecture, dict(network.arrays) | numbers), path)
    with pytest.raises(InputError, match="another network"):
        check(Trained(network.architecture, network.arrays, SIGNALS), path)


def test_what_does_not_equal_is_not_kept(written, tmp_path, monkeypatch):
    network, path = written
    place = tmp_path / path.name
    place.write_bytes(b"an older one")
    monkeypatch.setattr(Parity, "passed", False)
    with pytest.raises(InputError, match="was not written"):
        write(network, place)
    assert place.read_bytes() == b"an older one"
    assert list(tmp_path.iterdir()) == [place]


def test_nan_does_not_pass():
    nothing = np.full(3, np.nan, np.float32)
    worst = Difference.of([(np.zeros(3, np.float32), nothing)])
    fine = Difference(0.0, 0.0)
    assert not Parity(worst, fine, 1e-5, 1, "it").passed
    assert not Parity(fine, worst, 1e-5, 1, "it").passed
    assert Parity(fine, fine, 1e-5, 1, "it").passed
