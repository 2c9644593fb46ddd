"""What can be recorded of neurons, in words."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Variable:
    """What is traced of a neuron, or made of that."""

    units: str
    """Such as "mV"; "1" where it has none."""
    quantity: str
    """What it is, for labels of axes and for readers, such as "membrane potential"."""


POTENTIAL = Variable("mV", "membrane potential")
"""That of every form."""
