"""Small folders, arrows that point one way, and few modules between the data and a verdict."""

import ast
import subprocess
import sys
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
GEO = sorted((ROOT / "geo").rglob("*.py"))
HEAVY = {"esda", "libpysal", "sklearn", "matplotlib", "numba"}
MAY_TOUCH_DISK = ("geo/dataset", "geo/maps", "geo/engine.py", "geo/worlds/writing.py")
OPENS_FILES = {"open", "read_text", "write_text", "read_bytes", "write_bytes", "read_parquet"}

MOST_FILES = 12
NOT_COUNTED = {"__init__.py", "__init__.pyi", "py.typed"}
FOLDERS = [
    folder
    for top in ("geo", "pipelines", "tests", "web/src")
    for folder in (ROOT / top, *(ROOT / top).rglob("*"))
    if folder.is_dir() and folder.name != "__pycache__"
]

# What stands on what, lowest first; packages of one row know nothing of each other.
LAYERS = (
    ("geo",),
    ("geo.schema", "geo.worlds"),
    ("geo.dataset",),
    ("geo.study",),
    ("geo.concentration",),
    ("geo.input_output", "geo.linkage"),
    ("geo.classification",),
    ("geo.maps",),
    ("geo.figures",),
    ("pipelines",),
)
# Packaging and Dagster ask for these two by name at the top, though they stand on all the rest.
ENTRIES = ("pipelines.cli", "pipelines.definitions")

# What gives a cell its class: the truth table, and the tests whose numbers it is asked of.
VERDICT = (
    "geo.classification.truth_table",
    "geo.concentration.cells.cell_table",
    "geo.concentration.cells.market",
    "geo.input_output.potential",
    "geo.linkage.collaboration.linkage_table",
    "geo.linkage.cell_counts.between_cells",
)
MOST_OF_THE_SPINE = 50
# What is told, drawn, tried or added about a class that is given.
LEAVES = (
    "geo.classification.counterfactuals",
    "geo.classification.resampling",
    "geo.classification.sensitivity",
    "geo.classification.tables",
    "geo.classification.text",
    "geo.concentration.distance",
    "geo.concentration.growth",
    "geo.concentration.industries",
    "geo.concentration.map",
    "geo.concentration.pairs",
    "geo.figures",
    "geo.linkage.clusters",
    "geo.linkage.networks",
    "geo.maps",
    "geo.official_rules",
    "geo.worlds",
    "pipelines",
)


def dotted(path):
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {dotted(p): p for top in ("geo", "pipelines") for p in sorted((ROOT / top).rglob("*.py"))}


@cache
def handed_out(package):
    """Module of every name that a package hands out when it is asked for."""
    stub = MODULES[package].with_suffix(".pyi")
    if not stub.exists():
        return {}
    lines = [n for n in ast.parse(stub.read_text("utf-8")).body if isinstance(n, ast.ImportFrom)]
    return {a.name: f"{package}.{n.module}" for n in lines if n.module for a in n.names}


def is_for_types(node):
    return isinstance(node, ast.If) and getattr(node.test, "id", "") == "TYPE_CHECKING"


def nodes(tree, *, types):
    for node in ast.iter_child_nodes(tree):
        if types or not is_for_types(node):
            yield node
            yield from nodes(node, types=types)


@cache
def own_imports(module, *, types=True):
    """Modules of ours that a module imports, in its head or in a function."""
    found = set()
    for node in nodes(ast.parse(MODULES[module].read_text("utf-8")), types=types):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names} & set(MODULES)
        elif isinstance(node, ast.ImportFrom) and node.module in MODULES:
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                found.add(
                    inner
                    if inner in MODULES
                    else handed_out(node.module).get(alias.name, node.module)
                )
        elif isinstance(node, ast.ImportFrom):
            found |= {f"{node.module}.{alias.name}" for alias in node.names} & set(MODULES)
    return frozenset(found - {module})


def package_of(module):
    if module in ENTRIES:
        return module
    path = MODULES[module]
    return ".".join(path.parent.relative_to(ROOT).parts)


def within(module, packages):
    return any(module == name or module.startswith(f"{name}.") for name in packages)


def home_of(module):
    """The package of `LAYERS` that a module belongs to, and how high it lies."""
    homes = [(name, height) for height, row in enumerate(LAYERS) for name in row]
    return max((h for h in homes if within(module, [h[0]])), key=lambda home: len(home[0]))


def reached(arrows, start):
    found, ahead = set(), [start]
    while ahead:
        new = set(arrows[ahead.pop()]) - found
        found |= new
        ahead += new
    return found


def imported(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            yield node.module


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda p: str(p.relative_to(ROOT)))
def test_a_folder_has_a_dozen_files_at_most(folder):
    files = [p.name for p in folder.iterdir() if p.is_file() and p.name not in NOT_COUNTED]
    assert len(files) <= MOST_FILES


def test_no_file_of_geo_has_the_name_of_another():
    names = Counter(p.name for p in GEO if p.name != "__init__.py")
    assert not {name for name, times in names.items() if times > 1}


def test_tests_of_geo_lie_as_geo_does():
    of_geo = {p.relative_to(ROOT) for p in FOLDERS if p.is_relative_to(ROOT / "geo")}
    of_tests = {p.relative_to(ROOT / "tests") for p in FOLDERS if (ROOT / "tests/geo") in p.parents}
    assert not of_tests - of_geo


def test_no_package_stands_on_one_that_stands_on_it():
    arrows = {package_of(module): set() for module in MODULES}
    for module in MODULES:
        arrows[package_of(module)] |= {package_of(name) for name in own_imports(module)}
    for package, below in arrows.items():
        below.discard(package)
    assert not {package for package in arrows if package in reached(arrows, package)}


@pytest.mark.parametrize("module", MODULES)
def test_no_arrow_runs_up_or_across(module):
    home, height = home_of(module)
    for name in own_imports(module):
        its_home, its_height = home_of(name)
        assert its_height < height or its_home == home


def test_a_verdict_needs_few_modules_and_no_leaf():
    arrows = {module: own_imports(module, types=False) for module in MODULES}
    spine = set(VERDICT).union(*(reached(arrows, module) for module in VERDICT))
    assert len(spine) <= MOST_OF_THE_SPINE
    assert not {module for module in spine if within(module, LEAVES)}


@pytest.mark.parametrize("path", GEO, ids=lambda p: str(p.relative_to(ROOT)))
def test_geo_imports_neither_dagster_nor_pipelines(path):
    roots = {name.split(".")[0] for name in imported(path)}
    assert not roots & {"dagster", "pipelines"}


@pytest.mark.parametrize("path", GEO, ids=lambda p: str(p.relative_to(ROOT)))
def test_only_ingest_maps_and_the_writer_of_worlds_touch_disk(path):
    if str(path.relative_to(ROOT)).startswith(MAY_TOUCH_DISK):
        return
    calls = (
        n.func for n in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(n, ast.Call)
    )
    names = {f.attr if isinstance(f, ast.Attribute) else getattr(f, "id", "") for f in calls}
    assert not names & OPENS_FILES


def test_loading_the_definitions_imports_no_heavy_library():
    code = "import sys, pipelines.definitions; print(*{m.split('.')[0] for m in sys.modules})"
    loaded = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    ).stdout.split()
    assert not HEAVY & set(loaded)
