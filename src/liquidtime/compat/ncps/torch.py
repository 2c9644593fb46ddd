"""The names of `ncps.torch`."""

from liquidtime.compat.ncps.cfc import CfC
from liquidtime.compat.ncps.cfc_cell import CfCCell
from liquidtime.compat.ncps.ltc import LTC
from liquidtime.compat.ncps.ltc_cell import LTCCell
from liquidtime.compat.ncps.wired_cfc_cell import WiredCfCCell

__all__ = ["LTC", "CfC", "CfCCell", "LTCCell", "WiredCfCCell"]
