"""A trained LTC cell that steps by a published closed form instead of an integrator."""

from collections.abc import Callable
from typing import Literal

import torch
from torch import Tensor, nn

from liquidtime.dynamics import algorithm1, piecewise_constant, published
from liquidtime.dynamics.synapse import join
from liquidtime.dynamics.whole_neuron import as_one_synapse
from liquidtime.kernels import Request
from liquidtime.kernels.ltc.network import LTCWeights
from liquidtime.kernels.memory import MemoryLayout, with_memory
from liquidtime.kernels.scan import scan
from liquidtime.nn.cell import State, prepare_step, run_step
from liquidtime.nn.ltc_cell import LTCCell
from liquidtime.nn.mixed_memory import LSTMMemory

PublishedForm = Literal["eq2", "eq8", "algorithm1", "algorithm1_mean"]


class ClosedFormCell(nn.Module):
    """The weights of an LTC cell under a published closed form; the face of `LTCCell`.

    Args:
        cell: The trained cell; its parameters are shared, not copied.
        form: `"eq2"` (Theorem 1, the synapses of a neuron taken together), `"eq8"` (the exact
            solution of the symmetrised ODE for input that stands still, likewise), `"algorithm1"`
            (Theorem 1 for each synapse, summed as printed) or `"algorithm1_mean"` (summed as a
            mean, weighed by conductance).
    """

    def __init__(self, cell: LTCCell, form: PublishedForm) -> None:
        super().__init__()
        self.trained = cell
        self.form: PublishedForm = form
        self.circuit = cell.circuit
        self.input_size = cell.input_size
        self.hidden_size = cell.hidden_size
        self.output_size = cell.output_size
        self.backend = cell.backend

    def reset_parameters(self) -> None:
        """Draw the parameters of the cell anew."""
        self.trained.reset_parameters()

    def kernel_request(self) -> Request:
        """What the cell would ask of the kernels; it is run here, in plain PyTorch."""
        return self.trained.kernel_request()

    def forward(self, x: Tensor, h: Tensor | None = None, elapsed: Tensor | float = 1.0) -> Tensor:
        """One step; arguments and result as `LTCCell.forward`."""
        return run_step(self, *prepare_step(self, x, h, elapsed))

    def sequence(
        self,
        x: Tensor,
        state: State,
        elapsed: Tensor,
        active: Tensor | None,
        memory: LSTMMemory | None = None,
        layout: MemoryLayout = "state",
    ) -> tuple[Tensor, State]:
        """Run over [B, T, D] without checks; as `LTCCell.sequence`."""
        step = closed_form_step(self.trained.weights(), self.form)
        weights = None if memory is None else memory.weights(state[0].dtype)
        inputs = (x.to(state[0].dtype), elapsed)
        return scan(with_memory(step, weights, layout), inputs, state, active)

    def readout(self, states: Tensor) -> Tensor:
        """Outputs [.., output_size] of potentials [.., N]."""
        return self.trained.readout(states)

    def extra_repr(self) -> str:
        """The form, for `print`."""
        return f"form={self.form!r}"


def closed_form_step(
    weights: LTCWeights, form: PublishedForm
) -> Callable[[Tensor, Tensor, Tensor], Tensor]:
    """The step (x [B, M], v [B, N], elapsed [B]) → v of a published form."""
    synapses = join(weights.sensory, weights.recurrent)
    leak, capacitance = weights.leak_conductance, weights.membrane_capacitance

    def step(x: Tensor, v: Tensor, elapsed: Tensor) -> Tensor:
        presynaptic = torch.cat([weights.map_input(x), v], dim=-1)
        time = elapsed.unsqueeze(-1)
        if form in ("algorithm1", "algorithm1_mean"):
            return algorithm1.step(
                v,
                time,
                presynaptic,
                synapses,
                leak,
                weights.leak_potential,
                capacitance,
                "sum" if form == "algorithm1" else "mean",
            )
        one = as_one_synapse(presynaptic, synapses, leak, capacitance)
        if form == "eq2":
            return published.eq2(v, time, one.f, one.f_negated, one.w_tau, one.a)
        piece = piecewise_constant.symmetrised(
            v, time.unsqueeze(-1), one.f.unsqueeze(-1), one.w_tau, one.a
        )
        return piece.squeeze(-1)

    return step
