"""The matching test against shuffled partners and counts made by hand."""

import narwhals as nw
import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.linkage.matching import CELL, cell_sums, matching_table, stratum_counts
from geo.linkage.matching import matching_by_cell as by_cell
from geo.study.keys import Sizes

INDUSTRIES, REGIONS = 3, 4
SIZES = Sizes(first_year=2020, years=2, regions=REGIONS, industries=INDUSTRIES, firms=1)


def matching_by_cell(supply):
    return by_cell(supply, sizes=SIZES)


def sums_of(supply):
    return cell_sums(stratum_counts(supply, sizes=SIZES), sizes=SIZES).collect().to_pandas()


def frame(ties):
    """Located supply ties of rows (supplier industry, region; customer industry, region)."""
    columns = ["supplier_industry", "supplier_region", "customer_industry", "customer_region"]
    table = pl.DataFrame(np.asarray(ties).reshape(-1, 4), schema=columns, orient="row")
    return nw.from_native(
        table.lazy().with_columns(
            pl.lit(2020).alias("year"),
            is_local=pl.col("supplier_region") == pl.col("customer_region"),
        )
    )


def shuffled(ties, rng):
    """The same ties with customers dealt anew within every pair of industries."""
    mixed = ties.copy()
    for s in range(INDUSTRIES):
        for c in range(INDUSTRIES):
            at = np.flatnonzero((ties[:, 0] == s) & (ties[:, 2] == c))
            mixed[at, 3] = ties[rng.permutation(at), 3]
    return mixed


def local_of_cell(ties, region, industry):
    of_cell = (ties[:, 0] == industry) | (ties[:, 2] == industry)
    return int((of_cell & (ties[:, 1] == region) & (ties[:, 3] == region)).sum())


def a_world(rng, ties=80):
    industries = rng.integers(0, INDUSTRIES, (ties, 2))
    regions = rng.choice(REGIONS, (ties, 2), p=[0.4, 0.3, 0.2, 0.1])
    return np.column_stack([industries[:, 0], regions[:, 0], industries[:, 1], regions[:, 1]])


def test_null_agrees_with_shuffling_partners():
    rng = np.random.default_rng(3)
    ties = a_world(rng)
    sums = sums_of(frame(ties))
    draws = [shuffled(ties, rng) for _ in range(4000)]
    test = matching_table(sums)
    for k, row in sums.iterrows():
        counts = np.array([local_of_cell(d, row["region_key"], row["industry_key"]) for d in draws])
        assert row["mean"] == pytest.approx(counts.mean(), abs=0.15)
        assert row["variance"] == pytest.approx(counts.var(), rel=0.12)
        observed = local_of_cell(ties, row["region_key"], row["industry_key"])
        assert row["local"] == observed
        assert test["matching_p"][k] == pytest.approx((counts >= observed).mean(), abs=0.03)


def test_ties_of_a_cell_with_itself_count_once():
    # One tie inside cell (0, 0), one of it to region 1, one between others.
    table = matching_by_cell(frame([(0, 0, 0, 0), (0, 0, 0, 1), (1, 1, 1, 1)]))
    cell = table[(table["region_key"] == 0) & (table["industry_key"] == 0)].iloc[0]
    assert (cell["supply_ties"], cell["local_supply_ties"]) == (2, 1)


def test_expected_ties_of_a_hand_made_world():
    # Stratum (0, 1): suppliers in regions 0, 0, 0, 1, customers in 0, 0, 1, 1; for region 0
    # a = 3, b = 2, n = 4: mean 6/4, variance 3 * 2 * 1 * 2 / (16 * 3) = 1/4.
    table = matching_by_cell(frame([(0, 0, 1, 0), (0, 0, 1, 0), (0, 0, 1, 1), (0, 1, 1, 1)]))
    cell = table.iloc[0]
    assert cell["expected_local_supply_ties"] == 1.5
    assert cell["variance_local_supply_ties"] == pytest.approx(0.25)
    assert cell["matching_ratio"] == pytest.approx(4 / 3)
    # At most both customers here could buy here: (2 - 1.5) / (2 - 1.5).
    assert cell["matching_degree"] == pytest.approx(1.0)
    # Both customers here go to two of the three suppliers here in 3 of 6 deals: p = 1/2.
    assert cell["matching_p"] == pytest.approx(0.5, abs=0.02)


def test_industry_in_the_supplying_and_in_the_using_role_is_one_cell():
    # Industry 1 buys from 0 and sells to 2, all in region 0.
    table = matching_by_cell(frame([(0, 0, 1, 0), (1, 0, 2, 0), (0, 1, 1, 1), (1, 1, 2, 1)]))
    middle = table[(table["region_key"] == 0) & (table["industry_key"] == 1)].iloc[0]
    assert (middle["supply_ties"], middle["expected_local_supply_ties"]) == (2, 1.0)


def test_one_region_alone_cannot_be_tested():
    table = matching_by_cell(frame([(0, 0, 1, 0)] * 5))
    assert table["matching_p"].isna().all()
    assert table["matching_degree"].isna().all()


def test_ties_of_other_years_do_not_mix():
    one = frame(a_world(np.random.default_rng(0)))
    two = nw.concat([one, one.with_columns(year=nw.lit(2021))])
    alone, both = matching_by_cell(one), matching_by_cell(two)
    pd.testing.assert_frame_equal(both[both["year"] == 2020].reset_index(drop=True), alone)


@given(st.integers(0, 10**6))
def test_local_ties_sum_to_those_seen(seed):
    ties = a_world(np.random.default_rng(seed), ties=30)
    table = matching_by_cell(frame(ties))
    local = ties[ties[:, 1] == ties[:, 3]]
    # A tie between two industries is in two cells.
    assert table["local_supply_ties"].sum() == len(local) + (local[:, 0] != local[:, 2]).sum()


@given(st.integers(0, 10**6), st.permutations(range(REGIONS)))
def test_renaming_regions_and_shuffling_rows_changes_nothing(seed, names):
    rng = np.random.default_rng(seed)
    ties = a_world(rng, ties=30)
    renamed = rng.permutation(ties)
    renamed[:, [1, 3]] = np.array(names)[renamed[:, [1, 3]]]
    table = matching_by_cell(frame(ties))
    table["region_key"] = np.array(names)[table["region_key"]]
    pd.testing.assert_frame_equal(
        table.sort_values(CELL, ignore_index=True),
        matching_by_cell(frame(renamed)),
        check_dtype=False,
    )


def test_unknown_sums_give_an_unknown_test():
    sums = pd.DataFrame({c: [np.nan] for c in ("supply_ties", "local", "mean", "variance")})
    sums = sums.assign(year=2020, third=np.nan, least=np.nan, most=np.nan)
    assert matching_table(sums).isna().all(axis=None)


def test_suffix_names_the_variant():
    sums = sums_of(frame([(0, 0, 1, 0), (0, 1, 1, 1)]))
    assert "matching_q_without_hub" in matching_table(sums, suffix="_without_hub")


@pytest.mark.slow
def test_p_values_under_random_matching_are_those_of_chance():
    rng = np.random.default_rng(11)
    p = []
    for _ in range(60):
        table = matching_by_cell(frame(a_world(rng, ties=2000)))
        p.extend(table["matching_p"].dropna())
    # 720 tests: half a percent more than the level is within their error.
    for level in (0.01, 0.05, 0.2):
        assert np.mean(np.array(p) <= level) < level + 2.5 * np.sqrt(level * (1 - level) / len(p))
    assert np.mean(np.array(p) <= 0.5) > 0.4
