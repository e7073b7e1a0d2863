"""Tails of sums of hypergeometric counts against their exact distributions."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats

from geo.errors import InvalidCountsError
from geo.linkage.tails import (
    Moments,
    count_interval,
    hypergeometric_moments,
    upper_tail,
    wilson_interval,
)


def exact_distribution(strata):
    """Distribution of the sum, by convolution: chance of 0, 1, 2, ..."""
    whole = np.ones(1)
    for n, a, b in strata:
        whole = np.convolve(whole, stats.hypergeom(n, a, b).pmf(np.arange(min(a, b) + 1)))
    return whole


def summed(strata):
    n, a, b = np.array(strata, dtype=float).T
    return Moments(*(np.array([m.sum()]) for m in hypergeometric_moments(a, b, n)))


@st.composite
def a_stratum(draw, largest=60):
    n = draw(st.integers(1, largest))
    return n, draw(st.integers(0, n)), draw(st.integers(0, n))


@given(a_stratum())
def test_moments_are_those_of_scipy(stratum):
    n, a, b = stratum
    m = hypergeometric_moments(np.array([a]) * 1.0, np.array([b]) * 1.0, np.array([n]) * 1.0)
    chance = stats.hypergeom(n, a, b).pmf(np.arange(n + 1))
    mean = (chance * np.arange(n + 1)).sum()
    assert m.mean[0] == pytest.approx(mean)
    assert m.variance[0] == pytest.approx((chance * (np.arange(n + 1) - mean) ** 2).sum())
    assert m.third[0] == pytest.approx((chance * (np.arange(n + 1) - mean) ** 3).sum(), abs=1e-9)
    possible = np.flatnonzero(chance)
    assert (m.least[0], m.most[0]) == (possible.min(), possible.max())


def test_moments_of_nothing_are_zero():
    nothing = hypergeometric_moments(np.zeros(1), np.zeros(1), np.zeros(1))
    assert [float(m[0]) for m in nothing] == [0, 0, 0, 0, 0]


@given(st.lists(a_stratum(), min_size=1, max_size=12))
def test_tail_stays_near_the_exact_one(strata):
    exact = exact_distribution(strata)[::-1].cumsum()[::-1]
    counts = np.flatnonzero(exact > 1e-3)
    moments = summed(strata)
    assume(moments.variance[0] > 1e-6)
    tail = upper_tail(counts, moments)
    # Never below half the truth where that could turn a test, nor above it by much.
    assert np.all(tail >= np.minimum(exact[counts], 0.1) / 3)
    assert np.all(tail[exact[counts] < 0.002] < 0.2)


def test_tail_of_one_large_stratum_is_the_exact_one():
    # Hypergeometric(1000, 60, 60): mean 3.6.
    counts = np.arange(1, 14)
    exact = stats.hypergeom(1000, 60, 60).sf(counts - 1)
    np.testing.assert_allclose(upper_tail(counts, summed([(1000, 60, 60)])), exact, rtol=0.06)


def test_tail_of_equal_trials_is_binomial():
    # A stratum with one supplier tie here is one trial with chance b/n; 30 of them at 0.2.
    counts = np.arange(1, 20)
    tail = upper_tail(counts, summed([(10, 1, 2)] * 30))
    np.testing.assert_allclose(tail, stats.binom.sf(counts - 1, 30, 0.2), rtol=1e-9)


def test_tail_of_rare_trials_is_poisson():
    m = Moments(*(np.array([x]) for x in (4.0, 4.0, 4.0, 0.0, 1e9)))
    np.testing.assert_allclose(upper_tail([9], m), stats.poisson.sf(8, 4.0), rtol=1e-9)


def test_strata_without_freedom_do_not_speak():
    # All of two customers are here, so both ties are local whoever supplies them.
    assert np.isnan(upper_tail([2], summed([(2, 2, 2)]))[0])


def test_certain_ties_do_not_make_the_rest_surprising():
    # 20 ties are certain; beside them one of ten trials at 0.1 hits, as expected.
    strata = [(20, 20, 20), *[(10, 1, 1)] * 10]
    exact = exact_distribution(strata)[::-1].cumsum()[::-1]
    assert upper_tail([21], summed(strata))[0] == pytest.approx(exact[21], rel=1e-9)


def test_tail_at_or_below_the_least_possible_count_is_one():
    assert upper_tail([0, 2], summed([(4, 3, 3)])).tolist() == [1.0, 1.0]


def test_tail_above_the_most_possible_count_is_zero():
    assert upper_tail([4], summed([(10, 3, 5)])).tolist() == [0.0]


def test_unknown_counts_have_unknown_tails():
    assert np.isnan(upper_tail([np.nan], summed([(10, 3, 5)]))).all()


@pytest.mark.slow
@pytest.mark.parametrize("largest", [12, 80, 1000])
def test_tail_rejects_no_more_than_its_level_over_sums_of_strata(largest):
    rng = np.random.default_rng(7)
    rejected = {level: [] for level in (0.05, 0.01, 0.001)}
    for _ in range(300):
        strata = []
        for _ in range(rng.integers(1, 15)):
            n = int(rng.integers(2, largest))
            a, b = np.round(rng.beta(0.5, 0.8, 2) * n).astype(int)
            strata.append((n, int(a), int(b)))
        moments = summed(strata)
        if moments.variance[0] < 1e-9:
            continue
        chance = exact_distribution(strata)
        tail = upper_tail(np.arange(len(chance)), moments)
        for level, shares in rejected.items():
            shares.append(chance[tail <= level].sum())
    for level, shares in rejected.items():
        assert np.mean(shares) <= level
        assert np.max(shares) <= 1.6 * level


def test_count_interval_is_the_chi_square_one():
    low, high = count_interval([3.0])
    assert low[0] == pytest.approx(stats.chi2.ppf(0.025, 6) / 2)
    assert high[0] == pytest.approx(stats.chi2.ppf(0.975, 8) / 2)


def test_count_interval_stays_below_the_most():
    assert count_interval([9.0], most=10.0).high.tolist() == [10.0]


def test_negative_counts_are_refused():
    with pytest.raises(InvalidCountsError, match=r"the least is -1\.0"):
        count_interval([-1.0])


@given(st.integers(0, 50), st.integers(1, 50))
def test_wilson_interval_is_that_of_scipy(k, more):
    m = k + more
    low, high = wilson_interval([k], [m])
    expected = stats.binomtest(k, m).proportion_ci(method="wilson")
    assert low[0] == pytest.approx(expected.low, abs=1e-9)
    assert high[0] == pytest.approx(expected.high)
