"""Firms and institutions: duplicates, lives, places."""

import geopandas as gpd
import pytest
import shapely

from geo.errors import DatasetError

GOOD = "".join(f"z{i},C99,0.5,0.5,2020\n" for i in range(30))
HEADER = "firm_id,industry,longitude,latitude,year\n"
SPANS = "firm_id,industry,longitude,latitude,opened,closed\n"


def firms(folder, text, header=HEADER, good=GOOD):
    return folder.put("firms.csv", header + text.strip("\n") + "\n" + good).read()


def test_id_may_stand_once_a_year(folder, reasons):
    dataset = firms(folder, "a,C1,0.5,0.5,2020\na,C1,1.5,0.5,2021\na,C1,1.5,0.5,2021")
    assert reasons(dataset) == [("firms", 3, "id_duplicate")]
    assert dataset.firms == 31


def test_id_may_stand_once_where_there_is_no_year(folder, reasons):
    folder.put("dataset.yaml", "max_rejected_share: 1")
    dataset = firms(folder, "a,C1,0.5,0.5,2019,\na,C1,1.5,0.5,2020,\nb,C1,0.5,0.5,2019,", SPANS, "")
    assert reasons(dataset) == [("firms", row, "rows_contradict") for row in (1, 2)]


def test_row_that_cannot_be_used_does_not_take_the_id_of_one_that_can(folder, reasons):
    dataset = firms(folder, "a,C1,,,2020\na,C1,0.5,0.5,2020")
    assert reasons(dataset) == [("firms", 1, "coordinates_missing")]


FIRM_FAULTS = [
    (",C1,0.5,0.5,2020", "id_missing"),
    ("a,,0.5,0.5,2020", "value_missing"),
    ("a,C1,0.5,0.5,", "value_missing"),
    ("a,C1,,0.5,2020", "coordinates_missing"),
    ("a,C1,0.5,NaN,2020", "coordinates_missing"),
    ("a,C1,east,0.5,2020", "not_a_number"),
    ("a,C1,inf,0.5,2020", "not_a_number"),
    ("a,C1,200,0.5,2020", "coordinates_invalid"),
    ("a,C1,0.5,-91,2020", "coordinates_invalid"),
    ("a,C1,0.5,2.5,2020", "coordinates_swapped"),
    ("a,C1,50,50,2020", "outside_regions"),
    ("a,C1,0,-0.0001,2020", "outside_regions"),
]


def test_each_fault_of_a_firm_has_its_reason(folder, reasons):
    folder.put("dataset.yaml", "max_rejected_share: 1")
    found = reasons(firms(folder, "\n".join(row for row, _ in FIRM_FAULTS)))
    assert found == [("firms", i, reason) for i, (_, reason) in enumerate(FIRM_FAULTS, start=1)]


def test_every_reason_has_a_sentence_in_the_language_of_the_dataset(folder):
    folder.put("dataset.yaml", "language: zh-Hans")
    rejected = firms(folder, "a,C1,,,2020").rejected.collect()
    assert rejected["sentence"].to_list() == ["缺少坐标"]


def test_swapped_point_beyond_the_pole_is_swapped_not_off_the_globe(folder, reasons):
    china = gpd.GeoDataFrame(
        {"region_id": ["S"]}, geometry=[shapely.box(120, 30, 122, 32)], crs=4326
    )
    china.to_file(folder.drop("regions.csv").raw / "regions.gpkg")
    good = "".join(f"z{i},C99,121.5,31.2,2020\n" for i in range(30))
    dataset = firms(folder, "a,C1,31.2,121.5,2020", good=good)
    assert reasons(dataset) == [("firms", 1, "coordinates_swapped")]


def test_point_on_a_border_goes_to_the_first_region_and_is_counted(folder, establishments):
    dataset = firms(folder, "a,C1,1.0,0.5,2020\nb,C1,2.0,1.0,2020\nc,C1,0,0,2020")
    table = establishments(dataset).set_index("firm_id")["region_id"]
    assert table[["a", "b", "c"]].tolist() == ["A", "B", "A"]
    assert dataset.repairs.to_numpy().tolist()[0] == ["firms", "on_border", 3]


