"""Optional dependencies: imported where they are used, with the one line that installs them."""

import importlib
from types import ModuleType


def require(module: str, *, extra: str) -> ModuleType:
    """Import an optional dependency.

    Args:
        module: Dotted name of the module, such as `"torchdiffeq"`.
        extra: The extra of liquidtime that installs it.

    Returns:
        The imported module.

    Raises:
        ImportError: If it is not installed; the message holds the command that installs it.
    """
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        if error.name != module.split(".")[0]:
            raise
        raise missing(module, extra=extra) from error


def missing(module: str, *, extra: str) -> ImportError:
    """The error that says how to install what a module belongs to."""
    return ImportError(
        f"{module} is not installed. Install it with: pip install 'liquidtime[{extra}]'"
    )
