r"""Search the options of a recipe by cross-validation, without a look at the test part.

    python -m liquidtime.tasks.search physionet2012 cfc-summaries --out search.json \
        --try model.hidden_size=32,64,128 --try train.weight_decay=0.1:10:log --trials 30

Training and validation part of one seed of a protocol are cut into folds; a trial trains on all but
one of them to the end, and is scored on that one, for each in turn. Optuna proposes what to try
next. The file holds every trial, and a search that was stopped goes on from it.
"""

import argparse
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from liquidtime.data.series import IrregularSeries
from liquidtime.errors import InputError
from liquidtime.models import catalogue as models
from liquidtime.optional import require
from liquidtime.runs.stored import read_json
from liquidtime.runs.write import write_json
from liquidtime.tasks import catalogue
from liquidtime.tasks.contract import Task
from liquidtime.train.config import FitConfig, TrainConfig

FORMAT = 1


@dataclass(frozen=True, kw_only=True)
class Choice:
    """What an option may be.

    Attributes:
        values: One of these; or none, and it is a number from a range.
        low: Least number.
        high: Largest number.
        log: Whether its logarithm is drawn evenly, rather than the number.
        whole: Whether it is a whole number.
    """

    values: tuple[Any, ...] = ()
    low: float = 0.0
    high: float = 0.0
    log: bool = False
    whole: bool = False

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        if self.values:
            return {"values": list(self.values)}
        return {"low": self.low, "high": self.high, "log": self.log, "whole": self.whole}

    def distribution(self) -> Any:
        """As Optuna has it."""
        known = require("optuna", extra="dev").distributions
        if self.values:
            return known.CategoricalDistribution(self.values)
        if self.whole:
            return known.IntDistribution(int(self.low), int(self.high), log=self.log)
        return known.FloatDistribution(self.low, self.high, log=self.log)


Space = Mapping[str, Choice]
"""Options by name, such as "model.hidden_size" or "train.learning_rate"."""


@dataclass(frozen=True, kw_only=True)
class Question:
    """What is searched, where and how.

    Attributes:
        task: The task.
        recipe: Name of the recipe whose options are changed.
        space: The options and what they may be.
        protocol: Whose parts.
        seed: Which parts, and of weights.
        folds: Number of folds.
        epochs: Another number of epochs than the recipe's.
    """

    task: Task
    recipe: str
    space: Space
    protocol: str = "paper"
    seed: int = 0
    folds: int = 3
    epochs: int | None = None

    def to_dict(self) -> dict[str, Any]:
        """For JSON; a search goes on only where this is as it was."""
        return {
            "format": FORMAT,
            "task": self.task.name,
            "recipe": self.recipe,
            "protocol": self.protocol,
            "seed": self.seed,
            "folds": self.folds,
            "epochs": self.epochs,
            "measure": self.task.measures[0],
            "space": {name: choice.to_dict() for name, choice in self.space.items()},
        }

    def configured(self, options: Mapping[str, Any]) -> FitConfig:
        """The recipe's fit with these options.

        Raises:
            InputError: If there is no such option, or a value will not do.
        """
        config = self.task.configured(self.recipe, seed=self.seed, epochs=self.epochs)
        parts = {"model": models.to_dict(config.model), "train": config.train.to_dict()}
        for name, value in options.items():
            part, _, option = name.partition(".")
            if option not in parts.get(part, {}):
                raise InputError(
                    f"{name!r} is no option of recipe {self.recipe!r}; expected model.NAME or "
                    f"train.NAME, with one of {', '.join([*parts['model'], *parts['train']])}."
                )
            parts[part][option] = value
        model = models.from_dict(parts["model"])
        return replace(config, model=model, train=TrainConfig.from_dict(parts["train"]))


def search(
    question: Question,
    file: Path,
    *,
    trials: int,
    progress: Callable[[str], None] = lambda line: None,
) -> dict[str, Any]:
    """Try options until there are so many trials, and write each to the file as it ends.

    Args:
        question: What is searched.
        file: JSON of the question, the trials and the best of them; read first if it is there.
        trials: How many there shall be, those in the file included.
        progress: Is told of each trial.

    Returns:
        What the file holds. A trial whose first folds were worse than the median of those before
        is given up, and has no `value`.

    Raises:
        InputError: If the file holds another search, or an option is unknown.
    """
    from liquidtime.train.score.metrics import higher_is_better

    optuna = require("optuna", extra="dev")
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    told = question.to_dict()
    known = _read(file, told)
    largest = higher_is_better(told["measure"])
    study = optuna.create_study(
        direction="maximize" if largest else "minimize",
        sampler=optuna.samplers.TPESampler(seed=question.seed + len(known)),
        pruner=optuna.pruners.MedianPruner(n_startup_trials=5),
    )
    space = {name: choice.distribution() for name, choice in question.space.items()}
    states = optuna.trial.TrialState
    for one in known:
        study.add_trial(
            optuna.trial.create_trial(
                state=states.PRUNED if one["value"] is None else states.COMPLETE,
                params=one["options"],
                distributions=space,
                value=one["value"],
                intermediate_values=dict(enumerate(np.cumsum(one["folds"]).tolist())),
            )
        )
    folds = _folds(question)
    file.parent.mkdir(parents=True, exist_ok=True)
    while len(known) < trials:
        trial, began = study.ask(space), time.perf_counter()
        config, scores, value = question.configured(trial.params), [], None
        for number, (training, held) in enumerate(folds):
            scores.append(_score(config, question, training, held))
            trial.report(sum(scores), number)
            if number + 1 < len(folds) and trial.should_prune():
                study.tell(trial, state=states.PRUNED)
                break
        else:
            value = float(np.mean(scores))
            study.tell(trial, value)
        seconds = round(time.perf_counter() - began, 1)
        known.append({"options": trial.params, "folds": scores, "value": value, "seconds": seconds})
        done = [one for one in known if one["value"] is not None]
        best = (max if largest else min)(done, key=lambda one: one["value"], default=None)
        write_json(file, {**told, "trials": known, "best": best})
        shown = "given up" if value is None else f"{value:.4f}"
        progress(f"trial {len(known)} of {trials}: {told['measure']} {shown}, {trial.params}")
    return read_json(file)


