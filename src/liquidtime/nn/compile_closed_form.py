"""A trained LTC turned into closed form, and how far that is from the ODE on given data."""

import copy
from dataclasses import asdict, dataclass
from typing import Any, Generic, Literal, NamedTuple, TypeVar, cast, get_args

import torch
from torch import Tensor, nn

from liquidtime.nn.closed_form_cell import ClosedFormCell, PublishedForm
from liquidtime.nn.ltc import LTC
from liquidtime.nn.ltc_cell import LTCCell
from liquidtime.nn.ltc_truth import Truth, true_states
from liquidtime.nn.members import members

ClosedForm = Literal["closed_form_linear"] | PublishedForm
Sources = Literal["frozen", "extrapolated", "iterated"]
Network = TypeVar("Network", LTC, LTCCell)


@dataclass(frozen=True)
class NodeError:
    """How far one neuron, or one output, is from the ODE.

    Attributes:
        layer: Number of the layer, from 0; -1 for an output of the whole.
        index: Number of the neuron or output, from 0.
        mse: Mean squared error over all steps.
        max_error: Largest error.
        bias: Mean error, with its sign: what is left of it over time.
    """

    layer: int
    index: int
    mse: float
    max_error: float
    bias: float


@dataclass(frozen=True)
class ClosedFormReport:
    """The error of a compiled network on given data, against dopri5 in float64.

    Attributes:
        form: The closed form.
        input_model: What the truth takes the input to be between samples: that of the form.
        steps: How many steps were compared, over all series.
        outputs: One entry an output.
        neurons: One entry a neuron.
    """

    form: str
    input_model: Literal["constant", "linear"]
    steps: int
    outputs: tuple[NodeError, ...]
    neurons: tuple[NodeError, ...]

    @property
    def output_mse(self) -> float:
        """Mean squared error over all outputs."""
        return sum(entry.mse for entry in self.outputs) / len(self.outputs)

    @property
    def output_max_error(self) -> float:
        """Largest error of any output."""
        return max(entry.max_error for entry in self.outputs)

    def to_dict(self) -> dict[str, Any]:
        """The fields as a JSON-able dictionary."""
        return asdict(self)

    def __str__(self) -> str:
        lines = [
            f"{self.form} against dopri5 ({self.input_model} input), {self.steps} steps: "
            f"output MSE {self.output_mse:.3g}, largest error {self.output_max_error:.3g}",
            f"{'':<20}{'MSE':>10}{'max':>10}{'bias':>11}",
        ]
        for entry in (*self.outputs, *self.neurons):
            name = f"layer {entry.layer} neuron {entry.index}"
            if entry.layer < 0:
                name = f"output {entry.index}"
            lines.append(
                f"{name:<20}{entry.mse:>10.2e}{entry.max_error:>10.2e}{entry.bias:>+11.2e}"
            )
        return "\n".join(lines)


class Compiled(NamedTuple, Generic[Network]):
    """A network in closed form.

    Attributes:
        network: Called as the LTC was; for inference.
        report: Its errors on the data given; None without data.
    """

    network: Network
    report: ClosedFormReport | None


def compile_closed_form(
    ltc: Network,
    form: ClosedForm = "closed_form_linear",
    *,
    nodes: int = 3,
    sources: Sources = "iterated",
    x: Tensor | None = None,
    elapsed: Tensor | float = 1.0,
    lengths: Tensor | None = None,
) -> Compiled[Network]:
    """Turn a trained LTC into closed form: no solver, one evaluation a step.

    Args:
        ltc: A trained `LTC` or `LTCCell` of any wiring; it is not changed.
        form: `"closed_form_linear"` solves the LTC's own ODE for input that is linear between
            samples. The published forms do not: `"algorithm1"` is the paper's Algorithm 1 as
            printed, `"algorithm1_mean"` a reading of it that weighs synapses by conductance,
            `"eq2"` its Theorem 1 for all synapses of a neuron together, `"eq8"` the exact solution
            of the ODE that the paper symmetrised, for input that stands still.
        nodes: Of the linear form: 2, 3 or 5 interpolation nodes.
        sources: Of the linear form: how potentials of other neurons move during a step.
        x: Data to compare on, [B, T, D]; without it there is no report.
        elapsed: Time between their steps: a float or [B, T].
        lengths: [B], steps of each series where they differ.

    Returns:
        The network in closed form, in evaluation mode and without gradients, and the report. It
        takes and returns what the LTC did: for a layer (output, state).

    Raises:
        ValueError: If the form is unknown, or data are given for a network that the report cannot
            follow: one that is bidirectional or has mixed memory.
        ImportError: If data are given and torchdiffeq is not installed (extra `ode`).

    Note:
        The published forms keep a bias that does not fade, since they leave v_leak out and add a
        second w_τ to the drive, and at elapsed 0 they do not return the state; see
        `liquidtime.dynamics.algorithm1` for what the paper leaves open. The report shows both.

    References:
        Hasani et al., Nature Machine Intelligence 4, 992–1003 (2022), Algorithm 1.

    Examples:
        >>> import torch
        >>> from liquidtime.nn import LTC, compile_closed_form
        >>> from liquidtime.wirings import AutoNCP
        >>> ltc = LTC(3, wiring=AutoNCP(19, 1))
        >>> x = torch.randn(2, 8, 3)
        >>> network, report = compile_closed_form(ltc, x=x, elapsed=0.5)
        >>> output, state = network(x, elapsed=0.5)
        >>> len(report.neurons), report.output_mse < 1e-2
        (19, True)
    """
    if form not in (*get_args(PublishedForm), "closed_form_linear"):
        known = ", ".join(map(repr, ("closed_form_linear", *get_args(PublishedForm))))
        raise ValueError(f"form is {form!r}; expected one of {known}.")
    network: Any = copy.deepcopy(ltc).eval().requires_grad_(False)
    if isinstance(network, LTC):
        cells = [_in_closed_form(cell, form, nodes, sources) for cell in _cells_of(network)]
        network.cells = cast("Any", nn.ModuleList(cells))
    else:
        network = _in_closed_form(network, form, nodes, sources)
    report: ClosedFormReport | None = None
    if x is not None:
        report = _report(ltc, network, form, x, elapsed, lengths)
    compiled: Any = Compiled(network, report)
    return compiled


