"""Weights as files, and reading them when they may be damaged."""

from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor, nn

from liquidtime.errors import InputError
from liquidtime.runs.write import write_atomically


def weights_bytes(state: dict[str, Tensor]) -> bytes:
    """A state dict as the content of a safetensors file."""
    return save({name: tensor.contiguous() for name, tensor in state.items()})


def write_weights(path: Path, network: nn.Module) -> None:
    """Write the weights of a network."""
    content = weights_bytes(network.state_dict())
    write_atomically(path, lambda beside: beside.write_bytes(content))


def read_weights(path: Path) -> dict[str, Tensor]:
    """Read weights.

    Raises:
        InputError: If the file is gone or no safetensors file.
    """
    try:
        return load(path.read_bytes())
    except FileNotFoundError:
        raise InputError(f"{path} is missing. {_way_out(path)}") from None
    except (SafetensorError, ValueError, RuntimeError, KeyError, OverflowError) as error:
        said = str(error).strip().partition("\n")[0]
        raise InputError(f"{path} is damaged ({said}). {_way_out(path)}") from error


def load_weights(network: nn.Module, path: Path) -> None:
    """Give a network the weights of a file.

    Raises:
        InputError: If it cannot be read, or holds other tensors than those of the network, or
            numbers that are not finite.
    """
    take_weights(network, read_weights(path), path)


def take_weights(network: nn.Module, state: dict[str, Tensor], path: Path) -> None:
    """Give a network weights that were read from a file, as `load_weights` does."""
    wanted = network.state_dict()
    for name in sorted({*wanted, *state}):
        if name not in state or name not in wanted:
            what = "lacks" if name in wanted else "has"
            more = "which the network of this run needs" if name in wanted else "which it knows not"
            raise InputError(f"{path} {what} the tensor {name!r}, {more}. {_way_out(path)}")
        found, expected = state[name], wanted[name]
        if (found.shape, found.dtype) != (expected.shape, expected.dtype):
            raise InputError(
                f"{path}: the tensor {name!r} is {_form(found)}; the network of this run has "
                f"{_form(expected)}. {_way_out(path)}"
            )
        if found.is_floating_point() and not bool(torch.isfinite(found).all()):
            raise InputError(
                f"{path} is damaged: the tensor {name!r} has numbers that are not finite. "
                f"{_way_out(path)}"
            )
    network.load_state_dict(state)


def _form(tensor: Tensor) -> str:
    return f"{list(tensor.shape)} of {str(tensor.dtype).removeprefix('torch.')}"


def _way_out(path: Path) -> str:
    return f"Restore it, or make {path.parent} anew."
