from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from scipy.spatial.distance import pdist

from geo.concentration.distance.relative_density import (
    neighbour_density_ratio,
    neighbour_density_ratio_test,
)
from geo.errors import GeoError
from tests.geo.concentration.distance.density_of_r import as_r_before_4_4

SHARED = Path(__file__).resolve().parents[4] / "../shared/oracles/dbmss"


def table(name):
    if not (SHARED / name).exists():
        pytest.skip("the shared folder is not beside the checkout")
    return pd.read_csv(SHARED / name)


def direct_density(apart, r, h, weights):
    """The kernel itself around each distance: m's formula."""
    kernel = np.exp(-(((r[:, None] - apart) / h) ** 2) / 2)
    return kernel @ weights


def density_on_r_grid(apart, r, h, weights):
    """The same as dbmss takes it: on 512 points from 0 to the largest distance."""
    return as_r_before_4_4(apart, weights, h, start=0, end=r.max(), n=512)[1]


def ratio_of(density, points, member, r, *, h, weights):
    """m of an industry around itself, from a density of the neighbours' distances."""
    local, elsewhere = [], []
    for i in np.flatnonzero(member):
        others = np.arange(len(points)) != i
        apart = np.hypot(*(points - points[i]).T)
        same = others & member
        local.append(
            density(apart[same], r, h, weights[same])
            / density(apart[others], r, h, weights[others])
        )
        elsewhere.append(weights[same].sum() / weights[others].sum())
    return np.sum(local, axis=0) / np.sum(elsewhere)


def test_density_ratio_is_the_formula_and_dbmss_the_formula_on_an_old_grid_of_r():
    # dbmss takes R's density on 512 points, whose kernel stood on points that are too close up to
    # R 4.3 (see the same for K_d). That alone moves the ratio, by up to 0.08 %.
    trees = table("paracou16.csv")
    points, w = trees[["X", "Y"]].to_numpy(), trees.PointWeight.to_numpy()
    member = (trees.PointType == "Q. Rosea").to_numpy()
    theirs = table("expected_paracou_m_Qrosea.csv")
    r = theirs.r.to_numpy(dtype=float)
    within = pdist(points[member])
    within = within[within <= 2 * r.max()]
    h = 0.9 * min(within.std(ddof=1), np.ptp(np.percentile(within, [25, 75])) / 1.34)
    h *= len(within) ** -0.2
    ours = neighbour_density_ratio(points, member, r, weights=w)
    formula = ratio_of(direct_density, points, member, r, h=h, weights=w)
    np.testing.assert_allclose(ours, formula, rtol=1e-12)
    grid = ratio_of(density_on_r_grid, points, member, r, h=h, weights=w)
    at = np.linspace(0, r.max(), 512)
    np.testing.assert_allclose(np.interp(r, at, grid), theirs.m, rtol=1e-11)
    np.testing.assert_allclose(ours, theirs.m, rtol=1e-3)


def scattered(n, members, seed=0):
    rng = np.random.default_rng(seed)
    member = np.isin(np.arange(n), rng.choice(n, members, replace=False))
    return rng.random((n, 2)) * 100, member, rng.lognormal(2, 1, n)


@pytest.mark.parametrize("h", [0.3, 2.0, 30.0])
def test_ratio_is_the_formula_however_lonely_a_firm(h):
    # With the narrow kernel many firms have nobody within ten bandwidths, and some nobody at all.
    points, member, w = scattered(150, 30)
    points[np.flatnonzero(member)[0]] = [0.0, 112.0]
    r = np.array([0.0, 1, 5, 20])
    ours = neighbour_density_ratio(points, member, r, weights=w, bandwidth=h)
    local, elsewhere = np.zeros(4), np.zeros(4)
    for i in np.flatnonzero(member):
        others = np.arange(len(points)) != i
        same = others & member
        apart = np.hypot(*(points - points[i]).T)
        all_around = direct_density(apart[others], r, h, w[others])
        some = all_around > 0
        local[some] += (direct_density(apart[same], r, h, w[same])[some]) / all_around[some]
        elsewhere[some] += w[same].sum() / w[others].sum()
    np.testing.assert_allclose(ours, local / elsewhere, rtol=1e-10)


def test_wide_kernel_sees_everybody_alike():
    points, member, w = scattered(60, 20)
    ratio = neighbour_density_ratio(points, member, [0.0, 50], weights=w, bandwidth=1e6)
    np.testing.assert_allclose(ratio, 1, rtol=1e-6)


def test_one_industry_around_another_by_hand():
    # From the member one firm looked for stands at 1 and one other at 2: at 1, with h = 1, the
    # first weighs 1 and the other exp(-1/2); elsewhere it is 1 of 2.
    points, looked_for = [[0, 0], [1, 0], [0, 2]], [False, True, False]
    ratio = neighbour_density_ratio(
        points, [True, False, False], [1.0], neighbours=looked_for, bandwidth=1
    )
    assert ratio[0] == pytest.approx(2 / (1 + np.exp(-0.5)))


