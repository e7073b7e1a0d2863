import math
from itertools import permutations as orders

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.concentration.map.neighbours import Rows
from geo.concentration.map.permutation import (
    difference_tail_counts,
    geary_tail_counts,
    lag_tail_counts,
    moran_tail_counts,
    neighbour_draws,
)


def random_map(rng, *, units=12, equal=True):
    """Rows with 0 to 5 neighbours each, of equal or of random weights that sum to 1."""
    counts = rng.integers(0, min(6, units), units)
    indices = [
        np.sort(rng.choice(np.delete(np.arange(units), i), k, replace=False))
        for i, k in enumerate(counts)
    ]
    weights = [np.ones(k) if equal else rng.random(k) + 0.1 for k in counts]
    indptr = np.concatenate([[0], np.cumsum(counts)])
    return Rows(
        indptr,
        np.concatenate(indices).astype(np.int64),
        np.concatenate([w / w.sum() for w in weights]),
    )


def exactly_at_or_beyond(value, rows, draws):
    """Every replicate of every unit, one by one, in sums that do not round."""
    counts = np.zeros((2, len(value)), dtype=np.int64)
    for i in range(len(value)):
        links = slice(rows.indptr[i], rows.indptr[i + 1])
        weights = rows.weights[links]
        k = len(weights)
        observed = math.fsum(weights * value[rows.indices[links]])
        for draw in draws:
            chosen = draw[:k].tolist()
            if i in chosen:
                chosen[chosen.index(i)] = int(draw[k])
            replicate = math.fsum(weights * value[chosen])
            tied = math.isclose(replicate, observed, abs_tol=1e-11)
            counts[:, i] += (tied or replicate > observed, tied or replicate < observed)
    return counts


def sparse_industry(rng, units):
    """Mostly zero, with few different values: many ties."""
    return np.where(rng.random(units) < 0.4, rng.integers(1, 4, units) / 3, 0.0)


@pytest.mark.parametrize("equal", [True, False])
@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 2**31), units=st.integers(2, 14))
def test_counts_are_those_of_every_replicate_done_by_hand(equal, seed, units):
    rng = np.random.default_rng(seed)
    rows = random_map(rng, units=units, equal=equal)
    size = min(int(rows.neighbours.max()) + 1, units)
    draws = neighbour_draws(units, size, permutations=25, rng=rng)
    values = np.stack([rng.normal(size=units), sparse_industry(rng, units)])
    at_least, at_most = lag_tail_counts(values, rows, draws)
    for v, value in enumerate(values):
        expected = exactly_at_or_beyond(value, rows, draws)
        np.testing.assert_array_equal([at_least[v], at_most[v]], expected)


def test_no_unit_is_its_own_neighbour():
    # The others are all zero, so no replicate of the one unit can differ from what it sees.
    rows = random_map(np.random.default_rng(3))
    draws = neighbour_draws(12, 6, permutations=200, rng=np.random.default_rng(0))
    value = np.zeros((1, 12))
    value[0, 5] = 1.0
    at_least, at_most = lag_tail_counts(value, rows, draws)
    assert at_least[0, 5] == at_most[0, 5] == 200


def test_islands_have_every_replicate_in_both_tails():
    rows = Rows(np.array([0, 1, 2, 2]), np.array([1, 0]), np.ones(2))
    draws = neighbour_draws(3, 2, permutations=7, rng=np.random.default_rng(0))
    counts = lag_tail_counts(np.array([[1.0, 2.0, 3.0]]), rows, draws)
    assert counts.at_least[0, 2] == counts.at_most[0, 2] == 7


def test_ties_count_in_both_tails_whatever_the_order_of_the_sum():
    # 0.1 + 0.2 + 0.3 differs from 0.3 + 0.2 + 0.1 in the last bit; all are neighbours of all.
    rows = Rows(np.array([0, 3, 3, 3, 3]), np.array([1, 2, 3]), np.ones(3) / 3)
    draws = neighbour_draws(4, 4, permutations=50, rng=np.random.default_rng(0))
    counts = lag_tail_counts(np.array([[5.0, 0.1, 0.2, 0.3]]), rows, draws)
    assert counts.at_least[0, 0] == counts.at_most[0, 0] == 50


