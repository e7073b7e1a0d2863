import json
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from esda import Moran, Moran_Local, Moran_Local_BV
from libpysal.graph import Graph
from scipy import stats
from shapely import box

from geo.concentration.map.autocorrelation import local_moran, local_moran_pairs, moran_i
from geo.concentration.map.neighbours import contiguity_graph, graph_rows
from geo.errors import GeoError

SHARED = Path(__file__).resolve().parents[4] / "../shared"


def lattice(side):
    squares = [box(x, y, x + 1, y + 1) for y in range(side) for x in range(side)]
    return contiguity_graph(gpd.GeoDataFrame(geometry=squares, crs=4326))


def path(units, *, islands=0):
    focal = [i for i in range(units) for j in (i - 1, i + 1) if 0 <= j < units]
    neighbour = [j for i in range(units) for j in (i - 1, i + 1) if 0 <= j < units]
    alone = list(range(units, units + islands))
    weights = [1.0] * len(focal) + [0.0] * islands
    return Graph.from_arrays(focal + alone, neighbour + alone, weights)


def shared(*parts):
    place = SHARED.joinpath(*parts)
    if not place.exists():
        pytest.skip(f"{place} is not here")
    return place


def uneven(graph, seed=0):
    """The same links with weights of their own."""
    weights = graph.adjacency.reset_index()
    rng = np.random.default_rng(seed)
    values = rng.random(len(weights)) + 0.1
    return Graph.from_arrays(weights.focal, weights.neighbor, values)


def noise(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape)


def within_chance(ours, replicates, observed):
    """Whether upper tails agree with those counted from stored replicates of another program."""
    theirs = (1 + (replicates >= observed[:, None] - 1e-12).sum(axis=1)) / (1 + replicates.shape[1])
    # Both are binomial shares of 999; five standard errors of their difference, and a replicate.
    error = np.sqrt(2 * theirs * (1 - theirs) / 999)
    return bool((np.abs(ours - theirs) <= 5 * error + 0.002).all())


@pytest.fixture(params=["equal", "uneven"])
def weights(request):
    graph = lattice(6)
    return graph if request.param == "equal" else uneven(graph)


def test_local_values_and_quadrants_equal_esda(weights):
    x = noise(36)
    theirs = Moran_Local(x, weights, permutations=0)
    ours = local_moran(x, weights, permutations=0)
    np.testing.assert_allclose(ours.moran_i, theirs.Is, rtol=1e-12, atol=1e-14)
    names = np.array(["", "high-high", "low-high", "low-low", "high-low"])
    assert ours.quadrant.tolist() == names[theirs.q].tolist()


def test_global_values_and_moments_equal_esda(weights):
    x = noise(36)
    theirs = Moran(x, weights, permutations=0)
    ours = moran_i(x, weights, permutations=0)
    assert ours.moran_i == pytest.approx(theirs.I, rel=1e-12)
    assert ours.expectation == pytest.approx(theirs.EI)
    assert ours.variance_normality == pytest.approx(theirs.VI_norm)
    assert ours.variance_randomisation == pytest.approx(theirs.VI_rand)


def test_pairs_equal_esda(weights):
    x, y = noise(36, seed=1), noise(36, seed=2)
    theirs = Moran_Local_BV(x, y, weights, permutations=0)
    ours = local_moran_pairs(x, y, weights, permutations=0)
    np.testing.assert_allclose(ours.moran_i, theirs.Is, rtol=1e-12, atol=1e-14)
    names = np.array(["", "high-high", "low-high", "low-low", "high-low"])
    assert ours.quadrant.tolist() == names[theirs.q].tolist()


def test_a_pair_of_a_variable_with_itself_is_the_variable():
    x = noise(36)
    x[5] = np.nan
    pair, one = local_moran_pairs(x, x, lattice(6)), local_moran(x, lattice(6))
    np.testing.assert_array_equal(pair.moran_i, one.moran_i)
    np.testing.assert_array_equal(pair.p_upper, one.p_upper)


