"""Connectomes: read, made, simulated, perturbed, fitted and spread over machines.

Units everywhere: mV, ms, nS, pF, pA, which fit together (pF / nS = ms, nS · mV = pA).
"""

from typing import Any

from liquidtime.lazy import lazy_name

_HOMES = {
    "Ablate": "perturbation",
    "Connectome": "connectome",
    "Edges": "edges",
    "Events": "recording",
    "Fit": "fitting",
    "Function": "waveforms",
    "Hold": "perturbation",
    "Machine": "network",
    "Network": "network",
    "OrnsteinUhlenbeck": "waveforms",
    "Parameters": "parameters",
    "Poisson": "waveforms",
    "Pulses": "waveforms",
    "Ramp": "waveforms",
    "Record": "recording",
    "Recording": "recording",
    "Samples": "waveforms",
    "ScaleTransmitter": "perturbation",
    "Silence": "perturbation",
    "Sine": "waveforms",
    "Step": "waveforms",
    "Stimulus": "stimuli",
    "Store": "store",
    "SynapseParameters": "parameters",
    "clamp": "stimuli",
    "conductance": "stimuli",
    "current": "stimuli",
    "fit": "fitting",
    "from_circuit": "circuit",
    "simulate": "simulation",
    "simulate_sharded": "sharding",
    "to_circuit": "circuit",
}

__all__ = [*_HOMES]  # pyright: ignore[reportUnsupportedDunderAll]


def __getattr__(name: str) -> Any:
    """Import a module when one of its names is first used."""
    return lazy_name(__name__, _HOMES, name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
