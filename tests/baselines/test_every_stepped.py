"""What holds of every layer that is called as a stepped one is."""

from functools import partial

import numpy as np
import pytest
import torch
from stepped import run, series
from torch import nn

from liquidtime.baselines.cornn import CoRNN
from liquidtime.baselines.ct_gru import CTGRU
from liquidtime.baselines.ct_lstm import CTLSTM
from liquidtime.baselines.ct_rnn import CTRNN
from liquidtime.baselines.flow import ODEFlow
from liquidtime.baselines.gru_ode import GRUODE
from liquidtime.baselines.lipschitz_rnn import LipschitzRNN
from liquidtime.baselines.lrc import LRC
from liquidtime.baselines.lru import LRU
from liquidtime.baselines.ode_lstm import ODELSTM
from liquidtime.baselines.ode_rnn import ODERNN
from liquidtime.baselines.phased_lstm import PhasedLSTM
from liquidtime.baselines.rnn_decay import RNNDecay
from liquidtime.baselines.transformer import Transformer

rk4 = partial(ODEFlow, method="rk4", steps=2)
relaxing = partial(ODEFlow, method="exponential", steps=2)
LAYERS = {
    "RNN-Decay": RNNDecay,
    "CT-RNN": partial(CTRNN, flow=relaxing),
    "CT-GRU": partial(CTGRU, scales=4),
    # Short periods, so that all parts of them are met in a short series.
    "Phased LSTM": partial(PhasedLSTM, shortest=1.0, longest=4.0, share=0.4),
    "CT-LSTM": CTLSTM,
    "GRU-ODE, jumps": partial(GRUODE, flow=relaxing, form="jump"),
    "GRU-ODE, driven": partial(GRUODE, flow=relaxing, form="driven"),
    "ODE-RNN": partial(ODERNN, flow=rk4, units=6),
    "ODE-LSTM": partial(ODELSTM, flow=rk4),
    "coRNN": partial(CoRNN, step=0.5, frequency=1.0, damping=1.0, longest=6.0),
    "Lipschitz RNN": partial(LipschitzRNN, step=0.2, longest=6.0),
    "LRC": LRC,
    "LRC, asymmetric": partial(LRC, elastance="asymmetric"),
    "LRU": partial(LRU, units=4, layers=2, dropout=0.0),
    "LRU, held": partial(LRU, units=4, layers=2, hold="interval", dropout=0.0),
    "Transformer": partial(Transformer, heads=1, layers=1, inner=8, dropout=0.0),
}
every_layer = pytest.mark.parametrize("make", LAYERS.values(), ids=LAYERS)


@every_layer
def test_what_lies_past_the_end_is_not_looked_at(make):
    torch.manual_seed(0)
    layer, (x, gaps) = make(3, 5).double(), series()
    whole = run(layer, x, gaps)
    x[4:], gaps[4:] = np.nan, np.inf
    cut = run(layer, x, gaps, torch.tensor([4]))
    np.testing.assert_array_equal(cut[:4], whole[:4])
    assert not cut[4:].any() and np.isfinite(whole).all() and whole.any()


@every_layer
def test_series_of_a_batch_do_not_see_one_another(make):
    torch.manual_seed(1)
    layer = make(3, 5).double()
    several = [series(seed=k) for k in range(3)]
    x, gaps = (torch.tensor(np.stack(part)) for part in zip(*several, strict=True))
    together = layer(x, gaps, torch.tensor([7, 7, 7])).detach().numpy()
    for k, one in enumerate(several):
        np.testing.assert_allclose(together[k], run(layer, *one), atol=1e-14)


@every_layer
def test_gradients_are_those_of_finite_differences(make):
    torch.manual_seed(2)
    layer, (x, gaps) = make(1, 2).double(), series(3, 1)
    given = (torch.tensor(part).unsqueeze(0).requires_grad_() for part in (x, gaps + 0.1))
    names, parameters = zip(*layer.named_parameters(), strict=True)

    def outputs(x, gaps, *values):
        call = (x, gaps, torch.tensor([3]))
        return torch.func.functional_call(layer, dict(zip(names, values, strict=True)), call)

    assert torch.autograd.gradcheck(outputs, (*given, *parameters))


@every_layer
def test_a_long_gap_leaves_numbers(make):
    torch.manual_seed(3)
    layer, (x, gaps) = make(3, 5), series()
    gaps[2] = 1e6
    outputs = run(layer, x.astype(np.float32), gaps.astype(np.float32))
    assert np.isfinite(outputs).all()


@every_layer
def test_it_can_be_compiled_whole(make):
    torch.manual_seed(4)
    layer, (x, gaps) = make(3, 5), series(2)
    x, gaps = (torch.tensor(part).float().unsqueeze(0) for part in (x, gaps))
    torch.compiler.reset()
    compiled = torch.compile(layer, backend="eager", fullgraph=True)
    lengths = torch.tensor([2])
    torch.testing.assert_close(compiled(x, gaps, lengths), layer(x, gaps, lengths))


@every_layer
def test_it_learns_what_only_the_gaps_tell(make):
    """All inputs are alike; rows come slowly or fast."""
    torch.manual_seed(5)
    layer, head = make(1, 6), nn.Linear(6, 1)
    optimizer = torch.optim.Adam([*layer.parameters(), *head.parameters()], lr=0.03)

    def ask(count=32):
        slow = (torch.rand(count) < 0.5).float()
        gaps = torch.rand(count, 4) * (0.5 + 3.5 * slow.unsqueeze(1))
        gaps[:, 0] = 0.0
        outputs = layer(torch.ones(count, 4, 1), gaps, torch.full((count,), 4))
        return head(outputs[:, -1]).squeeze(1), slow

    for _ in range(60):
        loss = nn.functional.binary_cross_entropy_with_logits(*ask())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    with torch.no_grad():
        logits, slow = ask(512)
    assert ((logits > 0) == (slow > 0.5)).float().mean() > 0.85
