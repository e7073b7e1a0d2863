import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import stats

from geo.concentration.industries.plants import plant_herfindahl
from geo.concentration.pairs.coagglomeration_indices import (
    coagglomeration,
    coagglomeration_p,
    group_coagglomeration,
    proximity,
)
from geo.errors import InvalidCountsError


def test_opposite_halves_by_hand():
    # (1/2)(-1/2) twice over 1/2.
    assert coagglomeration([[4, 0], [0, 4]])[0, 1] == -1


def test_same_half_by_hand():
    # Both wholly in the half of the country: (1/2)(1/2) twice over 1/2.
    assert coagglomeration([[4, 2], [0, 0]], [5, 5])[0, 1] == 1


def test_industry_spread_like_everybody_sits_with_nobody():
    assert coagglomeration([[1, 5], [3, 0]], [2, 6])[0, 1] == pytest.approx(0, abs=1e-15)


def test_own_index_is_left_to_ellison_and_glaeser():
    assert np.isnan(np.diag(coagglomeration([[1, 5], [3, 0]]))).all()


def test_industry_of_nothing_is_nan():
    assert np.isnan(coagglomeration([[1, 0], [3, 0]])).all()


def test_single_region_is_nan():
    assert np.isnan(coagglomeration([[1, 2]])).all()


def test_vector_is_refused():
    with pytest.raises(InvalidCountsError, match="two dimensions"):
        coagglomeration([1, 2])


@given(
    hnp.arrays(
        np.int64, st.tuples(st.integers(2, 6), st.integers(2, 5)), elements=st.integers(0, 40)
    )
)
def test_index_is_symmetric_and_knows_no_unit(counts):
    index = coagglomeration(counts)
    np.testing.assert_array_equal(index, index.T)
    np.testing.assert_allclose(coagglomeration(10 * counts), index, atol=1e-12)


# The raw concentration of a pool holds every industry's own plants, which its own index takes out
# again: what is left is the mean over pairs. For two industries that is the one pair.
@pytest.mark.parametrize("industries", [2, 3, 7])
@given(seed=st.integers(0, 2**32 - 1))
def test_group_form_is_the_mean_of_the_pair_form(industries, seed):
    rng = np.random.default_rng(seed)
    counts = rng.lognormal(1, 2, (9, industries))
    reference = rng.lognormal(3, 1, 9)
    h = rng.uniform(0.01, 0.9, industries)
    w = counts.sum(axis=0) / counts.sum()
    weights = np.outer(w, w) - np.diag(w**2)
    pairs = np.nan_to_num(coagglomeration(counts, reference))
    expected = (weights * pairs).sum() / weights.sum()
    group = group_coagglomeration(counts, reference, herfindahl=h)
    # The group form loses digits where one industry is nearly all of the group.
    assert group == pytest.approx(expected, abs=1e-12 / (1 - (w**2).sum()))


def test_group_form_equals_the_pair_form_to_twelve_decimals():
    rng = np.random.default_rng(1)
    counts, reference = rng.poisson(20, (30, 2)) + 1.0, rng.poisson(90, 30) + 1.0
    group = group_coagglomeration(counts, reference, herfindahl=[0.03, 0.2])
    assert abs(group - coagglomeration(counts, reference)[0, 1]) < 1e-12


def test_group_of_one_is_nan():
    assert np.isnan(group_coagglomeration([[1], [3]], [2, 2], herfindahl=[0.2]))


def test_expectation_over_every_throw_is_zero():
    # Two plants of sizes 2 and 1 anywhere among three regions; the other industry stays.
    x = np.array([0.5, 0.3, 0.2])
    total = 0.0
    for first in range(3):
        for second in range(3):
            jobs = np.zeros((3, 2))
            jobs[:, 0] = [7, 1, 2]
            jobs[first, 1] += 2
            jobs[second, 1] += 1
            total += x[first] * x[second] * coagglomeration(jobs, x)[0, 1]
    assert total == pytest.approx(0, abs=1e-15)


def test_chance_of_two_plants_by_hand():
    # Both in the region of a fifth where the other industry is: 1/25; at least one: 9/25.
    rng = np.random.default_rng(0)
    stays, reference = [1, 0, 0], [1, 2, 2]
    both = coagglomeration_p(stays, reference, sizes=[1, 1], places=[0, 0], rng=rng, draws=20_000)
    one = coagglomeration_p(stays, reference, sizes=[1, 1], places=[0, 1], rng=rng, draws=20_000)
    assert both == pytest.approx(1 / 25, abs=0.006)
    assert one == pytest.approx(9 / 25, abs=0.014)


def test_chance_is_the_same_for_the_same_generator():
    given_ = {"sizes": [3, 2, 1], "places": [0, 1, 0]}
    first, second = (
        coagglomeration_p([2, 1, 1], [1, 1, 1], rng=np.random.default_rng(4), **given_)
        for _ in range(2)
    )
    assert first == second


