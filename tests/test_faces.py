"""The public faces as they are at run time: what the stubs say is there, and is that."""

import ast
import importlib
import pkgutil
import subprocess
import sys
from pathlib import Path

import pytest

import liquidtime

SRC = Path(liquidtime.__file__).parent
STUBS = sorted(SRC.rglob("__init__.pyi"))
PACKAGES = [module.name for module in pkgutil.iter_modules([SRC]) if module.ispkg]


def promised(stub):
    """(public name, module, name there) of each line of a stub."""
    for line in ast.parse(stub.read_text(encoding="utf-8")).body:
        if isinstance(line, ast.ImportFrom):
            for name in line.names:
                yield name.asname, line.module, name.name


@pytest.mark.parametrize("stub", STUBS, ids=lambda stub: str(stub.relative_to(SRC).parent))
def test_a_package_holds_what_its_stub_says(stub):
    name = ".".join(["liquidtime", *stub.parent.relative_to(SRC).parts])
    package = importlib.import_module(name)
    for public, home, own in promised(stub):
        if home == name:
            assert getattr(package, public) is importlib.import_module(f"{home}.{own}")
        else:
            assert getattr(package, public) is getattr(importlib.import_module(home), own)
        assert public in dir(package) and public in package.__all__
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        package.nothing  # noqa: B018


def test_every_subpackage_is_reached_from_the_package():
    reach = "; ".join(f"liquidtime.{name}" for name in PACKAGES if name != "cli")
    subprocess.run([sys.executable, "-c", f"import liquidtime; {reach}"], check=True)
    assert {"brain", "bench", "nn", "runs"} <= set(PACKAGES)


def test_what_is_missing_is_named_with_its_remedy():
    code = (
        "import sys; sys.modules['sklearn'] = None\n"
        "import liquidtime.estimators as estimators\n"
        "try:\n    estimators.LiquidClassifier\n"
        "except ImportError as error:\n    print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert 'pip install "scikit-learn>=' in done.stdout, done.stderr


def test_the_layers_and_the_version_are_at_the_top():
    code = (
        "import sys, liquidtime\n"
        "assert liquidtime.__version__.count('.') == 2 and 'torch' not in sys.modules\n"
        "from liquidtime import CfC, LTC\n"
        "assert CfC is liquidtime.nn.CfC and LTC is liquidtime.nn.LTC\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_name_looked_for_too_high_is_told_where_it_is():
    with pytest.raises(AttributeError, match=r"; it is liquidtime\.wirings\.AutoNCP$"):
        liquidtime.AutoNCP  # noqa: B018
    with pytest.raises(AttributeError, match=r"liquidtime\.brain\.fit or .*\.train\.fit$"):
        liquidtime.fit  # noqa: B018
    with pytest.raises(AttributeError, match=r"it is liquidtime\.brain\.read\.cook2019$"):
        liquidtime.brain.cook2019  # noqa: B018
    with pytest.raises(AttributeError, match=r"no attribute 'os'$"):
        liquidtime.os  # noqa: B018


def test_what_a_package_lists_is_its_own():
    public = {name for name in dir(liquidtime) if not name.startswith("__")}
    modules = {module.name for module in pkgutil.iter_modules([SRC])}
    assert public <= modules | {"CfC", "LTC"}
    assert {"CfC", "LTC", "nn", "brain", "bench"} <= public
