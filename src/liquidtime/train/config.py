"""What a fit is told: which model, how it is trained, for which task. Imports no torch.

The same classes are the command line's options, so every field has a one-line description, and
they are stored in `config.json` of each run, so they go to plain dictionaries and back.
"""

import dataclasses
import types
import typing
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Self

from liquidtime.errors import InputError

Task = Literal["classify", "regress", "forecast"]


@dataclass(frozen=True, kw_only=True)
class ModelConfig:
    """The recurrent network and its linear read-out.

    The defaults hold for twenty epochs on a few thousand series with a hundred inputs: a small
    backbone and a strong dropout before the read-out, because such data are small.
    """

    kind: Literal["cfc", "ltc", "lstm", "gru"] = "cfc"
    """Recurrent layer: the closed form (cfc), the ODE (ltc), or a classical one for comparison."""
    hidden_size: int = 64
    """Hidden units of a layer, or neurons of the wiring."""
    num_layers: int = 1
    """Recurrent layers, one over another."""
    variant: Literal["gated", "no_gate", "closed_form"] = "gated"
    """Form of the CfC step (cfc only)."""
    activation: Literal["lecun_tanh", "tanh", "relu", "gelu", "silu"] = "lecun_tanh"
    """Activation of the CfC backbone (cfc only)."""
    backbone_units: int = 64
    """Width of the CfC backbone (cfc only, no wiring)."""
    backbone_layers: int = 1
    """Depth of the CfC backbone (cfc only, no wiring)."""
    backbone_dropout: float = 0.0
    """Dropout inside the CfC backbone (cfc only)."""
    mixed_memory: bool = False
    """Put an LSTM memory before the liquid cell (cfc and ltc)."""
    bidirectional: bool = False
    """Read each series in both directions; not for predictions that must not see the future."""
    integrator: Literal[
        "fused", "euler", "heun", "rk4", "exponential", "dopri5", "closed_form_linear"
    ] = "fused"
    """Integrator of the ODE (ltc only)."""
    unfolds: int = 6
    """Integrator steps between two observations (ltc only)."""
    wiring: Literal["none", "auto_ncp", "random", "full"] = "none"
    """Sparse circuit over the hidden units (cfc and ltc)."""
    wiring_outputs: int = 8
    """Motor neurons of the wiring: what the read-out sees."""
    readout: Literal["last", "mean", "last_mean"] = "last_mean"
    """What the read-out sees of a series: its last output, the mean of all, or both joined."""
    dropout: float = 0.5
    """Dropout before the linear read-out, and between layers."""
    backend: Literal["auto", "cpu", "reference"] = "auto"
    """Kernels of the recurrence: the fastest that can, the compiled ones, or plain PyTorch."""

    def __post_init__(self) -> None:
        _check_choices(self)
        _check_at_least(
            self, 1, "hidden_size", "num_layers", "backbone_units", "unfolds", "wiring_outputs"
        )
        _check_at_least(self, 0, "backbone_layers")
        for name in ("dropout", "backbone_dropout"):
            if not 0.0 <= getattr(self, name) < 1.0:
                raise InputError(
                    f"{name} is {getattr(self, name)!r}; expected a number from 0 up to, "
                    "but not including, 1."
                )
        if self.kind in ("lstm", "gru"):
            for name in ("wiring", "mixed_memory"):
                if getattr(self, name) not in ("none", False):
                    raise InputError(
                        f"{name}={getattr(self, name)!r} needs kind 'cfc' or 'ltc'; "
                        f"kind is {self.kind!r}. Change the kind or leave {name} out."
                    )
        room = self.hidden_size - (2 if self.wiring == "auto_ncp" else 0)
        if self.wiring != "none" and self.wiring_outputs > room:
            raise InputError(
                f"wiring_outputs is {self.wiring_outputs} with {self.hidden_size} hidden units; "
                f"expected {room} or fewer motor neurons for wiring {self.wiring!r}. "
                "Raise hidden_size or lower wiring_outputs."
            )

    def to_dict(self) -> dict[str, Any]:
        """The fields as a JSON-able dictionary."""
        return dataclasses.asdict(self)

    @classmethod
    def from_dict(cls, mapping: Mapping[str, Any]) -> Self:
        """The configuration that `to_dict` wrote; unknown keys are an `InputError`."""
        return _from_dict(cls, mapping)


