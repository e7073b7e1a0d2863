import narwhals as nw
import numpy as np
import pandas as pd
import polars as pl
import pytest

from geo.linkage.across_borders import crossing_ties, linkage_across_borders
from geo.linkage.collaboration import linkage_by_cell

YEARS = (2020, 2021)
HALVES = 20  # sellers, and as many buyers, in each of regions 0 and 1
FAR = 60  # of each in region 2


def country(trade, *, seed=0):
    """Sellers (industry 0) and buyers (industry 1) in regions 0 and 1, which adjoin, and 2."""
    region = np.repeat([0, 1, 2], [HALVES, HALVES, FAR])
    sellers = len(region)
    firms = pd.DataFrame(
        {
            "firm_key": np.arange(2 * sellers),
            "region_key": np.tile(region, 2),
            "industry_key": np.repeat([0, 1], sellers),
            "longitude": 0.0,
            "latitude": 0.0,
            "group_key": None,
        }
    ).astype({"group_key": "float64"})
    establishments = pd.concat([firms.assign(year=year) for year in YEARS])
    rng = np.random.default_rng(seed)
    sold, bought = trade(region, rng)
    ties = pd.DataFrame({"source_key": sold, "target_key": bought + sellers, "kind": "supply"})
    ties = pd.concat([ties.drop_duplicates().assign(year=year) for year in YEARS])
    return tuple(nw.from_native(pl.from_pandas(t).lazy()) for t in (establishments, ties))


def inside_both(region, rng):
    """Firms of regions 0 and 1 trade among themselves, whichever side they are on."""
    near, far = np.flatnonzero(region < 2), np.flatnonzero(region == 2)
    return (
        np.concatenate([np.repeat(near, 4), np.repeat(far, 4)]),
        np.concatenate([rng.choice(near, 4 * len(near)), rng.choice(far, 4 * len(far))]),
    )


def inside_one(region, rng):
    """Firms of region 0 trade among themselves; all others with anybody else."""
    near, rest = np.flatnonzero(region == 0), np.flatnonzero(region > 0)
    return (
        np.concatenate([np.repeat(near, 4), np.repeat(rest, 4)]),
        np.concatenate([rng.choice(near, 4 * len(near)), rng.choice(rest, 4 * len(rest))]),
    )


CONCENTRATED = pd.DataFrame(
    [(y, r, i) for y in YEARS for r in (0, 1) for i in (0, 1)],
    columns=["year", "region_key", "industry_key"],
)
BESIDE = pd.DataFrame({"focal": [0, 1, 2], "neighbor": [1, 0, 2], "weight": [1, 1, 0]})
NOBODY = pd.DataFrame({"institution_key": [], "kind": [], "region_key": []})


def across(trade, concentrated=CONCENTRATED, neighbours=BESIDE):
    firms, ties = country(trade)
    number = 2 * (2 * HALVES + FAR)
    alone = linkage_by_cell(firms, ties, NOBODY, firms=number)
    return linkage_across_borders(
        firms, ties, NOBODY, concentrated, neighbours, alone, firms=number
    )


def test_two_halves_that_trade_over_their_border_are_judged_as_one_region():
    table = across(inside_both)
    assert table[["year", "region_key", "industry_key"]].to_numpy().tolist() == (
        CONCENTRATED.to_numpy().tolist()
    )
    assert (table["other_region_key"] == 1 - table["region_key"]).all()
    # No tie leaves the two regions.
    assert (table["local_supply_ties_across"] == table["supply_ties_across"]).all()


def test_figures_of_both_halves_are_those_of_a_map_without_the_border():
    firms, ties = country(inside_both)
    merged = firms.with_columns(region_key=nw.col("region_key").clip(1) - 1)
    whole = linkage_by_cell(merged, ties, NOBODY, firms=2 * (2 * HALVES + FAR))
    whole = whole[whole["region_key"] == 0].set_index(["year", "industry_key"])
    for side in (0, 1):
        mine = across(inside_both).query(f"region_key == {side}")
        mine = mine.set_index(["year", "industry_key"])
        for column in ("matching_degree", "locally_linked_share", "tie_persistence_low"):
            assert mine[f"{column}_across"].tolist() == pytest.approx(whole[column].tolist())


def test_a_huddle_beside_a_cluster_that_it_does_not_trade_with_stays_by_itself():
    assert len(across(inside_one)) == 0


def test_regions_that_do_not_adjoin_are_never_judged_together():
    assert len(across(inside_both, neighbours=BESIDE.assign(weight=0))) == 0


def test_an_industry_that_is_concentrated_on_one_side_only_is_not_cut():
    assert len(across(inside_both, CONCENTRATED[CONCENTRATED["region_key"] == 0])) == 0


def test_expected_crossings_are_the_mean_over_random_matchings():
    firms, ties = country(inside_both)
    pairs = pd.DataFrame(
        {"year": [2020], "region_key": [0], "other_region_key": [1], "industry_key": [0]}
    )
    number = 2 * (2 * HALVES + FAR)
    row = crossing_ties(firms, ties, pairs, firms=number).iloc[0]
    table = ties.filter(nw.col("year") == 2020).collect().to_pandas()
    region = np.tile(np.repeat([0, 1, 2], [HALVES, HALVES, FAR]), 2)
    seller, buyer = region[table["source_key"]], region[table["target_key"]]
    rng = np.random.default_rng(1)
    drawn = [((seller == 0) & (rng.permutation(buyer) == 1)).sum() for _ in range(4000)]
    assert row["crossing_ties"] == ((seller == 0) & (buyer == 1)).sum()
    # Standard error of the mean of 4,000 draws.
    assert row["expected_crossing_ties"] == pytest.approx(
        np.mean(drawn), abs=4 * np.std(drawn) / 4000**0.5
    )
    assert row["crossing_p"] < 0.001
    assert (np.array(drawn) >= row["crossing_ties"]).mean() < 0.005


def test_a_stratum_inside_one_industry_counts_both_directions():
    firms = pl.LazyFrame(
        {
            "firm_key": [0, 1, 2, 3],
            "year": 2020,
            "region_key": [0, 1, 2, 2],
            "industry_key": 0,
            "group_key": None,
        },
        schema_overrides={"group_key": pl.Float64},
    )
    ties = pl.LazyFrame(
        {"source_key": [0, 1, 2], "target_key": [1, 0, 3], "year": 2020, "kind": "supply"}
    )
    pairs = pd.DataFrame(
        {"year": [2020], "region_key": [0], "other_region_key": [1], "industry_key": [0]}
    )
    row = crossing_ties(nw.from_native(firms), nw.from_native(ties), pairs, firms=4).iloc[0]
    # One tie each way; of three ties one leaves and one enters each region: 1 * 1 / 3, twice.
    assert row["crossing_ties"] == 2
    assert row["expected_crossing_ties"] == pytest.approx(2 / 3)
