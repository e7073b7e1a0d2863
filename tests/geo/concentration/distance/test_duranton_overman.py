from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from scipy.spatial.distance import cdist, pdist

from geo.concentration.distance.duranton_overman import distance_density, distance_density_test
from geo.errors import GeoError, InvalidCountsError
from tests.geo.concentration.distance.density_of_r import as_r_before_4_4

SHARED = Path(__file__).resolve().parents[4] / "../shared/oracles/dbmss"
GOETTINGEN, PARACOU = "goettingen_health_xy_km.csv", "paracou16.csv"


def table(name):
    if not (SHARED / name).exists():
        pytest.skip("the shared folder is not beside the checkout")
    return pd.read_csv(SHARED / name)


def places(trees, kind):
    return trees.loc[trees.PointType == kind, ["X", "Y"]].to_numpy()


def direct(apart, d, h, weights=None):
    """The formula itself, over all pairs."""
    w = np.ones(len(apart)) if weights is None else weights
    terms = [w @ np.exp(-((x + s * apart) ** 2) / (2 * h**2)) for x in d for s in (1, -1)]
    return np.reshape(terms, (-1, 2)).sum(axis=1) / w.sum() / h / np.sqrt(2 * np.pi)


def as_dbmss(apart, d, h, weights=None):
    """K_d from that density, mirrored at 0 and scaled up by what lies below 0."""
    w = np.ones(len(apart)) if weights is None else weights
    near = apart <= 4 * h
    values, w = np.r_[apart, -apart[near]], np.r_[w, w[near]]
    n = min(max(512, values.max() / d.max() * 128), 4096)
    x, density = as_r_before_4_4(values, w / w.sum(), h, start=0, end=d.max(), n=n)
    below = as_r_before_4_4(values, w / w.sum(), h, start=values.min() - 3 * h, end=0, n=512)
    return np.interp(d, x, density / (1 - below[1].mean() * np.ptp(below[0])))


def check(expected, apart, ours, weights=None):
    """Ours is the formula; dbmss is the formula through R's old density, to the last digits."""
    d, theirs = expected.to_numpy().T
    h = 0.9 * min(
        (within := apart[apart <= 2 * d.max()]).std(ddof=1),
        np.ptp(np.percentile(within, [25, 75])) / 1.34,
    )
    h *= len(within) ** -0.2
    np.testing.assert_allclose(as_dbmss(apart, d, h, weights), theirs, rtol=1e-12)
    np.testing.assert_allclose(ours, direct(apart, d, h, weights), rtol=5e-6)
    np.testing.assert_allclose(ours, theirs, rtol=5e-3)


@pytest.mark.parametrize("kind", ["pharm", "phys_gen", "phys_gyn", "psych"])
def test_health_care_around_goettingen_agrees_with_dbmss(kind):
    expected = table(f"expected_goettingen_Kd_{kind}.csv")
    x = places(table(GOETTINGEN), kind)
    check(expected, pdist(x), distance_density(x, expected.r))


def test_one_kind_of_tree_agrees_with_dbmss():
    expected = table("expected_paracou_Kd_Qrosea.csv")
    x = places(table(PARACOU), "Q. Rosea")
    check(expected, pdist(x), distance_density(x, expected.r))


def test_trees_weighted_by_size_agree_with_dbmss():
    expected, trees = table("expected_paracou_Kemp_Qrosea.csv"), table(PARACOU)
    x = places(trees, "Q. Rosea")
    size = trees.PointWeight[trees.PointType == "Q. Rosea"].to_numpy()
    i, j = np.triu_indices(len(x), 1)
    ours = distance_density(x, expected.r, weights=size)
    check(expected, pdist(x), ours, size[i] * size[j])


def test_two_kinds_of_trees_agree_with_dbmss():
    expected, trees = table("expected_paracou_Kd_Qrosea_Vamericana.csv"), table(PARACOU)
    x, y = places(trees, "Q. Rosea"), places(trees, "V. Americana")
    check(expected, cdist(x, y).ravel(), distance_density(x, expected.r, others=y))


@pytest.mark.slow
def test_all_trees_agree_with_dbmss():
    expected, trees = table("expected_paracou_Kd_all.csv"), table(PARACOU)
    x = trees[["X", "Y"]].to_numpy()
    check(expected, pdist(x), distance_density(x, expected.r))


def scattered(n, seed=0, side=100.0):
    return np.random.default_rng(seed).random((n, 2)) * side


