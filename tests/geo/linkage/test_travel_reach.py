"""Ties within an hour, by the coordinates of both firms."""

import narwhals as nw
import pandas as pd
import polars as pl
import pytest

from geo.linkage.travel_reach import near_ties
from geo.study.keys import Sizes

SIZES = Sizes(first_year=2020, years=1, regions=2, industries=2, firms=4)


def near(longitudes, ties, **options):
    """Near ties by (region, industry); firms 0 and 1 are in region 0, 2 and 3 in region 1."""
    region, industry = [0, 0, 1, 1], [0, 1, 0, 0]
    firms = pl.LazyFrame(
        {"firm_key": range(4), "year": 2020, "longitude": longitudes, "latitude": [0.0] * 4}
    )
    s, c = [t[0] for t in ties], [t[1] for t in ties]
    supply = pl.LazyFrame(
        {
            "year": 2020,
            "source_key": s,
            "target_key": c,
            "supplier_region": [region[f] for f in s],
            "customer_region": [region[f] for f in c],
            "supplier_industry": [industry[f] for f in s],
            "customer_industry": [industry[f] for f in c],
        }
    )
    table = near_ties(nw.from_native(supply), nw.from_native(firms), sizes=SIZES, **options)
    rows = table.collect().to_pandas()
    keys = zip(rows["region_key"], rows["industry_key"], strict=True)
    return dict(zip(keys, rows["near_supply_ties"], strict=True))


def times(ways):
    """Table of travel times from minutes by pair of regions."""
    ends = {"from_region_key": [a for a, _ in ways], "to_region_key": [b for _, b in ways]}
    return pd.DataFrame(ends | {"minutes": list(ways.values())}).astype({"minutes": "float64"})


def test_tie_over_a_border_can_be_near():
    # 0.3 degrees on the equator are 33 km.
    assert near([0.0, 0.0, 0.3, 9.0], [(0, 2)]) == {(0, 0): 1, (1, 0): 1}


def test_tie_inside_a_region_can_be_far():
    assert near([0.0, 0.4, 9.0, 9.0], [(0, 1)]) == {(0, 0): 0, (0, 1): 0}


def test_tie_inside_a_cell_counts_once():
    assert near([9.0, 9.0, 0.0, 0.1], [(2, 3)]) == {(1, 0): 1}


@pytest.mark.parametrize(("km", "count"), [(33.3, 0), (33.4, 1)])
def test_distance_is_the_great_circle(km, count):
    # 0.3 degrees: 0.3 * pi / 180 * 6371 = 33.36 km.
    assert near([0.0, 0.0, 0.3, 9.0], [(0, 2)], km=km)[0, 0] == count


def test_date_line_does_not_part_neighbours():
    assert near([179.9, 9.0, -179.9, 9.0], [(0, 2)])[0, 0] == 1


@pytest.mark.parametrize(
    ("ways", "count"),
    [
        ({(0, 1): 60.0}, 1),
        ({(0, 1): 60.5}, 0),
        # The way from supplier to customer counts; the way back where it alone is listed.
        ({(1, 0): 45.0}, 1),
        ({(0, 1): 90.0, (1, 0): 45.0}, 0),
        ({(0, 1): None}, 0),
        ({(0, 0): 5.0}, 0),
    ],
)
def test_a_table_tells_how_long_the_way_takes_and_distance_plays_no_part(ways, count):
    # Firm 0 in region 0 sells to firm 2 in region 1, on the same spot.
    table = near([0.0] * 4, [(0, 2)], travel_times=times(ways))
    assert table == {(0, 0): count, (1, 0): count}


@pytest.mark.parametrize(("ways", "count"), [({(0, 1): 5.0}, 1), ({(0, 0): 61.0}, 0)])
def test_a_way_within_a_region_takes_no_time_unless_listed(ways, count):
    # The two firms of region 0 are 40 degrees apart.
    assert near([0.0, 40.0, 0.0, 0.0], [(0, 1)], travel_times=times(ways))[0, 0] == count


def test_firm_without_coordinates_is_not_near():
    assert near([None, 9.0, 0.0, 9.0], [(0, 2)])[0, 0] == 0
