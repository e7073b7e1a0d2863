"""Where ties are, and what became of them."""

import narwhals as nw
import numpy as np
import pandas as pd
import polars as pl

from geo.study import located as located_module
from geo.study.keys import sizes_of
from geo.study.located import (
    located_institution_ties,
    located_ties,
    next_years,
    supply_pairs,
    supply_years,
)

# Firm 1 moves from region 0 to region 5 in 2021, firm 2 dies after 2020; 3 is an institution.
ESTABLISHMENTS = nw.from_native(
    pl.LazyFrame(
        {
            "firm_key": [0, 1, 2, 0, 1],
            "year": [2020, 2020, 2020, 2021, 2021],
            "region_key": [0, 0, 0, 0, 5],
            "industry_key": [7, 8, 8, 7, 8],
            "group_key": [None] * 5,
        },
        schema_overrides={"group_key": pl.Float64},
    )
)


def ties(*rows):
    columns = ["source_key", "target_key", "year", "kind"]
    return nw.from_native(pl.LazyFrame(list(rows), schema=columns, orient="row"))


def located(*rows):
    pairs = supply_pairs(ties(*rows), firms=3)
    supply = located_ties(
        ESTABLISHMENTS, pairs, supply_years(pairs), sizes=sizes_of(ESTABLISHMENTS, firms=3)
    )
    table = supply.collect().to_pandas()
    return table.sort_values(["year", "source_key", "target_key"], ignore_index=True)


def test_place_of_a_tie_is_that_of_its_year():
    table = located((0, 1, 2020, "supply"), (0, 1, 2021, "supply"))
    assert table["customer_region"].tolist() == [0, 5]
    assert table["is_local"].tolist() == [True, False]


def test_tie_there_again_lasts():
    table = located((0, 1, 2020, "supply"), (0, 1, 2021, "supply"))
    assert table["lasts"].tolist() == [True, False]


def test_local_tie_there_before_or_after_is_stable():
    # In 2021 firm 1 has moved away: the tie is there again, but no longer local.
    table = located((0, 1, 2020, "supply"), (0, 1, 2021, "supply"), (0, 2, 2020, "supply"))
    assert table["is_stable"].tolist() == [True, False, False]


def test_tie_turned_round_is_another_tie():
    table = located((0, 1, 2020, "supply"), (1, 0, 2021, "supply"))
    assert not table[["lasts", "is_stable"]].any(axis=None)


def test_death_of_an_end_is_told_from_the_end_of_a_tie():
    table = located((0, 1, 2020, "supply"), (0, 2, 2020, "supply"), (1, 0, 2021, "supply"))
    assert table["lives_on"].tolist() == [True, False, False]


def test_ties_of_other_kinds_or_with_institutions_are_not_supply():
    table = located((0, 1, 2020, "talent"), (3, 0, 2020, "supply"), (0, 2, 2020, "supply"))
    assert table[["source_key", "target_key"]].to_numpy().tolist() == [[0, 2]]


def test_years_of_supply_are_seen_in_firms_only():
    some = ties((0, 1, 2021, "supply"), (0, 3, 2020, "supply"), (0, 1, 2019, "talent"))
    assert supply_years(supply_pairs(some, firms=3)) == [2021]


def test_other_years_are_the_same_by_sorting_and_by_joining():
    rng = np.random.default_rng(0)
    coded = nw.from_native(pl.LazyFrame({"code_": np.unique(rng.integers(0, 300, 200))}))
    one, other = (f(coded).collect().to_pandas().sort_values("code_", ignore_index=True)
                  for f in (located_module._by_sorting, located_module._by_joining))  # fmt: skip
    pd.testing.assert_frame_equal(one, other)
    assert one["lasts"].any()
    assert not one["lasts"].all()


def test_two_missing_years_are_not_bridged():
    assert next_years([2015, 2018]) == {}


def test_institution_tie_counts_once_whatever_its_kinds_and_directions():
    institutions = pd.DataFrame({"institution_key": [3], "kind": ["university"], "region_key": [0]})
    some = ties((3, 0, 2020, "research"), (0, 3, 2020, "talent"), (3, 1, 2021, "supply"))
    table = located_institution_ties(ESTABLISHMENTS, some, institutions, firms=3)
    table = table.collect().to_pandas().sort_values("year", ignore_index=True)
    assert table["firm_key"].tolist() == [0, 1]
    assert table["is_local"].tolist() == [True, False]
