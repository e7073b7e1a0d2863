"""Larger units are the sums of their parts, and not known where a part is not."""

import narwhals as nw
import numpy as np
import pandas as pd
import polars as pl

from geo.classification.sensitivity.aggregation import (
    regrouped_cells,
    regrouped_establishments,
    regrouped_margins,
    regrouped_regions,
)

NAN = float("nan")


def rows(*values: tuple[float, ...]) -> pd.DataFrame:
    names = ["year", "region_key", "industry_key", "establishments", "employment"]
    return pd.DataFrame(values, columns=names)


def test_establishments_get_the_keys_of_chains_and_parents() -> None:
    plants = nw.from_native(pl.LazyFrame({"region_key": [0, 1, 2], "industry_key": [2, 1, 0]}))
    grouped = regrouped_establishments(
        plants, industries=np.array([5, 5, 6]), regions=np.array([0, 0, 1])
    ).collect()
    assert grouped["industry_key"].to_list() == [6, 5, 5]
    assert grouped["region_key"].to_list() == [0, 0, 1]


def test_withheld_part_leaves_the_whole_not_known() -> None:
    cells = rows((2020, 0, 0, 2, 10), (2020, 0, 1, 3, NAN), (2020, 0, 2, 4, 20))
    table = regrouped_cells(cells, industries=np.array([0, 0, 1]))
    assert table["establishments"].tolist() == [5, 4]
    assert table["employment"].isna().tolist() == [True, False]


def test_margin_of_a_chain_is_published_where_all_its_industries_are() -> None:
    nation = rows((2020, NAN, 0, 2, 10), (2020, NAN, 1, 3, 20), (2020, NAN, 2, 4, 30))
    total = rows((2020, NAN, NAN, 50, 500))
    region = rows((2020, 0, NAN, 9, 90))
    margins = pd.concat([nation, total, region])
    table = regrouped_margins(margins, industries=np.array([0, 0, 1, 1]))
    of_industry = table.dropna(subset="industry_key")
    # Of chain 1 only one industry of two is published.
    assert of_industry[["industry_key", "establishments"]].to_numpy().tolist() == [[0, 5]]
    assert table["industry_key"].isna().sum() == 2


def test_margins_of_parents() -> None:
    margins = rows((2020, 0, NAN, 2, 10), (2020, 1, NAN, 3, 20), (2020, 2, NAN, 4, 30))
    table = regrouped_margins(margins, regions=np.array([0, 0, 1]))
    assert table["employment"].tolist() == [30, 30]


def test_institutions_move_to_the_parent() -> None:
    table = regrouped_regions(pd.DataFrame({"region_key": [2, 0]}), regions=np.array([0, 0, 1]))
    assert table["region_key"].tolist() == [1, 0]


def test_grouping_by_itself_changes_nothing() -> None:
    cells = rows((2020, 0, 0, 2, 10), (2020, 1, 1, 3, NAN))
    same = regrouped_cells(cells, industries=np.arange(2), regions=np.arange(2))
    pd.testing.assert_frame_equal(same, cells, check_dtype=False)
