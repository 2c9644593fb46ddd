"""Whether a simulation can go on from a state."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from liquidtime.brain.experiment.state import State
from liquidtime.errors import InputError


def check_goes_on(state: State, own: Mapping[str, Any], name: str) -> None:
    """See that what is to go on is of the same kind as what made the state.

    Args:
        state: To go on from.
        own: What would be said of a state of the simulation that is to go on.
        name: Of its connectome.

    Raises:
        InputError: If something of it cannot be carried on.
    """
    made = state.about
    if list(made["shape"]) != list(own["shape"]):
        told = [
            f"{neurons:,} neurons and {trials} trials"
            for neurons, trials in (made["shape"], own["shape"])
        ]
        raise InputError(
            f"the state is of {told[0]}, but there are {told[1]}; expected as many. Trials may be "
            "perturbed otherwise than before, but there must be as many of them."
        )
    for what, word, mend in (
        ("dt", "steps of {} ms", "Go on with that dt, or begin anew from its potentials."),
        ("dtype", "{}", "Name it: where=Machine(dtype=…)."),
        ("backend", "the backend {}", "Name it: where=Machine(backend=…)."),
    ):
        if made[what] != own[what]:
            before, now = word.format(made[what]), word.format(own[what])
            raise InputError(
                f"the state was made with {before}, but is to go on with {now}. {mend}"
            )
    if made["on delta"] != own["on delta"]:
        how = ("with delta", "without delta")
        before, now = how if made["on delta"] else how[::-1]
        raise InputError(f"the state was made {before}, but is to go on {now}; expected the same.")
    if made["wiring"] not in (None, own["wiring"]):
        raise InputError(
            f"the state is of another network than {name}: other connections, classes of edges, "
            "gap junctions or delays. What is on its way in it would go elsewhere. Change counts, "
            "constants or perturbations instead (a count of next to 0, Silence, ScaleTransmitter)."
        )
