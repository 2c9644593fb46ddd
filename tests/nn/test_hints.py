"""What users of nn.LSTM, of ncps and of NumPy write by habit is answered with the spelling here."""

import copy
import inspect
import pickle
import warnings

import numpy as np
import pytest
import torch

from liquidtime import notes
from liquidtime.nn import LTC, CfC, CfCCell, LTCCell, RecurrentState
from liquidtime.wirings import AutoNCP

B, T, D = 4, 6, 3
UNIX = (1_700_000_000 + torch.arange(T, dtype=torch.float64) * 30.0).expand(B, T)


@pytest.fixture
def x() -> torch.Tensor:
    return torch.randn(B, T, D, generator=torch.Generator().manual_seed(0))


@pytest.fixture(params=[CfC, LTC])
def rnn(request):
    torch.manual_seed(0)
    return request.param(D, 5)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float16, torch.bfloat16])
def test_times_that_lost_their_gaps_are_refused(rnn, x, dtype):
    times = UNIX if dtype == torch.float32 else UNIX - UNIX[0, 0] + 20_000
    message = "tells no less than .* apart: the gaps between them are lost. Pass float64"
    with pytest.raises(ValueError, match=message):
        rnn(x, times=times.to(dtype))
    with pytest.raises(ValueError, match=message):
        rnn(x, times=times[0].to(dtype))
    with pytest.raises(ValueError, match=message):
        rnn(x, times=times.to(dtype), lengths=torch.tensor([6, 3, 6, 2]))
    other = torch.cat([torch.arange(T * 1.0).expand(B - 1, T), times[:1].float()]).to(dtype)
    with pytest.raises(ValueError, match=message):
        rnn(x, times=other)


def test_stamps_that_fell_together_are_refused(rnn, x):
    with pytest.raises(ValueError, match="the gaps between them are lost"):
        rnn(x[:, :2], times=torch.full((B, 2), 1.7e9))


def test_stamps_one_by_one_are_refused_too(rnn, x):
    _, state = rnn(x[:, :1], times=UNIX[:, :1].float())
    with pytest.raises(ValueError, match="the gaps between them are lost"):
        rnn(x[:, 5:], state, times=(UNIX[:, 5:] + 8).float())


@pytest.mark.parametrize("dtype", [torch.float64, torch.int64])
@pytest.mark.parametrize("scale", [1, 10**9])
def test_exact_stamps_are_their_gaps(rnn, x, dtype, scale):
    stamps = UNIX.to(dtype) * scale if dtype == torch.int64 else UNIX * scale
    right = rnn(x, elapsed=torch.tensor([0.0] + [30.0 * scale] * 5))[0]
    assert torch.allclose(rnn(x, times=stamps)[0], right, atol=1e-6)


def test_whole_numbers_beyond_float64_keep_their_gaps(rnn, x):
    start = 2**60
    times = (start + torch.tensor([0, 1, 3, 4, 9, 10])).expand(B, T)
    right = rnn(x, times=(times - start).double())[0]
    assert torch.equal(rnn(x, times=times)[0], right)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float16])
def test_fine_times_of_few_digits_pass(rnn, x, dtype):
    times = torch.tensor([0.0, 0.5, 0.5, 3.0, 5.0, 6.0])
    right = rnn(x, times=times.double())[0]
    assert torch.equal(rnn(x, times=times.to(dtype))[0], right)
    padded = times.expand(B, T).clone()
    padded[:, 3:] = 0.0
    assert rnn(x, times=padded.to(dtype), lengths=torch.full((B,), 3))[0].isfinite().all()
    long = torch.arange(3000.0).expand(1, -1)
    assert rnn(x[:1, :1].expand(1, 3000, D), times=long)[0].isfinite().all()
    assert rnn(x[:, :1], times=torch.full((B, 1), 60_000.0, dtype=dtype))[0].isfinite().all()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"x": np.zeros((B, T, D), np.float32)}, r"x is a numpy.ndarray; .*torch.from_numpy\(x\)"),
        ({"x": [[[0.0] * D] * T] * B}, r"x is a list; expected a tensor.*torch.as_tensor\(x\)"),
        ({"elapsed": np.ones((B, T))}, "elapsed is a numpy.ndarray; expected a float or a tensor"),
        ({"elapsed": np.ones((B, 1))}, "elapsed is a numpy.ndarray"),
        ({"elapsed": [1.0] * T}, "elapsed is a list"),
        ({"elapsed": "1"}, "elapsed is a str; expected a float or a tensor"),
        ({"elapsed": 1j}, "elapsed is a complex; expected a float or a tensor"),
        ({"elapsed": np.timedelta64(6, "h")}, "Dates and durations become numbers by a division"),
        ({"times": np.arange(T * 1.0)}, r"times is a numpy.ndarray.*torch.from_numpy\(times\)"),
        ({"times": np.arange(T).astype("M8[h]")}, "Dates and durations become numbers"),
        ({"mask": np.ones((B, T), bool)}, r"mask is a numpy.ndarray.*torch.from_numpy\(mask\)"),
        ({"state": RecurrentState(np.zeros((1, B, 5)))}, "state.h is a numpy.ndarray"),
    ],
)
def test_arrays_are_told_how_to_become_tensors(rnn, x, arguments, message):
    with pytest.raises(TypeError, match=message):
        rnn(**({"x": x} | arguments))


