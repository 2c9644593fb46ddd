"""Neurons as they are given, by name, number, column or in plain words, and as numbers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from liquidtime.brain.connectome.graph import Connectome, Indices, Neurons
from liquidtime.brain.experiment.words.neurons import neurons_of


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
    """[n], the numbers of neurons.

    Raises:
        InputError: If there is no such neuron.
    """
    if isinstance(neurons, Indices) and (not neurons.size or neurons.max() < len(connectome)):
        return neurons
    return connectome.find(without_words(neurons, connectome))
