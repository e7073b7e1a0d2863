"""The page of a run, used as a reader would: by `web/browser/check.mjs` in a real browser."""

import json
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from geo.concentration.growth.shift_share_analysis import growth_of_cells
from pipelines.commands.explain.growth import signed

WEB = Path(__file__).resolve().parents[2] / "web"
QUOTIENTS = {
    "location quotient, by plants": "location_quotient",
    "location quotient, by plants: lower bound": "location_quotient_low",
    "location quotient, by plants: upper bound": "location_quotient_high",
    "location quotient, by jobs": "location_quotient_employment",
}
NODE = shutil.which("node")
CHROMIUM = shutil.which("chromium")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="there is no chromium"),
    pytest.mark.skipif(
        NODE is None or not (WEB / "node_modules").exists(), reason="npm ci was not run in web/"
    ),
]


@pytest.fixture(scope="module")
def a_cell(results):
    cells = pd.read_parquet(results / "region_industry_classification.parquet")
    last = cells[cells["year"] == cells["year"].max()]
    return last[last["class"].isin(["cluster", "emerging_cluster"])].iloc[0]


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    return tmp_path_factory.mktemp("saved") / "cells.csv"


@pytest.fixture(scope="module")
def growth(results, a_cell):
    """What the card says of the growth of the cell."""
    cells = pd.read_parquet(results / "region_industry_classification.parquet")
    years = cells["year"].min(), cells["year"].max()
    parts = growth_of_cells(cells[cells["year"].isin(years)], "establishments")
    is_cell = (parts[["region_id", "industry"]] == a_cell[["region_id", "industry"]]).all(axis=1)
    row = parts[is_cell].iloc[0]
    ends = f"from {row['before']:,.0f} in {years[0]} to {row['after']:,.0f} in {years[1]}"
    return f"{ends}: {signed(row['from_country'])} with the country"


@pytest.fixture(scope="module")
def said(results, a_cell, saved, growth):
    page = (results / "report" / "index.html").resolve()
    cell = (a_cell["region_id"], a_cell["industry"], a_cell["reason_en"])
    done = subprocess.run(
        [NODE, "browser/check.mjs", str(page), CHROMIUM, *cell, str(saved), growth],
        capture_output=True,
        text=True,
        check=False,
        cwd=WEB,
    )
    assert done.returncode == 0, done.stderr
    return dict(json.loads(line) for line in done.stdout.splitlines())


def wrong(said, *words):
    chosen = {name: why for name, why in said.items() if name.startswith(words)}
    assert chosen
    return {name: why for name, why in chosen.items() if why is not None}


def test_everybody_can_read_every_part_at_both_widths_in_all_languages(said):
    assert wrong(said, "everybody") == {}


def test_all_that_a_reader_does_works(said):
    assert {n: why for n, why in said.items() if not n.startswith("everybody") and why} == {}
    assert len(said) > 18


@pytest.mark.usefixtures("said")
def test_the_page_tells_of_every_cell_what_the_results_tell(results, saved):
    page = pd.read_csv(saved, dtype={"Region ID": str}, encoding="utf-8-sig")
    cells = pd.read_parquet(results / "region_industry_classification.parquet")
    cells = cells[cells["year"] == cells["year"].max()]
    keys = {"Region ID": "region_id", "Industry": "industry_name"}
    both = page.rename(columns=keys).merge(
        cells, on=list(keys.values()), suffixes=("_page", ""), validate="one_to_one"
    )
    assert len(both) == len(page) == len(cells)
    assert (both["class_page"].str.replace(" ", "_") == both["class"]).all()
    assert (both["establishments_page"] == both["establishments"]).all()
    assert (both["reason_page"] == both["reason_en"]).all()
    for shown, told in QUOTIENTS.items():
        assert np.allclose(both[shown], both[told], rtol=1e-3, equal_nan=True), told


def test_the_program_passes_its_own_tests_and_is_what_its_sources_build():
    built = WEB.parent / "geo" / "maps" / "explorer" / "built"
    before = {path.name: path.read_bytes() for path in built.iterdir()}
    for task in ("check", "test", "build"):
        done = subprocess.run(
            [shutil.which("npm"), "run", "--silent", task],
            capture_output=True,
            text=True,
            check=False,
            cwd=WEB,
        )
        assert done.returncode == 0, done.stdout + done.stderr
    assert {path.name: path.read_bytes() for path in built.iterdir()} == before
