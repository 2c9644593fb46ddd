"""Half-cheetah (LTC paper): predict the next state of a simulated robot from its states.

31 roll-outs of a trained controller in the MuJoCo task HalfCheetah-v2, 1,000 steps of 17 numbers
each; 5 % of the actions were replaced by random ones.

Licence Apache 2.0. Cite: R. Hasani, M. Lechner, A. Amini, D. Rus, R. Grosu, "Liquid time-constant
networks", AAAI 2021.
"""

import io
from pathlib import Path

import numpy as np

from liquidtime.data.series import IrregularSeries
from liquidtime.data.sets.recorded import Recorded, parsed, series_of
from liquidtime.data.sources import Source, fetch, members
from liquidtime.errors import InputError

TRACES = Source(
    "cheetah",
    "cheetah.zip",
    "https://github.com/raminmh/liquid_time_constant_networks/archive/"
    "4a8a4fa22a91c4067b6944a264819ff30a4aae9d.zip",
    "0840c7c28d8d41538e8b8396e3f3c1e6e2df9a881110df78638f2864c787a84f",
    digest="contents",
    files="trace_*.npy",
)
_ANGLES = (
    "torso",
    "back_thigh",
    "back_shin",
    "back_foot",
    "front_thigh",
    "front_shin",
    "front_foot",
)
FEATURES = (
    "torso_height",
    *(f"{name}_angle" for name in _ANGLES),
    "forward_velocity",
    "vertical_velocity",
    *(f"{name}_angular_velocity" for name in _ANGLES),
)
COUNT = 31


def load() -> IrregularSeries:
    """The 31 roll-outs, "trace_0000" and so on; fetched where needed.

    Returns:
        All states but the last of each, in raw units. Times count steps. Target: [R, 17], the
        state one step later.

    Raises:
        InputError: If the file is not at hand or not whole.
    """
    path = fetch(TRACES)
    series = read(path)
    if len(series) != COUNT:
        raise InputError(f"{path} holds {len(series)} roll-outs; {COUNT} are published.")
    return series


def read(path: Path) -> IrregularSeries:
    """Like `load`, from an archive of `trace_*.npy`, each [T, 17]."""
    found = {}
    for name, data in members(path):
        if not (name.startswith("trace_") and name.endswith(".npy")):
            continue
        states = parsed(
            f"{path}, {name}",
            lambda data=data: np.load(io.BytesIO(data), allow_pickle=False),
            "an array of NumPy",
        )
        if states.ndim != 2 or states.shape[1] != len(FEATURES) or len(states) < 2:
            raise InputError(
                f"{path}, {name}: shape {list(states.shape)}; expected [T, {len(FEATURES)}], two "
                "rows or more."
            )
        states = states.astype(np.float32)
        found[name.removesuffix(".npy")] = Recorded(states[:-1], states[1:])
    if not found:
        raise InputError(f"{path} holds no trace_*.npy; expected one for each roll-out.")
    names = [f"next_{name}" for name in FEATURES]
    return series_of(dict(sorted(found.items())), FEATURES, targets=names)
