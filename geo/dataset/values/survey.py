"""What the texts of a table say, found once for the whole of each column.

Most texts are plain numbers or years, which the engine reads by itself. The others are few kinds
of texts: each distinct one is read here, by what its column says as a whole. What one text means
stands in `geo.dataset.values.numerals`; where the result is put in, in
`geo.dataset.judging.typed_values`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from geo.dataset.values.calendars import PLAIN_YEAR, read_years
from geo.dataset.values.numerals import (
    Form,
    decimal_of,
    form_of,
    number,
)
from geo.dataset.values.surveyed import (
    MISSING,
    ROW,
    Marks,
    Survey,
    Unread,
    distinct_texts,
    enter,
    is_declared,
    text_of,
)
from geo.errors import DatasetError, Proposal, brief
from geo.schema import RAW_TABLES, Type
from geo.vocabulary import Text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from geo.schema.column import Column
    from geo.settings import Settings

__all__ = ["INVISIBLE", "PLAIN_NUMBER", "PLAIN_YEAR", "Survey", "Unread", "survey_of", "value_of"]

PLAIN_NUMBER = r"^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?$"
_DOT_EITHER = r"^[+-]?[1-9][0-9]{0,2}\.[0-9]{3}$"
_DOT_DECIMAL = r"\.([0-9]{1,2}|[0-9]{4,})?$|^[+-]?0?\.[0-9]|^[+-]?[0-9]{4,}\."
INVISIBLE = (
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]"
)
_COUNTS = {"establishments", "employment", "population"}
_NEVER_GROUPED = {"longitude", "latitude", "coefficient"}
_IDS = {"links", "travel_times"}
"""Tables of ids alone: what cannot be seen in them matters only where they do not match."""


def value_of(text: str, decimal: str | None, *, is_coordinate: bool) -> float | None:
    """Number that a text is; where thousands are never set apart, any mark is the decimal one."""
    if is_coordinate:
        form = form_of(text)
        decimal = {Form.COMMA_EITHER: ",", Form.DOT_EITHER: "."}.get(form, decimal)
    return number(text, decimal=decimal)


def survey_of(
    frame: pl.LazyFrame, table: str, name: str, settings: Settings, *, semicolons: bool = False
) -> Survey:
    """Survey of a table as read.

    Parameters
    ----------
    frame : LazyFrame
        Our columns as text, Float64 or Int64, and `_row`.
    table, name : str
        Of the table, and how messages call its file.
    settings : Settings
        Of the dataset.
    semicolons : bool
        Whether it is CSV with semicolons, as programs write it that put commas before decimals.

    Raises
    ------
    DatasetError
        If numbers of a column can be read in two ways.
    """
    schema = frame.collect_schema()
    survey = Survey(Marks.of(settings), codes=frozenset(settings.industries_of_interest))
    columns = [c for c in RAW_TABLES[table].columns if c.name in schema]
    numbers = [c for c in columns if c.type in (Type.NUMBER, Type.INTEGER)]
    years = [c for c in columns if c.type is Type.YEAR]
    texts = [c for c in columns if c.type is Type.TEXT and table not in _IDS]
    _Numbers(frame, survey, settings, table, name, semicolons=semicolons).read(
        [c for c in numbers if schema[c.name] == pl.String]
    )
    survey.unread += _infinite(frame, [c.name for c in numbers if schema[c.name] == pl.Float64])
    survey.notices += _small_counts(frame, name, [
        c.name for c in numbers if c.name in _COUNTS and schema[c.name] == pl.Float64
    ])  # fmt: skip
    for column in years:
        read_years(frame, survey, settings, column, name)
    _find_floats(frame, survey, [c.name for c in texts if schema[c.name] == pl.String])
    if texts:
        found = frame.select(
            pl.col(c.name).str.contains(INVISIBLE).any().alias(c.name) for c in texts
        ).collect(engine="streaming")
        survey.controlled = [c.name for c in texts if found[c.name][0]]
    return survey


def _find_floats(frame: pl.LazyFrame, survey: Survey, columns: list[str]) -> None:
    """Columns of codes of which every one ends in `.0`: a program took them for numbers."""
    if not columns:
        return
    expressions = []
    for name in columns:
        text = text_of(name)
        is_float = text.str.contains(r"^[0-9]+\.0$")
        is_other = ~is_float & (text != "") & ~text.str.to_lowercase().is_in(sorted(MISSING))
        expressions += [is_float.sum().alias(name), is_other.any().alias(f"other:{name}")]
    found = frame.select(expressions).collect(engine="streaming").row(0, named=True)
    survey.floats = [n for n in columns if found[n] and not found[f"other:{n}"]]
    for name in survey.floats:
        survey.count("id_written_otherwise", found[name])


class _Numbers:
    """The columns of numbers that a table has as text."""

    def __init__(
        self,
        frame: pl.LazyFrame,
        survey: Survey,
        settings: Settings,
        table: str,
        name: str,
        *,
        semicolons: bool,
    ) -> None:
        self.frame, self.survey, self.settings = frame, survey, settings
        self.table, self.name, self.semicolons = table, name, semicolons

    def read(self, columns: list[Column]) -> None:
        """Survey these columns."""
        if not columns:
            return
        counts = self._counts([c.name for c in columns])
        odd = {c.name: self._texts(c.name, _is_odd(c.name, self.survey.marks))
               if counts[f"odd:{c.name}"] else _no_texts() for c in columns}  # fmt: skip
        forms: dict[str, set[Form]] = {}
        for column in columns:
            marks = self.survey.marks
            forms[column.name] = {
                form_of(text) for text in odd[column.name]["text"] if not marks.is_withheld(text)
            }
            forms[column.name] |= {Form.DOT_DECIMAL} if counts[f"dot:{column.name}"] else set()
            forms[column.name] |= {Form.DOT_EITHER} if counts[f"either:{column.name}"] else set()
        for column in columns:
            self._column(column.name, odd[column.name], forms)

    def _counts(self, names: list[str]) -> dict[str, int]:
        """How many texts of each column are odd, and use a dot in either way."""
        expressions = []
        for name in names:
            text = text_of(name)
            expressions += [
                _is_odd(name, self.survey.marks).sum().alias(f"odd:{name}"),
                (text.str.contains(_DOT_DECIMAL) & text.str.contains(PLAIN_NUMBER))
                .sum().alias(f"dot:{name}"),
                text.str.contains(_DOT_EITHER).sum().alias(f"either:{name}"),
            ]  # fmt: skip
        row: dict[str, int] = (
            self.frame.select(expressions).collect(engine="streaming").row(0, named=True)
        )
        return row

    def _texts(self, name: str, condition: pl.Expr) -> pl.DataFrame:
        return distinct_texts(self.frame, name, condition)

    def _column(self, name: str, odd: pl.DataFrame, by_column: dict[str, set[Form]]) -> None:
        is_coordinate, forms = name in _NEVER_GROUPED, by_column[name]
        decimal = self.settings.decimal_of(self.table, name)
        if decimal is None and not is_coordinate:
            decimal = decimal_of(
                forms,
                is_count=name in _COUNTS,
                beside=_common_mark(by_column.values()),
                semicolons=self.semicolons,
            )
        if Form.DOT_EITHER in forms and decimal != "." and not is_coordinate:
            either = self._texts(name, text_of(name).str.contains(_DOT_EITHER))
            odd = pl.concat([odd, either]).unique("text", keep="first", maintain_order=True)
        if odd.is_empty():
            return
        self._assert_plain(name, odd, decimal, is_coordinate=is_coordinate)
        marks = self.survey.marks
        values, wrong, grouped = [], [], 0
        for text, rows in zip(odd["text"], odd["rows"], strict=True):
            missing = marks.is_withheld(text)
            value = None if missing else value_of(text, decimal, is_coordinate=is_coordinate)
            values.append(value)
            wrong.append(value is None and not missing)
            grouped += rows if value is not None else 0
        self.survey.count("number_marks", grouped)
        enter(self.survey, name, odd, pl.Series("value", values, pl.Float64), wrong)

    def _assert_plain(
        self, name: str, odd: pl.DataFrame, decimal: str | None, *, is_coordinate: bool
    ) -> None:
        if decimal is not None or is_coordinate:
            return
        both = odd.filter(
            pl.Series([form_of(t) in (Form.DOT_EITHER, Form.COMMA_EITHER) for t in odd["text"]])
        ).sort("row")
        if both.is_empty():
            return
        text, row, rows = str(both["text"][0]), int(both["row"][0]) + 1, int(both["rows"].sum())
        mark = "." if "." in text else ","
        other = "," if mark == "." else "."
        large = text.replace(mark, "")
        raise DatasetError(
            Text(
                f"{self.name}: column {name}: {rows:,} value(s) such as {brief(text)} (row {row:,})"
                f' can be {large} or {text.replace(",", ".")}; say `decimal: "{other}"` in '
                f'dataset.yaml for {large}, or `decimal: "{mark}"` for the other.',
                f"{self.name}：欄 {name} 有 {rows:,} 個值如 {brief(text)}（第 {row:,} 行）可讀作 "
                f"{large} 或 {text.replace(',', '.')}；前者請在 dataset.yaml 中設 "
                f'`decimal: "{other}"`，後者設 `decimal: "{mark}"`。',
                f"{self.name}：列 {name} 有 {rows:,} 个值如 {brief(text)}（第 {row:,} 行）可读作 "
                f"{large} 或 {text.replace(',', '.')}；前者请在 dataset.yaml 中设 "
                f'`decimal: "{other}"`，后者设 `decimal: "{mark}"`。',
            ),
            *([self._whole(name, text, large, other)] if name in _COUNTS else []),
        )

    def _whole(self, name: str, text: str, large: str, decimal: str) -> Proposal:
        """That what counts people or firms is whole."""
        return Proposal(
            "decimal",
            {f"{self.table}.{name}": decimal},
            Text(
                f"{self.name}: {brief(text)} in the column {name} counts something, and is {large}",
                f"{self.name}：欄 {name} 的 {brief(text)} 為計數，讀作 {large}",
                f"{self.name}：列 {name} 的 {brief(text)} 为计数，读作 {large}",
            ),
        )


def _common_mark(columns: Iterable[set[Form]]) -> str | None:
    """The decimal mark that the columns of a file show, None where they show none or both."""
    seen = set().union(*columns)
    marks = [m for form, m in ((Form.DOT_DECIMAL, "."), (Form.COMMA_DECIMAL, ",")) if form in seen]
    return marks[0] if len(marks) == 1 else None


def _infinite(frame: pl.LazyFrame, columns: list[str]) -> list[Unread]:
    """Numbers without end, which some programs store."""
    found = []
    for column in columns:
        rows = (
            frame.filter(pl.col(column).is_infinite())
            .select(column, ROW)
            .collect(engine="streaming")
        )
        if len(rows):
            first = rows.sort(ROW).row(0)
            found.append(Unread(column, str(first[0]), int(first[1]), len(rows)))
    return found


def _small_counts(frame: pl.LazyFrame, name: str, columns: list[str]) -> list[Text]:
    """Counts whose fractions look like thousands that were set apart by a dot."""
    notices = []
    for column in columns:
        value = pl.col(column)
        rest = value.filter(value.is_finite() & (value != value.floor()))
        found = frame.select(
            value.max().alias("most"),
            rest.len().alias("fractions"),
            ((rest * 1000 - (rest * 1000).round()).abs() < 1e-6).sum().alias("three"),
            ((rest * 100 - (rest * 100).round()).abs() > 1e-6).sum().alias("full"),
            rest.first().alias("first"),
        ).collect(engine="streaming").row(0, named=True)  # fmt: skip
        few = found["fractions"] == 0 or found["three"] < found["fractions"]
        if few or 2 * found["full"] < found["fractions"] or found["most"] >= 1000:
            continue
        such = f"{found['first']:g}"
        notices.append(
            Text(
                f"{name}: all fractions of the column {column} have up to three digits (such as "
                f"{such}): if a dot set the thousands apart, they are a thousand times too small; "
                "write the numbers again without it.",
                f"{name}：欄 {column} 的小數均不超過三位（如 {such}）：若其點原為千分位，"
                "則數值小了一千倍；請去掉千分位後重新輸出。",
                f"{name}：列 {column} 的小数均不超过三位（如 {such}）：若其点原为千分位，"
                "则数值小了一千倍；请去掉千分位后重新输出。",
            )
        )
    return notices


def _is_odd(name: str, marks: Marks) -> pl.Expr:
    """Whether a text is no plain number, or one that is declared to mean that there is none."""
    text = text_of(name)
    odd = ~text.str.contains(PLAIN_NUMBER) & (text != "")
    odd |= text.str.contains(r"[eE]\+?[0-9]{3,}$")  # beyond what a computer counts with
    # A pair of coordinates is missing only where both are: that is for the row to say.
    return odd if name in ("longitude", "latitude") else odd | is_declared(name, marks)


def _no_texts() -> pl.DataFrame:
    return pl.DataFrame(schema={"text": pl.String, "rows": pl.UInt32, "row": pl.Int64})
