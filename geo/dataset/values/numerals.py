"""A text that is a number, a range or a year in one of the ways in which people write them.

What belongs here: one text at a time, and what the texts of a column say together of its marks.
What does not: tables (`geo.dataset.values.survey`).

Numbers: any script's digits; groups of three (or Indian groups of two) by comma, dot, space or
apostrophe; comma or dot before the decimals. What a single comma or dot before three digits means
is for the whole column to say, or for the setting `decimal`.
"""

from __future__ import annotations

import math
import re
import unicodedata
from enum import StrEnum
from typing import TYPE_CHECKING

from geo.vocabulary import Calendar

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

__all__ = ["Form", "calendar_of", "decimal_of", "folded", "form_of", "middle_of", "number", "year"]


_NUMBER = r"(\d{1,3}(?:[, .']\d{3})+|\d+)"
_TO = r"\s*(?:-|~|〜|～|至|到|to|a|à|bis|et|and|y|until|hasta)\s*"
_WORDS = r"(?:\D{0,40})"
_BETWEEN = re.compile(rf"{_WORDS}{_NUMBER}{_TO}{_NUMBER}{_WORDS}", re.IGNORECASE)
_MORE = (
    r"(?:\+|-|y m[aá]s|ou plus|et plus|or more|and more|and over|or over|plus|und mehr|以上|及以上|"
    r"或以上|o m[aá]s)"
)
_AT_LEAST = re.compile(
    rf"(?:(?:>=|≥|at least|min\.?)\s*{_NUMBER}{_WORDS}|{_NUMBER}\s*\D{{0,12}}?{_MORE}{_WORDS})",
    re.IGNORECASE,
)
_ABOVE = re.compile(rf"(?:>|more than|over|m[aá]s de|plus de)\s*{_NUMBER}{_WORDS}", re.IGNORECASE)
_UP_TO = re.compile(
    rf"(?:(?:<=|≤|up to|at most|hasta|max\.?)\s*{_NUMBER}{_WORDS}"
    rf"|{_NUMBER}\s*人?(?:及?以下|或以下))",
    re.IGNORECASE,
)
_BELOW = re.compile(
    rf"(?:<|less than|fewer than|under|menos de|moins de)\s*{_NUMBER}{_WORDS}", re.IGNORECASE
)


def middle_of(text: str) -> float | None:
    """The middle of a range; its least where it has no end; None of what is no range.

    Examples
    --------
    >>> [middle_of(t) for t in ("0 a 5 personas", "100-199", "1,000 to 2,499", "<5")]
    [2.5, 149.5, 1749.5, 2.0]
    >>> [middle_of(t) for t in ("251 y más personas", "10000+", "≥ 500", "300人以上")]
    [251.0, 10000.0, 500.0, 300.0]
    >>> [middle_of(t) for t in ("12", "-9", "9-5", "n.k.", "2023-01-05")]
    [None, None, None, None, None]
    """
    text = folded(text)
    between = _BETWEEN.fullmatch(text)
    if between:
        low, high = (_count(between[k]) for k in (1, 2))
        return (low + high) / 2 if low <= high else None
    for pattern, step in ((_AT_LEAST, 0), (_ABOVE, 1)):
        match = pattern.fullmatch(text)
        if match:
            return float(_count(next(filter(None, match.groups()))) + step)
    for pattern, step in ((_UP_TO, 0), (_BELOW, 1)):
        match = pattern.fullmatch(text)
        if match:
            return max(_count(next(filter(None, match.groups()))) - step, 0) / 2
    return None


def _count(text: str) -> int:
    return int(re.sub(r"\D", "", text))


EARLIEST, LATEST, FOREVER = 1500, 2100, 9999


class Form(StrEnum):
    """What a text shows of the marks of its column."""

    PLAIN = "plain"
    DOT_DECIMAL = "dot decimal"
    COMMA_DECIMAL = "comma decimal"
    DOT_EITHER = "dot either"
    COMMA_EITHER = "comma either"
    NONE = "no number"


_EXPONENT = r"(?:[eE][+-]?\d+)?"
_GROUPED = re.compile(r"\d{1,3}(?:([ '])\d{3})(?:\1\d{3})*(?:[.,]\d*)?")
_FORMS = (
    (Form.PLAIN, rf"\d+{_EXPONENT}"),
    (Form.DOT_EITHER, r"[1-9]\d{0,2}\.\d{3}"),
    (Form.COMMA_EITHER, r"[1-9]\d{0,2},\d{3}"),
    # 1,234.5 and 1,234,567; also 1,00,000 as in India.
    (Form.DOT_DECIMAL, r"\d{1,3}(?:,\d{3})+\.\d*|\d{1,3}(?:,\d{3}){2,}|\d{1,2}(?:,\d{2})+,\d{3}"),
    (Form.COMMA_DECIMAL, r"\d{1,3}(?:\.\d{3})+,\d*|\d{1,3}(?:\.\d{3}){2,}"),
    (Form.DOT_DECIMAL, rf"\d*\.\d+{_EXPONENT}|\d+\.{_EXPONENT}"),
    (Form.COMMA_DECIMAL, rf"\d*,\d+{_EXPONENT}"),
)
_SIGNS = {
    "\u2212": "-", "\u2010": "-", "\u2011": "-", "\u2012": "-", "\u2013": "-", "\ufe63": "-",
    "\u066b": ".", "\u066c": ",", "\u2019": "'", "\u02bc": "'", "\u2018": "'", "\u00b4": "'",
    "`": "'", "\u00b7": ".", "\u3001": ",",
}  # fmt: skip


