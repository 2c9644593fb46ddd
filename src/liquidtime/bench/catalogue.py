"""Which cases there are: those that ship, by name, and those of any file or folder."""

import importlib.util
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

from liquidtime.bench.contract import Case
from liquidtime.catalogue import Catalogue
from liquidtime.errors import InputError

CASES: Catalogue[Case] = Catalogue("liquidtime.bench.cases", label="CASE", what="benchmark case")
"""Those that ship, and those that were registered."""


def find_cases(wanted: Sequence[str]) -> list[Case]:
    """Cases by name, file or folder.

    Args:
        wanted: Each the name of a case that ships, a Python file that holds one as `CASE`, or a
            folder of such files, without those whose names begin with an underscore: helpers, and
            cases that come only when they are named. All that ship if there are none.

    Returns:
        Each once, in the order asked for.

    Raises:
        InputError: If there is no such case, or two have one name.
    """
    found = [case for one in wanted or CASES.entries() for case in _cases(one)]
    unique = {case.name: case for case in found}
    for case in found:
        if unique[case.name] is not case:
            raise InputError(f"two cases are called {case.name!r}; expected names that differ.")
    return [*unique.values()]


def _cases(wanted: str) -> list[Case]:
    known = CASES.entries()
    if wanted in known:
        return [known[wanted]]
    path = Path(wanted)
    if path.is_dir():
        files = sorted(file for file in path.glob("*.py") if not file.name.startswith("_"))
    else:
        files = [path] if path.suffix == ".py" and path.is_file() else []
    if not files:
        raise InputError(
            f"there is no case {wanted!r}; expected {', '.join(known)}, or a Python file or a "
            "folder of them."
        )
    return [_case(_module(file.resolve()), str(file)) for file in files]


def _module(file: Path) -> ModuleType:
    name = f"_bench_case_{file.parent.name}_{file.stem}"
    if name in sys.modules and sys.modules[name].__file__ == str(file):
        return sys.modules[name]
    # Helpers beside it are found, as Python finds those beside a script.
    if str(file.parent) not in sys.path:
        sys.path.insert(0, str(file.parent))
    spec = importlib.util.spec_from_file_location(name, file)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def _case(module: ModuleType, where: str) -> Case:
    case = getattr(module, "CASE", None)
    if not isinstance(case, Case):
        raise InputError(f"{where} holds no case; expected one as CASE = Case(…).")
    return case
