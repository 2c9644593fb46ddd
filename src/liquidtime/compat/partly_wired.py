"""A CfC on a circuit as ncps computes it: dense in time and inside a layer."""

import numpy as np
import torch
from torch import Tensor, nn

from liquidtime.kernels import Request, registry
from liquidtime.kernels.cfc.call import CfCCall
from liquidtime.kernels.cfc.reference import HEADS, CfCSpec, Group, Variant
from liquidtime.kernels.memory import MemoryLayout
from liquidtime.kernels.requests import request
from liquidtime.nn.cell import State
from liquidtime.nn.cfc_group import CfCGroup
from liquidtime.nn.members import members
from liquidtime.nn.mixed_memory import LSTMMemory
from liquidtime.nn.recurrent import AbstractRecurrent
from liquidtime.wirings import Circuit, Wiring


class PartlyWiredCfC(AbstractRecurrent):
    """What ncps makes of a CfC and a wiring, with the face of `liquidtime.nn.CfC`.

    Every layer of the circuit reads the layer before it (the first one the inputs) and its own
    state. Only the two value heads are masked, and only in what they read of the layer before:
    the time gates are dense, and inside a layer every neuron sees every other. Synapses that skip
    a layer, synapses inside a layer and polarities have no effect.

    It is there to hold ncps's weights; `liquidtime.nn.CfC` with a wiring is the one in which a
    circuit means what it says.

    Args:
        input_size: Number of input features D.
        wiring: A spec or circuit of `liquidtime.wirings`.
        variant: As in `liquidtime.nn.CfC`.
        mixed_memory: As there.
        proj_size: As there.
        batch_first: As there.
        backend: As there.

    Note:
        The state is in the order of the circuit's neurons, motor neurons first. The output is the
        state of all neurons of the last layer, as in ncps.
    """

    def __init__(
        self,
        input_size: int,
        wiring: Wiring,
        *,
        variant: Variant = "gated",
        mixed_memory: bool | MemoryLayout = False,
        proj_size: int | None = None,
        batch_first: bool = True,
        backend: str = "auto",
    ) -> None:
        def make_cell(width: int) -> PartlyWiredCell:
            return PartlyWiredCell(width, wiring.build(width), variant, backend)

        super().__init__(
            make_cell,
            input_size,
            wiring.units,
            1,
            mixed_memory=mixed_memory,
            dropout=0.0,
            bidirectional=False,
            proj_size=proj_size,
            batch_first=batch_first,
        )


class PartlyWiredCell(nn.Module):
    """The cell of `PartlyWiredCfC`.

    Args:
        input_size: Number of input features.
        circuit: The circuit.
        variant: As in `PartlyWiredCfC`.
        backend: Likewise.
    """

    def __init__(
        self, input_size: int, circuit: Circuit, variant: Variant, backend: str = "auto"
    ) -> None:
        super().__init__()
        self.circuit = circuit
        self.input_size = input_size
        self.hidden_size = circuit.units
        self.output_size = len(circuit.layers[-1])
        self.variant: Variant = variant
        self.backend = backend
        self.groups = nn.ModuleList()
        for i, (mask, sources) in enumerate(layer_masks(circuit)):
            group = CfCGroup(
                mask.shape[1] - len(mask),
                len(mask),
                variant=variant,
                backbone_units=0,
                backbone_layers=0,
                mask=mask,
            )
            _open_time_heads(group)
            self.groups.append(group)
            self.register_buffer(f"neurons_{i}", torch.tensor(circuit.layers[i]))
            self.register_buffer(f"sources_{i}", torch.tensor(sources))
        registry.select(self.kernel_request(), backend)

    def reset_parameters(self) -> None:
        """Draw all parameters anew, and lay the wiring again (after `to_empty`)."""
        for i, (_, sources) in enumerate(layer_masks(self.circuit)):
            members(self.groups, CfCGroup)[i].reset_parameters()
            self.get_buffer(f"neurons_{i}").copy_(torch.tensor(self.circuit.layers[i]))
            self.get_buffer(f"sources_{i}").copy_(torch.tensor(sources))

    def kernel_request(self) -> Request:
        """What the cell asks of the kernels; see `liquidtime.kernels.explain`."""
        parameter = next(self.parameters())
        wired = frozenset({"wiring"})
        return request("cfc", parameter, self.variant, wired)

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
        groups = members(self.groups, CfCGroup)
        return CfCCall(
            x,
            state,
            elapsed,
            active,
            tuple(group.weights() for group in groups),
            tuple(
                Group(
                    self.get_buffer(f"neurons_{i}"),
                    self.get_buffer(f"sources_{i}"),
                    group.synapse_mask(),
                )
                for i, group in enumerate(groups)
            ),
            None if memory is None else memory.weights(x.dtype),
            (),
            CfCSpec(self.variant, "lecun_tanh", layout),
        ).run(self)

    def readout(self, states: Tensor) -> Tensor:
        """The last layer's part [.., output_size] of the hidden states [.., N]."""
        return states[..., self.get_buffer(f"neurons_{len(self.groups) - 1}")]

    def extra_repr(self) -> str:
        """Sizes and variant, for `print`."""
        return f"{self.input_size}, {self.hidden_size}, variant={self.variant!r}"


def layer_masks(circuit: Circuit) -> list[tuple[np.ndarray, np.ndarray]]:
    """What the value heads of each layer may read.

    Returns:
        For each layer the mask [n, sources + n], True where a synapse comes in from the layer
        before and for all neurons of the layer itself, and the indices of the sources among
        [inputs, layers in the order of updating], as `liquidtime.kernels.cfc.reference.Group`.
    """
    found = []
    sources = np.arange(circuit.input_size)
    first = circuit.input_size
    for i, layer in enumerate(circuit.layers):
        neurons = list(layer)
        incoming = (
            circuit.sensory_adjacency[:, neurons]
            if i == 0
            else circuit.adjacency[np.ix_(circuit.layers[i - 1], neurons)]
        )
        own = np.ones((len(neurons), len(neurons)), dtype=bool)
        found.append((np.concatenate([incoming != 0, own]).T, sources))
        sources, first = np.arange(first, first + len(neurons)), first + len(neurons)
    return found


def _open_time_heads(group: CfCGroup) -> None:
    """Leave the time gates a, b, behind the value heads f, g, without a mask."""
    assert group.synapses is not None and group.mask is not None
    if HEADS[group.variant] == 4:
        group.synapses[len(group.synapses) // 2 :] = True
        group.mask.copy_(torch.tensor(group.synapses))
