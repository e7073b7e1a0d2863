"""One text, one number or year."""

import pytest

from geo.dataset.values.numerals import Form, calendar_of, decimal_of, form_of, number, year
from geo.vocabulary import Calendar

# What each text is by itself; None: no number, or one that could be two.
NUMBERS = {
    "1500": 1500, "1,500,000": 1500000, "1,500.5": 1500.5, "1.500.000": 1500000,
    "1.234.567,8": 1234567.8, "12,5": 12.5, "0,250": 0.25, "0.250": 0.25, "1 234": 1234,
    "1\u00a0234\u00a0567": 1234567, "1\u202f234,5": 1234.5, "1'234.5": 1234.5, "1’234": 1234,
    "1,00,000": 100000, "１２３４": 1234, "١٢٣٤": 1234, "١٢٫٥": 12.5, "−5": -5, "1e3": 1000,
    "1.500": None, "1,500": None, "1,5,0": None, "1 23": None, "ten": None, "12%": None,
    "1.2.3": None, "": None, "-": None, "1e999": None, "0x1F": None,
}  # fmt: skip


@pytest.mark.parametrize(("text", "value"), NUMBERS.items())
def test_a_text_is_one_number_or_none(text, value):
    assert number(text, decimal=None) == value


@pytest.mark.parametrize(("text", "dot", "comma"), [("1.500", 1.5, 1500), ("1,500", 1500, 1.5)])
def test_three_digits_after_one_mark_are_as_the_column_says(text, dot, comma):
    assert (number(text, decimal="."), number(text, decimal=",")) == (dot, comma)


@pytest.mark.parametrize(
    ("texts", "is_count", "mark"),
    [
        (["1,500", "20"], True, "."),
        (["1,500", "20"], False, "."),
        (["1.500", "20"], True, None),
        (["1.500", "20"], False, "."),
        (["1.500", "1.234.567"], True, ","),
        (["1.500", "12.5"], True, "."),
        (["1,500", "12,5"], False, ","),
        (["1,500", "1.500"], False, None),
        (["12.5", "12,5"], False, None),
    ],
)
def test_the_texts_of_a_column_tell_its_decimal_mark(texts, is_count, mark):
    assert decimal_of({form_of(text) for text in texts}, is_count=is_count) == mark


def test_a_comma_in_a_file_with_semicolons_is_no_sure_mark_of_thousands():
    assert decimal_of({Form.COMMA_EITHER}, is_count=False, semicolons=True) is None


YEARS = {
    "2015": 2015, "2015.0": 2015, "2015年": 2015, "2015-03-01": 2015, "2015/3": 2015,
    "20150301": 2015, "01032015": 2015, "08/10/2015": 2015, "13/10/2015": 2015,
    "10.13.2015": 2015, "2023年5月": 2023, "2023年5月3日": 2023, "12-Mar-2015": 2015,
    "March 2015": 2015, "3 mars 2015": 2015, "15. März 2015": 2015, "3 de mayo de 2015": 2015,
    "2015-Q3": 2015, "2015-03-01T00:00:00+08:00": 2015, "２０１５": 2015, "民國112年": 2023,
    "民国112年3月": 2023, "中華民國99年": 2010, "令和5年": 2023, "平成元年": 1989,
    "112": None, "12/03/15": None, "2015-13-01": None, "20151301": None, "1066": None,
    "soon": None, "2015/16": None, "31/31/2015": None,
}  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), YEARS.items())
def test_a_text_is_one_year_or_none(text, expected):
    assert year(text) == expected


def test_days_of_excel_and_years_of_the_republic_are_read_where_a_column_holds_them():
    # 42064 days after 1899-12-30 is 2015-03-01; the Republic's year 1 is 1912.
    assert calendar_of(["42064", "42065"]) is Calendar.SERIAL
    assert year("42064", Calendar.SERIAL) == 2015
    assert calendar_of(["99", "110"]) is Calendar.REPUBLIC
    assert [year(t, Calendar.REPUBLIC) for t in ("99", "112/3/1", "1120301")] == [2010, 2023, 2023]


@pytest.mark.parametrize("texts", [[], ["99"], ["20", "2020x"], ["250"], ["99999"]])
def test_other_columns_have_no_calendar_of_their_own(texts):
    assert calendar_of(texts) is Calendar.COMMON
