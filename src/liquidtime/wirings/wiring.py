"""What a layer may ask of a wiring, be it a spec or a finished circuit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    from liquidtime.wirings.circuit import Circuit


@runtime_checkable
class Wiring(Protocol):
    """Anything that layers accept as `wiring=`.

    Attributes:
        units: Number of neurons N.
        output_size: Number of motor neurons; they are neurons 0 to `output_size - 1`.
    """

    @property
    def units(self) -> int:
        """Number of neurons N."""
        ...

    @property
    def output_size(self) -> int:
        """Number of motor neurons."""
        ...

    def build(self, input_size: int) -> Circuit:
        """Draw the circuit for `input_size` inputs; the same call gives the same circuit."""
        ...
