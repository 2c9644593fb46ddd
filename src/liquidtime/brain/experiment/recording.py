"""What is recorded of a simulation, and what comes back from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from liquidtime.brain.connectome.graph import Connectome
from liquidtime.brain.experiment.clock import at
from liquidtime.brain.experiment.neurons import Chosen
from liquidtime.brain.experiment.state import State
from liquidtime.errors import InputError
from liquidtime.kernels.network.catalogue import variables
from liquidtime.optional import require

if TYPE_CHECKING:
    import pandas
    import xarray


@dataclass(frozen=True, eq=False)
class Record:
    """One variable of some neurons, every so many steps.

    Attributes:
        variable: "potential" (mV); "activation" (s, 0 to 1); "conductance" (nS) and "current"
            (pA, inwards positive) of all synapses and gap junctions, as they were used in the
            last step; "calcium", the activation smoothed with `time_constant`, for comparison
            with fluorescence; it begins where the activation stands.
        neurons: Which; None for all.
        every: Steps from one sample to the next; the first sample is that many steps after 0.
        time_constant: ms, of calcium.
        name: Of the result; by default that of the variable.
    """

    variable: str = "potential"
    neurons: Chosen | None = None
    every: int = 1
    time_constant: float = 500.0
    name: str = ""

    def __post_init__(self) -> None:
        if self.variable not in variables():
            raise InputError(
                f"the variable is {self.variable!r}; expected one of {', '.join(variables())}."
            )
        if self.every < 1:
            raise InputError(f"every is {self.every}; expected 1 step or more.")
        if not self.time_constant > 0:
            raise InputError(f"time_constant is {self.time_constant} ms; expected more than 0.")
        object.__setattr__(self, "name", self.name or self.variable)
        if self.name == "events" or self.name.startswith(("time_", "neuron_")) or "/" in self.name:
            raise InputError(
                f"a record is named {self.name!r}; expected a name that is not events, does not "
                "begin with time_ or neuron_ and holds no slash, for stores use those."
            )


@dataclass(frozen=True)
class Events:
    """Upward crossings of a threshold by any neuron: when, who, in which trial."""

    threshold: float
    """mV."""


@dataclass(frozen=True, eq=False)
class Series:
    """One record's samples."""

    record: Record
    neurons: NDArray[np.int32]
    """[n]."""
    samples: Any
    """[T, n, B], in memory or a Zarr array."""


def sample_times(first_step: int, count: int, every: int, dt: float) -> NDArray[np.float64]:
    """[count], ms, when samples are taken: at steps after the first that are multiples of every."""
    return at((first_step // every + np.arange(1, count + 1)) * every, dt)


@dataclass(frozen=True, eq=False, repr=False)
class Recording:
    """What a simulation gives.

    Attributes:
        connectome: What was simulated.
        dt: ms.
        duration: ms, of this part.
        series: By name.
        event_table: int64 [n, 3]: step, neuron, trial.
        final: Where it stood at the end, whose `potentials` are [N, B] (mV); `initial=` of an
            experiment that goes on.
        statistics: How it was computed: backend, scheme, wall seconds, simulated seconds per wall
            second, and with delta the share of synapses passed and its error.
        store: Folder, where there is one.
    """

    connectome: Connectome
    dt: float
    duration: float
    series: Mapping[str, Series]
    event_table: NDArray[np.int64]
    final: State
    statistics: Mapping[str, Any]
    store: Path | None = None
    labels: Sequence[str] = field(default=())
    first_step: int = 0
    """Steps that were made before: of a simulation that went on from another."""

    def __repr__(self) -> str:
        kept = [f"{name} {list(series.samples.shape)}" for name, series in self.series.items()] + (
            [f"{len(self.event_table):,} crossings"] if len(self.event_table) else []
        )
        trials = f", {len(self.labels)} trials" if len(self.labels) > 1 else ""
        where = "" if self.store is None else f", in {self.store}"
        return (
            f"Recording({self.connectome.name!r}: {len(self.connectome):,} neurons{trials}, "
            f"{self.duration:g} ms in steps of {self.dt:g} ms{where}; "
            f"{', '.join(kept) or 'nothing kept'} [time, neuron, trial])"
        )

    def __getitem__(self, name: str) -> xarray.DataArray:
        """One record as an xarray (trial, time, neuron), with its units.

        Raises:
            KeyError: If nothing was recorded under that name.
        """
        if name not in self.series:
            raise KeyError(
                f"nothing was recorded under {name!r}; there is "
                f"{', '.join(self.series) or 'nothing'}."
            )
        series = self.series[name]
        variable = variables()[series.record.variable]
        values = np.asarray(series.samples[:])
        array = require("xarray", extra="brain").DataArray(
            values.transpose(2, 0, 1),
            dims=("trial", "time", "neuron"),
            coords={
                "trial": list(self.labels) or np.arange(values.shape[2]),
                "time": self.times(name),
                "neuron": self.connectome.neurons.index.to_numpy()[series.neurons],
            },
            name=name,
            attrs={"units": variable.units, "long_name": variable.quantity},
        )
        array["time"].attrs["units"] = "ms"
        return array

    def times(self, name: str) -> NDArray[np.float64]:
        """[T], ms."""
        series = self.series[name]
        return sample_times(self.first_step, series.samples.shape[0], series.record.every, self.dt)

    def to_dataset(self) -> xarray.Dataset:
        """All records as one xarray data set; their time and neuron axes carry their names."""
        return require("xarray", extra="brain").Dataset(
            {
                name: self[name].rename(time=f"time_{name}", neuron=f"neuron_{name}")
                for name in self.series
            }
        )

    @property
    def events(self) -> pandas.DataFrame:
        """Crossings of the threshold: time (ms), neuron (name), trial."""
        pandas = require("pandas", extra="brain")
        steps, neurons, trials = self.event_table.T
        return pandas.DataFrame(
            {
                "time": at(steps, self.dt),
                "neuron": self.connectome.neurons.index.to_numpy()[neurons],
                "trial": trials,
            }
        )
