"""One split of the stimulated neurons: fit on one half, test on the other, once."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from liquidtime.brain.connectome.graph import Connectome
from liquidtime.brain.generate.degrees import shuffled
from liquidtime.tasks.worm_atlas.data import Atlas, halves_by_class
from liquidtime.tasks.worm_atlas.fit import FittedWorm, fit_worm
from liquidtime.tasks.worm_atlas.model import KINDS, Wiring, steady_response
from liquidtime.tasks.worm_atlas.options import Options
from liquidtime.tasks.worm_atlas.predictors import predictors
from liquidtime.tasks.worm_atlas.scores import (
    METRICS,
    Measurement,
    ceiling,
    difference,
    measurement,
    scores,
    summary,
)
from liquidtime.tasks.worm_atlas.simulation import stimulate_each

MODEL = "model"
GAPS_ALONE = "model, gap junctions alone"
REVERSED = "model, arrows reversed"
SHUFFLED = "partners shuffled"
RELABELLED = "neurons relabelled"
Values = NDArray[np.float64]


class Halves:
    """A connectome beside an atlas, over the same neurons, whose stimulated ones are halved.

    Args:
        connectome: N neurons, with the column `type`.
        atlas: Over the same N neurons.
        options: Of the study.
    """

    def __init__(self, connectome: Connectome, atlas: Atlas, options: Options) -> None:
        self.connectome, self.atlas, self.options = connectome, atlas, options
        self.types = np.asarray(connectome.neurons["type"], dtype=str)
        self.wiring = Wiring.of(connectome)
        self.measured, self.published = atlas.mean(), atlas.mean(np.inf)
        self.pairs = atlas.pairs(options.least)

    def split(self, seed: int) -> tuple[dict[str, Any], dict[str, Any]]:
        """What one split gives; and what figures and the simulation need of it."""
        first, second = halves_by_class(self.types, np.any(self.pairs, axis=0), seed)
        training, testing = self.pairs & first, self.pairs & second
        test = measurement(
            self.measured, self.atlas.q, testing, repeats=self.options.repeats, seed=seed
        )
        fitted = self._fitted(training, seed)
        predicted = {name: self._answer(wiring, fit) for name, (wiring, fit) in fitted.items()}
        constants = {name: fit.constants._asdict() for name, (_, fit) in fitted.items()}
        constants[GAPS_ALONE] = {"gap": constants[GAPS_ALONE]["gap"]}
        for name, (found, used) in predictors(
            self.wiring, self.types, self.measured, training
        ).items():
            predicted[name], constants[name] = found, used
        drawn = {name: scores(test, found[testing]) for name, found in predicted.items()}
        entry = {
            "seed": seed,
            "training_neurons": int(first.sum()),
            "test_neurons": int(second.sum()),
            "training_pairs": int(training.sum()),
            "test_pairs": int(testing.sum()),
            "test_connected": int(test.connected.sum()),
            "constants": constants,
            "gain": fitted[MODEL][1].gain,
            "training_pearson": {
                name: _pearson(found[training], self.measured[training])
                for name, found in predicted.items()
            },
            "scores": {name: summary(found) for name, found in drawn.items()},
            "model_minus": {
                name: difference(drawn[MODEL], found)
                for name, found in drawn.items()
                if name != MODEL
            },
            "published_mean_pearson": {
                name: _pearson(found[testing], self.published[testing])
                for name, found in predicted.items()
            },
            "ceiling": ceiling(test, *self.atlas.halves(testing, seed)),
            "nulls": self._nulls(training, testing, test, seed),
        }
        return entry, {
            "response": predicted[MODEL],
            "constants": fitted[MODEL][1].constants,
            "training": training,
            "testing": testing,
        }

    def simulated(self, amplitude: float, drawn: Mapping[str, Any]) -> dict[str, Any]:
        """How far the full model is from the linear one, and how it scores."""
        found = stimulate_each(
            self.connectome, drawn["constants"], amplitude=amplitude, duration=1000.0
        )
        others = ~np.eye(len(self.connectome), dtype=bool)
        linear, testing = drawn["response"] * amplitude, drawn["testing"]
        return {
            "amplitude": amplitude,
            "trials": len(self.connectome) + 1,
            "pearson_with_linear": _pearson(found.potential[others], linear[others]),
            "largest_difference": float(np.abs(found.potential - linear).max()),
            "largest_response": float(np.abs(linear).max()),
            "drift": found.drift,
            "test_pearson_potential": _pearson(found.potential[testing], self.measured[testing]),
            "test_pearson_calcium": _pearson(found.calcium[testing], self.measured[testing]),
            "wall_seconds": found.seconds,
        }

    def _fitted(
        self, training: NDArray[np.bool_], seed: int
    ) -> dict[str, tuple[Wiring, FittedWorm]]:
        backwards = Wiring({kind: self.wiring.chemical[kind].T for kind in KINDS}, self.wiring.gap)
        gaps = self.wiring.only_gaps()
        return {
            MODEL: (self.wiring, self._fit(self.wiring, training, seed)),
            GAPS_ALONE: (
                gaps,
                fit_worm(gaps, self.measured, training, learn=["gap"], starts=1),
            ),
            REVERSED: (backwards, self._fit(backwards, training, seed)),
        }

    def _fit(
        self, wiring: Wiring, training: NDArray[np.bool_], seed: int, starts: int | None = None
    ) -> FittedWorm:
        return fit_worm(
            wiring, self.measured, training, starts=starts or self.options.starts, seed=seed
        )

    def _answer(self, wiring: Wiring, fit: FittedWorm) -> Values:
        return steady_response(wiring, fit.constants)[0]

    def _nulls(
        self, training: NDArray[np.bool_], testing: NDArray[np.bool_], test: Measurement, seed: int
    ) -> dict[str, dict[str, list[float]]]:
        """Scores of the model fitted to connectomes without their structure."""
        alone = Measurement(test.measured, test.connected, test.groups, test.draws[:1])
        there = np.flatnonzero(self.pairs.any(0) | self.pairs.any(1))
        found: dict[str, dict[str, list[float]]] = {
            name: {metric: [] for metric in METRICS} for name in (SHUFFLED, RELABELLED)
        }
        for number in range(self.options.nulls):
            key = 1000 * seed + number
            order = np.arange(len(self.connectome))
            order[there] = np.random.default_rng(key).permutation(there)
            made = {
                SHUFFLED: Wiring.of(shuffled(self.connectome, seed=key)),
                RELABELLED: self.wiring.relabelled(order),
            }
            for name, wiring in made.items():
                fit = self._fit(wiring, training, seed, starts=1)
                for metric, value in scores(alone, self._answer(wiring, fit)[testing]).items():
                    found[name][metric].append(float(value[0]))
        return found


def _pearson(one: Values, other: Values) -> float | None:
    found = float(np.corrcoef(one, other)[0, 1]) if one.std() > 0 else np.nan
    return found if np.isfinite(found) else None
