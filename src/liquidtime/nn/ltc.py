"""Liquid time-constant networks: the layer to use in place of `nn.LSTM`."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from liquidtime.dynamics import IntegratorName, LineIntegratorName, SourcesName
from liquidtime.kernels.memory import MemoryLayout
from liquidtime.nn.checks.ncps_names import answer_ncps_names
from liquidtime.nn.feature_map import MappingName
from liquidtime.nn.ltc_cell import LTCCell
from liquidtime.nn.recurrent import AbstractRecurrent
from liquidtime.nn.wired import units_of
from liquidtime.wirings import Wiring


class LTC(AbstractRecurrent):
    """Liquid time-constant network, the ODE itself, to use in place of `nn.LSTM`.

    Neuron i obeys C dv/dt = g (v_leak − v) + Σ_j w_ji sigmoid(σ_ji (v_j − μ_ji)) (E_ji − v): each
    synapse changes the conductance, and with it the time constant, of its target. Between two
    observations the input stands still, or moves evenly from one to the other, and the ODE is
    integrated over the elapsed time.

    Args:
        input_size: Number of input features D.
        hidden_size: Number of neurons N; may be left out where `wiring` has them.
        num_layers: Layers stacked, each reading the outputs of the one below.
        integrator: `"fused"` (semi-implicit Euler: the published solver, stable at any step),
            `"euler"`, `"heun"`, `"rk4"` (explicit: they blow up on long gaps, which is an error;
            raise `unfolds`), `"exponential"` (exact for inputs; stable) or `"dopri5"` (adaptive, up
            to 300 steps a sub-step, 2000 in float64; extra `ode`). With
            these the input stands still during a step. `"closed_form_linear"` lets it go evenly
            from the previous observation to this one (the first step, which has no previous one,
            apart), of fourth order in the input, stable at any step; see
            `liquidtime.dynamics.closed_form_linear`. It has no compiled kernel and takes some 290
            operations of PyTorch a sub-step, where `"fused"` takes 16 and `"rk4"` 70: about 10 ms a
            step at the usual `unfolds` for a single series, 2 ms with `unfolds=1`.
        unfolds: Equal sub-steps a time step, 6 as published. The closed form takes its share of
            the line in each; its input needs one, recurrent synapses want more.
        nodes: Of `"closed_form_linear"`: points in time, 2 or more, at which it evaluates what
            pulls on a neuron in a sub-step.
        sources: Of `"closed_form_linear"`: where the network's own neurons are in a sub-step, as
            seen by the synapses among them. `"frozen"` where they were (first order),
            `"extrapolated"` on the line they were on, or `"iterated"` on the line to where the
            last sweep put them (second order); costs in `liquidtime.dynamics.sources`.
        sweeps: Of `"iterated"`: sweeps after the first.
        input_mapping: What is done to each input feature first: `"affine"` (a x + b), `"linear"`
            (a x) or None.
        output_mapping: What is done to each motor neuron's potential last; likewise.
        mixed_memory: As in `CfC`.
        wiring: A spec or circuit of `liquidtime.wirings`; fully connected if None. Its polarities
            set the initial reversal potentials. The output is the motor neurons' potential.
        dropout: Probability of dropping an output between layers.
        bidirectional: Run a second stack from the end to the start and join the outputs.
        proj_size: If given, outputs are mapped linearly to this size. The state is not.
        batch_first: True for [B, T, D]. Unlike `nn.LSTM` this is the default.
        backend: Name of a kernel backend, or `"auto"`; see `liquidtime.kernels.explain`.

    Note:
        Positive parameters are stored before a softplus. They start in the published ranges after
        it; ncps applies it to the untransformed ranges, which moves w from (0.001, 1) to
        (0.69, 1.31).

    Note:
        Parameters are computed with in float32 at least, whatever dtype they are stored in.

    References:
        Hasani, Lechner, Amini, Rus, Grosu: Liquid time-constant networks. AAAI 2021.

    Examples:
        >>> import torch
        >>> from liquidtime.nn import LTC
        >>> from liquidtime.wirings import AutoNCP
        >>> rnn = LTC(3, wiring=AutoNCP(19, 4))
        >>> output, state = rnn(torch.randn(2, 5, 3), elapsed=0.1)
        >>> output.shape, state.h.shape
        (torch.Size([2, 5, 4]), torch.Size([1, 2, 19]))
    """

    if TYPE_CHECKING:
        cells: Sequence[LTCCell]

    @answer_ncps_names
    def __init__(
        self,
        input_size: int,
        hidden_size: int | None = None,
        num_layers: int = 1,
        *,
        integrator: IntegratorName | LineIntegratorName = "fused",
        unfolds: int = 6,
        nodes: int = 3,
        sources: SourcesName = "frozen",
        sweeps: int = 2,
        input_mapping: MappingName | None = "affine",
        output_mapping: MappingName | None = "affine",
        mixed_memory: bool | MemoryLayout = False,
        wiring: Wiring | None = None,
        dropout: float = 0.0,
        bidirectional: bool = False,
        proj_size: int | None = None,
        batch_first: bool = True,
        backend: str = "auto",
    ) -> None:
        def make_cell(width: int) -> LTCCell:
            return LTCCell(
                width,
                hidden_size,
                integrator=integrator,
                unfolds=unfolds,
                nodes=nodes,
                sources=sources,
                sweeps=sweeps,
                input_mapping=input_mapping,
                output_mapping=output_mapping,
                wiring=wiring,
                backend=backend,
            )

        super().__init__(
            make_cell,
            input_size,
            units_of(input_size, hidden_size, wiring),
            num_layers,
            mixed_memory=mixed_memory,
            dropout=dropout,
            bidirectional=bidirectional,
            proj_size=proj_size,
            batch_first=batch_first,
        )
