"""Regions within a travel time, against a rule written out pair by pair."""

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.study.locality import regions_within

REGIONS = 4
PAIRS = st.tuples(st.integers(0, REGIONS - 1), st.integers(0, REGIONS - 1))
WAYS = st.dictionaries(PAIRS, st.one_of(st.none(), st.integers(0, 120)), max_size=10)


def within(ways, **options):
    rows = [(a, b, m) for (a, b), m in ways.items()]
    table = pd.DataFrame(rows, columns=["from_region_key", "to_region_key", "minutes"])
    found = regions_within(table.astype({"minutes": "float64"}), **options)
    return list(found.itertuples(index=False, name=None))


def is_near(ways, start, end, minutes):
    if (start, end) in ways:
        way = ways[start, end]
    elif (end, start) in ways:
        way = ways[end, start]
    else:
        way = 0 if start == end else None
    return way is not None and way <= minutes


@settings(max_examples=60, deadline=None)
@given(WAYS, st.integers(1, 120))
def test_a_pair_is_near_by_its_row_or_that_of_the_way_back(ways, minutes):
    every = [(a, b) for a in range(REGIONS) for b in range(REGIONS)]
    expected = [pair for pair in every if is_near(ways, *pair, minutes)]
    assert within(ways, regions=REGIONS, minutes=minutes) == expected


@settings(max_examples=30, deadline=None)
@given(WAYS)
def test_more_time_reaches_no_fewer_regions(ways):
    half, hour = (set(within(ways, regions=REGIONS, minutes=m)) for m in (30, 60))
    assert half <= hour


def test_regions_beyond_those_asked_for_are_left_out():
    assert within({(0, 3): 5, (3, 3): 5}, regions=2) == [(0, 0), (1, 1)]


def test_an_empty_table_leaves_every_region_alone():
    assert within({}, regions=3) == [(0, 0), (1, 1), (2, 2)]
