"""Packing, grouping and looking up by whole numbers."""

import narwhals as nw
import numpy as np
import pandas as pd
import polars as pl
import pytest

from geo.study import keys as dense
from geo.study.keys import (
    Sizes,
    grouped,
    held,
    lazy_like,
    looked_up,
    packed,
    sizes_of,
    tallied,
)

SIZES = Sizes(first_year=2019, years=3, regions=4, industries=5, firms=6)


def frame(**columns):
    return nw.from_native(pl.LazyFrame(columns))


def test_packed_keys_are_distinct_and_in_order():
    keys = [(y, r, i) for y in (2019, 2020, 2021) for r in range(4) for i in range(5)]
    columns = ["year", "region_key", "industry_key"]
    table = nw.from_native(pl.LazyFrame(keys, schema=columns, orient="row"))
    codes = table.select(code=packed(columns, SIZES)).collect()["code"].to_list()
    assert codes == list(range(60))


def test_grouping_packed_is_grouping():
    rng = np.random.default_rng(0)
    table = pd.DataFrame(
        {"year": rng.integers(2019, 2022, 200), "supplier_region": rng.integers(0, 4, 200)}
    )
    table = table.assign(x=rng.integers(0, 9, 200))
    keys = ["year", "supplier_region"]
    lazy = nw.from_native(pl.from_pandas(table).lazy())
    counts = grouped(lazy, keys, SIZES, nw.col("x").sum()).collect().to_pandas()
    expected = table.groupby(keys)["x"].sum().reset_index()
    counts = counts.sort_values(keys, ignore_index=True)
    pd.testing.assert_frame_equal(counts, expected, check_dtype=False)


@pytest.mark.parametrize("most", [0, 100])
def test_tallies_are_what_pandas_counts_by_array_and_by_hashing(monkeypatch, most):
    monkeypatch.setattr(dense, "_MOST_TALLIED", most)
    rng = np.random.default_rng(1)
    one, other = (
        pd.DataFrame({"year": rng.integers(2019, 2022, n), "region_key": rng.integers(0, 4, n)})
        for n in (9, 5)
    )
    views = {
        name: nw.from_native(pl.from_pandas(table).lazy())
        for name, table in (("one", one), ("other", other))
    }
    keys = ["year", "region_key"]
    counts = tallied(views, keys, SIZES).collect().to_pandas().sort_values(keys, ignore_index=True)
    sides = [table.groupby(keys).size().rename(n) for n, table in (("one", one), ("other", other))]
    expected = pd.concat(sides, axis=1).fillna(0).sort_index().reset_index()
    assert (expected[["one", "other"]] == 0).to_numpy().sum() > 0
    pd.testing.assert_frame_equal(counts, expected, check_dtype=False)


@pytest.mark.parametrize("most", [0, 100])
def test_nothing_to_tally_has_no_groups(monkeypatch, most):
    monkeypatch.setattr(dense, "_MOST_TALLIED", most)
    nothing = frame(region_key=[1]).filter(nw.col("region_key") > 1)
    assert tallied({"n": nothing}, ["region_key"], SIZES).collect().rows() == []


@pytest.mark.parametrize("most_dense", [0, 100])
def test_look_up_is_the_same_by_gather_and_by_join(monkeypatch, most_dense):
    monkeypatch.setattr(dense, "_MOST_DENSE", most_dense)
    table = frame(slot=[4, 1], value=[40, 10])
    found = looked_up(frame(at=[1, 2, 4, -1]), {"v": "at"}, table, size=6).collect()
    assert dict(zip(found["at"], found["v"], strict=True)) == {1: 10, 2: -1, 4: 40, -1: -1}


def test_values_too_large_for_small_integers_are_kept():
    table = frame(slot=[0], value=[2**40])
    assert looked_up(frame(at=[0]), {"v": "at"}, table, size=1).collect()["v"].to_list() == [2**40]


def test_sizes_of_nothing_are_one():
    nobody = frame(year=[1], region_key=[1], industry_key=[1]).filter(nw.col("year") > 1)
    assert sizes_of(nobody, firms=0) == Sizes(0, 1, 1, 1, 1)


def test_held_frame_is_the_same_frame():
    assert held(frame(a=[1, 2])).collect().rows() == [(1,), (2,)]


def test_small_table_takes_the_engine_of_another():
    table = lazy_like(frame(a=[1]), {"b": [1, 2]})
    assert table.implementation is frame(a=[1]).implementation
    assert table.collect()["b"].to_list() == [1, 2]