def test_a_row_with_all_other_units_needs_no_spare_beyond_the_map():
    rows = Rows(np.array([0, 2, 4, 6]), np.array([1, 2, 0, 2, 0, 1]), np.full(6, 0.5))
    draws = neighbour_draws(3, 3, permutations=9, rng=np.random.default_rng(0))
    counts = lag_tail_counts(np.array([[1.0, 2.0, 4.0]]), rows, draws)
    assert (counts.at_least == 9).all()
    assert (counts.at_most == 9).all()


@pytest.mark.parametrize(("units", "size"), [(5, 5), (7, 2), (1000, 4)])
def test_draws_are_different_units(units, size):
    draws = neighbour_draws(units, size, permutations=300, rng=np.random.default_rng(2))
    assert draws.shape == (300, size)
    assert all(len(set(row)) == size for row in draws.tolist())
    assert draws.min() >= 0
    assert draws.max() < units


def test_every_ordered_draw_is_as_likely_as_another():
    # 5 * 4 = 20 ordered pairs, 40,000 draws: 2,000 each, standard deviation 43.6.
    draws = neighbour_draws(5, 2, permutations=40_000, rng=np.random.default_rng(4))
    counts = np.bincount(draws[:, 0] * 5 + draws[:, 1], minlength=25).reshape(5, 5)
    assert not counts.diagonal().any()
    assert np.abs(counts[~np.eye(5, dtype=bool)] - 2000).max() < 4.5 * 43.6


def test_global_counts_are_those_of_every_permutation_done_by_hand():
    rng = np.random.default_rng(8)
    rows = random_map(rng, equal=False)
    values = np.stack([rng.normal(size=12), sparse_industry(rng, 12)])
    dense = np.zeros((12, 12))
    dense[np.repeat(np.arange(12), rows.neighbours), rows.indices] = rows.weights
    counts = moran_tail_counts(values, rows, permutations=60, rng=np.random.default_rng(1))
    rng = np.random.default_rng(1)
    order = [rng.permutation(12) for _ in range(60)]
    for v, x in enumerate(values):
        observed = x @ dense @ x
        replicates = np.array([x[o] @ dense @ x[o] for o in order])
        tied = np.isclose(replicates, observed, rtol=0, atol=1e-11)
        assert counts.at_least[v] == np.count_nonzero(tied | (replicates > observed))
        assert counts.at_most[v] == np.count_nonzero(tied | (replicates < observed))


def test_global_counts_approach_all_orders_of_a_small_map():
    # On a path of four only the orders 1234 and 4321, of 24, reach the largest x'Wx.
    rows = Rows(np.array([0, 1, 3, 5, 6]), np.array([1, 0, 2, 1, 3, 2]), np.ones(6))
    x = np.array([-1.5, -0.5, 0.5, 1.5])
    exact = [2 * (o[0] * o[1] + o[1] * o[2] + o[2] * o[3]) for o in map(np.array, orders(x))]
    share = np.mean(np.array(exact) >= 2 * (0.75 - 0.25 + 0.75) - 1e-12)
    counts = moran_tail_counts(x[None], rows, permutations=6000, rng=np.random.default_rng(5))
    assert share == pytest.approx(2 / 24)
    assert counts.at_least[0] / 6000 == pytest.approx(share, abs=4 * math.sqrt(share / 6000))


def test_variables_do_not_touch_each_other():
    rng = np.random.default_rng(6)
    rows = random_map(rng)
    values = rng.normal(size=(70, 12))
    draws = neighbour_draws(12, 6, permutations=30, rng=rng)
    together = lag_tail_counts(values, rows, draws).at_least
    alone = [lag_tail_counts(values[[v]], rows, draws).at_least[0] for v in range(70)]
    np.testing.assert_array_equal(together, alone)
    together = moran_tail_counts(values, rows, permutations=9, rng=np.random.default_rng(0))
    alone = moran_tail_counts(values[[69]], rows, permutations=9, rng=np.random.default_rng(0))
    assert together.at_least[69] == alone.at_least[0]


def differences_at_or_beyond(value, rows, draws):
    """Sums of squared differences to the neighbours, every replicate of every unit one by one."""
    counts = np.zeros((2, len(value)), dtype=np.int64)
    for i in range(len(value)):
        links = slice(rows.indptr[i], rows.indptr[i + 1])
        weights = rows.weights[links]
        k = len(weights)
        observed = math.fsum(weights * (value[rows.indices[links]] - value[i]) ** 2)
        for draw in draws:
            chosen = draw[:k].tolist()
            if i in chosen:
                chosen[chosen.index(i)] = int(draw[k])
            replicate = math.fsum(weights * (value[chosen] - value[i]) ** 2)
            tied = math.isclose(replicate, observed, abs_tol=1e-11)
            counts[:, i] += (tied or replicate > observed, tied or replicate < observed)
    return counts


