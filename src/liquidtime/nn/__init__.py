"""Layers with parameters: closed-form continuous-time and liquid time-constant networks."""

from liquidtime.nn.cfc import CfC
from liquidtime.nn.cfc_cell import CfCCell
from liquidtime.nn.compile_closed_form import compile_closed_form
from liquidtime.nn.ltc import LTC
from liquidtime.nn.ltc_cell import LTCCell
from liquidtime.nn.state import RecurrentState

__all__ = ["LTC", "CfC", "CfCCell", "LTCCell", "RecurrentState", "compile_closed_form"]
