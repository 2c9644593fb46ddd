"""What predicts a measured response without a model of neurons: weights, hops, walks, means.

Each takes the pairs to fit on and gives a prediction for every pair, [responding, stimulated].
"""

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from liquidtime.optional import require
from liquidtime.tasks.worm_atlas.model import KINDS, Wiring

Values = NDArray[np.float64]
Chosen = NDArray[np.bool_]
Found = tuple[Values, dict[str, float]]
"""[N, N] and the constants that were fitted."""


def predictors(
    wiring: Wiring, types: NDArray[np.str_], measured: Values, training: Chosen
) -> dict[str, Found]:
    """All of them, by name.

    Args:
        wiring: Who is connected to whom.
        types: [N], classes of the neurons.
        measured: [N, N], [responding, stimulated]; only the pairs of `training` are looked at.
        training: [N, N], pairs to fit on.
    """
    synapses, gaps = np.log1p(wiring.synapses()), np.log1p(wiring.gap)
    signed = np.log1p(wiring.chemical["gaba"])
    signed = synapses - 2 * signed
    each = {kind: np.log1p(wiring.chemical[kind]) for kind in KINDS}
    return {
        "direct weights": _weighed({"chemical": synapses, "gap": gaps}, measured, training),
        "direct, GABA negative": _weighed({"chemical": signed, "gap": gaps}, measured, training),
        "direct, by transmitter": _weighed({**each, "gap": gaps}, measured, training),
        "direct, arrows reversed": _weighed(
            {"chemical": synapses.T, "gap": gaps}, measured, training
        ),
        "shortest path": _best(_hops(wiring), measured, training),
        "random walk": _best(_walks(wiring), measured, training),
        "same class": ((types[:, None] == types[None, :]).astype(np.float64), {}),
        "responder's mean": (_means(measured, training), {}),
    }


def _weighed(parts: Mapping[str, Values], measured: Values, training: Chosen) -> Found:
    """A sum of matrices, weighted by least squares beside an offset that is not predicted."""
    columns = np.stack([np.ones(int(training.sum())), *(p[training] for p in parts.values())], 1)
    weights = np.linalg.lstsq(columns, measured[training], rcond=None)[0][1:]
    predicted = sum(w * part for w, part in zip(weights, parts.values(), strict=True))
    return np.asarray(predicted), dict(zip(parts, weights.tolist(), strict=True))


def _best(
    candidates: Callable[[], Mapping[tuple[tuple[str, float], ...], Values]],
    measured: Values,
    training: Chosen,
) -> Found:
    """The candidate that correlates best on the pairs to fit on."""
    target = measured[training]

    def agreement(predicted: Values) -> float:
        values = predicted[training]
        return float(np.corrcoef(values, target)[0, 1]) if values.std() > 0 else -1.0

    made = candidates()
    constants = max(made, key=lambda key: agreement(made[key]))
    return made[constants], dict(constants)


def _hops(wiring: Wiring) -> Callable[[], dict[tuple[tuple[str, float], ...], Values]]:
    """Decay with the number of synapses on the shortest way, chemical or gap junctions."""

    def made() -> dict[tuple[tuple[str, float], ...], Values]:
        paths = require("scipy.sparse.csgraph", extra="brain").shortest_path
        # csgraph reads [from, to]; matrices here are [to, from].
        steps = paths(((wiring.synapses() + wiring.gap) > 0).T, unweighted=True).T
        return {
            (("decay length", length),): np.exp(-steps / length)
            for length in (0.2, 0.3, 0.5, 0.7, 1.0, 1.5, 2.0, 3.0, 5.0)
        }

    return made


def _walks(wiring: Wiring) -> Callable[[], dict[tuple[tuple[str, float], ...], Values]]:
    """All ways of any length: each neuron passes on a share of the mean of its inputs."""

    def made() -> dict[tuple[tuple[str, float], ...], Values]:
        unit = np.eye(len(wiring.gap))
        found = {}
        for weight in (0.3, 1.0, 3.0, 10.0, 30.0, 100.0):
            inputs = wiring.synapses() + weight * wiring.gap
            share = inputs / np.maximum(inputs.sum(1, keepdims=True), 1e-12)
            for passed in (0.05, 0.1, 0.2, 0.35, 0.5, 0.65, 0.8, 0.9, 0.95):
                walks = np.linalg.inv(unit - passed * share) - unit
                found[(("gap weight", weight), ("passed on", passed))] = walks
        return found

    return made


def _means(measured: Values, training: Chosen) -> Values:
    """What each neuron answered to the others that were fitted on, whoever they were."""
    known = np.where(training, measured, 0.0)
    number = training.sum(1)
    everywhere = known.sum() / max(1, number.sum())
    means = np.where(number > 0, known.sum(1) / np.maximum(number, 1), everywhere)
    return np.repeat(means[:, None], len(measured), axis=1)
