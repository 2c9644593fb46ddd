"""Whatever raw operators and the extension's classes are given: an answer or an error, no crash."""

import itertools

import numpy as np
import pytest
import torch

from liquidtime import kernels
from liquidtime.deploy import Stream
from liquidtime.kernels.cfc import cpu as cfc_cpu
from liquidtime.kernels.cfc.reference import Affine, CfCSpec, CfCWeights, Group
from liquidtime.kernels.ltc import cpu as ltc_cpu
from liquidtime.kernels.memory import MemoryWeights
from liquidtime.native import native
from liquidtime.nn import LTC, CfC

assert kernels.registry is not None, "imported for its operators"
extension = native()
B, T, D, H = 2, 3, 4, 5


def cfc_arguments():
    return {
        "x": torch.randn(B, T, D),
        "h": torch.zeros(B, H),
        "c": None,
        "elapsed": torch.ones(B, T),
        "active": None,
        "weights": [torch.randn(6, D + H), torch.randn(6), torch.randn(4 * H, 6), torch.randn(20)],
        "wiring": [],
        "dropout": [],
        "options": ["gated", "tanh", "state"],
        "count": 1,
        "memory": False,
        "one_elapsed": False,
        "bfloat16": False,
        "keep": False,
        "elapsed_gradient": False,
    }


def wired_arguments():
    mask = torch.ones(H, D + H, dtype=torch.bool)
    return cfc_arguments() | {
        "weights": [torch.randn(4 * H, D + H), torch.randn(4 * H)],
        "wiring": [torch.arange(H), torch.arange(D), mask],
        "options": ["gated", "state"],
    }


def ltc_arguments():
    synapses = [torch.rand(n, H) for n in (H, D) for _ in range(4)]
    return cfc_arguments() | {
        "weights": [torch.rand(H) for _ in range(3)] + synapses,
        "options": ["fused"],
        "count": 6,
    }


OPERATORS = {"cfc": cfc_arguments, "wired": wired_arguments, "ltc": ltc_arguments}


def run(name, **changed):
    operator = getattr(torch.ops.liquidtime, f"{name}_cpu")
    return operator(*(OPERATORS[name]() | changed).values())


def refused(name, words, **changed):
    with pytest.raises(ValueError, match=words):
        run(name, **changed)


@pytest.mark.parametrize("name", OPERATORS)
def test_every_tensor_of_every_wrong_kind(name):
    """One tensor at a time: other dimensions, dtypes and sizes, none of them taken in silence."""
    arguments = OPERATORS[name]()
    assert run(name)[0].shape == (B, T, H)
    places = [(key, None) for key in ("x", "h", "elapsed")]
    places += [(key, i) for key in ("weights", "wiring") for i in range(len(arguments[key]))]
    changes = {
        "number": lambda t: t.new_ones(()),
        "nothing": lambda t: t.new_ones(0),
        "longer": lambda t: torch.cat([t, t]),
        "deeper": lambda t: t.unsqueeze(0),
        "wide": lambda t: t.double() if t.is_floating_point() else t.float(),
        "whole": lambda t: t.int() if t.dtype != torch.int32 else t.long(),
    }
    for (key, place), (kind, change) in itertools.product(places, changes.items()):
        given = OPERATORS[name]()
        if place is None:
            given[key] = change(given[key])
        else:
            given[key][place] = change(given[key][place])
        with pytest.raises(ValueError, match=r"expected|partition|comes after|twice"):
            run(name, **given)
            pytest.fail(f"{key}[{place}] {kind} was taken")


@pytest.mark.parametrize("name", OPERATORS)
def test_what_it_has_no_use_for(name):
    given, c = OPERATORS[name](), torch.zeros(B, H)
    refused(name, "c belongs to a recurrence with memory", c=c)
    refused(name, "c belongs to a recurrence with memory", memory=True)
    refused(name, "weights has|no use for it", c=c, memory=True)
    refused(name, "weights has", weights=[*given["weights"], torch.zeros(H)])
    refused(name, "weights has 0 tensors", weights=[])
    refused(name, "wiring has", wiring=[*given["wiring"], c > 0])
    refused(name, "options has", options=[])
    refused(name, "expected one of", options=["open", *given["options"][1:]])
    refused(name, "active has", active=torch.ones(B, T))
    refused(name, r"dropout has", dropout=[torch.ones(B, T, H)] * 2)
    if name != "cfc":
        refused(name, "bfloat16 was given", bfloat16=True)
        refused(name, "one_elapsed was given", one_elapsed=True)


def test_contents_of_a_wiring():
    neurons, sources, mask = wired_arguments()["wiring"]
    for wrong in ([0, 0, 1, 2, 3], [0, 1, 2, 3, 9], [0, 1, 2, 3, -1]):
        refused("wired", "neuron", wiring=[torch.tensor(wrong), sources, mask])
    for wrong in ([0, 1, 2, 9], [-1, 1, 2, 3]):
        refused("wired", "source", wiring=[neurons, torch.tensor(wrong), mask])
    refused("ltc", "unfolds is 0", count=0)


