"""A fully connected group of CfC neurons, with the parameters that ncps keeps."""

from typing import Literal, cast

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from liquidtime.compat.cfc_entries import HEAD_NAMES, MASKED_HEADS
from liquidtime.compat.ncps.lstm import LSTMCell
from liquidtime.kernels import Request
from liquidtime.kernels.cfc.call import CfCCall
from liquidtime.kernels.cfc.reference import (
    ActivationName,
    Affine,
    CfCSpec,
    CfCWeights,
    Variant,
    activate,
)
from liquidtime.kernels.requests import request
from liquidtime.nn.cell import State, prepare_step

Mode = Literal["default", "pure", "no_gate"]

VARIANTS: dict[Mode, Variant] = {
    "default": "gated",
    "pure": "closed_form",
    "no_gate": "no_gate",
}


class LeCun(nn.Module):
    """1.7159 tanh(0.666 x)."""

    def forward(self, x: Tensor) -> Tensor:
        """Elementwise."""
        return activate("lecun_tanh", x)


ACTIVATIONS: dict[ActivationName, type[nn.Module]] = {
    "silu": nn.SiLU,
    "relu": nn.ReLU,
    "tanh": nn.Tanh,
    "gelu": nn.GELU,
    "lecun_tanh": LeCun,
}


class CfCCell(nn.Module):
    """One step of a CfC, with ncps's constructor, call and parameter names.

    Args:
        input_size: Number of input features D.
        hidden_size: Number of units H.
        mode: `"default"`, `"pure"` or `"no_gate"`.
        backbone_activation: `"lecun_tanh"`, `"silu"`, `"relu"`, `"tanh"` or `"gelu"`.
        backbone_units: Width of the backbone.
        backbone_layers: Its depth; may be 0.
        backbone_dropout: Probability of dropping a unit behind every backbone layer but the first,
            as in ncps.
        sparsity_mask: [D + H, H], 0 where the two value heads have no synapse; the time gates
            have no mask. A buffer here, a frozen parameter in ncps, of the same name.

    Note:
        Parameters are made and drawn in ncps's order, so the same seed gives the same weights.
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        mode: Mode = "default",
        backbone_activation: ActivationName = "lecun_tanh",
        backbone_units: int = 128,
        backbone_layers: int = 1,
        backbone_dropout: float = 0.0,
        sparsity_mask: np.ndarray | None = None,
    ) -> None:
        super().__init__()
        if mode not in VARIANTS:
            raise ValueError(f"mode is {mode!r}; expected one of {', '.join(map(repr, VARIANTS))}.")
        if backbone_activation not in ACTIVATIONS:
            raise ValueError(
                f"activation is {backbone_activation!r}; expected one of "
                f"{', '.join(map(repr, ACTIVATIONS))}."
            )
        self.input_size = input_size
        self.hidden_size = hidden_size
        self.mode: Mode = mode
        self.backbone_activation: ActivationName = backbone_activation
        self.backbone_layers = backbone_layers
        self.backbone_dropout = backbone_dropout
        self.backend = "auto"
        mask = None if sparsity_mask is None else torch.tensor(np.abs(sparsity_mask.T) != 0)
        self.register_buffer("sparsity_mask", None if mask is None else mask.float())
        self.sparsity_mask: Tensor | None
        if mode == "pure":
            self.w_tau = nn.Parameter(torch.zeros(1, hidden_size))
            self.A = nn.Parameter(torch.ones(1, hidden_size))
        width = input_size + hidden_size
        self.backbone = None
        if backbone_layers > 0:
            modules: list[nn.Module] = []
            for depth in range(backbone_layers):
                modules += [nn.Linear(width, backbone_units), ACTIVATIONS[backbone_activation]()]
                if depth > 0 and backbone_dropout > 0.0:
                    modules.append(nn.Dropout(backbone_dropout))
                width = backbone_units
            self.backbone = nn.Sequential(*modules)
        for name in HEAD_NAMES[:1] if mode == "pure" else HEAD_NAMES:
            self.add_module(name, nn.Linear(width, hidden_size))
        self.init_weights()

    def init_weights(self) -> None:
        """Glorot-uniform for every matrix; w_τ and A, kept as one row, are matrices too."""
        for parameter in self.parameters():
            if parameter.dim() == 2:
                nn.init.xavier_uniform_(parameter)

    def kernel_request(self) -> Request:
        """What the cell asks of the kernels; see `liquidtime.kernels.explain`."""
        parameter = next(self.parameters())
        features = set() if self._drop_probability == 0 else {"dropout"}
        variant = VARIANTS[self.mode]
        return request("cfc", parameter, variant, frozenset(features))

    def weights(self) -> CfCWeights:
        """The weights as the kernels take them, with the mask laid on the value heads."""
        names = [name for name in HEAD_NAMES if name in self._modules]
        heads = [cast("nn.Linear", self.get_submodule(name)) for name in names]
        matrices = [head.weight for head in heads]
        if self.sparsity_mask is not None:
            matrices = [
                matrix * self.sparsity_mask if name in MASKED_HEADS else matrix
                for name, matrix in zip(names, matrices, strict=True)
            ]
        pure = self.mode == "pure"
        return CfCWeights(
            tuple(Affine(layer.weight, layer.bias) for layer in self._layers),
            Affine(torch.cat(matrices), torch.cat([head.bias for head in heads])),
            self.w_tau[0] if pure else None,
            self.A[0] if pure else None,
        )

    def forward(self, input: Tensor, hx: Tensor, ts: Tensor | float) -> tuple[Tensor, Tensor]:
        """One step.

        Args:
            input: [B, D].
            hx: Hidden state, [B, H].
            ts: Time since the previous step: a float, [B] or [B, 1].

        Returns:
            The next hidden state, twice: as output and as state.
        """
        x, h, elapsed = prepare_step(self, input, hx, ts)
        states, _ = self.sequence(x.unsqueeze(1), (h,), elapsed.unsqueeze(1))
        return states[:, 0], states[:, 0]

    def sequence(
        self, x: Tensor, state: State, elapsed: Tensor, memory: LSTMCell | None = None
    ) -> tuple[Tensor, State]:
        """Run over [B, T, D] without checks; see `liquidtime.kernels.cfc.reference.cfc`."""
        return CfCCall(
            x,
            state,
            elapsed,
            None,
            (self.weights(),),
            None,
            None if memory is None else memory.weights(x.dtype),
            self._draw_dropout(x),
            CfCSpec(VARIANTS[self.mode], self.backbone_activation, "state"),
        ).run(self)

    def readout(self, states: Tensor) -> Tensor:
        """The states themselves."""
        return states

    @property
    def _layers(self) -> list[nn.Linear]:
        return [m for m in self.backbone or () if isinstance(m, nn.Linear)]

    @property
    def _drop_probability(self) -> float:
        return self.backbone_dropout if self.training and self.backbone_layers > 1 else 0.0

    def _draw_dropout(self, x: Tensor) -> tuple[Tensor, ...]:
        if self._drop_probability == 0:
            return ()
        sizes = [layer.out_features for layer in self._layers]
        ones = [x.new_ones(1).expand(*x.shape[:2], size) for size in sizes]
        return (ones[0], *(F.dropout(one, self._drop_probability) for one in ones[1:]))
