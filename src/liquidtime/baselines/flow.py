"""States carried along an ODE, each over an interval of its own."""

from itertools import pairwise
from typing import Literal, NamedTuple, cast

import torch
from torch import Tensor, nn

from liquidtime.errors import InputError
from liquidtime.optional import require

MOST_STEPS = 1000

Method = Literal["euler", "midpoint", "heun", "rk4", "dopri5"]
RelaxationMethod = Literal["exponential", "euler", "midpoint", "heun", "rk4", "dopri5"]
"""Those of a `Relaxation`, which has one more."""


class Tableau(NamedTuple):
    """Coefficients of an explicit Runge–Kutta method, for a field that does not depend on time.

    Attributes:
        stages: Of each stage after the first, the weights of the slopes before it.
        weights: Of the slopes in the step.
    """

    stages: tuple[tuple[float, ...], ...]
    weights: tuple[float, ...]


# "heun" is torchdiffeq's "heun2"; "rk4" is Kutta's 3/8 rule, as torchdiffeq's of that name.
TABLEAUX: dict[str, Tableau] = {
    "euler": Tableau((), (1.0,)),
    "midpoint": Tableau(((0.5,),), (0.0, 1.0)),
    "heun": Tableau(((1.0,),), (0.5, 0.5)),
    "rk4": Tableau(((1 / 3,), (-1 / 3, 1.0), (1.0, -1.0, 1.0)), (1 / 8, 3 / 8, 3 / 8, 1 / 8)),
}


class Relaxation(nn.Module):
    """A field of the form dz/dt = rate (target − z), with rates of 0 and more.

    Where rate and target stand still, its solution is z(t) = target + (z − target) exp(−rate t).
    """

    def pull(self, state: Tensor, *held: Tensor) -> tuple[Tensor, Tensor]:
        """Rate and target at a state, each as wide as it."""
        raise NotImplementedError

    def forward(self, state: Tensor, *held: Tensor) -> Tensor:
        """The slope."""
        rate, target = self.pull(state, *held)
        return rate * (target - state)


class ODEFlow(nn.Module):
    """Carries states along dz/dt = f(z), or f(z, what is held still meanwhile).

    Every state has an interval of its own: it is scaled to [0, 1], so that one pass serves a whole
    batch, and a method of fixed steps treats each series as if it were alone.

    "dopri5" is torchdiffeq's. The fixed steps are taken here, by the same coefficients and in the
    same order as torchdiffeq's: its preparations for a call cost more than the step of a small
    field, and they cannot be compiled. "exponential", of a `Relaxation`, holds rate and target
    still during a step and solves the rest exactly: a method of first order as Euler's, but a
    step of any length ends between the state and the target, so that no gap is too long for it.

    Args:
        field: f, from [B, Z] to [B, Z].
        method: One of `RelaxationMethod`. "dopri5" chooses its steps by the error over the whole
            batch.
        steps: Steps in an interval, of the other methods.
        rtol: Relative error that "dopri5" allows in a step; by default that of Rubanova et al.
        atol: Absolute error, likewise.
    """

    def __init__(
        self,
        field: nn.Module,
        method: RelaxationMethod,
        steps: int,
        *,
        rtol: float = 1e-3,
        atol: float = 1e-4,
    ) -> None:
        super().__init__()
        if method == "exponential" and not isinstance(field, Relaxation):
            raise ValueError(
                f"method is 'exponential' with a {type(field).__name__}; expected a Relaxation. "
                f"Take one of {', '.join(map(repr, [*TABLEAUX, 'dopri5']))}."
            )
        self.field = field
        self.method = method
        self.steps = steps
        self.rtol = rtol
        self.atol = atol

    def forward(self, state: Tensor, interval: Tensor, *held: Tensor) -> Tensor:
        """The state after an interval.

        Args:
            state: [B, Z].
            interval: [B].
            held: What the field is given besides, [B, …] each.

        Returns:
            [B, Z].

        Raises:
            InputError: If "dopri5" needs too many steps.
        """
        pace = interval.unsqueeze(1)
        if self.method == "dopri5":
            return self._adaptive(state, pace, held)
        step = pace if self.steps == 1 else pace / self.steps
        for _ in range(self.steps):
            if self.method == "exponential":
                rate, target = cast(Relaxation, self.field).pull(state, *held)
                state = torch.lerp(state, target, -torch.expm1(-rate * step))
            else:
                state = self._fixed(state, step, held)
        return state

    def _fixed(self, state: Tensor, step: Tensor, held: tuple[Tensor, ...]) -> Tensor:
        stages, weights = TABLEAUX[self.method]
        slopes = [self.field(state, *held)]
        for stage in stages:
            slopes.append(self.field(state + step * _weighted(stage, slopes), *held))
        return state + step * _weighted(weights, slopes)

    def _adaptive(self, state: Tensor, pace: Tensor, held: tuple[Tensor, ...]) -> Tensor:
        odeint = require("torchdiffeq", extra="ode").odeint
        ends = torch.tensor([0.0, 1.0], dtype=state.dtype, device=state.device)
        try:
            return odeint(
                lambda _, z: self.field(z, *held) * pace,
                state,
                ends,
                method="dopri5",
                rtol=self.rtol,
                atol=self.atol,
                options={"max_num_steps": MOST_STEPS},
            )[-1]
        except AssertionError as error:
            # So torchdiffeq says that steps became too many or too short.
            raise InputError(
                f"dopri5 did not get through a gap of up to {float(pace.max()):g} within "
                f"{MOST_STEPS} adaptive steps: {error}. Take an integrator of fixed steps, or a "
                "smaller learning rate if that came in training."
            ) from error


def _weighted(weights: tuple[float, ...], slopes: list[Tensor]) -> Tensor:
    """Σ wᵢ kᵢ, without the terms that are 0."""
    terms = [k if w == 1.0 else w * k for w, k in zip(weights, slopes, strict=True) if w != 0.0]
    total = terms[0]
    for term in terms[1:]:
        total = total + term
    return total


def dense_network(
    inputs: int,
    units: int,
    layers: int,
    outputs: int,
    activation: type[nn.Module] = nn.Tanh,
) -> nn.Sequential:
    """Linear maps with tanh, or another, between them: `layers` hidden ones of `units`."""
    widths = [inputs, *[units] * layers, outputs]
    parts: list[nn.Module] = []
    for width, after in pairwise(widths):
        parts += [nn.Linear(width, after), activation()]
    return nn.Sequential(*parts[:-1])
