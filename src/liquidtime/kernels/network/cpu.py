"""A network moved by the compiled kernels: float32, on the processor's cores."""

from __future__ import annotations

import math
from collections.abc import Sequence
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from liquidtime.kernels.network.constants import Constants
from liquidtime.kernels.network.edges import Edges
from liquidtime.kernels.network.stepper import Drive, Scheme, State, Tap, stretches
from liquidtime.native import native

_LOG2_E = 1 / math.log(2)


class NativeNetwork:
    """A `Stepper` of the compiled kernels.

    Args:
        constants: Of the network.
        dt: ms; turns delays into steps.
        threads: To use.
        epsilon: Sources that moved by less are not passed on (send on delta); 0 passes on all.
        own: [R], where each neuron stands among the sources, where there are more sources than
            neurons; None if the neurons are the sources.
        sources: Number of sources; None for as many as neurons.
        block_limits: int64, where blocks of sources begin, as class · sources + source, so that
            part of a network adds up in the order of the whole; None for blocks of equal width.
    """

    name = "cpu"
    dtype = np.dtype(np.float32)

    def __init__(
        self,
        constants: Constants,
        dt: float,
        *,
        threads: int,
        epsilon: float = 0.0,
        own: NDArray[np.int32] | None = None,
        sources: int | None = None,
        block_limits: NDArray[np.int64] | None = None,
    ) -> None:
        extension = native()
        assert extension is not None, "the caller has asked `declines` before"
        size, gates = constants.neurons, constants.gates
        self.trials, self.threads = gates.trials, threads
        self.source_count = sources or size
        self._held = _held_drive(constants)
        slope = -_LOG2_E * constants.steepness
        graph = _graph(extension, constants, self.source_count, threads, block_limits)
        self.graph_bytes: int = graph.nbytes
        self.network = extension.Network(
            graph,
            gates.trials,
            _single(1 / constants.capacitance),
            _single(constants.leak_conductance),
            _single(constants.leak_conductance * constants.leak_potential),
            _single(slope),
            _single(-slope * constants.midpoint),
            None if constants.synaptic_time is None else _single(constants.synaptic_time),
            _single(constants.unit_conductance),
            _single(constants.reversal_potential),
            None if gates.class_scale is None else _single(gates.class_scale),
            None if gates.output is None else _single(gates.output),
            None if gates.contact is None else _single(gates.contact),
            constants.delay_steps(dt),
            np.arange(size, dtype=np.int32) if own is None else own,
            _gaps(constants.gaps, constants.gap_conductance),
        )
        if epsilon > 0:
            self.network.send_on_delta(epsilon, threads)

    @property
    def step(self) -> int:
        """Steps made since the start."""
        return self.network.step

    def start(self, potentials: NDArray, activations: NDArray | None = None) -> None:
        """See `Stepper.start`."""
        given = None if activations is None else _single(activations)
        self.network.start(_single(potentials), given)

    def run(
        self,
        steps: int,
        dt: float,
        scheme: Scheme,
        drives: Sequence[Drive],
        taps: Sequence[Tap],
        threshold: float | None,
        part: str = "whole",
    ) -> None:
        """See `Stepper.run`; `part` makes one half of a step that goes by its middle."""
        began = self.network.step
        for first, last, jumped in stretches(drives, steps):
            if jumped:
                self.network.forget()
            cut = [drive.part(first, last) for drive in drives]
            some = [tap.part(began, first, last) for tap in taps]
            self._run(last - first, dt, scheme, cut, some, threshold, part)

    def _run(
        self,
        steps: int,
        dt: float,
        scheme: Scheme,
        drives: Sequence[Drive],
        taps: Sequence[Tap],
        threshold: float | None,
        part: str,
    ) -> None:
        given: list[tuple] = [
            (
                drive.kind,
                np.ascontiguousarray(drive.neurons, dtype=np.int32),
                _single(drive.values[0]),
                np.full(len(drive.neurons), drive.reversal_potential, dtype=np.float32),
                _single(drive.values[1]) if drive.kind == "clamp" else None,
            )
            for drive in drives
        ]
        if self._held is not None:
            # First, so that a clamp for a while rules over it.
            neurons, values = self._held
            each = np.broadcast_to(values, (steps, *values.shape))
            given.insert(0, ("clamp", neurons, np.ascontiguousarray(each), None, None))
        recorded = [
            (tap.variable, tap.neurons, tap.out, tap.every, tap.time_constant, tap.calcium)
            for tap in taps
        ]
        self.network.run(steps, dt, scheme, given, recorded, threshold, self.threads, part)

    def take_events(self) -> NDArray[np.int64]:
        """See `Stepper.take_events`."""
        return self.network.take_events()

    def potentials(self) -> NDArray[np.float32]:
        """See `Stepper.potentials`."""
        return self.network.potentials()

    def activations(self) -> NDArray[np.float32]:
        """See `Stepper.activations`."""
        return self.network.activations()

    def work_share(self) -> float:
        """See `Stepper.work_share`."""
        return self.network.work_share

    def delta_error(self) -> float:
        """See `Stepper.delta_error`."""
        return self.network.delta_error(self.threads)

    def state(self) -> State:
        """See `Stepper.state`."""
        found = dict(self.network.state())
        found["step"] = np.array([self.network.step, self.network.continued])
        return found

    def restore(self, state: State) -> None:
        """See `Stepper.restore`."""
        step, continued = state["step"]
        self.network.restore(
            {name: value for name, value in state.items() if name != "step"},
            int(step),
            bool(continued),
        )


def _graph(
    extension: ModuleType,
    constants: Constants,
    sources: int,
    threads: int,
    block_limits: NDArray[np.int64] | None,
) -> Any:
    edges, shares = constants.synapses, constants.shares
    own = None
    if shares is not None:
        parts = (shares.low, shares.high, shares.midpoint, shares.steepness)
        own = tuple(_single(part) for part in parts)
    return extension.Graph(
        edges.offsets,
        edges.sources,
        None if own else edges.counts,
        edges.classes,
        constants.class_count,
        sources,
        own,
        threads=threads,
        block_limits=block_limits,
    )


def _gaps(gaps: Edges | None, conductance: float) -> tuple | None:
    if gaps is None or not len(gaps):
        return None
    return gaps.offsets, gaps.sources, _single(gaps.counts.astype(np.float64) * conductance)


def _held_drive(constants: Constants) -> tuple[NDArray[np.int32], NDArray[np.float32]] | None:
    held = constants.gates.held
    if held is None:
        return None
    neurons = np.flatnonzero(~np.isnan(held).all(axis=1))
    return neurons.astype(np.int32), _single(held[neurons])


def _single(values: NDArray) -> NDArray[np.float32]:
    return np.ascontiguousarray(values, dtype=np.float32)
