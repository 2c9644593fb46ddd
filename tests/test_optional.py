"""What is not installed is named, with a line that installs it today."""

import json
from importlib import metadata

import pytest

from liquidtime import optional

DECLARED = [
    "numpy>=1.26",
    'jinja2>=3.1; extra == "train"',
    "scikit-learn>=1.5 ; extra == 'train'",
    'pyright[nodejs]>=1.1; python_version < "4" and extra == "dev"',
    'pandas<4,>=2.2; extra == "train"',
    'pandas<4,>=2.2; extra == "brain"',
    'liquidtime[brain,train]; extra == "all"',
]


@pytest.fixture
def declared(monkeypatch):
    """An installation of which NumPy and Jinja2 are there and the rest is not."""

    def version(name):
        if name not in ("numpy", "jinja2"):
            raise metadata.PackageNotFoundError(name)
        return "9"

    monkeypatch.setattr(metadata, "requires", lambda _: DECLARED)
    monkeypatch.setattr(metadata, "version", version)


@pytest.mark.parametrize(
    "module, extra, line",
    [
        ("pandas", "train", 'pip install "pandas<4,>=2.2" "scikit-learn>=1.5"'),
        ("pandas", "brain", 'pip install "pandas<4,>=2.2"'),
        ("pandas", None, 'pip install "pandas<4,>=2.2" "scikit-learn>=1.5"'),
        ("sklearn.metrics", "train", 'pip install "scikit-learn>=1.5" "pandas<4,>=2.2"'),
        # Jinja2 is there, but what it needs is not.
        ("markupsafe", "train", 'pip install markupsafe "scikit-learn>=1.5" "pandas<4,>=2.2"'),
        ("pyright", "dev", 'pip install "pyright>=1.1"'),
        # An extra that does not bring it is not said to.
        ("pyright", "train", 'pip install "pyright>=1.1"'),
        ("numpy", None, 'pip install "numpy>=1.26"'),
    ],
)
def test_the_line_names_what_is_missing_with_its_versions(declared, module, extra, line):
    message = str(optional.missing(module, extra=extra))
    assert message.startswith(f"{module} is not installed. ")
    assert message.endswith(f": {line}")
    assert "\n" not in message


def test_the_line_never_needs_liquidtime_on_an_index():
    for extra in ("train", "brain", "export", "ode"):
        line = str(optional.missing("nothing", extra=extra)).partition("pip install")[2]
        assert "liquidtime" not in line


def test_without_a_record_the_module_itself_is_named(monkeypatch):
    def none(_):
        raise metadata.PackageNotFoundError

    monkeypatch.setattr(metadata, "requires", none)
    monkeypatch.setattr(metadata, "version", none)
    assert str(optional.missing("sklearn.svm", extra="train")).endswith("pip install scikit-learn")


def test_an_import_that_fails_inside_what_is_installed_is_not_called_missing():
    with pytest.raises(
        ImportError, match=r"nothing_such\.part is not installed.*pip install nothing_such"
    ):
        optional.require("nothing_such.part", extra="train")
    with pytest.raises(ModuleNotFoundError, match=r"numpy\.nothing"):
        optional.require("numpy.nothing", extra="train")


@pytest.mark.parametrize(
    "record, told",
    [
        (None, None),
        ({"url": "file:///home/me/a%20clone", "dir_info": {"editable": True}}, "/home/me/a clone"),
        ({"url": "file:///tmp/liquidtime-0.1.0.whl"}, "/tmp/liquidtime-0.1.0.whl"),
        ({"url": "https://somewhere/liquidtime.tar.gz"}, "https://somewhere/liquidtime.tar.gz"),
    ],
)
def test_where_the_installation_came_from(monkeypatch, record, told):
    class Distribution:
        def read_text(self, name):
            return json.dumps(record) if record else None

    monkeypatch.setattr(metadata, "distribution", lambda _: Distribution())
    assert optional.origin() == told
