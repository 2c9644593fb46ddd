"""Which worlds there are."""

from liquidtime.catalogue import Catalogue
from liquidtime.control.contract import Entry

WORLDS: Catalogue[Entry] = Catalogue("liquidtime.control.envs", label="WORLD", what="world")
