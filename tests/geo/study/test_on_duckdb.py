"""The same text on another engine: counts and tests B and C on DuckDB are those on Polars.

Both read the tables that ingest wrote. What differs is who filters, joins and groups: a fault that
one engine's habits hide (the order of rows, integer widths, nulls in joins) shows in the other.
"""

import narwhals as nw
import pandas as pd
import pytest

from geo.dataset import all_cells, read_dataset
from geo.linkage.collaboration.linkage_table import linkage_by_cell
from geo.study import Study
from geo.worlds import sized_recipe, world, write_world

duckdb = pytest.importorskip("duckdb")
CELL = ["year", "region_key", "industry_key"]


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    folder = tmp_path_factory.mktemp("engines")
    write_world(world(sized_recipe("small"), seed=3), folder / "raw")
    (folder / "typed").mkdir()
    return read_dataset(folder / "raw", into=folder / "typed")


def on_duckdb(frame):
    return nw.from_native(frame.collect().to_arrow()).lazy(backend="duckdb")


def assert_same(one, other):
    tables = (table.sort_values(CELL, ignore_index=True) for table in (one, other))
    pd.testing.assert_frame_equal(*tables, check_dtype=False, rtol=1e-12, atol=0)


def study_of(data, engine):
    return Study(
        establishments=engine(data.establishments),
        ties=engine(data.ties),
        institutions=data.institutions,
        firms=data.firms,
    )


def test_tests_of_ties_are_the_same_on_both_engines(data):
    polars, other = (
        linkage_by_cell(study_of(data, engine), None) for engine in (lambda f: f, on_duckdb)
    )
    assert polars[0]["local_supply_ties"].sum() > 0
    for one, two in zip(polars, other, strict=True):
        assert_same(one, two)


def test_cells_are_the_same_on_both_engines(data):
    reported = data.tables()["reported_cells"]
    one, other = (
        all_cells(engine(data.establishments), reported) for engine in (lambda f: f, on_duckdb)
    )
    assert one["establishments"].sum() > 0
    assert_same(one, other)


def test_located_ties_are_the_same_on_both_engines(data):
    one, other = (
        study_of(data, engine).supply.collect().to_pandas() for engine in (lambda f: f, on_duckdb)
    )
    keys = ["year", "source_key", "target_key"]
    tables = [table.sort_values(keys, ignore_index=True)[sorted(table)] for table in (one, other)]
    assert len(tables[0])
    pd.testing.assert_frame_equal(*tables, check_dtype=False, rtol=1e-12, atol=0)
