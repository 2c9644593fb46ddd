"""The recurrences, as fast as the machine allows, behind one registry of backends."""

from liquidtime.kernels.cfc import reference as cfc_reference
from liquidtime.kernels.ltc import reference as ltc_reference
from liquidtime.kernels.registry import Backend, Explanation, Registry, Request, Requester

registry = Registry({"cfc": cfc_reference.cfc, "ltc": ltc_reference.ltc})
explain = registry.explain

__all__ = ["Backend", "Explanation", "Registry", "Request", "Requester", "explain", "registry"]
