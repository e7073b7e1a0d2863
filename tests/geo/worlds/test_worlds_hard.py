"""The hard worlds: each has the trait that it is named for, and a truth that allows for it."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from geo.errors import GeoError
from geo.schema import RAW_TABLES
from geo.vocabulary import Class
from geo.worlds import HARD_WORLDS, hard_world, sized_recipe, world
from geo.worlds.blemishes import as_cells, with_firms_in_gcj02, with_link_coverage


@pytest.fixture(scope="module")
def small():
    return world(sized_recipe("small"), seed=2)


def regions_of(made):
    points = gpd.GeoDataFrame(
        made.firms[["firm_id"]],
        geometry=gpd.points_from_xy(made.firms["longitude"], made.firms["latitude"]),
        crs="EPSG:4326",
    )
    found = gpd.sjoin(points, made.regions[["region_id", "geometry"]], predicate="within")
    return found.set_index("firm_id")["region_id"]


def acceptable_of_planted(made):
    truth = made.truth
    concentrated = ~truth["class"].isin([Class.DISPERSED, Class.NETWORKED])
    return set(truth.loc[concentrated, "acceptable"])


@pytest.mark.parametrize("name", sorted(HARD_WORLDS))
def test_hard_world_keeps_the_contract_and_has_a_truth(name):
    made = hard_world(name, seed=1)
    assert made.name == name
    assert shapely.is_valid(made.regions.geometry.to_numpy()).all()
    for table in ("firms", "cells", "margins", "links", "institutions", "io_table"):
        frame = getattr(made, table)
        assert frame is None or set(frame.columns) <= set(RAW_TABLES[table].names)
    assert len(made.truth) > 0
    assert not made.truth.duplicated(["region_id", "industry", "year"]).any()
    assert set("|".join(made.truth["acceptable"].unique()).split("|")) <= set(Class)


def test_other_seed_draws_another_map():
    one, two = hard_world("chains", seed=1), hard_world("chains", seed=2)
    assert not one.regions.geometry.geom_equals(two.regions.geometry).all()


def test_big_city_has_a_quarter_of_the_firms():
    made = hard_world("big_city", seed=1)
    assert 0.23 < regions_of(made).value_counts(normalize=True).iloc[0] < 0.27


def test_rare_industries_have_a_handful_of_plants():
    made = hard_world("sparse_industry", seed=1)
    rare = made.firms[made.firms["industry"].str.startswith("Z")]
    assert 10 < len(rare) < 100
    assert rare.groupby("industry").size().max() < 30


def test_links_of_covered_firms_only_are_seen(small):
    made = with_link_coverage(small, 0.6, seed=1)
    share = len(made.links) / len(small.links)
    assert 0.25 < share < 0.5  # both ends of most ties must be covered: 0.6 * 0.6
    assert all("undetermined" in a for a in acceptable_of_planted(made))


def test_no_coverage_means_no_links_and_only_undetermined_is_right(small):
    made = with_link_coverage(small, 0.0, seed=1, keep_io=False)
    assert made.links is None
    assert made.io_table is None
    assert acceptable_of_planted(made) == {"undetermined"}


def test_full_coverage_changes_nothing(small):
    made = with_link_coverage(small, 1.0, seed=1)
    pd.testing.assert_frame_equal(made.links, small.links)
    pd.testing.assert_frame_equal(made.truth, small.truth)


def test_coverage_by_size_keeps_the_largest_firm(small):
    made = with_link_coverage(small, 0.1, seed=1, by_size=True)
    largest = small.firms.sort_values("employment").iloc[-1]["firm_id"]
    assert largest in set(made.links["source_id"]) | set(made.links["target_id"])


def test_coverage_without_links_is_an_error(small):
    with pytest.raises(GeoError, match="firms and links"):
        with_link_coverage(replace(small, links=None), 0.5, seed=1)


def test_cells_add_up_to_the_margins(small):
    made = as_cells(small)
    nation = made.margins[made.margins["region_id"].isna() & made.margins["industry"].isna()]
    counted = made.cells.groupby("year")["establishments"].sum()
    assert counted.tolist() == nation.sort_values("year")["establishments"].tolist()


def test_single_plants_are_withheld(small):
    made = as_cells(small)
    single = made.cells["establishments"] == 1
    assert made.cells.loc[single, "employment"].isna().all()
    assert made.cells["employment"].notna().any()


@pytest.mark.parametrize(("withheld", "declared"), [(-9, [-9]), (0, None)])
def test_withheld_jobs_are_coded(small, withheld, declared):
    made = as_cells(small, withheld=withheld)
    single = made.cells["establishments"] == 1
    assert (made.cells.loc[single, "employment"] == withheld).all()
    assert made.settings.get("missing_values") == declared


def test_cells_come_without_firms_and_links(small):
    made = as_cells(small)
    assert made.firms is None
    assert made.links is None


def test_redrawn_borders_keep_land_and_firms():
    whole = hard_world("rows_shuffled", seed=5)
    redrawn = hard_world("shifted_borders", seed=5)
    assert redrawn.firms["firm_id"].is_unique
    assert set(redrawn.firms["firm_id"]) == set(whole.firms["firm_id"])
    assert shapely.area(redrawn.regions.geometry.to_numpy()).sum() == pytest.approx(
        shapely.area(whole.regions.geometry.to_numpy()).sum()
    )
    assert len(regions_of(redrawn)) == len(redrawn.firms)


def test_redrawn_borders_keep_most_plantings():
    planted = hard_world("shifted_borders", seed=5).truth.query("planted != 'plain'")
    assert planted["planted"].nunique() >= 4


def test_border_cuts_clusters_in_two():
    made = hard_world("cut_by_border", seed=1)
    members = made.members.query("planted == 'chain_with_institutions'")
    home = regions_of(made).loc[members["firm_id"]].to_numpy()
    per_place = members.assign(region=home).groupby("planting")["region"].nunique()
    assert per_place.tolist() == [2, 2, 2]


def test_swapped_firms_have_their_coordinates_the_wrong_way_round():
    made = hard_world("swapped_coordinates", seed=1)
    west, south, east, north = made.regions.total_bounds
    out = ~made.firms["longitude"].between(west, east)
    assert 0.02 < out.mean() < 0.04
    assert made.firms.loc[out, "latitude"].between(west, east).all()
    assert made.firms.loc[out, "longitude"].between(south, north).all()


def test_stacked_firms_share_a_point_per_region():
    made = hard_world("stacked_geocodes", seed=1)
    stacked = made.firms.duplicated(["longitude", "latitude"], keep=False)
    assert 0.3 < stacked.mean() < 0.36
    assert len(made.firms.loc[stacked, ["longitude", "latitude"]].drop_duplicates()) <= 40
    assert len(regions_of(made)) == len(made.firms)


def test_gcj02_offset_agrees_with_a_published_point():
    # Tiananmen, Beijing: WGS84 116.39089, 39.90750 is 116.39713, 39.90891 in GCJ-02 (to ~ 10 m).
    firms = pd.DataFrame({"firm_id": ["F1"], "longitude": [116.39089], "latitude": [39.9075]})
    made = world(sized_recipe("small"), seed=1)
    moved = with_firms_in_gcj02(replace(made, firms=firms), 1.0, seed=1).firms
    assert moved["longitude"].iloc[0] == pytest.approx(116.39713, abs=1e-4)
    assert moved["latitude"].iloc[0] == pytest.approx(39.90891, abs=1e-4)


def test_declared_datum_is_in_the_settings():
    assert hard_world("other_datum", seed=1).settings == {"datum": "GCJ-02"}
    assert hard_world("mixed_datum", seed=1).settings == {}


def test_missing_year_has_no_links_and_may_be_left_open():
    made = hard_world("year_missing", seed=1)
    assert 2019 not in set(made.links["year"])
    gone = made.truth[(made.truth["year"] == 2019) & (made.truth["class"] == Class.CLUSTER)]
    kept = made.truth[(made.truth["year"] == 2021) & (made.truth["class"] == Class.CLUSTER)]
    assert gone["acceptable"].str.contains("undetermined").all()
    assert (kept["acceptable"] == "cluster").all()


def test_dying_chain_loses_firms_and_keeps_its_ties():
    made = hard_world("firms_die", seed=1)
    of_chain = made.members.query("planted == 'chain_that_dies'")["firm_id"]
    members = made.firms[made.firms["firm_id"].isin(of_chain)]
    assert members["closed"].notna().mean() > 0.35
    alive = members.loc[members["closed"].isna(), "firm_id"]
    supply = made.links[made.links["kind"] == "supply"]
    supply = supply[supply["source_id"].isin(alive) & supply["target_id"].isin(alive)]
    pairs = [
        set(zip(t["source_id"], t["target_id"], strict=True)) for _, t in supply.groupby("year")
    ]
    kept = [len(a & b) / len(a) for a, b in pairwise(pairs)]
    assert min(kept) > 0.7


def test_shuffled_rows_are_the_same_rows():
    made = hard_world("rows_shuffled", seed=1)
    assert not made.firms["firm_id"].is_monotonic_increasing
    links = made.links
    assert not np.array_equal(links["year"].to_numpy(), np.sort(links["year"].to_numpy()))


def test_far_region_is_empty_and_touches_nothing():
    made = hard_world("empty_far_region", seed=1)
    far = made.regions.geometry.iloc[-1]
    assert shapely.distance(far, made.regions.geometry.iloc[:-1].to_numpy()).min() > 1
    assert "R999" not in set(regions_of(made))


def test_unknown_hard_world_is_an_error():
    with pytest.raises(KeyError):
        hard_world("easy", seed=1)


def test_unravelling_chain_gives_up_its_local_ties():
    made = hard_world("stage_paths", seed=1)
    home = regions_of(made)
    members = set(made.members.query("planted == 'chain_that_unravels'")["firm_id"])
    ties = made.links[(made.links["kind"] == "supply") & made.links["source_id"].isin(members)]
    is_local = home.loc[ties["source_id"]].to_numpy() == home.reindex(ties["target_id"]).to_numpy()
    share = pd.Series(is_local).groupby(ties["year"].to_numpy()).mean()
    # What nearness leaves is much, since much of the trade is here.
    assert share.loc[2017:].max() < 0.8 * share.loc[:2016].min()


def test_thin_year_has_a_third_of_its_links():
    full, thin = hard_world("stage_paths", seed=1), hard_world("noisy_year", seed=1)
    share = thin.links.groupby("year").size() / full.links.groupby("year").size()
    assert 0.31 < share.loc[2016] < 0.35
    assert (share.drop(2016) == 1).all()
