from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import box

from geo.concentration.map.autocorrelation import local_moran, moran_i
from geo.concentration.map.geary import geary_c, local_geary
from geo.concentration.map.getis_ord import general_g, local_g
from geo.concentration.map.map_table import map_autocorrelation, map_hot_spots
from geo.concentration.map.neighbours import contiguity_graph, nearest_graph
from geo.errors import GeoError

SHARED = Path(__file__).resolve().parents[4] / "../shared"


def lattice(side):
    squares = [box(x, y, x + 1, y + 1) for y in range(side) for x in range(side)]
    return gpd.GeoDataFrame(geometry=squares, crs=4326)


def cells_of(quotients, *, year=2020, **columns):
    """One row per positive entry of an array of shape (regions, industries)."""
    region, industry = np.nonzero(quotients)
    return pd.DataFrame(
        {
            "year": year,
            "region_key": region,
            "industry_key": industry,
            "location_quotient": quotients[region, industry],
            **columns,
        }
    )


def random_quotients(regions, industries, *, seed=0, occupied=0.5):
    rng = np.random.default_rng(seed)
    there = rng.random((regions, industries)) < occupied
    there[:, 0] = True  # so that every region is on the map
    return np.where(there, rng.random((regions, industries)) * 3, 0.0)


def huddle():
    """A corner of nine squares full of industry 0, everything else noise."""
    quotients = random_quotients(100, 4)
    quotients[:, 0] = 0.1
    corner = [x + 10 * y for x in range(3) for y in range(3)]
    quotients[corner, 0] = 9
    return quotients


def test_figures_are_those_of_the_variables_with_absent_industries_at_zero():
    quotients = random_quotients(36, 3)
    local, overall = map_autocorrelation(cells_of(quotients), lattice(6), permutations=9)
    expected = local_moran(quotients, contiguity_graph(lattice(6)), permutations=0).moran_i
    np.testing.assert_allclose(
        local.local_moran_i, expected[local.region_key, local.industry_key], rtol=1e-12
    )
    expected = moran_i(quotients, contiguity_graph(lattice(6)), permutations=0).moran_i
    np.testing.assert_allclose(overall.moran_i, expected)


def test_a_planted_huddle_is_found_and_noise_is_not():
    local, overall = map_autocorrelation(cells_of(huddle()), lattice(10), seed=3)
    found = local[local.local_moran_q <= 0.05]
    assert set(found.industry_key) == {0}
    assert 0 in set(found.region_key)
    assert set(found.local_moran_quadrant) == {"high-high"}
    assert overall.moran_p[0] == 0.001
    assert overall.moran_p[1:].min() > 0.01


def test_q_is_over_all_cells_of_a_year_and_not_of_others():
    one = cells_of(huddle())
    noise = cells_of(random_quotients(100, 4, seed=5), year=2021)
    alone, _ = map_autocorrelation(one, lattice(10), permutations=99)
    both, _ = map_autocorrelation(pd.concat([noise, one]), lattice(10), permutations=99)
    pd.testing.assert_frame_equal(both[both.year == 2020], alone)


def test_rows_keep_their_order_and_index_and_figures_do_not_depend_on_it():
    cells = cells_of(random_quotients(36, 3))
    shuffled = cells.sample(frac=1, random_state=1)
    local, overall = map_autocorrelation(cells, lattice(6), permutations=99)
    again, overall_again = map_autocorrelation(shuffled, lattice(6), permutations=99)
    assert again.index.tolist() == shuffled.index.tolist()
    pd.testing.assert_frame_equal(again.sort_index(), local)
    pd.testing.assert_frame_equal(overall, overall_again)


def test_region_without_any_establishment_is_off_the_map_not_zero():
    quotients = random_quotients(36, 3, occupied=0.8)
    quotients[[7, 20]] = 0
    local, _ = map_autocorrelation(cells_of(quotients), lattice(6), permutations=0)
    quotients[[7, 20]] = np.nan
    expected = local_moran(quotients, contiguity_graph(lattice(6)), permutations=0).moran_i
    np.testing.assert_allclose(
        local.local_moran_i, expected[local.region_key, local.industry_key], rtol=1e-12
    )


def test_region_total_says_which_regions_are_on_the_map():
    cells = cells_of(random_quotients(36, 3), region_total=10.0)
    cells.loc[cells.region_key == 7, "region_total"] = 0.0
    local, _ = map_autocorrelation(cells, lattice(6), permutations=9)
    assert local.local_moran_i[cells.region_key == 7].isna().all()
    assert local.local_moran_i[cells.region_key != 7].notna().all()


