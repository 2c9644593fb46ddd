"""Write a network in a format, and keep the file only if it computes what the network does."""

from pathlib import Path

from liquidtime.errors import InputError
from liquidtime.export.catalogue import target_of
from liquidtime.export.parity import Parity
from liquidtime.export.trained import Trained
from liquidtime.runs.write import write_atomically


def write(network: Trained, path: Path | str, target: str | None = None) -> Parity:
    """Write a network to a file, checked before it takes its place.

    Args:
        network: The network.
        path: The file; an older one is replaced. Its suffix names the target.
        target: The target's name, where the suffix does not tell.

    Returns:
        How far the file's steps are from those of the reference.

    Raises:
        InputError: If the target is not clear, there is no such folder, the network cannot be
            written in this format, or the file fails its check. Then nothing is left, and an older
            file stays as it was.

    Examples:
        >>> from liquidtime.export import Trained, write
        >>> from liquidtime.nn import CfC
        >>> parity = write(Trained.from_module(CfC(3, 8)), "cfc.onnx")  # doctest: +SKIP
        >>> parity.passed  # doctest: +SKIP
        True
    """
    path = Path(path)
    format = target_of(path, target)
    if path.is_dir() or not path.parent.is_dir():
        raise InputError(f"{path}: expected a file in a folder that is there.")
    parity: list[Parity] = []

    def write_checked(beside: Path) -> None:
        format.write(network, beside)
        parity.append(format.check(network, beside))
        if not parity[0].passed:
            raise InputError(
                f"{path} was not written, since it would not compute what the network does. "
                f"{parity[0]} Please report this with the network's options."
            )

    write_atomically(path, write_checked)
    return parity[0]


def check(network: Trained, path: Path | str, target: str | None = None) -> Parity:
    """Run a file that was written before beside the reference.

    Args:
        network: What it was written from.
        path: The file.
        target: As in `write`.

    Raises:
        InputError: If the file is damaged or holds another network.
    """
    path = Path(path)
    if not path.is_file():
        raise InputError(f"{path} does not exist; expected a file that `write` wrote.")
    return target_of(path, target).check(network, path)
