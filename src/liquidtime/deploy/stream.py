"""A trained network that steps with its data, one observation at a time, without PyTorch."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from liquidtime.backends import Request, registry
from liquidtime.deploy import file
from liquidtime.deploy.arrays import booleans, check_out, floats, gap
from liquidtime.deploy.kinds import COMPILED, KINDS, NUMPY, from_module
from liquidtime.deploy.setup import Setup
from liquidtime.deploy.signals import Cells, Encoder, Signals
from liquidtime.errors import InputError
from liquidtime.instants import read_instants

Array = NDArray[np.float32]

registry.register("stream", NUMPY)
registry.register("stream", COMPILED)


_ndarray = np.ndarray


class Stream:
    """A trained network and its state, stepping with NumPy in and out.

    Make one with `Stream.load` or `Stream.from_module`. `step` and `run` take what the network
    takes: encoded inputs and scaled gaps. `observe` takes measurements in their own units where the
    file knows how they were encoded, as that of a run does.

    Attributes:
        input_size: Number of inputs D.
        output_size: Number of outputs K.
        streams: Number of streams S.
        signals: What goes in and comes out in the user's terms; None where not known.
        backend: "auto": the compiled kernels where they are installed, else NumPy.

    Examples:
        >>> import numpy as np
        >>> from liquidtime.deploy import Stream
        >>> from liquidtime.nn import CfC
        >>> stream = Stream.from_module(CfC(3, 8))
        >>> stream.step(np.zeros(3, np.float32), 0.25).shape
        (8,)
    """

    backend = "auto"

    def __init__(
        self,
        architecture: Any,
        state: Mapping[str, np.ndarray],
        *,
        signals: Signals | None = None,
        streams: int = 1,
        threads: int = 1,
        fixed_elapsed: float | None = None,
        bfloat16: bool = False,
        static: Cells | None = None,
    ) -> None:
        """Build the network.

        Args:
            architecture: What the arrays do not say.
            state: Arrays under their names in the PyTorch modules.
            signals: How inputs were encoded, if known.
            streams: Number of streams that step together.
            threads: Threads that share a step of many streams.
            fixed_elapsed: If every step takes the same time, that time, as the network counts it:
                one of a CfC's four heads is then done away with, and `step` takes none.
            bfloat16: Round weights and states to bfloat16 where the processor multiplies them:
                half the memory to read, at 8 bits of precision.
            static: Features that do not change, of each stream, for `observe`: [S] or [streams, S],
                or a mapping from names to what is known, of all streams or one of each.
        """
        if streams < 1 or threads < 1:
            raise ValueError(f"streams is {streams}, threads is {threads}; expected 1 or more.")
        if fixed_elapsed is not None and not 0 <= fixed_elapsed < float("inf"):
            raise ValueError(f"fixed_elapsed is {fixed_elapsed}; expected a finite number ≥ 0.")
        self._architecture = architecture
        self._arrays = dict(state)
        self._fixed = fixed_elapsed
        self.signals = signals
        self.streams = streams
        self._setup = Setup(architecture, streams, threads, fixed_elapsed, bfloat16)
        self._build()
        self._usual = 1.0 if fixed_elapsed is None else float(fixed_elapsed)
        self.input_size: int = self._steps.input_size
        self.output_size: int = self._steps.output_size
        self._encoder = None
        if signals is not None:
            self._encoder = Encoder(signals, streams, static, raw=architecture.reads_raw)

    def _build(self) -> None:
        network = KINDS[self._architecture.kind].network(self._architecture, self._arrays)
        self._steps: Any = registry.select(self.kernel_request(), self.backend).run(
            network, self._setup
        )
        fixed = self._fixed is not None
        self._timed_step: Any = self._refuse_elapsed if fixed else self._steps.step

    @classmethod
    def load(
        cls,
        path: Path | str,
        *,
        streams: int = 1,
        threads: int = 1,
        fixed_elapsed: float | None = None,
        bfloat16: bool = False,
        static: Cells | None = None,
    ) -> Self:
        """Load a network.

        Args:
            path: The folder that `liquidtime fit` wrote, or a file of `save` or of
                `liquidtime export`.
            streams: As in `Stream`; so are the others.
            threads: Likewise.
            fixed_elapsed: Likewise.
            bfloat16: Likewise.
            static: Likewise.

        Raises:
            InputError: If there is no network, or one that cannot step.
        """
        architecture, signals, state = file.read(Path(path))
        return cls(
            architecture,
            state,
            signals=signals,
            streams=streams,
            threads=threads,
            fixed_elapsed=fixed_elapsed,
            bfloat16=bfloat16,
            static=static,
        )

    @classmethod
    def from_module(
        cls,
        module: Any,
        *,
        streams: int = 1,
        threads: int = 1,
        fixed_elapsed: float | None = None,
        bfloat16: bool = False,
    ) -> Self:
        """Take over a `CfC`, an `LTC` or the network of a run that is in memory.

        Args:
            module: The network; its numbers are copied.
            streams: As in `Stream`; so are the others.
            threads: Likewise.
            fixed_elapsed: Likewise.
            bfloat16: Likewise.

        Raises:
            InputError: If it cannot step.
        """
        architecture, state = from_module(module)
        return cls(
            architecture,
            state,
            streams=streams,
            threads=threads,
            fixed_elapsed=fixed_elapsed,
            bfloat16=bfloat16,
        )

    def __repr__(self) -> str:
        kind, size = self._architecture.summary
        parts = [kind, f"{self.input_size} inputs", size]
        parts += [f"{self.output_size} outputs", f"{self.streams} streams"]
        if self._fixed is not None:
            parts.append(f"fixed_elapsed={self._fixed:g}")
        parts.append(f"backend {registry.select(self.kernel_request(), self.backend).name!r}")
        return f"Stream({', '.join(parts)})"

    def __getstate__(self) -> dict[str, Any]:
        """All but the compiled parts, which are built again; copies go on as it does."""
        built = ("_steps", "_timed_step")
        kept = {name: part for name, part in self.__dict__.items() if name not in built}
        return kept | {"_seen": self._steps.get_state()}

    def __setstate__(self, kept: Mapping[str, Any]) -> None:
        self.__dict__.update({name: part for name, part in kept.items() if name != "_seen"})
        self._build()
        self._steps.set_state(kept["_seen"])

    def kernel_request(self) -> Request:
        """What it asks of the kernels; see `liquidtime.kernels.explain`."""
        return self._setup.request()

    def save(self, path: Path | str) -> None:
        """Write one safetensors file that holds the network and all about it, without its state."""
        file.write(Path(path), self._architecture, self.signals, self._arrays)

    def step(
        self,
        x: ArrayLike,
        elapsed: ArrayLike | None = None,
        active: ArrayLike | None = None,
        out: Array | None = None,
    ) -> Array:
        """One step.

        Args:
            x: [D] of a single stream or [S, D] of all. Float32 is taken as it is, lists and other
                numbers are converted.
                Of random liquid features: standardised values, static ones behind them, NaN where
                nothing was observed.
            elapsed: Time since each stream's previous step: a number or [S]; 1 if None. With
                `fixed_elapsed` leave it out.
            active: [S] booleans, False where a stream has nothing new: it stays as it is, and its
                last output is put out again.
            out: Float32 array to write into, instead of a new one.

        Returns:
            [K] or [S, K].

        Raises:
            TypeError: If an argument holds something else.
            ValueError: If a shape does not fit, a gap is negative, x is not finite in an active
                stream, or `out` is read-only.
        """
        if x.__class__ is _ndarray and active is None and out is None:
            # A step takes microseconds, so it is tried first and looked at only where it fails.
            try:
                if elapsed.__class__ is float:
                    return self._timed_step(x, elapsed)
                if elapsed is None:
                    return self._steps.step(x, self._usual)
            except TypeError:
                pass
        if elapsed is None:
            elapsed = self._usual
        elif self._fixed is not None:
            elapsed = self._refuse_elapsed(x, elapsed)
        if out is not None:
            check_out(out)
        used = None if active is None else booleans("active", active)
        return self._steps.step(floats("x", x), gap(elapsed), used, out)

    def run(self, x: ArrayLike, elapsed: ArrayLike | None = None) -> Array:
        """Many steps: the same as `step` one after the other, from the present state on.

        Args:
            x: [T, D] of a single stream, or [S, T, D].
            elapsed: Time since the previous step: a float, [T], or [S, T]; 1 if None, or the fixed
                one.

        Returns:
            [T, K] or [S, T, K].
        """
        series = np.ascontiguousarray(floats("x", x))
        if series.ndim not in (2, 3):
            raise ValueError(
                f"x has shape {list(series.shape)}; expected [steps, inputs] or "
                "[streams, steps, inputs]."
            )
        steps = series.shape[-2]
        if self._fixed is not None and elapsed is not None:
            raise ValueError("elapsed was given to a stream with fixed_elapsed; leave one out.")
        if elapsed is None:
            elapsed = 1.0 if self._fixed is None else self._fixed
        gaps = floats("elapsed", elapsed)
        if gaps.shape not in ((), (steps,), (self.streams, steps)):
            raise ValueError(
                f"elapsed has shape {list(gaps.shape)}; expected a number, [{steps}] or "
                f"[{self.streams}, {steps}]."
            )
        if not (np.isfinite(gaps).all() and (gaps >= 0).all()):
            raise ValueError("elapsed is negative or not finite somewhere; expected numbers ≥ 0.")
        return self._steps.run(series, np.broadcast_to(gaps, (self.streams, steps)))

    def observe(
        self,
        values: Cells,
        elapsed: ArrayLike = 0.0,
        active: ArrayLike | None = None,
    ) -> NDArray[np.float64]:
        """Predict from a row of measurements in their own units.

        Args:
            values: [D], or [S, D] of all streams, NaN where not measured; or a mapping from names
                to what was measured, of a single stream, or one of each. Categories come by name
                ("AF"); one that training never met is taken as unknown, with a warning.
            elapsed: Time since the previous row of each stream, in the unit of the training data:
                a float or [S]; or a duration (`timedelta`, `timedelta64`), where these had dates or
                durations. A stream's first row has none, whatever is given; but for random liquid
                features it is that row's time on the clock of the training data.
            active: [S] booleans, False where a stream has no new row.

        Returns:
            Probabilities of the classes, or values in their own unit: [K] or [S, K].

        Raises:
            InputError: If the file does not know how inputs were encoded, or a name is unknown.
        """
        if self.signals is None or self._encoder is None:
            raise InputError(
                "this network came without the encoding of its inputs; load a run's folder or its "
                "export, or use step with encoded inputs."
            )
        if self._fixed is not None:
            raise InputError(
                "observe takes the time between rows as it comes; make the stream without "
                "fixed_elapsed."
            )
        alone, rows = self._rows(values, self.signals)
        if np.isinf(rows).any():
            raise InputError("values are infinite somewhere; expected numbers, or NaN for none.")
        used = np.ones(self.streams, bool) if active is None else booleans("active", active)
        gaps = np.broadcast_to(self._gaps(elapsed, self.signals), (self.streams,))
        if not (np.isfinite(gaps).all() and (gaps >= 0).all()):
            raise InputError(f"elapsed is {elapsed}; expected finite numbers, 0 or more.")
        inputs, scaled = self._encoder.encode(rows, gaps, used)
        outputs = self.signals.predictions(self._steps.step(inputs, scaled, used))
        return outputs[0] if alone else outputs

    def reset(self, which: int | Sequence[int] | None = None) -> None:
        """Forget what streams have seen: all of them, or those named."""
        every = range(self.streams) if which is None else np.atleast_1d(which).tolist()
        for stream in every:
            if not 0 <= stream < self.streams:
                raise ValueError(f"stream is {stream}; expected 0 to {self.streams - 1}.")
            self._steps.reset(stream)
            if self._encoder is not None:
                self._encoder.reset(stream)

    @property
    def state(self) -> list[Array]:
        """All there is to remember, to be kept or moved: arrays of [S, …], copies; settable."""
        kept = self._steps.get_state()
        return kept if self._encoder is None else kept + self._encoder.state

    @state.setter
    def state(self, parts: Sequence[ArrayLike]) -> None:
        mine = self._steps.get_state()
        own = len(mine)
        extra = 0 if self._encoder is None else len(self._encoder.state)
        if len(parts) != own + extra:
            raise ValueError(
                f"state has {len(parts)} parts; expected {own + extra}, as the stream's state has."
            )
        self._steps.set_state(
            [
                np.ascontiguousarray(part, like.dtype)
                for part, like in zip(parts[:own], mine, strict=True)
            ]
        )
        if self._encoder is not None:
            self._encoder.state = parts[own:]

    def _refuse_elapsed(self, x: Any, elapsed: Any) -> Any:
        raise ValueError("elapsed was given to a stream with fixed_elapsed; leave it out.")

    def _gaps(self, elapsed: Any, signals: Signals) -> NDArray[np.float64]:
        instants = None if type(elapsed) is float else read_instants("elapsed", elapsed)
        if instants is None:
            return floats("elapsed", elapsed, np.float64)
        if instants.kind == "dates" or signals.time_unit != "hours":
            raise InputError(
                f"elapsed holds {instants.kind}; expected the time since the previous row as a "
                "number in the unit of the training data"
                + (", hours, or a duration." if signals.time_unit == "hours" else ".")
            )
        return instants.hours()

    def _rows(self, values: Cells, signals: Signals) -> tuple[bool, NDArray[np.float64]]:
        width = len(signals.variables)
        rows = signals.rows(values)
        if rows.shape == (width,) and self.streams == 1:
            return True, rows[None]
        if rows.shape != (self.streams, width):
            raise InputError(
                f"values has shape {list(rows.shape)}; expected [streams, variables]="
                f"[{self.streams}, {width}]" + (f" or [{width}]." if self.streams == 1 else ".")
            )
        return False, rows
