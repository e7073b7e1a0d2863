import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from libpysal.graph import Graph
from scipy import stats

from geo.concentration.industries import dartboard
from geo.concentration.industries.dartboard import (
    dartboard_variance,
    ellison_glaeser_p,
    symmetric_weights,
    throws_p,
)
from geo.concentration.industries.glaeser_indices import neighbour_concentration, raw_concentration
from geo.concentration.industries.plants import plants_of_herfindahl
from geo.errors import InvalidCountsError


def every_throw(sizes, reference):
    """Raw concentration and chance of each way in which the plants may fall."""
    x = np.asarray(reference) / np.sum(reference)
    places = np.stack(np.meshgrid(*[range(len(x))] * len(sizes))).reshape(len(sizes), -1)
    chance = np.prod(x[places], axis=0)
    jobs = np.zeros((len(x), places.shape[1]))
    for size, place in zip(sizes, places, strict=True):
        jobs[place, np.arange(len(place))] += size
    return raw_concentration(jobs, reference), chance


def row_of_regions(n, weight=1.0):
    """Regions in a row, each the neighbour of the next."""
    first = np.arange(n - 1)
    focal, neighbour = np.r_[first, first + 1], np.r_[first + 1, first]
    return Graph.from_arrays(focal, neighbour, np.full(2 * (n - 1), weight))


@given(sizes=st.lists(st.integers(1, 50), min_size=1, max_size=5))
@settings(max_examples=30)
def test_variance_is_that_over_every_throw(sizes):
    raw, chance = every_throw(sizes, [1, 2, 3])
    variance = chance @ raw**2 - (chance @ raw) ** 2
    assert dartboard_variance([1, 2, 3], sizes=sizes) == pytest.approx(variance, abs=1e-12)


def test_chance_agrees_with_every_throw():
    sizes, reference = [8, 4, 2, 1, 1], [1, 2, 3, 4]
    raw, chance = every_throw(sizes, reference)
    for observed in np.quantile(raw, [0.1, 0.5, 0.9, 1.0]):
        exact = chance[raw >= observed - 1e-12].sum()
        p = ellison_glaeser_p(observed, reference, sizes=sizes, draws=20_000, seed=3)
        # Four standard errors of a share of 20,000.
        assert abs(p - exact) <= 4 * np.sqrt(exact * (1 - exact) / 20_000) + 1e-4


def test_chance_of_equal_plants_counts_ties():
    # Two equal plants in two halves: together every other time, and apart is at least certain.
    p = ellison_glaeser_p(0.5, [1, 1], sizes=[1, 1], draws=10_000)
    assert p == pytest.approx(0.5, abs=0.02)
    assert ellison_glaeser_p(0.0, [1, 1], sizes=[1, 1], draws=100) == 1


def test_sizes_may_come_with_numbers_of_plants():
    one_by_one = ellison_glaeser_p(0.1, [1, 2, 3], sizes=[5, 2, 2, 2], draws=500, seed=9)
    grouped = ellison_glaeser_p(0.1, [1, 2, 3], sizes=[2, 5], plants=[3, 1], draws=500, seed=9)
    assert grouped == one_by_one


def test_same_seed_same_chance_and_another_seed_another():
    first, again, other = (
        ellison_glaeser_p(0.1, [1, 2, 3], sizes=[5, 2, 2, 2], draws=5000, seed=seed)
        for seed in (1, 1, 3)
    )
    assert first == again
    assert first != other


def test_single_plant_has_no_chance():
    assert np.isnan(ellison_glaeser_p(0.5, [1, 1], sizes=[4, 0]))


def test_no_draws_are_refused():
    with pytest.raises(InvalidCountsError, match="`draws`"):
        ellison_glaeser_p(0.5, [1, 1], sizes=[4, 1], draws=0)


def test_throws_follow_the_shares_of_regions():
    # One plant of two is dwarfed, so G tells where the giant fell.
    shares = np.array([0.05, 0.15, 0.8])
    giant = [1e9, 1]
    falls = raw_concentration(np.eye(3), shares)
    p = [ellison_glaeser_p(g - 1e-6, shares, sizes=giant, draws=40_000) for g in falls]
    np.testing.assert_allclose(p, [0.05, 0.2, 1.0], atol=0.006)


def test_weight_above_one_is_refused():
    with pytest.raises(InvalidCountsError, match="weights from 0 to 1"):
        neighbour_concentration([3, 1, 1], [1, 1, 1], row_of_regions(3, weight=2.0))


def test_graph_of_more_regions_is_refused():
    with pytest.raises(InvalidCountsError, match="0 to 1"):
        neighbour_concentration([3, 1], [1, 1], row_of_regions(3))


def test_chance_with_neighbours_agrees_with_every_throw():
    sizes, reference, graph = [8, 4, 2, 1, 1], [1, 2, 3, 4], row_of_regions(4, weight=0.5)
    x = np.array(reference) / 10
    places = np.stack(np.meshgrid(*[range(4)] * 5)).reshape(5, -1)
    chance = np.prod(x[places], axis=0)
    jobs = np.stack([(places == r).T @ np.array(sizes) for r in range(4)])
    raw = neighbour_concentration(jobs, reference, graph)
    for observed in np.quantile(raw, [0.3, 0.8, 0.97]):
        exact = chance[raw >= observed - 1e-12].sum()
        p = ellison_glaeser_p(observed, reference, sizes=sizes, graph=graph, draws=20_000, seed=3)
        assert abs(p - exact) <= 4 * np.sqrt(exact * (1 - exact) / 20_000) + 1e-4


