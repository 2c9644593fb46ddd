"""How far every form of a trained liquid neuron is from its ODE, and what it costs.

A 19-neuron NCP LTC learns to imitate; then each published closed form, each integrator and the
closed form for linear input runs it on the test series in float64, and is compared with the ODE
solved by dopri5 to nine digits. What is published of such a comparison lies in `published.json`.
"""

import copy
import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from liquidtime.data.batching import collate
from liquidtime.data.preprocess import Preprocessor
from liquidtime.models import ltc
from liquidtime.models.common.predictor import Predictor
from liquidtime.nn import LTC, LTCCell
from liquidtime.nn.layout import valid_steps
from liquidtime.nn.members import members
from liquidtime.optional import require
from liquidtime.tasks.closed_form.data import StudyData, study_data
from liquidtime.tasks.closed_form.forms import Form, all_forms, forms_for_given_sources
from liquidtime.tasks.closed_form.measure import (
    Errors,
    Measured,
    Setting,
    errors,
    given_setting,
    measure,
    network_setting,
)
from liquidtime.tasks.closed_form.options import Options
from liquidtime.tasks.contract import Progress
from liquidtime.tasks.fitting import fit_once
from liquidtime.tasks.published import read_published
from liquidtime.train.config import About, FitConfig, TrainConfig
from liquidtime.train.objectives.values import Numbers
from liquidtime.train.run import Run

_CLAIM = read_published("liquidtime.tasks.closed_form").claim
assert _CLAIM is not None
PUBLISHED_OUTPUT_MSE = _CLAIM.value
MODEL_FOLDER = "model"
# Epochs, learning rate, weight decay: chosen on the validation part.
_TRAINING = {
    "lidar": (100, 1e-2, 0.03),
    "walker": (60, 1e-2, 0.0),
    "synthetic": (60, 3e-2, 0.0),
}


@dataclass(frozen=True)
class Comparison:
    """Everything that was found.

    Attributes:
        data: What was imitated.
        run: The trained network.
        cell: Its LTC cell, in float64.
        network: The network on the test series.
        input_models: At the output neurons, the ODE with linear input minus that with constant.
        truth_task_mse: Of the ODE itself, for both input models.
        measured: One entry a form.
        given: The same for neurons that are told what their sources do.
    """

    data: StudyData
    run: Run
    cell: LTCCell
    network: Setting
    input_models: Errors
    truth_task_mse: dict[str, float]
    measured: tuple[Measured, ...]
    given: tuple[Measured, ...]

    def of(self, form: Form) -> Measured:
        """What was measured of a form.

        Raises:
            KeyError: If it was not run.
        """
        for entry in self.measured:
            if entry.form == form:
                return entry
        raise KeyError(form.name)


def recipe(data: StudyData, options: Options) -> FitConfig:
    """How the network of a study is trained: as the published LTC, fused Euler in six sub-steps."""
    usual, learning_rate, weight_decay = _TRAINING[data.name]
    return FitConfig(
        task="regress",
        model=ltc.Config(
            hidden_size=options.neurons,
            wiring="auto_ncp",
            wiring_outputs=data.motor_neurons,
            integrator="fused",
            unfolds=6,
            dropout=0.0,
        ),
        train=TrainConfig(
            epochs=options.epochs or usual,
            batch_size=32,
            learning_rate=learning_rate,
            weight_decay=weight_decay,
            schedule="cosine",
            seed=options.seed,
            accelerator="cpu",
        ),
    )


def trained(data: StudyData, config: FitConfig, out: Path, *, progress: bool = True) -> Run:
    """The network, from its folder where it is finished, else trained there or gone on with.

    Raises:
        InputError: If the folder holds a network of other data or settings.
    """
    return fit_once(
        data.series,
        data.split,
        config,
        out,
        preprocessor=Preprocessor.fit(
            data.series.select(data.split.train),
            features=("values",),
            clip=4.0,
            scale="standard",
            drop_constant=False,
        ),
        progress=progress,
        about=About(title=data.title, data=data.source, split=data.parts, time_unit=data.time_unit),
    )


