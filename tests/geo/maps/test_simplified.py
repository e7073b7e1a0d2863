from __future__ import annotations

import numpy as np
import shapely

from geo.maps.simplified import simplified

BOXES = np.asarray([shapely.box(i, 0, i + 1, 1) for i in range(3)], dtype=object)
SQUARES = shapely.transform(shapely.segmentize(BOXES, 0.01), lambda p: p.round(2))


def test_small_maps_stay_as_they_are():
    found = simplified(SQUARES, max_vertices=10_000)
    assert found.tolerance == 0
    assert found.shapes is SQUARES


def test_neighbours_still_touch_along_their_whole_border():
    found = simplified(SQUARES, max_vertices=100)
    assert shapely.get_num_coordinates(found.shapes).sum() <= 100
    assert shapely.union_all(found.shapes).equals(shapely.box(0, 0, 3, 1))


def test_second_call_gives_the_same_and_cannot_be_spoilt_by_the_first():
    first = simplified(SQUARES, max_vertices=100)
    before = shapely.to_wkb(first.shapes).tolist()
    first.shapes[0] = None
    assert shapely.to_wkb(simplified(SQUARES, max_vertices=100).shapes).tolist() == before


def test_another_map_is_not_mistaken_for_the_last():
    simplified(SQUARES, max_vertices=100)
    moved = shapely.transform(SQUARES, lambda p: p + 1)
    assert simplified(moved, max_vertices=100).shapes[0].bounds == (1, 1, 2, 2)


def test_borders_that_do_not_match_are_simplified_all_the_same():
    odd = shapely.segmentize(BOXES, 0.013)
    odd[1] = shapely.segmentize(BOXES[1], 0.011)
    found = simplified(odd, max_vertices=100)
    assert shapely.get_num_coordinates(found.shapes).sum() <= 100
    assert shapely.area(found.shapes).sum() == 3
