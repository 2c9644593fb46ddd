"""A CfC cell a layer of a wiring, with the parameters that ncps keeps."""

from typing import cast

import numpy as np
import torch
from torch import Tensor, nn

from liquidtime.compat.ncps.cfc_cell import VARIANTS, CfCCell, Mode
from liquidtime.compat.ncps.lstm import LSTMCell
from liquidtime.compat.ncps.wirings import Wiring
from liquidtime.compat.ncps.wirings.anyones import built
from liquidtime.kernels import Request
from liquidtime.kernels.cfc.call import CfCCall
from liquidtime.kernels.cfc.reference import CfCSpec, Group
from liquidtime.kernels.requests import request
from liquidtime.nn.cell import State, prepare_step


class WiredCfCCell(nn.Module):
    """One step of a wired CfC as ncps computes it, with its constructor, call and names.

    Every layer of the wiring is a CfC cell without backbone that reads the layer before it. The
    wiring masks what the two value heads read of that layer; the time gates are dense, and inside
    a layer everything is connected. The state is in the order of the layers: inter, command,
    motor for an NCP.

    Args:
        input_size: Number of input features; None if the wiring is built.
        wiring: A wiring of `liquidtime.compat.ncps.wirings` or of ncps.
        mode: As in `CfCCell`.

    Note:
        The output is the state of all neurons of the last layer. For a wiring of one layer, such
        as `FullyConnected(8, 1)`, that is every neuron, whatever `output_dim` says: so it is in
        ncps. `liquidtime.nn.CfC(…, wiring=…)` puts out the motor neurons.
    """

    def __init__(self, input_size: int | None, wiring: Wiring, mode: Mode = "default") -> None:
        super().__init__()
        wiring = built(wiring, input_size)
        self._wiring = wiring
        self.mode: Mode = mode
        self.backend = "auto"
        before = None
        for i in range(wiring.num_layers):
            neurons = list(wiring.get_neurons_of_layer(i))
            incoming = (
                np.asarray(wiring.sensory_adjacency_matrix)[:, neurons]
                if before is None
                else np.asarray(wiring.adjacency_matrix)[np.ix_(before, neurons)]
            )
            mask = np.concatenate([incoming, np.ones((len(neurons), len(neurons)))])
            cell = CfCCell(len(incoming), len(neurons), mode, backbone_layers=0, sparsity_mask=mask)
            self.add_module(f"layer_{i}", cell)
            before = neurons
        rows, first = torch.arange(self.input_size), 0
        for i, size in enumerate(self.layer_sizes):
            neurons = torch.arange(first, first + size)
            self.register_buffer(f"_neurons_{i}", neurons, persistent=False)
            self.register_buffer(f"_sources_{i}", rows, persistent=False)
            rows, first = neurons + self.input_size, first + size

    @property
    def _cells(self) -> list[CfCCell]:
        names = (f"layer_{i}" for i in range(self.num_layers))
        return [cast("CfCCell", self.get_submodule(name)) for name in names]

    @property
    def input_size(self) -> int:
        """Number of input features."""
        return self._cells[0].input_size

    @property
    def hidden_size(self) -> int:
        """Number of neurons; `state_size` under the name that this library uses."""
        return self._wiring.units

    @property
    def state_size(self) -> int:
        """Number of neurons."""
        return self._wiring.units

    @property
    def layer_sizes(self) -> list[int]:
        """Number of neurons of each layer."""
        return [cell.hidden_size for cell in self._cells]

    @property
    def num_layers(self) -> int:
        """Number of layers."""
        return self._wiring.num_layers

    @property
    def sensory_size(self) -> int:
        """Number of input features."""
        return self.input_size

    @property
    def motor_size(self) -> int:
        """Number of motor neurons that the wiring names."""
        return self._wiring.output_dim

    @property
    def output_size(self) -> int:
        """Number of outputs: the neurons of the last layer."""
        return self.layer_sizes[-1]

    @property
    def synapse_count(self) -> int:
        """Number of synapses between neurons."""
        return int(self._wiring.synapse_count)

    @property
    def sensory_synapse_count(self) -> int:
        """Number of synapses from the inputs."""
        return int(self._wiring.sensory_synapse_count)

    def kernel_request(self) -> Request:
        """What the cell asks of the kernels; see `liquidtime.kernels.explain`."""
        parameter = next(self.parameters())
        variant = VARIANTS[self.mode]
        wired = frozenset({"wiring"})
        return request("cfc", parameter, variant, wired)

    def forward(
        self, input: Tensor, hx: Tensor, timespans: Tensor | float
    ) -> tuple[Tensor, Tensor]:
        """One step.

        Args:
            input: [B, D].
            hx: State, [B, N], layer after layer.
            timespans: Time since the previous step: a float, [B] or [B, 1].

        Returns:
            The last layer's state and the whole state.
        """
        x, h, elapsed = prepare_step(self, input, hx, timespans)
        states, _ = self.sequence(x.unsqueeze(1), (h,), elapsed.unsqueeze(1))
        return self.readout(states[:, 0]), states[:, 0]

    def sequence(
        self, x: Tensor, state: State, elapsed: Tensor, memory: LSTMCell | None = None
    ) -> tuple[Tensor, State]:
        """Run over [B, T, D] without checks; see `liquidtime.kernels.cfc.reference.cfc`."""
        groups = tuple(
            Group(self.get_buffer(f"_neurons_{i}"), self.get_buffer(f"_sources_{i}"))
            for i in range(self.num_layers)
        )
        return CfCCall(
            x,
            state,
            elapsed,
            None,
            tuple(cell.weights() for cell in self._cells),
            groups,
            None if memory is None else memory.weights(x.dtype),
            (),
            CfCSpec(VARIANTS[self.mode], "lecun_tanh", "state"),
        ).run(self)

    def readout(self, states: Tensor) -> Tensor:
        """The last layer's part of the states [.., N]."""
        return states[..., states.shape[-1] - self.output_size :]
