import json
import shutil
import signal
import subprocess
import sys
import time

import geopandas as gpd
import pandas as pd
import pandas.testing as pdt
import pytest

from geo.schema import RESULT_TABLES
from pipelines.commands.run import run_job

CLASSIFICATION = "region_industry_classification"
TABLES = [
    CLASSIFICATION,
    "industry_concentration",
    "region_specialisation",
    "industry_pairs",
    "quadrant_transitions",
    "rejected",
]


def test_every_file_of_the_contract_is_there(results):
    for file in (
        *(f"{name}.parquet" for name in RESULT_TABLES),
        "maps/jiqun.gpkg",
        "report/index.html",
        "run.json",
    ):
        assert (results / file).stat().st_size > 0


@pytest.mark.parametrize("name", TABLES)
def test_columns_are_those_of_the_schema_in_their_order(results, name):
    table = pd.read_parquet(results / f"{name}.parquet")
    assert tuple(table.columns) == RESULT_TABLES[name].names


@pytest.mark.parametrize("name", [name for name, table in RESULT_TABLES.items() if table.key])
def test_every_row_of_a_table_has_a_key_of_its_own(results, name):
    keys = pd.read_parquet(results / f"{name}.parquet", columns=list(RESULT_TABLES[name].key))
    assert not keys.duplicated().any()
    assert keys.notna().all(axis=None)


def test_regions_come_with_their_geometry(results):
    regions = gpd.read_parquet(results / "region_classification.parquet")
    assert set(regions.columns) == set(RESULT_TABLES["region_classification"].names)
    assert regions.geometry.is_valid.all()
    assert regions.crs == "EPSG:4326"


def test_planted_places_get_their_class_and_plain_ones_are_left_alone(results, small_world):
    truth = pd.read_csv(small_world / "truth.csv", dtype={"region_id": str, "industry": str})
    found = pd.read_parquet(results / f"{CLASSIFICATION}.parquet")
    both = truth.merge(found, on=["region_id", "industry", "year"], suffixes=("_true", ""))
    right = [c in a.split("|") for c, a in zip(both["class"], both["acceptable"], strict=True)]
    is_plain = both["planted"] == "plain"
    # In so small a country whether institutions are near beyond what is usual can stay open.
    linked = {"cluster", "emerging_cluster"}
    is_linked = both["class"].isin(linked) == both["class_true"].isin(linked)
    assert is_linked[~is_plain].all()
    assert pd.Series(right)[~is_plain].mean() >= 0.85
    assert pd.Series(right)[is_plain].mean() >= 0.99


def test_the_run_record_accounts_for_rows_inputs_and_steps(results):
    record = json.loads((results / "run.json").read_text(encoding="utf-8"))
    assert all(r["read"] == r["used"] + r["rejected"] for r in record["rows"].values())
    assert {"firms", "links", "regions"} <= set(record["rows"])
    assert any(name.startswith("firms") for name in record["inputs"])
    assert record["seed"] == 1
    assert all(step["seconds"] >= 0 for step in record["steps"].values())


def test_the_same_seed_gives_the_same_tables(results, small_world, tmp_path):
    run_job(small_world, tmp_path, years=None, seed=1, engine="polars")
    for name in TABLES:
        pdt.assert_frame_equal(
            pd.read_parquet(results / f"{name}.parquet"),
            pd.read_parquet(tmp_path / f"{name}.parquet"),
        )


@pytest.mark.slow
def test_a_range_of_years_is_what_is_classified_whatever_was_before(results, small_world, tmp_path):
    out = tmp_path / "out"
    shutil.copytree(results, out, symlinks=True)
    run_job(small_world, out, years=(2020, 2021), seed=1, engine="polars")
    for name in (CLASSIFICATION, "region_classification", "industry_concentration"):
        assert set(pd.read_parquet(out / f"{name}.parquet", columns=["year"])["year"]) == {
            2020,
            2021,
        }


def test_without_ties_nothing_is_called_cluster_or_networked(small_world, tmp_path):
    raw = tmp_path / "raw"
    shutil.copytree(small_world, raw)
    for file in ("links.parquet", "io_table.csv", "institutions.csv"):
        (raw / file).unlink()
    run_job(raw, tmp_path / "out", years=None, seed=1, engine="polars")
    found = pd.read_parquet(tmp_path / "out" / f"{CLASSIFICATION}.parquet")
    assert set(found["class"]) == {"dispersed", "undetermined"}
    assert set(found["basis"]) == {"none"}


@pytest.mark.slow
@pytest.mark.parametrize("seconds", [1.0, 3.0, 5.0, 7.0])
def test_a_killed_run_leaves_the_previous_results_whole(results, small_world, tmp_path, seconds):
    out = tmp_path / "out"
    shutil.copytree(results, out, symlinks=True)
    before = {f: (out / f).read_bytes() for f in ("run.json", f"{CLASSIFICATION}.parquet")}
    code = "from pipelines.cli import main; main()"
    run = subprocess.Popen(
        [sys.executable, "-c", code, "run", str(small_world), "--out", str(out), "--seed", "2"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    time.sleep(seconds)
    run.send_signal(signal.SIGKILL)
    run.wait()
    seed = json.loads((out / "run.json").read_text(encoding="utf-8"))["seed"]
    if seed == 1:
        assert all((out / f).read_bytes() == content for f, content in before.items())
    assert pd.read_parquet(out / f"{CLASSIFICATION}.parquet").notna()["class"].all()


@pytest.mark.slow
def test_a_run_without_a_home_or_a_place_for_compiled_code_works_and_says_so_once(
    small_world, results, tmp_path
):
    out = tmp_path / "out"
    done = subprocess.run(
        [sys.executable, "-m", "pipelines.cli", "run", small_world, "--out", out, "--seed", "1"],
        capture_output=True,
        text=True,
        check=True,
        env={
            "PATH": "",
            "HOME": "/nonexistent",
            "NUMBA_CACHE_DIR": "/dev/null/cache",
            "NUMBA_CACHE_LOCATOR_CLASSES": "UserProvidedCacheLocator",
        },
    )
    assert done.stderr.count("compiled code is not kept") == 1
    assert "Warning" not in done.stderr
    for name in TABLES:
        pdt.assert_frame_equal(
            pd.read_parquet(results / f"{name}.parquet"),
            pd.read_parquet(out / f"{name}.parquet"),
        )
