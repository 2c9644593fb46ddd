"""A network moved by PyTorch: any device, any float, and the definition of what the kernels do."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.checkpoint import checkpoint

from liquidtime.kernels.graph.cpu import CompiledSums
from liquidtime.kernels.graph.reference import (
    GraphTensors,
    SynapseTensors,
    class_sums,
    sparse_matrix,
    synapse_sums,
)
from liquidtime.kernels.network import graded as neuron_step
from liquidtime.kernels.network.constants import Constants
from liquidtime.kernels.network.graded import Inflow, Membrane, Outside
from liquidtime.kernels.network.stepper import Drive, Scheme, State, Tap, stages
from liquidtime.native import native


class Learnable(NamedTuple):
    """Constants of a network as tensors, which may carry gradients."""

    membrane: Membrane
    midpoint: Tensor
    """[N, 1]."""
    steepness: Tensor
    """[N, 1]."""
    weights: Tensor
    """[E], in the place of counts."""
    gap_weights: Tensor
    """[J], nS."""


class _Moment(NamedTuple):
    v: Tensor
    s: Tensor
    past: Tensor
    before: Inflow | None


class TorchNetwork:
    """A `Stepper` in PyTorch.

    Args:
        constants: Of the network.
        dt: ms; turns delays into steps.
        device: Where to compute.
        dtype: In what.
        sparse: Whether sums go through a sparse matrix (fast on accelerators) instead of being
            added edge by edge. Networks whose synapses have constants of their own have none.
    """

    def __init__(
        self,
        constants: Constants,
        dt: float,
        *,
        device: torch.device,
        dtype: torch.dtype,
        sparse: bool,
    ) -> None:
        self.name = "sparse" if sparse else "reference"
        self._options = {"device": device, "dtype": dtype}
        self.trials, self.neurons = constants.gates.trials, constants.neurons
        self.dtype = np.dtype(str(dtype).removeprefix("torch."))
        gates = constants.gates
        scale = 1.0 if gates.class_scale is None else self._tensor(gates.class_scale)[:, None, :]
        self._membrane = Membrane(
            self._column(constants.capacitance),
            self._column(constants.leak_conductance),
            self._column(constants.leak_potential),
            self._tensor(constants.unit_conductance)[:, None, None] * scale,
            self._tensor(constants.reversal_potential)[:, None, None],
        )
        self._midpoint = self._column(constants.midpoint)
        self._steepness = self._column(constants.steepness)
        self._synaptic_time = (
            None if constants.synaptic_time is None else self._column(constants.synaptic_time)
        )
        self._output = None if gates.output is None else self._tensor(gates.output)
        self._contact_gate = None if gates.contact is None else self._tensor(gates.contact)
        self._held = None if gates.held is None else self._tensor(gates.held)
        self._delays = torch.from_numpy(constants.delay_steps(dt)).to(device)
        self._per_synapse = constants.shares is not None
        self._graph = self._edges(constants)
        self._gaps, self._gap_weights = self._contacts(constants)
        self._matrix = None
        self._compiled: CompiledSums | None = None
        if sparse:
            self._matrix = sparse_matrix(self._graph, self._weights)
        depth = int(self._delays.max()) + 2 if self.neurons else 2
        self._past: deque[Tensor] = deque(maxlen=depth)
        self._events: list[NDArray[np.int64]] = []
        self._before: Inflow | None = None
        self.step = 0
        self.start(np.zeros((self.neurons, self.trials)))

    def start(self, potentials: NDArray, activations: NDArray | None = None) -> None:
        """See `Stepper.start`."""
        self.v = self._tensor(potentials)
        self.s = self._opened(self.v) if activations is None else self._tensor(activations)
        self.step = 0
        self._before = None
        self._events.clear()
        emitted = self._emitted(self.v, self.s)
        self._past.extend(emitted for _ in range(self._past.maxlen or 0))

    def learn(self, values: Learnable) -> None:
        """Take constants that carry gradients, for `trace`, and begin at the leak potentials.

        On the CPU, in float32, the sums over synapses and their derivatives are compiled.
        """
        if self._per_synapse:
            raise ValueError(
                "synapses with constants of their own cannot be fitted here; expected constants of "
                "neurons and of edges. Train them as an LTC layer instead (`circuit.to_circuit`)."
            )
        if self._compiled is None and self.v.device.type == "cpu" and native() is not None:
            compiled = self.dtype == np.float32
            self._compiled = CompiledSums(self._graph, self.neurons) if compiled else None
        self._matrix = None
        self._membrane = values.membrane
        self._midpoint, self._steepness = values.midpoint, values.steepness
        self._weights, self._gap_weights = values.weights, values.gap_weights

    def trace(
        self,
        steps: int,
        dt: float,
        scheme: Scheme,
        drives: Sequence[Drive],
        neurons: Tensor,
        *,
        start: Tensor,
        checkpoint_steps: int | None = None,
    ) -> Tensor:
        """Potentials [T, n, B] after each step, differentiable by constants and start.

        Args:
            steps: T.
            dt: ms.
            scheme: As of `run`.
            drives: As of `run`.
            neurons: [n], which.
            start: [N, B], mV.
            checkpoint_steps: Steps between states that are kept for the backward pass; what lies
                between is computed again then. None keeps everything.
        """
        opened = self._opened(start)
        emitted = self._emitted(start, opened)
        past = torch.stack([emitted] * (self._past.maxlen or 0))
        state = _Moment(start, opened, past, None)
        found = []
        length = checkpoint_steps or steps
        for first in range(0, steps, length):
            count = min(length, steps - first)

            def stretch(
                v: Tensor,
                s: Tensor,
                past: Tensor,
                sums: Tensor | None,
                near: Tensor | None,
                first: int = first,
                count: int = count,
            ) -> Any:
                return self._stretch(
                    v, s, past, sums, near, first, count, dt, scheme, drives, neurons
                )

            before = state.before
            given = (
                state.v,
                state.s,
                state.past,
                None if before is None else before.sums,
                None if before is None else before.neighbours,
            )
            if checkpoint_steps is None:
                out = stretch(*given)
            else:
                out = checkpoint(stretch, *given, use_reentrant=False)
            traced, v, s, past, sums, near = out
            found.append(traced)
            inflow = None if sums is None else Inflow(sums, self._near(v)[0], near)
            state = _Moment(v, s, past, inflow)
        return torch.cat(found)

    def _stretch(
        self,
        v: Tensor,
        s: Tensor,
        past: Tensor,
        sums: Tensor | None,
        near: Tensor | None,
        first: int,
        count: int,
        dt: float,
        scheme: Scheme,
        drives: Sequence[Drive],
        neurons: Tensor,
    ) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor | None, Tensor | None]:
        self.v, self.s = v, s
        self._past.clear()
        self._past.extend(past.unbind())
        self._before = None if sums is None else Inflow(sums, self._near(v)[0], near)
        found = []
        for index in range(first, first + count):
            outside = self._outsides(drives, scheme, index)
            if any(drive.jumps is not None and drive.jumps[index] for drive in drives):
                self._before = None
            self._advance(dt, scheme, outside)
            self._past.append(self._emitted(self.v, self.s))
            found.append(self.v[neurons])
        before = self._before
        return (
            torch.stack(found),
            self.v,
            self.s,
            torch.stack(list(self._past)),
            None if before is None else before.sums,
            None if before is None else before.neighbours,
        )

    @torch.no_grad()
    def run(
        self,
        steps: int,
        dt: float,
        scheme: Scheme,
        drives: Sequence[Drive],
        taps: Sequence[Tap],
        threshold: float | None,
    ) -> None:
        """See `Stepper.run`."""
        began = self.step
        for index in range(steps):
            outside = self._outsides(drives, scheme, index)
            before = self.v
            if any(drive.jumps is not None and drive.jumps[index] for drive in drives):
                self._before = None
            used = self._advance(dt, scheme, outside)
            self.step += 1
            self._past.append(self._emitted(self.v, self.s))
            if threshold is not None:
                self._note_crossings(before, threshold)
            for tap in taps:
                self._fill(tap, dt, used, began)

    def take_events(self) -> NDArray[np.int64]:
        """See `Stepper.take_events`."""
        found = [np.zeros((0, 3), dtype=np.int64), *self._events]
        self._events = []
        return np.concatenate(found)

    def potentials(self) -> NDArray:
        """See `Stepper.potentials`."""
        return self.v.cpu().numpy()

    def activations(self) -> NDArray:
        """See `Stepper.activations`."""
        empty = np.zeros((0, self.trials), dtype=self.dtype)
        return empty if self._per_synapse else self.s.cpu().numpy()

    def work_share(self) -> float:
        """See `Stepper.work_share`; all are always worked on here."""
        return 1.0

    def delta_error(self) -> float:
        """See `Stepper.delta_error`."""
        return 0.0

    def state(self) -> State:
        """See `Stepper.state`."""
        parts = {
            "potential": self.v,
            "activation": self.s,
            "past": torch.stack(list(self._past)),
            "step": torch.tensor([self.step, self._before is not None]),
        }
        if self._before is not None:
            parts["sums_before"] = self._before.sums
            if self._before.neighbours is not None:
                parts["neighbours_before"] = self._before.neighbours
        return {name: part.cpu().numpy().copy() for name, part in parts.items()}

    def restore(self, state: State) -> None:
        """See `Stepper.restore`."""
        self.v, self.s = self._tensor(state["potential"]), self._tensor(state["activation"])
        self._past.clear()
        self._past.extend(self._tensor(part) for part in state["past"])
        self.step, continued = (int(number) for number in state["step"])
        self._before = None
        if continued:
            near = state.get("neighbours_before")
            contact = self._near(self.v)[0]
            self._before = Inflow(
                self._tensor(state["sums_before"]),
                contact,
                None if near is None else self._tensor(near),
            )

    def _advance(self, dt: float, scheme: Scheme, outside: list[Outside]) -> tuple[Tensor, Tensor]:
        if scheme == "rk4":
            return self._runge_kutta(dt, outside)
        now = self._inflow(self._arriving(), self.v)
        first = outside[0]
        v, s = self.v, self.s
        if scheme == "frozen":
            v_next, used = neuron_step.plain(v, dt, self._membrane, now, first)
            source = v
        elif scheme == "ab2" and self._before is not None:
            v_next, used = neuron_step.extrapolated(v, dt, self._membrane, now, self._before, first)
            source = 0.5 * (v + v_next)
        else:
            v_half, _ = neuron_step.plain(v, dt / 2, self._membrane, now, first)
            if first.clamp is not None:
                v_half = neuron_step.held(v_half, first._replace(clamp=outside[-1].clamp))
            s_half = self._followed(s, v, v_half, dt / 2)
            middle = self._inflow(self._arriving_in_middle(v_half, s_half), v_half)
            v_next, used = neuron_step.plain(v, dt, self._membrane, middle, first)
            source = v_half
        self.s = self._followed(s, source, v_next, dt)
        self.v = v_next
        self._before = now if scheme == "ab2" else None
        return used

    def _runge_kutta(self, dt: float, outside: list[Outside]) -> tuple[Tensor, Tensor]:
        if (self._delays > 0).any():
            raise ValueError("rk4 knows no delays; expected another scheme, such as midpoint.")
        begin, middle, end = outside
        slopes: list[tuple[Tensor, Tensor]] = []
        for at, share in ((begin, 0.0), (middle, 0.5), (middle, 0.5), (end, 1.0)):
            v, s = neuron_step.held(self.v, at), self.s
            if slopes:
                v = neuron_step.held(v + share * dt * slopes[-1][0], at)
                s = s + share * dt * slopes[-1][1]
            s = self._at_once(s, v)
            inflow = self._inflow(self._emitted(v, s), v)
            slopes.append((neuron_step.slope(v, self._membrane, inflow, at), self._rise(s, v)))
        weights = (1 / 6, 1 / 3, 1 / 3, 1 / 6)
        inflow = self._inflow(self._emitted(self.v, self.s), self.v)
        self.v = neuron_step.held(
            self.v + dt * sum(w * k for w, (k, _) in zip(weights, slopes, strict=True)), end
        )
        s = self.s + dt * sum(w * k for w, (_, k) in zip(weights, slopes, strict=True))
        self.s = self._at_once(s, self.v)
        self._before = None
        return neuron_step.synaptic(self._membrane, inflow)

    def _rise(self, s: Tensor, v: Tensor) -> Tensor:
        if self._synaptic_time is None:
            return torch.zeros_like(s)
        at_once = self._synaptic_time == 0
        time = torch.where(at_once, torch.ones_like(self._synaptic_time), self._synaptic_time)
        return torch.where(at_once, 0.0, (self._opened(v) - s) / time)

    def _at_once(self, s: Tensor, v: Tensor) -> Tensor:
        """s, where it has a time constant, else what the sigmoid says."""
        if self._synaptic_time is None:
            return self._opened(v)
        return torch.where(self._synaptic_time == 0, self._opened(v), s)

    def _opened(self, v: Tensor) -> Tensor:
        return torch.sigmoid(self._steepness * (v - self._midpoint))

    def _followed(self, s: Tensor, source: Tensor, v_next: Tensor, dt: float) -> Tensor:
        if self._synaptic_time is None:
            return self._opened(v_next)
        return neuron_step.activation_after(
            s, self._opened(source), dt, self._synaptic_time, self._opened(v_next)
        )

    def _emitted(self, v: Tensor, s: Tensor) -> Tensor:
        if self._per_synapse:
            return v
        return s if self._output is None else s * self._output

    def _arriving(self) -> Tensor:
        return self._delayed(0)

    def _delayed(self, later: int) -> Tensor:
        """What arrives so many steps after the last one that is known."""
        if not self._delays.any():
            return self._past[-1]
        past = torch.stack(list(self._past))
        index = (len(self._past) - 1 + later - self._delays).clamp(max=len(self._past) - 1)
        return past[index, torch.arange(self.neurons, device=past.device)]

    def _arriving_in_middle(self, v: Tensor, s: Tensor) -> Tensor:
        middle = self._emitted(v, s)
        if not self._delays.any():
            return middle
        between = 0.5 * (self._delayed(0) + self._delayed(1))
        return torch.where(self._delays[:, None] > 0, between, middle)

    def _inflow(self, emitted: Tensor, v: Tensor) -> Inflow:
        if self._per_synapse:
            sums = synapse_sums(self._graph, self._synapses, emitted, self._output)
        elif self._matrix is not None:
            shape = (self._graph.class_count, self.neurons)
            sums = (self._matrix @ emitted[: self._matrix.shape[1]]).unflatten(0, shape)
        elif self._compiled is not None:
            sums = self._compiled(self._weights, emitted)
        else:
            sums = class_sums(self._graph, self._weights, emitted)
        return Inflow(sums, *self._near(v))

    def _near(self, v: Tensor) -> tuple[Tensor | None, Tensor | None]:
        if self._gaps is None:
            return None, None
        gate = torch.ones_like(v) if self._contact_gate is None else self._contact_gate
        contact = class_sums(self._gaps, self._gap_weights, gate)[0] * gate
        return contact, class_sums(self._gaps, self._gap_weights, gate * v)[0] * gate

    def _outsides(self, drives: Sequence[Drive], scheme: Scheme, index: int) -> list[Outside]:
        """What comes from outside at each point of a step; last in its middle, of who is held."""
        points = len(stages(scheme))
        found = [self._outside(drives, point, index) for point in range(points)]
        if points == 1 and any(drive.kind == "clamp" for drive in drives):
            found.append(self._outside(drives, 1, index))
        return found

    def _outside(self, drives: Sequence[Drive], stage: int, index: int) -> Outside:
        shape = (self.neurons, self.trials)
        current = conductance = pulled = None
        clamp = None if self._held is None else self._held.clone()
        for drive in drives:
            at = torch.from_numpy(np.asarray(drive.neurons, dtype=np.int64)).to(self.v.device)
            point = min(stage, len(drive.values) - 1)
            values = self._tensor(drive.values[point, index]).expand(len(at), self.trials)
            if drive.kind == "current":
                current = self.v.new_zeros(shape) if current is None else current
                current.index_add_(0, at, values)
            elif drive.kind == "conductance":
                conductance = self.v.new_zeros(shape) if conductance is None else conductance
                pulled = self.v.new_zeros(shape) if pulled is None else pulled
                conductance.index_add_(0, at, values)
                pulled.index_add_(0, at, values * drive.reversal_potential)
            else:
                clamp = self.v.new_full(shape, torch.nan) if clamp is None else clamp
                clamp[at] = torch.where(values.isnan(), clamp[at], values)
        return Outside(current, conductance, pulled, clamp)

    def _note_crossings(self, before: Tensor, threshold: float) -> None:
        found = ((before < threshold) & (self.v >= threshold)).nonzero().cpu().numpy()
        steps = np.full((len(found), 1), self.step)
        self._events.append(np.concatenate([steps, found], axis=1).astype(np.int64))

    def _fill(self, tap: Tap, dt: float, used: tuple[Tensor, Tensor], began: int) -> None:
        if tap.variable == "calcium":
            assert tap.calcium is not None
            follow = 1 - np.exp(-dt / tap.time_constant)
            now = self.s.cpu().numpy()[tap.neurons]
            tap.calcium += (follow * (now - tap.calcium)).astype(tap.calcium.dtype)
        if self.step % tap.every:
            return
        sample = self.step // tap.every - began // tap.every - 1
        if tap.variable == "calcium":
            tap.out[sample] = tap.calcium
            return
        values = {
            "potential": lambda: self.v,
            "activation": lambda: self.s,
            "conductance": lambda: used[0],
            "current": lambda: used[1] - used[0] * self.v,
        }[tap.variable]()
        tap.out[sample] = values.cpu().numpy()[tap.neurons]

    def _edges(self, constants: Constants) -> GraphTensors:
        edges, device = constants.synapses, self._options["device"]
        if constants.shares is not None:
            shares = constants.shares
            parts = (shares.low, shares.high, shares.midpoint, shares.steepness)
            self._synapses = SynapseTensors(*(self._tensor(part) for part in parts))
        else:
            self._weights = self._tensor(edges.counts)
        return GraphTensors(
            torch.from_numpy(edges.sources.astype(np.int64)).to(device),
            torch.from_numpy(edges.targets().astype(np.int64)).to(device),
            torch.from_numpy(edges.classes.astype(np.int64)).to(device),
            self.neurons,
            constants.class_count,
        )

    def _contacts(self, constants: Constants) -> tuple[GraphTensors | None, Tensor]:
        gaps, device = constants.gaps, self._options["device"]
        if gaps is None or not len(gaps):
            return None, self._tensor(np.zeros(0))
        targets = torch.from_numpy(gaps.targets().astype(np.int64)).to(device)
        tensors = GraphTensors(
            torch.from_numpy(gaps.sources.astype(np.int64)).to(device),
            targets,
            torch.zeros_like(targets),
            self.neurons,
            1,
        )
        return tensors, self._tensor(gaps.counts.astype(np.float64) * constants.gap_conductance)

    def _column(self, values: NDArray) -> Tensor:
        return self._tensor(values)[:, None]

    def _tensor(self, values: NDArray) -> Tensor:
        return torch.as_tensor(np.array(values), **self._options)
