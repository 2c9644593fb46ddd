"""Which forms of the trained neuron the study compares, and how each is run."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

import torch
from torch import Tensor

from liquidtime.dynamics import SourcesName
from liquidtime.kernels.ltc.network import LTCSpec, LTCWeights
from liquidtime.kernels.ltc.past import past_size
from liquidtime.kernels.ltc.reference import ltc
from liquidtime.kernels.memory import with_memory
from liquidtime.kernels.scan import scan
from liquidtime.nn.closed_form_cell import PublishedForm, closed_form_step

NODES = (2, 3, 5)
SOURCES: tuple[SourcesName, ...] = get_args(SourcesName)
_NAMES = {
    "eq2": "Eq. 2",
    "algorithm1": "Algorithm 1, summed as printed",
    "algorithm1_mean": "Algorithm 1, weighted mean",
    "eq8": "Eq. 6–8, exact for its own ODE",
    "fused": "fused Euler",
    "euler": "explicit Euler",
    "heun": "Heun",
    "rk4": "RK4",
    "exponential": "exponential",
}
_FUSED = (1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64)
_INTEGRATORS = (1, 2, 4, 6, 8, 16, 32, 64)
_LINEAR = {2: (1, 4), 3: (1, 2, 4, 8), 5: (1, 4)}


@dataclass(frozen=True)
class Form:
    """One way to step a trained LTC.

    Attributes:
        family: Integrator or published form.
        unfolds: Sub-steps a step.
        nodes: Of the linear closed form, else 0.
        sources: Of the linear closed form, else "".
        from_start: Of a published form: whether t runs from the start of the series and x(0) is
            the state there, as Algorithm 1 is printed, rather than from each step's.
    """

    family: str
    unfolds: int = 1
    nodes: int = 0
    sources: Literal["", "frozen", "extrapolated", "iterated"] = ""
    from_start: bool = False

    @property
    def published(self) -> bool:
        """Whether it is one of the paper's formulas, rather than an integrator."""
        return self.family in get_args(PublishedForm)

    @property
    def linear(self) -> bool:
        """Whether it solves for input that is linear between samples."""
        return self.family == "closed_form_linear"

    @property
    def input_model(self) -> Literal["constant", "linear"]:
        """What it takes the input to be during a step, and is compared with."""
        return "linear" if self.linear else "constant"

    @property
    def group(self) -> str:
        """The name it shares with the same form at other numbers of sub-steps."""
        if self.linear:
            return f"linear {self.nodes} nodes, {self.sources}"
        return _NAMES[self.family] + (", t from the start" if self.from_start else "")

    @property
    def name(self) -> str:
        """Its name in tables."""
        return self.group if self.published else f"{self.group}, K = {self.unfolds}"

    def run(self, weights: LTCWeights, x: Tensor, elapsed: Tensor) -> Tensor:
        """Potentials after every step, from zeros; by the reference, whatever is faster.

        A form `from_start` sees the neurons at rest: it is for neurons whose sources are given.

        Args:
            weights: The network.
            x: Inputs, [B, T, M].
            elapsed: [B, T].

        Returns:
            [B, T, N].
        """
        start = x.new_zeros(len(x), len(weights.membrane_capacitance))
        if self.published:
            step = closed_form_step(weights, self.family)  # pyright: ignore[reportArgumentType]
            if self.from_start:
                time = elapsed.cumsum(1)
                states = [step(x[:, k], start, time[:, k]) for k in range(x.shape[1])]
                return torch.stack(states, dim=1)
            return scan(with_memory(step, None, "state"), (x, elapsed), (start,), None)[0]
        kind: Any = self.family
        spec = LTCSpec(kind, self.unfolds, "state", self.nodes or 3, self.sources or "frozen")
        width = past_size(x.shape[-1], start.shape[-1], spec)
        state = (start, x.new_zeros(len(x), width)) if width else (start,)
        return ltc(x, state, elapsed, None, weights, None, spec)[0]


def all_forms(most_unfolds: int = 64) -> Sequence[Form]:
    """Every form of the study, in the order of its table.

    Args:
        most_unfolds: Leave out what has more sub-steps.
    """
    forms = [Form(name) for name in get_args(PublishedForm)]
    forms += [Form("fused", count) for count in _FUSED]
    for family in ("exponential", "euler", "heun", "rk4"):
        forms += [Form(family, count) for count in _INTEGRATORS]
    for sources in SOURCES:
        for nodes in NODES:
            forms += [Form("closed_form_linear", k, nodes, sources) for k in _LINEAR[nodes]]
    return [form for form in forms if form.unfolds <= most_unfolds]


def forms_for_given_sources() -> Sequence[Form]:
    """The forms whose neurons can be told what their sources do: all, at fewer sub-steps."""
    published = get_args(PublishedForm)
    forms = [Form(name) for name in published]
    forms += [Form(name, from_start=True) for name in published if name != "eq8"]
    forms += [Form("fused", count) for count in (1, 6, 16, 64)]
    forms += [Form("exponential")]
    forms += [Form("rk4", count) for count in (6, 16)]
    return [*forms, *(Form("closed_form_linear", 1, nodes, "frozen") for nodes in NODES)]
