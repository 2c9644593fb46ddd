"""Networks from files: the folder of a run, or one file that holds everything."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from liquidtime.deploy.kinds import from_config, from_dict
from liquidtime.deploy.network import State
from liquidtime.deploy.signals import Signals
from liquidtime.errors import InputError
from liquidtime.optional import require
from liquidtime.runs.digests import check_digests
from liquidtime.runs.stored import read_json, understood
from liquidtime.runs.write import write_atomically

RECORD = "config.json"
WEIGHTS = "model.safetensors"
METRICS = "metrics.json"
_KEY, _DIGEST = "liquidtime.stream", "liquidtime.sha256"
_FORMAT = 1


def read(path: Path) -> tuple[Any, Signals | None, dict[str, np.ndarray]]:
    """Architecture, inputs and outputs if known, and state dict.

    Args:
        path: A run folder, or a file written by `write`.

    Raises:
        InputError: If it is neither, or is damaged.
    """
    if path.is_dir():
        return _read_run(path)
    if not path.exists():
        raise InputError(
            f"{path} does not exist; expected the folder of a run, or a file that "
            "`liquidtime export` wrote."
        )
    metadata, state = _read_tensors(path)
    if _KEY not in metadata:
        raise InputError(
            f"{path} holds weights but no description of the network; give the run's folder "
            "instead, or a file that `liquidtime export` wrote."
        )
    # Files of 0.1.0 have no digest.
    digest = _digest(state)
    if metadata.get(_DIGEST, digest) != digest:
        raise InputError(
            f"{path} is damaged: its tensors have the SHA-256 {digest}; expected "
            f"{metadata[_DIGEST]}. Copy or export it anew."
        )
    return *described(metadata[_KEY], path), state


def description(architecture: Any, signals: Signals | None) -> str:
    """All about a network but its numbers, as JSON to be kept beside them."""
    return json.dumps(
        {
            "format": _FORMAT,
            "architecture": architecture.to_dict(),
            "signals": None if signals is None else signals.to_dict(),
        }
    )


def described(text: str, path: Path) -> tuple[Any, Signals | None]:
    """The inverse of `description`.

    Args:
        text: What it returned.
        path: The file that held it, for the message.

    Raises:
        InputError: If it is damaged, or another version wrote it, in another format.
    """
    try:
        about = json.loads(text)
    except json.JSONDecodeError as error:
        raise InputError(f"{path} is damaged: its description is no JSON ({error}).") from error
    if about["format"] != _FORMAT:
        raise InputError(
            f"{path} has format {about['format']}; this version reads {_FORMAT}. Export the run "
            "anew, or install the version that wrote it."
        )
    signals = about["signals"]
    return (
        from_dict(about["architecture"]),
        None if signals is None else Signals.from_dict(signals),
    )


def write(path: Path, architecture: Any, signals: Signals | None, state: State) -> None:
    """Put everything into one file, with a digest of the tensors."""
    save_file = require("safetensors.numpy", extra="deploy").save_file
    arrays = {name: np.ascontiguousarray(array) for name, array in state.items()}
    metadata = {_KEY: description(architecture, signals), _DIGEST: _digest(arrays)}
    write_atomically(path, lambda beside: save_file(arrays, beside, metadata=metadata))


def _read_run(path: Path) -> tuple[Any, Signals, dict[str, np.ndarray]]:
    for name in (RECORD, WEIGHTS, METRICS):
        if not (path / name).exists():
            raise InputError(
                f"{path} holds no finished run: {name} is missing. Give the folder that "
                "`liquidtime fit … --out` wrote."
            )
    check_digests(path, RECORD, WEIGHTS)
    record = read_json(path / RECORD)
    if record.get("config", {}).get("recalibrate", "none") != "none":
        raise InputError(
            f"{path} was fitted with --recalibrate, which only `liquidtime predict` and "
            "`evaluate` apply; a network that runs elsewhere would give other probabilities. "
            "Repeat the fit without it."
        )
    with understood(path / RECORD):
        signals = Signals.from_record(record)
        state = _read_tensors(path / WEIGHTS)[1]
        architecture = from_config(
            record["config"]["model"], signals, record["objective"]["per_step"], state
        )
    return architecture, signals, state


def _digest(state: State) -> str:
    digest = hashlib.sha256()
    for name in sorted(state):
        array = np.ascontiguousarray(state[name])
        digest.update(f"{name} {array.dtype.str} {array.shape}".encode())
        digest.update(array.data)
    return digest.hexdigest()


def _read_tensors(path: Path) -> tuple[Mapping[str, str], dict[str, Any]]:
    safetensors = require("safetensors", extra="deploy")
    try:
        with safetensors.safe_open(path, framework="numpy") as file:
            names = list(file.keys())
            return file.metadata() or {}, {name: file.get_tensor(name) for name in names}
    except safetensors.SafetensorError as error:
        raise InputError(f"{path} is no safetensors file, or is damaged ({error}).") from error
