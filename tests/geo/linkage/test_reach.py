"""Ties within an hour, by the coordinates of both firms."""

import narwhals as nw
import polars as pl
import pytest

from geo.linkage.dense import Sizes
from geo.linkage.reach import near_ties

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


def test_firm_without_coordinates_is_not_near():
    assert near([None, 9.0, 0.0, 9.0], [(0, 2)])[0, 0] == 0