def compare(out: Path, options: Options, progress: Progress | None = None) -> Comparison:
    """Train, run every form, compare. Writes the network's run folder and nothing else.

    Args:
        out: Folder; the network lies in its sub-folder `model`, and is taken from there.
        options: What to imitate, and how far to go.
        progress: Is told what comes next; with it, training shows its progress too.

    Raises:
        InputError: If the data cannot be had or `out` holds something else.
        ImportError: If torchdiffeq is not installed (extra `ode`).
    """
    require("torchdiffeq", extra="ode")
    say = progress or (lambda text: None)
    found = study_data(options.data, seed=options.seed)
    if found.note:
        say(found.note)
    config = recipe(found, options)
    run = trained(found, config, out / MODEL_FOLDER, progress=progress is not None)
    model = copy.deepcopy(run.model()).double()
    assert isinstance(model, Predictor)
    layer = model.recurrent
    assert isinstance(layer, LTC)
    cell = members(layer.cells, LTCCell)[0]
    inputs, task = _inputs(found, run, model, options.steps)
    count = int(inputs[2].sum())
    say(f"Solving the ODE by dopri5 on {len(inputs[0])} test series, {count:,} steps …")
    network = network_setting(cell, *inputs)
    measured = []
    for form in all_forms(options.most_unfolds):
        say(f"{form.name} …")
        measured.append(measure(form, network, task, repeats=options.repeats))
    say("Each neuron alone, its sources given …")
    alone = given_setting(cell, network)
    between = network.truth["linear"] - network.truth["constant"]
    return Comparison(
        data=found,
        run=run,
        cell=cell,
        network=network,
        input_models=errors(between[..., : cell.output_size], network.there),
        truth_task_mse={name: task(network.truth[name]) for name in ("constant", "linear")},
        measured=tuple(measured),
        given=tuple(
            measure(form, alone, repeats=options.repeats) for form in forms_for_given_sources()
        ),
    )


def _inputs(
    data: StudyData, run: Run, model: Predictor, steps: int
) -> tuple[tuple[Tensor, Tensor, Tensor], Callable[[Tensor], float]]:
    """(x, elapsed, there) of the test series; the error of predictions made of potentials."""
    part = data.series.select(data.split.test)
    batch = collate(run.preprocessor.encode(part), np.arange(len(part)))
    keep = min(steps, batch.inputs.shape[1])
    there = valid_steps(batch.lengths, keep)
    inputs = batch.inputs[:, :keep].double(), batch.elapsed[:, :keep].double(), there
    assert batch.target is not None and isinstance(model.recurrent, LTC)
    cell = members(model.recurrent.cells, LTCCell)[0]
    target = batch.target[:, :keep].double()[there]
    objective = run.objective
    assert isinstance(objective, Numbers)
    scale = torch.tensor(objective.scale, dtype=torch.float64)
    mean = torch.tensor(objective.mean, dtype=torch.float64)

    @torch.no_grad()
    def task(states: Tensor) -> float:
        return float(
            (model.head(cell.readout(states[there])) * scale + mean - target).square().mean()
        )

    return inputs, task


def headline(found: Comparison) -> dict[str, Any]:
    """The numbers that a reader wants first; ratios of root mean squared and of largest errors."""
    fused = found.of(Form("fused", 6)).output
    rows: dict[str, Any] = {
        "published_output_mse": PUBLISHED_OUTPUT_MSE,
        "eq2_output_mse": found.of(Form("eq2")).output.mse,
        "fused_6_output_mse": fused.mse,
        "fused_6_output_max": fused.max,
        "input_models_output_mse": found.input_models.mse,
    }
    for entry in found.measured:
        if entry.form.linear and entry.form.unfolds == 1:
            key = f"linear_{entry.form.nodes}_{entry.form.sources}"
            rows[f"{key}_output_mse"] = entry.output.mse
            rows[f"{key}_rms_ratio"] = (fused.mse / entry.output.mse) ** 0.5
            rows[f"{key}_max_ratio"] = fused.max / entry.output.max
    return rows


def families(found: Comparison) -> Sequence[tuple[str, list[Measured]]]:
    """The forms by the name they share at different numbers of sub-steps."""
    groups: dict[str, list[Measured]] = {}
    for entry in found.measured:
        groups.setdefault(entry.form.group, []).append(entry)
    return list(groups.items())


def settings(found: Comparison) -> dict[str, Any]:
    """What was run, for the record."""
    return {
        "data": found.data.name,
        "title": found.data.title,
        "source": found.data.source,
        "note": found.data.note,
        "seed": found.run.config.train.seed,
        "series": len(found.network.x),
        "steps": int(found.network.there.sum()),
        "neurons": found.cell.hidden_size,
        "inputs": found.cell.input_size,
        "outputs": found.cell.output_size,
        "sensory_synapses": found.network.synapses[0],
        "recurrent_synapses": found.network.synapses[1],
        "network": dataclasses.asdict(found.run.config),
    }
