from liquidtime.export.catalogue import TARGETS as TARGETS
from liquidtime.export.checked import check as check
from liquidtime.export.checked import write as write
from liquidtime.export.contract import Target as Target
from liquidtime.export.parity import Difference as Difference
from liquidtime.export.parity import Parity as Parity
from liquidtime.export.parity import measure as measure
from liquidtime.export.trained import Trained as Trained
