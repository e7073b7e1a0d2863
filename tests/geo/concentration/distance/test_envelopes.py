import numpy as np
import pytest
from scipy import stats

from geo.concentration.distance.envelopes import global_envelope
from geo.errors import GeoError, InvalidCountsError


def noise(curves, distances, seed):
    return np.random.default_rng(seed).normal(size=(curves, distances)).cumsum(axis=1)


def test_curve_beyond_all_others_has_the_smallest_p():
    result = global_envelope([100.0, 100.0], noise(19, 2, 0), alternative="greater")
    assert result.p == 1 / 20
    assert (result.above > 0).all()


def test_curve_below_all_others_is_extreme_on_two_sides_and_on_the_lower_only():
    curves = noise(39, 3, 1)
    low = curves.min(axis=0) - 1
    assert global_envelope(low, curves).p == 1 / 40
    assert global_envelope(low, curves, alternative="less").p == 1 / 40
    assert global_envelope(low, curves, alternative="greater").p == 1.0


def test_ranks_worked_by_hand():
    # Of 1..5 (the observed 2 among them) the ranks from outside are 1, 2, 3, 2, 1 at both
    # distances: the curves 1 and 5 are more extreme, 4 ties with 2, so p = 4 / 5.
    flat = np.repeat([[1.0], [3.0], [4.0], [5.0]], 2, axis=1)
    assert global_envelope([2.0, 2.0], flat, level=0.4).p == 4 / 5


def test_more_distances_at_the_outside_are_more_extreme():
    # Both the observed and the first simulated curve are highest once; the observed one is second
    # at its other distance, the simulated one third.
    curves = np.array([[9.0, 1.0], [7.0, 8.0], [1.0, 0.0], [0.0, 2.0]])
    assert global_envelope([8.0, 9.0], curves, alternative="greater", level=0.2).p == 1 / 5


@pytest.mark.parametrize("alternative", ["two-sided", "greater", "less"])
@pytest.mark.parametrize("seed", range(20))
def test_curve_leaves_the_envelope_exactly_when_p_is_at_most_the_level(alternative, seed):
    curves = noise(100, 6, seed)
    result = global_envelope(curves[0], curves[1:], level=0.3, alternative=alternative)
    leaves = bool((result.above > 0).any() or (result.below > 0).any())
    assert leaves == (result.p <= 0.3)


def test_p_is_uniform_under_the_null():
    p = [global_envelope(c[0], c[1:]).p for c in (noise(40, 8, seed) for seed in range(400))]
    # The smallest steps are 1 / 40, so the continuous test is told of the middle of each step.
    middled = np.array(p) - np.random.default_rng(5).random(400) / 40
    assert stats.kstest(middled, "uniform").pvalue > 0.01


def test_curves_that_are_all_the_same_reject_nothing():
    result = global_envelope(np.ones(4), np.ones((19, 4)))
    assert result.p == 1.0
    assert not result.above.any()


def test_distance_without_a_value_is_left_out():
    curves = noise(19, 2, 3)
    with_gap = np.insert(curves, 1, np.nan, axis=1)
    assert global_envelope([5.0, 1.0, 7.0], with_gap).p == global_envelope([5.0, 7.0], curves).p
    assert np.isnan(global_envelope([5.0, 1.0, 7.0], with_gap).high[1])


def test_order_of_the_simulated_curves_does_not_matter():
    curves = noise(60, 5, 8)
    a = global_envelope(curves[0], curves[1:])
    b = global_envelope(curves[0], curves[:0:-1])
    assert a.p == b.p
    np.testing.assert_array_equal(a.high, b.high)


def test_level_below_one_in_all_is_refused():
    with pytest.raises(GeoError, match="level"):
        global_envelope([1.0], [[1.0], [2.0]], level=0.05)


def test_unknown_alternative_is_refused():
    with pytest.raises(GeoError, match="alternative"):
        global_envelope([1.0], np.ones((19, 1)), alternative="bigger")


@pytest.mark.parametrize(
    ("observed", "simulated"),
    [
        ([1.0], [[1.0, 2.0]]),
        ([[1.0]], [[1.0]]),
        ([1.0], np.ones((0, 1))),
        ([np.nan], np.ones((19, 1))),
    ],
)
def test_shapes_that_do_not_fit_are_refused(observed, simulated):
    with pytest.raises(InvalidCountsError):
        global_envelope(observed, simulated)


def test_pointwise_borders_worked_by_hand():
    # Of 1..39 at 10 % two in forty lie on each side: the second smallest and second largest.
    curves = np.repeat(np.arange(1.0, 40)[:, None], 2, axis=1)
    result = global_envelope([20.0, 20.0], curves, level=0.1)
    assert result.pointwise_low.tolist() == [2, 2]
    assert result.pointwise_high.tolist() == [38, 38]
    one_sided = global_envelope([20.0, 20.0], curves, level=0.1, alternative="greater")
    assert one_sided.pointwise_low.tolist() == [-np.inf] * 2
    assert one_sided.pointwise_high.tolist() == [36, 36]


def test_too_few_curves_have_no_pointwise_border():
    result = global_envelope([1.0], noise(19, 1, 0), level=0.05)
    assert (result.pointwise_low[0], result.pointwise_high[0]) == (-np.inf, np.inf)


def test_each_distance_leaves_its_pointwise_borders_as_often_as_the_level():
    # Of 400 curves under the null a tenth leaves at one given distance (40, deviation 6), and more
    # than twice as many at some of ten.
    at_first, anywhere = 0, 0
    for seed in range(400):
        curves = np.random.default_rng(seed).normal(size=(40, 10))
        result = global_envelope(curves[0], curves[1:], level=0.1)
        out = (curves[0] < result.pointwise_low) | (curves[0] > result.pointwise_high)
        at_first += out[0]
        anywhere += out.any()
    assert stats.binomtest(at_first, 400, 0.1).pvalue > 0.001
    assert anywhere > 80


def test_pointwise_borders_lie_within_the_global_ones():
    result = global_envelope(np.zeros(30), noise(199, 30, 4))
    assert (result.pointwise_low >= result.low).all()
    assert (result.pointwise_high <= result.high).all()
