"""LTC neurons and their synapses, with the parameters that ncps keeps."""

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from liquidtime.compat.ltc_entries import absorb
from liquidtime.compat.ncps.lstm import LSTMCell
from liquidtime.compat.ncps.wirings import Wiring
from liquidtime.compat.ncps.wirings.anyones import built
from liquidtime.dynamics import Synapses
from liquidtime.kernels import Request
from liquidtime.kernels.ltc.call import LTCCall
from liquidtime.kernels.ltc.network import LTCSpec, LTCWeights
from liquidtime.kernels.requests import request
from liquidtime.nn.cell import State, prepare_step, state_dtype
from liquidtime.nn.feature_map import MappingName

_RANGES = {"gleak": (0.001, 1.0), "vleak": (-0.2, 0.2), "cm": (0.4, 0.6)}
_SYNAPSE_RANGES = {"sigma": (3.0, 8.0), "mu": (0.3, 0.8), "w": (0.001, 1.0)}
_CLIPPED = ("w", "sensory_w", "cm", "gleak")


class LTCCell(nn.Module):
    """One step of an LTC, with ncps's constructor, call and parameter names.

    Args:
        wiring: A wiring of `liquidtime.compat.ncps.wirings` or of ncps.
        in_features: Number of input features M; None if the wiring is built.
        input_mapping: `"affine"`, `"linear"` or None.
        output_mapping: Likewise, for the motor neurons.
        ode_unfolds: Equal sub-steps a time step.
        epsilon: ε in the denominator of the solver.
        implicit_param_constraints: True: w, cm and gleak go through a softplus. False: they are
            used as they are, and `apply_weight_constraints` must be called after every training
            step.

    Note:
        Parameters are made and drawn in ncps's order, so the same seed and wiring give the same
        weights. Masks are buffers here and frozen parameters in ncps, of the same names.
    """

    def __init__(
        self,
        wiring: Wiring,
        in_features: int | None = None,
        input_mapping: MappingName | None = "affine",
        output_mapping: MappingName | None = "affine",
        ode_unfolds: int = 6,
        epsilon: float = 1e-8,
        implicit_param_constraints: bool = False,
    ) -> None:
        super().__init__()
        wiring = built(wiring, in_features)
        for name, mapping in (("input", input_mapping), ("output", output_mapping)):
            if mapping not in ("affine", "linear", None):
                raise ValueError(
                    f"{name}_mapping is {mapping!r}; expected 'affine', 'linear' or None."
                )
        self._wiring = wiring
        self._ode_unfolds = ode_unfolds
        self._epsilon = epsilon
        self._implicit_param_constraints = implicit_param_constraints
        self.backend = "auto"
        for name, (low, high) in _RANGES.items():
            self._add(name, low + (high - low) * torch.rand(wiring.units))
        self._add_synapses("", wiring.adjacency_matrix)
        self._add_synapses("sensory_", wiring.sensory_adjacency_matrix)
        self._add_map("input", input_mapping, self.sensory_size)
        self._add_map("output", output_mapping, self.motor_size)
        synapses = self.synapse_count + self.sensory_synapse_count
        self._sparse = synapses < self.state_size * (self.state_size + self.sensory_size)

    def _add(self, name: str, value: Tensor) -> None:
        self.register_parameter(name, nn.Parameter(value))

    def _add_synapses(self, prefix: str, polarity: np.ndarray) -> None:
        polarity = np.asarray(polarity)
        for name, (low, high) in _SYNAPSE_RANGES.items():
            self._add(prefix + name, low + (high - low) * torch.rand(*polarity.shape))
        self._add(f"{prefix}erev", torch.tensor(polarity, dtype=torch.get_default_dtype()))
        mask = torch.tensor(np.abs(polarity), dtype=torch.get_default_dtype())
        self.register_buffer(f"{prefix}sparsity_mask", mask)

    def _add_map(self, kind: str, mapping: MappingName | None, size: int) -> None:
        if mapping is not None:
            self._add(f"{kind}_w", torch.ones(size))
        if mapping == "affine":
            self._add(f"{kind}_b", torch.zeros(size))

    @property
    def input_size(self) -> int:
        """Number of input features; `sensory_size` under the name that this library uses."""
        return self.sensory_size

    @property
    def hidden_size(self) -> int:
        """Number of neurons; `state_size` under the name that this library uses."""
        return self._wiring.units

    @property
    def state_size(self) -> int:
        """Number of neurons."""
        return self._wiring.units

    @property
    def sensory_size(self) -> int:
        """Number of input features."""
        return len(self._wiring.sensory_adjacency_matrix)

    @property
    def motor_size(self) -> int:
        """Number of motor neurons."""
        return self._wiring.output_dim

    @property
    def output_size(self) -> int:
        """Number of outputs: the motor neurons."""
        return self._wiring.output_dim

    @property
    def synapse_count(self) -> int:
        """Number of synapses between neurons."""
        return int(self._wiring.synapse_count)

    @property
    def sensory_synapse_count(self) -> int:
        """Number of synapses from the inputs."""
        return int(self._wiring.sensory_synapse_count)

    def apply_weight_constraints(self) -> None:
        """Clip w, cm and gleak to ≥ 0, in place; nothing to do with implicit constraints."""
        if self._implicit_param_constraints:
            return
        with torch.no_grad():
            for name in _CLIPPED:
                self.get_parameter(name).clamp_(min=0)

    def kernel_request(self) -> Request:
        """What the cell asks of the kernels; see `liquidtime.kernels.explain`."""
        parameter = self.get_parameter("vleak")
        features = frozenset({"wiring"} if self._sparse else ())
        return request("ltc", parameter, "fused", features)

    def weights(self) -> LTCWeights:
        """The network as the kernels take it, with ε as part of the leak."""
        dtype = state_dtype(self.get_parameter("vleak"))
        leak, potential = absorb(
            self._positive("gleak", dtype), self._get("vleak", dtype), self._epsilon
        )
        return LTCWeights(
            self._positive("cm", dtype),
            leak,
            potential,
            self._synapses("", dtype),
            self._synapses("sensory_", dtype),
            self._get("input_w", dtype) if "input_w" in self._parameters else None,
            self._get("input_b", dtype) if "input_b" in self._parameters else None,
        )

    def forward(
        self, inputs: Tensor, states: Tensor, elapsed_time: Tensor | float = 1.0
    ) -> tuple[Tensor, Tensor]:
        """One step.

        Args:
            inputs: [B, M].
            states: Potentials, [B, N].
            elapsed_time: Time since the previous step: a float, [B] or [B, 1].

        Returns:
            The outputs [B, motor neurons] and the next potentials [B, N].
        """
        x, v, elapsed = prepare_step(self, inputs, states, elapsed_time)
        potentials, _ = self.sequence(x.unsqueeze(1), (v,), elapsed.unsqueeze(1))
        return self.readout(potentials[:, 0]), potentials[:, 0]

    def sequence(
        self, x: Tensor, state: State, elapsed: Tensor, memory: LSTMCell | None = None
    ) -> tuple[Tensor, State]:
        """Run over [B, T, M] without checks; see `liquidtime.kernels.ltc.reference.ltc`."""
        dtype = state[0].dtype
        return LTCCall(
            x.to(dtype),
            state,
            elapsed,
            None,
            self.weights(),
            None if memory is None else memory.weights(dtype),
            LTCSpec("fused", self._ode_unfolds, "state"),
        ).run(self)

    def readout(self, states: Tensor) -> Tensor:
        """Outputs [.., motor neurons]: the motor neurons' potentials, mapped."""
        output = states[..., : self.motor_size]
        if "output_w" in self._parameters:
            output = output * self._get("output_w", output.dtype)
        if "output_b" in self._parameters:
            output = output + self._get("output_b", output.dtype)
        return output

    def _get(self, name: str, dtype: torch.dtype) -> Tensor:
        return self.get_parameter(name).to(dtype)

    def _positive(self, name: str, dtype: torch.dtype) -> Tensor:
        value = self._get(name, dtype)
        return F.softplus(value) if self._implicit_param_constraints else value

    def _synapses(self, prefix: str, dtype: torch.dtype) -> Synapses:
        return Synapses(
            self._positive(f"{prefix}w", dtype) * self.get_buffer(f"{prefix}sparsity_mask"),
            *(self._get(prefix + name, dtype) for name in ("mu", "sigma", "erev")),
        )
