"""Which implementation runs a recurrence, and why."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Protocol, runtime_checkable

import torch


@dataclass(frozen=True)
class Request:
    """What a layer asks for; everything a backend may need to know to accept or decline it."""

    recurrence: str
    """`"cfc"` or `"ltc"`."""
    device: str
    """Device type, such as `"cpu"` or `"cuda"`."""
    dtype: torch.dtype
    variant: str
    """Of CfC the variant, of LTC the integrator."""
    features: frozenset[str] = frozenset()
    """What is in use beyond the plain recurrence: `wiring`, `mixed_memory`, `dropout`."""

    def having(self, feature: str) -> "Request":
        """The same request with one more feature."""
        return replace(self, features=self.features | {feature})


@runtime_checkable
class Requester(Protocol):
    """A layer or cell that can say what it asks of the kernels."""

    @property
    def backend(self) -> str:
        """The backend asked for: a name, or `"auto"`."""
        ...

    def kernel_request(self) -> Request:
        """The request its next call will make."""
        ...


@dataclass(frozen=True)
class Backend:
    """One implementation of one recurrence."""

    name: str
    run: Callable[..., Any]
    """Same signature and result as the reference of that recurrence."""
    declines: Callable[[Request], str | None]
    """The reason why it cannot serve a request, or None if it can."""


@dataclass(frozen=True)
class Explanation:
    """Which backend serves a request, and why the others do not."""

    request: Request
    chosen: str
    considered: tuple[tuple[str, str], ...]
    """(name, verdict) in order of preference."""

    def __str__(self) -> str:
        features = ", ".join(sorted(self.request.features)) or "none"
        lines = [
            f"{self.request.recurrence} ({self.request.variant}) on {self.request.device}, "
            f"{str(self.request.dtype).removeprefix('torch.')}, extras: {features}"
        ]
        width = max(len(name) for name, _ in self.considered)
        lines += [f"  {name:<{width}}  {verdict}" for name, verdict in self.considered]
        return "\n".join(lines)


class Registry:
    """Backends of the recurrences, the fastest first; the reference stands last and takes all."""

    def __init__(self, references: dict[str, Callable[..., Any]]) -> None:
        self._backends = {
            recurrence: [Backend("reference", run, lambda _: None)]
            for recurrence, run in references.items()
        }

    def register(self, recurrence: str, backend: Backend) -> None:
        """Put a backend before those already registered for a recurrence."""
        backends = self._backends[recurrence]
        if any(known.name == backend.name for known in backends):
            raise ValueError(
                f"a backend named {backend.name!r} is registered for {recurrence!r} already."
            )
        backends.insert(0, backend)

    def names(self, recurrence: str) -> tuple[str, ...]:
        """Names of the backends of a recurrence, in order of preference."""
        return tuple(backend.name for backend in self._backends[recurrence])

    def select(self, request: Request, backend: str = "auto") -> Backend:
        """The backend that serves a request.

        Args:
            request: What is to be computed.
            backend: A name, or `"auto"` for the first that does not decline.

        Raises:
            ValueError: If the name is unknown, or the backend named declines the request.
        """
        candidates = self._backends[request.recurrence]
        if backend == "auto":
            return next(known for known in candidates if known.declines(request) is None)
        for known in candidates:
            if known.name == backend:
                if reason := known.declines(request):
                    raise ValueError(
                        f"backend {backend!r} cannot run this {request.recurrence}: {reason}. "
                        "Use backend='auto' to take the fastest that can."
                    )
                return known
        raise ValueError(
            f"backend is {backend!r}; expected 'auto' or one of "
            f"{', '.join(map(repr, self.names(request.recurrence)))} for {request.recurrence}."
        )

    def explain(self, layer: Requester) -> Explanation:
        """Say which backend the next call of a layer or cell will take, and why.

        Args:
            layer: A `CfC`, `LTC` or one of their cells.

        Examples:
            >>> from liquidtime import kernels, nn
            >>> print(kernels.explain(nn.CfC(4, 8)))
            cfc (gated) on cpu, float32, extras: none
              cpu        chosen: the first that can
              reference  can, but comes later
        """
        request, wanted = layer.kernel_request(), layer.backend
        chosen = self.select(request, wanted).name
        considered = []
        for known in self._backends[request.recurrence]:
            reason = known.declines(request)
            if known.name == chosen:
                verdict = "chosen: " + ("the first that can" if wanted == "auto" else "by name")
            else:
                verdict = f"declines: {reason}" if reason else "can, but comes later"
            considered.append((known.name, verdict))
        return Explanation(request, chosen, tuple(considered))
