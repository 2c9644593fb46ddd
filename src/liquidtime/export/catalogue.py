"""Which formats there are, and which one a file is meant for."""

from pathlib import Path

from liquidtime.catalogue import Catalogue
from liquidtime.errors import InputError
from liquidtime.export.contract import Target

TARGETS: Catalogue[Target] = Catalogue(
    "liquidtime.export.targets", label="TARGET", what="target of export"
)


def target_of(path: Path, name: str | None = None) -> Target:
    """The target that a file is meant for.

    Args:
        path: The file; its suffix tells.
        name: The target's name, where several have that suffix.

    Raises:
        InputError: If there is no such target, name and suffix contradict each other, or the
            suffix is that of several and no name is given.
    """
    known = TARGETS.entries().values() if name is None else [TARGETS.find(name)]
    fitting = [target for target in known if target.suffix == path.suffix]
    if not fitting:
        forms = " or ".join(f"{target.suffix} ({target.name})" for target in known)
        raise InputError(f"{path}: expected a name that ends in {forms}.")
    if len(fitting) > 1:
        names = " and ".join(repr(target.name) for target in fitting)
        raise InputError(
            f"{path}: {path.suffix} is the ending of {names}; say which one shall be written, on "
            "the command line with --to."
        )
    return fitting[0]
