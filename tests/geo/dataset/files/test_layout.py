"""What `dataset.yaml` says of a file's own columns, rows and texts."""

import polars as pl
import pytest

from geo.errors import DatasetError


def cells(folder, settings, table):
    folder.drop("firms.csv")
    return folder.put("dataset.yaml", settings).put("cells.csv", table)


ROWS = """
reg,sub,ind,own,flag,jobs,year
A,1,C1,5,,10,2020
A,1,C2,5,N,0,2020
A,2,C1,3,,30,2020
"""
COLUMNS = "columns: {cells: {region_id: reg, industry: ind, employment: jobs}}\n"


def jobs(dataset):
    return dataset.cells["employment"].tolist()


def test_filters_keep_rows_by_the_values_of_a_column(folder):
    dataset = cells(folder, COLUMNS + "filters: {cells: {own: 5}}", ROWS).read()
    assert jobs(dataset) == [10, 0]
    assert any("keeps 2 of 3 rows" in notice.en for notice in dataset.notices)
    assert dataset.reconciliation.set_index("table").loc["cells", "rows_read"] == 2


@pytest.mark.parametrize("value", ["5", "05", "5.0", "[5, 9]"])
def test_a_number_is_the_same_however_it_is_written(folder, value):
    table = ROWS.replace(",5,", ",05,")
    dataset = cells(folder, COLUMNS + f"filters: {{cells: {{own: {value}}}}}", table).read()
    assert jobs(dataset) == [10, 0]


def test_several_filters_all_hold(folder):
    settings = COLUMNS + "filters: {cells: {own: [5, 3], ind: C1}}"
    assert jobs(cells(folder, settings + "\nsum_repeated: cells", ROWS).read()) == [40]


def test_rows_keep_their_numbers_under_filters(folder, reasons):
    table = ROWS.replace("A,2,C1,3,,30", "Z,2,C1,5,,30").replace("A,1,C1,5", "A,1,C1,4")
    dataset = cells(folder, COLUMNS + "filters: {cells: {own: 5}}", table).read()
    assert reasons(dataset) == [("cells", 3, "region_unknown")]


def test_a_filter_that_keeps_nothing_stops(folder):
    with pytest.raises(DatasetError, match="keeps none of the 3 rows"):
        cells(folder, COLUMNS + "filters: {cells: {own: 7}}", ROWS).read()


def test_a_part_of_a_folder_may_keep_nothing(folder):
    folder.drop("firms.csv").put("dataset.yaml", "filters: {cells: {own: 5}}")
    (folder.raw / "cells").mkdir()
    for own in (3, 5):
        table = {"region_id": ["A"], "industry": ["C1"], "year": [2020], "own": [own],
                 "employment": [own]}  # fmt: skip
        pl.DataFrame(table).write_parquet(folder.raw / "cells" / f"{own}.parquet")
    dataset = folder.read()
    assert jobs(dataset) == [5]
    assert any("keeps 1 of 2 rows" in notice.en for notice in dataset.notices)


@pytest.mark.parametrize(
    "setting",
    [
        "filters: {cells: {owner: 5}}",
        "missing_where: {cells: {employment: {flags: N}}}",
        "columns: {cells: {region_id: [reg, subb], industry: ind, employment: jobs}}",
    ],
)
def test_a_column_that_is_not_there_is_named(folder, setting):
    first = "" if setting.startswith("columns") else COLUMNS
    with pytest.raises(DatasetError, match="there is no column"):
        cells(folder, first + setting, ROWS).read()


def test_values_are_missing_where_a_flag_says_so(folder):
    settings = COLUMNS + "missing_where: {cells: {employment: {flag: [N, S]}}}\nsum_repeated: cells"
    found = cells(folder, settings, ROWS).read().cells.set_index("industry_key")["employment"]
    assert found[0] == 40
    assert found.isna()[1]


def test_columns_are_put_together(folder):
    folder.put("regions.csv", 'region_id,geometry\nA1,"POLYGON ((0 0, 1 0, 1 1, 0 1, 0 0))"\n')
    settings = "columns: {cells: {region_id: [reg, SUB], industry: ind, employment: jobs}}"
    dataset = cells(folder, settings, ROWS).read()
    assert len(dataset.cells) == 2
    assert dataset.rejected_by_reason()["reason"].tolist() == ["region_unknown"]


def test_a_constant_is_the_value_of_every_row(folder):
    table = "region_id,industry,employment\nA,C1,10\n"
    dataset = cells(folder, "constants: {cells: {year: 2021}}", table).read()
    assert dataset.cells["year"].tolist() == [2021]


def test_a_constant_beside_a_column_is_one_too_many(folder):
    with pytest.raises(DatasetError, match="has a column year, and `constants`"):
        cells(folder, COLUMNS + "constants: {cells: {year: 2021}}", ROWS).read()


