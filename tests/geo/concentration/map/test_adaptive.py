import geopandas as gpd
import numpy as np
import pytest
from scipy import stats
from shapely import box

from geo.concentration.cells.false_discovery import q_values
from geo.concentration.map.adaptive import Adaptive
from geo.concentration.map.autocorrelation import local_moran
from geo.concentration.map.neighbours import contiguity_graph
from geo.errors import GeoError


def lattice(side):
    squares = [box(x, y, x + 1, y + 1) for y in range(side) for x in range(side)]
    return contiguity_graph(gpd.GeoDataFrame(geometry=squares, crs=4326))


def block(size=3, *, side=20, industries=1):
    """Noise with one square block of high values in the first industry."""
    x = np.random.default_rng(0).random((side * side, industries))
    x[[a + side * b for a in range(5, 5 + size) for b in range(5, 5 + size)], 0] += 5
    return x


def test_more_replicates_go_only_where_few_reached():
    x = block()
    plain = local_moran(x, lattice(20), permutations=99, seed=1)
    more = local_moran(x, lattice(20), permutations=99, adaptive=Adaptive(most=9_999), seed=1)
    rarer = np.minimum(plain.p_upper, plain.p_lower)
    # Fewer than ten of 99 in a tail is p <= 0.1 there.
    np.testing.assert_array_equal(more.replicates > 99, rarer <= 0.1)
    same = rarer > 0.1
    np.testing.assert_array_equal(more.p_upper[same], plain.p_upper[same])


def test_stops_once_what_nothing_reached_passes_the_correction():
    x = block()
    result = local_moran(x, lattice(20), permutations=99, adaptive=Adaptive(), seed=1)
    most = result.replicates.max()
    floor = result.p_two_sided.ravel() <= 2 / (1 + most)
    assert most < 999_999
    assert q_values(result.p_two_sided.ravel())[floor].max() <= 0.05


def test_correction_can_reject_among_sixty_thousand_tests():
    # 400 units x 150 industries of noise, one of them with a block of nine.
    x = block(industries=150)
    plain = local_moran(x, lattice(20), seed=1)
    more = local_moran(x, lattice(20), adaptive=Adaptive(), seed=1)
    assert q_values(plain.p_two_sided.ravel()).min() > 0.05
    found = (q_values(more.p_two_sided.ravel()) <= 0.05).reshape(x.shape)
    assert found[:, 0].any()
    assert not found[:, 1:].any()


def test_never_more_than_the_most():
    x = np.random.default_rng(0).random(400)
    for most, expected in ((998, 99), (999, 999)):
        result = local_moran(x, lattice(20), permutations=99, adaptive=Adaptive(most=most))
        assert result.replicates.max() == expected


def test_only_tested_units_go_on_and_are_corrected_for():
    x = block()
    tested = np.zeros(x.shape, dtype=bool)
    tested[:100] = True
    plan = Adaptive(tested=tested)
    result = local_moran(x, lattice(20), permutations=99, adaptive=plan)
    assert (result.replicates[100:] == 99).all()


def test_p_stays_uniform_under_a_plan():
    x = np.random.default_rng(7).normal(size=(100, 600))
    plan = Adaptive(most=999)
    result = local_moran(x, lattice(10), permutations=99, adaptive=plan, seed=3)
    # One unit of each of 600 independent maps.
    assert stats.kstest(result.p_upper[44], "uniform").pvalue > 0.01
    assert np.mean(result.p_upper[44] <= 0.05) < 0.05 + 3 * np.sqrt(0.05 * 0.95 / 600)


def test_islands_and_missing_values_get_no_replicates():
    squares = [box(x, 0, x + 1, 1) for x in range(8)] + [box(20, 0, 21, 1)]
    graph = contiguity_graph(gpd.GeoDataFrame(geometry=squares, crs=4326))
    x = np.random.default_rng(1).random(9)
    x[4] = np.nan
    result = local_moran(x, graph, permutations=9, adaptive=Adaptive(most=99))
    assert (result.replicates[[4, 8]] == 0).all()


@pytest.mark.parametrize("significance", [0, 1, -0.1])
def test_significance_must_be_a_share(significance):
    with pytest.raises(GeoError, match="between 0 and 1"):
        Adaptive(significance=significance)


def test_tested_must_have_the_shape_of_the_values():
    with pytest.raises(GeoError, match="400 units by 1 variables"):
        local_moran(block(), lattice(20), adaptive=Adaptive(tested=np.ones((3, 1))))
