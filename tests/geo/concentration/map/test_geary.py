import json
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from esda import Geary, Geary_Local
from libpysal.graph import Graph
from scipy import stats
from shapely import box

from geo.concentration.map.adaptive import Adaptive
from geo.concentration.map.geary import geary_c, local_geary
from geo.concentration.map.neighbours import contiguity_graph

SHARED = Path(__file__).resolve().parents[4] / "../shared"


def lattice(side):
    squares = [box(x, y, x + 1, y + 1) for y in range(side) for x in range(side)]
    return contiguity_graph(gpd.GeoDataFrame(geometry=squares, crs=4326))


def uneven(graph):
    links = graph.adjacency.reset_index()
    weights = np.random.default_rng(0).random(len(links)) + 0.1
    return Graph.from_arrays(links.focal.to_numpy(), links.neighbor.to_numpy(), weights)


def noise(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape)


@pytest.fixture(params=["equal", "uneven"])
def weights(request):
    graph = lattice(6)
    return graph if request.param == "equal" else uneven(graph)


def test_global_value_and_variances_equal_esda(weights):
    x = noise(36)
    theirs = Geary(x, weights, permutations=0)
    ours = geary_c(x, weights, permutations=0)
    assert ours.geary_c == pytest.approx(theirs.C, rel=1e-12)
    assert ours.variance_normality == pytest.approx(theirs.VC_norm)
    assert ours.variance_randomisation == pytest.approx(theirs.VC_rand)


def test_local_values_equal_esda(weights):
    x = noise(36)
    theirs = Geary_Local(connectivity=weights, permutations=0).fit(x).localG
    ours = local_geary(x, weights, permutations=0).geary_c
    np.testing.assert_allclose(ours, theirs, rtol=1e-11)


def test_mean_of_local_values_is_twice_the_global_value():
    # Without islands S0 = n: C = (n - 1) / (2 n) times the mean over n of c_i.
    x = noise(36)
    local = local_geary(x, lattice(6), permutations=0).geary_c
    overall = geary_c(x, lattice(6), permutations=0).geary_c
    assert 35 / 36 * local.mean() / 2 == pytest.approx(float(overall))


def test_likeness_is_the_lower_tail():
    x = np.repeat([0.0, 1.0], 18) + noise(36) / 100
    assert geary_c(x, lattice(6)).p_lower == 0.001
    local = local_geary(x, lattice(6))
    assert local.p_lower[0] < 0.1 < local.p_upper[0]


def test_local_p_approaches_that_of_all_possible_neighbours():
    # Unit 0 has 2 of 5 others as neighbours: differences 1, 4 are the smallest of ten sums.
    graph = Graph.from_arrays([0, 0, 1, 2, 3, 4, 5], [1, 2, 0, 0, 0, 0, 0], [1.0] * 7)
    x = np.array([0.0, 1.0, 2.0, 5.0, 7.0, -9.0])
    result = local_geary(x, graph, permutations=20_000, seed=3)
    assert result.p_lower[0] == pytest.approx(0.1, abs=4 * np.sqrt(0.09 / 20_000))
    assert result.p_upper[0] == 1


def test_nothing_planted_nothing_found():
    rng = np.random.default_rng(11)
    x = np.where(rng.random((400, 60)) < 0.2, rng.random((400, 60)), 0.0)
    result = local_geary(x, lattice(20), permutations=199, seed=2)
    for p in (result.p_upper, result.p_lower):
        assert np.mean(p <= 0.05) < 0.055


def test_no_answer_for_one_region_constants_islands_and_gaps():
    squares = [box(x, 0, x + 1, 1) for x in range(8)] + [box(20, 0, 21, 1)]
    graph = contiguity_graph(gpd.GeoDataFrame(geometry=squares, crs=4326))
    x = np.stack([noise(9), np.ones(9), np.eye(9)[0]], axis=1)
    x[4, 0] = np.nan
    local = local_geary(x, graph, permutations=9)
    assert local.reason.tolist() == ["", "constant", "one_region"]
    assert np.flatnonzero(np.isnan(local.geary_c[:, 0])).tolist() == [4, 8]
    assert np.flatnonzero(np.isnan(local.p_lower[:, 0])).tolist() == [4, 8]
    assert np.isnan(local.geary_c[:, 1:]).all()
    assert np.isnan(geary_c(x, graph, permutations=9).p_lower).tolist() == [False, True, True]


