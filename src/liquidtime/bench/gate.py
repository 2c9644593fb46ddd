"""The gate before every timing: what is about to be timed computes what the reference computes."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

FLOAT32_LIMIT = 1e-4
BFLOAT16_LIMIT = 2e-2


class GateError(Exception):
    """A contender computes something else than the reference; nothing was timed."""


@dataclass(frozen=True)
class Check:
    """How far one of ours is from the truth.

    Of layers: norms of differences over those of results.
    """

    case: str
    contender: str
    threads: int
    limit: float
    errors: Mapping[str, float]
    """By result: `output`, `state`, and `gradient of …`."""

    @property
    def worst(self) -> str:
        """The result that is furthest off."""
        return max(self.errors, key=lambda name: self.errors[name])

    @property
    def passed(self) -> bool:
        """Whether all are within the limit."""
        return self.errors[self.worst] <= self.limit

    def to_dict(self) -> dict[str, Any]:
        """For JSON, of a check that passed."""
        return {
            "case": self.case,
            "contender": self.contender,
            "threads": self.threads,
            "limit": self.limit,
            "results": len(self.errors),
            "worst": self.worst,
            "error": self.errors[self.worst],
        }


def require(checks: list[Check]) -> None:
    """Refuse to go on where a check failed.

    Raises:
        GateError: It names each contender that failed, and by how much.
    """
    failed = [check for check in checks if not check.passed]
    if failed:
        lines = [
            f"{check.contender} at {check.case}, {check.threads} threads: {check.worst} is off by "
            f"{check.errors[check.worst]:.2g}; expected {check.limit:g} at most."
            for check in failed
        ]
        raise GateError(
            "\n".join(["Not timed: the results differ from those of the reference.", *lines])
        )


def relative_error(found: Tensor, truth: Tensor) -> float:
    """Norm of the difference over that of the truth; infinite where something is no number."""
    difference = float(torch.linalg.vector_norm((found - truth).double()))
    size = float(torch.linalg.vector_norm(truth.double()))
    error = difference / size if size else difference
    return error if math.isfinite(error) else math.inf