def test_a_unit_that_misses_one_of_a_pair_leaves_its_map():
    x, y = noise(36, seed=1), noise(36, seed=2)
    x[3], y[20] = np.nan, np.nan
    both = np.isnan(x) | np.isnan(y)
    ours = local_moran_pairs(x, y, lattice(6), permutations=9)
    filled = np.where(both, np.nan, x), np.where(both, np.nan, y)
    np.testing.assert_array_equal(
        ours.moran_i, local_moran_pairs(*filled, lattice(6), permutations=9).moran_i
    )
    assert np.isnan(ours.moran_i).tolist() == both.tolist()


def test_pairs_need_one_shape():
    with pytest.raises(GeoError, match="same shape"):
        local_moran_pairs(noise(36), noise(36, 2), lattice(6))


def test_moments_are_those_of_many_permutations():
    x = noise(25, seed=3)
    graph = uneven(lattice(5))
    ours = local_moran(x, graph, permutations=0)
    rng = np.random.default_rng(1)
    dense = graph.transform("r").sparse.toarray()
    z = (x - x.mean()) / x.std()
    i = 12
    others = np.delete(np.arange(25), i)
    draws = [np.delete(dense[i], i) @ z[rng.permutation(others)] for _ in range(20_000)]
    replicates = 24 / 25 * z[i] * np.array(draws)
    # Standard errors: sd / 141 of the mean, some 1 % of the variance.
    assert ours.expectation[i] == pytest.approx(replicates.mean(), abs=4 * replicates.std() / 141)
    assert ours.variance[i] == pytest.approx(replicates.var(), rel=0.05)


@pytest.mark.slow  # esda compiles for half a minute
@pytest.mark.filterwarnings("ignore:The alternative hypothesis:DeprecationWarning")
def test_upper_tails_agree_with_replicates_of_esda(weights):
    x = np.where(noise(36, seed=8) > 0.3, noise(36), 0.0)
    theirs = Moran_Local(x, weights, permutations=999, seed=1)
    ours = local_moran(x, weights, permutations=999, seed=1)
    assert within_chance(ours.p_upper, theirs.rlisas, theirs.Is)


def test_an_island_counts_among_the_units_as_in_esda():
    x = noise(8)
    graph = path(6, islands=2)
    assert moran_i(x, graph, permutations=0).moran_i == pytest.approx(
        Moran(x, graph, permutations=0).I
    )


def test_mean_of_local_values_is_the_global_value():
    # Without islands S0 = n, so sum of I_i = (n - 1) I with m2 = sum of z^2 over n - 1.
    x = noise(36)
    graph = lattice(6)
    local = local_moran(x, graph, permutations=0).moran_i
    assert local.sum() / 35 == pytest.approx(float(moran_i(x, graph, permutations=0).moran_i))


def test_p_values_approach_those_of_all_possible_neighbours():
    # Units 1 to 5 of a star around 0: its lag is the mean over 2 of the 5 others, 10 subsets.
    graph = Graph.from_arrays([0, 0, 1, 2, 3, 4, 5], [1, 2, 0, 0, 0, 0, 0], [1.0] * 7)
    x = np.array([10.0, 5.0, 4.0, 3.0, 1.0, 1.0])
    # 5 + 4 = 9 is the largest sum of the ten, and no other reaches it.
    result = local_moran(x, graph, permutations=20_000, seed=3)
    assert result.p_upper[0] == pytest.approx(0.1, abs=4 * np.sqrt(0.09 / 20_000))
    assert result.p_lower[0] == 1


def test_upper_tail_is_likeness_below_the_mean_too():
    # A low unit among low neighbours: I is high, so the upper tail is small.
    x = np.array([0.0, 0.0, 0.0, 0.1, 4.0, 5.0, 6.0, 5.0, 4.0, 5.0])
    result = local_moran(x, path(10), permutations=999, seed=0)
    assert result.quadrant[1] == "low-low"
    assert result.p_upper[1] < 0.1
    assert result.p_lower[1] > 0.9


