"""Levels against dense algebra and networkx, and networks that a pencil can solve."""

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.linkage.networks.trophic import (
    InvalidTiesError,
    flow_hierarchy,
    trophic_incoherence,
    trophic_levels,
)


def random_ties(seed, *, firms=20, ties=40):
    rng = np.random.default_rng(seed)
    drawn = rng.integers(0, firms, (ties, 2))
    return np.unique(drawn[drawn[:, 0] != drawn[:, 1]], axis=0)


@pytest.mark.parametrize("seed", range(5))
def test_levels_solve_the_equations_of_the_paper(seed):
    ties = random_ties(seed)
    flows = np.zeros((20, 20))
    flows[ties[:, 0], ties[:, 1]] = 1
    bought, sold = flows.sum(0), flows.sum(1)
    laplacian = np.diag(bought + sold) - flows - flows.T
    levels = trophic_levels(ties, firms=20)
    linked = bought + sold > 0
    assert np.array_equal(np.isnan(levels), ~linked)
    assert laplacian[:, linked] @ levels[linked] == pytest.approx(bought - sold, abs=1e-6)


@pytest.mark.parametrize("seed", range(5))
def test_incoherence_is_the_least_that_any_levels_reach(seed):
    ties = random_ties(seed)
    steps = np.zeros((len(ties), 20))
    steps[np.arange(len(ties)), ties[:, 1]] += 1
    steps[np.arange(len(ties)), ties[:, 0]] -= 1
    best = np.linalg.lstsq(steps, np.ones(len(ties)), rcond=None)[0]
    least = np.mean((steps @ best - 1) ** 2)
    assert trophic_incoherence(ties, trophic_levels(ties, firms=20)) == pytest.approx(least)


def test_levels_of_a_ladder_agree_with_the_older_definition():
    # Where every path between two firms is of one length, both definitions count the steps.
    ties = [(0, 2), (1, 2), (2, 3), (2, 4)]
    older = nx.trophic_levels(nx.DiGraph(ties))
    levels = trophic_levels(ties, firms=5)
    assert levels.tolist() == [older[firm] - 1 for firm in range(5)]


def test_a_short_cut_bends_the_levels():
    # 0 -> 1 -> 2 and 0 -> 2: steps a, b and a + b as near to 1 as can be: a = b = 2/3.
    levels = trophic_levels([(0, 1), (1, 2), (0, 2)], firms=3)
    assert levels == pytest.approx([0, 2 / 3, 4 / 3])
    # Two steps miss 1 by 1/3, one by 1/3: F = 1/9.
    assert trophic_incoherence([(0, 1), (1, 2), (0, 2)], levels) == pytest.approx(1 / 9)


def test_a_ring_has_no_way_up():
    ring = [(0, 1), (1, 2), (2, 0)]
    assert trophic_incoherence(ring, trophic_levels(ring, firms=3)) == pytest.approx(1)


def test_every_connected_part_begins_at_zero():
    assert trophic_levels([(0, 1), (3, 2)], firms=4).tolist() == [0, 1, 1, 0]


def test_nobody_trading_is_not_a_number():
    assert np.isnan(trophic_levels([], firms=2)).all()
    assert np.isnan(trophic_incoherence([], [np.nan]))
    assert np.isnan(flow_hierarchy([], firms=2))


@given(st.integers(0, 1000))
def test_hierarchy_is_that_of_networkx(seed):
    ties = random_ties(seed, ties=25)
    assert flow_hierarchy(ties, firms=20) == pytest.approx(
        nx.flow_hierarchy(nx.DiGraph(ties.tolist()))
    )


@pytest.mark.parametrize("ties", [[[0, 3]], [[-1, 0]], [[0, 1, 2]], [0, 1]])
def test_what_is_no_pair_of_firms_is_refused(ties):
    with pytest.raises(InvalidTiesError, match="must"):
        trophic_levels(ties, firms=3)
