"""Every format of a table gives the same typed table, and what is no such format is told."""

import geopandas as gpd
import pandas as pd
import polars as pl
import pytest
import shapely

from geo.errors import DatasetError

FIRMS = pd.DataFrame(
    {
        "firm_id": ["001", "002", "003"],
        "industry": ["0111", "0111", "3711"],
        "longitude": [0.5, 1.5, 2.5],
        "latitude": [0.5, 0.5, 0.5],
        "employment": [10.0, None, 30.0],
        "year": [2020, 2020, 2021],
    }
)
POINTS = gpd.GeoDataFrame(
    FIRMS.drop(columns=["longitude", "latitude"]),
    geometry=gpd.points_from_xy(FIRMS["longitude"], FIRMS["latitude"]),
    crs="EPSG:4326",
)


def csv_gz(path):
    FIRMS.to_csv(path / "firms.csv.gz", index=False)


def excel(path):
    FIRMS.to_excel(path / "firms.xlsx", index=False)


def parquet(path):
    FIRMS.to_parquet(path / "firms.parquet")


def parquet_of_categories(path):
    FIRMS.astype({"firm_id": "category", "industry": "category"}).to_parquet(path / "firms.parquet")


def folder_of_parts(path):
    (path / "firms.parquet").mkdir()
    FIRMS[:1].to_parquet(path / "firms.parquet" / "part-0.parquet")
    FIRMS[1:].to_parquet(path / "firms.parquet" / "part-1.parquet")


def folder_named_by_stem(path):
    (path / "firms").mkdir()
    FIRMS.to_parquet(path / "firms" / "all.parquet")
    (path / "firms" / "_SUCCESS").touch()


def folder_split_by_year(path):
    for year, rows in FIRMS.groupby("year"):
        part = path / "firms.parquet" / f"year={year}"
        part.mkdir(parents=True)
        rows.drop(columns="year").to_parquet(part / "part-0.parquet")


def geopackage(path):
    POINTS.to_file(path / "firms.gpkg", layer="firms")


def geojson(path):
    POINTS.to_file(path / "firms.geojson", driver="GeoJSON")


def geoparquet(path):
    POINTS.to_crs("EPSG:3857").to_parquet(path / "firms.parquet")


def geopackage_in_another_system(path):
    POINTS.to_crs("EPSG:32631").to_file(path / "firms.gpkg")


def shapefile(path):
    POINTS.to_file(path / "firms.shp", encoding="utf-8")


def points_as_wkt(path):
    POINTS.to_wkt().to_csv(path / "firms.csv", index=False)


def points_as_wkb(path):
    POINTS.to_wkb().to_parquet(path / "firms.parquet")


def semicolons(path):
    FIRMS.to_csv(path / "firms.csv", index=False, sep=";")


@pytest.mark.parametrize(
    "write",
    [csv_gz, excel, parquet, parquet_of_categories, folder_of_parts, folder_named_by_stem,
     folder_split_by_year, geopackage, geojson, geoparquet, geopackage_in_another_system,
     shapefile, points_as_wkt, points_as_wkb, semicolons],
)  # fmt: skip
def test_every_format_gives_the_same_establishments(folder, establishments, write):
    folder.drop("firms.csv")
    write(folder.raw)
    table = establishments(folder.read())
    assert table["firm_id"].tolist() == ["001", "002", "003"]
    assert table["industry"].tolist() == ["0111", "0111", "3711"]
    assert table["region_id"].tolist() == ["A", "B", "C"]
    assert table["year"].tolist() == [2020, 2020, 2021]
    assert table["employment"].fillna(-1).tolist() == [10, -1, 30]
    assert table["longitude"].round(6).tolist() == [0.5, 1.5, 2.5]


@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:3857", "EPSG:4490"])
@pytest.mark.parametrize(
    "name", ["regions.gpkg", "regions.shp", "regions.parquet", "regions.geojson"]
)
def test_every_map_format_gives_the_same_regions(folder, name, crs):
    squares = gpd.GeoDataFrame(
        {"region_id": ["B", "A", "C"], "name": ["乙", "甲", "丙"]},
        geometry=[shapely.box(i, 0, i + 1, 1) for i in (1, 0, 2)],
        crs="EPSG:4326",
    ).to_crs("EPSG:4326" if name.endswith("geojson") else crs)
    folder.drop("regions.csv")
    if name.endswith("parquet"):
        squares.to_parquet(folder.raw / name)
    else:
        squares.to_file(folder.raw / name, **({"encoding": "utf-8"} if "shp" in name else {}))
    regions = folder.read().regions
    assert regions["region_id"].tolist() == ["A", "B", "C"]
    assert regions["name"].tolist() == ["甲", "乙", "丙"]
    assert regions.crs == "EPSG:4326"
    assert shapely.equals_exact(regions.geometry[1], shapely.box(1, 0, 2, 1), 1e-6, normalize=True)


