"""Kernels are loaded and run where no compiled code can be kept, which is said once."""

import os
import subprocess
import sys

import pytest

from geo.compiled import code_is_kept

LOADING = """
import warnings
import geo.compiled
from geo.concentration import _permutation_kernels, _neighbour_sums, _dartboard, _distances
from geo.linkage import _rewiring
from geo.linkage.usual_reach import _kernels
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


def test_here_code_is_kept():
    assert code_is_kept()
