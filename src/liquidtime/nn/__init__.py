"""Layers with parameters: closed-form continuous-time and liquid time-constant networks."""

from liquidtime.nn.cfc import CfC
from liquidtime.nn.cfc_cell import CfCCell
from liquidtime.nn.compile_closed_form import compile_closed_form
from liquidtime.nn.diagonal import DiagonalCfC
from liquidtime.nn.diagonal_cell import DiagonalCfCCell
from liquidtime.nn.ltc import LTC
from liquidtime.nn.ltc_cell import LTCCell
from liquidtime.nn.state import RecurrentState

__all__ = [
    "LTC",
    "CfC",
    "CfCCell",
    "DiagonalCfC",
    "DiagonalCfCCell",
    "LTCCell",
    "RecurrentState",
    "compile_closed_form",
]
