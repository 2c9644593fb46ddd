"""What the LTC recurrence computes with: the network's numbers, and what to do with them."""

from typing import NamedTuple

from torch import Tensor

from liquidtime.dynamics import IntegratorName, LineIntegratorName, SourcesName, Synapses
from liquidtime.kernels.memory import MemoryLayout


class LTCWeights(NamedTuple):
    """A network of N neurons with M inputs, as physical quantities (conductances positive)."""

    membrane_capacitance: Tensor
    """C [N]"""
    leak_conductance: Tensor
    """g [N]"""
    leak_potential: Tensor
    """v_leak [N]"""
    recurrent: Synapses
    """Among the neurons, [N, N]: row = source, column = target."""
    sensory: Synapses
    """From the inputs, [M, N]."""
    input_factor: Tensor | None
    """[M], what each input is multiplied with first; None for 1."""
    input_offset: Tensor | None
    """[M], what is added to it then; None for 0."""
    recurrent_mask: Tensor | None = None
    """[N, N] booleans, True where there is a synapse; None where all are there. Their conductance
    is 0 where there is none, so it is of use only where absent synapses shall cost nothing."""
    sensory_mask: Tensor | None = None
    """[M, N], likewise."""

    @property
    def is_masked(self) -> bool:
        """Whether some synapses are said to be absent."""
        return self.recurrent_mask is not None or self.sensory_mask is not None

    def map_input(self, x: Tensor) -> Tensor:
        """The inputs [B, M] as the sensory synapses see them."""
        if self.input_factor is not None:
            x = x * self.input_factor
        if self.input_offset is not None:
            x = x + self.input_offset
        return x


class LTCSpec(NamedTuple):
    """What is computed, apart from the numbers."""

    integrator: IntegratorName | LineIntegratorName
    unfolds: int
    """Equal sub-steps into which the elapsed time of each step is cut."""
    layout: MemoryLayout
    nodes: int = 3
    """Of the linear closed form: points at which its targets are evaluated in a sub-step."""
    sources: SourcesName = "frozen"
    """Of the linear closed form: where the network's own neurons are during a sub-step."""
    sweeps: int = 2
    """Of iterated sources: sweeps after the first."""