def test_industry_of_nothing_has_no_chance():
    rng = np.random.default_rng(0)
    assert np.isnan(coagglomeration_p([0, 0], [1, 1], sizes=[1], places=[0], rng=rng))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"places": [0, 2]}, "from 0 to 1"),
        ({"places": [0]}, "one number >= 0 per plant"),
        ({"sizes": [1, -1]}, "one number >= 0 per plant"),
        ({"draws": 0}, "`draws`"),
    ],
)
def test_wrong_input_is_named(changes, words):
    given_ = {"sizes": [1, 2], "places": [0, 1], "draws": 9} | changes
    with pytest.raises(InvalidCountsError, match=words):
        coagglomeration_p([1, 2], [1, 1], rng=np.random.default_rng(0), **given_)


@pytest.mark.slow
def test_chances_are_uniform_where_one_industry_falls_at_random():
    # The one that stays is a heap, which the test is conditional on.
    rng = np.random.default_rng(3)
    reference = rng.dirichlet(np.full(30, 0.7))
    heap = np.bincount(rng.integers(0, 4, 200), minlength=30)
    p = []
    for _ in range(500):
        sizes, places = rng.lognormal(2, 1, 25), rng.choice(30, 25, p=reference)
        p.append(coagglomeration_p(heap, reference, sizes=sizes, places=places, rng=rng, draws=499))
    assert stats.kstest(p, "uniform").pvalue > 0.01


def test_herfindahl_of_the_group_form_may_come_from_plants():
    sizes = [[4, 1, 1], [2, 2]]
    h = [plant_herfindahl(one) for one in sizes]
    group = group_coagglomeration([[5, 2], [1, 2]], [9, 9], herfindahl=h)
    assert group == pytest.approx(coagglomeration([[5, 2], [1, 2]], [9, 9])[0, 1])


def test_proximity_by_hand():
    # Of ten firms in each region: industry 0 is strong in 0, 1 and 2, industry 1 in 2 and 3.
    counts = [[3, 1], [3, 1], [3, 3], [1, 3]]
    assert proximity(counts, [10, 10, 10, 10])[0, 1] == pytest.approx(1 / 3)


def test_proximity_is_the_smaller_of_two_conditional_chances():
    counts = np.random.default_rng(3).integers(0, 40, (30, 5))
    quotient = counts / counts.sum(axis=0) / (counts.sum(axis=1) / counts.sum())[:, None]
    found = proximity(counts)
    for i, j in [(0, 1), (2, 4), (3, 1)]:
        both = ((quotient[:, i] > 1) & (quotient[:, j] > 1)).sum()
        chances = [both / (quotient[:, k] > 1).sum() for k in (i, j)]
        assert found[i, j] == pytest.approx(min(chances))


def test_industry_spread_like_everybody_is_near_nobody():
    assert np.isnan(proximity([[1, 5], [3, 0]], [2, 6])[0, 1])


def test_own_proximity_is_left_out():
    assert np.isnan(np.diag(proximity([[4, 0], [1, 4]]))).all()


def test_proximity_of_a_vector_is_refused():
    with pytest.raises(InvalidCountsError, match="two dimensions"):
        proximity([1, 2])


@pytest.mark.parametrize(
    "case", ["man_example_5x5", "man_example_seed31_5x4", "shared_G.regions.industries_16x17"]
)
def test_proximity_is_meetings_over_ubiquity_of_econgeo(case):
    # EconGeo gives which quotients are at 1 or more, and in how many regions each industry is so;
    # the authors say above 1. Cells at 1 exactly are lifted above it by a billionth.
    path = Path(__file__).resolve().parents[4] / "../shared/oracles/EconGeo/expected_econgeo.json"
    if not path.exists():
        pytest.skip("the shared folder is not beside the checkout")
    data = json.loads(path.read_text())[case]
    counts = np.array(data["input"]["values"], dtype=float)
    quotient = counts / counts.sum(axis=0) / (counts.sum(axis=1, keepdims=True) / counts.sum())
    counts[np.isclose(quotient, 1, rtol=1e-12)] *= 1 + 1e-9
    strong = np.array(data["location.quotient_binary"]["values"]) == 1
    meetings = strong.T.astype(int) @ strong
    ubiquity = np.array(list(data["ubiquity_RCA"].values()))
    with np.errstate(invalid="ignore", divide="ignore"):
        expected = meetings / np.maximum.outer(ubiquity, ubiquity)
    expected[(ubiquity == 0), :] = expected[:, (ubiquity == 0)] = np.nan
    np.fill_diagonal(expected, np.nan)
    np.testing.assert_allclose(proximity(counts), expected)
