"""A connectome with its constants, what computes it, and where it rests."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass, field
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from liquidtime.brain.connectome.graph import Connectome
from liquidtime.brain.connectome.parameters import Parameters
from liquidtime.brain.experiment.perturbation import Trial, gates_of
from liquidtime.brain.simulation.constants import constants_of
from liquidtime.errors import InputError
from liquidtime.kernels.network.constants import Constants
from liquidtime.kernels.network.stepper import Scheme, Stepper
from liquidtime.native import native

Backend = Literal["auto", "cpu", "sparse", "reference"]


@dataclass(frozen=True, kw_only=True)
class Machine:
    """What a network is computed on.

    Attributes:
        device: "cpu", or an accelerator as PyTorch names it, such as "cuda".
        dtype: "float32" or "float64".
        backend: "cpu" are the compiled kernels (float32, schemes other than rk4); "sparse" is a
            sparse matrix of PyTorch, for accelerators; "reference" adds edge by edge. "auto"
            takes the first of these that can.
        threads: For the compiled kernels; by default as many as PyTorch uses.
    """

    device: str = "cpu"
    dtype: Literal["float32", "float64"] = "float32"
    backend: Backend = "auto"
    threads: int | None = None

    def __post_init__(self) -> None:
        if self.threads is not None and self.threads < 1:
            raise InputError(f"threads is {self.threads}; expected 1 or more.")

    def chosen(
        self, scheme: Scheme, per_synapse: bool, delta: float
    ) -> Literal["cpu", "sparse", "reference"]:
        """The backend that serves.

        Raises:
            InputError: If the one that is named does not, with the reason.
        """
        if self.backend not in ("auto", "cpu", "sparse", "reference"):
            raise InputError(
                f"backend is {self.backend!r}; expected auto, cpu, sparse or reference."
            )
        if self.dtype not in ("float32", "float64"):
            raise InputError(f"dtype is {self.dtype!r}; expected float32 or float64.")
        reason = self._against_kernels(scheme)
        if self.backend == "cpu" and reason:
            raise InputError(f"backend 'cpu' cannot run this network: {reason}. Take 'auto'.")
        if self.backend == "sparse" and per_synapse:
            raise InputError(
                "backend 'sparse' cannot run this network: each synapse has constants of its own, "
                "which are no matrix. Take 'auto'."
            )
        if delta > 0 and (reason or self.backend in ("sparse", "reference") or per_synapse):
            why = reason or (
                "each synapse has constants of its own"
                if per_synapse
                else f"backend is {self.backend!r}"
            )
            raise InputError(
                "sending on delta is for the compiled kernels and neurons with one activation, "
                f"but {why}. Leave delta at 0."
            )
        if self.backend != "auto":
            return self.backend
        if reason is None:
            return "cpu"
        return "reference" if per_synapse or self.device == "cpu" else "sparse"

    def _against_kernels(self, scheme: Scheme) -> str | None:
        if self.device != "cpu":
            return f"the kernels run on the CPU, not on {self.device}"
        if self.dtype != "float32":
            return f"they compute in float32, not in {self.dtype}"
        if scheme == "rk4":
            return "they have no rk4"
        if native() is None:
            return "the extension liquidtime._native is not installed"
        return None


@dataclass(frozen=True, eq=False)
class Network:
    """N neurons with their constants, in B trials that may be perturbed differently.

    Attributes:
        connectome: Who is connected to whom.
        parameters: Constants; by default those of `Parameters`.
        trials: B.
        perturbations: What is done in each trial; see `perturbation`. None: nothing.
        machine: What computes.
        constants: What all this comes to.

    Raises:
        InputError: If parameters or perturbations do not fit the connectome.
    """

    connectome: Connectome
    parameters: Parameters = field(default_factory=Parameters)
    _: KW_ONLY
    trials: int = 1
    perturbations: Sequence[Trial] | None = None
    machine: Machine = field(default_factory=Machine)
    constants: Constants = field(init=False, repr=False)

    def __post_init__(self) -> None:
        if self.trials < 1:
            raise InputError(f"there are {self.trials} trials; expected 1 or more.")
        leak = self.parameters.of_neurons("leak_potential", len(self.connectome))
        gates = gates_of(self.connectome, self.perturbations, self.trials, leak)
        constants = constants_of(self.connectome, self.parameters, gates)
        object.__setattr__(self, "constants", constants)

    def stepper(self, dt: float, scheme: Scheme = "ab2", delta: float = 0.0) -> Stepper:
        """What moves this network in steps of dt (ms); see `Stepper`.

        Raises:
            InputError: If the backend cannot, or a delay is no multiple of dt.
        """
        return self._moved(self.constants, dt, scheme, delta)

    def _moved(self, constants: Constants, dt: float, scheme: Scheme, delta: float) -> Stepper:
        per_synapse = constants.shares is not None
        backend = self.machine.chosen(scheme, per_synapse, delta)
        if backend == "cpu":
            from liquidtime.kernels.network.cpu import NativeNetwork

            return NativeNetwork(constants, dt, threads=self.threads, epsilon=delta)
        import torch

        from liquidtime.kernels.network.reference import TorchNetwork

        return TorchNetwork(
            constants,
            dt,
            device=torch.device(self.machine.device),
            dtype=getattr(torch, self.machine.dtype),
            sparse=backend == "sparse",
        )

    @cached_property
    def threads(self) -> int:
        """Threads that the compiled kernels use."""
        if self.machine.threads is not None:
            return self.machine.threads
        import torch

        return torch.get_num_threads()

    def initial(self, given: NDArray | float | Literal["rest"] | None) -> NDArray[np.float64]:
        """Potentials to begin with, [N, B], mV.

        Args:
            given: One number, [N] or [N, B]; "rest" for `rest()`; None for the leak potentials.
        """
        shape = (len(self.connectome), self.trials)
        if given is None:
            start = self.constants.leak_potential[:, None]
        elif isinstance(given, str):
            if given != "rest":
                raise InputError(f"initial is {given!r}; expected 'rest', numbers or None.")
            start = self.rest()
        else:
            start = np.asarray(given, dtype=np.float64)
            start = start[:, None] if start.ndim == 1 else start
        if start.shape not in ((), (shape[0], 1), shape):
            raise InputError(
                f"initial has shape {list(start.shape)}; expected one number, [N] = [{shape[0]}] "
                f"or [N, B] = [{shape[0]}, {shape[1]}]."
            )
        if not np.isfinite(start).all():
            raise InputError("initial holds numbers that are not finite; expected mV.")
        held = self.constants.gates.held
        if held is None:
            return np.broadcast_to(start, shape)
        return np.where(np.isnan(held), start, held)

    def rest(self, *, tolerance: float = 1e-3, most_steps: int = 20_000) -> NDArray[np.float64]:
        """Where the network stands without stimuli: a fixed point of all potentials, [N, B], mV.

        Closed-form steps with sources held are stable at any length, so the way there is walked in
        steps of the slowest membrane's time constant, which are halved as often as the walk
        turns back on itself.

        Args:
            tolerance: mV by which no neuron may move in a time constant at the end.
            most_steps: To give up after.

        Raises:
            InputError: If none is found: the network oscillates, or takes longer.
        """
        constants = self.constants
        slowest = float((constants.capacitance / constants.leak_conductance).max())
        step = slowest
        # Delays and synaptic states do not move the fixed point.
        still = dataclasses.replace(
            constants, delay=np.zeros_like(constants.delay), synaptic_time=None
        )
        # Nothing of it depends on the step: there are no delays.
        stepper = self._moved(still, step, "frozen", 0.0)
        v = self.initial(None)
        for _ in range(12):
            stepper.start(v)
            last_move = np.inf
            for _ in range(most_steps // 12 // 10):
                before = stepper.potentials()
                stepper.run(10, step, "frozen", [], [], None)
                move = float(np.abs(stepper.potentials() - before).max())
                if move < tolerance * min(1.0, step / slowest) and self._stands(
                    stepper, step, move
                ):
                    return stepper.potentials().astype(np.float64)
                if move > 0.99 * last_move:
                    break
                last_move = move
            v, step = stepper.potentials(), step / 2
        raise InputError(
            f"no resting state was found: after {most_steps} steps potentials still move. The "
            "network may oscillate without stimuli; begin from potentials of your own (initial=…)."
        )

    def _stands(self, stepper: Stepper, step: float, move: float) -> bool:
        """Whether a single step moves no more either: ten might have gone round a cycle."""
        before = stepper.potentials()
        stepper.run(1, step, "frozen", [], [], None)
        once = float(np.abs(stepper.potentials() - before).max())
        return once <= max(2 * move, 1e-4)
