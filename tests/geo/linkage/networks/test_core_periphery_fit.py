"""Fit against numpy's correlation over all cores; p against its promise."""

from itertools import combinations

import numpy as np
import pytest

from geo.linkage.networks.core_periphery_fit import core_periphery
from geo.linkage.networks.trophic import InvalidTiesError


def random_pairs(seed, *, firms=12, share=0.3):
    rng = np.random.default_rng(seed)
    every = np.array(list(combinations(range(firms), 2)))
    return every[rng.random(len(every)) < share]


def fit_of(pairs, core, firms):
    tied = {tuple(sorted(p)) for p in np.asarray(pairs).tolist()}
    every = list(combinations(range(firms), 2))
    observed = [pair in tied for pair in every]
    ideal = [bool(set(pair) & set(core)) for pair in every]
    return np.corrcoef(observed, ideal)[0, 1]


@pytest.mark.parametrize("seed", range(8))
def test_fit_is_the_best_correlation_of_cores_in_order_of_partners(seed):
    pairs = random_pairs(seed)
    partners = np.bincount(pairs.ravel(), minlength=12)
    order = sorted(range(12), key=lambda firm: (-partners[firm], firm))
    best = max(fit_of(pairs, order[:k], 12) for k in range(1, 11))
    found = core_periphery(pairs, firms=12, rng=np.random.default_rng(0), rewirings=0)
    assert found.fit == pytest.approx(best)
    assert found.fit == pytest.approx(fit_of(pairs, found.core, 12))
    assert np.isnan(found.p)


def test_two_hubs_that_share_all_partners_are_a_perfect_core():
    # Firms 0 and 1 are tied to everybody, nobody else to anybody: the ideal itself.
    pairs = [(0, 1), *((hub, other) for hub in (0, 1) for other in range(2, 8))]
    found = core_periphery(pairs, firms=8, rng=np.random.default_rng(0))
    assert found.fit == pytest.approx(1)
    assert found.core.tolist() == [0, 1]
    # No other network has these numbers of partners, so the numbers say it all.
    assert found.p == 1


def test_others_that_are_tied_to_hubs_alone_are_more_than_their_numbers_say():
    # Six hubs that are not tied to each other; forty others with three hubs each and nobody else.
    rng = np.random.default_rng(1)
    pairs = [(hub, 6 + k) for k in range(40) for hub in rng.choice(6, 3, replace=False)]
    found = core_periphery(pairs, firms=46, rng=rng)
    assert sorted(found.core.tolist()) == list(range(6))
    assert found.fit == pytest.approx(fit_of(pairs, range(6), 46))
    # Drawn anew, others are tied to others too: none of 99 networks fits as well.
    assert found.p == 0.01


def test_p_keeps_its_promise_over_networks_with_nothing_in_them():
    rng = np.random.default_rng(7)
    chances = [
        core_periphery(random_pairs(seed, firms=25, share=0.15), firms=25, rng=rng, rewirings=39).p
        for seed in range(200)
    ]
    for level in (0.1, 0.25, 0.5):
        # Three standard errors of a share of 200.
        assert np.mean(np.array(chances) <= level) < level + 3 * np.sqrt(level * (1 - level) / 200)
    assert 0.35 < np.mean(chances) < 0.75


def test_the_same_seed_gives_the_same_chance_and_direction_does_not_count():
    pairs = random_pairs(3, firms=30, share=0.2)
    one, other = (
        core_periphery(ties, firms=30, rng=np.random.default_rng(5))
        for ties in (pairs, np.concatenate([pairs, pairs[::-1, ::-1]]))
    )
    assert (one.fit, one.p, one.core.tolist()) == (other.fit, other.p, other.core.tolist())


@pytest.mark.parametrize("pairs", [[], list(combinations(range(4), 2))])
def test_nobody_tied_and_everybody_tied_have_no_fit(pairs):
    found = core_periphery(pairs, firms=4, rng=np.random.default_rng(0))
    assert np.isnan(found.fit)
    assert np.isnan(found.p)


@pytest.mark.parametrize("pairs", [[(0, 0)], [(0, 4)], [(-1, 2)]])
def test_what_is_no_pair_of_two_firms_is_refused(pairs):
    with pytest.raises(InvalidTiesError, match="two different firms"):
        core_periphery(pairs, firms=4, rng=np.random.default_rng(0))


def test_swaps_keep_every_number_of_partners():
    from geo.linkage.networks._rewiring import swap_ends

    pairs = random_pairs(2, firms=20)
    before = np.bincount(pairs.ravel(), minlength=20)
    adjacent = np.zeros((20, 20), dtype=bool)
    adjacent[pairs[:, 0], pairs[:, 1]] = adjacent[pairs[:, 1], pairs[:, 0]] = True
    rng, swapped = np.random.default_rng(0), pairs.copy()
    picks = rng.integers(0, len(pairs), (500, 2))
    swap_ends(swapped, adjacent, picks, rng.integers(0, 2, 500))
    assert np.array_equal(np.bincount(swapped.ravel(), minlength=20), before)
    assert (swapped[:, 0] != swapped[:, 1]).all()
    distinct = np.unique(np.sort(swapped, axis=1), axis=0)
    assert len(distinct) == len(pairs)
    assert adjacent.sum() == 2 * len(pairs)
    assert adjacent[swapped[:, 0], swapped[:, 1]].all()
    assert not np.array_equal(distinct, np.unique(np.sort(pairs, axis=1), axis=0))
