"""GRU-ODE: a GRU in the limit of small steps, and a GRU's jump where something is observed.

De Brouwer, Simm, Arany, Moreau: GRU-ODE-Bayes: Continuous Modeling of Sporadically-Observed Time
Series, NeurIPS 2019, equations 3 and 5.
"""

from collections.abc import Callable
from typing import Literal

import torch
from torch import Tensor, nn

from liquidtime.baselines.flow import ODEFlow, Relaxation
from liquidtime.baselines.stepwise import State, Stepwise, first_interval, gru_update

Form = Literal["jump", "driven"]


class GRUField(Relaxation):
    """A GRU in the limit of small steps: dh/dt = (1 − z) (g − h).

        r, z = σ(given + U h), one each
        g = tanh(given + U (r h))

    where `given`, [B, 3 H], is W x + b, or b alone.
    """

    def __init__(self, hidden_size: int) -> None:
        super().__init__()
        self.gates = nn.Linear(hidden_size, 2 * hidden_size, bias=False)
        self.candidate = nn.Linear(hidden_size, hidden_size, bias=False)

    def pull(self, state: Tensor, *held: Tensor) -> tuple[Tensor, Tensor]:
        """1 − z, and g."""
        size = state.shape[1]
        reset, update = torch.sigmoid(held[0][:, : 2 * size] + self.gates(state)).chunk(2, dim=1)
        target = torch.tanh(held[0][:, 2 * size :] + self.candidate(reset * state))
        return 1.0 - update, target


class GRUODE(Stepwise):
    """A GRU-ODE layer.

    "jump", the paper's: between rows the state follows the field, without inputs; at a row it
    jumps by the update of a GRU, which sees the inputs. "driven": no jumps; the inputs of a row
    drive the field, held over the interval that ends with it (one unit of time for the first row,
    before which nothing was). The solution stays in (−1, 1), and so do steps of the method
    "exponential", however long the gap. Weights begin after Glorot, biases at 0.05, as in the
    authors' code.

    Note:
        What makes the paper's model a filter, a likelihood of the observations of which the
        jump sees mean, deviation and error, is left out: this network learns from the task alone,
        as all that it is compared with. The code base of Lechner & Hasani (2020), from which the
        figures of the XOR and Walker tables come, has the driven form and takes 4 Euler steps an
        interval; its reset gates begin at 1.

    Args:
        input_size: Number of inputs.
        hidden_size: Number H of units.
        flow: Makes the solver of a field.
        form: "jump" or "driven".
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        flow: Callable[[nn.Module], ODEFlow],
        form: Form = "jump",
    ) -> None:
        super().__init__(hidden_size)
        self.form = form
        self.inputs = nn.Linear(input_size, 3 * hidden_size)
        self.flow = flow(GRUField(hidden_size))
        if form == "jump":
            self.recurrent = nn.Linear(hidden_size, 3 * hidden_size)
            self.field_bias = nn.Parameter(torch.full((3 * hidden_size,), 0.05))
        for linear in self.modules():
            if isinstance(linear, nn.Linear):
                nn.init.xavier_uniform_(linear.weight)
                if linear.bias is not None:
                    nn.init.constant_(linear.bias, 0.05)

    def prepare(self, x: Tensor, elapsed: Tensor) -> tuple[Tensor, ...]:
        """What the inputs add to the gates, and the intervals."""
        return self.inputs(x), elapsed if self.form == "jump" else first_interval(elapsed)

    def step(self, state: State, given: Tensor, interval: Tensor) -> tuple[Tensor, State]:
        """Flow over the interval; then the jump."""
        if self.form == "driven":
            after = self.flow(state[0], interval, given)
        else:
            before = self.flow(state[0], interval, self.field_bias.expand_as(given))
            after = gru_update(given, self.recurrent(before), before)
        return after, (after,)