def test_shapefile_without_encoding_is_read_as_gb18030_where_it_is_not_utf8(folder):
    squares = gpd.GeoDataFrame(
        {"region_id": ["A"], "name": ["苏州市"]},
        geometry=[shapely.box(0, 0, 3, 1)],
        crs="EPSG:4326",
    )
    folder.drop("regions.csv")
    squares.to_file(folder.raw / "regions.shp", encoding="GB18030")
    (folder.raw / "regions.cpg").unlink()
    assert folder.read().regions["name"].tolist() == ["苏州市"]


def test_layer_with_the_tables_name_is_taken(folder):
    squares = gpd.GeoDataFrame({"region_id": ["A"]}, geometry=[shapely.box(0, 0, 3, 1)], crs=4326)
    folder.drop("regions.csv")
    squares.to_file(folder.raw / "regions.gpkg", layer="other")
    squares.to_file(folder.raw / "regions.gpkg", layer="Regions")
    assert len(folder.read().regions) == 1


def test_several_layers_without_the_tables_name_are_an_error(folder):
    squares = gpd.GeoDataFrame({"region_id": ["A"]}, geometry=[shapely.box(0, 0, 3, 1)], crs=4326)
    folder.drop("regions.csv")
    for layer in ("one", "two"):
        squares.to_file(folder.raw / "regions.gpkg", layer=layer)
    with pytest.raises(DatasetError, match=r"regions\.gpkg has the layers one, two"):
        folder.read()


def test_codes_in_number_columns_become_their_text(folder, establishments):
    folder.drop("firms.csv")
    folder.put("dataset.yaml", "max_rejected_share: 0.5")
    table = FIRMS.assign(firm_id=[1, 2, 3], industry=[111.0, None, 3711.0])
    table.to_parquet(folder.raw / "firms.parquet")
    table = establishments(folder.read())
    assert table["firm_id"].tolist() == ["1", "3"]
    assert table["industry"].tolist() == ["111", "3711"]


def test_parts_with_other_columns_and_types_are_one_table(folder, establishments):
    folder.drop("firms.csv")
    (folder.raw / "firms.parquet").mkdir()
    early, late = FIRMS[:1].drop(columns="employment"), FIRMS[1:].assign(firm_id=[2, 3])
    early.to_parquet(folder.raw / "firms.parquet" / "a.parquet")
    late.to_parquet(folder.raw / "firms.parquet" / "b.parquet")
    assert establishments(folder.read())["firm_id"].tolist() == ["001", "2", "3"]


def test_rejected_rows_name_the_part_and_the_row_in_it(folder):
    folder.drop("firms.csv")
    (folder.raw / "firms.parquet").mkdir()
    broken = FIRMS[1:].assign(latitude=[None, 0.5])
    FIRMS[:1].to_parquet(folder.raw / "firms.parquet" / "a.parquet")
    broken.to_parquet(folder.raw / "firms.parquet" / "b.parquet")
    rejected = folder.read().rejected.collect().to_pandas()
    assert rejected[["file", "row"]].to_numpy().tolist() == [["firms.parquet/b.parquet", 1]]


def test_dates_and_timestamps_of_parquet_are_years(folder, establishments):
    folder.drop("firms.csv")
    table = FIRMS.assign(year=pd.to_datetime(["2020-01-01", "2020-12-31", "2021-06-30"]))
    table.to_parquet(folder.raw / "firms.parquet")
    assert establishments(folder.read())["year"].tolist() == [2020, 2020, 2021]


def test_dates_of_excel_are_years(folder, establishments):
    folder.drop("firms.csv")
    table = FIRMS.assign(year=pd.to_datetime(["2020-01-01", "2020-12-31", "2021-06-30"]))
    table.to_excel(folder.raw / "firms.xlsx", index=False)
    assert establishments(folder.read())["year"].tolist() == [2020, 2020, 2021]


def test_empty_rows_of_excel_and_csv_are_no_rows(folder, rows_of):
    folder.drop("firms.csv")
    gaps = pd.concat([FIRMS[:1], FIRMS[:0].reindex([0]), FIRMS[1:]])
    gaps.to_excel(folder.raw / "firms.xlsx", index=False)
    assert rows_of(folder.read(), "firms")["rows_read"] == 3
    folder.drop("firms.xlsx")
    gaps.to_csv(folder.raw / "firms.csv", index=False)
    assert rows_of(folder.read(), "firms")["rows_read"] == 3


def test_list_column_is_told(folder):
    folder.drop("firms.csv")
    pl.DataFrame(FIRMS).with_columns(industry=pl.concat_list("industry")).write_parquet(
        folder.raw / "firms.parquet"
    )
    with pytest.raises(DatasetError, match=r"firms\.parquet: the column industry holds lists"):
        folder.read()


PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01"


