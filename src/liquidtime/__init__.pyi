__version__: str

from liquidtime import baselines as baselines
from liquidtime import bench as bench
from liquidtime import brain as brain
from liquidtime import compat as compat
from liquidtime import control as control
from liquidtime import data as data
from liquidtime import deploy as deploy
from liquidtime import dynamics as dynamics
from liquidtime import errors as errors
from liquidtime import estimators as estimators
from liquidtime import explain as explain
from liquidtime import export as export
from liquidtime import kernels as kernels
from liquidtime import models as models
from liquidtime import nn as nn
from liquidtime import plot as plot
from liquidtime import reservoir as reservoir
from liquidtime import runs as runs
from liquidtime import tasks as tasks
from liquidtime import train as train
from liquidtime import wirings as wirings
from liquidtime.nn import LTC as LTC
from liquidtime.nn import CfC as CfC
