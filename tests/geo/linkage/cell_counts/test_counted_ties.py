"""Ties counted between cells: what they say for sure, and that pairs say the same."""

import numpy as np
import pandas as pd
import pytest

from geo.linkage.cell_counts.counted_ties import (
    Country,
    counts_by_cell,
    excess_of_counts,
    fitted_counts,
    lasting_by_cell,
    located_counts,
    seen_counts,
)
from geo.worlds import DEFAULT_SEED, default_recipe, sized_recipe, world
from tests.geo.linkage.countries_of_worlds import judged

ENDS = ["source_region_key", "source_industry_key", "target_region_key", "target_industry_key"]
COUNTS = ["ties", "suppliers", "customers", "ties_seen_again"]


def links(*rows):
    """Rows of two ends, year, ties, suppliers, customers, ties seen again."""
    table = pd.DataFrame(rows, columns=[*ENDS, "year", *COUNTS])
    return table.astype(dict.fromkeys(COUNTS, "float64")).assign(kind="supply", value=np.nan)


def country(*, establishments=10.0, regions=3, industries=2, years=(2020,), dense=()):
    keys = pd.MultiIndex.from_product([years, range(regions), range(industries)])
    cells = keys.to_frame(index=False, name=["year", "region_key", "industry_key"])
    concentrated = np.zeros((regions, industries), dtype=bool)
    for cell in dense:
        concentrated[cell] = True
    side = np.arange(regions)
    return Country(
        cells=cells.assign(establishments=establishments),
        places=pd.DataFrame({"longitude": side * 0.3, "latitude": 0.0}),
        industries=industries,
        adjoins=np.abs(side[:, None] - side) == 1,
        concentrated=concentrated,
    )


def located(*rows, **about):
    return located_counts(links(*rows), country(**about), ("supply",))


def bounds(*rows, **about):
    ties = fitted_counts(located(*rows, **about), country(**about), kinds=1)
    return counts_by_cell(ties).set_index(["region_key", "industry_key"])


def test_only_ties_within_a_region_are_local_and_distance_is_between_regions():
    rows = located((0, 0, 0, 1, 2020, 4, 2, 2, np.nan), (0, 0, 1, 1, 2020, 3, 2, 2, np.nan))
    assert rows["is_local"].tolist() == [True, False]
    # At one point, and 33 km apart: the bin from 20 to 40 km is the fifth.
    assert rows["distance_class"].tolist() == [1, 8]


def test_ties_of_adjoining_concentrated_cells_are_across_and_not_local():
    crossing = (0, 0, 1, 1, 2020, 3, 2, 2, np.nan)
    assert located(crossing, dense=[(0, 0), (1, 1)])["is_across"].tolist() == [True]
    assert located(crossing, dense=[(0, 0)])["is_across"].tolist() == [False]


def test_firms_with_a_local_partner_are_between_the_largest_row_and_all_rows_together():
    cell = bounds((0, 0, 0, 1, 2020, 8, 3, 5, np.nan), (0, 0, 0, 0, 2020, 4, 4, 2, np.nan)).loc[
        0, 0
    ]
    # Four supply within the cell, two buy there, three supply to the other industry.
    assert (cell["linked_least"], cell["linked_most"]) == (4, 9)
    assert (cell["ties"], cell["local"]) == (12, 12)


def test_no_more_firms_are_linked_than_live():
    cell = bounds((0, 0, 0, 1, 2020, 60, 9, 9, np.nan), (0, 0, 0, 0, 2020, 60, 9, 9, np.nan)).loc[
        0, 0
    ]
    assert cell["linked_most"] == 10


@pytest.mark.parametrize(
    ("ties", "suppliers", "customers", "hub"),
    [(8, 3, 5, 5), (8, 3, 8, 6), (8, 8, 1, 8), (9, 3, 3, 3)],
)
def test_the_largest_hub_has_what_a_row_leaves_to_one_firm(ties, suppliers, customers, hub):
    """Every other firm has one tie at least, and no pair has two; either end can be the hub."""
    row = (0, 0, 0, 1, 2020, ties, suppliers, customers, np.nan)
    assert bounds(row).loc[0, 0]["hub_most"] == hub


def test_without_numbers_of_firms_breadth_and_hub_are_not_known():
    rows = [(0, 0, 0, 1, 2020, 8, np.nan, np.nan, np.nan), (1, 0, 0, 1, 2020, 8, 2, 2, np.nan)]
    about = country()
    ties = fitted_counts(located(*rows), about, kinds=1)
    table = counts_by_cell(ties)
    found = excess_of_counts(table, ties, known=pd.Series(data=True, index=table.index), spread=0.0)
    cell = found.loc[(table["region_key"] == 0) & (table["industry_key"] == 0)].iloc[0]
    unknown = ["linked", "p_without_hub", "excess_high_without_hub", "hub_most"]
    assert cell[unknown].isna().all()
    assert cell["linked_high"] == 1
    assert np.isfinite(cell["p"])


