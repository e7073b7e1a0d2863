"""Distances of the industries of a year: who is measured, who is not, and what is said of it."""

import numpy as np
import pandas as pd
import pytest

from geo.concentration.distance.distance_table import distance_tables, located_firms
from geo.concentration.distance.marcon_puech import neighbour_ratio
from geo.concentration.distance.projection import local_plane
from geo.concentration.distance.relative_density import neighbour_density_ratio


def country(seed=0, firms=240):
    """One industry in one town, one anywhere, and one of four firms, between 8 and 12 degrees."""
    rng = np.random.default_rng(seed)
    industry = np.r_[np.zeros(40), np.ones(firms - 44), np.full(4, 2)].astype(int)
    place = rng.uniform([8, 48], [12, 51], (firms, 2))
    place[industry == 0] = rng.normal([9, 49], 0.05, (40, 2))
    return pd.DataFrame(
        {
            "firm_key": np.arange(firms),
            "industry_key": industry,
            "longitude": place[:, 0],
            "latitude": place[:, 1],
            "employment": np.where(np.arange(firms) % 7, 10.0, np.nan),
        }
    )


@pytest.fixture(scope="module")
def firms():
    return country()


@pytest.fixture(scope="module")
def tables(firms):
    return distance_tables(firms, [1, 0], year=2023, seed=1)


def test_an_industry_of_one_town_is_localised_as_far_as_the_town_reaches(tables):
    town = tables.industries.set_index("industry_key").loc[0]
    assert town["is_localised"]
    assert not town["is_dispersed"]
    assert town["distance_p"] == 1 / 200
    # Two firms of a normal town of 5 km are rarely more than 20 km apart.
    assert 5 < town["localised_to_km"] < 40


def test_m_in_the_table_is_m_of_all_firms(firms, tables):
    points = local_plane(firms["longitude"], firms["latitude"]).points
    expected = neighbour_ratio(points, firms["industry_key"].to_numpy() == 0, [5, 20, 50])
    row = tables.industries.set_index("industry_key").loc[0]
    found = [row[f"neighbour_ratio_{radius}km"] for radius in (5, 20, 50)]
    np.testing.assert_allclose(found, expected)


def test_m_of_a_town_is_high_near_and_low_far_and_beyond_chance(tables):
    town = tables.industries.set_index("industry_key").loc[0]
    curve = tables.curves.query("industry_key == 0 and measure == 'm'").set_index("distance_km")
    assert town["neighbour_density_p"] == 1 / 200
    assert 0 < town["neighbour_density_bandwidth_km"] < 10
    assert curve.loc[1, "value"] > curve.loc[1, "high"] > 1
    assert curve.loc[50, "value"] < 1
    assert (curve["pointwise_high"] <= curve["high"]).all()


def test_m_in_the_curves_is_m_of_all_firms(firms, tables):
    points = local_plane(firms["longitude"], firms["latitude"]).points
    curve = tables.curves.query("industry_key == 0 and measure == 'm'")
    member = firms["industry_key"].to_numpy() == 0
    expected = neighbour_density_ratio(points, member, curve["distance_km"])
    np.testing.assert_allclose(curve["value"], expected, rtol=1e-4, atol=1e-6)


def test_an_industry_of_four_firms_is_not_known_and_says_why(tables):
    small = tables.industries.set_index("industry_key").loc[2]
    assert pd.isna(small["is_localised"])
    assert "4" in small["reason_en"]
    assert "4" in small["reason_zh_hans"]
    assert 2 not in set(tables.curves["industry_key"])


def test_a_footprint_holds_the_firms_that_stand_in_it(firms, tables):
    import geopandas as gpd

    places = gpd.GeoDataFrame(
        firms, geometry=gpd.points_from_xy(firms["longitude"], firms["latitude"]), crs=4326
    )
    assert len(tables.footprints)
    for row in tables.footprints.itertuples():
        own = places[places["industry_key"] == row.industry_key]
        inside = own[own.within(row.geometry)]
        assert row.establishments == len(inside)
        assert row.employment == inside["employment"].sum()


def test_what_does_not_fit_the_budget_is_left_out_in_order_and_says_so(firms):
    one_industry = 40**2 // 2 * 200
    found = distance_tables(firms, [0, 1], year=2023, seed=1, budget=one_industry)
    rows = found.industries.set_index("industry_key")
    assert rows["is_localised"].notna().tolist() == [True, False, False]
    assert "limit of work" in rows.loc[1, "reason_en"]


def test_only_the_industries_of_interest_are_measured(firms):
    found = distance_tables(firms, [0], year=2023, seed=1, only=[0]).industries
    assert found["is_localised"].notna().tolist() == [True, False, False]
    assert set(found["reason_en"].dropna()) == {"It is not among the industries of interest."}


def test_rows_in_another_order_give_the_same_tables(firms, tables):
    other = distance_tables(
        firms.sample(frac=1, random_state=3).sort_values("firm_key", ignore_index=True),
        [1, 0],
        year=2023,
        seed=1,
    )
    pd.testing.assert_frame_equal(other.industries, tables.industries)
    pd.testing.assert_frame_equal(other.curves, tables.curves)


def test_firms_at_one_place_have_no_bandwidth_and_say_so():
    firms = country().assign(longitude=9.0, latitude=49.0)
    rows = distance_tables(firms, [0], year=2023, seed=1).industries
    assert rows["is_localised"].isna().all()
    assert rows["reason_en"].notna().all()


def test_without_firms_the_tables_are_empty_with_their_columns():
    import narwhals as nw
    import polars as pl

    kinds = {"firm_key": pl.Int64, "year": pl.Int64, "industry_key": pl.Int64}
    kinds |= dict.fromkeys(["longitude", "latitude", "employment"], pl.Float64)
    none = located_firms(nw.from_native(pl.LazyFrame(schema=kinds)), year=2023)
    tables = distance_tables(none, [], year=2023, seed=1)
    assert [len(table) for table in tables] == [0, 0, 0]
    assert tables.footprints.crs.to_epsg() == 4326
