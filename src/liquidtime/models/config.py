"""What a network is told. Imports no torch."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, Self

from liquidtime.errors import InputError
from liquidtime.runs.options import check_at_least, check_choices, from_dict


@dataclass(frozen=True, kw_only=True)
class ModelConfig:
    """The recurrent network and its linear read-out.

    The defaults hold for twenty epochs on a few thousand series with a hundred inputs: a small
    backbone and a strong dropout before the read-out, because such data are small.
    """

    kind: Literal["cfc", "ltc", "lstm", "gru"] = "cfc"
    """Recurrent layer: the closed form (cfc), the ODE (ltc), or a classical one for comparison."""
    hidden_size: int = 64
    """Hidden units of a layer, or neurons of the wiring."""
    num_layers: int = 1
    """Recurrent layers, one over another."""
    variant: Literal["gated", "no_gate", "closed_form"] = "gated"
    """Form of the CfC step (cfc only)."""
    activation: Literal["lecun_tanh", "tanh", "relu", "gelu", "silu"] = "lecun_tanh"
    """Activation of the CfC backbone (cfc only)."""
    backbone_units: int = 64
    """Width of the CfC backbone (cfc only, no wiring)."""
    backbone_layers: int = 1
    """Depth of the CfC backbone (cfc only, no wiring)."""
    backbone_dropout: float = 0.0
    """Dropout inside the CfC backbone (cfc only)."""
    mixed_memory: bool = False
    """Put an LSTM memory before the liquid cell (cfc and ltc)."""
    bidirectional: bool = False
    """Read each series in both directions; not for predictions that must not see the future."""
    integrator: Literal[
        "fused", "euler", "heun", "rk4", "exponential", "dopri5", "closed_form_linear"
    ] = "fused"
    """Integrator of the ODE (ltc only)."""
    unfolds: int = 6
    """Integrator steps between two observations (ltc only)."""
    wiring: Literal["none", "auto_ncp", "random", "full"] = "none"
    """Sparse circuit over the hidden units (cfc and ltc)."""
    wiring_outputs: int = 8
    """Motor neurons of the wiring: what the read-out sees."""
    readout: Literal["last", "mean", "last_mean"] = "last_mean"
    """What the read-out sees of a series: its last output, the mean of all, or both joined."""
    dropout: float = 0.5
    """Dropout before the linear read-out, and between layers."""
    backend: Literal["auto", "cpu", "reference"] = "auto"
    """Kernels of the recurrence: the fastest that can, the compiled ones, or plain PyTorch."""

    def __post_init__(self) -> None:
        check_choices(self)
        check_at_least(
            self, 1, "hidden_size", "num_layers", "backbone_units", "unfolds", "wiring_outputs"
        )
        check_at_least(self, 0, "backbone_layers")
        for name in ("dropout", "backbone_dropout"):
            if not 0.0 <= getattr(self, name) < 1.0:
                raise InputError(
                    f"{name} is {getattr(self, name)!r}; expected a number from 0 up to, "
                    "but not including, 1."
                )
        if self.kind in ("lstm", "gru"):
            for name in ("wiring", "mixed_memory"):
                if getattr(self, name) not in ("none", False):
                    raise InputError(
                        f"{name}={getattr(self, name)!r} needs kind 'cfc' or 'ltc'; "
                        f"kind is {self.kind!r}. Change the kind or leave {name} out."
                    )
        room = self.hidden_size - (2 if self.wiring == "auto_ncp" else 0)
        if self.wiring != "none" and self.wiring_outputs > room:
            raise InputError(
                f"wiring_outputs is {self.wiring_outputs} with {self.hidden_size} hidden units; "
                f"expected {room} or fewer motor neurons for wiring {self.wiring!r}. "
                "Raise hidden_size or lower wiring_outputs."
            )

    def to_dict(self) -> dict[str, Any]:
        """The fields as a JSON-able dictionary."""
        return dataclasses.asdict(self)

    @classmethod
    def from_dict(cls, mapping: Mapping[str, Any]) -> Self:
        """The configuration that `to_dict` wrote; unknown keys are an `InputError`."""
        return from_dict(cls, mapping)
