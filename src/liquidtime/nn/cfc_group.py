"""Parameters of CfC neurons that step together."""

import numpy as np
import torch
from torch import Tensor, nn

from liquidtime.kernels.cfc.reference import HEADS, Affine, CfCWeights, Variant
from liquidtime.nn.members import members
from liquidtime.nn.time_constants import spread_rates


class CfCGroup(nn.Module):
    """Parameters of CfC neurons that step together: a backbone and the heads upon it.

    Args:
        input_size: Number of inputs D, the group's own state not counted.
        units: Number of neurons H.
        variant: As in `CfC`.
        backbone_units: Width U of the backbone.
        backbone_layers: Its number of layers; with 0 the heads read [x, h].
        mask: [H, D + H] booleans, False where there is no synapse, for a group without backbone;
            it is laid on every head. None for none.
        initial_gain: As in `CfC`.
    """

    def __init__(
        self,
        input_size: int,
        units: int,
        *,
        variant: Variant,
        backbone_units: int,
        backbone_layers: int,
        mask: np.ndarray | None = None,
        initial_gain: float = 1.0,
    ) -> None:
        super().__init__()
        width = input_size + units
        self.backbone = nn.ModuleList()
        for _ in range(backbone_layers):
            self.backbone.append(nn.Linear(width, backbone_units))
            width = backbone_units
        self.heads = nn.Linear(width, HEADS[variant] * units)
        if variant == "closed_form":
            self.decay = nn.Parameter(torch.zeros(units))
            self.target = nn.Parameter(torch.ones(units))
        else:
            self.decay = self.target = None
        self.variant: Variant = variant
        self.initial_gain = initial_gain
        self.synapses = None if mask is None else np.tile(mask, (HEADS[variant], 1))
        self.register_buffer("mask", None if mask is None else torch.tensor(self.synapses))
        self.mask: Tensor | None
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Glorot-uniform matrices, head by head, times the gain; offsets uniform in ±1/√fan-in.

        The decay starts in (0.01, 0.1). In the authors' code it starts at 0, where its absolute
        value has no slope, and so never learns.

        The rates of a relaxation start spread, see `liquidtime.nn.time_constants`.
        """
        backbone = members(self.backbone, nn.Linear)
        heads = self.heads.weight.chunk(HEADS[self.variant])
        for matrix in (*(layer.weight for layer in backbone), *heads):
            nn.init.xavier_uniform_(matrix, gain=self.initial_gain)
        for linear in (*backbone, self.heads):
            bound = linear.in_features**-0.5
            nn.init.uniform_(linear.bias, -bound, bound)
        if self.decay is not None and self.target is not None:
            nn.init.uniform_(self.decay, 0.01, 0.1)
            nn.init.ones_(self.target)
        if self.variant == "relaxation":
            units = self.heads.out_features // 2
            with torch.no_grad():
                self.heads.bias[units:] = spread_rates(units)
        if self.mask is not None:
            self.mask.copy_(torch.tensor(self.synapses))

    def synapse_mask(self) -> Tensor | None:
        """[H, D + H] booleans, True where any head reads; None where no mask is laid."""
        if self.mask is None:
            return None
        return self.mask.unflatten(0, (HEADS[self.variant], -1)).any(0)

    def weights(self) -> CfCWeights:
        """The weights as the kernels take them, with the mask laid on."""
        heads = self.heads.weight
        if self.mask is not None:
            # Not multiplied: what an absent synapse holds, be it NaN, has no effect.
            heads = torch.where(self.mask, heads, 0.0)
        return CfCWeights(
            tuple(Affine(layer.weight, layer.bias) for layer in members(self.backbone, nn.Linear)),
            Affine(heads, self.heads.bias),
            self.decay,
            self.target,
        )