def test_two_sided_p_is_twice_the_smaller_tail():
    result = local_moran(noise(36, 4), lattice(6), permutations=99)
    expected = np.minimum(1, 2 * np.minimum(result.p_upper, result.p_lower))
    np.testing.assert_array_equal(result.p_two_sided, expected)


def test_a_unit_at_the_mean_is_like_nobody_and_unlike_nobody():
    x = np.array([-2.0, -1.0, 0.0, 1.0, 2.0])
    result = local_moran(x, path(5), permutations=99)
    assert (result.moran_i[2], result.p_upper[2], result.p_lower[2]) == (0, 1, 1)


@pytest.mark.parametrize("occupied", [0.02, 0.2, 1.0])
def test_nothing_planted_nothing_found(occupied):
    # Conservative by ties where the industry is sparse; nominal where it is not.
    rng = np.random.default_rng(11)
    x = np.where(rng.random((400, 60)) < occupied, rng.random((400, 60)), 0.0)
    result = local_moran(x, lattice(20), permutations=199, seed=2)
    for p in (result.p_upper, result.p_lower):
        assert np.mean(p <= 0.05) < 0.055


def test_p_is_uniform_for_a_sparse_industry_where_ties_are_broken():
    # Plants in 2 % of 400 units, everything else tiny noise: p of one unit over many maps.
    rng = np.random.default_rng(5)
    x = rng.random((400, 400)) * 1e-6
    for variable in x.T:
        variable[rng.choice(400, 8, replace=False)] += 1
    p = local_moran(x, lattice(20), permutations=199, seed=9).p_upper[210]
    q = moran_i(x[:, :200], lattice(20), permutations=99, seed=9).p_upper
    assert stats.kstest(p, "uniform").pvalue > 0.01
    assert stats.kstest(q, "uniform").pvalue > 0.01


def test_industry_in_one_region_has_no_answer():
    x = np.zeros((36, 2))
    x[7, 0] = 3
    x[:, 1] = 1 / 3
    local = local_moran(x, lattice(6), permutations=9)
    overall = moran_i(x, lattice(6), permutations=9)
    assert local.reason.tolist() == overall.reason.tolist() == ["one_region", "constant"]
    assert np.isnan([local.moran_i, local.p_two_sided]).all()
    assert np.isnan([overall.moran_i, overall.p_upper]).all()
    assert (local.quadrant == "").all()


def test_industry_everywhere_but_in_one_region_has_no_answer():
    x = np.full(36, 1.0)
    x[7] = 0
    assert local_moran(x, lattice(6), permutations=0).reason == "one_region"


def test_island_has_no_answer_but_is_counted():
    result = local_moran(noise(8), path(6, islands=2), permutations=99)
    assert result.neighbours.tolist() == [1, 2, 2, 2, 2, 1, 0, 0]
    assert np.isnan(result.moran_i).tolist() == [False] * 6 + [True] * 2
    assert np.isnan(result.p_two_sided).tolist() == [False] * 6 + [True] * 2
    assert result.quadrant[-1] == ""


def test_map_of_islands_has_no_global_answer():
    empty = Graph.from_arrays([0, 1, 2, 3], [0, 1, 2, 3], [0.0] * 4)
    result = moran_i([1, 2, 3, 4], empty, permutations=9)
    assert result.reason == "no_neighbours"
    assert np.isnan(result.moran_i)


