"""The gate before every timing: what is about to be timed computes what the reference computes."""

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from liquidtime.bench.cases import Case
from liquidtime.bench.contenders import (
    OURS,
    REFERENCE,
    Contender,
    autocast,
    contenders,
    make_layer,
    seeded,
)
from liquidtime.nn.recurrent import AbstractRecurrent
from liquidtime.nn.state import RecurrentState

FLOAT32_LIMIT = 1e-4
BFLOAT16_LIMIT = 2e-2


class GateError(Exception):
    """A contender computes something else than the reference; nothing was timed."""


@dataclass(frozen=True)
class Check:
    """How far one of ours is from the reference: norms of differences over those of results."""

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


def checks(
    case: Case, threads: list[int], tell: Callable[[str], None] | None = None
) -> Iterator[Check]:
    """Compare each of ours with the reference at the sizes of a case.

    Args:
        case: What will be timed.
        threads: Each number of threads that it will be timed with.
        tell: Is told what is compared.

    Note:
        It leaves PyTorch's number of threads changed.
    """
    ours = [one for one in contenders(case)[0] if one.name.startswith(OURS)]
    truths: dict[tuple[bool, bool], dict[str, Tensor]] = {}
    for one in ours:
        if tell is not None:
            tell(f"Checking {case.title}: {one.name}")
        key = one.wired, isinstance(one.elapsed, Tensor)
        if key not in truths:
            torch.set_num_threads(1)
            layer = make_layer(case, REFERENCE, wired=one.wired)
            truths[key] = _results(case, layer, one, half=False)
        limit = BFLOAT16_LIMIT if one.bfloat16 else FLOAT32_LIMIT
        for count in threads:
            torch.set_num_threads(count)
            assert isinstance(one.module, AbstractRecurrent)
            errors = _errors(_results(case, one.module, one, one.bfloat16), truths[key])
            yield Check(case.title, one.name, count, limit, errors)


def relative_error(found: Tensor, truth: Tensor) -> float:
    """Norm of the difference over that of the truth; infinite where something is no number."""
    difference = float(torch.linalg.vector_norm((found - truth).double()))
    size = float(torch.linalg.vector_norm(truth.double()))
    error = difference / size if size else difference
    return error if math.isfinite(error) else math.inf


def _errors(found: dict[str, Tensor], truth: dict[str, Tensor]) -> dict[str, float]:
    return {name: relative_error(found[name], truth[name]) for name in truth}


def _results(case: Case, layer: AbstractRecurrent, one: Contender, half: bool) -> dict[str, Tensor]:
    """Outputs, last state and all gradients, by name."""
    with seeded():
        x = torch.randn(case.batch, case.steps, case.inputs, requires_grad=True)
        h = torch.randn(1, case.batch, case.hidden).mul(0.5).requires_grad_()
        of_state = torch.randn(1, case.batch, case.hidden)
    asked = {"x": x, "the state": h, **dict(layer.named_parameters())}
    found = {}
    # As it is timed; then, where there are gaps of one's own, with their gradient too.
    for with_elapsed in (False, True)[: 1 + isinstance(one.elapsed, Tensor)]:
        elapsed = one.elapsed
        if with_elapsed and isinstance(elapsed, Tensor):
            elapsed = elapsed.clone().requires_grad_()
            asked = {**asked, "elapsed": elapsed}
        with autocast(half):
            output, state = layer(x, RecurrentState(h), elapsed=elapsed)
        loss = (output * one.gradient).sum() + (state.h * of_state).sum()
        gradients = torch.autograd.grad(loss, [*asked.values()], materialize_grads=True)
        end = " (elapsed with gradient)" if with_elapsed else ""
        found |= {f"output{end}": output.detach(), f"state{end}": state.h.detach()}
        found |= {
            f"gradient of {name}{end}": gradient
            for name, gradient in zip(asked, gradients, strict=True)
        }
    return found
