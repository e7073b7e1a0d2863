"""Maps and points in the state in which people have them."""

import json

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from geo.dataset.tables.regions import made_whole
from geo.datum import bd09_from_gcj02, gcj02_from_wgs84
from geo.errors import DatasetError

BOXES = [shapely.box(i, 0, i + 1, 1) for i in range(3)]


def regions(folder, file="regions.gpkg", shapes=BOXES, **columns):
    layer = gpd.GeoDataFrame({"region_id": list("ABC")[: len(shapes)]} | columns, geometry=shapes)
    layer = layer.set_crs(4326)
    folder.drop("regions.csv")
    if file.endswith(".parquet"):
        layer.to_parquet(folder.raw / file)
    else:
        layer.to_file(folder.raw / file, encoding="UTF-8" if file.endswith(".shp") else None)
    return folder


def points(folder, name, longitude, latitude):
    table = pd.DataFrame({"firm_id": ["f"], "industry": "C1", "year": 2020})
    geometry = gpd.points_from_xy(longitude, latitude, crs=4326)
    gpd.GeoDataFrame(table, geometry=geometry).to_file(folder.raw / name)
    return folder.drop("firms.csv")


@pytest.mark.parametrize("name", ["firms.geojson", "firms.gpkg"])
@pytest.mark.parametrize("datum", ["GCJ-02", "BD-09"])
def test_a_declared_datum_is_undone_in_geometry_too(folder, name, datum):
    x, y = gcj02_from_wgs84([116.4], [39.9])
    x, y = bd09_from_gcj02(x, y) if datum == "BD-09" else (x, y)
    regions(folder, shapes=[shapely.box(116, 39, 117, 40)])
    dataset = points(folder, name, x, y).put("dataset.yaml", f"datum: {datum}").read()
    row = dataset.establishments.collect().rows(named=True)[0]
    assert (row["longitude"], row["latitude"]) == pytest.approx((116.4, 39.9), abs=1e-8)


def test_the_datum_of_the_map_can_be_declared(folder):
    corners = np.array(shapely.box(116, 39, 117, 40).exterior.coords)
    shifted = shapely.Polygon(np.column_stack(gcj02_from_wgs84(corners[:, 0], corners[:, 1])))
    regions(folder, shapes=[shifted]).put("dataset.yaml", "datum: {regions: GCJ-02}")
    folder.put("firms.csv", "firm_id,industry,longitude,latitude,year\nf,C1,116.0001,39.5,2020")
    dataset = folder.read()
    assert dataset.firms == 1
    assert dataset.regions.total_bounds == pytest.approx([116, 39, 117, 40], abs=1e-8)


def test_a_map_of_arcs_is_made_of_straight_lines(folder):
    surfaces = [b"\x01\x0c\0\0\0\x01\0\0\0" + shapely.to_wkb(box) for box in BOXES]
    table = pd.DataFrame({"region_id": list("ABC"), "geometry": surfaces})
    folder.drop("regions.csv")
    table.to_parquet(folder.raw / "regions.parquet")
    dataset = folder.read()
    assert shapely.area(dataset.regions.geometry.to_numpy()).tolist() == [1, 1, 1]
    assert ["regions", "curve_made_linear", 3] in dataset.repairs.to_numpy().tolist()


def test_the_feature_id_of_a_geopackage_is_a_column_under_its_name(folder):
    layer = gpd.GeoDataFrame({"name": list("abc")}, geometry=BOXES, crs=4326)
    folder.drop("regions.csv")
    layer.to_file(folder.raw / "regions.gpkg", FID="region_id")
    assert folder.read().regions["region_id"].tolist() == ["1", "2", "3"]


def test_the_id_of_a_geojson_feature_is_a_column(folder):
    features = [
        {"type": "Feature", "id": i, "properties": {}, "geometry": shapely.geometry.mapping(b)}
        for i, b in zip(("01", "02", "03"), BOXES, strict=True)
    ]
    folder.drop("regions.csv").put("dataset.yaml", "columns: {regions: {region_id: id}}")
    folder.put("regions.geojson", json.dumps({"type": "FeatureCollection", "features": features}))
    assert folder.read().regions["region_id"].tolist() == ["01", "02", "03"]


def test_parts_of_one_region_are_one_region_and_counted(folder):
    island = shapely.box(5, 5, 6, 6)
    layer = gpd.GeoDataFrame({"region_id": list("AABC")}, geometry=[island, *BOXES], crs=4326)
    folder.drop("regions.csv")
    layer.to_file(folder.raw / "regions.gpkg")
    dataset = folder.read()
    assert shapely.area(dataset.regions.geometry.to_numpy()).tolist() == [2, 1, 1]
    assert ["regions", "parts_joined", 1] in dataset.repairs.to_numpy().tolist()


def test_two_regions_of_one_id_contradict_each_other(folder):
    layer = gpd.GeoDataFrame({"region_id": list("AAC"), "name": list("abc")}, geometry=BOXES)
    folder.drop("regions.csv")
    layer.set_crs(4326).to_file(folder.raw / "regions.gpkg")
    with pytest.raises(DatasetError, match=r"2 of 3 rows.*same key and says something else"):
        folder.read()


