"""What tells one simulation from another: a digest of all that it comes from."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Mapping
from typing import Any

import numpy as np

from liquidtime.brain.experiment.experiment import Resolved
from liquidtime.brain.experiment.placing import Placed
from liquidtime.brain.experiment.waveforms.contract import Noise
from liquidtime.kernels.network.constants import Constants

_OF_STIMULI = ("kind", "neurons", "waveform", "reversal_potential", "trials", "start", "stop")
"""Names and order are those of version 0.1.0, whose stopped simulations go on."""


def fingerprint(constants: Constants, resolved: Resolved) -> str:
    """Of all that a simulation comes from; of functions only their names.

    Args:
        constants: Of the network, with its perturbations.
        resolved: The experiment.
    """
    digest = hashlib.sha256()
    _feed_constants(digest, constants)
    for placed in resolved.stimuli:
        for name in _OF_STIMULI:
            digest.update(name.encode())
            _feed(digest, getattr(placed.stimulus, name))
    parts = (resolved.experiment.initial, resolved.records, list(resolved.recorded.values()))
    _feed(digest, parts)
    noisy = any(isinstance(placed.stimulus.waveform, Noise) for placed in resolved.stimuli)
    # In version 0.1.0 each trial had a noise of its own, and none of their numbers was fed.
    if noisy and len(set(resolved.noises)) < resolved.trials:
        _feed(digest, resolved.noises)
    return digest.hexdigest()[:32]


def fingerprint_of_network(constants: Constants) -> tuple[str, str]:
    """Of who is connected to whom, with which delays; and of all constants.

    A state can go on where the first is the same; where the second is, to the same bits.
    """
    wiring, every = hashlib.sha256(), hashlib.sha256()
    _feed(wiring, (constants.form, constants.class_count, constants.delay))
    for edges in (constants.synapses, constants.gaps):
        if edges is not None:
            _feed(wiring, (edges.offsets, edges.sources, edges.classes))
    _feed_constants(every, constants)
    return wiring.hexdigest()[:32], every.hexdigest()[:32]


def fingerprint_of_noise(placed: Placed) -> str:
    """Of a noise and whom it reaches."""
    digest = hashlib.sha256()
    stimulus = placed.stimulus
    _feed(digest, (stimulus.kind, stimulus.waveform, np.asarray(placed.neurons)))
    return digest.hexdigest()[:32]


def _feed_constants(digest: Any, constants: Constants) -> None:
    for field in dataclasses.fields(constants):
        # Version 0.1.0 had graded neurons alone, and neither name nor extra constants for a form.
        if field.name not in ("form", "extra"):
            digest.update(field.name.encode())
            _feed(digest, getattr(constants, field.name))
    if not constants.form.startswith("graded"):
        _feed(digest, (constants.form, constants.extra))


def _feed(digest: Any, value: Any) -> None:
    # The bytes of an array of objects are addresses, others in each process.
    if isinstance(value, np.ndarray) and value.dtype.hasobject:
        _feed(digest, value.tolist())
    elif isinstance(value, np.ndarray):
        digest.update(np.ascontiguousarray(value).view(np.uint8).data if value.size else b"")
    elif isinstance(value, list | tuple):
        for entry in value:
            _feed(digest, entry)
    elif isinstance(value, Mapping):
        # The same entries are the same mapping, in whatever order.
        _feed(digest, sorted(value.items(), key=str))
    elif callable(value):
        digest.update(getattr(value, "__qualname__", type(value).__name__).encode())
    elif dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            digest.update(field.name.encode())
            _feed(digest, getattr(value, field.name))
    else:
        digest.update(repr(value).encode())
