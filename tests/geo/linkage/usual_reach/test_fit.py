"""The fit over near pairs of regions is that over dense matrices."""

import numpy as np
import pandas as pd
import pytest

from geo.linkage.usual_reach import stands_out
from geo.linkage.usual_reach.family import concentrated_matrix
from geo.settings import Nearby
from tests.geo.linkage.usual_reach.countries import a_country, both_ways, crowded_cells, flat

NEAR = {"rtol": 2e-4, "atol": 1e-9}


def check_same(both):
    """Curves, activities and what is left out agree up to single precision, which is the dense
    one's."""
    reach, other = both.family.reach, both.reach
    assert reach.levelled == other.levelled
    for name in ("curve", "deviation", "seen", "base", "home", "everyday", "priors"):
        np.testing.assert_allclose(getattr(reach, name), getattr(other, name), **NEAR)
    for name in ("home_out", "union_out"):
        np.testing.assert_array_equal(flat(reach.trades, name), _blocks(both.markets, name))
    for name in ("usual", "activity"):
        for side in (0, 1):
            np.testing.assert_allclose(
                flat(reach.trades, name, side), flat(both.markets, name, side), **NEAR
            )
    np.testing.assert_allclose(flat(reach.trades, "at_home"), flat(both.markets, "at_home"), **NEAR)


def _blocks(markets, name):
    return np.concatenate([getattr(market, name) for market in markets])


@pytest.mark.parametrize("km", [8.0, 90.0, 400.0])
def test_curves_activities_and_blocks_are_those_of_dense_matrices(km):
    study = a_country(km=km)
    check_same(both_ways(study, crowded_cells(study)))


def test_a_block_that_stands_out_is_left_out():
    study = a_country()
    both = both_ways(study, crowded_cells(study))
    assert flat(both.family.reach.trades, "home_out").any()
    assert flat(both.family.reach.trades, "union_out").any()
    assert stands_out(both.family).any()


def test_without_concentrated_cells():
    study = a_country(1)
    check_same(both_ways(study, concentrated_matrix(study, None)))


def test_with_customers_that_are_put_together():
    study = a_country(9, firms=240, per_firm=2)
    both = both_ways(study, crowded_cells(study))
    assert any(len(customers) > 1 for t in both.family.reach.trades for customers in t.customers)
    check_same(both)


def test_with_firms_that_move():
    study = a_country(2, move=0.2, km=250.0)
    check_same(both_ways(study, crowded_cells(study)))


@pytest.mark.parametrize("km", [15.0, 120.0, 500.0])
def test_where_local_is_a_radius(km):
    study = a_country(3, km=60.0, local=Nearby(radius_km=km))
    check_same(both_ways(study, crowded_cells(study)))


def test_where_local_is_a_way_of_some_minutes():
    regions = np.arange(24)
    ways = pd.DataFrame(
        [(a, b, 10.0 if b in (a, (a * 7) % 24) else 90.0) for a in regions for b in regions],
        columns=["from_region_key", "to_region_key", "minutes"],
    )
    study = a_country(4, km=150.0, local=Nearby(minutes=30), travel_times=ways)
    check_same(both_ways(study, crowded_cells(study)))


def test_knowledge_is_asked_per_possible_pair():
    study = a_country(5, kind="research")
    both = both_ways(study, crowded_cells(study), given_activity=False, ties=study.knowledge)
    check_same(both)
    assert both.family.reach.levelled == (False, False)


def test_a_country_in_one_region():
    study = a_country(6, wide=1, high=1, firms=200)
    check_same(both_ways(study, np.zeros((1, 4), dtype=bool)))


def test_without_ties_there_is_no_trade():
    study = a_country(7, firms=30, per_firm=1, kind="research")
    both = both_ways(study, crowded_cells(study))
    assert both.family.reach.trades == []


def test_the_fit_is_the_same_to_the_bit_again():
    study = a_country(8)
    one, other = (both_ways(study, crowded_cells(study)).family.reach for _ in range(2))
    assert one.curve.tobytes() == other.curve.tobytes()
    assert flat(one.trades, "activity", 0).tobytes() == flat(other.trades, "activity", 0).tobytes()