def test_density_integrates_to_one():
    d = np.linspace(0, 200, 2001)
    assert np.trapezoid(distance_density(scattered(30), d), d) == pytest.approx(1, abs=1e-6)


def test_pairs_on_one_place_reflect_to_twice_the_kernel():
    # Both terms of the formula are the kernel's top, 0.398942.
    density = distance_density([[0, 0], [0, 0]], [0, 5], bandwidth=1)
    assert density[0] == pytest.approx(2 * 0.3989423, rel=1e-5)


def test_weights_count_pairs_by_their_product():
    # Weights 2 and 1: one firm twice on its place, without the pair that it would make of itself.
    x = np.array([[0.0, 0.0], [3.0, 0.0], [0.0, 7.0]])
    i, j = np.triu_indices(3, 1)
    w = np.array([2.0, 1.0, 4.0])
    d = np.arange(10.0)
    np.testing.assert_allclose(
        distance_density(x, d, weights=w, bandwidth=1.5),
        direct(pdist(x), d, 1.5, w[i] * w[j]),
        atol=2e-6 * 0.22,
    )


@given(scale=st.floats(0.1, 100))
def test_density_is_per_unit_of_distance(scale):
    x, d = scattered(20), np.linspace(0, 50, 6)
    here, there = distance_density(x, d), distance_density(x * scale, d * scale)
    np.testing.assert_allclose(there * scale, here, rtol=1e-5)


def test_order_of_firms_does_not_matter():
    x, d = scattered(40), np.linspace(0, 50, 6)
    turned = np.random.default_rng(1).permutation(40)
    np.testing.assert_array_equal(distance_density(x[turned], d), distance_density(x, d))


@pytest.mark.parametrize("points", [np.zeros((0, 2)), [[1.0, 2.0]]])
def test_firm_alone_has_no_distances(points):
    assert np.isnan(distance_density(points, [1.0, 2.0])).all()


def test_firms_without_jobs_have_no_density():
    assert np.isnan(distance_density(scattered(3), [1.0], weights=[0, 0, 5], bandwidth=1)).all()


def test_stacked_firms_tell_no_bandwidth():
    with pytest.raises(GeoError, match="bandwidth"):
        distance_density(np.zeros((5, 2)), [1.0])


@pytest.mark.parametrize(
    ("points", "distances", "weights"),
    [
        ([1.0, 2.0], [1.0], None),
        ([[1.0, np.nan]], [1.0], None),
        ([[1.0, 2.0]], [-1.0], None),
        ([[1.0, 2.0]], [], None),
        ([[1.0, 2.0]], [0.0], None),
        ([[1.0, 2.0]], [1.0], [-1.0]),
        ([[1.0, 2.0]], [1.0], [1.0, 2.0]),
    ],
)
def test_values_out_of_range_are_refused(points, distances, weights):
    with pytest.raises(InvalidCountsError):
        distance_density(points, distances, weights=weights)


def test_bandwidth_of_nothing_is_refused():
    with pytest.raises(GeoError, match="must be positive"):
        distance_density(scattered(3), [1.0], bandwidth=0)


def industry(n, members, seed=0):
    """Sites in a square, an industry at random among them."""
    rng = np.random.default_rng(seed)
    return rng.random((n, 2)) * 100, np.isin(np.arange(n), rng.choice(n, members, replace=False))


def test_raster_and_pairs_give_the_same_curve():
    x, member = industry(8000, 2000)
    d = np.linspace(0, 40, 21)
    by_pairs = distance_density_test(x, member, d, seed=1, draws=19, method="pairs")
    by_raster = distance_density_test(x, member, d, seed=1, draws=19, method="raster")
    np.testing.assert_allclose(by_raster.density, by_pairs.density, rtol=1e-3)
    np.testing.assert_allclose(by_raster.envelope.high, by_pairs.envelope.high, rtol=1e-3)
    np.testing.assert_allclose(by_pairs.density, distance_density(x[member], d), rtol=1e-5)


def test_raster_stays_within_its_bound_where_sites_stand_on_a_lattice():
    # Sites half a cell off the raster's nodes, spread as far as can be.
    h, cell = 2.5, 1.0
    x = np.stack(np.meshgrid(np.arange(60.0), np.arange(60.0)), axis=-1).reshape(-1, 2) * cell
    x[1:] += cell / 2
    member = np.ones(len(x), dtype=bool)
    d = np.linspace(0, 30, 31)
    options = {"bandwidth": h, "seed": 1, "draws": 1, "level": 0.6}
    exact = distance_density_test(x, member, d, method="pairs", **options).density
    raster = distance_density_test(x, member, d, method="raster", **options).density
    bound = cell**2 / 4 * (0.97 / h**2 + 0.8 / (h * np.maximum(d, h))) * exact.max()
    assert (np.abs(raster - exact) < bound).all()


