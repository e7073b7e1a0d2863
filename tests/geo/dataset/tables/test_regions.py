"""The map and the outside drivers."""

import geopandas as gpd
import pytest
import shapely

from geo.errors import DatasetError

GOOD = "".join(
    f'R{i:02d},"POLYGON (({i} 5, {i + 1} 5, {i + 1} 6, {i} 6, {i} 5))"\n' for i in range(30)
)
FIRM = "firm_id,industry,longitude,latitude,year\n1,C1,0.5,5.5,2020\n"


def regions(folder, text, good=GOOD):
    folder.put("firms.csv", FIRM)
    return folder.put("regions.csv", "region_id,geometry\n" + text + "\n" + good).read()


FAULTS = [
    (",POINT (1 1)", "id_missing"),
    ("Z,", "geometry_missing"),
    ("Z,POLYGON EMPTY", "geometry_missing"),
    ("Z,nonsense", "geometry_invalid"),
    ('Z,"POLYGON ((0 0, 1 0"', "geometry_invalid"),
    ("Z,POINT (1 1)", "geometry_not_area"),
    ('Z,"LINESTRING (0 0, 1 1)"', "geometry_not_area"),
    ('Z,"POLYGON ((0 0, 1 1, 2 2, 0 0))"', "geometry_not_area"),
]


def test_each_fault_of_a_region_has_its_reason(folder, reasons):
    folder.put("dataset.yaml", "max_rejected_share: 1")
    rows = [row for row, _ in FAULTS]
    expected = [(i, reason) for i, (_, reason) in enumerate(FAULTS, start=1)]
    # The first row with an id stays, the second goes.
    expected.append((len(rows) + 2, "id_duplicate"))
    dataset = regions(folder, "\n".join([*rows, 'R00,"POLYGON ((0 5, 1 5, 1 6, 0 6, 0 5))"']))
    assert reasons(dataset) == [("regions", row, reason) for row, reason in expected]


def test_bow_tie_is_made_valid_and_counted(folder):
    # Two triangles of a quarter each, whose tips meet in the middle.
    dataset = regions(folder, 'Z,"POLYGON ((0 0, 1 1, 1 0, 0 1, 0 0))"')
    bow_tie = dataset.regions.set_index("region_id").geometry["Z"]
    assert bow_tie.is_valid
    assert bow_tie.area == pytest.approx(0.5)
    assert dataset.repairs.to_numpy().tolist() == [["regions", "geometry_made_valid", 1]]


def test_areas_are_taken_out_of_a_collection(folder):
    text = '"GEOMETRYCOLLECTION (POLYGON ((0 0, 1 0, 1 1, 0 1, 0 0)), LINESTRING (0 0, 9 9))"'
    dataset = regions(folder, f"Z,{text}")
    assert dataset.regions.set_index("region_id").geometry["Z"].area == 1


@pytest.mark.parametrize("write", [shapely.to_wkt, shapely.to_geojson, lambda g: g.wkb_hex])
def test_geometry_as_text_is_read_in_each_notation(folder, write):
    import pandas as pd

    square = write(shapely.box(0, 5, 1, 6))
    folder.put("firms.csv", FIRM).drop("regions.csv")
    table = pd.DataFrame({"region_id": ["A"], "geometry": [square]})
    table.to_csv(folder.raw / "regions.csv", index=False)
    assert folder.read().regions.geometry[0].equals(shapely.box(0, 5, 1, 6))


def test_map_without_coordinate_system_is_taken_for_degrees_and_told(folder):
    assert any("WGS84 are assumed" in notice.en for notice in regions(folder, "").notices)


def test_map_without_coordinate_system_that_is_not_in_degrees_is_told(folder):
    good = 'R,"POLYGON ((500000 0, 500001 0, 500001 9, 500000 0))"\n'
    with pytest.raises(DatasetError, match=r"regions\.csv: the column geometry has no coordinate"):
        regions(folder, "", good)


def test_height_is_left_out(folder):
    dataset = regions(folder, 'Z,"POLYGON Z ((0 0 5, 1 0 5, 1 1 5, 0 0 5))"')
    assert not dataset.regions.geometry.has_z.any()


