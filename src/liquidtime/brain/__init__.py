"""Connectomes: read, made, simulated, perturbed, fitted and spread over machines.

Units everywhere: mV, ms, nS, pF, pA, which fit together (pF / nS = ms, nS · mV = pA).
"""

from liquidtime.lazy import attach

__getattr__, __dir__, __all__ = attach(__name__)
