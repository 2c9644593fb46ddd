"""Networks that read a series backwards in time and end in a normal distribution.

Rubanova, Chen, Duvenaud: Latent ODEs for Irregularly-Sampled Time Series, NeurIPS 2019, the
encoders of section 3.2 and of the authors' code.
"""

from typing import Literal

import torch
from torch import Tensor, nn

from liquidtime.baselines.flow import ODEFlow, dense_network
from liquidtime.baselines.layout import Layout
from liquidtime.baselines.stepwise import State, gru_update, uniform_as_torch

Encoder = Literal["ode_rnn", "ode_gru", "rnn"]


class GaussianUnit(nn.Module):
    """The authors' recurrent unit, whose state is a mean m and a deviation s.

        update    u = σ(net(m, s, x)), reset r likewise
        proposal  m̃, s̃ = net(r m, r s, x)
        after     m = (1 − u) m̃ + u m, s = (1 − u) |s̃| + u s

    Each net is linear, tanh, linear.

    Args:
        input_size: Width of x.
        state: Width of m and of s.
        units: Hidden units of each net.
    """

    parts = 2

    def __init__(self, input_size: int, state: int, units: int) -> None:
        super().__init__()
        # Of each: update, reset, proposal; of the first layers what x adds is found for all steps.
        self.inputs = nn.Linear(input_size, 3 * units)
        self.gates = nn.Linear(2 * state, 2 * units, bias=False)
        self.proposal = nn.Linear(2 * state, units, bias=False)
        self.update = nn.Linear(units, state)
        self.reset = nn.Linear(units, state)
        self.proposed = nn.Linear(units, 2 * state)

    def forward(self, given: Tensor, state: State) -> State:
        """The state after a row, of which `given` is what `inputs` makes of it."""
        mean, deviation = state
        units = self.proposal.out_features
        gates, proposal = given.split([2 * units, units], dim=1)
        update, reset = torch.tanh(gates + self.gates(torch.cat(state, dim=1))).chunk(2, dim=1)
        update, reset = torch.sigmoid(self.update(update)), torch.sigmoid(self.reset(reset))
        kept = torch.cat([reset * mean, reset * deviation], dim=1)
        proposed = self.proposed(torch.tanh(proposal + self.proposal(kept)))
        new, new_deviation = proposed.chunk(2, dim=1)
        return torch.lerp(new, mean, update), torch.lerp(new_deviation.abs(), deviation, update)


class GRUUnit(nn.Module):
    """A GRU's update, of one state.

    Args:
        input_size: Width of x.
        state: Width of the state.
    """

    parts = 1

    def __init__(self, input_size: int, state: int) -> None:
        super().__init__()
        self.inputs = nn.Linear(input_size, 3 * state)
        self.recurrent = nn.Linear(state, 3 * state)
        uniform_as_torch(self, state)

    def forward(self, given: Tensor, state: State) -> State:
        """The state after a row, of which `given` is what `inputs` makes of it."""
        return (gru_update(given, self.recurrent(state[0]), state[0]),)


class Recognition(nn.Module):
    """Reads values and mask from the last row to the first, and gives q(z₀) = N(μ, σ²).

    "ode_rnn", as published: an ODE moves the mean of a `GaussianUnit` between rows. "ode_gru": an
    ODE moves the state of a GRU, which is cheaper. "rnn", as published: a GRU has the gap among
    its inputs, and nothing moves. With an ODE, rows in which nothing is observed change nothing.

    Note:
        The authors' code takes the absolute value for σ; here it is softplus, which is above 0.

    Args:
        variables: Number D of variables.
        latent: Z, width of z₀.
        state: Width of the unit's state.
        units: Hidden units of the unit's nets, and of the read-out.
        between: The flow between rows; None for "rnn".
        encoder: Which one.
    """

    def __init__(
        self,
        variables: int,
        latent: int,
        *,
        state: int,
        units: int,
        between: ODEFlow | None,
        encoder: Encoder,
    ) -> None:
        super().__init__()
        self.state = state
        self.between = between
        width = 2 * variables + (between is None)
        gaussian = encoder == "ode_rnn"
        self.unit = GaussianUnit(width, state, units) if gaussian else GRUUnit(width, state)
        self.posterior = dense_network(self.unit.parts * state, units, 1, 2 * latent)

    def forward(self, values: Tensor, mask: Tensor, layout: Layout) -> tuple[Tensor, Tensor]:
        """Mean and deviation of z₀.

        Args:
            values: [B, T, D], standardised.
            mask: [B, T, D] bool.
            layout: In which steps they are read.

        Returns:
            μ and σ, [B, Z] each.
        """
        given = layout.spread(torch.cat([values * mask, mask.to(values.dtype)], dim=2))
        seen = layout.here
        if self.between is None:
            # To the row of the same series that comes before in this direction.
            later = layout.spread(layout.later)
            given = torch.cat([given, later.unsqueeze(2)], dim=2)
        else:
            seen = seen & layout.spread(mask.any(2))
        given = self.unit.inputs(given)
        state: State = (values.new_zeros(len(values), self.state),) * self.unit.parts
        for t in reversed(range(seen.shape[1])):
            if self.between is not None:
                state = (self.between(state[0], layout.back[:, t]), *state[1:])
            now = seen[:, t].unsqueeze(1)
            after = self.unit(given[:, t], state)
            state = tuple(torch.where(now, a, b) for a, b in zip(after, state, strict=True))
        mean, free = self.posterior(torch.cat(state, dim=1)).chunk(2, dim=1)
        return mean, nn.functional.softplus(free) + 1e-4
