"""The LTC layer with ncps's constructor, call and parameter names."""

from typing import TYPE_CHECKING, cast

from torch import Tensor, nn

from liquidtime.compat.ncps.lstm import LSTMCell
from liquidtime.compat.ncps.ltc_cell import LTCCell
from liquidtime.compat.ncps.sequences import NcpsState, read_call, write_result
from liquidtime.compat.ncps.wirings import FullyConnected, Wiring
from liquidtime.compat.ncps.wirings.anyones import AnyWiring, is_wiring
from liquidtime.kernels import Request
from liquidtime.nn.feature_map import MappingName


class LTC(nn.Module):
    """A liquid time-constant network that takes the place of `ncps.torch.LTC`.

    It has ncps's constructor, call, parameters and names of parameters, as `CfC` has.

    Args:
        input_size: Number of input features D.
        units: Number of neurons, fully connected, or a wiring.
        return_sequences: Whether to put out every step or the last one only.
        batch_first: True for [B, T, D], False for [T, B, D].
        mixed_memory: Whether an LSTM holds the memory.
        input_mapping: `"affine"`, `"linear"` or None.
        output_mapping: Likewise, for the motor neurons.
        ode_unfolds: Equal sub-steps a time step.
        epsilon: ε in the denominator of the solver.
        implicit_param_constraints: As in `LTCCell`. Its default is True here and False there, as
            in ncps.

    Note:
        A step without elapsed time leaves the potentials as they are; in ncps it gives NaN.
    """

    def __init__(
        self,
        input_size: int,
        units: int | AnyWiring,
        return_sequences: bool = True,
        batch_first: bool = True,
        mixed_memory: bool = False,
        input_mapping: MappingName | None = "affine",
        output_mapping: MappingName | None = "affine",
        ode_unfolds: int = 6,
        epsilon: float = 1e-8,
        implicit_param_constraints: bool = True,
    ) -> None:
        super().__init__()
        self.input_size = input_size
        self.wiring_or_units = units
        self.batch_first = batch_first
        self.return_sequences = return_sequences
        self.use_mixed = mixed_memory
        self._wiring = (
            cast("Wiring", units) if is_wiring(units) else FullyConnected(cast("int", units))
        )
        self.rnn_cell = LTCCell(
            self._wiring,
            input_size,
            input_mapping,
            output_mapping,
            ode_unfolds,
            epsilon,
            implicit_param_constraints,
        )
        if mixed_memory:
            self.lstm = LSTMCell(input_size, self.state_size)

    @property
    def state_size(self) -> int:
        """Number of neurons."""
        return self.rnn_cell.state_size

    @property
    def sensory_size(self) -> int:
        """Number of input features."""
        return self.rnn_cell.sensory_size

    @property
    def motor_size(self) -> int:
        """Number of motor neurons."""
        return self.rnn_cell.motor_size

    @property
    def output_size(self) -> int:
        """Number of outputs: the motor neurons."""
        return self.rnn_cell.output_size

    @property
    def synapse_count(self) -> int:
        """Number of synapses between neurons."""
        return self.rnn_cell.synapse_count

    @property
    def sensory_synapse_count(self) -> int:
        """Number of synapses from the inputs."""
        return self.rnn_cell.sensory_synapse_count

    @property
    def backend(self) -> str:
        """Name of a kernel backend, or `"auto"`; see `liquidtime.kernels.explain`."""
        return self.rnn_cell.backend

    def kernel_request(self) -> Request:
        """What the next call asks of the kernels; see `liquidtime.kernels.explain`."""
        request = self.rnn_cell.kernel_request()
        return request.having("mixed_memory") if self.use_mixed else request

    def forward(
        self,
        input: Tensor,
        hx: NcpsState | None = None,
        timespans: Tensor | float | None = None,
    ) -> tuple[Tensor, NcpsState]:
        """Run over a batch of sequences; arguments and results as those of `CfC`."""
        call = read_call(
            self.rnn_cell, input, hx, timespans, mixed=self.use_mixed, batch_first=self.batch_first
        )
        states, state = self.rnn_cell.sequence(
            call.x, call.state, call.elapsed, self.lstm if self.use_mixed else None
        )
        output = self.rnn_cell.readout(states if self.return_sequences else states[:, -1])
        output = output.to(call.x.dtype)
        return write_result(call.layout, output, state, return_sequences=self.return_sequences)

    if TYPE_CHECKING:
        # nn.Module tells type checkers nothing of what forward takes.
        def __call__(
            self,
            input: Tensor,
            hx: NcpsState | None = None,
            timespans: Tensor | float | None = None,
        ) -> tuple[Tensor, NcpsState]:
            """One call, as `forward` says."""
            ...
