"""The recurrences and networks, as fast as the machine allows, behind one registry of backends."""

from liquidtime.backends import Backend, Explanation, Registry, Request, Requester, registry
from liquidtime.kernels.cfc import cpu as cfc_cpu
from liquidtime.kernels.cfc import reference as cfc_reference
from liquidtime.kernels.diagonal import cpu as diagonal_cpu
from liquidtime.kernels.diagonal import newton as diagonal_newton
from liquidtime.kernels.diagonal import reference as diagonal_reference
from liquidtime.kernels.ltc import cpu as ltc_cpu
from liquidtime.kernels.ltc import reference as ltc_reference
from liquidtime.kernels.network import cpu as network_cpu
from liquidtime.kernels.network import reference as network_reference
from liquidtime.kernels.reservoir import cpu as reservoir_cpu
from liquidtime.kernels.reservoir import reference as reservoir_reference

registry.register("cfc", cfc_reference.backend)
registry.register("cfc", cfc_cpu.backend)
registry.register("diagonal", diagonal_reference.backend)
registry.register("diagonal", diagonal_newton.backend)
registry.register("diagonal", diagonal_cpu.backend)
registry.register("ltc", ltc_reference.backend)
registry.register("ltc", ltc_cpu.backend)
registry.register("network", network_reference.reference)
registry.register("network", network_reference.sparse)
registry.register("network", network_cpu.backend)
registry.register("reservoir", reservoir_reference.backend)
registry.register("reservoir", reservoir_cpu.backend)
explain = registry.explain

__all__ = ["Backend", "Explanation", "Registry", "Request", "Requester", "explain", "registry"]
