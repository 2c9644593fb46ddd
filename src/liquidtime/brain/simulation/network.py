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
from liquidtime.brain.experiment.perturbation import Trial, gates_of
from liquidtime.brain.neurons.contract import Neurons
from liquidtime.brain.neurons.graded import Parameters
from liquidtime.errors import InputError
from liquidtime.kernels import Backend, Request, registry
from liquidtime.kernels.network.constants import Constants
from liquidtime.kernels.network.play import play
from liquidtime.kernels.network.stepper import Scheme, Stepper, Task


@dataclass(frozen=True, kw_only=True)
class Machine:
    """What a network is computed on.

    Attributes:
        device: "cpu", or an accelerator as PyTorch names it, such as "cuda".
        dtype: "float32" or "float64".
        backend: "cpu" are the compiled kernels (float32, schemes other than rk4); "sparse" is a
            sparse matrix of PyTorch, for accelerators; "reference" adds edge by edge. "auto"
            takes the first of these that can; `kernels.explain(network)` says which, and why.
        threads: For the compiled kernels; by default as many as PyTorch uses.
    """

    device: str = "cpu"
    dtype: Literal["float32", "float64"] = "float32"
    backend: str = "auto"
    threads: int | None = None

    def __post_init__(self) -> None:
        if self.threads is not None and self.threads < 1:
            raise InputError(f"threads is {self.threads}; expected 1 or more.")

    def select(self, form: str, task: Task) -> Backend:
        """The backend that serves a network of such neurons.

        Raises:
            InputError: If the one that is named does not, or none does, with the reasons.
        """
        if self.dtype not in ("float32", "float64"):
            raise InputError(f"dtype is {self.dtype!r}; expected float32 or float64.")
        return registry.select(task.request(form), self.backend)


@dataclass(frozen=True, eq=False)
class Network:
    """N neurons with their constants, in B trials that may be perturbed differently.

    Attributes:
        connectome: Who is connected to whom.
        parameters: Constants of some form of neuron; by default those of `Parameters`.
        trials: B.
        perturbations: What is done in each trial; see `perturbation`. None: nothing.
        machine: What computes.
        constants: What all this comes to.

    Raises:
        InputError: If parameters or perturbations do not fit the connectome.
    """

    connectome: Connectome
    parameters: Neurons = field(default_factory=Parameters)
    _: KW_ONLY
    trials: int = 1
    perturbations: Sequence[Trial] | None = None
    machine: Machine = field(default_factory=Machine)
    constants: Constants = field(init=False, repr=False)

    def __post_init__(self) -> None:
        if self.trials < 1:
            raise InputError(f"there are {self.trials} trials; expected 1 or more.")
        resting = self.parameters.resting(len(self.connectome))
        gates = gates_of(self.connectome, self.perturbations, self.trials, resting)
        constants = self.parameters.constants(self.connectome, gates)
        object.__setattr__(self, "constants", constants)

    def stepper(self, dt: float, scheme: Scheme = "ab2", delta: float = 0.0) -> Stepper:
        """What moves this network in steps of dt (ms); see `Stepper`.

        Raises:
            InputError: If the backend cannot, or a delay is no multiple of dt.
        """
        return self._moved(self.constants, self.task(dt, scheme, delta))

    def _moved(self, constants: Constants, task: Task) -> Stepper:
        return self.machine.select(constants.form, task).run(constants, task)

    def task(self, dt: float, scheme: Scheme = "ab2", delta: float = 0.0) -> Task:
        """How this network is moved in such steps, on its machine."""
        machine = self.machine
        stalls = machine.dtype == "float32" and self.constants.stalls(dt)
        return Task(dt, scheme, delta, machine.device, machine.dtype, self.threads, stalls)

    @property
    def backend(self) -> str:
        """The machine's."""
        return self.machine.backend

    def kernel_request(self) -> Request:
        """What it asks of the kernels for steps by "ab2"; see `liquidtime.kernels.explain`."""
        return self.task(1.0).request(self.constants.form)

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
        stepper = self._moved(still, self.task(step, "frozen"))
        v = self.initial(None)
        # Twelve lengths of step, down to 1/2048 of the slowest time constant, share the steps among
        # them.
        for _ in range(12):
            stepper.start(v)
            stepper.dt = step
            last_move = np.inf
            for _ in range(most_steps // 12 // 10):
                before = stepper.potentials()
                play(stepper, 10)
                move = float(np.abs(stepper.potentials() - before).max())
                # The tolerance is that of a time constant, and a shorter step moves less.
                if move < tolerance * min(1.0, step / slowest) and self._stands(stepper, move):
                    return stepper.potentials().astype(np.float64)
                # It no longer comes nearer: it turns back on itself, as it may not in shorter
                # steps.
                if move > 0.99 * last_move:
                    break
                last_move = move
            v, step = stepper.potentials(), step / 2
        raise InputError(
            f"no resting state was found: after {most_steps} steps potentials still move. The "
            "network may oscillate without stimuli; begin from potentials of your own (initial=…)."
        )

    def _stands(self, stepper: Stepper, move: float) -> bool:
        """Whether a single step moves no more either: ten might have gone round a cycle."""
        before = stepper.potentials()
        play(stepper, 1)
        once = float(np.abs(stepper.potentials() - before).max())
        return once <= max(2 * move, 1e-4)
