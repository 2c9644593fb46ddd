"""Which implementation runs a recurrence, a network of neurons or a stream, and why.

It stands on the ground, without PyTorch, so that what trains and what runs on a robot choose the
same way. Who has implementations registers them: `liquidtime.kernels` and `liquidtime.deploy`.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Protocol, runtime_checkable

from liquidtime.errors import InputError


@dataclass(frozen=True)
class Request:
    """What is asked for; everything a backend may need to know to accept or decline it."""

    recurrence: str
    """`"cfc"`, `"ltc"`, `"network"` (of neurons) or `"stream"`."""
    device: str
    """Device type, such as `"cpu"` or `"cuda"`."""
    dtype: str
    """Such as `"float32"`."""
    variant: str
    """Of CfC the variant, of LTC the integrator, of a network its neurons' form, of a stream the
    layers."""
    features: frozenset[str] = frozenset()
    """What is in use beyond the plain recurrence, such as `wiring` or `mixed_memory`; of a network
    the scheme too."""

    def having(self, *features: str) -> "Request":
        """The same request with more features."""
        if self.features.issuperset(features):
            return self
        return replace(self, features=self.features.union(features))


@runtime_checkable
class Requester(Protocol):
    """A layer, cell, network or stream that can say what it asks for."""

    @property
    def backend(self) -> str:
        """A backend's name, or `"auto"`."""
        ...

    def kernel_request(self) -> Request:
        """The request its next call will make."""
        ...


@dataclass(frozen=True)
class Backend:
    """One implementation of one recurrence."""

    name: str
    run: Callable[..., Any]
    """Of a layer: same signature and result as the reference of that recurrence. Of a network or a
    stream: makes what steps."""
    declines: Callable[[Request], str | None]
    """The reason why it cannot serve a request, or None if it can."""
    stands_back: Callable[[Request], str | None] = lambda _: None
    """The reason why it serves a request only where it is named, or None."""
    serves: frozenset[str] | None = frozenset()
    """The features of a request that its `run` takes into account, such as `mixed_memory`; a
    request with any other is declined for it, so that nothing it was given is left unread. None
    for all that there are, as a definition has them."""

    def refusal(self, request: Request) -> str | None:
        """The reason why it does not serve a request, or None if it does."""
        if self.serves is not None and not request.features <= self.serves:
            return f"it has no {_named(request.features - self.serves)}"
        return self.declines(request)


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
            f"{self.request.dtype}, extras: {features}"
        ]
        width = max(len(name) for name, _ in self.considered)
        lines += [f"  {name:<{width}}  {verdict}" for name, verdict in self.considered]
        return "\n".join(lines)


class Registry:
    """Backends by recurrence, the last one registered first."""

    def __init__(self) -> None:
        self._backends: dict[str, list[Backend]] = {}

    def register(self, recurrence: str, backend: Backend) -> None:
        """Put a backend before those already registered for a recurrence.

        The first one should take whatever comes, as a reference does.

        Raises:
            ValueError: If the recurrence has one of that name.
        """
        backends = self._backends.setdefault(recurrence, [])
        if any(known.name == backend.name for known in backends):
            raise ValueError(
                f"a backend named {backend.name!r} is registered for {recurrence!r} already."
            )
        backends.insert(0, backend)

    def remove(self, recurrence: str, name: str) -> None:
        """Take a backend out again."""
        backends = self._backends[recurrence]
        backends[:] = [known for known in backends if known.name != name]

    def names(self, recurrence: str) -> tuple[str, ...]:
        """Names of the backends of a recurrence, in order of preference."""
        return tuple(backend.name for backend in self._backends[recurrence])

    def select(self, request: Request, backend: str = "auto") -> Backend:
        """The backend that serves a request.

        Args:
            request: What is to be computed.
            backend: A name, or `"auto"` for the first that does not decline.

        Raises:
            InputError: If the name is unknown, the backend named declines the request, or all do.
        """
        candidates = self._backends[request.recurrence]
        if backend == "auto":
            for known in candidates:
                if known.refusal(request) is None and known.stands_back(request) is None:
                    return known
            raise InputError(
                f"no backend can run this {request.recurrence}: {_verdicts(candidates, request)}."
            )
        for known in candidates:
            if known.name == backend:
                if reason := known.refusal(request):
                    raise InputError(
                        f"backend {backend!r} cannot run this {request.recurrence}: {reason}. "
                        "Use backend='auto' to take the fastest that can."
                    )
                return known
        raise InputError(
            f"backend is {backend!r}; expected 'auto' or one of "
            f"{_verdicts(candidates, request)} for {request.recurrence}."
        )

    def explain(self, asked: Requester) -> Explanation:
        """Say which backend a layer, network or stream will take next, and why.

        Args:
            asked: A `CfC`, `LTC` or one of their cells, a `brain.Network` or a `deploy.Stream`.

        Examples:
            >>> from liquidtime import kernels, nn
            >>> print(kernels.explain(nn.CfC(4, 8)))
            cfc (gated) on cpu, float32, extras: none
              cpu        chosen: the first that can
              reference  can, but comes later
        """
        request, wanted = asked.kernel_request(), asked.backend
        chosen = self.select(request, wanted).name
        considered = []
        for known in self._backends[request.recurrence]:
            reason = known.refusal(request)
            if known.name == chosen:
                verdict = "chosen: " + ("the first that can" if wanted == "auto" else "by name")
            else:
                back = known.stands_back(request) or "comes later"
                verdict = f"declines: {reason}" if reason else f"can, but {back}"
            considered.append((known.name, verdict))
        return Explanation(request, chosen, tuple(considered))


registry = Registry()
"""That of this process; `liquidtime.kernels` and `liquidtime.deploy` fill it when imported."""


def takes_all(request: Request) -> None:
    """The `declines` of a backend that can run whatever comes."""
    del request


def _named(features: frozenset[str]) -> str:
    """In words, such as "mixed memory"."""
    return " and no ".join(feature.replace("_", " ") for feature in sorted(features))


def _verdicts(backends: list[Backend], request: Request) -> str:
    reasons = [(known.name, known.refusal(request)) for known in backends]
    return ", ".join(f"{name!r}" + (f" (declines: {why})" if why else "") for name, why in reasons)
