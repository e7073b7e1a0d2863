import numpy as np
import pytest
import shapely

from geo.maps.explorer.topology import topology

TWO = np.array([shapely.box(0, 0, 10, 10), shapely.box(10, 0, 20, 10)])


def polygons(made):
    """Shapes of a topology, arcs summed up and turned where they run backwards."""
    scale = made["transform"]["scale"][0]
    arcs = [np.cumsum(arc, axis=0) * scale for arc in made["arcs"]]

    def ring(places):
        pieces = [arcs[p] if p >= 0 else arcs[~p][::-1] for p in places]
        return np.concatenate([piece[:-1] for piece in pieces])

    return [
        shapely.multipolygons(
            [shapely.Polygon(ring(p[0]), [ring(hole) for hole in p[1:]]) for p in g["arcs"]]
        )
        for g in made["objects"]["regions"]["geometries"]
    ]


def test_regions_come_back_on_the_grid():
    found = polygons(topology(TWO, cell=1.0))
    assert all(a.equals(b) for a, b in zip(found, TWO, strict=True))


def test_a_common_border_is_one_arc_that_both_use():
    made = topology(TWO, cell=1.0)
    first, second = (g["arcs"][0][0] for g in made["objects"]["regions"]["geometries"])
    assert len(made["arcs"]) == 3
    # The second runs along it the other way.
    assert {~place for place in first} & set(second) or {~p for p in second} & set(first)


def test_an_enclave_shares_its_ring_with_the_hole_about_it():
    inner = shapely.box(4, 4, 6, 6)
    outer = shapely.box(0, 0, 10, 10).difference(inner)
    made = topology(np.array([outer, inner]), cell=1.0)
    assert len(made["arcs"]) == 2
    assert [p.area for p in polygons(made)] == [96.0, 4.0]


def test_islets_below_the_grid_go_and_regions_below_it_stay():
    islet = shapely.box(30, 30, 30.2, 30.2)
    made = topology(np.array([shapely.union(TWO[0], islet), islet]), cell=1.0)
    first, second = polygons(made)
    assert first.area == 100
    assert second.area == 1


@pytest.mark.parametrize("seed", range(3))
def test_areas_of_any_map_stay_as_they_are(seed):
    points = shapely.multipoints(np.random.default_rng(seed).uniform(0, 100, (40, 2)))
    cells = shapely.get_parts(shapely.voronoi_polygons(points, extend_to=points))
    found = polygons(topology(cells, cell=0.01))
    assert np.allclose([p.area for p in found], shapely.area(cells), rtol=0.01, atol=1)