def test_weighted_raster_and_pairs_give_the_same_curve():
    x, member = industry(3000, 800)
    w = np.random.default_rng(3).lognormal(3, 1, 3000)
    d = np.linspace(0, 40, 21)
    options = {"weights": w, "seed": 1, "draws": 19}
    by_pairs = distance_density_test(x, member, d, method="pairs", **options)
    by_raster = distance_density_test(x, member, d, method="raster", **options)
    top = by_pairs.density.max()
    np.testing.assert_allclose(by_raster.density, by_pairs.density, atol=1e-3 * top)
    np.testing.assert_allclose(by_raster.envelope.low, by_pairs.envelope.low, atol=1e-3 * top)


def test_huddled_industry_is_localised():
    x, _ = industry(1000, 1)
    member = np.zeros(1000, dtype=bool)
    member[np.argsort(np.hypot(*(x - 50).T))[:200:4]] = True
    result = distance_density_test(x, member, np.linspace(0, 50, 26), seed=4, draws=199)
    assert result.envelope.p == 1 / 200
    assert result.envelope.above[:5].all()
    assert not result.envelope.below[:5].any()


def test_industry_spread_apart_is_dispersed():
    side = np.arange(32.0)
    x = np.stack(np.meshgrid(side, side), axis=-1).reshape(-1, 2)
    member = (x % 4 == 0).all(axis=1)
    options = {"seed": 4, "draws": 199, "bandwidth": 0.5, "alternative": "less"}
    result = distance_density_test(x, member, np.arange(0, 3.0), **options)
    assert result.envelope.p == 1 / 200
    assert result.envelope.below[1] > 0


def test_p_is_uniform_where_the_industry_is_drawn_like_the_rest():
    x, _ = industry(300, 1)
    d = np.linspace(0, 40, 9)
    p = []
    for seed in range(150):
        rng = np.random.default_rng([9, seed])
        member = np.isin(np.arange(300), rng.choice(300, 20, replace=False))
        p.append(distance_density_test(x, member, d, seed=seed, draws=39, bandwidth=4).envelope.p)
    middled = np.array(p) - np.random.default_rng(5).random(150) / 40
    assert stats.kstest(middled, "uniform").pvalue > 0.01


@pytest.mark.parametrize("method", ["pairs", "raster"])
def test_threads_and_order_change_nothing(method):
    x, member = industry(500, 60)
    w = np.random.default_rng(3).lognormal(3, 1, 500)
    d = np.linspace(0, 40, 9)
    options = {"seed": 7, "draws": 39, "method": method}
    one = distance_density_test(x, member, d, weights=w, **options)
    turned = np.random.default_rng(1).permutation(500)
    two = distance_density_test(
        x[turned], member[turned], d, weights=w[turned], threads=2, **options
    )
    for a, b in zip(one.envelope, two.envelope, strict=True):
        np.testing.assert_array_equal(a, b)


def test_industry_of_all_sites_is_as_any_draw():
    x, _ = industry(50, 1)
    result = distance_density_test(x, np.ones(50, dtype=bool), [0, 10, 20], seed=1, draws=19)
    assert result.envelope.p == 1.0


def test_lone_member_is_refused():
    x, member = industry(50, 1)
    with pytest.raises(InvalidCountsError, match="two firms"):
        distance_density_test(x, member, [1.0], seed=1)


def test_members_by_position_are_refused():
    with pytest.raises(InvalidCountsError, match="true or false"):
        distance_density_test(scattered(4), [0, 2], [1.0], seed=1)


def test_raster_too_fine_is_refused_and_never_chosen():
    x, member = industry(200, 50)
    with pytest.raises(GeoError, match="4096"):
        distance_density_test(x, member, [1.0], seed=1, bandwidth=1e-3, method="raster")
    result = distance_density_test(x, member, [1.0], seed=1, bandwidth=1e-3, draws=19)
    assert result.method == "pairs"


def test_unknown_method_is_refused():
    x, member = industry(50, 10)
    with pytest.raises(GeoError, match="`method`"):
        distance_density_test(x, member, [1.0], seed=1, bandwidth=1, method="guess")