@pytest.mark.parametrize(
    "name", ["firms.parquet", "firms.csv", "firms.csv.gz", "firms.gpkg", "firms.geojson",
             "firms.xlsx", "firms.shp"],
)  # fmt: skip
@pytest.mark.parametrize(
    "content",
    [PNG * 20, b"firm_id,industry\n1,2\n" * 9, b"", b"PAR1", b"PK\x03\x04 no workbook", b"{}"],
    ids=["picture", "text", "empty", "stump", "archive", "json"],
)
def test_file_that_is_not_what_its_name_says_is_told_in_one_sentence(folder, name, content):
    folder.drop("firms.csv").put(name, content)
    with pytest.raises(DatasetError, match=name.replace(".", r"\.")) as caught:
        folder.read()
    assert "\n" not in str(caught.value)


def test_parquet_that_is_cut_off_is_told(folder):
    folder.drop("firms.csv")
    FIRMS.to_parquet(folder.raw / "firms.parquet")
    whole = (folder.raw / "firms.parquet").read_bytes()
    folder.put("firms.parquet", whole[: len(whole) // 2])
    with pytest.raises(DatasetError, match=r"firms\.parquet is cut off"):
        folder.read()


def test_parquet_with_broken_pages_is_told(folder):
    folder.drop("firms.csv")
    FIRMS.to_parquet(folder.raw / "firms.parquet")
    content = bytearray((folder.raw / "firms.parquet").read_bytes())
    content[4:400] = b"\xff" * 396
    folder.put("firms.parquet", bytes(content))
    with pytest.raises(DatasetError, match=r"firms\.parquet"):
        folder.read()


def test_gzip_that_is_cut_off_is_told(folder):
    folder.drop("firms.csv")
    FIRMS.to_csv(folder.raw / "firms.csv.gz", index=False)
    whole = (folder.raw / "firms.csv.gz").read_bytes()
    folder.put("firms.csv.gz", whole[:-20])
    with pytest.raises(DatasetError, match=r"firms\.csv\.gz is not a whole gzip file"):
        folder.read()


def test_folder_without_parts_is_told(folder):
    folder.drop("firms.csv")
    (folder.raw / "firms.parquet").mkdir()
    with pytest.raises(DatasetError, match=r"firms\.parquet is a folder without Parquet files"):
        folder.read()


def test_row_with_more_values_than_columns_is_rejected(folder, reasons):
    folder.put(
        "firms.csv",
        "firm_id,industry,longitude,latitude,year\n"
        + "".join(f"f{i},C36,0.5,0.5,2020\n" for i in range(20))
        + "f99,C36,0.5,0.5,2020,more,and more\n",
    )
    dataset = folder.read()
    assert reasons(dataset) == [("firms", 21, "too_many_values")]
    assert dataset.rejected.collect()["value"].to_list() == ["more,and more"]


def test_quotation_mark_left_open_is_told_with_its_row(folder):
    folder.put(
        "firms.csv", 'firm_id,industry,longitude,latitude,year\nf1,C36,1,1,2020\nf2,"C36,1\n'
    )
    with pytest.raises(DatasetError, match=r"firms\.csv: row 2 cannot be read as CSV"):
        folder.read()


def test_sheet_with_the_tables_name_is_taken_and_empty_sheets_do_not_count(folder, establishments):
    folder.drop("firms.csv")
    with pd.ExcelWriter(folder.raw / "firms.xlsx") as book:
        pd.DataFrame({"note": ["read me"]}).to_excel(book, sheet_name="About", index=False)
        FIRMS.to_excel(book, sheet_name="Firms", index=False)
    named = establishments(folder.read())
    with pd.ExcelWriter(folder.raw / "firms.xlsx") as book:
        pd.DataFrame().to_excel(book, sheet_name="Sheet1", index=False)
        FIRMS.to_excel(book, sheet_name="Sheet2", index=False)
    assert establishments(folder.read())["firm_id"].tolist() == named["firm_id"].tolist()


def test_several_sheets_without_the_tables_name_are_an_error(folder):
    folder.drop("firms.csv")
    with pd.ExcelWriter(folder.raw / "firms.xlsx") as book:
        FIRMS.to_excel(book, sheet_name="2020", index=False)
        FIRMS.to_excel(book, sheet_name="2021", index=False)
    with pytest.raises(DatasetError, match="sheets 2020, 2021, and none is called firms"):
        folder.read()


def test_lines_that_end_as_on_an_old_macintosh_are_lines(folder, establishments):
    text = (folder.raw / "firms.csv").read_text()
    expected = establishments(folder.read())["firm_id"].tolist()
    folder.put("firms.csv", text.replace("\n", "\r").encode())
    assert establishments(folder.read())["firm_id"].tolist() == expected


def test_a_coordinate_system_that_is_none_is_told_of_the_settings(folder):
    folder.put("dataset.yaml", "crs: EPSG:99999999")
    with pytest.raises(DatasetError, match=r"dataset.yaml: `crs` is 'EPSG:99999999'"):
        folder.read()


def test_totals_that_count_nothing_are_told(folder):
    folder.put("margins.csv", "industry,year\nC36,2020\n")
    with pytest.raises(DatasetError, match=r"establishments \(or employment\) is missing"):
        folder.read()
