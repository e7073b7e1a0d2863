"""Text to typed values, with what could be repaired without guessing and what is no value at all.

One pass of expressions over a table as read; what its odd texts mean was found by
`geo.dataset.values.survey`. Whether a value is sensible for its row is judged in
`geo.dataset.judging.checks`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals as nw
import polars as pl

from geo.dataset.files.formats import ROW, TOO_MANY
from geo.dataset.values.numerals import EARLIEST, FOREVER, LATEST
from geo.dataset.values.survey import INVISIBLE, PLAIN_NUMBER, PLAIN_YEAR
from geo.dataset.values.surveyed import MISSING
from geo.schema import RAW_TABLES, Type

if TYPE_CHECKING:
    from collections.abc import Collection

    from geo.dataset.files.formats import Source
    from geo.dataset.values.surveyed import Marks
    from geo.schema.column import Column

__all__ = ["TRIMMED", "is_wrong", "shown", "typed"]

TRIMMED = "_white_space"
"""Whether white space around a value of the row was removed."""
_POINT = ("longitude", "latitude")
_CODES = ("industry", "supplying_industry", "using_industry")


def shown(column: str) -> str:
    """Name of the column that holds what the file says in `column`, as text."""
    return f"shown:{column}"


def is_wrong(column: str) -> str:
    """Name of the column that says whether the file's value is not of the type of `column`."""
    return f"wrong:{column}"


def typed(source: Source) -> nw.LazyFrame[Any]:
    """Every column of the table as its type, null where there is no value.

    Beside each column stand what the file says (`shown`) and, for numbers and years, whether that
    is no value of the type (`is_wrong`). Columns that the file lacks are null.

    Parameters
    ----------
    source : Source
        Table as read, with its survey.
    """
    schema = source.frame.collect_schema()
    survey = source.survey
    columns = [c for c in RAW_TABLES[source.table].columns if c.type is not Type.GEOMETRY]
    texts = [c.name for c in columns if schema.get(c.name) == nw.String]
    absent = [c.name for c in columns if c.name not in schema]
    frame = source.frame.with_columns(
        *(nw.lit(None, nw.String).alias(shown(name)) for name in absent),
        *(_trimmed(name).alias(shown(name)) for name in texts),
        *(
            nw.col(c.name).cast(nw.String).alias(shown(c.name))
            for c in columns
            if c.name in schema and c.name not in texts
        ),
        *([] if TOO_MANY in schema else [nw.lit(None, nw.String).alias(TOO_MANY)]),
    )
    for name, reading in survey.readings.items():
        odd = reading.select(
            pl.col("text").alias(shown(name)),
            pl.col("value").alias(_read(name)),
            pl.col("wrong").alias(_odd(name)),
        )
        frame = frame.join(nw.from_native(odd.lazy()), on=shown(name), how="left")
    trimmed = [(nw.col(n) != nw.col(shown(n))).fill_null(value=False) for n in texts]
    values = [
        expression
        for c in columns
        for expression in _value(source, c, schema.get(c.name, nw.String()))
    ]
    geometry = [nw.col("geometry")] if "geometry" in schema else []
    frame = frame.select(
        nw.col(ROW),
        nw.col(TOO_MANY),
        *geometry,
        *(nw.col(shown(c.name)) for c in columns),
        *values,
        nw.any_horizontal(*trimmed, ignore_nulls=True).alias(TRIMMED)
        if trimmed
        else nw.lit(value=False).alias(TRIMMED),
    )
    return _without_missing_points(frame, survey.marks)


def _read(name: str) -> str:
    return f"_read:{name}"


def _odd(name: str) -> str:
    return f"_odd:{name}"


def _trimmed(name: str) -> nw.Expr:
    text = nw.col(name).str.strip_chars()
    return nw.when(text != "").then(text)


def _value(source: Source, column: Column, dtype: object) -> list[nw.Expr]:
    name, survey = column.name, source.survey
    if column.type not in (Type.NUMBER, Type.INTEGER, Type.YEAR):
        kept = survey.codes if name in _CODES else frozenset()
        controlled = name in survey.controlled
        text = _text(name, survey.marks, kept=kept, controlled=controlled)
        if name in survey.floats:
            text = text.str.replace_all(r"\.0$", "")
        return [text.alias(name)]
    is_year = column.type is Type.YEAR
    value, wrong = (_plain_year if is_year else _plain_number)(name, dtype, survey.marks)
    if name in survey.readings:
        was_odd = ~nw.col(_odd(name)).is_null()
        value = nw.when(was_odd).then(nw.col(_read(name))).otherwise(value)
        wrong = nw.when(was_odd).then(nw.col(_odd(name))).otherwise(wrong)
    return [value.alias(name), wrong.fill_null(value=False).alias(is_wrong(name))]


def _text(name: str, marks: Marks, *, kept: Collection[str], controlled: bool) -> nw.Expr:
    text = nw.col(shown(name))
    if controlled:
        text = text.str.replace_all(INVISIBLE, "")
    absent = text.is_in([mark for mark in _spellings(marks) if mark not in kept])
    return nw.when(~absent).then(text)


def _spellings(marks: Marks) -> list[str]:
    """Marks as they are written, in the letter cases in which programs write them."""
    spelt = {m for text in marks.missing for m in (text, text.upper(), text.title())}
    kept = {"NaN", "NaT"} if marks.missing >= MISSING else set()
    return sorted(spelt | kept | marks.declared)


def _plain_number(name: str, dtype: object, marks: Marks) -> tuple[nw.Expr, nw.Expr]:
    """Numbers, and whether the file has something else; what is odd was read by the survey."""
    if dtype != nw.Float64:
        text = nw.col(shown(name))
        value: nw.Expr = nw.when(text.str.contains(PLAIN_NUMBER)).then(text).cast(nw.Float64)
        given = ~text.is_null()
    else:
        value = nw.when(~nw.col(name).is_nan()).then(nw.col(name))
        if marks.numbers and name not in _POINT:
            value = nw.when(~value.is_in(sorted(marks.numbers))).then(value)
        given = ~value.is_null()
    finite = nw.when(value.is_finite()).then(value)
    return finite, given & finite.is_null()


def _plain_year(name: str, dtype: object, marks: Marks) -> tuple[nw.Expr, nw.Expr]:
    del marks
    # A register's 9999-12-31 says that there is no end.
    latest = FOREVER if name == "closed" else LATEST
    if dtype == nw.Int64:
        value = nw.col(name)
        given = ~value.is_null()
    else:
        text = nw.col(shown(name))
        value = nw.when(text.str.contains(PLAIN_YEAR)).then(text).cast(nw.Int64)
        given = ~text.is_null()
    value = nw.when(value.is_between(EARLIEST, latest)).then(value)
    return value, given & value.is_null()


def _without_missing_points(frame: nw.LazyFrame[Any], marks: Marks) -> nw.LazyFrame[Any]:
    """Rows whose pair of coordinates is missing where both are a number that means so."""
    if not marks.numbers or not set(_POINT) <= set(frame.collect_schema().names()):
        return frame
    gone = nw.lit(value=True)
    for name in _POINT:
        gone = gone & nw.col(name).is_in(sorted(marks.numbers)).fill_null(value=False)
    return frame.with_columns(
        *(nw.when(~gone).then(nw.col(name)).alias(name) for name in _POINT),
        *((nw.col(is_wrong(name)) & ~gone).alias(is_wrong(name)) for name in _POINT),
    )