def test_industry_of_nobody_has_no_ratio():
    assert np.isnan(neighbour_density_ratio(np.eye(2), [False] * 2, [5.0], bandwidth=1)).all()


@pytest.mark.parametrize("h", [0.3, 2.0, None])
@pytest.mark.parametrize("weighted", [False, True])
def test_observed_curve_of_the_test_is_the_measure_to_five_digits(weighted, h):
    points, member, w = scattered(150, 40)
    r, options = [0.0, 2, 9, 30], {"bandwidth": h} | ({"weights": w} if weighted else {})
    result = neighbour_density_ratio_test(points, member, r, seed=1, draws=19, **options)
    expected = neighbour_density_ratio(points, member, r, **options)
    np.testing.assert_allclose(result.ratio, expected, rtol=1e-5)


def test_equal_weights_test_as_no_weights():
    points, member, _ = scattered(80, 20)
    one, two = (
        neighbour_density_ratio_test(points, member, [2.0, 9], seed=1, draws=39, weights=w)
        for w in (None, np.full(80, 7.0))
    )
    assert one.envelope.p == two.envelope.p
    np.testing.assert_allclose(one.envelope.high, two.envelope.high, rtol=1e-13)


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("other", [False, True])
def test_threads_and_order_change_nothing(other, weighted):
    points, member, w = scattered(300, 60)
    w = w if weighted else np.ones(300)
    turned = np.random.default_rng(1).permutation(300)
    found = scattered(300, 50, seed=8)[1] & ~member
    around = {"neighbours": found} if other else {}
    around_turned = {"neighbours": found[turned]} if other else {}
    r, options = [5.0, 20.0], {"seed": 3, "draws": 39}
    one = neighbour_density_ratio_test(points, member, r, weights=w, **around, **options)
    two = neighbour_density_ratio_test(
        points[turned], member[turned], r, weights=w[turned], threads=2, **around_turned, **options
    )
    for a, b in zip(one.envelope, two.envelope, strict=True):
        np.testing.assert_array_equal(a, b)


def test_huddle_is_concentrated_near_and_not_far():
    points, _, w = scattered(500, 1)
    member = np.zeros(500, dtype=bool)
    member[np.argsort(np.hypot(*(points - 50).T))[:60:2]] = True
    result = neighbour_density_ratio_test(
        points, member, [3.0, 10, 40], seed=1, weights=w, draws=99, bandwidth=3
    )
    assert result.envelope.p == 1 / 100
    assert result.envelope.above[0] > 0
    assert result.envelope.below[2] > 0


def test_industry_that_avoids_another_is_below_the_envelope():
    points, member, _ = scattered(400, 60)
    near = np.hypot(*(points[:, None] - points[member][None]).transpose(2, 0, 1)).min(axis=1) < 6
    avoiding = ~member & ~near
    result = neighbour_density_ratio_test(
        points, member, [1.0, 4], seed=1, neighbours=avoiding, draws=99, bandwidth=1
    )
    assert result.envelope.p == 1 / 100
    assert result.envelope.below[0] > 0


@pytest.mark.parametrize(
    ("weighted", "bandwidth"), [(False, 6.0), (True, 6.0), (False, None)], ids=str
)
def test_p_is_uniform_where_firms_are_alike(weighted, bandwidth):
    # A kernel taken from the observed firms differs from that of a draw, yet too little to tell.
    points, _, w = scattered(150, 1)
    p = []
    for seed in range(150):
        member = scattered(150, 15, seed=seed + 100)[1]
        options = {"weights": w} if weighted else {}
        result = neighbour_density_ratio_test(
            points, member, [5.0, 20, 50], seed=seed, draws=39, bandwidth=bandwidth, **options
        )
        p.append(result.envelope.p)
    middled = np.array(p) - np.random.default_rng(5).random(150) / 40
    assert stats.kstest(middled, "uniform").pvalue > 0.01


def test_p_is_uniform_where_two_industries_are_apart_by_chance():
    points, member, _ = scattered(150, 15)
    p = []
    for seed in range(150):
        rng = np.random.default_rng(seed + 500)
        other = np.isin(np.arange(150), rng.choice(np.flatnonzero(~member), 20, replace=False))
        result = neighbour_density_ratio_test(
            points, member, [5.0, 20], seed=seed, neighbours=other, draws=39, bandwidth=6
        )
        p.append(result.envelope.p)
    middled = np.array(p) - np.random.default_rng(5).random(150) / 40
    assert stats.kstest(middled, "uniform").pvalue > 0.01


def test_bandwidth_that_is_not_positive_is_refused():
    with pytest.raises(GeoError, match="positive"):
        neighbour_density_ratio([[0, 0], [1, 1]], [True, True], [1.0], bandwidth=-1)
