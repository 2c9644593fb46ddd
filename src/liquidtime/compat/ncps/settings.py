"""What an ncps layer's weights do not tell: read off the module, or asked of the caller."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from torch import Tensor, nn

from liquidtime.compat.entries import Entries, prefixed, under
from liquidtime.compat.ncps.cfc_cell import ACTIVATIONS, VARIANTS

_ACTIVATION_NAMES = {kind.__name__: name for name, kind in ACTIVATIONS.items()}


@dataclass(frozen=True)
class Settings:
    """The arguments of an ncps layer, with its defaults."""

    mode: str = "default"
    activation: str = "lecun_tanh"
    backbone_dropout: float = 0.0
    output_size: int | None = None
    ode_unfolds: int = 6
    epsilon: float = 1e-8
    implicit_param_constraints: bool = True
    batch_first: bool = True
    wiring: Any = None


def read_source(
    source: nn.Module | Mapping[str, Tensor], given: Mapping[str, Any]
) -> tuple[Entries, Settings]:
    """Weights and settings of a layer, a cell or a state dict.

    Args:
        source: As `from_ncps` takes it.
        given: The settings that the caller gave; None for those that were left out.

    Returns:
        The entries as a layer names them, detached, and the settings.

    Raises:
        ValueError: If settings are given along with a module, or the entries are not of ncps.
    """
    told = {name: value for name, value in given.items() if value is not None}
    if isinstance(source, nn.Module):
        if told:
            raise ValueError(
                f"{', '.join(told)} given along with a module, which tells its own; give them "
                "with a state dict only."
            )
        state, settings = source.state_dict(), _settings_of(source)
    else:
        state = {name: value.detach() for name, value in source.items()}
        mode = "pure" if any(name.endswith("w_tau") for name in state) else "default"
        settings = Settings(**{"mode": mode, **told})
        if settings.mode not in VARIANTS or (settings.mode == "pure") != (mode == "pure"):
            fits = "'pure'" if mode == "pure" else "'default' or 'no_gate'"
            raise ValueError(f"mode is {settings.mode!r}; the weights are those of {fits}.")
    if any(name.split(".")[0] in ("gleak", "ff1", "layer_0") for name in state):
        state = prefixed(state, "rnn_cell.")
    if not under(state, "rnn_cell."):
        raise ValueError(
            f"no entry begins with 'rnn_cell.'; the first are {list(state)[:3]}. Expected the "
            "state dict of an ncps layer. Of a larger model pass the part that is the layer: "
            "{k.removeprefix('rnn.'): v for k, v in state.items() if k.startswith('rnn.')}."
        )
    return state, settings


def _settings_of(module: nn.Module) -> Settings:
    cell = getattr(module, "rnn_cell", module)
    group = getattr(cell, "layer_0", cell)
    found: dict[str, Any] = {
        "mode": getattr(group, "mode", None),
        "batch_first": getattr(module, "batch_first", None),
        "wiring": getattr(cell, "_wiring", None),
        "ode_unfolds": getattr(cell, "_ode_unfolds", None),
        "epsilon": getattr(cell, "_epsilon", None),
        "implicit_param_constraints": getattr(cell, "_implicit_param_constraints", None),
    }
    for part in getattr(group, "backbone", None) or ():
        if isinstance(part, nn.Dropout):
            found["backbone_dropout"] = part.p
        elif type(part).__name__ in _ACTIVATION_NAMES:
            found["activation"] = _ACTIVATION_NAMES[type(part).__name__]
    known = {field.name for field in fields(Settings)}
    return Settings(**{k: v for k, v in found.items() if v is not None and k in known})
