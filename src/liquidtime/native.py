"""The compiled kernels, where the installation has them."""

import functools
import importlib
import warnings
from types import ModuleType

from liquidtime.optional import origin


@functools.cache
def native() -> ModuleType | None:
    """The extension `liquidtime._native`; None, with one warning a process, where it is missing.

    The environment variable `LIQUIDTIME_ISA` ("avx512", "avx2", "neon" or "generic") chooses the
    instruction set when the extension is loaded; by default it is the best the processor has.

    Raises:
        ImportError: If `LIQUIDTIME_ISA` names one that cannot be had here.
    """
    try:
        return importlib.import_module("liquidtime._native")
    except ModuleNotFoundError as error:
        if error.name != "liquidtime._native":
            raise
    warnings.warn(
        "liquidtime was installed without its compiled kernels, so its recurrences run in Python, "
        "slower. To have them, reinstall with a C++17 compiler at hand: "
        f'pip install --force-reinstall --no-deps "{origin() or "FOLDER OR ARCHIVE"}"',
        stacklevel=2,
    )
    return None
