"""What a form of neuron says of itself, and what its definition does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any, Protocol

from torch import Tensor

from liquidtime.kernels.network.constants import Constants
from liquidtime.kernels.network.membrane import External
from liquidtime.kernels.network.past import Past
from liquidtime.kernels.network.readers import DERIVED
from liquidtime.kernels.network.stepper import Place, Task
from liquidtime.kernels.network.variable import Variable

Moment = Any
"""A NamedTuple of tensors, some of which may be None, that is all a run goes on from. Its field
`potential` [N, B] is what neurons are held at and what thresholds are for."""


class Rule(Protocol):
    """How neurons of one form move, in PyTorch: what every kernel is tested against."""

    def begin(self, potentials: Tensor, activations: Tensor | None) -> Moment:
        """Neurons that stand at these potentials [N, B]."""
        ...

    def emitted(self, moment: Moment) -> Tensor:
        """[N, B], what goes out along synapses."""
        ...

    def forgetting(self, moment: Moment) -> Moment:
        """The same without what was before it: a potential has jumped."""
        ...

    def advance(
        self, moment: Moment, past: Past, external: list[External], dt: float
    ) -> tuple[Moment, Mapping[str, Tensor]]:
        """One step.

        Args:
            moment: Where neurons are.
            past: What arrives at them.
            external: What comes from outside, at each of the scheme's points; of a scheme of one
                point also in the middle of the step, where neurons are held.
            dt: ms.

        Returns:
            The next moment, and those of the form's variables that are no fields of it.
        """
        ...


@dataclass(frozen=True)
class Form:
    """A kind of neuron and synapse: the `FORM` of a file of `forms`.

    A new one is a new file: nothing that plays, records, stores or spreads a network changes.
    """

    name: str
    rule: Callable[[Constants, Task, bool], Rule]
    """The definition; the flag says whether sums go through a sparse matrix."""
    variables: Mapping[str, Variable]
    """What can be traced; "potential" is always there."""
    constants: tuple[str, ...]
    """What it needs of `Constants` besides edges, delays and gates: fields, or names in `extra`."""
    lacks: Mapping[str, str] = field(default_factory=dict)
    """Why variables that others have are not there."""
    nonlinear: str | None = None
    """Why what arrives is no weighted sum of what is emitted, so that neither a sparse matrix nor
    sending on delta serves; None where it is."""
    kernel: Callable[[ModuleType, Constants, Task, Place | None], Any] | None = None
    """Makes the extension's network; None where the compiled kernels have no such neurons."""

    def check(self, constants: Constants) -> None:
        """See that there is what it needs.

        Raises:
            ValueError: If something is missing.
        """
        for name in self.constants:
            if name not in constants.extra and getattr(constants, name, None) is None:
                raise ValueError(
                    f"{self.name} neurons need {name}, which is not there; expected a number a "
                    f"neuron among the constants, or in `extra`, which holds "
                    f"{', '.join(constants.extra) or 'nothing'}."
                )

    @property
    def recordable(self) -> Mapping[str, Variable]:
        """All that can be recorded: what is traced, and what is made of it."""
        made = {
            name: derived.variable
            for name, derived in DERIVED.items()
            if all(need in self.variables for need in derived.needs)
        }
        return {**self.variables, **made}

    def refusal(self, variable: str) -> str | None:
        """Why a variable cannot be recorded; None if it can."""
        if variable in self.recordable:
            return None
        missing = DERIVED[variable].needs if variable in DERIVED else (variable,)
        whys = [self.lacks[need] for need in missing if need in self.lacks]
        why = whys[0] if whys else f"{self.name} neurons have none"
        return f"{why}; expected one of {', '.join(self.recordable)}"
