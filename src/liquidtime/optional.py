"""Optional dependencies: imported where they are used, with the one line that installs them."""

import importlib
from types import ModuleType

_REQUIREMENT = (
    r"(?P<name>[\w.-]+)(?:\[[^]]*\])?\s*(?P<versions>[^;\s]*)"
    r"""(?:.*\bextra == ["'](?P<extra>\w+))?"""
)
# Modules that are called otherwise than the package that brings them.
_PACKAGES = {"sklearn": "scikit-learn"}


def require(module: str, *, extra: str | None = None) -> ModuleType:
    """Import an optional dependency.

    Args:
        module: Dotted name of the module, such as `"torchdiffeq"`.
        extra: The extra of liquidtime that installs it; None if it comes with liquidtime.

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


def missing(module: str, *, extra: str | None = None) -> ImportError:
    """The error that says how to install what a module belongs to.

    The command names the packages themselves: they can be had from an index wherever liquidtime
    came from.

    Args:
        module: Dotted name of the module.
        extra: The extra that installs it; where it does not, and by default, the first that does.
    """
    wanted = _PACKAGES.get(top := module.partition(".")[0], top)
    every = _requirements()
    owners = [owner for owner, name, _ in every if name == wanted]
    owner = extra if extra and (extra in owners or not owners) else next(iter(owners), "")
    bounds = {name: versions for held_by, name, versions in every if held_by == owner}
    packages = [wanted]
    if owner:
        packages += [name for name in bounds if name != wanted and not _installed(name)]
    command = " ".join(f'"{name}{bounds[name]}"' if name in bounds else name for name in packages)
    reason = (
        f"It belongs to liquidtime[{owner}]; install what is missing of that"
        if owner
        else ("Install it with")
    )
    return ImportError(f"{module} is not installed. {reason}: pip install {command}", name=module)


def known(module: str) -> bool:
    """Whether a module is one that liquidtime or an extra of it installs."""
    top = module.partition(".")[0]
    return any(name == _PACKAGES.get(top, top) for _, name, _ in _requirements())


def origin() -> str | None:
    """What this liquidtime was installed from: a folder, or the address of an archive or wheel.

    None where the installer has left no word of it.
    """
    import json
    from importlib import metadata
    from urllib.parse import unquote, urlsplit

    try:
        text = metadata.distribution("liquidtime").read_text("direct_url.json")
    except metadata.PackageNotFoundError:
        return None
    url = json.loads(text).get("url", "") if text else ""
    return unquote(urlsplit(url).path) if url.startswith("file:") else url or None


def _requirements() -> list[tuple[str, str, str]]:
    """Extra ("" where none is needed), package and versions, as the installed package says."""
    import re
    from importlib import metadata

    try:
        lines = metadata.requires("liquidtime") or []
    except metadata.PackageNotFoundError:
        return []
    found = filter(None, (re.match(_REQUIREMENT, line) for line in lines))
    return [(match["extra"] or "", match["name"].lower(), match["versions"]) for match in found]


def _installed(package: str) -> bool:
    from importlib import metadata

    try:
        metadata.version(package)
    except metadata.PackageNotFoundError:
        return False
    return True