def test_drivers_may_be_points_or_areas(folder):
    shapes = [shapely.Point(1, 1), shapely.box(0, 0, 1, 1), None]
    layer = gpd.GeoDataFrame(
        {"kind": ["port", "park", "park"], "value": [3.0, None, 1.0]}, geometry=shapes, crs=4326
    )
    layer.to_file(folder.raw / "drivers.gpkg")
    folder.put("dataset.yaml", "max_rejected_share: 0.5")
    dataset = folder.read()
    assert dataset.drivers["kind"].tolist() == ["park", "port"]
    assert dataset.rejected_by_reason().to_numpy().tolist() == [["drivers", "geometry_missing", 1]]


def test_regions_are_sorted_by_id_which_makes_their_keys(folder):
    dataset = regions(folder, 'A,"POLYGON ((0 0, 1 0, 1 1, 0 0))"')
    assert dataset.regions["region_id"].is_monotonic_increasing
    assert dataset.regions.index.tolist() == list(range(31))
    assert dataset.regions["name"][0] == "A"


def test_map_said_to_be_in_degrees_that_is_not_is_told(folder):
    square = shapely.box(500_000, 0, 500_001, 9)
    layer = gpd.GeoDataFrame({"region_id": ["A"]}, geometry=[square], crs=4326)
    layer.to_file(folder.drop("regions.csv").raw / "regions.gpkg")
    with pytest.raises(DatasetError, match="is said to be in degrees, but its coordinates are no"):
        folder.read()


@pytest.mark.parametrize("encoding", ["WKB", "geoarrow"])
def test_geoparquet_may_name_and_encode_its_geometry_otherwise(folder, encoding):
    layer = gpd.GeoDataFrame({"region_id": ["A"]}, geometry=[shapely.box(0, 0, 3, 1)], crs=4326)
    layer = layer.rename_geometry("geom").to_crs(3857)
    target = folder.drop("regions.csv").raw / "regions.parquet"
    layer.to_parquet(target, geometry_encoding=encoding)
    assert folder.read().regions.geometry[0].area == pytest.approx(3)


def test_one_shape_off_the_globe_is_rejected_alone(folder, reasons):
    text = 'Z,"POLYGON ((500000 0, 500001 0, 500001 9, 500000 0))"'
    assert reasons(regions(folder, text)) == [("regions", 1, "geometry_invalid")]


def overlaps(folder, text):
    dataset = regions(folder, text)
    return [notice.en for notice in dataset.notices if "overlap" in notice.en]


def test_regions_that_overlap_are_told_with_those_that_do_most(folder):
    text = (
        'Y,"POLYGON ((0 0, 4 0, 4 1, 0 1, 0 0))"\n'
        'Z,"POLYGON ((0 0, 1 0, 1 1, 0 1, 0 0))"\n'
        'X,"POLYGON ((3.5 0, 5 0, 5 1, 3.5 1, 3.5 0))"'
    )
    (notice,) = overlaps(folder, text)
    assert "2 pairs of regions overlap, most of all Y, Z (by 100% of the smaller)" in notice


def test_regions_side_by_side_do_not_overlap_nor_do_slivers(folder):
    text = (
        'Y,"POLYGON ((0 0, 1 0, 1 1, 0 1, 0 0))"\n'
        'Z,"POLYGON ((1 0, 2 0, 2 1, 1 1, 1 0))"\n'
        'X,"POLYGON ((1.99 0, 3 0, 3 1, 1.99 1, 1.99 0))"'
    )
    assert overlaps(folder, text) == []


def test_points_where_a_region_was_rejected_are_blamed_on_the_map(folder):
    folder.put("dataset.yaml", "max_rejected_share: 0.4")
    regions_of = (folder.raw / "regions.csv").read_text()
    folder.put("regions.csv", regions_of.replace("POLYGON ((0 0, 1 0", "POLYGON ((0 0, 1"))
    folder.put("firms.csv", "firm_id,industry,longitude,latitude,year\n"
               "f1,C1,0.5,0.5,2020\nf2,C1,0.5,0.5,2020\nf3,C1,1.5,0.5,2020\n")  # fmt: skip
    hole = r"no region \(the map has a hole: 1 of its rows, first row 1 of regions\.csv, cannot"
    with pytest.raises(DatasetError, match=rf"firms\.csv: 2 of 3 rows .* {hole}"):
        folder.read()
