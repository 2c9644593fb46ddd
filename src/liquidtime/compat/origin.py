"""What a converted layer remembers of where it came from."""

from dataclasses import dataclass

from torch import Tensor, nn

_ATTRIBUTE = "compat_origin"


@dataclass(frozen=True)
class Origin:
    """What an earlier library keeps of an LTC and this library does not.

    It is a plain attribute of the layer: copied and pickled with it, not part of its state dict.
    """

    implicit: bool
    """Whether positive numbers stood before a softplus."""
    epsilon: float
    """ε in the denominator of the solver."""
    entries: dict[str, Tensor]
    """Matrices with entries where there is no synapse, and leak potentials; on the CPU."""


def remember(layer: nn.Module, origin: Origin) -> None:
    """Attach an origin to a layer."""
    setattr(layer, _ATTRIBUTE, origin)


def origin_of(layer: nn.Module) -> Origin | None:
    """The origin of a converted layer, or None."""
    return getattr(layer, _ATTRIBUTE, None)