def test_a_map_with_latitude_first_is_blamed_and_not_the_firms(folder):
    swapped = [shapely.box(48, 2 + i, 49, 3 + i) for i in range(3)]
    regions(folder, shapes=swapped)
    folder.put("firms.csv", "firm_id,industry,longitude,latitude,year\nf,C1,2.5,48.5,2020\n"
               "g,C1,3.5,48.5,2020")  # fmt: skip
    with pytest.raises(DatasetError, match=r"regions.gpkg has latitude before longitude"):
        folder.read()


def test_a_map_that_the_date_line_cuts_is_whole_and_finds_its_firms(folder):
    halves = shapely.MultiPolygon([shapely.box(179.5, 0, 180, 1), shapely.box(-180, 0, -179.5, 1)])
    regions(folder, shapes=[halves, shapely.box(-179.5, 0, -178.5, 1)])
    folder.put("firms.csv", "firm_id,industry,longitude,latitude,year\ne,C1,179.9,0.5,2020\n"
               "w,C1,-179.9,0.5,2020\nx,C1,-179,0.5,2020")  # fmt: skip
    dataset = folder.read()
    assert dataset.establishments.collect()["region_key"].to_list() == [0, 0, 1]
    one, other = dataset.regions.geometry
    # One degree each, side by side, with one centre each.
    assert (one.area, other.area, one.touches(other)) == (1, 1, True)
    assert abs(abs(one.centroid.x) - 180) < 1e-9


def test_a_map_all_around_the_globe_keeps_its_cut_but_not_its_halves():
    band = [shapely.box(x, 0, x + 90, 1) for x in (-170, -80, 10)]
    halves = shapely.MultiPolygon([shapely.box(100, 0, 180, 1), shapely.box(-180, 0, -170, 1)])
    whole, cut = made_whole(np.array([*band, halves], dtype=object))
    assert cut == 1
    assert list(whole[3].bounds) == [100, 0, 190, 1]
    assert all(a.equals(b) for a, b in zip(whole[:3], band, strict=True))


def test_a_negative_population_is_not_known_and_the_region_stays(folder):
    dataset = regions(folder, population=[-99, 5, 6]).read()
    assert dataset.regions["population"].fillna(-1).tolist() == [-1, 5, 6]


def shapefile(folder, names, *, encoding, code_page=0, cpg=None):
    regions(folder, "regions.shp", name=names)
    dbf = folder.raw / "regions.dbf"
    content = bytearray(dbf.read_bytes())
    for name in names:
        # Fields are padded with spaces, so that a name in fewer bytes leaves no trace.
        old, new = name.encode(), name.encode(encoding)
        content = content.replace(old, new.ljust(len(old)))
    content[29] = code_page
    dbf.write_bytes(content)
    (folder.raw / "regions.cpg").unlink()
    return folder if cpg is None else folder.put("regions.cpg", cpg)


@pytest.mark.parametrize(
    ("names", "encoding", "code_page", "cpg"),
    [
        (["臺北市", "新北市", "桃園市"], "cp950", 0x78, None),
        (["北京市", "上海市", "广州市"], "gbk", 0x4D, None),
        (["北京市", "上海市", "广州市"], "gbk", 0, None),
        (["Montréal", "Québec", "Trois-Rivières"], "cp1252", 0x57, None),
        (["Montréal", "Québec", "Trois-Rivières"], "cp1252", 0, "ANSI 1252"),
        (["Montréal", "Québec", "Trois-Rivières"], "utf-8", 0x57, None),
        (["Москва", "Тверь", "Казань"], "cp1251", 0xC9, None),
    ],
)
def test_what_a_dbf_says_of_its_encoding_is_believed(folder, names, encoding, code_page, cpg):
    dataset = shapefile(folder, names, encoding=encoding, code_page=code_page, cpg=cpg).read()
    assert dataset.regions["name"].tolist() == names


@pytest.mark.parametrize("cpg", [None, "Klingon"])
def test_a_dbf_whose_encoding_nobody_knows_is_told(folder, cpg):
    with pytest.raises(DatasetError, match=r"regions.dbf: its encoding is not known.*regions.cpg"):
        shapefile(folder, ["Montréal", "Québec", "Où"], encoding="cp1252", cpg=cpg).read()


def test_parts_of_a_shapefile_may_be_in_any_letter_case(folder):
    regions(folder, "regions.shp", name=["臺北市", "新北市", "桃園市"])
    for suffix, other in ((".dbf", ".DBF"), (".cpg", ".Cpg"), (".prj", ".PRJ")):
        path = folder.raw / f"regions{suffix}"
        path.rename(path.with_suffix(other))
    assert folder.read().regions["name"].tolist() == ["臺北市", "新北市", "桃園市"]


@pytest.mark.parametrize("content", [b'GEOGCS["broken', b"\xff\xfePROJCS"])
def test_a_damaged_prj_is_no_fault_of_ours(folder, content):
    regions(folder, "regions.shp")
    (folder.raw / "regions.prj").write_bytes(content)
    try:
        folder.read()
    except DatasetError as error:
        assert "regions.shp" in str(error)  # noqa: PT017 - either it is told, or it is read


def test_a_geopackage_without_geometry_is_a_table(folder):
    import pyogrio

    table = pd.DataFrame({"source_id": ["f1"], "target_id": ["f2"], "year": ["2020"]})
    pyogrio.write_dataframe(table, folder.raw / "links.gpkg")
    assert folder.read().ties.collect().rows() == [(0, 1, 2020, "supply", None)]