def test_strides_and_layouts_are_read_rightly():
    x = torch.randn(T, B, D).transpose(0, 1)
    torch.manual_seed(0)
    weights = cfc_arguments()["weights"]
    plain = run("cfc", x=x.contiguous(), weights=weights)[0]
    turned = [w.t().contiguous().t() if w.dim() == 2 else w for w in weights]
    assert torch.equal(run("cfc", x=x, weights=turned)[0], plain)


@pytest.mark.parametrize("name", OPERATORS)
def test_the_way_back(name):
    operator = getattr(torch.ops.liquidtime, f"{name}_cpu_backward")
    given = OPERATORS[name]() | {"keep": True}
    output, h, c, saved, memories = run(name, **given)
    gradient = torch.ones_like(output), torch.ones_like(h), c, True
    rest = [output, saved, memories, *gradient]
    assert operator(*given.values(), *rest)[0].shape == (B, T, D)
    for place in (0, 3, 4):
        wrong = list(rest)
        wrong[place] = wrong[place][:1]
        with pytest.raises(ValueError, match="expected"):
            operator(*given.values(), *wrong)
    with pytest.raises(ValueError, match="keep is False"):
        operator(*OPERATORS[name]().values(), *rest)


WEIGHTS = CfCWeights((), Affine(torch.randn(4 * H, D + H), torch.randn(4 * H)), None, None)
CLOSED = CfCWeights((), Affine(torch.randn(H, D + H), torch.randn(H)), *torch.rand(2, H))
MEMORY = MemoryWeights(torch.randn(4 * H, D), torch.randn(4 * H, H), torch.randn(4 * H))
GROUP = Group(torch.arange(H), torch.arange(D))
GATED, CLOSED_FORM = CfCSpec("gated", "tanh", "state"), CfCSpec("closed_form", "tanh", "state")


@pytest.mark.parametrize("backend", ["cpu", "reference"])
@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"members": 2}, "state has 2 members; expected 1"),
        ({"memory": MEMORY}, "state has 1 members; expected 2"),
        ({"weights": (WEIGHTS, WEIGHTS)}, "weights has 2 entries; expected 1"),
        ({"weights": (CLOSED,)}, "decay and target"),
        ({"spec": CLOSED_FORM}, "decay and target"),
        ({"dropout": (torch.ones(B, T, H),)}, "dropout has 1 factors"),
        ({"groups": (GROUP,), "dropout": (torch.ones(B, T, H),)}, "dropout has 1 factors"),
        (
            {"groups": (GROUP,), "weights": (WEIGHTS._replace(backbone=(WEIGHTS.heads,)),)},
            "no backbone",
        ),
    ],
)
def test_parts_that_a_cfc_would_leave_unread(backend, changed, words):
    run = kernels.registry.select(CfC(D, H).kernel_request(), backend).run
    given = {"weights": (WEIGHTS,), "groups": None, "memory": None, "dropout": (), "spec": GATED}
    given |= changed
    state = (torch.zeros(B, H),) * given.pop("members", 1)
    with pytest.raises(ValueError, match=words):
        run(torch.randn(B, T, D), state, torch.ones(B, T), None, **given)


def test_memory_of_an_ltc_is_refused_by_the_compiled_one():
    cell = LTC(D, H).cells[0]
    v, x = torch.zeros(B, H), torch.randn(B, T, D)
    spec = cell._spec("state")
    with pytest.raises(ValueError, match="no mixed memory"):
        ltc_cpu.ltc(x, (v, v), torch.ones(B, T), None, cell.weights(), MEMORY, spec)
    with pytest.raises(ValueError, match="2 members; expected 1"):
        ltc_cpu.ltc(x, (v, v), torch.ones(B, T), None, cell.weights(), None, spec)
    assert cfc_cpu.backend.serves == {"wiring", "dropout", "mixed_memory"}


def i32(*numbers):
    return np.array(numbers, np.int32)


def i64(*numbers):
    return np.array(numbers, np.int64)


def u8(*numbers):
    return np.array(numbers, np.uint8)


def f32(*numbers):
    return np.array(numbers, np.float32)


ROWS = (i64(0, 1, 3, 3), i32(1, 2, 0))