def test_employment_steps_in_where_no_establishments_are_known():
    quotients = random_quotients(36, 2, occupied=1.0)
    cells = cells_of(quotients)
    cells["location_quotient_employment"] = cells.location_quotient
    cells.loc[cells.industry_key == 1, "location_quotient"] = np.nan
    local, _ = map_autocorrelation(cells, lattice(6), permutations=0)
    expected = local_moran(quotients, contiguity_graph(lattice(6)), permutations=0).moran_i
    np.testing.assert_allclose(local.local_moran_i, expected.ravel())


def test_employment_does_not_mix_into_quotients_by_establishments():
    cells = cells_of(random_quotients(36, 1, occupied=1.0))
    cells["location_quotient_employment"] = 100.0
    cells.loc[5, "location_quotient"] = np.nan
    local, _ = map_autocorrelation(cells, lattice(6), permutations=9)
    assert np.isnan(local.local_moran_i[5])
    assert local.local_moran_i.drop(5).notna().all()


def test_withheld_quotient_is_missing_not_zero():
    cells = cells_of(random_quotients(36, 1, occupied=1.0))
    withheld = cells.assign(location_quotient=cells.location_quotient.mask(cells.index == 5))
    zero = cells.assign(location_quotient=cells.location_quotient.where(cells.index != 5, 0.0))
    ours = map_autocorrelation(withheld, lattice(6), permutations=0)[1].moran_i[0]
    assert ours != pytest.approx(
        map_autocorrelation(zero, lattice(6), permutations=0)[1].moran_i[0]
    )


def test_island_and_one_region_industry_have_no_answer():
    regions = pd.concat([lattice(5), lattice(1).translate(50, 0).to_frame("geometry")])
    regions = regions.reset_index(drop=True)
    quotients = random_quotients(26, 2, occupied=0.9)
    quotients[:, 1] = 0
    quotients[25] = [1.0, 0.0]
    quotients[3, 1] = 4.0
    local, overall = map_autocorrelation(cells_of(quotients), regions, permutations=99)
    unknown = local[local.local_moran_p.isna()]
    assert set(zip(unknown.region_key, unknown.industry_key, strict=True)) == {(3, 1), (25, 0)}
    assert unknown[["local_moran_i", "local_moran_q", "local_moran_quadrant"]].isna().all(axis=None)
    assert overall.moran_i.isna().tolist() == [False, True]


def test_warns_where_the_smallest_p_cannot_pass_the_correction():
    cells = cells_of(huddle())
    # With 19 permutations no two-sided p is below 0.1.
    few, _ = map_autocorrelation(cells, lattice(10), permutations=19, most_permutations=19)
    many, _ = map_autocorrelation(cells, lattice(10), permutations=19)
    (warning,) = few.attrs["warnings"]
    assert warning.en.startswith("2020: no cell can be a significant neighbourhood: with 19 perm")
    assert many.attrs["warnings"] == []


def test_a_graph_of_ones_own_is_used():
    quotients = random_quotients(36, 2)
    graph = nearest_graph(lattice(6), k=4)
    local, _ = map_autocorrelation(cells_of(quotients), lattice(6), graph=graph, permutations=0)
    expected = local_moran(quotients, graph, permutations=0).moran_i
    np.testing.assert_allclose(
        local.local_moran_i, expected[local.region_key, local.industry_key], rtol=1e-12
    )


def test_no_cells_give_empty_tables():
    local, overall = map_autocorrelation(cells_of(np.zeros((4, 1))), lattice(2))
    assert local.columns.tolist() == [
        *("year", "region_key", "industry_key", "local_moran_i", "local_moran_p"),
        *("local_moran_q", "local_moran_quadrant", "local_moran_reason"),
    ]
    assert overall.columns.tolist() == [
        *("year", "industry_key", "moran_i", "moran_p", "moran_reason"),
    ]
    assert len(local) == len(overall) == 0


def test_the_same_seed_gives_the_same_table_and_another_another():
    cells = cells_of(random_quotients(36, 3))
    first, same, other = (
        map_autocorrelation(cells, lattice(6), permutations=99, seed=seed)[0] for seed in (1, 1, 2)
    )
    pd.testing.assert_frame_equal(first, same)
    assert not first.local_moran_p.equals(other.local_moran_p)


def test_cells_that_cannot_be_placed_are_an_error():
    cells = cells_of(random_quotients(36, 3))
    with pytest.raises(GeoError, match="0 to 3"):
        map_autocorrelation(cells, lattice(2))
    with pytest.raises(GeoError, match="each cell once"):
        map_autocorrelation(pd.concat([cells, cells.head(1)]), lattice(6))
    with pytest.raises(GeoError, match="location_quotient"):
        map_autocorrelation(cells.drop(columns="location_quotient"), lattice(6))


