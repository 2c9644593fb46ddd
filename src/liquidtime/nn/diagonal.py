"""Diagonal closed-form continuous-time networks: for series of ten thousand steps and more."""

from liquidtime.kernels.cfc.reference import ActivationName
from liquidtime.nn.checks.ncps_names import answer_ncps_names
from liquidtime.nn.diagonal_cell import DiagonalCfCCell
from liquidtime.nn.recurrent import AbstractRecurrent


class DiagonalCfC(AbstractRecurrent):
    """CfC whose units see the input and their own state, and no other unit's: for long series.

    Each unit relaxes as with `CfC(variant="relaxation")`, with q = tanh(f(x) + u_f·h) and
    ρ = softplus(r(x) + u_r·h): h' = q + (h − q)·exp(−ρ·elapsed). What the input says is computed
    for all steps at once; the recurrence left over is a few operations a unit and step, compiled on
    the CPU and solved for all steps at once on accelerators. Units meet in the layer above and in
    the read-out, so stack at least two layers where they have to.

    Args:
        input_size: Number of input features D.
        hidden_size: Number of hidden units H.
        num_layers: Layers stacked, each reading the outputs of the one below.
        activation: Of the backbone: `"silu"`, `"lecun_tanh"`, `"relu"`, `"tanh"` or `"gelu"`.
        backbone_units: Width of a network between the input and f and r.
        backbone_layers: Its depth; 0, the default, for f and r linear in the input.
        dropout: Probability of dropping an output between layers.
        bidirectional: Run a second stack from the end to the start and join the outputs.
        proj_size: If given, outputs are mapped linearly to this size. The state is not.
        batch_first: True for [B, T, D]. Unlike `nn.LSTM` this is the default.
        backend: `"auto"`, `"cpu"` (compiled steps), `"parallel"` (Newton's method over all steps;
            the states are those of the steps to rounding) or `"reference"`; see
            `liquidtime.kernels.explain`.

    Examples:
        >>> import torch
        >>> from liquidtime.nn import DiagonalCfC
        >>> rnn = DiagonalCfC(3, 16, 2)
        >>> output, state = rnn(torch.randn(1, 10_000, 3), elapsed=0.1)
        >>> output.shape, state.h.shape
        (torch.Size([1, 10000, 16]), torch.Size([2, 1, 16]))
    """

    @answer_ncps_names
    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        *,
        activation: ActivationName = "silu",
        backbone_units: int = 128,
        backbone_layers: int = 0,
        dropout: float = 0.0,
        bidirectional: bool = False,
        proj_size: int | None = None,
        batch_first: bool = True,
        backend: str = "auto",
    ) -> None:
        def make_cell(width: int) -> DiagonalCfCCell:
            return DiagonalCfCCell(
                width,
                hidden_size,
                activation=activation,
                backbone_units=backbone_units,
                backbone_layers=backbone_layers,
                backend=backend,
            )

        super().__init__(
            make_cell,
            input_size,
            hidden_size,
            num_layers,
            mixed_memory=False,
            dropout=dropout,
            bidirectional=bidirectional,
            proj_size=proj_size,
            batch_first=batch_first,
        )