def test_variance_without_plants_is_nan():
    assert np.isnan(dartboard_variance([1, 1], sizes=[]))


def test_weights_of_a_region_on_itself_are_left_out():
    graph = Graph.from_arrays([0, 0, 1], [0, 1, 0], [1.0, 1.0, 0.5])
    assert symmetric_weights(graph, 2).toarray().tolist() == [[0, 0.75], [0.75, 0]]


def test_graph_by_name_is_refused():
    graph = Graph.from_arrays(["a", "b"], ["b", "a"], [1.0, 1.0])
    with pytest.raises(InvalidCountsError, match="by their positions"):
        symmetric_weights(graph, 2)


@pytest.mark.slow
@pytest.mark.parametrize("giant", [False, True])
def test_chances_are_uniform_where_plants_fall_at_random(giant):
    # 400 industries thrown at forty regions; a continuous size mix leaves no ties.
    rng = np.random.default_rng(11)
    shares = rng.dirichlet(np.full(40, 0.5))
    p = []
    for seed in range(400):
        sizes = rng.lognormal(2, 1.2, 30)
        if giant:
            sizes[0] = 2 * sizes[1:].sum()
        places = rng.choice(40, 30, p=shares)
        raw = raw_concentration(np.bincount(places, sizes, 40), shares)
        p.append(ellison_glaeser_p(float(raw), shares, sizes=sizes, draws=999, seed=seed))
    assert stats.kstest(p, "uniform").pvalue > 0.01


@pytest.mark.parametrize("neighbours", [False, True])
@pytest.mark.parametrize("equal", [False, True])
def test_a_crowd_is_thrown_by_numbers_as_it_would_be_plant_by_plant(monkeypatch, neighbours, equal):
    regions = np.random.default_rng(0).dirichlet(np.ones(12))
    ring = Graph.from_arrays(np.arange(12), np.roll(np.arange(12), 1), np.full(12, 0.5))
    options = {
        "weights": symmetric_weights(ring, 12) if neighbours else None,
        "sizes": np.array([150.0]) if equal else [(np.array([5.0, 1.0]), np.array([40, 400]))],
        "draws": 199,
    }
    raw = np.array([0.007 if equal else 0.004])

    def chances(seeds):
        return [throws_p(raw, regions, seed=seed, **options)[0] for seed in seeds]

    monkeypatch.setattr(dartboard, "_CROWD_PER_REGION", np.inf)
    monkeypatch.setattr(dartboard, "_CROWD_PER_REGION_OF_EQUALS", np.inf)
    one_by_one = chances(range(400))
    monkeypatch.setattr(dartboard, "_CROWD_PER_REGION", 0)
    monkeypatch.setattr(dartboard, "_CROWD_PER_REGION_OF_EQUALS", 0)
    by_numbers = chances(range(1000, 1400))
    assert 0.05 < np.mean(one_by_one) < 0.95
    # Both are the same experiment: neither their mean nor their spread tells them apart.
    assert stats.ks_2samp(one_by_one, by_numbers).pvalue > 0.001


def test_chances_of_a_crowd_keep_cantellis_inequality():
    # G of n equal plants has the mean (1 - X2) / n and the published variance.
    x = np.random.default_rng(2).dirichlet(np.ones(10))
    n = 10_000
    sizes, middle = np.ones(n), (1 - (x**2).sum()) / n
    spread = np.sqrt(dartboard_variance(x, sizes=sizes))
    above = throws_p(
        middle + spread * np.array([-1.0, 3.0]),
        x,
        sizes=np.array([n, n], dtype=float),
        weights=None,
        draws=4999,
        seed=1,
    )
    # P(G >= mean - s) is at least 1 / 2, P(G >= mean + 3 s) at most 1 / 10.
    assert above[0] > 0.5
    assert above[1] < 0.1


def test_a_million_equal_plants_take_no_longer_than_their_regions():
    x = np.full(30, 1 / 30)
    start = time.process_time()
    throws_p(np.array([1e-6]), x, sizes=np.array([999_999.0]), weights=None, draws=999, seed=0)
    assert time.process_time() - start < 2


@pytest.mark.parametrize(
    "ask",
    [
        lambda: ellison_glaeser_p(0.1, [1, 1], sizes=[1], plants=[2.0**54]),
        lambda: throws_p(
            np.array([0.1]),
            np.array([0.5, 0.5]),
            sizes=np.array([1e17]),
            weights=None,
            draws=9,
            seed=0,
        ),
        lambda: plants_of_herfindahl(1e-17),
    ],
)
def test_more_plants_than_whole_numbers_count_are_refused(ask):
    with pytest.raises(InvalidCountsError, match="at most 2\\*\\*53 plants"):
        ask()


def test_absurdly_many_plants_are_thrown_in_no_time():
    x = np.full(3000, 1 / 3000)
    start = time.process_time()
    p = throws_p(
        np.array([1e-15, 1e-11, 1e-3]),
        x,
        sizes=np.array([1e12, 1e12, 50.0]),
        weights=None,
        draws=199,
        seed=0,
    )
    assert time.process_time() - start < 10
    # Thrown at random, 10**12 plants give 10**-12.
    np.testing.assert_allclose(p, [1, 1 / 200, 1])