def test_hot_spots_are_those_of_the_variables_with_absent_industries_at_zero():
    quotients = random_quotients(36, 3)
    graph = contiguity_graph(lattice(6))
    local, overall = map_hot_spots(cells_of(quotients), lattice(6), permutations=9)
    place = local.region_key.to_numpy(), local.industry_key.to_numpy()
    star = local_g(quotients, graph, star=True, permutations=0).z_score[place]
    np.testing.assert_allclose(local.hot_spot_z, star)
    differences = local_geary(quotients, graph, permutations=0).geary_c[place]
    np.testing.assert_allclose(local.local_geary_c, differences)
    expected = geary_c(quotients, graph, permutations=0).geary_c
    np.testing.assert_allclose(overall.geary_c, expected)
    expected = general_g(quotients, graph, permutations=0).general_g
    np.testing.assert_allclose(overall.general_g, expected)


def test_a_planted_huddle_is_a_hot_spot_and_noise_is_not():
    local, overall = map_hot_spots(cells_of(huddle()), lattice(10), seed=3)
    found = local[local.hot_spot_q <= 0.05]
    assert (found.industry_key == 0).mean() > 0.8
    assert 11 in set(found.region_key)
    assert found.hot_spot_z.min() > 2
    assert (overall.geary_p[0], overall.general_g_p[0]) == (0.001, 0.001)
    assert overall.geary_p[1:].min() > 0.01


def test_hot_spots_and_moran_share_their_draws():
    cells = cells_of(random_quotients(36, 3))
    spots, _ = map_hot_spots(cells, lattice(6), permutations=99, most_permutations=99)
    moran, _ = map_autocorrelation(cells, lattice(6), permutations=99, most_permutations=99)
    # With the lag's tails in common, the smaller tail of G* is that of local Moran.
    both = moran.local_moran_p < 1
    tail = moran.local_moran_p[both] / 2
    same = np.isclose(spots.hot_spot_p[both], tail) | (spots.hot_spot_p[both] > tail)
    assert same.all()
    assert np.isclose(spots.hot_spot_p[both], tail).mean() > 0.3


def test_no_cells_give_empty_tables_of_hot_spots():
    local, overall = map_hot_spots(cells_of(np.zeros((4, 1))), lattice(2))
    assert len(local) == len(overall) == 0
    assert "hot_spot_q" in local
    assert "geary_c" in overall


def test_american_counties_cluster_in_what_they_are_known_for():
    folder = SHARED / "data" / "us-2016"
    if not folder.exists():
        pytest.skip(f"{folder} is not here")
    regions = gpd.read_parquet(folder / "regions.parquet").sort_values("region_id")
    regions = regions.reset_index(drop=True)
    key = pd.Series(regions.index, index=regions.region_id)
    cells = pd.read_parquet(folder / "cells.parquet").astype({"industry": str})
    # Oil and gas wells, vehicle parts, and all the rest as one.
    names = ["2111", "3363"]
    cells["industry_key"] = cells.industry.map({"2111": 0, "3363": 1}).fillna(2).astype(int)
    cells["region_key"] = cells.region_id.map(key)
    cells = (
        cells.dropna(subset="region_key")
        .groupby(["year", "region_key", "industry_key"])
        .establishments.sum()
        .reset_index()
    )
    total = cells.groupby("region_key").establishments.transform("sum")
    cells["location_quotient"] = cells.establishments / total
    local, overall = map_autocorrelation(cells, regions, permutations=999, seed=1)
    hot = local[(local.local_moran_q <= 0.05) & (local.local_moran_quadrant == "high-high")]
    state = regions.region_id.str[:2].loc[hot.region_key].to_numpy()
    most = [pd.Series(state[hot.industry_key == i]).mode()[0] for i in range(len(names))]
    assert most[0] == "48"  # Texas
    assert most[1] in {"26", "18", "39"}  # Michigan, Indiana, Ohio
    assert (overall.moran_p == 0.001).all()


def test_a_cell_without_a_local_moran_says_why():
    quotients = random_quotients(16, 5, occupied=1)
    quotients[:, 1], quotients[:, 2] = 1.0, 0.0
    quotients[3, 2] = 4.0
    regions = lattice(4)
    regions.loc[15, "geometry"] = box(90, 50, 91, 51)
    cells = cells_of(quotients)
    unknown = (cells.region_key == 5) & (cells.industry_key == 4)
    cells.loc[unknown, "location_quotient"] = np.nan
    local, overall = map_autocorrelation(cells, regions, permutations=9)
    why = local.set_index(["region_key", "industry_key"])["local_moran_reason"]
    assert why[(0, 1)] == "constant"
    assert why[(3, 2)] == "one_region"
    assert why[(15, 0)] == "island"
    assert why[(5, 4)] == "not_known"
    assert (why.isna() == local.local_moran_i.notna().to_numpy()).all()
    assert overall.moran_reason.fillna("").tolist() == ["", "constant", "one_region", "", ""]
