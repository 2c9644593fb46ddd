"""Checks that the options of several models share, and the words for them. Imports no torch."""

from typing import TYPE_CHECKING, Annotated, Any, Literal

from liquidtime.errors import InputError
from liquidtime.runs.options import Within

if TYPE_CHECKING:
    from liquidtime.data.batch import Raw

Width = Annotated[int, Within(1, 2**16)]
"""Units of a layer, and the like."""
Depth = Annotated[int, Within(1, 1000)]
"""Layers, and steps between two rows."""
Share = Annotated[float, Within(0, below=1)]
"""A dropout rate."""
Integrator = Literal["euler", "midpoint", "heun", "rk4", "dopri5"]
"""Methods of `baselines.flow`, which is not imported here, since it needs PyTorch."""
RelaxationIntegrator = Literal["exponential", "euler", "midpoint", "heun", "rk4", "dopri5"]
Layout = Literal["own", "union"]
"""Those of `baselines.layout`."""
Bias = Annotated[float, Within(-1e3, 1e3)]
"""What a bias begins at."""
Positive = Annotated[float, Within(above=0, most=1e30)]
"""A weight in a loss, a deviation, or a span of time."""
Constant = Annotated[float, Within(above=0, most=1e6)]
"""A constant of an equation, in units of the typical gap where it is a time."""
TimeScale = Annotated[float, Within(1e-6, 1e6)]
"""In units of the typical gap."""
Dropout = Share | Literal["auto"]
"""The same, or what suits the data; a network that is built without a training drops nothing."""
Readout = Literal["last", "mean", "last_mean", "max", "attention", "grid"]
"""The files of `readouts`, of which --help must know without PyTorch."""
AnyReadout = Literal["auto", "last", "mean", "last_mean", "max", "attention", "grid"]
"""The same, or what suits the data; both joined, in a network that is built without a training."""
Queries = Annotated[int, Within(1, 1024)]
"""Of an attention read-out, or points of a grid."""
HeadUnits = Annotated[int, Within(0, 2**16)]
"""Hidden units of the head; 0 for a linear one."""
Wiring = Literal["none", "auto_ncp", "random", "full"]

_WIRINGS = {"auto_ncp": "AutoNCP", "random": "random wiring", "full": "full wiring"}


def dropout_rate(dropout: float | str) -> float:
    """Dropout as a number: none where the training did not choose one."""
    return dropout if isinstance(dropout, float | int) else 0.0


def raw_parts(config: Any) -> "tuple[Raw, ...]":
    """What the network reads besides the encoded inputs."""
    return ("values", "mask", "times") if config.summaries else ()


def readout_of(readout: AnyReadout) -> Readout:
    """The read-out: both joined where the training did not choose one."""
    return "last_mean" if readout == "auto" else readout


def check_wiring(config: Any) -> None:
    """Check that the neurons have room for the motor neurons of the wiring."""
    # AutoNCP also needs an inter and a command neuron.
    room = config.hidden_size - (2 if config.wiring == "auto_ncp" else 0)
    if config.wiring != "none" and config.wiring_outputs > room:
        raise InputError(
            f"wiring_outputs is {config.wiring_outputs} with {config.hidden_size} hidden units; "
            f"expected {room} or fewer motor neurons for wiring {config.wiring!r}. "
            "Raise hidden_size or lower wiring_outputs."
        )


def wiring_of(config: Any) -> Any:
    """The wiring that options name, or None; its synapses are the same for every seed."""
    from liquidtime.wirings import AutoNCP, FullyConnected, Random

    specs = {"auto_ncp": AutoNCP, "random": Random, "full": FullyConnected}
    if config.wiring == "none":
        return None
    return specs[config.wiring](config.hidden_size, config.wiring_outputs)


def wiring_name(config: Any) -> str:
    """What to call the wiring, in brackets behind the model's title; empty without one."""
    return f" ({_WIRINGS[config.wiring]})" if config.wiring != "none" else ""


def size_in_words(units: int, layers: int = 1) -> str:
    """The size of a stack of layers, such as "64 units, 2 layers"."""
    return f"{units} units" + (f", {layers} layers" if layers > 1 else "")
