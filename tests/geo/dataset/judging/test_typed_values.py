"""Text to numbers and years, through the whole of ingest."""

import math

HEADER = "firm_id,industry,longitude,latitude,employment,year"


def firms(folder, *rows, settings="max_rejected_share: 1"):
    filler = [f"z{i},C99,0.5,0.5,1,2020" for i in range(3)]
    folder.put("firms.csv", "\n".join([HEADER, *rows, *filler]))
    return folder.put("dataset.yaml", settings).read()


NUMBERS = {
    "10": 10, " 10 ": 10, "1e2": 100, "+3.50": 3.5, ".5": 0.5, "7.": 7, "0": 0,
    "": None, "NaN": None, "NA": None, "null": None,
}  # fmt: skip


def test_numbers(folder, establishments):
    rows = [f"f{i:02d},C1,0.5,0.5,{text},2020" for i, text in enumerate(NUMBERS)]
    found = establishments(firms(folder, *rows))["employment"][: len(NUMBERS)]
    assert [None if math.isnan(value) else value for value in found] == list(NUMBERS.values())


def test_jobs_that_are_no_number_are_not_known_and_told_with_the_first(folder, reasons):
    texts = ["ten", "1,23", "1  000", "inf", "-inf", "1e999", "12%", "0x1F"]
    rows = [f'f{i},C1,0.5,0.5,"{text}",2020' for i, text in enumerate(texts)]
    dataset = firms(folder, *rows)
    assert reasons(dataset) == []
    assert dataset.establishments.collect()["employment"].to_list()[1:8] == [1.23] + [None] * 6
    told = "firms.csv: 7 value(s) of employment cannot be read, such as 'ten' in row 1"
    assert any(notice.en.startswith(told) for notice in dataset.notices)


def test_coordinates_that_are_no_number_are_rejected_with_their_value(folder):
    rejected = firms(folder, "f,C1,east,0.5,1,2020").rejected.collect().to_pandas()
    assert rejected[["reason", "column", "value"]].to_numpy().tolist() == [
        ["not_a_number", "longitude", "east"]
    ]


def test_negative_employment_is_rejected(folder, reasons):
    assert reasons(firms(folder, "f,C1,0.5,0.5,-1,2020")) == [("firms", 1, "negative_value")]


def test_numbers_beyond_all_counting_are_rejected(folder, reasons):
    rows = ("f,C1,0.5,0.5,1e300,2020", "g,C1,0.5,0.5,1e18,2020")
    assert reasons(firms(folder, *rows)) == [("firms", row, "too_large") for row in (1, 2)]


def test_years_and_dates(folder, reasons):
    texts = ["2020", "2020.0", "2020-01-01", "2020/1/1", "2020.01.01", "2020-01", "20200101",
             "2020年", "2020年1月", "2020年1月1日", "2020-12-31T23:59:59Z",
             "2020-01-01 00:00:00", "2020-00-00", "20200000"]  # fmt: skip
    dataset = firms(folder, *(f"f{i},C1,0.5,0.5,1,{text}" for i, text in enumerate(texts)))
    assert reasons(dataset) == []
    assert dataset.years == (2020,)


def test_dates_read_as_years_are_counted(folder):
    repairs = firms(folder, "f,C1,0.5,0.5,1,2020-01-01").repairs
    assert repairs.to_numpy().tolist() == [["firms", "date_to_year", 1]]


def test_what_is_no_year_is_rejected(folder, reasons):
    texts = ["soon", "20", "0000", "20201", "-2020", "31/12/20", "2021-13-01", "2021-12-32",
             "20211301", "2021年13月"]  # fmt: skip
    dataset = firms(folder, *(f"f{i},C1,0.5,0.5,1,{text}" for i, text in enumerate(texts)))
    assert reasons(dataset) == [("firms", i, "not_a_year") for i in range(1, len(texts) + 1)]


def test_white_space_is_removed_and_counted(folder, establishments):
    dataset = firms(folder, " f　,\tC1 ,0.5,0.5,1,2020")
    table = establishments(dataset)
    assert table[["firm_id", "industry"]].to_numpy().tolist()[0] == ["f", "C1"]
    assert dataset.repairs.to_numpy().tolist() == [["firms", "white_space", 1]]


def test_declared_missing_values_are_not_known_rather_than_negative(folder, establishments):
    settings = "missing_values: [-9, secret]"
    dataset = firms(folder, "f,C1,0.5,0.5,-9,2020", "g,C1,0.5,0.5,secret,2020", settings=settings)
    table = establishments(dataset)
    assert table.set_index("firm_id")["employment"][["f", "g"]].isna().all()


def test_a_pair_of_missing_values_is_no_point_but_one_may_be_a_coordinate(folder, reasons):
    settings = "missing_values: [0.5]\nmax_rejected_share: 1"
    folder.put("firms.csv", f"{HEADER}\nf,C1,0.5,0.5,1,2020\ng,C1,0.5,0.25,1,2020")
    dataset = folder.put("dataset.yaml", settings).read()
    assert reasons(dataset) == [("firms", 1, "coordinates_missing")]


def test_leading_zeros_of_codes_stay(folder, establishments):
    table = establishments(firms(folder, "007,010101,0.5,0.5,1,2020"))
    assert table[["firm_id", "industry"]].to_numpy().tolist()[0] == ["007", "010101"]
