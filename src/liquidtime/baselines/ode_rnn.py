"""ODE-RNN: a GRU whose state moves along an ODE between rows.

Rubanova, Chen, Duvenaud: Latent ODEs for Irregularly-Sampled Time Series, NeurIPS 2019,
algorithm 1.
"""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from liquidtime.baselines.flow import ODEFlow, dense_network
from liquidtime.baselines.layout import layout_of
from liquidtime.baselines.stepwise import State, Stepwise, gru_update, inside, run, uniform_as_torch


class ODERNN(Stepwise):
    """An ODE-RNN layer.

        state before  ĥ = the solution of dy/dt = field(y) from h after Δt
        state after   h = GRU(x, ĥ)

    The field is a network of linear maps with tanh between them.

    Note:
        In the authors' code the unit carries a deviation beside the state, as that of the Latent
        ODE's encoder does; algorithm 1 has any recurrent unit, and here it is a GRU's. In that of
        Lechner & Hasani (2020), from which the figures of the XOR and Walker tables come, the
        ODE-RNN is the CT-RNN without its leak: no GRU, the inputs drive dh/dt = A tanh(W x + U h
        + b), 3 Runge–Kutta steps an interval, with the gaps of the XOR task divided by 32.

    Args:
        input_size: Number of inputs.
        hidden_size: Number H of units.
        flow: Makes the solver of a field.
        units: Hidden units of the field.
        layers: Hidden layers of the field.
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        flow: Callable[[nn.Module], ODEFlow],
        units: int = 50,
        layers: int = 1,
    ) -> None:
        super().__init__(hidden_size)
        self.inputs = nn.Linear(input_size, 3 * hidden_size)
        self.recurrent = nn.Linear(hidden_size, 3 * hidden_size)
        uniform_as_torch(self, hidden_size)
        self.flow = flow(dense_network(hidden_size, units, layers, hidden_size))

    def prepare(self, x: Tensor, elapsed: Tensor) -> tuple[Tensor, ...]:
        """What the inputs add to the gates, and the gaps."""
        return self.inputs(x), elapsed

    def step(self, state: State, given: Tensor, gap: Tensor) -> tuple[Tensor, State]:
        """Flow over the gap, then the update of a GRU."""
        before = self.flow(state[0], gap)
        after = gru_update(given, self.recurrent(before), before)
        return after, (after,)

    def on_union(self, x: Tensor, times: Tensor, lengths: Tensor) -> Tensor:
        """The same, all series stepped through the time stamps of all, as in the authors' code.

        Args:
            x: [B, T, D].
            times: [B, T], absolute, the last one repeated past the end.
            lengths: [B].

        Returns:
            The output after each row, [B, T, H], zeros past the lengths.
        """
        layout = layout_of("union", times, lengths, x.dtype)
        given = self.inputs(layout.spread(x)), layout.onwards, layout.here
        steps = torch.full_like(lengths, layout.here.shape[1])
        return inside(layout.gather(run(self._where_here, given, self.start(x), steps)), lengths)

    def _where_here(
        self, state: State, given: Tensor, gap: Tensor, here: Tensor
    ) -> tuple[Tensor, State]:
        before = self.flow(state[0], gap)
        after = gru_update(given, self.recurrent(before), before)
        after = torch.where(here.unsqueeze(1), after, before)
        return after, (after,)
