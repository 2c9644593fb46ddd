"""One step of a liquid time-constant network."""

from typing import TYPE_CHECKING

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from liquidtime import dynamics
from liquidtime.dynamics import IntegratorName, LineIntegratorName, SourcesName
from liquidtime.dynamics.line_drive import check_nodes
from liquidtime.dynamics.sources import check_sources
from liquidtime.kernels import Request, registry
from liquidtime.kernels.ltc.call import LTCCall
from liquidtime.kernels.ltc.network import LTCSpec, LTCWeights
from liquidtime.kernels.ltc.past import past_size, remember
from liquidtime.kernels.memory import MemoryLayout
from liquidtime.kernels.requests import request
from liquidtime.nn.cell import State, prepare_step, run_step, state_dtype
from liquidtime.nn.checks.ncps_names import answer_ncps_names
from liquidtime.nn.feature_map import FeatureMap, MappingName
from liquidtime.nn.mixed_memory import LSTMMemory
from liquidtime.nn.synapses import SynapseParameters, init_positive
from liquidtime.nn.wired import units_of
from liquidtime.wirings import FullyConnected, Wiring


class LTCCell(nn.Module):
    """One step of a liquid time-constant network.

    Args:
        input_size: Number of input features D.
        hidden_size: Number of neurons N; may be left out where `wiring` has them.
        integrator: As in `LTC`.
        unfolds: As in `LTC`.
        nodes: As in `LTC`.
        sources: As in `LTC`.
        sweeps: As in `LTC`.
        input_mapping: As in `LTC`.
        output_mapping: As in `LTC`.
        wiring: As in `LTC`.
        backend: As in `LTC`.
    """

    @answer_ncps_names
    def __init__(
        self,
        input_size: int,
        hidden_size: int | None = None,
        *,
        integrator: IntegratorName | LineIntegratorName = "fused",
        unfolds: int = 6,
        nodes: int = 3,
        sources: SourcesName = "frozen",
        sweeps: int = 2,
        input_mapping: MappingName | None = "affine",
        output_mapping: MappingName | None = "affine",
        wiring: Wiring | None = None,
        backend: str = "auto",
    ) -> None:
        super().__init__()
        dynamics.check_integrator(integrator)
        check_nodes(nodes)
        check_sources(sources)
        if unfolds < 1:
            raise ValueError(f"unfolds is {unfolds}; expected 1 or more sub-steps.")
        if sweeps < 1:
            raise ValueError(f"sweeps is {sweeps}; expected 1 or more after the frozen one.")
        units = units_of(input_size, hidden_size, wiring)
        self.circuit = (wiring or FullyConnected(units)).build(input_size)
        self.input_size = input_size
        self.hidden_size = units
        self.output_size = self.circuit.output_size
        self.integrator: IntegratorName | LineIntegratorName = integrator
        self.unfolds = unfolds
        self.nodes = nodes
        self.sources: SourcesName = sources
        self.sweeps = sweeps
        self.backend = backend
        self.recurrent = SynapseParameters(self.circuit.adjacency)
        self.sensory = SynapseParameters(self.circuit.sensory_adjacency)
        self.raw_membrane_capacitance = nn.Parameter(torch.empty(units))
        self.raw_leak_conductance = nn.Parameter(torch.empty(units))
        self.leak_potential = nn.Parameter(torch.empty(units))
        self.input_map = FeatureMap(input_size, input_mapping, "input_mapping")
        self.output_map = FeatureMap(self.output_size, output_mapping, "output_mapping")
        self._reset_neurons()
        # A backend that cannot serve the cell is refused here, not at the first call.
        registry.select(self.kernel_request(), backend)

    def reset_parameters(self) -> None:
        """Draw all parameters anew, from the ranges of the authors' code."""
        for part in (self.recurrent, self.sensory, self.input_map, self.output_map):
            part.reset_parameters()
        self._reset_neurons()

    def _reset_neurons(self) -> None:
        init_positive(self.raw_membrane_capacitance, 0.4, 0.6)
        init_positive(self.raw_leak_conductance, 0.001, 1.0)
        nn.init.uniform_(self.leak_potential, -0.2, 0.2)

    @property
    def membrane_capacitance(self) -> Tensor:
        """Capacitance C > 0 of each membrane, [N]."""
        return F.softplus(self.raw_membrane_capacitance)

    @property
    def leak_conductance(self) -> Tensor:
        """Conductance g > 0 of each leak, [N]."""
        return F.softplus(self.raw_leak_conductance)

    @property
    def past_size(self) -> int:
        """Length of what each series carries of the step before; 0 if the input stands still."""
        return past_size(self.input_size, self.hidden_size, self._spec("state"))

    def _spec(self, layout: MemoryLayout) -> LTCSpec:
        return LTCSpec(self.integrator, self.unfolds, layout, self.nodes, self.sources, self.sweeps)

    def weights(self) -> LTCWeights:
        """The network as the kernels take it, in the dtype of the state."""
        dtype = state_dtype(self.leak_potential)
        return LTCWeights(
            self.membrane_capacitance.to(dtype),
            self.leak_conductance.to(dtype),
            self.leak_potential.to(dtype),
            self.recurrent.dense(dtype),
            self.sensory.dense(dtype),
            *self.input_map.weights(dtype),
            self.recurrent.mask,
            self.sensory.mask,
        )

    def kernel_request(self) -> Request:
        """What the cell asks of the kernels; see `liquidtime.kernels.explain`."""
        synapses = len(self.recurrent.source) + len(self.sensory.source)
        dense = self.hidden_size * (self.hidden_size + self.input_size)
        features = frozenset() if synapses == dense else frozenset({"wiring"})
        parameter = self.leak_potential
        return request("ltc", parameter, self.integrator, features)

    @answer_ncps_names
    def forward(
        self,
        x: Tensor,
        h: Tensor | None = None,
        elapsed: Tensor | float = 1.0,
        previous: Tensor | None = None,
    ) -> Tensor:
        """One step.

        Args:
            x: Input, [B, D] or [D].
            h: Potentials, [B, N] or [N]; zeros if None.
            elapsed: Time since the previous step: a float, [B] or [B, 1].
            previous: Input of the previous step, shaped as `x`, from which an integrator along a
                line comes. None for an input that stands still. The other integrators refuse it.

        Returns:
            The next potentials, [B, N] or [N]. `readout` makes outputs of them.
        """
        x, h, elapsed = prepare_step(self, x, h, elapsed)
        return run_step(self, x, h, elapsed, self._past(x, h, previous))

    if TYPE_CHECKING:
        # nn.Module tells type checkers nothing of what forward takes.
        def __call__(
            self,
            x: Tensor,
            h: Tensor | None = None,
            elapsed: Tensor | float = 1.0,
            previous: Tensor | None = None,
        ) -> Tensor:
            """One call, as `forward` says."""
            ...

    def _past(self, x: Tensor, h: Tensor, previous: Tensor | None) -> tuple[Tensor, ...]:
        """What the cell's state has beyond h, batched; a slope before this step is not known."""
        if previous is not None and not self.past_size:
            raise ValueError(
                f"previous was given, but with integrator={self.integrator!r} the input stands "
                "still during a step; leave previous out."
            )
        if previous is not None and previous.shape != x.shape:
            raise ValueError(
                f"previous has shape {list(previous.shape)}; expected that of x, {list(x.shape)}."
            )
        if not self.past_size:
            return ()
        at_rest = torch.zeros_like(h) if self.sources == "extrapolated" else None
        seen = x if previous is None else previous
        if x.dim() == 1:
            seen = seen.unsqueeze(0)
            at_rest = None if at_rest is None else at_rest.unsqueeze(0)
        return (remember(seen.to(h.dtype), at_rest),)

    def sequence(
        self,
        x: Tensor,
        state: State,
        elapsed: Tensor,
        active: Tensor | None,
        memory: LSTMMemory | None = None,
        layout: MemoryLayout = "state",
    ) -> tuple[Tensor, State]:
        """Run over [B, T, D] without checks; see `liquidtime.kernels.ltc.reference.ltc`."""
        return LTCCall(
            x.to(state[0].dtype),
            state,
            elapsed,
            active,
            self.weights(),
            None if memory is None else memory.weights(state[0].dtype),
            self._spec(layout),
        ).run(self)

    def readout(self, states: Tensor) -> Tensor:
        """Outputs [.., output_size]: the motor neurons' potentials, mapped."""
        return self.output_map(states[..., : self.output_size])

    def extra_repr(self) -> str:
        """Sizes and integrator, for `print`."""
        return (
            f"{self.input_size}, {self.hidden_size}, integrator={self.integrator!r}, "
            f"unfolds={self.unfolds}"
        )
