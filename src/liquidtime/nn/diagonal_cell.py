"""One step of a diagonal closed-form continuous-time network."""

from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from liquidtime.kernels import Request, registry
from liquidtime.kernels.cfc.reference import ActivationName, activate
from liquidtime.kernels.memory import MemoryLayout
from liquidtime.kernels.requests import request
from liquidtime.nn.cell import State, prepare_step, run_step
from liquidtime.nn.checks.arguments import check_size
from liquidtime.nn.checks.ncps_names import answer_ncps_names
from liquidtime.nn.members import members
from liquidtime.nn.mixed_memory import LSTMMemory
from liquidtime.nn.time_constants import spread_rates


class DiagonalCfCCell(nn.Module):
    """One step of a diagonal CfC, like `nn.GRUCell` with elapsed time.

    Args:
        input_size: Number of input features D.
        hidden_size: Number of hidden units H.
        activation: As in `DiagonalCfC`.
        backbone_units: As in `DiagonalCfC`.
        backbone_layers: As in `DiagonalCfC`.
        backend: As in `DiagonalCfC`.
    """

    @answer_ncps_names
    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        *,
        activation: ActivationName = "silu",
        backbone_units: int = 128,
        backbone_layers: int = 0,
        backend: str = "auto",
    ) -> None:
        super().__init__()
        check_size("input_size", input_size)
        check_size("hidden_size", hidden_size)
        for name, value, least in (
            ("input_size", input_size, 0),
            ("hidden_size", hidden_size, 1),
            ("backbone_units", backbone_units, 1),
            ("backbone_layers", backbone_layers, 0),
        ):
            if value < least:
                raise ValueError(f"{name} is {value}; expected {least} or more.")
        activate(activation, torch.zeros(0))  # refuses a name that belongs to none
        self.input_size = input_size
        self.hidden_size = self.output_size = hidden_size
        self.activation: ActivationName = activation
        self.backend = backend
        width = input_size
        self.backbone = nn.ModuleList()
        for _ in range(backbone_layers):
            self.backbone.append(nn.Linear(width, backbone_units))
            width = backbone_units
        self.heads = nn.Linear(width, 2 * hidden_size)
        self.own = nn.Parameter(torch.empty(2, hidden_size))
        self.reset_parameters()
        # A backend that cannot serve the cell is refused here, not at the first call.
        registry.select(self.kernel_request(), backend)

    def reset_parameters(self) -> None:
        """Glorot-uniform matrices; own weights uniform in ±1/2; time constants spread.

        With own weights below 1 a unit's target moves less than the unit, so that a step brings
        neighbouring states together. The time constants are those of
        `liquidtime.nn.time_constants`.
        """
        layers = members(self.backbone, nn.Linear)
        for matrix in (*(layer.weight for layer in layers), *self.heads.weight.chunk(2)):
            nn.init.xavier_uniform_(matrix)
        for linear in (*layers, self.heads):
            bound = max(linear.in_features, 1) ** -0.5
            nn.init.uniform_(linear.bias, -bound, bound)
        nn.init.uniform_(self.own, -0.5, 0.5)
        with torch.no_grad():
            self.heads.bias[self.hidden_size :] = spread_rates(self.hidden_size)

    def kernel_request(self) -> Request:
        """What the cell asks of the kernels; see `liquidtime.kernels.explain`."""
        return request("diagonal", self.own, "relaxation")

    @answer_ncps_names
    def forward(self, x: Tensor, h: Tensor | None = None, elapsed: Tensor | float = 1.0) -> Tensor:
        """One step.

        Args:
            x: Input, [B, D] or [D].
            h: Hidden state, [B, H] or [H]; zeros if None.
            elapsed: Time since the previous step: a float, [B] or [B, 1].

        Returns:
            The next hidden state, [B, H] or [H].
        """
        return run_step(self, *prepare_step(self, x, h, elapsed))

    if TYPE_CHECKING:
        # nn.Module tells type checkers nothing of what forward takes.
        def __call__(
            self, x: Tensor, h: Tensor | None = None, elapsed: Tensor | float = 1.0
        ) -> Tensor:
            """One call, as `forward` says."""
            ...

    def sequence(
        self,
        x: Tensor,
        state: State,
        elapsed: Tensor,
        active: Tensor | None,
        memory: LSTMMemory | None = None,
        layout: MemoryLayout = "state",
    ) -> tuple[Tensor, State]:
        """Run over [B, T, D] without checks; see `liquidtime.kernels.diagonal.reference`."""
        del memory, layout  # a face that cells share; the layer has no such option
        # What a skipped step holds, be it NaN, has no effect on gradients of the weights either.
        z = x if active is None else torch.where(active.unsqueeze(-1), x, 0.0)
        for layer in members(self.backbone, nn.Linear):
            z = activate(self.activation, layer(z))
        run = registry.select(self.kernel_request(), self.backend).run
        return run(self.heads(z), state, elapsed, active, self.own)

    def readout(self, states: Tensor) -> Tensor:
        """The outputs are the states."""
        return states

    def extra_repr(self) -> str:
        """Sizes, for `print`."""
        return f"{self.input_size}, {self.hidden_size}"