def test_a_withheld_count_covers_less_and_is_no_zero():
    told, withheld = (0, 0, 0, 1, 2020, 8, 3, 3, np.nan), (0, 0, 1, 1, 2020, np.nan, 3, 3, np.nan)
    assert bounds(told, withheld).loc[0, 0]["covered"] == 0.5
    assert bounds(told).loc[0, 0]["covered"] == 1


@pytest.mark.parametrize(
    ("again", "years"), [((np.nan, 5.0), 20 / 15), ((np.nan, np.nan), 2), ((8.0, 5.0), 20 / 15)]
)
def test_years_that_a_tie_is_seen_are_told_by_those_seen_again(again, years):
    rows = [(0, 0, 0, 1, 2020 + k, 10, 3, 3, again[k]) for k in range(2)]
    assert seen_counts(located(*rows, years=(2020, 2021))).years_seen == pytest.approx(years)


def lasting(*rows, years=(2020, 2021, 2022)):
    return lasting_by_cell(located(*rows, years=years)).set_index(["region_key", "industry_key"])


def test_ties_seen_again_over_those_of_the_year_before_are_what_lasts():
    table = lasting(
        (0, 0, 0, 1, 2020, 10, 3, 3, np.nan), (0, 0, 0, 1, 2021, 10, 3, 3, 7.0),
        (0, 0, 1, 1, 2020, 10, 3, 3, np.nan), years=(2020, 2021),
    )  # fmt: skip
    assert table.loc[(0, 0), "tie_persistence"] == 0.7
    # Those to the other region ended with their row.
    assert table.loc[(0, 0), "persistence_base_rate"] == 0.35


def test_ties_that_come_back_later_may_last_so_no_low_share_is_told_for_sure():
    """Every other year the same partners serve: nothing tells them from new ones."""
    rows = [(0, 0, 0, 1, 2020 + k, 40, 9, 9, np.nan if k == 0 else 0.0) for k in range(4)]
    table = lasting(*rows, years=(2020, 2021, 2022, 2023))
    assert table.loc[(0, 0), "tie_persistence"] == 0
    assert table.loc[(0, 0), "tie_persistence_high"] > 0.6
    two = lasting(*rows[:2], years=(2020, 2021))
    assert two.loc[(0, 0), "tie_persistence_high"] < 0.1


def test_without_ties_seen_again_nothing_is_said_of_lasting():
    assert lasting((0, 0, 0, 1, 2020, 9, 3, 3, np.nan), (0, 0, 0, 1, 2021, 9, 3, 3, np.nan)).empty


def _no_opposite(found):
    """No cell is said to collaborate by one, and not to by the other."""
    pairs, counts = (table["is_collaborating"] for table in found)
    return not (pairs ^ counts).fillna(value=False).any()


def _equal(found, column):
    pairs, counts = (table[column].to_numpy(dtype=np.float64) for table in found)
    return np.array_equal(pairs, counts, equal_nan=True)


@pytest.mark.parametrize("seed", [1, 2])
def test_counts_of_a_small_country_say_what_its_pairs_say_or_that_they_do_not_know(tmp_path, seed):
    found = judged(world(sized_recipe("small"), seed=seed), tmp_path)
    assert _equal(found, "supply_ties")
    assert _equal(found, "local_supply_ties")
    assert _no_opposite(found)
    assert found.counts["is_collaborating"].sum() >= found.pairs["is_collaborating"].sum() / 4


@pytest.mark.slow
def test_counts_of_the_default_country_give_what_is_usual_within_a_tenth(tmp_path):
    found = judged(world(default_recipe(), seed=DEFAULT_SEED), tmp_path)
    for column in ("supply_ties", "local_supply_ties", "knowledge_ties", "local_knowledge_ties"):
        assert _equal(found, column), column
    usual, counted = (table["usual_local_supply_ties"] for table in found)
    tells = usual >= 10
    assert tells.sum() > 50
    np.testing.assert_allclose(counted[tells], usual[tells], rtol=0.1)
    assert _no_opposite(found)
    yes = found.pairs["is_collaborating"].fillna(value=False).astype(bool)
    # What one large firm could do is bounded, so most answers stand.
    assert found.counts["is_collaborating"][yes].sum() > 0.75 * yes.sum()