def _cells_of(layer: LTC) -> list[LTCCell]:
    return members(layer.cells, LTCCell)


def _in_closed_form(
    cell: LTCCell, form: ClosedForm, nodes: int, sources: Sources
) -> LTCCell | ClosedFormCell:
    if form != "closed_form_linear":
        return ClosedFormCell(cell, form)
    cell.integrator = form
    cell.unfolds = 1
    cell.nodes = nodes
    cell.sources = sources
    return cell


def _report(
    ltc: LTC | LTCCell,
    network: nn.Module,
    form: ClosedForm,
    x: Tensor,
    elapsed: Tensor | float,
    lengths: Tensor | None,
) -> ClosedFormReport:
    if isinstance(ltc, LTC) and (ltc.bidirectional or ltc.memory_layout is not None):
        raise ValueError(
            "the report follows each neuron through time, which it cannot do for a bidirectional "
            "or a mixed-memory LTC. Leave x out to compile without a report."
        )
    true, compiled = copy.deepcopy(ltc).double(), copy.deepcopy(network).double()
    x = x.detach().double()
    if isinstance(ltc, LTC) and not ltc.batch_first:
        x = x.transpose(0, 1)
    if x.dim() != 3:
        raise ValueError(
            f"x has shape {list(x.shape)}; expected [B, T, D]. Add the batch: x.unsqueeze(0)."
        )
    batch, steps, _ = x.shape
    gaps = torch.as_tensor(elapsed, dtype=x.dtype).expand(batch, steps)
    there = torch.ones(batch, steps, dtype=torch.bool)
    if lengths is not None:
        there = torch.arange(steps) < lengths.reshape(-1, 1)
    truth: Truth = "linear" if form == "closed_form_linear" else "constant"
    neurons: list[NodeError] = []
    wanted = came = x
    pairs = zip(_each_cell(true), _each_cell(compiled), strict=True)
    for layer, (ltc_cell, closed_cell) in enumerate(pairs):
        start = x.new_zeros(batch, ltc_cell.hidden_size)
        exact = true_states(ltc_cell.weights(), wanted, gaps, start, truth)
        with torch.no_grad():
            past = getattr(closed_cell, "past_size", 0)
            state = (start, x.new_zeros(batch, past)) if past else (start,)
            states, _ = closed_cell.sequence(came, state, gaps, None)
            neurons += _errors(states - exact, there, layer)
            wanted, came = ltc_cell.readout(exact), closed_cell.readout(states)
    projection = ltc.projection if isinstance(ltc, LTC) else None
    if projection is not None:
        last = copy.deepcopy(projection).double()
        with torch.no_grad():
            wanted, came = last(wanted), last(came)
    return ClosedFormReport(
        form=form,
        input_model="linear" if truth == "linear" else "constant",
        steps=int(there.sum()),
        outputs=tuple(_errors(came - wanted, there, -1)),
        neurons=tuple(neurons),
    )


def _each_cell(network: nn.Module) -> list[Any]:
    return list(network.cells) if isinstance(network, LTC) else [network]


def _errors(error: Tensor, there: Tensor, layer: int) -> list[NodeError]:
    """Errors [B, T, K] of each of K nodes over the steps that are there."""
    rows = error[there]
    columns = zip(rows.square().mean(0), rows.abs().amax(0), rows.mean(0), strict=True)
    return [
        NodeError(layer, index, float(mse), float(largest), float(bias))
        for index, (mse, largest, bias) in enumerate(columns)
    ]