@dataclass(frozen=True, kw_only=True)
class TrainConfig:
    """How the weights are found."""

    epochs: int = 20
    """Passes over the training part, at most."""
    batch_size: int = 64
    """Series in a step of the optimiser, over all processes together."""
    learning_rate: float = 1e-3
    """Step size of AdamW at the first epoch."""
    weight_decay: float = 3e-2
    """Decoupled weight decay of AdamW."""
    gradient_clip: float = 1.0
    """Largest norm of the gradient; 0 switches clipping off."""
    schedule: Literal["constant", "cosine", "exponential"] = "constant"
    """How the step size changes from epoch to epoch; cosine ends at 1 % of it."""
    decay: float = 0.95
    """Factor on the step size after each epoch of the exponential schedule."""
    patience: int | None = None
    """Stop after so many epochs without a better validation metric; none: run all epochs."""
    class_weights: Literal["none", "balanced"] = "none"
    """Weigh classes equally (balanced) or as they come (none)."""
    seed: int = 0
    """Seed of the weights, the order of batches and the dropout."""
    accelerator: Literal["auto", "cpu", "gpu"] = "auto"
    """Where to train; auto takes a GPU if there is one."""
    devices: int | Literal["auto"] = "auto"
    """Processes on this machine; auto: one, or as many as torchrun started."""

    def __post_init__(self) -> None:
        _check_choices(self)
        _check_at_least(self, 1, "epochs", "batch_size")
        _check_at_least(self, 0, "seed", "weight_decay", "gradient_clip")
        if self.learning_rate <= 0:
            raise InputError(
                f"learning_rate is {self.learning_rate!r}; expected a positive number."
            )
        if not 0.0 < self.decay <= 1.0:
            raise InputError(f"decay is {self.decay!r}; expected a number above 0, at most 1.")
        if self.patience is not None:
            _check_at_least(self, 1, "patience")
        if self.devices != "auto":
            _check_at_least(self, 1, "devices")

    def to_dict(self) -> dict[str, Any]:
        """The fields as a JSON-able dictionary."""
        return dataclasses.asdict(self)

    @classmethod
    def from_dict(cls, mapping: Mapping[str, Any]) -> Self:
        """The configuration that `to_dict` wrote; unknown keys are an `InputError`."""
        return _from_dict(cls, mapping)


@dataclass(frozen=True, kw_only=True)
class FitConfig:
    """One fit: a task, a model and a training.

    Attributes:
        task: "classify" for classes; "regress" for numbers; "forecast" for numbers of a coming
            row, which trains as a regression.
        model: The network.
        train: The training.
    """

    task: Task = "classify"
    model: ModelConfig = field(default_factory=ModelConfig)
    train: TrainConfig = field(default_factory=TrainConfig)

    def __post_init__(self) -> None:
        _check_choices(self)
        if self.task != "classify" and self.train.class_weights != "none":
            raise InputError(
                f"class_weights={self.train.class_weights!r} with task {self.task!r}: only "
                "classes can be weighed. Leave class_weights at 'none' or use task 'classify'."
            )

    def to_dict(self) -> dict[str, Any]:
        """The fields as a JSON-able dictionary, one level of nesting."""
        return dataclasses.asdict(self)

    @classmethod
    def from_dict(cls, mapping: Mapping[str, Any]) -> Self:
        """The configuration that `to_dict` wrote; unknown keys are an `InputError`."""
        parts = dict(mapping)
        if "model" in parts:
            parts["model"] = ModelConfig.from_dict(parts["model"])
        if "train" in parts:
            parts["train"] = TrainConfig.from_dict(parts["train"])
        return _from_dict(cls, parts)


@dataclass(frozen=True, kw_only=True)
class About:
    """What the reader of the report should know and no number says; every field may stay empty.

    Attributes:
        title: What is predicted, such as "In-hospital death after 48 h of intensive care".
        data: Where the data come from, with licence and citation.
        split: How training, validation and test parts were made.
        time_unit: Unit of the times, such as "hours".
    """

    title: str = ""
    data: str = ""
    split: str = ""
    time_unit: str = ""


def _from_dict(cls: type, mapping: Mapping[str, Any]) -> Any:
    known = [entry.name for entry in dataclasses.fields(cls)]
    unknown = sorted(set(mapping) - set(known))
    if unknown:
        raise InputError(
            f"{cls.__name__} has no option {', '.join(map(repr, unknown))}; "
            f"expected some of: {', '.join(known)}."
        )
    return cls(**mapping)


def _check_choices(config: Any) -> None:
    """Check each field against its annotation: choices by value, the rest by type."""
    for name, hint in typing.get_type_hints(type(config)).items():
        value = getattr(config, name)
        choices, kinds = _allowed(hint)
        numbers = (*kinds, int) if float in kinds else kinds
        truth_as_number = isinstance(value, bool) and bool not in kinds
        if value in choices or (isinstance(value, numbers) and not truth_as_number):
            continue
        words = [repr(choice) for choice in choices] + [kind.__name__ for kind in kinds]
        raise InputError(f"{name} is {value!r}; expected {_either(words)}.")


def _allowed(hint: Any) -> tuple[tuple[Any, ...], tuple[type, ...]]:
    origin = typing.get_origin(hint)
    if origin is Literal:
        return typing.get_args(hint), ()
    if origin in (types.UnionType, typing.Union):
        parts = [_allowed(part) for part in typing.get_args(hint)]
        return sum((p[0] for p in parts), ()), sum((p[1] for p in parts), ())
    if hint is type(None):
        return (None,), ()
    return (), (hint,)


def _either(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"


def _check_at_least(config: Any, least: float, *names: str) -> None:
    for name in names:
        if not getattr(config, name) >= least:
            raise InputError(f"{name} is {getattr(config, name)!r}; expected {least} or more.")
