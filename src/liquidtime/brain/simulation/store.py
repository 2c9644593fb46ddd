"""A simulation on disk: samples streamed to Zarr, and checkpoints to go on from."""

from __future__ import annotations

import functools
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import numpy as np
from numpy.typing import NDArray

from liquidtime.brain.connectome.graph import Connectome
from liquidtime.brain.experiment.archive import read_arrays, write_arrays
from liquidtime.brain.experiment.recording import Record, sample_times
from liquidtime.brain.experiment.state import State
from liquidtime.brain.simulation.samples import SAMPLES, Samples, read_samples
from liquidtime.errors import InputError
from liquidtime.kernels.network.catalogue import variables
from liquidtime.optional import require
from liquidtime.runs.claim import claimed
from liquidtime.runs.folder import Folder, Kind
from liquidtime.runs.interrupts import uninterrupted
from liquidtime.runs.stored import NUMBER, check_like, understood
from liquidtime.runs.write import json_text, naming, write_json

CHECKPOINT = "checkpoint.npz"
RUN = "run.json"
EXPERIMENT = "experiment.json"
CONNECTOME = "connectome"
SIMULATION = Kind(
    noun="simulation",
    record=RUN,
    last=RUN,
    flag="finished",
    read_back=(RUN, EXPERIMENT, CHECKPOINT, f"{CONNECTOME}/*", f"{SAMPLES}/**/zarr.json"),
    in_words={"fingerprint": "neurons, synapses, stimuli or start"},
)
_BYTES_A_CHUNK = 4 << 20
# What Zarr renames into place, unless its process is killed.
_HALF_WRITTEN = "*.partial"
P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True)
class Store:
    """Where a simulation is kept.

    Attributes:
        folder: Is made. A folder that holds the same simulation unfinished, or of a shorter
            duration, is gone on from; one that holds another is refused.
        checkpoint_every: ms of simulated time; a killed run loses at most that much.
        command: What to type to go on with it, for messages; "" if nothing is typed.
    """

    folder: Path
    checkpoint_every: float = 1000.0
    command: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "folder", Path(self.folder))
        if not self.checkpoint_every > 0:
            raise InputError(
                f"checkpoint_every is {self.checkpoint_every} ms; expected more than 0."
            )

    @contextmanager
    def claimed(self) -> Iterator[None]:
        """Hold the folder for this process alone while the block runs.

        Raises:
            InputError: If another process writes there, or it is a file.
        """
        if self.folder.exists() and not self.folder.is_dir():
            raise InputError(f"{self.folder} is a file; expected a folder for the simulation.")
        result = Folder(self.folder, SIMULATION)
        with claimed(self.folder):
            if not result.begun:
                result.check_content(resume=True)
            with result.marked():
                yield


class Memory:
    """Samples kept in memory; the same face as `Disk`."""

    def __init__(self, shapes: Mapping[str, tuple[int, int, int]], dtype: np.dtype) -> None:
        self.arrays = {name: np.empty(shape, dtype) for name, shape in shapes.items()}
        self._filled = dict.fromkeys(shapes, 0)
        self._events = [np.zeros((0, 3), dtype=np.int64)]

    def append(self, name: str, samples: NDArray) -> None:
        """Add [T, n, B] behind what is there."""
        first = self._filled[name]
        self.arrays[name][first : first + len(samples)] = samples
        self._filled[name] = first + len(samples)

    def append_events(self, events: NDArray[np.int64]) -> None:
        """Add [n, 3]."""
        self._events.append(events)

    def samples(self, name: str) -> Any:
        """All of a record."""
        return self.arrays[name]

    def events(self) -> NDArray[np.int64]:
        """All events."""
        return np.concatenate(self._events)


def _whole(method: Callable[P, R]) -> Callable[P, R]:
    """A method of `Disk` that Ctrl-C does not cut in two, and that knows a folder that went away.

    Zarr writes in threads of its own, which would go on behind the back of a process that stops.
    """

    @functools.wraps(method)
    def guarded(*args: P.args, **keywords: P.kwargs) -> R:
        disk: Any = args[0]
        try:
            with uninterrupted():
                return method(*args, **keywords)
        except (KeyError, OSError) as error:
            if (disk.folder / RUN).exists():
                with naming(disk.folder / SAMPLES):
                    raise
            raise InputError(
                f"{disk.folder} was removed while the simulation wrote there. Simulate anew."
            ) from error

    return guarded


