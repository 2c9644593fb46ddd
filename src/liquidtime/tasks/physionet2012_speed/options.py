"""Options of the study of speed on the ICU stays. Imports no torch."""

from dataclasses import dataclass
from typing import Annotated

from liquidtime.errors import InputError
from liquidtime.runs.options import Within, check_choices
from liquidtime.tasks.physionet2012_speed.names import NAMES


@dataclass(frozen=True, kw_only=True)
class Options:
    """Options of `liquidtime study physionet2012-speed`."""

    models: tuple[str, ...] = ()
    """Which models (default: all)."""
    batches: Annotated[int, Within(1, 1000)] = 6
    """Batches that are timed, short and long ones alike; an epoch is reckoned of them."""
    batch_size: Annotated[int, Within(1, 3000)] = 64
    """Stays in a batch, of every model."""
    rounds: Annotated[int, Within(1, 1000)] = 7
    """How often each model takes its turn."""
    budget: Annotated[float, Within(0, 10**5)] = 10.0
    """Minutes of training that each model has at most to reach the AUROCs; 0 leaves that out."""
    timing: Annotated[float, Within(above=0, most=10**5)] = 3.0
    """Minutes that the turns of a model take, about; slow ones have fewer batches a turn."""
    threads: Annotated[int, Within(1, 4096)] | None = None
    """Threads of PyTorch and the kernels (default: as PyTorch has them)."""
    compiled: bool = True
    """Try each rival with torch.compile, too, and take the faster."""
    seed: Annotated[int, Within(0)] = 0
    """Of weights, batches and the order of turns."""

    def __post_init__(self) -> None:
        check_choices(self)
        for name in self.models:
            if name not in NAMES:
                raise InputError(f"{name!r} is no model here; expected some of {', '.join(NAMES)}.")

    @property
    def folder(self) -> str:
        """What to call a study of these options."""
        return "physionet2012-speed"
