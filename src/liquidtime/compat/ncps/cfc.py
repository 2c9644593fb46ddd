"""The CfC layer with ncps's constructor, call and parameter names."""

from typing import TYPE_CHECKING, cast

from torch import Tensor, nn

from liquidtime.compat.ncps.cfc_cell import CfCCell, Mode
from liquidtime.compat.ncps.lstm import LSTMCell
from liquidtime.compat.ncps.sequences import NcpsState, read_call, write_result
from liquidtime.compat.ncps.wired_cfc_cell import WiredCfCCell
from liquidtime.compat.ncps.wirings import Wiring
from liquidtime.compat.ncps.wirings.anyones import AnyWiring, is_wiring
from liquidtime.kernels import Request
from liquidtime.kernels.cfc.reference import ActivationName


class CfC(nn.Module):
    """A closed-form continuous-time network that takes the place of `ncps.torch.CfC`.

    It has ncps's constructor, call, parameters and names of parameters: an ncps state dict loads,
    the same seed draws the same weights, and training goes the same way. Batches may have
    their own `timespans`, and it runs on this library's kernels.

    Args:
        input_size: Number of input features D.
        units: Number of hidden units, or a wiring.
        proj_size: If given, outputs are mapped linearly to this size.
        return_sequences: Whether to put out every step or the last one only.
        batch_first: True for [B, T, D], False for [T, B, D].
        mixed_memory: Whether an LSTM holds the memory.
        mode: `"default"`, `"pure"` or `"no_gate"`.
        activation: Of the backbone: `"lecun_tanh"`, `"silu"`, `"relu"`, `"tanh"` or `"gelu"`.
            Without effect on a wired network, which has no backbone.
        backbone_units: 128 if None; must be None with a wiring, as the next two.
        backbone_layers: 1 if None.
        backbone_dropout: 0 if None. As in ncps it acts behind every backbone layer but the first.

    Note:
        A wired network computes what ncps's does, which is not what `liquidtime.nn.CfC` makes of
        a wiring; see `WiredCfCCell`.

    Examples:
        >>> import torch
        >>> from liquidtime.compat.ncps.torch import CfC
        >>> rnn = CfC(20, 50)
        >>> x, timespans = torch.randn(2, 3, 20), torch.rand(2, 3)
        >>> output, hx = rnn(x, timespans=timespans)
        >>> output.shape, hx.shape
        (torch.Size([2, 3, 50]), torch.Size([2, 50]))
    """

    def __init__(
        self,
        input_size: int,
        units: int | AnyWiring,
        proj_size: int | None = None,
        return_sequences: bool = True,
        batch_first: bool = True,
        mixed_memory: bool = False,
        mode: Mode = "default",
        activation: ActivationName = "lecun_tanh",
        backbone_units: int | None = None,
        backbone_layers: int | None = None,
        backbone_dropout: float | None = None,
    ) -> None:
        super().__init__()
        self.input_size = input_size
        self.wiring_or_units = units
        self.proj_size = proj_size
        self.batch_first = batch_first
        self.return_sequences = return_sequences
        self.use_mixed = mixed_memory
        self.wired_mode = is_wiring(units)
        if self.wired_mode:
            for name, value in (
                ("backbone_units", backbone_units),
                ("backbone_layers", backbone_layers),
                ("backbone_dropout", backbone_dropout),
            ):
                if value is not None:
                    raise ValueError(f"{name} is {value}; a wired CfC has no backbone, leave it.")
            self.wiring = cast("Wiring", units)
            self.rnn_cell = WiredCfCCell(input_size, self.wiring, mode)
            self.state_size = self.rnn_cell.state_size
            self.output_size = self.rnn_cell.output_size
        else:
            self.rnn_cell = CfCCell(
                input_size,
                cast("int", units),
                mode,
                activation,
                128 if backbone_units is None else backbone_units,
                1 if backbone_layers is None else backbone_layers,
                0.0 if backbone_dropout is None else backbone_dropout,
            )
            self.state_size = self.output_size = self.rnn_cell.hidden_size
        if mixed_memory:
            self.lstm = LSTMCell(input_size, self.state_size)
        self.fc = nn.Identity() if proj_size is None else nn.Linear(self.output_size, proj_size)

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
        """Run over a batch of sequences.

        Args:
            input: [B, T, D], [T, B, D] without `batch_first`, or [T, D] for one series.
            hx: State that an earlier call returned: [B, units], a pair of them with mixed memory,
                without B for one series. None for zeros.
            timespans: Time since the previous step of the same series: [B, T] or [B, T, 1] ([T, B]
                without `batch_first`), [T] for all series alike, or a number; 1 if None.

        Returns:
            The outputs [B, T, K], or [B, K] without `return_sequences`, and the state.
        """
        call = read_call(
            self.rnn_cell, input, hx, timespans, mixed=self.use_mixed, batch_first=self.batch_first
        )
        states, state = self.rnn_cell.sequence(
            call.x, call.state, call.elapsed, self.lstm if self.use_mixed else None
        )
        output = self.rnn_cell.readout(states if self.return_sequences else states[:, -1])
        output = self.fc(output.to(call.x.dtype))
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
