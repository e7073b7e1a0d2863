from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from libpysal.graph import Graph
from shapely import box

from geo.concentration.map.neighbours import (
    contiguity_graph,
    distance_band_graph,
    graph_of_links,
    graph_rows,
    nearest_graph,
    neighbour_graph,
)
from geo.errors import GeoError

SHARED = Path(__file__).resolve().parents[4] / "../shared"


def frame(polygons):
    return gpd.GeoDataFrame(geometry=list(polygons), crs=4326)


def lattice(side):
    return frame(box(x, y, x + 1, y + 1) for y in range(side) for x in range(side))


def shared(*parts):
    path = SHARED.joinpath(*parts)
    if not path.exists():
        pytest.skip(f"{path} is not here")
    return path


def real_map(name):
    regions = gpd.read_parquet(shared("data", name, "regions.parquet")).to_crs(4326)
    return regions.sort_values("region_id", ignore_index=True)


def test_queen_counts_corners():
    # Of nine squares the middle one touches all others, a corner three, an edge five.
    assert graph_rows(contiguity_graph(lattice(3))).neighbours.tolist() == [
        *(3, 5, 3),
        *(5, 8, 5),
        *(3, 5, 3),
    ]


def test_contiguity_equals_libpysal_on_a_clean_map():
    ours = contiguity_graph(lattice(6)).sparse.toarray()
    theirs = Graph.build_contiguity(lattice(6), rook=False).sparse.toarray()
    np.testing.assert_array_equal(ours, theirs)


def test_a_sliver_between_simplified_borders_is_no_border():
    # The first two overlap by 20 m, so borders are not shared; the third stands 100 m off.
    squares = frame([box(0, 0, 1, 1), box(0.9998, 0, 2, 1), box(2.0009, 0, 3, 1)])
    assert graph_rows(contiguity_graph(squares)).neighbours.tolist() == [1, 2, 1]


def test_a_strait_is_a_border_where_borders_are_shared():
    squares = frame([box(0, 0, 1, 1), box(1, 0, 2, 1), box(2.0009, 0, 3, 1)])
    assert graph_rows(contiguity_graph(squares)).neighbours.tolist() == [1, 1, 0]


def test_tolerance_is_in_metres_at_any_latitude():
    # At 60 degrees north 0.001 degrees of longitude are 55.6 m.
    squares = frame([box(0, 60, 1, 61), box(1.001, 60, 2, 60.0001)])
    assert len(contiguity_graph(squares, tolerance_m=54).isolates) == 2
    assert len(contiguity_graph(squares, tolerance_m=57).isolates) == 0


def test_negative_tolerance_is_an_error():
    with pytest.raises(GeoError, match="tolerance_m"):
        contiguity_graph(lattice(2), tolerance_m=-1)


def test_contiguity_is_symmetric_and_without_self_links():
    matrix = contiguity_graph(lattice(4)).sparse.toarray()
    assert (matrix == matrix.T).all()
    assert not matrix.diagonal().any()


def test_one_region_is_an_island():
    assert graph_rows(contiguity_graph(lattice(1))).neighbours.tolist() == [0]


def test_nearest_takes_the_first_of_equally_near_regions():
    # The middle of three squares in a row is as near to the one as to the other.
    squares = frame([box(0, 0, 1, 1), box(1, 0, 2, 1), box(2, 0, 3, 1)])
    assert nearest_graph(squares, k=1)[1].index.tolist() == [0]


def test_nearest_reaches_across_the_180th_meridian():
    squares = frame([box(179, 0, 180, 1), box(-180, 0, -179, 1), box(170, 0, 171, 1)])
    assert nearest_graph(squares, k=1)[0].index.tolist() == [1]


@pytest.mark.parametrize("k", [0, 4])
def test_nearest_needs_enough_regions(k):
    with pytest.raises(GeoError, match="`k`"):
        nearest_graph(lattice(2), k=k)


def test_distance_band_is_in_metres_at_any_latitude():
    # Centres one degree of longitude apart: 111.2 km at the equator, half at 60 degrees north.
    south = [box(x, -0.5, x + 1, 0.5) for x in (0, 1)]
    north = [box(x, 59.5, x + 1, 60.5) for x in (0, 1)]
    graph = distance_band_graph(frame(south + north), radius_m=60_000)
    assert graph_rows(graph).neighbours.tolist() == [0, 0, 1, 1]


def test_distance_band_needs_a_radius():
    with pytest.raises(GeoError, match="radius_m"):
        distance_band_graph(lattice(2), radius_m=0)


