"""Bad input is refused in the caller's words; nothing broadcasts silently."""

import pytest
import torch

from liquidtime.nn import LTC, CfC, CfCCell, LTCCell, RecurrentState
from liquidtime.wirings import AutoNCP

B, T, D = 3, 5, 2
X = torch.zeros(B, T, D)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"x": torch.zeros(B, T, D + 1)}, r"3 features.*input_size=2"),
        ({"x": torch.zeros(T)}, r"1 dimensions"),
        ({"x": X.double()}, r"float64.*float32.*convert"),
        ({"elapsed": torch.ones(B, 1)}, r"elapsed has shape \[3, 1\]; expected \[B, T\]=\[3, 5\]"),
        ({"elapsed": torch.ones(B)}, r"elapsed has shape \[3\].*ambiguous"),
        ({"elapsed": torch.ones(T, B)}, r"looks transposed.*batch_first=True"),
        ({"elapsed": torch.ones(B, T, D)}, r"elapsed has shape"),
        ({"elapsed": -torch.ones(B, T)}, r"elapsed is -1 in series 0, step 0; expected finite"),
        ({"elapsed": -0.5}, r"elapsed is -0.5"),
        ({"elapsed": float("nan")}, r"elapsed is nan"),
        ({"elapsed": torch.full((T,), float("inf"))}, r"elapsed is inf"),
        ({"elapsed": torch.ones(T), "times": torch.ones(T)}, r"both elapsed and times"),
        ({"times": torch.tensor([0.0, 1, 2, 1, 3])}, r"times go back.*series 0, step 3.*-1"),
        ({"x": X + float("nan")}, r"NaN or infinite in series 0, step 0.*mask"),
        ({"mask": torch.ones(B, T)}, r"mask has dtype torch.float32; expected torch.bool"),
        ({"mask": torch.ones(B, dtype=torch.bool)}, r"mask has shape"),
        ({"lengths": torch.tensor([1, 2])}, r"lengths has shape \[2\]; expected \[B\]=\[3\]"),
        ({"lengths": torch.tensor([1, 2, 6])}, r"lengths are \[1, 2, 6\].*T=5"),
        ({"lengths": torch.tensor([1.0, 2, 3])}, r"lengths has dtype torch.float32"),
        ({"state": torch.zeros(1, B, 4)}, r"state is a Tensor; expected a RecurrentState"),
        ({"state": RecurrentState(torch.zeros(1, B, 3))}, r"state.h has shape \[1, 3, 3\]"),
    ],
)
def test_call(arguments, message):
    with pytest.raises(ValueError, match=message):
        CfC(D, 4)(**({"x": X} | arguments))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: CfC(D), "hidden_size is missing"),
        (lambda: CfC(D, 0), "hidden_size is 0"),
        (lambda: CfC(D, 5, wiring=AutoNCP(8, 2)), "hidden_size is 5, but the wiring has 8"),
        (lambda: CfC(D, 4, 0), "num_layers is 0"),
        (lambda: CfC(D, 4, variant="pure"), "variant is 'pure'; expected one of 'gated'"),
        (lambda: CfC(D, 4, activation="sin"), "activation is 'sin'"),
        (lambda: CfC(D, 4, dropout=1.0), "dropout is 1.0"),
        (lambda: CfC(D, 4, backbone_dropout=-0.1), "backbone_dropout is -0.1"),
        (lambda: CfC(D, 4, backbone_layers=-1), "backbone_layers is -1"),
        (lambda: CfC(D, 4, mixed_memory="lstm"), "mixed_memory is 'lstm'"),
        (lambda: CfC(D, 4, backend="cuda"), "backend is 'cuda'; expected 'auto' or one of"),
        (lambda: LTC(D, 4, integrator="rk45"), "integrator is 'rk45'; expected one of 'fused'"),
        (lambda: LTC(D, 4, unfolds=0), "unfolds is 0"),
        (lambda: LTC(D, 4, input_mapping="none"), "input_mapping is 'none'"),
        (lambda: LTC(D, 4, nodes=1), "nodes is 1; expected 2"),
        (lambda: LTC(D, 4, sources="guessed"), "sources is 'guessed'; expected one of 'frozen'"),
        (lambda: LTC(D, 4, sweeps=0), "sweeps is 0"),
    ],
)
def test_construction(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_steps():
    with pytest.raises(ValueError, match="cannot step"):
        CfC(D, 4, bidirectional=True).step(torch.zeros(B, D))
    cell = CfCCell(D, 4)
    with pytest.raises(ValueError, match=r"elapsed has shape \[5\]; expected a float, \[B\]=\[3\]"):
        cell(torch.zeros(B, D), elapsed=torch.ones(5))
    with pytest.raises(ValueError, match=r"hidden state has shape \[4\]; expected \[3, 4\]"):
        cell(torch.zeros(B, D), torch.zeros(4))
    with pytest.raises(ValueError, match=r"x has shape \[3, 3\]"):
        cell(torch.zeros(B, 3))


def test_previous_inputs():
    x = torch.zeros(B, D)
    with pytest.raises(ValueError, match="integrator='fused' the input stands still"):
        LTCCell(D, 4)(x, previous=x)
    cell = LTCCell(D, 4, integrator="closed_form_linear")
    with pytest.raises(ValueError, match=r"previous has shape \[2\]; expected that of x, \[3, 2\]"):
        cell(x, previous=x[0])
    rnn = LTC(D, 4, integrator="closed_form_linear")
    wrong = RecurrentState(torch.zeros(1, B, 4), previous=(torch.zeros(B, D),))
    with pytest.raises(ValueError, match=r"shapes \[\[3, 2\]\]; expected \[\[3, 3\]\]"):
        rnn(X, wrong)


def test_memory_state_is_asked_for():
    with pytest.raises(ValueError, match=r"state\.c is None"):
        CfC(D, 4, mixed_memory=True)(X, RecurrentState(torch.zeros(1, B, 4)))


def test_times_may_not_go_back_across_calls():
    rnn = CfC(D, 4)
    _, state = rnn(X, times=torch.arange(T) + 10.0)
    with pytest.raises(ValueError, match=r"step 0 comes -4 after"):
        rnn(X, state, times=torch.arange(T) + 10.0)
    rnn(X, state, times=torch.arange(T) + 14.0)


def test_garbage_in_the_padding_is_no_error():
    elapsed = torch.ones(B, T)
    elapsed[:, 2:] = -1.0
    x = X.clone()
    x[:, 2:] = float("nan")
    output, _ = CfC(D, 4)(x, elapsed=elapsed, lengths=torch.tensor([2, 2, 1]))
    assert output.isfinite().all()
