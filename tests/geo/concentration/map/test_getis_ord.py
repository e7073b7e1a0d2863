import json
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from esda import G, G_Local
from libpysal.graph import Graph
from scipy import stats
from shapely import box

from geo.concentration.map.autocorrelation import local_moran
from geo.concentration.map.getis_ord import general_g, local_g
from geo.concentration.map.neighbours import contiguity_graph
from geo.errors import GeoError, InvalidCountsError

SHARED = Path(__file__).resolve().parents[4] / "../shared"


def lattice(side):
    squares = [box(x, y, x + 1, y + 1) for y in range(side) for x in range(side)]
    return contiguity_graph(gpd.GeoDataFrame(geometry=squares, crs=4326))


def sizes(*shape, seed=0):
    return np.random.default_rng(seed).gamma(1, size=shape)


def oracle(*parts):
    place = SHARED.joinpath("oracles", "spdep", *parts)
    if not place.exists():
        pytest.skip(f"{place} is not here")
    return place


def test_global_value_and_moments_equal_esda():
    x = sizes(36)
    theirs = G(x, lattice(6), permutations=0)
    ours = general_g(x, lattice(6), permutations=0)
    assert ours.general_g == pytest.approx(theirs.G, rel=1e-12)
    assert ours.expectation == pytest.approx(theirs.EG)
    assert ours.variance == pytest.approx(theirs.VG)


@pytest.mark.parametrize("star", [True, False])
def test_local_deviates_equal_esda(star):
    x = sizes(36)
    theirs = G_Local(x, lattice(6), transform="B", permutations=0, star=star)
    ours = local_g(x, lattice(6), star=star, permutations=0)
    np.testing.assert_allclose(ours.z_score, theirs.Zs, rtol=1e-11)


def test_scale_of_weights_does_not_matter_to_local_g():
    x, graph = sizes(36), lattice(6)
    standardised = local_g(x, graph.transform("r"), permutations=99)
    plain = local_g(x, graph, permutations=99)
    np.testing.assert_allclose(plain.z_score, standardised.z_score)
    np.testing.assert_array_equal(plain.p_upper, standardised.p_upper)


def test_g_and_its_star_have_the_same_p():
    x = sizes(36)
    plain, star = (local_g(x, lattice(6), star=s, seed=4) for s in (False, True))
    np.testing.assert_array_equal(plain.p_upper, star.p_upper)


def test_hot_spots_of_g_are_the_likeness_of_local_moran_above_the_mean():
    x = sizes(36)
    g, moran = local_g(x, lattice(6), seed=4), local_moran(x, lattice(6), seed=4)
    above = x > x.mean()
    np.testing.assert_array_equal(g.p_upper[above], moran.p_upper[above])
    np.testing.assert_array_equal(g.p_lower[~above], moran.p_upper[~above])


def test_g_is_the_standard_deviate_of_local_moran():
    x = sizes(36)
    g, moran = local_g(x, lattice(6), permutations=0), local_moran(x, lattice(6), permutations=0)
    deviate = (moran.moran_i - moran.expectation) / np.sqrt(moran.variance)
    np.testing.assert_allclose(g.z_score, deviate * np.sign(x - x.mean()))


def test_high_values_together_are_the_upper_tail():
    # Two full rows in the middle, away from the rim, where units have fewer neighbours.
    x = np.where((np.arange(36) >= 12) & (np.arange(36) < 24), 5.0, 1.0)
    assert general_g(x, lattice(6)).p_upper < 0.01
    assert local_g(x, lattice(6), star=True).p_upper[14] < 0.1


def test_sparse_random_industry_is_no_hot_spot():
    # Plants in 2 % of 400 units: the directed rule of esda calls nine units in ten significant.
    rng = np.random.default_rng(3)
    x = np.zeros((400, 50))
    for variable in x.T:
        variable[rng.choice(400, 8, replace=False)] = rng.random(8) + 0.5
    result = local_g(x, lattice(20), star=True, permutations=199, seed=1)
    assert np.mean(result.p_upper <= 0.05) < 0.055
    assert np.mean(result.p_lower <= 0.05) < 0.055


