"""What the documents and docstrings promise stands in the code, and the other way round."""

import importlib
import inspect
import pkgutil
import re
from pathlib import Path

import pytest

from geo.schema import RESULT_TABLES

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = (
    "geo.study",
    "geo.concentration",
    "geo.input_output",
    "geo.linkage",
    "geo.classification",
)
ROWS = [
    [part.strip() for part in line.strip("|").split("|")]
    for line in (ROOT / "docs" / "measures.md").read_text("utf-8").splitlines()
    if line.startswith("| ") and not line.startswith(("| measure |", "| part |"))
]
PARAMETERS = r"^Parameters\n-+\n(.*?)(?=^[A-Z]\w+\n-+$|\Z)"
CELLS = "region_industry_classification"


def modules_of(package):
    """Modules below a package that are for use from outside of it."""
    for module in pkgutil.iter_modules(importlib.import_module(package).__path__, f"{package}."):
        if module.ispkg:
            # What hands out names by itself is used by these alone.
            if not hasattr(importlib.import_module(module.name), "__all__"):
                yield from modules_of(module.name)
        elif not module.name.rsplit(".", 1)[1].startswith("_"):
            yield module.name


def public_functions():
    for package in PACKAGES:
        for module in modules_of(package):
            loaded = importlib.import_module(module)
            for name in loaded.__all__:
                thing = getattr(loaded, name)
                if inspect.isfunction(thing) and thing.__module__ == module:
                    yield f"{module}.{name}", thing


FUNCTIONS = dict(public_functions())


def quoted(text):
    return re.findall(r"`([^`]+)`", text)


def test_every_public_function_stands_once_among_the_measures():
    named = [name for row in ROWS for name in quoted(row[2])]
    assert sorted(named) == sorted(FUNCTIONS)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_package_hands_out_every_measure_of_its_own(name):
    package, function = ".".join(name.split(".")[:2]), name.rsplit(".", 1)[1]
    handed_out = importlib.import_module(package)
    assert function in dir(handed_out)
    assert getattr(handed_out, function) is FUNCTIONS[name]


def test_packages_hand_out_nothing_else():
    for package in PACKAGES:
        module = importlib.import_module(package)
        own = {name.rsplit(".", 1)[1] for name in FUNCTIONS if name.startswith(f"{package}.")}
        handed_out = {n for n in module.__all__ if inspect.isfunction(getattr(module, n))}
        assert handed_out == own
        assert set(module.__all__) - own <= {"LOCATED", "Study"}


def test_every_row_of_the_measures_has_its_five_parts():
    assert not [row for row in ROWS if len(row) != 5 or not all(row[:4])]


def test_every_column_named_among_the_measures_is_in_the_schema():
    columns = {f"{table.name}.{name}" for table in RESULT_TABLES.values() for name in table.names}
    known = columns | set(RESULT_TABLES) | set(RESULT_TABLES[CELLS].names)
    assert not {name for row in ROWS for name in quoted(row[3])} - known


def sections(function):
    text = inspect.getdoc(function) or ""
    return set(re.findall(r"^([A-Z][\w ]+)\n-+$", text, flags=re.MULTILINE))


def arguments(function):
    return [p for p in inspect.signature(function).parameters if p not in {"args", "kwargs"}]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_docstring_names_every_parameter_it_documents_as_the_function_has_it(name):
    text = inspect.getdoc(FUNCTIONS[name]) or ""
    part = re.search(PARAMETERS, text, flags=re.MULTILINE | re.DOTALL)
    if part is None:
        # A short helper says in one sentence what its arguments are, or whose they are.
        assert len(text.split()) > 5
        return
    documented = re.findall(r"^([\w*][\w, *]*?)(?: :.*)?$", part[1], flags=re.MULTILINE)
    named = [word.strip(" *") for line in documented for word in line.split(",")]
    assert sorted(named) == sorted(arguments(FUNCTIONS[name]))


def rows_under(*headings):
    """Functions of the rows under some headings of the measures."""
    text = (ROOT / "docs" / "measures.md").read_text("utf-8")
    for part in text.split("\n## ")[1:]:
        if part.startswith(headings):
            for line in part.splitlines():
                if line.startswith("| ") and not line.startswith("| measure |"):
                    yield from quoted(line.split("|")[3])


ON_THE_MAP = list(rows_under("Cells", "Industries", "Regions", "Map", "Over time"))


@pytest.mark.parametrize("name", ON_THE_MAP)
def test_a_measure_of_the_map_says_what_goes_in_what_comes_out_and_whence_it_is(name):
    found = sections(FUNCTIONS[name])
    assert {"Parameters", "Returns"} <= found
    assert found & {"References", "See Also"}


PATHS = re.compile(r"`((?:geo|pipelines|tests|docs|benchmarks|web)/[\w/.-]+|Makefile|\.ci/run)`")
PROSE = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]


@pytest.mark.parametrize("document", PROSE, ids=lambda path: path.name)
def test_files_that_prose_names_are_there(document):
    named = PATHS.findall(document.read_text("utf-8"))
    assert not [path for path in named if not (ROOT / path).exists()]


def test_the_version_is_the_same_wherever_it_stands():
    project = re.search(r'^version = "(.+)"', (ROOT / "pyproject.toml").read_text(), re.MULTILINE)
    cited = re.search(r"^version: (.+)$", (ROOT / "CITATION.cff").read_text(), re.MULTILINE)
    told = re.search(r"^## ([\d.]+)", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert project[1] == cited[1] == told[1]


def test_commands_of_the_makefile_that_prose_names_are_there():
    made = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for document in PROSE:
        assert set(re.findall(r"`make ([a-z]+)`", document.read_text("utf-8"))) <= made
