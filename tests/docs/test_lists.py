"""Pages that list packages, verbs and extras list those there are; what they tell to type works."""

import ast
import pkgutil
import re
import tomllib
from pathlib import Path

import liquidtime
from liquidtime.cli.common.verbs import verbs
from liquidtime.tasks.catalogue import study_names

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
SOURCES = [*PAGES, *sorted((ROOT / "src").rglob("*.py")), *sorted((ROOT / "examples").glob("*.py"))]


def text_of(name):
    return (ROOT / name).read_text(encoding="utf-8")


def first_cells(page, header):
    """The first cells of the table with that header."""
    lines = page.partition(f"| {header} |")[2].partition("\n\n")[0].splitlines()[2:]
    return [line.split("|")[1].strip() for line in lines]


def test_the_index_of_the_api_lists_every_package():
    listed = {
        word
        for cell in first_cells(text_of("docs/api/index.md"), "package")
        for word in re.findall(r"`liquidtime\.(\w+)`", cell)
    }
    packages = {module.name for module in pkgutil.iter_modules(liquidtime.__path__) if module.ispkg}
    assert listed == packages - {"cli"}


def test_the_page_of_the_command_line_lists_every_verb_and_shows_its_help():
    page = text_of("docs/api/cli.md")
    assert [*re.findall(r"`(\w+)`", " ".join(first_cells(page, "verb")))] == list(verbs())
    shown = re.findall(r"<!-- help: ([\w -]+) -->", page)
    assert set(verbs()) | {f"study {name}" for name in study_names()} == set(shown)
    assert all(f"`{name}`" in page for name in study_names())


def test_the_page_of_the_installation_lists_every_extra_and_what_it_brings():
    page = text_of("docs/start/install.md")
    listed = re.findall(r"`(\w+)`", " ".join(first_cells(page, "extra")))
    assert listed == list(EXTRAS)
    rows = {line.split("`")[1]: line for line in page.splitlines() if line.startswith("| `")}
    called = {"pymetis": "METIS", "onnxscript": "ONNX Script", "onnxruntime": "ONNX Runtime"}
    for extra in ("train", "brain", "deploy", "export", "ode", "signals", "tensorboard"):
        for line in EXTRAS[extra]:
            package = re.match(r"[\w-]+", line)[0]
            assert called.get(package, package).lower() in rows[extra].lower(), (extra, package)


def test_all_is_every_extra_that_users_need():
    (line,) = EXTRAS["all"]
    inside = re.fullmatch(r"liquidtime\[([\w,]+)\]", line)[1].split(",")
    assert set(inside) == set(EXTRAS) - {"all", "dev", "docs"}
    base = {re.match(r"\w+", line)[0] for line in PROJECT["dependencies"]}
    assert base == {"numpy", "torch", "rich", "tyro"}
    assert not base & {re.match(r"\w+", one)[0] for own in EXTRAS.values() for one in own}


def test_the_examples_are_listed_with_what_they_say_of_themselves():
    page = text_of("examples/README.md")
    files = sorted((ROOT / "examples").glob("*.py"))
    for file in files:
        first = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))).splitlines()[0]
        assert f"| [`{file.name}`]({file.name}) | {first} |" in page
    assert page.count("| [`") == len(files)


def test_links_between_the_readmes_and_the_pages_lead_somewhere():
    for page in (ROOT / "README.md", ROOT / "examples/README.md", ROOT / "CONTRIBUTING.md"):
        for link in re.findall(r"\]\((?!http)([^)#]+)", page.read_text(encoding="utf-8")):
            assert (page.parent / link).exists(), (page.name, link)


# From an index: nothing in front of the name, or a quotation mark.
FROM_AN_INDEX = re.compile(r"""pip install (?:-\S+ )*["'`]?liquidtime\b(?!-)""")


def test_no_line_installs_liquidtime_from_an_index():
    found = [path for path in SOURCES if FROM_AN_INDEX.search(path.read_text(encoding="utf-8"))]
    assert not found


def test_such_a_line_is_noticed():
    for line in ("pip install 'liquidtime[train]'", "pip install --no-deps liquidtime"):
        assert FROM_AN_INDEX.search(line)
    for line in ('pip install ".[train]"', "pip install ./liquidtime-0.1.0.whl"):
        assert not FROM_AN_INDEX.search(line)


def test_extras_that_pages_name_exist():
    text = "".join(page.read_text(encoding="utf-8") for page in PAGES)
    named = re.findall(r"(?:liquidtime|\.|…\.whl|\.gz)\[([a-z,]+)\]", text)
    assert {extra for one in named for extra in one.split(",")} <= set(EXTRAS)


def test_the_navigation_lists_every_package_that_has_a_page():
    navigation = text_of("mkdocs.yml").partition("\nnav:")[2]
    for page in (ROOT / "docs" / "api").glob("*.md"):
        if page.stem not in ("index", "cli"):
            assert f"liquidtime.{page.stem}: api/{page.name}" in navigation


def test_the_picture_of_a_wiring_is_what_the_page_draws(tmp_path, monkeypatch):
    import matplotlib.image
    import numpy as np

    page = text_of("docs/how-to/wirings.md")
    code = re.findall(r"```python\n(.*?)```", page.partition("../images/circuit.png")[0], re.S)
    monkeypatch.chdir(tmp_path)
    space = {}
    for block in code:
        exec(block, space)
    drawn, shown = map(matplotlib.image.imread, ("circuit.png", ROOT / "docs/images/circuit.png"))
    assert drawn.shape == shown.shape
    # Other fonts and versions move letters and nothing else.
    assert np.abs(drawn - shown).mean() < 0.02
