"""Closed-form continuous-time networks: the layer to use in place of `nn.LSTM`."""

from liquidtime.kernels.cfc.reference import ActivationName, Variant
from liquidtime.kernels.memory import MemoryLayout
from liquidtime.nn.cfc_cell import CfCCell
from liquidtime.nn.checks.ncps_names import answer_ncps_names
from liquidtime.nn.recurrent import AbstractRecurrent
from liquidtime.nn.wired import units_of
from liquidtime.wirings import Wiring


class CfC(AbstractRecurrent):
    """Closed-form continuous-time network, to use in place of `nn.LSTM` with real time gaps.

    Each step reads the input, the state and the time since the previous step, and needs no ODE
    solver: z = backbone([x, h]), s = sigmoid(a(z)·elapsed + b(z)),
    h' = tanh(f(z))·(1 − s) + tanh(g(z))·s. The equations of the variants are in
    `liquidtime.dynamics.cfc`.

    Args:
        input_size: Number of input features D.
        hidden_size: Number of hidden units H; may be left out where `wiring` has them.
        num_layers: Layers stacked, each reading the outputs of the one below.
        variant: `"gated"` (CfC), `"no_gate"` (CfC-noGate), `"closed_form"` (Cf-S: the solution
            of the LTC equation itself; fewest parameters, weakest in the published tables) or
            `"relaxation"` (ours: h' = q + (h − q)·exp(−softplus(r)·elapsed), a flow that carries
            its state, for long memory and any spacing of the steps).
        activation: Of the backbone: `"lecun_tanh"`, `"silu"`, `"relu"`, `"tanh"` or `"gelu"`.
        backbone_units: Width U of the network that the heads share.
        backbone_layers: Its depth; with 0 the heads read [x, h] directly.
        backbone_dropout: Probability of dropping a backbone unit in training, anew each step.
        mixed_memory: True or `"state"`: an LSTM holds the memory and its output takes the place
            of the recurrent state (CfC-mmRNN as in the authors' PyTorch code). `"input"`: its
            output takes the place of the input (as in their TensorFlow code).
        initial_gain: Factor on the first weights of the backbone and the heads, as `gain` of
            `nn.init.xavier_uniform_`; the published settings have 0.5 to 1.35.
        forget_bias: First offset of the LSTM's forget gates; the published settings have 0.6 to 5.
        wiring: A spec or circuit of `liquidtime.wirings`: who connects to whom. The output is the
            motor neurons' state.
        dropout: Probability of dropping an output between layers.
        bidirectional: Run a second stack from the end to the start and join the outputs.
        proj_size: If given, outputs are mapped linearly to this size. The state is not.
        batch_first: True for [B, T, D]. Unlike `nn.LSTM` this is the default.
        backend: Name of a kernel backend, or `"auto"`; see `liquidtime.kernels.explain`.

    Note:
        A wired network has no backbone, since one would connect every neuron with every other, so
        the `backbone_*` arguments have no effect on it. The mask lies on every head. Each neuron
        sees its own state and its circuit's synapses, nothing else. (ncps leaves the time gates
        dense and the layers fully recurrent.)

    Examples:
        >>> import torch
        >>> from liquidtime.nn import CfC
        >>> rnn = CfC(3, 16)
        >>> x, times = torch.randn(2, 5, 3), torch.tensor([0.0, 0.5, 0.6, 4.0, 9.0])
        >>> output, state = rnn(x, times=times)
        >>> output.shape, state.h.shape
        (torch.Size([2, 5, 16]), torch.Size([1, 2, 16]))
    """

    @answer_ncps_names
    def __init__(
        self,
        input_size: int,
        hidden_size: int | None = None,
        num_layers: int = 1,
        *,
        variant: Variant = "gated",
        activation: ActivationName = "lecun_tanh",
        backbone_units: int = 128,
        backbone_layers: int = 1,
        backbone_dropout: float = 0.0,
        mixed_memory: bool | MemoryLayout = False,
        initial_gain: float = 1.0,
        forget_bias: float = 1.0,
        wiring: Wiring | None = None,
        dropout: float = 0.0,
        bidirectional: bool = False,
        proj_size: int | None = None,
        batch_first: bool = True,
        backend: str = "auto",
    ) -> None:
        def make_cell(width: int) -> CfCCell:
            return CfCCell(
                width,
                hidden_size,
                variant=variant,
                activation=activation,
                backbone_units=backbone_units,
                backbone_layers=backbone_layers,
                backbone_dropout=backbone_dropout,
                initial_gain=initial_gain,
                wiring=wiring,
                backend=backend,
            )

        super().__init__(
            make_cell,
            input_size,
            units_of(input_size, hidden_size, wiring),
            num_layers,
            mixed_memory=mixed_memory,
            forget_bias=forget_bias,
            dropout=dropout,
            bidirectional=bidirectional,
            proj_size=proj_size,
            batch_first=batch_first,
        )