def _read(file: Path, told: Mapping[str, Any]) -> list[dict[str, Any]]:
    if not file.exists():
        return []
    stored = read_json(file)
    other = [name for name, value in told.items() if stored.get(name) != value]
    if other:
        raise InputError(
            f"{file} holds a search with another {', '.join(other)}. Ask as it was asked before, "
            "or choose another --out."
        )
    return stored["trials"]


def _folds(question: Question) -> list[tuple[IrregularSeries, IrregularSeries]]:
    """Series to learn from, and those held back, fold by fold; none of the test part."""
    selection = require("sklearn.model_selection", extra="train")
    series, split = question.task.protocol(question.protocol).parts(question.seed)
    series = question.task.framed(question.recipe, series)
    pool = np.sort(np.concatenate([split.train, split.validation]))
    classes = series.classes and not series.per_step and series.target is not None
    kind = selection.StratifiedKFold if classes else selection.KFold
    of = series.target.numpy()[pool] if classes and series.target is not None else None
    cuts = kind(question.folds, shuffle=True, random_state=question.seed).split(pool, of)
    return [(series.select(pool[a]), series.select(pool[b])) for a, b in cuts]


def _score(
    config: FitConfig, question: Question, training: IrregularSeries, held: IrregularSeries
) -> float:
    from liquidtime.train.defaults import resolved
    from liquidtime.train.loop import train
    from liquidtime.train.objectives import catalogue as objectives
    from liquidtime.train.run import new_model
    from liquidtime.train.score.metrics import point
    from liquidtime.train.score.outputs import predict_logits
    from liquidtime.train.score.parts import scored

    preprocessor = question.task.fitted(question.recipe, training)
    config = resolved(config, training)
    objective = objectives.of_training(training, config)
    model = new_model(preprocessor, objective, config)
    train(model, objective, preprocessor.encode(training, reads=model.reads), None, config.train)
    encoded = preprocessor.encode(held, reads=model.reads)
    assert held.target is not None
    said = scored(objective, predict_logits(model, encoded), held.target, held.lengths)
    return point(said, question.task.measures[0])


def parsed(text: str) -> tuple[str, Choice]:
    """An option and what it may be, of "NAME=1,2,3", "NAME=LOW:HIGH" or "NAME=LOW:HIGH:log".

    Raises:
        InputError: If it is none of these.
    """
    name, equals, told = text.partition("=")
    low, *rest = told.split(":")
    if equals and name and not rest:
        return name, Choice(values=tuple(_value(word) for word in told.split(",")))
    ends = [_value(word) for word in (low, *rest[:1])]
    numbers = all(isinstance(end, int | float) and not isinstance(end, bool) for end in ends)
    log = rest[1:] == ["log"]
    if not (equals and name and numbers and (log or not rest[1:])) or not ends[0] < ends[1]:
        raise InputError(
            f"--try is {text!r}; expected NAME=VALUE,VALUE,… or NAME=LOW:HIGH, with :log behind "
            "it where the logarithm is to be drawn evenly."
        )
    if log and ends[0] <= 0:
        raise InputError(f"--try is {text!r}; expected numbers above 0 where :log is asked for.")
    whole = all(isinstance(end, int) for end in ends)
    return name, Choice(low=ends[0], high=ends[1], log=log, whole=whole)


def _value(word: str) -> Any:
    named = {"true": True, "false": False, "none": None}
    if word in named:
        return named[word]
    for kind in (int, float):
        try:
            return kind(word)
        except ValueError:
            continue
    return word


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; 2 where the input will not do."""
    about = (__doc__ or "").partition("\n\n")
    parser = argparse.ArgumentParser("liquidtime.tasks.search", description=about[0])
    parser.add_argument("task")
    parser.add_argument("recipe")
    parser.add_argument("--try", dest="tried", action="append", required=True, metavar="NAME=…")
    parser.add_argument("--out", type=Path, required=True, help="JSON file, gone on with")
    parser.add_argument("--trials", type=int, default=30)
    parser.add_argument("--folds", type=int, default=3)
    parser.add_argument("--protocol", default="paper")
    parser.add_argument("--seed", type=int, default=0, help="of the parts and of the weights")
    parser.add_argument("--epochs", type=int, default=None)
    given = parser.parse_args(arguments)
    try:
        if given.folds < 2 or given.trials < 1:
            raise InputError(
                f"--folds is {given.folds} and --trials is {given.trials}; expected 2 or more "
                "folds and 1 trial or more."
            )
        question = Question(
            task=catalogue.task(given.task),
            recipe=given.recipe,
            space=dict(parsed(text) for text in given.tried),
            protocol=given.protocol,
            seed=given.seed,
            folds=given.folds,
            epochs=given.epochs,
        )
        found = search(question, given.out, trials=given.trials, progress=_say)
    except (InputError, ImportError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    best = found["best"]
    told = "none came to its end" if best is None else f"{best['value']:.4f} {best['options']}"
    _say(f"best: {told}")
    return 0


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
