"""Importing the library is cheap: nothing heavy is loaded, nothing compiled."""

import pkgutil
import subprocess
import sys
from pathlib import Path

import pytest

import geo

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("geo", *(f"geo.{m.name}" for m in pkgutil.iter_modules(geo.__path__) if m.ispkg))
LATER = {"numba", "esda", "libpysal", "igraph", "statsmodels", "sklearn", "matplotlib", "dagster"}


def run(code):
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )
    return done.stdout.split()


@pytest.mark.parametrize("package", PACKAGES)
def test_a_package_with_all_its_modules_loads_no_compiler_and_no_heavy_library(package):
    code = (
        f"import importlib, pkgutil, sys, {package} as p\n"
        "for m in pkgutil.iter_modules(p.__path__, p.__name__ + '.'):\n"
        "    if not m.name.rsplit('.', 1)[1].startswith('_'):\n"
        "        importlib.import_module(m.name)\n"
        "print(*{m.split('.')[0] for m in sys.modules})\n"
    )
    assert not LATER & set(run(code))


def test_importing_every_package_adds_less_than_a_second_to_what_it_stands_on():
    # Both in one process each, the quicker of three: a busy machine slows down both alike.
    code = (
        "import time\n"
        "start = time.process_time()\n"
        "import numpy, pandas, geopandas, polars, pydantic, scipy.special\n"
        "ready = time.process_time()\n"
        f"import {', '.join(PACKAGES)}\n"
        "print(time.process_time() - ready)\n"
    )
    assert min(float(run(code)[0]) for _ in range(3)) < 1
