"""Waves of the calendar as people name them: "hour sin 1", "hour cos 2" … are the hour of day."""

import re
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

_WAVE = re.compile(r"(minute|hour|weekday|monthday|yearday) (sin|cos) ([1-9])")
_NAMES = {
    "minute": "minute of hour",
    "hour": "hour of day",
    "weekday": "day of week",
    "monthday": "day of month",
    "yearday": "day of year",
}
_TURN = {"minute": 60.0, "hour": 24.0, "weekday": 7.0, "monthday": 30.44, "yearday": 365.2425}
_FROM_1 = {"weekday", "monthday", "yearday"}


class Joined(NamedTuple):
    """Variables with the waves of a field of the calendar as one; E of D.

    Attributes:
        names: E names.
        members: For each, the numbers of the D variables that it is made of.
        fields: For each, the field of the calendar, or "" of a variable of the data.
    """

    names: tuple[str, ...]
    members: tuple[tuple[int, ...], ...]
    fields: tuple[str, ...]

    def summed(self, amounts: np.ndarray) -> np.ndarray:
        """Amounts [..., D] as [..., E]."""
        return np.stack([amounts[..., list(own)].sum(-1) for own in self.members], axis=-1)

    def valued(self, values: np.ndarray, variables: Sequence[str]) -> np.ndarray:
        """Values [T, D] as [T, E]: of waves the hour, the day of the week from 1 (Monday), …."""
        found = np.stack([values[:, own[0]] for own in self.members], axis=1)
        for at, field in enumerate(self.fields):
            if field:
                sine, cosine = (
                    values[:, variables.index(f"{field} {wave} 1")] for wave in ("sin", "cos")
                )
                turn = np.arctan2(sine, cosine) / (2 * np.pi) % 1
                # Half a second before midnight is midnight.
                place = np.round(turn * _TURN[field], 3) % _TURN[field]
                found[:, at] = np.floor(place + 1e-3) + 1 if field in _FROM_1 else place
        return found


def joined(variables: Sequence[str]) -> Joined:
    """Which variables belong together.

    A field of which the first waves are not among them stays as it is.
    """
    groups: dict[str, list[int]] = {}
    for at, name in enumerate(variables):
        wave = _WAVE.fullmatch(name)
        field = wave[1] if wave else ""
        whole = field and all(f"{field} {each} 1" in variables for each in ("sin", "cos"))
        groups.setdefault(f"\0{field}" if whole else name, []).append(at)
    fields = tuple(key[1:] if key.startswith("\0") else "" for key in groups)
    names = tuple(_NAMES.get(key[1:], key) if key.startswith("\0") else key for key in groups)
    return Joined(names, tuple(map(tuple, groups.values())), fields)
