"""How a stream is to step."""

from dataclasses import dataclass
from typing import Any

from liquidtime.backends import Request


@dataclass(frozen=True)
class Setup:
    """What is stepped, how many at once, and what is taken for granted; see `Stream`."""

    architecture: Any
    """Of one of `liquidtime.deploy.kinds`."""
    streams: int
    threads: int
    fixed_elapsed: float | None
    bfloat16: bool

    def request(self) -> Request:
        """What it asks of the backends."""
        used = {
            "bfloat16": self.bfloat16,
            "fixed elapsed": self.fixed_elapsed is not None,
        }
        features = self.architecture.features.union(name for name, wanted in used.items() if wanted)
        return Request("stream", "cpu", "float32", self.architecture.kind, features)