def test_numbers_and_lengths_of_numpy_are_read(rnn, x):
    right = rnn(x, elapsed=0.5, lengths=torch.tensor([6, 3, 0, 2]))[0]
    for half in (np.float64(0.5), np.float32(0.5), np.array(0.5), torch.tensor(0.5)):
        assert torch.equal(rnn(x, elapsed=half, lengths=np.array([6, 3, 0, 2]))[0], right)
    assert torch.equal(rnn(x, elapsed=0.5, lengths=[6, 3, 0, 2])[0], right)


@pytest.mark.parametrize("kind", [CfCCell, LTCCell])
def test_cells_want_tensors_too(kind, x):
    cell = kind(D, 5)
    with pytest.raises(TypeError, match=r"x is a numpy.ndarray"):
        cell(np.zeros((B, D), np.float32))
    with pytest.raises(TypeError, match=r"the hidden state is a numpy.ndarray"):
        cell(x[:, 0], np.zeros((B, 5), np.float32))
    with pytest.raises(TypeError, match=r"elapsed is a numpy.ndarray"):
        cell(x[:, 0], elapsed=np.ones(B))


def test_no_clock_is_said_once(rnn, x, monkeypatch):
    monkeypatch.setattr(notes, "said", set())
    with pytest.warns(
        notes.Note, match="every gap between two steps is 1. Pass elapsed=1.0"
    ) as said:
        rnn(x)
    assert [entry.filename for entry in said] == [__file__]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        rnn(x)
        notes.said.clear()
        rnn(x, elapsed=1.0)
        rnn(x, times=torch.arange(T * 1.0))
        rnn.step(x[:, 0])


@pytest.mark.parametrize("kind", [CfC, LTC, CfCCell, LTCCell])
def test_a_wiring_goes_by_its_name(kind):
    with pytest.raises(TypeError, match=r"hidden_size is a wiring \(AutoNCP\).*wiring="):
        kind(20, AutoNCP(28, 4))
    with pytest.raises(TypeError, match="wiring is a int; expected a spec"):
        kind(20, wiring=28)
    with pytest.raises(TypeError, match="hidden_size is '64', a str; expected a whole number"):
        kind(20, "64")
    with pytest.raises(TypeError, match=r"input_size is a wiring \(AutoNCP\)"):
        kind(AutoNCP(28, 4), 20)
    with pytest.raises(TypeError, match="hidden_size is True, a bool"):
        kind(20, True)
    assert kind(3, np.int64(5)).hidden_size == 5


def test_layers_are_counted_and_times_are_real(x):
    with pytest.raises(TypeError, match="num_layers is '2', a str; expected a whole number"):
        CfC(3, 5, "2")
    with pytest.raises(ValueError, match="times holds complex numbers"):
        CfC(D, 5)(x, times=torch.zeros(T, dtype=torch.cfloat))


NAMES = {
    "mode": "variant=",
    "units": "hidden_size=",
    "ode_unfolds": "unfolds=",
    "return_sequences": r"output\[:, -1\]",
    "implicit_param_constraints": "left out",
    "sparsity_mask": "wiring=",
    "epsilon": "left out",
}


@pytest.mark.parametrize("kind", [CfC, LTC, CfCCell, LTCCell])
@pytest.mark.parametrize("name", NAMES)
def test_constructor_names_of_ncps_are_answered(kind, name):
    with pytest.raises(TypeError, match=rf"no argument {name}=; here it is .*{NAMES[name]}"):
        kind(3, 5, **{name: 1})
    with pytest.raises(TypeError, match="unexpected keyword argument 'colour'"):
        kind(3, 5, colour=1)


def test_cells_have_no_layout_to_choose():
    with pytest.raises(TypeError, match="batch_first=; here it is left out: a cell takes one step"):
        CfCCell(3, 5, batch_first=True)
    assert CfC(3, 5, batch_first=False).batch_first is False


@pytest.mark.parametrize(("name", "here"), [("timespans", "elapsed="), ("hx", "state=")])
def test_call_names_of_ncps_are_answered(rnn, x, name, here):
    with pytest.raises(TypeError, match=rf"forward has no argument {name}=; here it is {here}"):
        rnn(x, **{name: x})
    with pytest.raises(TypeError, match="here it is elapsed="):
        CfCCell(D, 5)(x[:, 0], ts=1.0)


def test_signatures_and_copies_stay_as_they_were(rnn, x):
    assert list(inspect.signature(CfC).parameters)[:3] == [
        "input_size",
        "hidden_size",
        "num_layers",
    ]
    assert "timespans" not in inspect.signature(rnn.forward).parameters
    right = rnn(x, elapsed=0.5)[0]
    for twin in (copy.deepcopy(rnn), pickle.loads(pickle.dumps(rnn))):
        assert torch.equal(twin(x, elapsed=0.5)[0], right)


def test_lstm_habits_of_state_and_layout(rnn, x):
    with pytest.raises(ValueError, match=r"state is a tuple.*RecurrentState\(h, c\)"):
        rnn(x, (torch.zeros(1, B, 5), torch.zeros(1, B, 5)))
    turned = x.transpose(0, 1)
    with pytest.raises(ValueError, match="x looks transposed: the layer has batch_first=True"):
        rnn(turned, lengths=torch.full((B,), T))
    with pytest.raises(ValueError, match="looks transposed"):
        rnn(turned, times=torch.arange(T * 1.0).expand(B, T))