def test_stacked_points_are_counted_not_rejected(folder):
    dataset = firms(folder, "a,C1,0.1,0.5,2020")
    assert dataset.repairs.to_numpy().tolist() == [["firms", "stacked_point", 30]]
    assert any("30 of 31 rows used (97%) share their point" in n.en for n in dataset.notices)


def test_firm_lives_from_opened_until_the_year_it_is_gone(folder, establishments):
    folder.put("dataset.yaml", "years: 2018-2022")
    dataset = firms(folder, "a,C1,0.5,0.5,2019,2021\nb,C1,0.5,0.5,,2019-06-01\nc,C1,0.5,0.5,2022,",
                    SPANS, "")  # fmt: skip
    table = establishments(dataset).groupby("firm_id")["year"].agg(list)
    assert table.to_dict() == {"a": [2019, 2020], "b": [2018], "c": [2022]}


def test_firm_without_end_may_say_9999(folder, establishments):
    folder.put("dataset.yaml", "years: 2018-2019")
    dataset = firms(folder, "a,C1,0.5,0.5,2010,9999-12-31", SPANS, "")
    assert establishments(dataset)["year"].tolist() == [2018, 2019]


def test_closed_before_opened_is_a_fault_and_closed_in_the_same_year_a_gap(folder, reasons):
    good = GOOD.replace("2020", "2015,")
    dataset = firms(folder, "a,C1,0.5,0.5,2020,2019\nb,C1,0.5,0.5,2015,2015", SPANS, good)
    assert reasons(dataset) == [
        ("firms", 1, "closed_before_opened"), ("firms", 2, "outside_years"),
    ]  # fmt: skip


def test_rows_of_other_years_are_left_out_and_counted(folder, rows_of):
    folder.put("firms.csv", HEADER + "a,C1,0.5,0.5,2019\na,C1,0.5,0.5,2020\n")
    dataset = folder.read(years=(2020, 2020))
    assert dataset.years == (2020,)
    assert rows_of(dataset, "firms")["gaps"] == 1


def test_years_that_the_dataset_has_not_are_told(folder):
    with pytest.raises(
        DatasetError, match="no year from 2030 to 2031 in the dataset, which has 2020"
    ):
        folder.read(years=(2030, 2031))


def test_without_any_year_at_all_it_is_this_year_and_told(folder):
    dataset = firms(folder, "a,C1,0.5,0.5", "firm_id,industry,longitude,latitude\n", "")
    assert any("labelled" in notice.en for notice in dataset.notices)


def test_too_many_faults_stop_with_file_column_value_row_and_count(folder):
    rows = "".join(f"a{i},C1,ten,0.5,2020\n" for i in range(4))
    with pytest.raises(DatasetError) as caught:
        firms(folder, rows)
    message = str(caught.value)
    assert "firms.csv: 4 of 34 rows cannot be used, more than the 10% allowed" in message
    assert "first in row 1, column longitude ('ten'): the value is not a number" in message
    assert "`missing_values: ['ten']`" in message


def test_gaps_alone_never_stop(folder):
    rows = "".join(f"a{i},C1,,,2020\n" for i in range(300))
    assert firms(folder, rows).firms == 30


def test_table_without_a_usable_row_stops(folder):
    with pytest.raises(DatasetError, match="none of the 2 rows can be used"):
        firms(folder, "a,C1,,,2020\nb,C1,,,2020", good="")


def test_groups_get_numbers_by_their_id(folder, establishments):
    header = "firm_id,industry,longitude,latitude,year,group_id\n"
    dataset = firms(folder, "a,C1,0.5,0.5,2020,y\nb,C1,0.5,0.5,2020,x\nc,C1,0.5,0.5,2020,",
                    header, "")  # fmt: skip
    assert establishments(dataset)["group_key"].fillna(-1).tolist() == [1, 0, -1]


def test_name_is_that_of_the_latest_year(folder):
    header = "firm_id,industry,longitude,latitude,year,name\n"
    dataset = firms(folder, "a,C1,0.5,0.5,2021,New\na,C1,0.5,0.5,2020,Old", header, "")
    assert dataset.parties.collect()["name"].to_list() == ["New"]


