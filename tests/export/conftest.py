"""The layers of the tests of `nn` serve here too."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "nn"))
