"""Neurons as they are given, by name, number, column or in plain words, and as numbers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from liquidtime.brain.connectome.graph import Connectome, Indices, Neurons
from liquidtime.brain.experiment.words.neurons import neurons_of
from liquidtime.errors import InputError


@dataclass(frozen=True)
class NeuronWords:
    """Neurons in plain words, which a connectome gives a meaning.

    Attributes:
        text: Such as "PLML,PLMR", "group:sensory", "all" or, where neurons are numbers, "0-99".
        whole: What the text is a part of, for messages.
    """

    text: str
    whole: str

    def mask(self, connectome: Connectome) -> NDArray[np.bool_]:
        """[N], true for these neurons.

        Raises:
            InputError: If there is no such neuron, column or value.
        """
        return neurons_of(self.text, connectome, self.whole)


Chosen = Neurons | NeuronWords
"""Neurons, however they are given."""


def without_words(neurons: Chosen, connectome: Connectome) -> Neurons:
    """The same as `Connectome.find` takes it."""
    return neurons.mask(connectome) if isinstance(neurons, NeuronWords) else neurons


def indices_of(neurons: Chosen, connectome: Connectome) -> Indices:
    """[n], the numbers of neurons, each once.

    Raises:
        InputError: If there is no such neuron, or one comes twice.
    """
    if isinstance(neurons, Indices) and (not neurons.size or neurons.max() < len(connectome)):
        found = neurons
    else:
        found = connectome.find(without_words(neurons, connectome))
    ordered = np.sort(found)
    if (twice := ordered[1:] == ordered[:-1]).any():
        name = connectome.neurons.index[int(ordered[1:][twice][0])]
        raise InputError(
            f"the neuron {name!r} comes twice among those of one stimulus, record or perturbation; "
            "expected each once. A stronger input is a larger waveform."
        )
    return found
