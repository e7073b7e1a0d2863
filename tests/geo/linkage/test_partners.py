import narwhals as nw
import numpy as np
import pandas as pd
import polars as pl
import pytest

from geo.linkage.partners import (
    candidate_firms,
    lost_partners,
    nearest_institutions,
    outside_suppliers,
    place_of_cell,
)

FIRMS = nw.from_native(
    pl.LazyFrame(
        {
            "firm_key": [0, 1, 2, 3, 4, 0],
            "year": [2020, 2020, 2020, 2020, 2020, 2021],
            "region_key": [0, 0, 1, 2, 1, 0],
            "industry_key": [0, 0, 1, 1, 1, 0],
            "employment": [5.0, None, 7.0, 8.0, 9.0, 6.0],
            "longitude": [0.0, 0.0, 1.0, 3.0, None, 0.0],
            "latitude": [0.0, 0.0, 0.0, 0.0, None, 0.0],
        }
    )
)


def ties(rows):
    schema = {"source_key": pl.Int64, "target_key": pl.Int64, "year": pl.Int64, "kind": pl.String}
    return nw.from_native(pl.LazyFrame(rows, schema=schema, orient="row"))


def outside(rows, **options):
    options = {"region_key": 0, "industry_key": 0, "year": 2020} | options
    return outside_suppliers(ties(rows), FIRMS, **options)


def test_firms_of_unknown_size_come_after_the_known():
    found = candidate_firms(FIRMS, region_key=0, year=2020, industry_keys=[0])
    assert found["firm_key"].tolist() == [0, 1]
    assert found["employment"].isna().tolist() == [False, True]


def test_no_more_firms_than_asked_for():
    found = candidate_firms(FIRMS, region_key=0, year=2020, industry_keys=[0], most=1)
    assert found["firm_key"].tolist() == [0]


def test_no_industry_has_no_firms():
    assert candidate_firms(FIRMS, region_key=0, year=2020, industry_keys=[]).empty


def test_the_most_used_region_comes_first_then_the_nearest():
    rows = [(2, 0, 2020, "supply"), (3, 0, 2020, "supply"), (3, 1, 2020, "supply")]
    found = outside(rows)
    assert found["region_key"].tolist() == [2, 1]
    assert found["ties"].tolist() == [2, 1]
    # Three degrees and one along the equator, 6371.0088 km x pi / 180 each.
    assert found["nearest_km"].tolist() == pytest.approx([333.585, 111.195], abs=1e-3)
    nearest = outside([(3, 0, 2020, "supply"), (2, 1, 2020, "supply")])
    assert nearest["region_key"].tolist() == [1, 2]


@pytest.mark.parametrize(
    "tie",
    [
        (1, 0, 2020, "supply"),  # from the region itself
        (2, 0, 2019, "supply"),  # in another year
        (2, 0, 2020, "research"),  # of another kind
        (0, 2, 2020, "supply"),  # a sale
        (9, 0, 2020, "supply"),  # from an institution
    ],
)
def test_what_is_no_purchase_from_outside_this_year_does_not_count(tie):
    assert outside([tie]).empty


def test_only_the_industries_asked_for_are_listed():
    assert outside([(2, 0, 2020, "supply")], industry_keys=[5]).empty
    assert len(outside([(2, 0, 2020, "supply")], industry_keys=[1])) == 1


def test_suppliers_without_a_place_are_at_an_unknown_distance():
    assert outside([(4, 0, 2020, "supply")])["nearest_km"].isna().tolist() == [True]


# Firms 0 and 1 are of the cell, 5 is a neighbour of another industry; all live in 2020.
NEIGHBOURS = nw.from_native(
    pl.LazyFrame(
        {
            "firm_key": [0, 1, 5, 2],
            "year": [2020] * 4,
            "region_key": [0, 0, 0, 1],
            "industry_key": [0, 0, 1, 1],
        }
    )
)
STILL = (0, 1, 2020, "supply")


def lost(rows):
    table = lost_partners(ties([*rows, STILL]), NEIGHBOURS, region_key=0, industry_key=0, year=2020)
    return table[["supplier_key", "customer_key", "years"]].to_numpy().tolist()


def test_a_tie_that_ended_is_lost_whichever_end_is_of_the_cell():
    rows = [(5, 0, 2019, "supply"), (1, 5, 2018, "supply"), (1, 5, 2019, "supply")]
    assert lost(rows) == [[1, 5, 2], [5, 0, 1]]


@pytest.mark.parametrize(
    "tie",
    [
        (5, 0, 2018, "supply"),  # gone earlier
        (2, 0, 2019, "supply"),  # from elsewhere
        (5, 0, 2019, "talent"),  # of another kind
        (8, 0, 2019, "supply"),  # of a firm that died
        (0, 1, 2019, "supply"),  # still there
    ],
)
def test_what_did_not_end_here_with_both_alive_is_not_lost(tie):
    assert lost([tie]) == []


def test_a_year_without_ties_loses_none():
    before = ties([(5, 0, 2019, "supply")])
    assert lost_partners(before, NEIGHBOURS, region_key=0, industry_key=0, year=2020).empty


def institutions(*rows):
    """Institutions from (key, kind, region, longitude, opened, closed), on the equator."""
    columns = ["institution_key", "kind", "region_key", "longitude", "opened", "closed"]
    return pd.DataFrame(rows, columns=columns).assign(latitude=0.0)


def test_the_nearest_institution_of_each_kind_is_open_and_from_outside():
    table = institutions(
        (10, "university", 0, 0.0, np.nan, np.nan),  # of the region itself
        (11, "university", 1, 1.0, 2025, np.nan),  # not yet open
        (12, "university", 1, 2.0, np.nan, 2020),  # gone
        (13, "university", 2, 3.0, np.nan, np.nan),
        (14, "finance", 2, -4.0, np.nan, np.nan),
        (15, "finance", 3, -5.0, np.nan, np.nan),
    )
    found = nearest_institutions(table, region_key=0, place=(0.0, 0.0), year=2020)
    assert found["institution_key"].tolist() == [14, 13]
    # One degree of a great circle is 6371.0088 km x pi / 180.
    assert found["km"].tolist() == pytest.approx([4 * 111.195, 3 * 111.195], abs=0.01)


def test_an_institution_on_no_map_is_elsewhere_and_a_place_not_known_has_no_distance():
    table = institutions((10, "legal", None, 1.0, np.nan, np.nan)).astype({"region_key": "Int64"})
    found = nearest_institutions(table, region_key=0, place=(np.nan, np.nan), year=2020)
    assert found["institution_key"].tolist() == [10]
    assert found["km"].isna().all()


def test_a_cell_without_firms_has_no_place():
    firms = pl.LazyFrame(
        {"firm_key": [1], "year": 2020, "region_key": 0, "industry_key": 1}
    ).with_columns(longitude=pl.lit(1.0), latitude=pl.lit(2.0))
    place = place_of_cell(nw.from_native(firms), region_key=0, industry_key=2, year=2020)
    assert np.isnan(place).all()