def folded(text: str) -> str:
    """Text with digits of any script as ASCII, full width as half, every space as one.

    Examples
    --------
    >>> folded("１２３４"), folded("١٢٫٥"), folded("1\u202f234")
    ('1234', '12.5', '1 234')
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    return "".join(
        str(unicodedata.decimal(c)) if unicodedata.decimal(c, None) is not None
        else " " if c.isspace() else _SIGNS.get(c, c)
        for c in plain
    )  # fmt: skip


def form_of(text: str) -> Form:
    """Which marks a text uses, and whether they can mean but one thing.

    Examples
    --------
    >>> [str(form_of(t)) for t in ("1500", "1.500", "1.234,5", "0.500", "1 234,5", "ten")]
    ['plain', 'dot either', 'comma decimal', 'dot decimal', 'comma decimal', 'no number']
    """
    text = folded(text).lstrip("+-").strip()
    if _GROUPED.fullmatch(text):
        text = text.replace(" ", "").replace("'", "")
        return Form.PLAIN if text.isdigit() else _marked(text)
    return next((form for form, like in _FORMS if re.fullmatch(like, text)), Form.NONE)


def _marked(text: str) -> Form:
    """Form of a number whose groups are already set apart, so that its mark is the decimal one."""
    return Form.DOT_DECIMAL if "." in text else Form.COMMA_DECIMAL


def decimal_of(
    forms: Collection[Form],
    *,
    is_count: bool,
    beside: str | None = None,
    semicolons: bool = False,
) -> str | None:
    """The decimal mark of a column; None where its texts leave it open.

    Parameters
    ----------
    forms : collection of Form
        Of the texts of the column.
    is_count : bool
        Whether it counts things: `1,500` is then no 1.5, and `1.500` may well be 1500.
    beside : str, optional
        The decimal mark of the other columns of the file, where they have one.
    semicolons : bool
        Whether the file is CSV with semicolons, which leave the comma to decimals.

    Examples
    --------
    >>> decimal_of([Form.PLAIN, Form.COMMA_EITHER], is_count=True)
    '.'
    >>> decimal_of([Form.COMMA_DECIMAL, Form.DOT_EITHER], is_count=False)
    ','
    >>> decimal_of([Form.PLAIN, Form.DOT_EITHER], is_count=True) is None
    True
    """
    says_dot, says_comma = Form.DOT_DECIMAL in forms, Form.COMMA_DECIMAL in forms
    if says_dot != says_comma:
        return "." if says_dot else ","
    if says_dot or {Form.COMMA_EITHER, Form.DOT_EITHER} <= set(forms):
        return None
    if Form.COMMA_EITHER in forms:
        if beside == ",":
            return None if is_count else ","
        return None if semicolons and not is_count and beside is None else "."
    if Form.DOT_EITHER in forms:
        return "," if beside == "," else None if is_count else "."
    return "."


def number(text: str, *, decimal: str | None) -> float | None:
    """The number that a text is; None where it is none, or could be two.

    Parameters
    ----------
    text : str
        As the file says.
    decimal : str, optional
        Mark before the decimals where the text alone leaves that open.

    Examples
    --------
    >>> number("1.234.567,8", decimal=None), number("1\u00a0234", decimal=None)
    (1234567.8, 1234.0)
    >>> number("1.500", decimal="."), number("1.500", decimal=","), number("1.500", decimal=None)
    (1.5, 1500.0, None)
    """
    form = form_of(text)
    if form is Form.NONE:
        return None
    if form in (Form.DOT_EITHER, Form.COMMA_EITHER):
        if decimal is None:
            return None
        form = Form.DOT_DECIMAL if decimal == "." else Form.COMMA_DECIMAL
    bare = folded(text).replace(" ", "").replace("'", "")
    if form is Form.COMMA_DECIMAL:
        bare = bare.replace(".", "").replace(",", ".")
    value = float(bare.replace(",", ""))
    return value if math.isfinite(value) else None


_MONTH, _DAY = r"(?:0?[0-9]|1[0-2])", r"(?:0?[0-9]|[12][0-9]|3[01])"
_TIME = r"(?:[T ].*)?"
_LETTERS = r"[^\W\d_]+\.?"
_ORDINAL = r"(?:\.|st|nd|rd|th)?"
_LAST = r"(?P<year>\d{4})"
_COMMON = tuple(
    re.compile(pattern)
    for pattern in (
        r"(\d{4})(?:\.0*| ?年度?| ?년)?",
        rf"(\d{{4}})[-/.]{_MONTH}(?:[-/.]{_DAY}{_TIME})?",
        rf"(\d{{4}}) ?[年년] ?{_MONTH} ?[月월](?: ?{_DAY} ?[日号號일]?)?{_TIME}",
        r"(\d{4})(?:0[0-9]|1[0-2])(?:[0-2][0-9]|3[01])",
        # Day and month may stand either way round: the year is plain.
        rf"{_DAY}([-/. ]){_MONTH}\1(?P<year>\d{{4}}){_TIME}",
        rf"{_MONTH}([-/. ]){_DAY}\1(?P<year>\d{{4}}){_TIME}",
        rf"{_MONTH}[-/.](?P<year>\d{{4}})",
        rf"{_DAY}{_MONTH}(?P<year>\d{{4}})",
        # Months by name, in any language; quarters and half years.
        rf"{_DAY}{_ORDINAL}[-/ ]?(?:d?[eo]f? )?{_LETTERS}[-/, ]*(?:[do][ef] )?{_LAST}{_TIME}",
        rf"{_LETTERS}[-/., ]*(?:{_DAY}(?:st|nd|rd|th)?[-/, ]+)?(?P<year>\d{{4}})",
        rf"(\d{{4}})[-/ ]?{_LETTERS}(?:[-/ ]?{_DAY})?",
        r"(\d{4})[-/ ]?(?:Q[1-4]|H[12]|S[12]|W\d\d?|M\d\d?)",
        r"(?:Q[1-4]|H[12])[-/ ]?(?P<year>\d{4})",
    )
)
_REPUBLIC = re.compile(
    r"(?:中華|中华)?(?:民國|民国|民|R\.?O\.?C\.?) ?(\d{1,3})(?: ?年|[-/. ]|$)"
    rf"(?: ?{_MONTH}(?:月|[-/.])?)?(?: ?{_DAY} ?[日号號]?)?",
    re.IGNORECASE,
)
_SHORT = re.compile(
    rf"(\d{{1,3}})(?:\.0*|年|[-/.]{_MONTH}(?:[-/.]{_DAY})?|年{_MONTH}月(?:{_DAY}日)?)?"
)
_ERAS = {"令和": 2018, "平成": 1988, "昭和": 1925}
_ERA = re.compile(rf"({'|'.join(_ERAS)}) ?(\d{{1,2}}|元)(?: ?年.*)?")


def year(text: str, calendar: Calendar = Calendar.COMMON, *, latest: int = LATEST) -> int | None:
    """The year that a text names or lies in; None where that is not plain.

    Examples
    --------
    >>> [year(t) for t in ("08/10/2012", "2023年5月", "12-Mar-2015", "民國112年", "20150301")]
    [2012, 2023, 2015, 2023, 2015]
    >>> year("112", Calendar.REPUBLIC), year("42064", Calendar.SERIAL)
    (2023, 2015)
    >>> year("112") is None, year("08/10/12") is None, year("2021-13-01") is None
    (True, True, True)
    """
    text = folded(text)
    for pattern in _COMMON:
        match = pattern.fullmatch(text)
        if match:
            found = int(match.groupdict().get("year") or match[1])
            if EARLIEST <= found <= latest:
                return found
    other = _of_other_eras(text, calendar)
    return other if other is not None and EARLIEST <= other <= latest else None


def _of_other_eras(text: str, calendar: Calendar) -> int | None:
    republic, era = _REPUBLIC.fullmatch(text), _ERA.fullmatch(text)
    if republic is None and calendar is Calendar.REPUBLIC:
        republic = _SHORT.fullmatch(text) or re.fullmatch(r"(1?\d\d)(?:0\d|1[0-2])[0-3]\d", text)
    if republic:
        return 1911 + int(republic[1])
    if era:
        return _ERAS[era[1]] + (1 if era[2] == "元" else int(era[2]))
    if calendar is Calendar.SERIAL and re.fullmatch(r"\d{5}(?:\.\d*)?", text):
        # 1899-12-30 is day 0; a year has 365.2425 days, exact but at the turn of a year.
        from datetime import date, timedelta

        return (date(1899, 12, 30) + timedelta(days=int(float(text)))).year
    return None


def calendar_of(texts: Iterable[str]) -> Calendar:
    """The calendar of a column of whose texts none is a year by itself.

    Years of the Republic where all are 1 to 199 and one has three digits; Excel's days where all
    are five digits of the years from 1927 on.

    Examples
    --------
    >>> [str(calendar_of(texts)) for texts in (["98", "110"], ["42064"], ["20", "110x"])]
    ['republic', 'serial', 'common']
    """
    plain = [folded(text) for text in texts]
    short = [_SHORT.fullmatch(text) for text in plain]
    if plain and all(short):
        first = [int(match[1]) for match in short if match]
        if 100 <= max(first) < 200 and min(first) >= 1:
            return Calendar.REPUBLIC
    if plain and all(re.fullmatch(r"[1-7]\d{4}(?:\.\d*)?", text) for text in plain):
        return Calendar.SERIAL
    return Calendar.COMMON
