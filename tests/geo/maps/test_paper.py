from __future__ import annotations

import numpy as np
import pytest
import shapely
from pyproj import Geod

from geo.maps.paper import laid_out, main_view


def _squares(west, south, columns, rows):
    return [
        shapely.box(west + i, south + j, west + i + 1, south + j + 1)
        for j in range(rows)
        for i in range(columns)
    ]


def _laid_out(polygons):
    return laid_out(np.asarray(polygons, dtype=object), width=1000, margin=10)


def test_north_is_up_and_east_is_right():
    sheet = _laid_out(_squares(110, 30, 2, 2))
    x, y = shapely.get_coordinates(shapely.centroid(sheet.shapes)).T
    assert x[1] > x[0]
    assert y[2] < y[0]


def test_everything_lies_inside_the_sheet():
    sheet = _laid_out(_squares(110, 30, 4, 3))
    west, north, east, south = shapely.total_bounds(sheet.shapes)
    assert west == pytest.approx(10)
    assert north == pytest.approx(10)
    assert east == pytest.approx(990)
    assert south == pytest.approx(sheet.height - 10)


def test_areas_keep_their_proportions():
    squares = [*_squares(10, 0, 1, 1), *_squares(10, 60, 1, 1)]
    squares = shapely.segmentize(squares, 0.05)
    large, small = shapely.area(_laid_out(squares).shapes)
    on_globe = [abs(Geod(ellps="WGS84").geometry_area_perimeter(s)[0]) for s in squares]
    assert large / small == pytest.approx(on_globe[0] / on_globe[1], rel=1e-4)


def test_far_off_part_goes_to_an_inset_below():
    main = _squares(-100, 35, 6, 5)
    sheet = _laid_out([*main, *_squares(-150, 60, 1, 1)])
    assert len(sheet.insets) == 1
    frame = shapely.box(*(b := sheet.insets[0])[:2], b.left + b.width, b.top + b.height)
    assert shapely.contains(frame, sheet.shapes[-1])
    assert shapely.total_bounds(sheet.shapes[:-1])[3] < b.top


def test_near_part_stays_in_its_place():
    sheet = _laid_out([*_squares(-100, 35, 6, 5), *_squares(-93.8, 35, 1, 1)])
    assert sheet.insets == []


def test_archipelago_without_a_main_part_is_drawn_whole():
    sheet = _laid_out([*_squares(100, 0, 2, 2), *_squares(120, 0, 2, 2), *_squares(140, 0, 2, 2)])
    assert sheet.insets == []


def test_islet_outside_everything_is_not_drawn():
    islet = shapely.box(-100.05, 35, -100, 35.05)
    far = shapely.transform(islet, lambda p: p - [20, 0])
    region = shapely.union_all([shapely.box(-100, 35, -99, 36), far])
    sheet = _laid_out([region, *_squares(-99, 35, 5, 5)])
    assert shapely.get_num_geometries(sheet.shapes[0]) == 1
    assert shapely.total_bounds(sheet.shapes)[0] == pytest.approx(10)


def test_what_was_handed_in_is_not_changed():
    polygons = np.asarray(_squares(110, 30, 2, 2), dtype=object)
    before = shapely.to_wkb(polygons).tolist()
    laid_out(polygons, width=500, margin=5)
    assert shapely.to_wkb(polygons).tolist() == before


def test_first_view_is_of_the_main_part_and_not_of_the_whole_globe():
    # The far-off part straddles the 180th meridian.
    far = [*_squares(178, 60, 1, 1), *_squares(-179, 60, 1, 1)]
    main = _squares(-100, 35, 6, 5)
    view = main_view(np.asarray([*main, *far], dtype=object))
    # Six degrees at 35 north are about 547 km across.
    assert view.extent[2] - view.extent[0] == pytest.approx(547_000, rel=0.01)
    assert "+lon_0=-97.0" in view.plane
