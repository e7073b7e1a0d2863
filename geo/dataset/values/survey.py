"""What the texts of a table say, found once for the whole of each column.

Most texts are plain numbers or years, which the engine reads by itself. The others are few kinds
of texts: each distinct one is read here, by what its column says as a whole. What one text means
stands in `geo.dataset.values.numerals`; where the result is put in, in
`geo.dataset.values.typed_values`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import polars as pl

from geo.dataset.files.delimited import ROW
from geo.dataset.values.marks import MISSING, Marks
from geo.dataset.values.numerals import (
    EARLIEST,
    FOREVER,
    LATEST,
    Form,
    calendar_of,
    decimal_of,
    form_of,
    number,
    year,
)
from geo.errors import DatasetError, brief
from geo.proposal import Proposal
from geo.schema import RAW_TABLES, Type
from geo.vocabulary import Calendar, Language, Text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from geo.schema.column import Column
    from geo.settings import Settings

__all__ = ["INVISIBLE", "PLAIN_NUMBER", "PLAIN_YEAR", "Survey", "Unread", "survey_of", "value_of"]

PLAIN_NUMBER = r"^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?$"
PLAIN_YEAR = r"^(1[5-9]|20)[0-9]{2}$"
_DOT_EITHER = r"^[+-]?[1-9][0-9]{0,2}\.[0-9]{3}$"
_DOT_DECIMAL = r"\.([0-9]{1,2}|[0-9]{4,})?$|^[+-]?0?\.[0-9]|^[+-]?[0-9]{4,}\."
INVISIBLE = (
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]"
)
_COUNTS = {"establishments", "employment", "population"}
_NEVER_GROUPED = {"longitude", "latitude", "coefficient"}
_IDS = {"links", "travel_times"}
"""Tables of ids alone: what cannot be seen in them matters only where they do not match."""


@dataclass(frozen=True)
class Unread:
    """Values of one column that cannot be read."""

    column: str
    value: str
    row: int
    rows: int


@dataclass
class Survey:
    """How the texts of one table are read."""

    marks: Marks
    readings: dict[str, pl.DataFrame] = field(default_factory=dict)
    """By column the texts that are not plain: text, value (null = none), wrong, rows."""
    unread: list[Unread] = field(default_factory=list)
    repairs: dict[str, int] = field(default_factory=dict)
    """Rows by what was done to read them."""
    controlled: list[str] = field(default_factory=list)
    """Columns of text with characters that no eye sees."""
    floats: list[str] = field(default_factory=list)
    """Columns of codes that a program has written as numbers with `.0`."""
    codes: frozenset[str] = frozenset()
    """Codes of industries that are none of the marks, since the settings look at them closely."""
    notices: list[Text] = field(default_factory=list)
    proposals: list[Proposal] = field(default_factory=list)
    """Settings that would read more of it."""

    def count(self, code: str, rows: int) -> None:
        """Add rows of a repair."""
        if rows:
            self.repairs[code] = self.repairs.get(code, 0) + rows


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
        _read_years(frame, survey, settings, column, name)
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
        text = _text(name)
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
            text = _text(name)
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
        return _distinct(self.frame, name, condition)

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
            either = self._texts(name, _text(name).str.contains(_DOT_EITHER))
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
        _enter(self.survey, name, odd, pl.Series("value", values, pl.Float64), wrong)

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


def _read_years(
    frame: pl.LazyFrame, survey: Survey, settings: Settings, column: Column, file: str
) -> None:
    name = column.name
    if frame.collect_schema()[name] == pl.Int64:
        whole = pl.col(name)
        is_plain = whole.is_between(EARLIEST, FOREVER if name == "closed" else LATEST)
        number_missing = whole.cast(pl.Float64).is_in(list(survey.marks.numbers))
    else:
        is_plain = _text(name).str.contains(PLAIN_YEAR)
        number_missing = _is_declared(name, survey.marks)
    odd = _distinct(frame, name, ~is_plain | number_missing)
    if odd.is_empty():
        return
    marks = survey.marks
    given = [text for text in odd["text"] if not marks.is_withheld(text)]
    has_plain = bool(
        frame.select((is_plain & ~number_missing).any()).collect(engine="streaming").item()
    )
    calendar = settings.calendar or Calendar.COMMON
    latest = FOREVER if name == "closed" else LATEST
    if not has_plain and not any(year(text, latest=latest) for text in given):
        calendar = settings.calendar or calendar_of(given)
    values: list[int | None] = []
    wrong = []
    for text, rows in zip(odd["text"], odd["rows"], strict=True):
        missing = marks.is_withheld(text)
        common = None if missing else year(text, latest=latest)
        value = common if common or missing else year(text, calendar, latest=latest)
        values.append(value)
        wrong.append(value is None and not missing)
        if value is not None and common is None:
            survey.count("other_calendar", rows)
        elif value is not None and text[:4] != text.rstrip("年").removesuffix(".0"):
            survey.count("date_to_year", rows)
    if settings.calendar is None:
        unread = [text for text, is_lost in zip(odd["text"], wrong, strict=True) if is_lost]
        survey.proposals += _calendar(unread, settings.language, name, file, latest)
    lost = sum(rows for rows, is_lost in zip(odd["rows"], wrong, strict=True) if is_lost)
    plain = frame.select((is_plain & ~number_missing).sum()).collect(engine="streaming").item()
    if 2 * lost > plain + int(odd["rows"].sum()) and name in ("opened", "closed"):
        first = odd.filter(pl.Series(wrong)).row(0, named=True)
        raise DatasetError(
            _no_years(file, name, first["text"], first["row"] + 1, lost), *survey.proposals
        )
    if calendar is not Calendar.COMMON:
        survey.notices += _told_calendar(name, calendar, given[0], values)
    _enter(survey, name, odd, pl.Series("value", values, pl.Int64), wrong)


def _calendar(
    texts: list[str], language: Language, name: str, file: str, latest: int
) -> list[Proposal]:
    """The calendar in which most texts that name no year by themselves do."""
    for calendar in (Calendar.REPUBLIC, Calendar.SERIAL):
        years = [y for text in texts if (y := year(text, calendar, latest=latest)) is not None]
        # 98 alone may as well be 1998: three digits, or readers of that country, say which.
        is_plain = calendar is Calendar.SERIAL or language is Language.ZH_HANT or max(
            years, default=0
        ) >= 1911 + 100  # fmt: skip
        if 2 * len(years) > len(texts) and is_plain and max(years) <= LATEST:
            shown = f"{min(years)}-{max(years)}"
            what = Text(
                "years of the Republic of China" if calendar is Calendar.REPUBLIC
                else "days as Excel counts them",
                "民國紀年" if calendar is Calendar.REPUBLIC else "Excel 的日期序號",
                "民国纪年" if calendar is Calendar.REPUBLIC else "Excel 的日期序号",
            )  # fmt: skip
            return [
                Proposal(
                    "calendar",
                    str(calendar),
                    Text(
                        f"{file}: {brief(texts[0])} and the like in the column {name} are "
                        f"{what.en}: {shown}",
                        f"{file}：欄 {name} 的 {brief(texts[0])} 等為{what.zh_hant}：{shown}",
                        f"{file}：列 {name} 的 {brief(texts[0])} 等为{what.zh_hans}：{shown}",
                    ),
                )
            ]
    return []


def _no_years(file: str, name: str, value: str, row: int, rows: int) -> Text:
    return Text(
        f"{file}: most values of the column {name} are no years or dates ({rows:,}, first "
        f"{brief(value)} in row {row:,}); write years of four digits, such as 2015 or 2015-03-01, "
        "or name words that mean 'not known' under `missing_values` in dataset.yaml.",
        f"{file}：欄 {name} 的值大多不是年份或日期（{rows:,} 個，首個為第 {row:,} 行的 "
        f"{brief(value)}）；請用四位年份，如 2015 或 2015-03-01；"
        "表示未知的詞請列入 dataset.yaml 的 `missing_values`。",
        f"{file}：列 {name} 的值大多不是年份或日期（{rows:,} 个，首个为第 {row:,} 行的 "
        f"{brief(value)}）；请用四位年份，如 2015 或 2015-03-01；"
        "表示未知的词请列入 dataset.yaml 的 `missing_values`。",
    )


def _told_calendar(
    name: str, calendar: Calendar, first: str, values: list[int | None]
) -> list[Text]:
    known = [v for v in values if v is not None]
    if not known:
        return []
    years = f"{min(known)}-{max(known)}"
    if calendar is Calendar.SERIAL:
        return [
            Text(
                f"The column {name} holds days as Excel counts them (such as {brief(first)}); "
                f"read as years {years}.",
                f"欄 {name} 為 Excel 的日期序號（如 {brief(first)}），讀作 {years} 年。",
                f"列 {name} 为 Excel 的日期序号（如 {brief(first)}），读作 {years} 年。",
            )
        ]
    return [
        Text(
            f"The column {name} counts years of the Republic of China (such as {brief(first)}); "
            f"read as {years}.",
            f"欄 {name} 為民國紀年（如 {brief(first)}），讀作西元 {years} 年。",
            f"列 {name} 为民国纪年（如 {brief(first)}），读作公元 {years} 年。",
        )
    ]


def _enter(
    survey: Survey, name: str, odd: pl.DataFrame, values: pl.Series, wrong: Iterable[bool]
) -> None:
    table = odd.with_columns(values, pl.Series("wrong", list(wrong), pl.Boolean))
    survey.readings[name] = table.select("text", "value", "wrong", "rows")
    lost = table.filter("wrong").sort("row")
    if len(lost):
        first = lost.row(0, named=True)
        survey.unread.append(Unread(name, first["text"], first["row"], int(lost["rows"].sum())))


def _text(name: str) -> pl.Expr:
    return pl.col(name).cast(pl.String).str.strip_chars()


def _is_declared(name: str, marks: Marks) -> pl.Expr:
    if not marks.numbers:
        return pl.lit(value=False)
    value = _text(name).cast(pl.Float64, strict=False)
    return value.is_in(list(marks.numbers)).fill_null(value=False)


def _is_odd(name: str, marks: Marks) -> pl.Expr:
    """Whether a text is no plain number, or one that is declared to mean that there is none."""
    text = _text(name)
    odd = ~text.str.contains(PLAIN_NUMBER) & (text != "")
    odd |= text.str.contains(r"[eE]\+?[0-9]{3,}$")  # beyond what a computer counts with
    # A pair of coordinates is missing only where both are: that is for the row to say.
    return odd if name in ("longitude", "latitude") else odd | _is_declared(name, marks)


def _distinct(frame: pl.LazyFrame, name: str, condition: pl.Expr) -> pl.DataFrame:
    """Distinct texts of a column where a condition holds: text, rows, row (the first)."""
    text = _text(name)
    return (
        frame.filter(condition & pl.col(name).is_not_null() & (text != ""))
        .group_by(text.alias("text"))
        .agg(pl.len().alias("rows"), pl.col(ROW).min().alias("row"))
        .sort("row")
        .collect(engine="streaming")
    )


def _no_texts() -> pl.DataFrame:
    return pl.DataFrame(schema={"text": pl.String, "rows": pl.UInt32, "row": pl.Int64})
