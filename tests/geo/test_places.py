"""Points to regions."""

import geopandas as gpd
import numpy as np
import pytest
import shapely

from geo.places import regions_of_points

SQUARES = gpd.GeoSeries([shapely.box(i, 0, i + 1, 1) for i in range(3)])


def test_point_in_the_middle_lies_in_its_region():
    placed = regions_of_points([0.5, 2.5], [0.5, 0.5], SQUARES)
    assert placed.region_key.tolist() == [0, 2]
    assert not placed.on_border.any()


@pytest.mark.parametrize(
    ("point", "region"), [((1, 0.5), 0), ((2, 0.5), 1), ((1, 1), 0), ((0, 0), 0), ((3, 0.2), 2)]
)
def test_point_on_a_border_or_corner_goes_to_the_first_region(point, region):
    placed = regions_of_points([point[0]], [point[1]], SQUARES)
    assert placed.region_key.tolist() == [region]
    assert placed.on_border.tolist() == [True]


def test_point_in_two_overlapping_regions_goes_to_the_first_and_is_flagged():
    overlapping = gpd.GeoSeries([shapely.box(0, 0, 2, 2), shapely.box(1, 1, 3, 3)])
    placed = regions_of_points([1.5], [1.5], overlapping)
    assert placed.region_key.tolist() == [0]
    assert placed.on_border.tolist() == [True]


def test_point_in_a_hole_lies_outside():
    ring = gpd.GeoSeries([shapely.box(0, 0, 3, 3).difference(shapely.box(1, 1, 2, 2))])
    assert regions_of_points([1.5], [1.5], ring).region_key.tolist() == [-1]


def test_missing_coordinates_lie_nowhere():
    placed = regions_of_points([np.nan, 0.5, np.inf], [0.5, np.nan, 0.5], SQUARES)
    assert placed.region_key.tolist() == [-1, -1, -1]


def test_no_points_are_no_regions():
    assert len(regions_of_points([], [], SQUARES).region_key) == 0


def test_same_point_many_times_is_answered_each_time():
    placed = regions_of_points([0.5] * 4 + [9.0], [0.5] * 5, SQUARES)
    assert placed.region_key.tolist() == [0, 0, 0, 0, -1]


def test_agrees_with_a_spatial_join_on_a_map_of_triangles():
    rng = np.random.default_rng(3)
    corners = shapely.MultiPoint(rng.random((60, 2)))
    triangles = gpd.GeoSeries(list(shapely.delaunay_triangles(corners).geoms))
    x, y = rng.random((2, 5000))
    expected = np.full(5000, -1)
    points = gpd.GeoDataFrame(geometry=gpd.points_from_xy(x, y))
    joined = points.sjoin(gpd.GeoDataFrame(geometry=triangles), predicate="within")
    expected[joined.index] = joined["index_right"]
    assert np.array_equal(regions_of_points(x, y, triangles).region_key, expected)