def test_rows_of_a_graph_follow_its_ids():
    path = Graph.from_arrays(["b", "a", "a", "c"], ["a", "b", "c", "a"], [1, 3, 1, 2])
    rows = graph_rows(path)
    assert path.unique_ids.tolist() == ["b", "a", "c"]
    assert rows.indices.tolist() == [1, 0, 2, 1]
    assert rows.weights.tolist() == [1.0, 0.75, 0.25, 1.0]


def test_rows_without_standardising_keep_the_weights():
    path = Graph.from_arrays([0, 1], [1, 0], [2.0, 5.0])
    assert graph_rows(path, standardise=False).weights.tolist() == [2.0, 5.0]


def test_units_left_out_are_nobodys_neighbour():
    # Without the middle column of a 3 x 3 lattice each outer square has those above and below.
    keep = np.tile([True, False, True], 3)
    assert graph_rows(contiguity_graph(lattice(3)), keep=keep).neighbours.tolist() == [
        *(1, 1),
        *(2, 2),
        *(1, 1),
    ]


def test_keep_of_another_length_is_an_error():
    with pytest.raises(GeoError, match="one value for each of the 4 units"):
        graph_rows(contiguity_graph(lattice(2)), keep=[True])


def test_negative_weights_are_an_error():
    with pytest.raises(GeoError, match="not negative"):
        graph_rows(Graph.from_arrays([0, 1], [1, 0], [-1.0, 1.0]))


def test_guerry_has_the_published_neighbours():
    departments = gpd.read_file(shared("oracles", "rgeoda_guerry", "Guerry.shp"))
    # A projected map: only its topology counts here. Published: 2 to 8, 4.941 on average.
    counts = graph_rows(contiguity_graph(departments, tolerance_m=0)).neighbours
    assert (counts.min(), counts.max(), counts.mean()) == (2, 8, pytest.approx(4.94117647058824))


def test_united_states_have_the_neighbours_that_spdep_found():
    regions = real_map("us-2016")
    pairs = pd.read_csv(
        shared("oracles", "spdep", "l48_county_queen_neighbours_2016.csv.gz"), dtype=str
    )
    l48 = ~regions.region_id.str[:2].isin(["02", "15"]).to_numpy()
    ids = regions.region_id[l48].to_numpy()
    rows = graph_rows(contiguity_graph(regions), keep=l48)
    found = set(zip(np.repeat(ids, rows.neighbours), ids[rows.indices], strict=True))
    assert found == set(zip(pairs.i, pairs.j, strict=True))


def test_australia_is_connected_although_its_borders_are_not():
    # Simplified one by one: shared vertices leave one area in seven without a neighbour.
    rows = graph_rows(contiguity_graph(real_map("au-lga")))
    assert 4.9 < rows.neighbours.mean() < 5.2
    assert (rows.neighbours == 0).sum() < 10


def test_a_graph_does_not_change_its_map():
    regions = lattice(3)
    before = shapely.to_wkb(regions.geometry.to_numpy())
    contiguity_graph(regions)
    assert (shapely.to_wkb(regions.geometry.to_numpy()) == before).all()


@pytest.mark.parametrize(
    ("weights", "expected"),
    [
        ("contiguity", contiguity_graph),
        ("knn:2", lambda regions: nearest_graph(regions, k=2)),
        ("distance:150", lambda regions: distance_band_graph(regions, radius_m=150_000)),
    ],
)
def test_neighbours_are_chosen_by_the_name_of_the_rule(weights, expected):
    regions = gpd.GeoDataFrame(geometry=[box(x, 0, x + 1, 1) for x in range(5)], crs=4326)
    graph = neighbour_graph(regions, weights=weights)
    pd.testing.assert_series_equal(graph.adjacency, expected(regions).adjacency)


@pytest.mark.parametrize("weights", ["queen", "knn:0", "knn:many", "distance:-1", "distance:"])
def test_a_rule_that_is_none_is_told(weights):
    regions = gpd.GeoDataFrame(geometry=[box(x, 0, x + 1, 1) for x in range(5)], crs=4326)
    with pytest.raises(GeoError, match="knn"):
        neighbour_graph(regions, weights=weights)


def test_a_map_of_one_region_has_no_nearest():
    one = gpd.GeoDataFrame(geometry=[box(0, 0, 1, 1)], crs=4326)
    assert neighbour_graph(one, weights="knn:8").isolates.tolist() == [0]


def test_a_graph_stored_as_links_is_the_same_graph():
    squares = [box(0, 0, 1, 1), box(1, 0, 2, 1), box(9, 9, 10, 10)]
    graph = contiguity_graph(gpd.GeoDataFrame(geometry=squares, crs=4326))
    again = graph_of_links(graph.adjacency.reset_index())
    pd.testing.assert_series_equal(again.adjacency, graph.adjacency)
