"""The recurrences, as fast as the machine allows, behind one registry of backends."""

from liquidtime.kernels.cfc import cpu as cfc_cpu
from liquidtime.kernels.cfc import reference as cfc_reference
from liquidtime.kernels.ltc import cpu as ltc_cpu
from liquidtime.kernels.ltc import reference as ltc_reference
from liquidtime.kernels.registry import Backend, Explanation, Registry, Request, Requester

registry = Registry({"cfc": cfc_reference.cfc, "ltc": ltc_reference.ltc})
registry.register("cfc", cfc_cpu.backend)
registry.register("ltc", ltc_cpu.backend)
explain = registry.explain

__all__ = ["Backend", "Explanation", "Registry", "Request", "Requester", "explain", "registry"]