@pytest.mark.parametrize(
    ("geometry", "reason"),
    [("", "coordinates_missing"), ("POINT (", "geometry_invalid"), ("nonsense", "geometry_invalid"),
     ('"POLYGON ((0 0, 1 0, 1 1, 0 0))"', "geometry_not_point"),
     ("POINT EMPTY", "coordinates_missing"), ("POINT (0.5 2.5)", "coordinates_swapped")],
)  # fmt: skip
def test_each_fault_of_a_point_geometry_has_its_reason(folder, reasons, geometry, reason):
    good = "".join(f"z{i},C99,POINT (0.5 0.5),2020\n" for i in range(30))
    dataset = firms(folder, f"a,C1,{geometry},2020", "firm_id,industry,geometry,year\n", good)
    assert reasons(dataset) == [("firms", 1, reason)]


def test_firms_in_a_shifted_datum_are_brought_back(folder, establishments):
    from geo.datum import gcj02_from_wgs84

    x, y = gcj02_from_wgs84([121.5], [31.2])
    china = gpd.GeoDataFrame(
        {"region_id": ["S"]}, geometry=[shapely.box(120, 30, 122, 32)], crs=4326
    )
    china.to_file(folder.drop("regions.csv").raw / "regions.gpkg")
    folder.put("dataset.yaml", "datum: GCJ-02")
    table = establishments(firms(folder, f"a,C1,{x[0]},{y[0]},2020", good=""))
    assert table[["longitude", "latitude"]].round(9).to_numpy().tolist() == [[121.5, 31.2]]


def test_firms_in_metres_are_brought_to_degrees(folder, establishments):
    folder.put("dataset.yaml", "crs: EPSG:3857")
    # One degree of longitude on the web's Mercator map: 6378137 m x pi / 180.
    table = establishments(firms(folder, "a,C1,166979.24,55660.45,2020", good=""))
    assert table[["longitude", "latitude"]].round(4).to_numpy().tolist() == [[1.5, 0.5]]


INSTITUTIONS = "institution_id,kind,longitude,latitude,opened,closed\n"


def institutions(folder, text):
    good = "".join(f"u{i},university,0.5,0.5,,\n" for i in range(30))
    return folder.put("institutions.csv", INSTITUTIONS + text + "\n" + good).read()


def test_institutions_follow_the_firms_in_one_space_of_keys(folder):
    dataset = folder.put("institutions.csv", INSTITUTIONS + "i1,finance,1.5,0.5,2010,\n").read()
    assert dataset.institutions["institution_key"].tolist() == [3]
    assert dataset.institutions["region_key"].tolist() == [1]
    assert dataset.parties.collect()["party_key"].to_list() == [0, 1, 2, 3]


INSTITUTION_FAULTS = [
    ("f1,finance,0.5,0.5,,", "id_of_firm"),
    (",finance,0.5,0.5,,", "id_missing"),
    ("i,,0.5,0.5,,", "value_missing"),
    ("i,church,0.5,0.5,,", "unknown_kind"),
    ("i,finance,50,50,,", "outside_regions"),
    ("i,finance,,,,", "coordinates_missing"),
    ("i,finance,0.5,0.5,2020,2010", "closed_before_opened"),
    ("i,finance,0.5,0.5,,1990", "outside_years"),
]


def test_each_fault_of_an_institution_has_its_reason(folder, reasons):
    folder.put("dataset.yaml", "max_rejected_share: 1")
    rows = [row for row, _ in INSTITUTION_FAULTS]
    expected = [(i, reason) for i, (_, reason) in enumerate(INSTITUTION_FAULTS, start=1)]
    # Of two rows with one id that contradict each other, none is right rather than the other.
    expected += [(len(rows) + 1, "rows_contradict"), (len(rows) + 2, "rows_contradict")]
    dataset = institutions(folder, "\n".join([*rows, "u0,finance,0.5,0.5,,"]))
    assert reasons(dataset) == [("institutions", row, reason) for row, reason in expected]


def test_kinds_in_capitals_are_repaired_and_counted(folder):
    dataset = institutions(folder, "i, Finance ,0.5,0.5,,")
    assert "finance" in dataset.institutions["kind"].tolist()
    codes = dataset.repairs["code"].tolist()
    assert codes == ["white_space", "letter_case"]
