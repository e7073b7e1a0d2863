"""Columns of years: which calendar their texts are of, and which year each of them names."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from geo.dataset.values.numerals import EARLIEST, FOREVER, LATEST, calendar_of, year
from geo.dataset.values.surveyed import distinct_texts, enter, is_declared, text_of
from geo.errors import DatasetError, Proposal, brief
from geo.vocabulary import Calendar, Language, Text

if TYPE_CHECKING:
    from geo.dataset.values.surveyed import Survey
    from geo.schema.column import Column
    from geo.settings import Settings

__all__ = ["PLAIN_YEAR", "read_years"]

PLAIN_YEAR = r"^(1[5-9]|20)[0-9]{2}$"


def read_years(
    frame: pl.LazyFrame, survey: Survey, settings: Settings, column: Column, file: str
) -> None:
    """Survey a column of years.

    Parameters
    ----------
    frame : LazyFrame
        The table as read.
    survey : Survey
        Where what is found goes.
    settings : Settings
        Of the dataset.
    column : Column
        Which column.
    file : str
        How messages call the file.

    Raises
    ------
    DatasetError
        If most values of a column of lives are no years.
    """
    name = column.name
    if frame.collect_schema()[name] == pl.Int64:
        whole = pl.col(name)
        is_plain = whole.is_between(EARLIEST, FOREVER if name == "closed" else LATEST)
        number_missing = whole.cast(pl.Float64).is_in(list(survey.marks.numbers))
    else:
        is_plain = text_of(name).str.contains(PLAIN_YEAR)
        number_missing = is_declared(name, survey.marks)
    odd = distinct_texts(frame, name, ~is_plain | number_missing)
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
    enter(survey, name, odd, pl.Series("value", values, pl.Int64), wrong)


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
