"""What the study measures: errors of each form against its truth, and what a step costs."""

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any, get_args

import numpy as np
import torch
from torch import Tensor

from liquidtime.dynamics import Synapses, sources
from liquidtime.dynamics.synapse import join
from liquidtime.kernels.ltc.network import LTCWeights
from liquidtime.nn import LTCCell
from liquidtime.nn.ltc_truth import Truth, true_states
from liquidtime.tasks.closed_form.forms import Form

_STAGES = {"fused": 1, "euler": 1, "exponential": 1, "heun": 2, "rk4": 4}
_ENOUGH_SECONDS = 0.4


@dataclass(frozen=True)
class Setting:
    """What the forms are run on, in float64: B series, T steps, M inputs, N neurons.

    Attributes:
        weights: The network.
        synapses: How many sensory and how many recurrent ones there are.
        outputs: How many of the neurons, the first ones, are motor neurons: the output.
        x: Inputs, [B, T, M].
        elapsed: [B, T].
        there: [B, T] booleans, False in the padding.
        truth: Potentials [B, T, N] by dopri5: of the LTC for both input models, and of the
            symmetrised ODE.
    """

    weights: LTCWeights
    synapses: tuple[int, int]
    outputs: int
    x: Tensor
    elapsed: Tensor
    there: Tensor
    truth: dict[Truth, Tensor]


def network_setting(cell: LTCCell, x: Tensor, elapsed: Tensor, there: Tensor) -> Setting:
    """The trained network as it is: its neurons hear each other."""
    count = len(cell.sensory.source), len(cell.recurrent.source)
    with torch.no_grad():
        return _with_truth(cell, cell.weights(), count, x, elapsed, there)


def given_setting(cell: LTCCell, network: Setting) -> Setting:
    """Every neuron on its own: what its sources do is given, as Algorithm 1 takes it.

    The other neurons' potentials at the samples, from the ODE with linear input, are inputs like
    the rest; between samples they stand still or move on a line, as the input model says.
    """
    with torch.no_grad():
        weights = network.weights
        silent = Synapses(*(torch.zeros_like(part) for part in weights.recurrent))
        alone = weights._replace(
            recurrent=silent,
            sensory=join(weights.sensory, weights.recurrent),
            input_factor=None,
            input_offset=None,
        )
        x = torch.cat([weights.map_input(network.x), network.truth["linear"]], dim=-1)
        count = (sum(network.synapses), 0)
        return _with_truth(cell, alone, count, x, network.elapsed, network.there)


def _with_truth(
    cell: LTCCell,
    weights: LTCWeights,
    synapses: tuple[int, int],
    x: Tensor,
    elapsed: Tensor,
    there: Tensor,
) -> Setting:
    start = x.new_zeros(len(x), cell.hidden_size)
    truth = {name: true_states(weights, x, elapsed, start, name) for name in get_args(Truth)}
    return Setting(weights, synapses, cell.output_size, x, elapsed, there, truth)


@dataclass(frozen=True)
class Errors:
    """Errors over all steps; of a number that is not finite, infinity.

    Attributes:
        mse: Mean squared error.
        max: Largest error.
        bias: Mean error, with its sign.
    """

    mse: float
    max: float
    bias: float


@dataclass(frozen=True)
class Measured:
    """One form on one sample.

    Attributes:
        form: Which.
        output: Against the ODE for the form's input model: the motor neurons' potentials.
        if_linear: At the output against the ODE with linear input, whatever the form's input model.
        own: At the output against the ODE that a published form solves, the symmetrised one;
            None for integrators.
        all_neurons: Against the ODE, over all neurons.
        neurons: The same for each, [N].
        task_mse: Mean squared error of the predictions against what was to be imitated; NaN where
            there is no task.
        seconds: Of one step of one series.
        evaluations: Sigmoids (and softplus tails) of one step of one series.
        states: Potentials, [B, T, N].
    """

    form: Form
    output: Errors
    if_linear: Errors
    own: Errors | None
    all_neurons: Errors
    neurons: tuple[Errors, ...]
    task_mse: float
    seconds: float
    evaluations: int
    states: Tensor

    def to_dict(self) -> dict[str, Any]:
        """All but the states, for JSON; what is not finite becomes None."""
        return {
            "form": self.form.name,
            **asdict(self.form),
            "input_model": self.form.input_model,
            "output": _plain(self.output),
            "output_against_linear": _plain(self.if_linear),
            "output_against_symmetrised": None if self.own is None else _plain(self.own),
            "all_neurons": _plain(self.all_neurons),
            "neurons": [_plain(errors) for errors in self.neurons],
            "task_mse": self.task_mse if np.isfinite(self.task_mse) else None,
            "seconds_per_step": self.seconds,
            "evaluations_per_step": self.evaluations,
        }


@torch.no_grad()
def measure(
    form: Form,
    setting: Setting,
    task: Callable[[Tensor], float] | None = None,
    *,
    repeats: int = 1,
) -> Measured:
    """Run a form and compare it with the truth for the input model that it solves.

    Args:
        form: Which.
        setting: What it is run on.
        task: Mean squared error of predictions made of potentials [B, T, N], if there is a task.
        repeats: Time it so often at most; the fastest counts.
    """
    seconds, states = _timed(form, setting, repeats)
    exact, there = setting.truth[form.input_model], setting.there
    error = states - exact
    own = None
    if form.published:
        other = states - setting.truth["symmetrised"]
        own = errors(other[..., : setting.outputs], there)
    return Measured(
        form=form,
        output=errors(error[..., : setting.outputs], there),
        if_linear=errors((states - setting.truth["linear"])[..., : setting.outputs], there),
        own=own,
        all_neurons=errors(error, there),
        neurons=tuple(errors(part, there) for part in error.split(1, dim=-1)),
        task_mse=np.nan if task is None else task(states),
        seconds=seconds / setting.elapsed.numel(),
        evaluations=evaluations(form, *setting.synapses),
        states=states,
    )


def errors(error: Tensor, there: Tensor) -> Errors:
    """The errors [B, T, K] of the steps that are there, all K together."""
    rows = error[there]
    if not bool(rows.isfinite().all()):
        return Errors(np.inf, np.inf, np.inf)
    return Errors(float(rows.square().mean()), float(rows.abs().max()), float(rows.mean()))


def evaluations(form: Form, sensory: int, recurrent: int) -> int:
    """Sigmoids and softplus tails of one step, one a synapse that is there.

    Sensory synapses are evaluated once a step where the input stands still, recurrent ones at
    every stage of every sub-step; for the linear form see `liquidtime.dynamics.sources`.
    """
    if form.published:
        return sensory + recurrent
    if form.sources:
        return form.unfolds * sources.evaluations(form.sources, sensory, recurrent, form.nodes)
    return sensory + form.unfolds * _STAGES[form.family] * recurrent


def _timed(form: Form, setting: Setting, repeats: int) -> tuple[float, Tensor]:
    """Seconds of the fastest of several runs, and the potentials [B, T, N]."""
    times, states = [], setting.x
    while not times or (sum(times) < _ENOUGH_SECONDS and len(times) < repeats):
        began = time.perf_counter()
        states = form.run(setting.weights, setting.x, setting.elapsed)
        times.append(time.perf_counter() - began)
    return min(times), states


def _plain(found: Errors) -> dict[str, float | None]:
    return {name: value if np.isfinite(value) else None for name, value in asdict(found).items()}