class Disk:
    """Samples streamed to Zarr beside a checkpoint.

    Args:
        store: Where.
        connectome: Gives the names of neurons.
        records: What will come.
        neurons: Indices of each record's neurons.
        trials: B.
        about: What makes this simulation this one; compared when a folder is found.

    Raises:
        InputError: If the folder holds another simulation.
    """

    def __init__(
        self,
        store: Store,
        connectome: Connectome,
        records: Sequence[Record],
        neurons: Mapping[str, NDArray[np.int32]],
        trials: int,
        about: Mapping[str, Any],
    ) -> None:
        self.store, self.about = store, dict(about)
        self.folder = store.folder
        self._result = Folder(self.folder, SIMULATION)
        zarr = require("zarr", extra="brain")
        if self._same_run() and self._laid_out():
            self._result.check(SAMPLES)
            for path in (self.folder / SAMPLES).rglob(_HALF_WRITTEN):
                path.unlink(missing_ok=True)
            # The metadata of all arrays in one place are those of the end of a shorter run.
            self._root = zarr.open_group(self.folder / SAMPLES, mode="r+", use_consolidated=False)
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        # First of all: a process killed from here on leaves a folder that is gone on from.
        write_json(self.folder / RUN, {**self.about, "finished": False})
        (self.folder / CHECKPOINT).unlink(missing_ok=True)
        self._root = zarr.create_group(self.folder / SAMPLES, overwrite=True)
        labels = connectome.neurons.index.to_numpy()
        # Each chunk carries its checksum, which Zarr compares when it reads the chunk.
        codecs = [zarr.codecs.ZstdCodec(), zarr.codecs.Crc32cCodec()]
        for record in records:
            count = len(neurons[record.name])
            length = max(1, _BYTES_A_CHUNK // max(1, 4 * count * trials))
            names = (f"time_{record.name}", f"neuron_{record.name}", "trial")
            array = self._root.create_array(
                record.name,
                shape=(0, count, trials),
                chunks=(length, max(1, count), trials),
                dtype=str(about["dtype"]),
                # A chunk that is gone shall not read as potentials of 0 mV.
                fill_value=np.nan,
                compressors=codecs,
                dimension_names=names,
            )
            array.attrs["units"] = variables()[record.variable].units
            shown = labels[neurons[record.name]]
            if shown.dtype.kind not in "iu":
                # Names are Python objects, which Zarr does not store.
                shown = shown.astype(np.dtypes.StringDType())
            self._root.create_array(
                names[1], data=shown, compressors=codecs, dimension_names=names[1:2]
            )
            times = self._root.create_array(
                names[0],
                shape=(0,),
                chunks=(4096,),
                dtype="float64",
                compressors=codecs,
                dimension_names=names[:1],
            )
            times.attrs["units"] = "ms"
            times.attrs["interval"] = record.every * float(about["dt"])
        # Last: `_laid_out` takes it for the sign that all arrays were made.
        self._root.create_array(
            "events",
            shape=(0, 3),
            chunks=(65536, 3),
            dtype="int64",
            compressors=codecs,
            dimension_names=("event", "step_neuron_trial"),
        )

    @_whole
    def append(self, name: str, samples: NDArray) -> None:
        """Add [T, n, B] behind what is there."""
        if not len(samples):
            return
        self._root[name].append(samples)
        times = self._root[f"time_{name}"]
        first, every = times.shape[0], self.about["records"][name][2]
        begin = self.about.get("first_step", 0)
        times.append(sample_times(begin, first + len(samples), every, self.about["dt"])[first:])

    @_whole
    def append_events(self, events: NDArray[np.int64]) -> None:
        """Add [n, 3]."""
        if len(events):
            self._root["events"].append(events)

    def samples(self, name: str) -> Samples:
        """All of a record, still on disk."""
        return Samples(self.folder, name)

    def events(self) -> NDArray[np.int64]:
        """All events."""
        return read_samples(self.folder, self._root["events"])

    @_whole
    def save(self, state: State) -> None:
        """Write a checkpoint: whole, or the old one stays."""
        # What is appended after this checkpoint is cut off at these lengths.
        lengths = {name: array.shape[0] for name, array in self._root.arrays()}
        write_arrays(self.folder / CHECKPOINT, state.parts, {**state.about, "lengths": lengths})

    @_whole
    def load(self) -> State | None:
        """The checkpoint, if there is one; samples that were written after it are cut off."""
        path = self.folder / CHECKPOINT
        self._result.check(CHECKPOINT)
        # Killed before its first checkpoint: it begins anew, without what it wrote.
        if not path.exists():
            for name, array in self._root.arrays():
                if not name.startswith("neuron_"):
                    array.resize((0, *array.shape[1:]))
            return None
        with understood(path):
            parts, about = read_arrays(path)
            check_like(about, {"lengths": {str: int}, "noise": dict, "delta_error": NUMBER}, path)
            lengths = about["lengths"]
            for name, array in self._root.arrays():
                if not 0 <= lengths[name] <= array.shape[0]:
                    raise InputError(
                        f"{lengths[name]} samples of {name!r} are noted, but {array.shape[0]} are "
                        f"in {SAMPLES}."
                    )
        for name, array in self._root.arrays():
            if array.shape[0] != lengths[name]:
                array.resize((lengths[name], *array.shape[1:]))
        return State(parts, about)

    @property
    def statistics(self) -> dict[str, Any] | None:
        """Of a run that has finished before."""
        return self._result.read(RUN).get("statistics") if self._result.finished else None

    @_whole
    def finish(self, statistics: Mapping[str, Any]) -> None:
        """Note that all is there."""
        with warnings.catch_warnings():
            # xarray and others ask for it, though the specification leaves it to the stores.
            warnings.simplefilter("ignore", UserWarning)
            require("zarr", extra="brain").consolidate_metadata(self.folder / SAMPLES)
        about = {**self.about, "finished": True, "statistics": dict(statistics)}
        self._result.finish(json_text(about))

    def _laid_out(self) -> bool:
        """Whether all arrays were made; a process may have been killed before."""
        zarr = require("zarr", extra="brain")
        try:
            with understood(self.folder / SAMPLES):
                samples = zarr.open_group(self.folder / SAMPLES, mode="r", use_consolidated=False)
                return "events" in samples
        except FileNotFoundError:
            return False

    def _same_run(self) -> bool:
        if not self._result.begun:
            self._result.check_content(resume=True)
            return False
        found = self._result.read(RUN)
        before, now = found.get("duration", 0.0), self.about["duration"]
        same = {"duration": now} if before <= now else {}
        told = {**self.about, "first_step": self.about.get("first_step", 0)}
        stored = {"first_step": 0, **found}
        self._result.check_same({name: stored.get(name) for name in told} | same, told)
        if before < now:
            # It becomes a stopped one that is longer, and goes on from its last checkpoint.
            self._result.check()
            write_json(self.folder / RUN, {**self.about, "finished": False})
        return True
