"""Layers with parameters: closed-form continuous-time and liquid time-constant networks."""

from liquidtime.nn.cfc import CfC
from liquidtime.nn.cfc_cell import CfCCell
from liquidtime.nn.ltc import LTC
from liquidtime.nn.ltc_cell import LTCCell
from liquidtime.nn.state import RecurrentState

__all__ = ["LTC", "CfC", "CfCCell", "LTCCell", "RecurrentState"]