@pytest.mark.parametrize(
    ("name", "arguments", "words"),
    [
        ("sorted_rows", (i32(0, 1), i32(5, 1), f32(1, 1), u8(0, 0), 3), "targets has 5 at 0"),
        ("sorted_rows", (i32(0, 1), i32(-1, 1), f32(1, 1), u8(0, 0), 3), "targets has -1 at 0"),
        ("sorted_rows", (i32(0, 7), i32(1, 1), f32(1, 1), u8(0, 0), 3), "sources has 7 at 1"),
        ("sorted_rows", (i32(0), i32(0), f32(1), u8(0), -3), "neurons is -3"),
        ("WeightedEdges", (i64(), i32(), u8(), i64(), i32(), 1), "offsets do not begin with 0"),
        (
            "WeightedEdges",
            (i64(0, 2), i32(0, 9), u8(0, 0), i64(0, 2), i32(0, 0), 1),
            "source has 9 at 1",
        ),
        (
            "WeightedEdges",
            (i64(0, 2), i32(0, 0), u8(0, 3), i64(0, 2), i32(0, 0), 1),
            "classes has 3 at 1",
        ),
        (
            "WeightedEdges",
            (i64(0, 2), i32(0, 0), u8(0, 0), i64(0, 2), i32(0, 4), 1),
            "place has 4 at 1",
        ),
        ("Graph", (i64(0, 1000, 3, 3), ROWS[1], u8(1, 1, 1), None, 1, 3, None), "fall from 1000"),
        ("Graph", (i64(0, 10**9, 3, 3), ROWS[1], f32(1, 1, 1), None, 1, 3, None), "offsets fall"),
        ("Graph", (i64(0, 3, 1, 3), ROWS[1], f32(1, 1, 1), None, 1, 3, None), "offsets fall"),
        ("Graph", (i64(), i32(), f32(), None, 1, 3, None), "offsets do not begin with 0"),
        ("Graph", (ROWS[0], i32(1, 7, 0), f32(1, 1, 1), None, 1, 3, None), "a source or a class"),
        ("Graph", (*ROWS, f32(1, np.nan, 1), None, 1, 3, None), "counts has nan at 1"),
        ("Graph", (*ROWS, f32(1, 1, np.inf), None, 1, 3, None), "counts has inf at 2"),
        ("Graph", (*ROWS, np.array([1, -1, 1], np.int8), None, 1, 3, None), "counts has -1 at 1"),
        ("Graph", (*ROWS, f32(1, 1, 1), None, 0, 3, None), "class_count is 0"),
    ],
)
def test_edges_that_lead_out_of_their_arrays(name, arguments, words):
    with pytest.raises(ValueError, match=words):
        getattr(extension, name)(*arguments)


def test_where_a_stream_is_told_to_write():
    stream, row = Stream.from_module(CfC(3, 8)), np.zeros(3, np.float32)
    closed = np.zeros(8, np.float32)
    closed.flags.writeable = False
    for out, words in (
        (closed, "out is a read-only float32 array of shape"),
        (np.zeros(8), "out is a float64 array"),
        (np.zeros(16, np.float32)[::2], "not in one piece; expected a float32 array"),
        ([0.0] * 8, "out is a list; expected a float32 array"),
    ):
        with pytest.raises(ValueError, match=words):
            stream._steps.step(row, 1.0, None, out)


def test_parts_of_a_stream_that_do_not_fit():
    cell = Stream.from_module(CfC(3, 8))
    recurrence = extension.CfC(
        "gated", "tanh", 3, 8, [], (np.zeros((32, 11), np.float32), np.zeros(32, np.float32)),
        None, None, None, "state", None, False, False, False,
    )  # fmt: skip
    layer = (recurrence, (None, None), 8, (None, None))
    wide = (np.zeros((2, 9), np.float32), np.zeros(2, np.float32))
    assert cell.output_size == 8
    for layers, projection, head, readout, streams, words in (
        ([], None, None, "last", 1, "needs a layer"),
        ([layer, layer], None, None, "last", 1, "a layer reads 3 numbers; expected 8"),
        ([(*layer[:2], 9, layer[3])], None, None, "last", 1, "units is 8; expected 9"),
        ([layer], wide, None, "last", 1, "projection reads 9 numbers; expected 8"),
        ([layer], None, wide, "mean", 1, "head reads 9 numbers; expected 8"),
        ([layer], None, wide, "last_mean", 1, "head reads 9 numbers; expected 16"),
        ([layer], None, None, "first", 1, "readout is 'first'"),
        ([layer], None, None, "last", 0, "streams is 0"),
    ):
        with pytest.raises(ValueError, match=words):
            extension.Stream(layers, projection, head, readout, streams, 1)
    with pytest.raises(ValueError, match="stream is 5"):
        extension.Stream([layer], None, None, "last", 1, 1).reset(5)


def test_names_and_numbers_of_the_extension_s_cells():
    weights = (np.zeros((20, 9), np.float32), np.zeros(20, np.float32))
    rest = (None, None, None, "state", None, False, False, False)
    with pytest.raises(ValueError, match="hidden_size is -5"):
        extension.CfC("gated", "tanh", 4, -5, [], weights, *rest)
    decay = np.zeros(5, np.float32)
    with pytest.raises(ValueError, match="decay and target belong to the closed form"):
        extension.CfC("gated", "tanh", 4, 5, [], weights, decay, decay, *rest[2:])
    with pytest.raises(ValueError, match=r"expected \[4000000000, "):
        extension.CfC("gated", "tanh", 4, 10**9, [], weights, *rest)