def test_no_answer_for_one_region_constants_islands_and_gaps():
    squares = [box(x, 0, x + 1, 1) for x in range(8)] + [box(20, 0, 21, 1)]
    graph = contiguity_graph(gpd.GeoDataFrame(geometry=squares, crs=4326))
    x = np.stack([sizes(9), np.ones(9), np.eye(9)[0]], axis=1)
    x[4, 0] = np.nan
    for star in (True, False):
        local = local_g(x, graph, star=star, permutations=9)
        assert local.reason.tolist() == ["", "constant", "one_region"]
        assert np.flatnonzero(np.isnan(local.z_score[:, 0])).tolist() == [4, 8]
        assert np.flatnonzero(np.isnan(local.p_upper[:, 0])).tolist() == [4, 8]
        assert np.isnan(local.p_upper[:, 1:]).all()
    assert np.isnan(general_g(x, graph, permutations=9).p_upper).tolist() == [False, True, True]


def test_unit_beside_all_others_has_no_deviate():
    full = Graph.from_arrays([0, 0, 0, 1, 2, 3], [1, 2, 3, 0, 0, 0], [1.0] * 6)
    assert np.isnan(local_g([1, 2, 3, 5], full, permutations=0).z_score).tolist() == [
        *(True, False, False, False)
    ]


def test_map_of_islands_has_no_global_answer():
    empty = Graph.from_arrays([0, 1, 2, 3], [0, 1, 2, 3], [0.0] * 4)
    assert general_g([1, 2, 3, 4], empty).reason == "no_neighbours"


def test_negative_values_have_no_general_g():
    with pytest.raises(InvalidCountsError, match=r"first -1.0 at unit 2, variable 0"):
        general_g([1, 2, -1, 3] + [1] * 5, lattice(3))


def test_values_must_fit_the_graph():
    with pytest.raises(GeoError, match="9 units"):
        local_g([1, 2], lattice(3))


def test_columbus_has_the_values_of_spdep():
    table = pd.read_csv(oracle("oldcol.csv"))
    links = pd.read_csv(oracle("oldcol_W.csv"))
    ends = links[["from", "to"]].to_numpy() - 1
    graph = Graph.from_arrays(*ends.T, np.ones(len(links)))
    expected = json.loads(oracle("expected_spdep.json").read_text())["oldcol"]["globalG_B"]
    ours = general_g(table.CRIME, graph, permutations=0)
    assert ours.general_g == pytest.approx(expected["statistic"], rel=1e-12)
    assert ours.expectation == pytest.approx(expected["expectation"], rel=1e-12)
    assert ours.variance == pytest.approx(expected["variance"], rel=1e-10)
    local = pd.read_csv(oracle("expected_oldcol_localG_B.csv"))
    plain, star = (local_g(table.CRIME, graph, star=s, permutations=0) for s in (False, True))
    np.testing.assert_allclose(plain.z_score, local.G, rtol=1e-10)
    np.testing.assert_allclose(star.z_score, local.Gstar, rtol=1e-10)


def test_united_states_have_the_star_of_spdep():
    table = pd.read_csv(oracle("qcew2016q1_l48_county_estab_lq.csv"), dtype={"GEOID": str})
    pairs = pd.read_csv(oracle("l48_county_queen_neighbours_2016.csv.gz"), dtype=str)
    expected = pd.read_csv(
        oracle("expected_l48_county_localmoran_localG.csv.gz"), dtype={"GEOID": str}
    )
    position = pd.Series(range(len(table)), index=table.GEOID)
    alone = position[~position.index.isin(pairs.i)].to_numpy()
    focal = np.append(position[pairs.i].to_numpy(), alone)
    neighbour = np.append(position[pairs.j].to_numpy(), alone)
    order = np.argsort(focal, kind="stable")
    weights = np.append(np.ones(len(pairs)), np.zeros(len(alone)))
    graph = Graph.from_arrays(focal[order], neighbour[order], weights[order])
    names = [name for name in table if name.startswith("lqe_")]
    ours = local_g(table[names].to_numpy(), graph, star=True, permutations=0)
    theirs = expected[[f"{name}_Gstar" for name in names]].to_numpy()
    linked = ours.neighbours > 0
    np.testing.assert_allclose(ours.z_score[linked], theirs[linked], rtol=1e-8, atol=1e-11)


@pytest.mark.slow
@pytest.mark.parametrize("occupied", [0.02, 1.0])
def test_chances_of_hot_spots_are_uniform_over_many_maps_where_ties_are_broken(occupied):
    rng = np.random.default_rng(8)
    there = rng.random((100, 600)) < occupied
    there[:2] = True
    x = np.where(there, 1 + rng.random((100, 600)), rng.random((100, 600)) * 1e-6)
    x = rng.permuted(x, axis=0)
    result = local_g(x, lattice(10), star=True, permutations=199, seed=4)
    assert stats.kstest(result.p_upper[55], "uniform").pvalue > 0.01
