"""What `simulate` takes as the parameters of a connectome's neurons, of whatever form they are."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from liquidtime.brain.connectome.graph import Connectome
from liquidtime.kernels.network.constants import Constants, Gates


class Neurons(Protocol):
    """The constants of neurons and synapses of one form, as a user gives them.

    A new form is a new class of these, and a `kernels.network.contract.Form` of the name that its
    `Constants` carry.
    """

    @property
    def edgewise(self) -> bool:
        """Whether there are constants of each edge, in the order of the connectome's edges."""
        ...

    def resting(self, neurons: int) -> NDArray[np.float64]:
        """[N], mV: where neurons stand without input, and where an ablated one is kept.

        Raises:
            InputError: If they are not as many as neurons.
        """
        ...

    def constants(self, connectome: Connectome, gates: Gates) -> Constants:
        """What they come to in a connectome.

        Args:
            connectome: Who is connected to whom.
            gates: What is perturbed in each trial.

        Raises:
            InputError: If they do not fit the connectome, or their form knows no such perturbation.
        """
        ...