@pytest.mark.parametrize("equal", [True, False])
def test_difference_counts_are_those_of_every_replicate_done_by_hand(equal):
    rng = np.random.default_rng(12)
    rows = random_map(rng, equal=equal)
    draws = neighbour_draws(12, 6, permutations=200, rng=rng)
    values = np.stack([rng.normal(size=12), sparse_industry(rng, 12)])
    counts = difference_tail_counts(values, rows, draws)
    for v, value in enumerate(values):
        expected = differences_at_or_beyond(value, rows, draws)
        np.testing.assert_array_equal([counts.at_least[v], counts.at_most[v]], expected)


def test_geary_counts_are_those_of_every_permutation_done_by_hand():
    rng = np.random.default_rng(8)
    rows = random_map(rng, equal=False)
    values = np.stack([rng.normal(size=12), sparse_industry(rng, 12)])
    dense = np.zeros((12, 12))
    dense[np.repeat(np.arange(12), rows.neighbours), rows.indices] = rows.weights
    counts = geary_tail_counts(values, rows, permutations=60, rng=np.random.default_rng(1))
    rng = np.random.default_rng(1)
    order = [np.arange(12)] + [rng.permutation(12) for _ in range(60)]
    for v, x in enumerate(values):
        observed, *replicates = ((dense * np.subtract.outer(x[o], x[o]) ** 2).sum() for o in order)
        tied = np.isclose(replicates, observed, rtol=0, atol=1e-11)
        assert counts.at_least[v] == np.count_nonzero(tied | (replicates > observed))
        assert counts.at_most[v] == np.count_nonzero(tied | (replicates < observed))


@pytest.mark.parametrize("equal", [True, False])
def test_counting_some_units_gives_what_counting_all_gives_for_them(equal):
    rng = np.random.default_rng(13)
    rows = random_map(rng, units=80, equal=equal)
    draws = neighbour_draws(80, 6, permutations=100, rng=rng)
    values = rng.normal(size=(3, 80))
    only = rng.random((3, 80)) < 0.2
    some, everything = (lag_tail_counts(values, rows, draws, only=o) for o in (only, None))
    np.testing.assert_array_equal(some.at_least, np.where(only, everything.at_least, 0))
    np.testing.assert_array_equal(some.at_most, np.where(only, everything.at_most, 0))


@pytest.mark.parametrize("equal", [True, False])
def test_many_draws_are_counted_block_by_block(equal, monkeypatch):
    rng = np.random.default_rng(14)
    rows = random_map(rng, equal=equal)
    draws = neighbour_draws(12, 6, permutations=95, rng=rng)
    values = rng.normal(size=(2, 12))
    whole = lag_tail_counts(values, rows, draws)
    monkeypatch.setattr("geo.concentration.map.permutation._DRAWS_PER_BLOCK", 20)
    np.testing.assert_array_equal(whole, lag_tail_counts(values, rows, draws))


@pytest.mark.parametrize("equal", [True, False])
def test_counts_do_not_depend_on_the_number_of_threads(equal, monkeypatch):
    rng = np.random.default_rng(15)
    rows = random_map(rng, units=300, equal=equal)
    draws = neighbour_draws(300, 6, permutations=99, rng=rng)
    values = rng.normal(size=(70, 300))
    found = []
    for workers in (1, 2, 3):
        monkeypatch.setattr("geo.concentration.map.permutation._WORKERS", workers)
        local = lag_tail_counts(values, rows, draws), difference_tail_counts(values, rows, draws)
        options = {"permutations": 19, "rng": np.random.default_rng(1)}
        overall = moran_tail_counts(values, rows, **options)
        found.append([*local[0], *local[1], *overall])
    for others in found[1:]:
        for one, other in zip(found[0], others, strict=True):
            np.testing.assert_array_equal(one, other)


def test_counts_go_onto_earlier_ones():
    rng = np.random.default_rng(16)
    rows = random_map(rng)
    draws = neighbour_draws(12, 6, permutations=40, rng=rng)
    values = rng.normal(size=(2, 12))
    first = lag_tail_counts(values, rows, draws[:10])
    lag_tail_counts(values, rows, draws[10:], onto=first)
    np.testing.assert_array_equal(first, lag_tail_counts(values, rows, draws))