def test_map_of_islands_has_no_global_answer():
    empty = Graph.from_arrays([0, 1, 2, 3], [0, 1, 2, 3], [0.0] * 4)
    assert geary_c([1, 2, 3, 4], empty).reason == "no_neighbours"


def test_more_replicates_go_where_few_reached():
    x = noise(36)
    x[[0, 1, 6, 7]] = 9.0
    more = local_geary(x, lattice(6), permutations=99, adaptive=Adaptive(most=999))
    assert set(more.replicates.tolist()) == {99, 999}


def test_columbus_has_the_global_value_of_spdep():
    folder = SHARED / "oracles" / "spdep"
    if not folder.exists():
        pytest.skip(f"{folder} is not here")
    table = pd.read_csv(folder / "oldcol.csv")
    links = pd.read_csv(folder / "oldcol_W.csv")
    ends = links[["from", "to"]].to_numpy() - 1
    graph = Graph.from_arrays(*ends.T, links["weights"].to_numpy())
    expected = json.loads((folder / "expected_spdep.json").read_text())["oldcol"]["geary_rand_W"]
    ours = geary_c(table.CRIME, graph, permutations=0)
    assert ours.geary_c == pytest.approx(expected["statistic"], rel=1e-12)
    assert ours.variance_randomisation == pytest.approx(expected["variance"], rel=1e-11)


def test_united_states_have_the_values_of_spdep_but_for_the_islands():
    folder = SHARED / "oracles" / "spdep"
    if not folder.exists():
        pytest.skip(f"{folder} is not here")
    table = pd.read_csv(folder / "qcew2016q1_l48_county_estab_lq.csv", dtype={"GEOID": str})
    pairs = pd.read_csv(folder / "l48_county_queen_neighbours_2016.csv.gz", dtype=str)
    position = pd.Series(range(len(table)), index=table.GEOID)
    alone = position[~position.index.isin(pairs.i)].to_numpy()
    focal = np.append(position[pairs.i].to_numpy(), alone)
    neighbour = np.append(position[pairs.j].to_numpy(), alone)
    order = np.argsort(focal, kind="stable")
    weights = np.append(np.ones(len(pairs)), np.zeros(len(alone)))
    graph = Graph.from_arrays(focal[order], neighbour[order], weights[order])
    expected = json.loads((folder / "expected_spdep.json").read_text())["l48"]
    names = [name for name in table if name.startswith("lqe_")]
    theirs = np.array([expected[name]["geary_rand"]["statistic"] for name in names])
    # The factor n - 1 leaves out 3 islands in spdep: 3,104 there, 3,107 in esda and here.
    ours = geary_c(table[names].to_numpy(), graph, permutations=0).geary_c
    np.testing.assert_allclose(ours * 3104 / 3107, theirs, rtol=1e-11)


@pytest.mark.slow
@pytest.mark.parametrize("occupied", [0.02, 1.0])
def test_chances_are_uniform_over_many_maps_where_ties_are_broken(occupied):
    rng = np.random.default_rng(8)
    there = rng.random((100, 600)) < occupied
    there[:2] = True
    # Squares of less noise would be ties again, by the tolerance for rounding.
    x = np.where(there, 1 + rng.random((100, 600)), rng.random((100, 600)) * 1e-2)
    x = rng.permuted(x, axis=0)
    local = local_geary(x, lattice(10), permutations=199, seed=4).p_lower[55]
    overall = geary_c(x, lattice(10), permutations=199, seed=4).p_lower
    assert stats.kstest(local, "uniform").pvalue > 0.01
    assert stats.kstest(overall, "uniform").pvalue > 0.01