def test_a_pattern_takes_the_value_out_of_a_text(folder):
    table = "region_id,industry,year,employment\nA,62020 - IT,2020,1\nA,None Supplied,2020,2\n"
    settings = "patterns: {cells: {industry: '^(\\d{5}) - '}}\nmax_rejected_share: 0.5"
    dataset = cells(folder, settings, table).read()
    assert dataset.industries["industry"].tolist() == ["62020"]
    assert dataset.rejected_by_reason()["reason"].tolist() == ["value_missing"]
    assert any("does not fit 1 value(s), such as 'None Supplied'" in n.en for n in dataset.notices)


@pytest.mark.parametrize("pattern", ["[a-z", "no group", "(?P<x"])
def test_a_pattern_that_is_none_is_told(folder, pattern):
    with pytest.raises(DatasetError, match="no regular expression with a group"):
        cells(folder, f"patterns: {{cells: {{industry: '{pattern}'}}}}", ROWS).read()


def test_texts_stand_for_others(folder):
    folder.put(
        "institutions.csv",
        "institution_id,kind,longitude,latitude\nu,Universidad,0.5,0.5\nv,Banco,0.5,0.5\n",
    )
    settings = "values: {institutions: {kind: {Universidad: university, Banco: finance}}}"
    dataset = folder.put("dataset.yaml", settings).read()
    assert dataset.institutions["kind"].tolist() == ["university", "finance"]


def test_a_text_that_stands_for_nothing_is_missing(folder):
    table = "region_id,industry,year,employment\nA,C1,2020,NN\nA,C2,2020,5\n"
    dataset = cells(folder, "values: {cells: {employment: {NN: ''}}}", table).read()
    assert dataset.cells["employment"].isna().tolist() == [True, False]


def test_ranges_are_read_as_their_middle_and_counted(folder):
    table = "region_id,industry,year,employment\nA,C1,2020,10-19\nA,C2,2020,500+\nA,C3,2020,7\n"
    dataset = cells(folder, "ranges: cells.employment", table).read()
    assert jobs(dataset) == [14.5, 500, 7]
    assert ["cells", "range_middle", 2] in dataset.repairs.to_numpy().tolist()


def test_ranges_are_not_read_unless_asked_for_and_then_proposed(folder):
    table = "region_id,industry,year,employment\nA,C1,2020,10-19\nA,C3,2020,7\n"
    dataset = cells(folder, "{}", table).read()
    assert dataset.cells["employment"].isna().tolist() == [True, False]
    assert [(p.setting, p.value) for p in dataset.proposals] == [("ranges", ["cells.employment"])]


@pytest.mark.parametrize(
    ("setting", "named"),
    [
        ("ranges: cells.industry", "ranges"),
        ("filters: {shops: {a: b}}", "filters"),
        ("values: {cells: {shop: {a: b}}}", "values.cells"),
        ("constants: {cells: {shop: b}}", "constants.cells"),
        ("encoding: klingon", "no encoding 'klingon'"),
    ],
)
def test_a_setting_that_names_nothing_is_told(folder, setting, named):
    with pytest.raises(DatasetError, match=named):
        folder.put("dataset.yaml", setting).read()


def test_an_encoding_is_used_where_it_is_named(folder):
    table = "firm_id,industry,longitude,latitude,year,name\nf1,C1,0.5,0.5,2020,Café São João\n"
    folder.put("firms.csv", table.encode("latin-1"))
    with pytest.raises(DatasetError, match="or name its `encoding`"):
        folder.read()
    dataset = folder.put("dataset.yaml", "encoding: {firms: latin-1}").read()
    assert dataset.parties.collect()["name"].to_list() == ["Café São João"]


def test_an_encoding_that_does_not_fit_is_told(folder):
    folder.put("firms.csv", "firm_id,industry,longitude,latitude\nf1,C1,0.5,é\n".encode("latin-1"))
    with pytest.raises(DatasetError, match="not text in ascii, which `encoding`"):
        folder.put("dataset.yaml", "encoding: ascii").read()


PLACED = "firm_id,industry,place,year\nf1,C1,AB1 2CD,2020\nf2,C1,AB12CD,2020\nf3,C1,ZZ9,2020\n"


def test_places_have_the_coordinates_of_those_who_name_them(folder, establishments, reasons):
    folder.put("firms.csv", PLACED)
    folder.put("places.csv", "place,longitude,latitude\nAB1 2CD,1.5,0.5\nQQ1,2.5,\n")
    dataset = folder.put("dataset.yaml", "max_rejected_share: 0.5").read()
    assert establishments(dataset)["region_id"].tolist() == ["B", "B"]
    assert sorted(reasons(dataset)) == [
        ("firms", 3, "coordinates_missing"),
        ("places", 2, "coordinates_missing"),
    ]


def test_a_place_without_a_table_of_places_is_told(folder):
    with pytest.raises(DatasetError, match="there is no table places"):
        folder.put("firms.csv", PLACED).read()
