"""Layers point one way: `geo` knows nothing of Dagster, and few of its modules touch disk."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
GEO = sorted((ROOT / "geo").rglob("*.py"))
HEAVY = {"esda", "libpysal", "sklearn", "matplotlib", "numba"}
MAY_TOUCH_DISK = ("geo/dataset", "geo/maps", "geo/engine.py", "geo/worlds/writing.py")
OPENS_FILES = {"open", "read_text", "write_text", "read_bytes", "write_bytes", "read_parquet"}


def imported(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            yield node.module


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
