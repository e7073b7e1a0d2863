"""One value has one reading, whatever the format that it comes in."""

import datetime as dt
import math

import geopandas as gpd
import pandas as pd
import polars as pl
import pytest

from geo.errors import DatasetError

FORMATS = ("csv", "utf16", "xlsx", "parquet", "gpkg", "geojson", "dbf")


def write(folder, stem, columns, form):
    """Put a table there in a format; every value is text, or what it was given as."""
    table = pd.DataFrame(columns)
    path = folder.raw / stem
    if form in ("csv", "utf16"):
        encoding = "utf-8" if form == "csv" else "utf-16"
        table.to_csv(path.with_suffix(".csv"), index=False, encoding=encoding)
    elif form == "xlsx":
        table.to_excel(path.with_suffix(".xlsx"), index=False)
    elif form == "parquet":
        pl.DataFrame(columns).write_parquet(path.with_suffix(".parquet"))
    else:
        points = gpd.GeoDataFrame(table, geometry=gpd.points_from_xy([0.5] * len(table), [0.5]))
        points = points.set_crs(4326)
        if form == "dbf":
            points.to_file(path.with_suffix(".shp"), encoding="UTF-8")
            for suffix in (".shp", ".shx", ".prj", ".cpg"):
                path.with_suffix(suffix).unlink()
        else:
            points.to_file(path.with_suffix(f".{form}"))
    return folder


def firms(folder, form, **columns):
    n = len(next(iter(columns.values())))
    base = {"firm_id": [f"f{i}" for i in range(n)], "industry": ["C1"] * n,
            "longitude": [0.5] * n, "latitude": [0.5] * n}  # fmt: skip
    folder.drop("firms.csv")
    return write(folder, "firms", base | columns, form).read()


@pytest.mark.parametrize("form", FORMATS)
def test_thousands_are_read(folder, form):
    jobs = ["1,500", "20", "1,234,567"]
    dataset = firms(folder, form, employment=jobs, year=[2020] * 3)
    assert dataset.establishments.collect()["employment"].to_list() == [1500, 20, 1234567]
    assert ["firms", "number_marks", 2] in dataset.repairs.to_numpy().tolist()


@pytest.mark.parametrize("form", FORMATS)
def test_marks_of_nothing_are_missing_in_columns_of_numbers_and_of_text(folder, form):
    marks = ["NA", "n/a", "..", "(D)", ": c"]
    dataset = firms(folder, form, employment=marks, group_id=marks, year=["2020"] * 5)
    table = dataset.establishments.collect()
    assert table["employment"].to_list() == [None] * 5
    # What says 'withheld' in a column of numbers is a name in a column of text.
    assert table["group_key"].is_null().to_list() == [True, True, True, False, False]


@pytest.mark.parametrize("form", FORMATS)
def test_day_first_dates_have_a_plain_year(folder, form):
    dataset = firms(folder, form, opened=["08/10/2012", "31/12/2012", ""], employment=[1, 2, 3])
    assert dataset.years == (2012,)


@pytest.mark.parametrize("form", FORMATS)
def test_years_of_the_republic_are_read_and_told(folder, form):
    years = ["98", "110"] if form in ("csv", "dbf") else [98, 110]
    dataset = firms(folder, form, year=years, employment=[1, 2])
    assert dataset.years == (2009, 2021)
    assert any("Republic of China" in notice.en for notice in dataset.notices)


DATES = {
    "date": pl.Series([dt.date(2015, 3, 1)] * 2),
    "datetime": pl.Series([dt.datetime(2015, 3, 1, 8)] * 2),  # noqa: DTZ001
    "zoned": pl.Series([dt.datetime(2015, 3, 1)] * 2).dt.replace_time_zone("Asia/Taipei"),  # noqa: DTZ001
    "whole": pl.Series([20150301] * 2, dtype=pl.Int32),
    "float": pl.Series([20150301.0, None]),
    "serial": pl.Series([42064, 42065]),
    "category": pl.Series(["2015-03"] * 2).cast(pl.Categorical),
    "decimal": pl.Series(["2015.0"] * 2).cast(pl.Decimal(6, 1)),
}