def test_missing_values_leave_the_map_and_the_pool():
    x = noise(36)
    x[[3, 17, 30]] = np.nan
    keep = np.isfinite(x)
    rows = graph_rows(lattice(6), keep=keep, standardise=False)
    focal = np.repeat(np.arange(33), rows.neighbours)
    smaller = Graph.from_arrays(focal, rows.indices, rows.weights)
    with_gaps = local_moran(x, lattice(6), permutations=99, seed=1)
    without = local_moran(x[keep], smaller, permutations=99, seed=1)
    np.testing.assert_array_equal(with_gaps.moran_i[keep], without.moran_i)
    np.testing.assert_array_equal(with_gaps.p_upper[keep], without.p_upper)
    assert np.isnan(with_gaps.moran_i[~keep]).all()
    ours, theirs = moran_i(x, lattice(6), seed=1), moran_i(x[keep], smaller, seed=1)
    assert (ours.moran_i, ours.p_upper) == (theirs.moran_i, theirs.p_upper)


def test_variables_with_different_gaps_do_not_touch_each_other():
    x = noise(36, 6)
    x[4, 1] = x[9, 2] = x[4, 3] = np.nan
    x[:, 5] = np.nan
    together = local_moran(x, lattice(6), permutations=49, seed=7)
    overall = moran_i(x, lattice(6), permutations=49, seed=7)
    for v in range(6):
        alone = local_moran(x[:, v], lattice(6), permutations=49, seed=7)
        np.testing.assert_array_equal(together.p_upper[:, v], alone.p_upper)
        one = moran_i(x[:, v], lattice(6), permutations=49, seed=7)
        np.testing.assert_array_equal(overall.p_upper[v], one.p_upper)
    assert together.reason.tolist() == ["", "", "", "", "", "constant"]


def test_another_unit_of_measurement_changes_nothing():
    x = noise(36)
    ours = local_moran(x, lattice(6), permutations=99, seed=4)
    scaled = local_moran(1000 * x + 5, lattice(6), permutations=99, seed=4)
    np.testing.assert_allclose(scaled.moran_i, ours.moran_i)
    np.testing.assert_array_equal(scaled.p_upper, ours.p_upper)


def test_values_are_left_as_they_were():
    x = noise(36, 2)
    before = x.copy()
    local_moran(x, lattice(6), permutations=9)
    np.testing.assert_array_equal(x, before)


@pytest.mark.parametrize("measure", [local_moran, moran_i])
def test_what_cannot_be_computed_is_an_error(measure):
    with pytest.raises(GeoError, match="graph's 4 units"):
        measure([1, 2, 3], path(4))
    with pytest.raises(GeoError, match=r"infinite at \[2\]"):
        measure([1, 2, np.inf, 3], path(4))
    with pytest.raises(GeoError, match="must not be negative"):
        measure([1, 2, 3, 4], path(4), permutations=-1)


def oldcol():
    table = pd.read_csv(shared("oracles", "spdep", "oldcol.csv"))
    links = pd.read_csv(shared("oracles", "spdep", "oldcol_W.csv"))
    ends = links[["from", "to"]].to_numpy() - 1
    return table, Graph.from_arrays(*ends.T, links["weights"].to_numpy())


def test_columbus_has_the_global_values_of_spdep():
    table, graph = oldcol()
    expected = json.loads(shared("oracles", "spdep", "expected_spdep.json").read_text())["oldcol"]
    ours = moran_i(table.CRIME, graph, permutations=0)
    assert ours.moran_i == pytest.approx(expected["moran_rand_W"]["statistic"], rel=1e-12)
    assert ours.variance_randomisation == pytest.approx(expected["moran_rand_W"]["variance"])
    assert ours.variance_normality == pytest.approx(expected["moran_norm_W"]["variance"])


def test_columbus_has_the_local_values_of_spdep():
    table, graph = oldcol()
    expected = pd.read_csv(shared("oracles", "spdep", "expected_oldcol_localmoran_conditional.csv"))
    ours = local_moran(table.CRIME, graph, permutations=0)
    # spdep divides by n where esda and we divide by n - 1.
    np.testing.assert_allclose(ours.moran_i * 49 / 48, expected["Ii"], rtol=1e-11)
    np.testing.assert_allclose(ours.expectation * 49 / 48, expected["E.Ii"], rtol=1e-11)
    np.testing.assert_allclose(ours.variance * (49 / 48) ** 2, expected["Var.Ii"], rtol=1e-11)


