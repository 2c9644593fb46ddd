"""Options of the study of closed forms. Imports no torch."""

from dataclasses import dataclass
from typing import Annotated, Literal

from liquidtime.runs.options import Within, check_choices

DataName = Literal["lidar", "walker", "synthetic"]


@dataclass(frozen=True, kw_only=True)
class Options:
    """Options of `liquidtime study closed-form`."""

    data: Literal["auto", DataName] = "auto"
    """What to imitate; auto: lidar where it can be had, else synthetic."""
    neurons: Annotated[int, Within(3, 10**4)] = 19
    """Neurons of the NCP."""
    epochs: Annotated[int, Within(1)] | None = None
    """Epochs of the training (default: the recipe's)."""
    seed: Annotated[int, Within(0)] = 0
    """Seed of the weights, the order of batches, and the made-up task."""
    steps: Annotated[int, Within(2)] = 100
    """Of each test series so many steps at most, from its start."""
    most_unfolds: Annotated[int, Within(6)] = 64
    """Leave out forms with more sub-steps a step; at least 6."""
    repeats: Annotated[int, Within(1)] = 5
    """Time each form so often at most; the fastest counts."""
    every: bool = False
    """Print every form, not a choice of them."""

    def __post_init__(self) -> None:
        check_choices(self)

    @property
    def folder(self) -> str:
        """What to call a study of these options."""
        return f"closed-form-{self.data}"