@pytest.mark.parametrize("kind", DATES)
def test_dates_of_every_type_in_parquet_are_years(folder, kind):
    assert firms(folder, "parquet", opened=DATES[kind]).years == (2015,)


def test_dates_in_excel_and_geopackage_are_years(folder):
    days = [dt.datetime(2015, 3, 1)] * 2  # noqa: DTZ001
    assert firms(folder, "xlsx", opened=days).years == (2015,)


def test_a_column_of_dates_that_cannot_be_read_stops(folder):
    with pytest.raises(DatasetError, match=r"most values of the column opened are no years .*'12/"):
        firms(folder, "csv", opened=["12/03/15", "13/03/15"])


@pytest.mark.parametrize(
    ("setting", "jobs"), [('decimal: ","', 1500), ('decimal: {firms.employment: "."}', 1.5)]
)
def test_counts_with_three_digits_after_a_dot_are_as_the_setting_says(folder, setting, jobs):
    folder.put("dataset.yaml", setting)
    dataset = firms(folder, "csv", employment=["1.500", "20"], year=[2020] * 2)
    assert dataset.establishments.collect()["employment"].to_list() == [jobs, 20]


def test_counts_with_three_digits_after_a_dot_stop_without_a_setting(folder):
    with pytest.raises(DatasetError, match=r"'1.500' \(row 1\) can be 1500 or 1.500; say `decimal"):
        firms(folder, "csv", employment=["1.500", "20"], year=[2020] * 2)


def test_counts_that_are_numbers_with_three_digits_after_the_dot_are_told(folder):
    dataset = firms(folder, "parquet", employment=[1.502, 75.257, 20.0], year=[2020] * 3)
    assert any("a thousand times too small" in notice.en for notice in dataset.notices)


def test_decimal_commas_in_coordinates_are_no_thousands(folder):
    folder.put("firms.csv", "firm_id;industry;longitude;latitude;employment;year\n"
               "f;C1;0,500;0,512;1;2020\n")  # fmt: skip
    row = folder.read().establishments.collect().rows(named=True)[0]
    assert (row["longitude"], row["latitude"]) == (0.5, 0.512)


def test_words_of_the_settings_are_missing_in_every_column(folder):
    folder.put("dataset.yaml", "missing_values: [secret, -9]")
    dataset = firms(folder, "csv", employment=["secret", "-9.0", "5"],
                    group_id=["secret", "g", "-9"], year=[2020] * 3)  # fmt: skip
    table = dataset.establishments.collect()
    assert table["employment"].to_list() == [None, None, 5]
    assert table["group_key"].is_null().to_list() == [True, False, True]


def test_a_code_of_interest_is_no_mark_of_nothing(folder):
    folder.put("dataset.yaml", "industries_of_interest: [0111, NO]\nmissing_values: [NA, NO]")
    dataset = firms(folder, "csv", industry=["0111", "NO"], employment=["NO", "5"],
                    year=[2020] * 2)  # fmt: skip
    assert dataset.settings.industries_of_interest == ("0111", "NO")
    assert dataset.industries["industry"].tolist() == ["0111", "NO"]
    assert math.isnan(dataset.establishments.collect().to_pandas()["employment"][0])


@pytest.mark.parametrize("form", FORMATS)
def test_codes_that_a_program_wrote_as_numbers_are_codes(folder, form):
    dataset = firms(folder, form, industry=["3711.0", "111.0"], year=[2020] * 2)
    assert dataset.industries["industry"].tolist() == ["111", "3711"]


def test_codes_of_which_only_some_end_so_stay_as_they_are(folder):
    dataset = firms(folder, "csv", industry=["10.0", "10.1"], year=[2020] * 2)
    assert dataset.industries["industry"].tolist() == ["10.0", "10.1"]


def test_values_without_end_are_not_known_and_told(folder):
    dataset = firms(folder, "parquet", employment=[math.inf, 5.0], year=[2020] * 2)
    assert dataset.establishments.collect()["employment"].to_list() == [None, 5]
    assert any("cannot be read, such as 'inf'" in notice.en for notice in dataset.notices)


def test_control_characters_are_taken_out_of_names(folder):
    dataset = firms(folder, "parquet", name=["\x1b[31mEvil\x07"], year=[2020])
    assert dataset.parties.collect()["name"].to_list() == ["[31mEvil"]