def counties():
    table = pd.read_csv(
        shared("oracles", "spdep", "qcew2016q1_l48_county_estab_lq.csv"), dtype={"GEOID": str}
    )
    pairs = pd.read_csv(
        shared("oracles", "spdep", "l48_county_queen_neighbours_2016.csv.gz"), dtype=str
    )
    position = pd.Series(range(len(table)), index=table.GEOID)
    alone = position[~position.index.isin(pairs.i)].to_numpy()
    focal = np.append(position[pairs.i].to_numpy(), alone)
    neighbour = np.append(position[pairs.j].to_numpy(), alone)
    weights = np.append(np.ones(len(pairs)), np.zeros(len(alone)))
    order = np.argsort(focal, kind="stable")
    graph = Graph.from_arrays(focal[order], neighbour[order], weights[order])
    return table, graph


def test_united_states_have_the_global_values_of_spdep_but_for_the_islands():
    table, graph = counties()
    expected = json.loads(shared("oracles", "spdep", "expected_spdep.json").read_text())["l48"]
    names = [name for name in table if name.startswith("lqe_")]
    theirs = np.array([expected[name]["moran_rand"]["statistic"] for name in names])
    # spdep leaves 3 islands out of n in the factor n / S0: 3,105 there, 3,108 in esda and here.
    ours = moran_i(table[names].to_numpy(), graph, permutations=0).moran_i
    np.testing.assert_allclose(ours * 3105 / 3108, theirs, rtol=1e-11)
    assert ours[names.index("lqe_336")] == pytest.approx(0.2198019, abs=5e-8)


def test_united_states_have_the_local_values_of_spdep():
    table, graph = counties()
    expected = pd.read_csv(
        shared("oracles", "spdep", "expected_l48_county_localmoran_localG.csv.gz"),
        dtype={"GEOID": str},
    )
    assert (table.GEOID == expected.GEOID).all()
    names = [name for name in table if name.startswith("lqe_")]
    ours = local_moran(table[names].to_numpy(), graph, permutations=0)
    # spdep divides by n where esda and we divide by n - 1, and has 0 where an island has no answer.
    theirs = expected[[f"{name}_Ii" for name in names]].to_numpy() * 3107 / 3108
    linked = ours.neighbours > 0
    np.testing.assert_allclose(ours.moran_i[linked], theirs[linked], rtol=1e-9, atol=1e-12)
    assert (~linked).sum(axis=0).tolist() == [3] * len(names)


def test_guerry_has_the_published_local_values():
    departments = gpd.read_file(shared("oracles", "rgeoda_guerry", "Guerry.shp"))
    text = shared("oracles", "rgeoda_guerry", "expected_rgeoda_guerry.json").read_text()
    expected = json.loads(text)["local_moran_Crm_prp_values"]
    graph = contiguity_graph(departments, tolerance_m=0)
    ours = local_moran(departments.Crm_prp, graph, permutations=0)
    np.testing.assert_allclose(ours.moran_i, expected, atol=1e-10)


def test_guerry_has_the_published_value_of_a_pair():
    departments = gpd.read_file(shared("oracles", "rgeoda_guerry", "Guerry.shp"))
    text = shared("oracles", "rgeoda_guerry", "expected_rgeoda_guerry.json").read_text()
    expected = json.loads(text)["unit_tests (tests/testthat/test-sa.R)"]
    graph = contiguity_graph(departments, tolerance_m=0)
    ours = local_moran_pairs(departments.Crm_prs, departments.Litercy, graph, permutations=0)
    assert ours.moran_i[0] == pytest.approx(expected["local_bimoran Crm_prs,Litercy lvals[1]"])
