"""Kernels are loaded and run where no compiled code can be kept, which is said once."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import geo
from geo.compiled import code_is_kept

GEO = Path(geo.__file__).parent
KERNELS = [
    ".".join(("geo", *path.relative_to(GEO).with_suffix("").parts))
    for path in sorted(GEO.rglob("*.py"))
    if "import njit" in path.read_text("utf-8")
]
LOADING = f"""
import geo.compiled
import {", ".join(KERNELS)}
print(geo.compiled.code_is_kept())
"""
RUNNING = """
import geo.compiled
@geo.compiled.njit(cache=True)
def twice(x):
    return 2 * x
print(twice(21), twice._cache.__class__.__name__)
"""


def loaded(code, **environment):
    return subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, **environment},
    )


@pytest.fixture
def nowhere():
    """What leaves Numba no place to write to, whoever runs the tests."""
    return {
        "NUMBA_CACHE_DIR": "/dev/null/cache",
        "NUMBA_CACHE_LOCATOR_CLASSES": "UserProvidedCacheLocator",
    }


def test_every_module_of_kernels_loads_where_no_code_can_be_kept_and_says_so_once(nowhere):
    assert len(KERNELS) > 5
    done = loaded(LOADING, **nowhere)
    assert done.stdout == "False\n"
    assert done.stderr.count("NotKeptWarning: Compiled code is not kept") == 1


def test_a_kernel_runs_where_its_code_cannot_be_kept(nowhere, tmp_path):
    (tmp_path / "kernel.py").write_text(RUNNING)
    done = loaded("import kernel", PYTHONPATH=str(tmp_path), **nowhere)
    assert done.stdout == "42 NullCache\n"


def test_code_is_kept_in_the_folder_that_is_named(tmp_path):
    (tmp_path / "kernel.py").write_text(RUNNING)
    folder = tmp_path / "kept"
    done = loaded("import kernel", PYTHONPATH=str(tmp_path), NUMBA_CACHE_DIR=str(folder))
    assert done.stdout == "42 FunctionCache\n"
    assert list(folder.rglob("*.nbc"))
    assert done.stderr == ""


def test_no_kernel_passes_by_what_keeps_its_code():
    direct = [p for p in GEO.rglob("*.py") if "from numba import" in p.read_text("utf-8")]
    assert not direct


def test_here_code_is_kept():
    assert code_is_kept()
