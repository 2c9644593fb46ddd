"""One step of a closed-form continuous-time network."""

from typing import TYPE_CHECKING

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from liquidtime.kernels import Request, registry
from liquidtime.kernels.cfc.call import CfCCall
from liquidtime.kernels.cfc.reference import (
    HEADS,
    ActivationName,
    CfCSpec,
    Group,
    Variant,
    activate,
)
from liquidtime.kernels.memory import MemoryLayout
from liquidtime.kernels.requests import request
from liquidtime.nn.cell import State, prepare_step, run_step
from liquidtime.nn.cfc_group import CfCGroup
from liquidtime.nn.checks.ncps_names import answer_ncps_names
from liquidtime.nn.members import members
from liquidtime.nn.mixed_memory import LSTMMemory
from liquidtime.nn.wired import groups_of, units_of
from liquidtime.wirings import Wiring


class CfCCell(nn.Module):
    """One step of a closed-form continuous-time network, like `nn.GRUCell` with elapsed time.

    Args:
        input_size: Number of input features D.
        hidden_size: Number of hidden units H; may be left out where `wiring` has them.
        variant: As in `CfC`.
        activation: As in `CfC`.
        backbone_units: As in `CfC`.
        backbone_layers: As in `CfC`.
        backbone_dropout: As in `CfC`.
        initial_gain: As in `CfC`.
        wiring: As in `CfC`.
        backend: As in `CfC`.
    """

    @answer_ncps_names
    def __init__(
        self,
        input_size: int,
        hidden_size: int | None = None,
        *,
        variant: Variant = "gated",
        activation: ActivationName = "lecun_tanh",
        backbone_units: int = 128,
        backbone_layers: int = 1,
        backbone_dropout: float = 0.0,
        initial_gain: float = 1.0,
        wiring: Wiring | None = None,
        backend: str = "auto",
    ) -> None:
        super().__init__()
        if variant not in HEADS:
            raise ValueError(
                f"variant is {variant!r}; expected one of {', '.join(map(repr, HEADS))}."
            )
        if not 0.0 <= backbone_dropout < 1.0:
            raise ValueError(f"backbone_dropout is {backbone_dropout}; expected 0 ≤ p < 1.")
        if backbone_layers < 0:
            raise ValueError(f"backbone_layers is {backbone_layers}; expected 0 or more.")
        if not 0.0 < initial_gain < float("inf"):
            raise ValueError(f"initial_gain is {initial_gain}; expected a number above 0.")
        activate(activation, torch.zeros(0))  # refuses a name that belongs to none
        self.input_size = input_size
        self.hidden_size = units_of(input_size, hidden_size, wiring)
        self.variant: Variant = variant
        self.activation: ActivationName = activation
        self.backbone_dropout = backbone_dropout
        self.backend = backend
        if wiring is None:
            self.circuit = None
            self.output_size = self.hidden_size
            self.groups = nn.ModuleList(
                [
                    CfCGroup(
                        input_size,
                        self.hidden_size,
                        variant=variant,
                        backbone_units=backbone_units,
                        backbone_layers=backbone_layers,
                        initial_gain=initial_gain,
                    )
                ]
            )
        else:
            self.circuit = wiring.build(input_size)
            self.output_size = self.circuit.output_size
            self.groups = nn.ModuleList()
            for i, group in enumerate(groups_of(self.circuit)):
                self.groups.append(
                    CfCGroup(
                        len(group.sources),
                        len(group.neurons),
                        variant=variant,
                        backbone_units=0,
                        backbone_layers=0,
                        mask=group.mask,
                        initial_gain=initial_gain,
                    )
                )
                self.register_buffer(f"neurons_{i}", torch.tensor(group.neurons))
                self.register_buffer(f"sources_{i}", torch.tensor(group.sources))
        # A backend that cannot serve the cell is refused here, not at the first call.
        registry.select(self.kernel_request(), backend)

    def reset_parameters(self) -> None:
        """Draw all parameters anew, and lay the wiring again (after `to_empty`)."""
        for group in members(self.groups, CfCGroup):
            group.reset_parameters()
        if self.circuit is not None:
            for i, group in enumerate(groups_of(self.circuit)):
                self.get_buffer(f"neurons_{i}").copy_(torch.tensor(group.neurons))
                self.get_buffer(f"sources_{i}").copy_(torch.tensor(group.sources))

    def kernel_request(self) -> Request:
        """What the cell asks of the kernels; see `liquidtime.kernels.explain`."""
        parameter = next(self.parameters())
        features = set()
        if self.circuit is not None:
            features.add("wiring")
        if self.backbone_dropout and self.training:
            features.add("dropout")
        return request("cfc", parameter, self.variant, frozenset(features))

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
        """Run over [B, T, D] without checks; see `liquidtime.kernels.cfc.reference.cfc`."""
        return CfCCall(
            x,
            state,
            elapsed,
            active,
            tuple(group.weights() for group in members(self.groups, CfCGroup)),
            self._kernel_groups(),
            None if memory is None else memory.weights(x.dtype),
            self._draw_dropout(x),
            CfCSpec(self.variant, self.activation, layout),
        ).run(self)

    def readout(self, states: Tensor) -> Tensor:
        """The motor neurons' part [.., output_size] of the hidden states [.., H]."""
        return states[..., : self.output_size]

    def extra_repr(self) -> str:
        """Sizes and variant, for `print`."""
        return f"{self.input_size}, {self.hidden_size}, variant={self.variant!r}"

    def _kernel_groups(self) -> tuple[Group, ...] | None:
        if self.circuit is None:
            return None
        return tuple(
            Group(
                self.get_buffer(f"neurons_{i}"),
                self.get_buffer(f"sources_{i}"),
                group.synapse_mask(),
            )
            for i, group in enumerate(members(self.groups, CfCGroup))
        )

    def _draw_dropout(self, x: Tensor) -> tuple[Tensor, ...]:
        if not (self.training and self.backbone_dropout) or self.circuit is not None:
            return ()
        # Drawn before the recurrence, so that every backend drops the same units, and once more the
        # same ones where a step is computed again for the gradient.
        ones = x.new_ones(1)
        (group,) = members(self.groups, CfCGroup)
        return tuple(
            F.dropout(ones.expand(*x.shape[:2], layer.out_features), self.backbone_dropout)
            for layer in members(group.backbone, nn.Linear)
        )
