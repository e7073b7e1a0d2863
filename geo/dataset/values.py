"""Text to typed values, with what could be repaired without guessing and what is no value at all.

One pass of expressions over a table as read. Whether a value is sensible for its row is judged in
`geo.dataset.checks`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals as nw

from geo.dataset.formats import ROW, TOO_MANY
from geo.schema import RAW_TABLES, Type

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geo.dataset.formats import Source

__all__ = ["DATED", "EARLIEST", "LARGEST", "LATEST", "TRIMMED", "is_wrong", "shown", "typed"]

TRIMMED = "_white_space"
"""Whether white space around a value of the row was removed."""
DATED = "_date_to_year"
"""Whether a date of the row was read as its year."""
LARGEST = 1e18
"""Largest count or sum of money; anything above is a slip."""
EARLIEST, LATEST = 1500, 2100
"""Years that a row may speak of; anything else is a slip."""

_NUMBER = r"^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?$"
_YEAR = r"^[0-9]{4}(\.0*|年)?$"
# Month and day may be 00: what registers write where the year alone is known.
_MONTH, _DAY = r"(0?[0-9]|1[0-2])", r"(0?[0-9]|[12][0-9]|3[01])"
_DATE = (
    rf"^[0-9]{{4}}([-/.]{_MONTH}([-/.]{_DAY}([T ].*)?)?"
    rf"|年{_MONTH}月({_DAY}日)?|(0[0-9]|1[0-2])([0-2][0-9]|3[01]))$"
)
# What programs write for 'no value' in a column of numbers.
_NOTHING = ("na", "n/a", "#n/a", "nan", "null", "none", "<na>", "nat")


def shown(column: str) -> str:
    """Name of the column that holds what the file says in `column`, as text."""
    return f"shown:{column}"


def is_wrong(column: str) -> str:
    """Name of the column that says whether the file's value is not of the type of `column`."""
    return f"wrong:{column}"


def typed(source: Source, *, missing: Sequence[float | str] = ()) -> nw.LazyFrame[Any]:
    """Every column of the table as its type, null where there is no value.

    Beside each column stand what the file says (`shown`) and, for numbers and years, whether that
    is no value of the type (`is_wrong`). Columns that the file lacks are null.

    Parameters
    ----------
    source : Source
        Table as read.
    missing : sequence of float or str
        Values that mean 'not known' in columns of numbers and years. A pair of coordinates is
        missing only where both are such a value.
    """
    schema = source.frame.collect_schema()
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
    trimmed = [(nw.col(n) != nw.col(shown(n))).fill_null(value=False) for n in texts]
    years = [c.name for c in columns if c.type is Type.YEAR and c.name in texts]
    dated = [nw.col(shown(n)).str.contains(_DATE).fill_null(value=False) for n in years]
    values = [
        expression
        for c in columns
        for expression in _value(c.name, c.type, schema.get(c.name, nw.String()), missing)
    ]
    geometry = [nw.col("geometry")] if "geometry" in schema else []
    frame = frame.select(
        nw.col(ROW),
        nw.col(TOO_MANY),
        *geometry,
        *(nw.col(shown(c.name)) for c in columns),
        *values,
        _any(trimmed).alias(TRIMMED),
        _any(dated).alias(DATED),
    )
    return _without_missing_points(frame, missing) if missing else frame


def _trimmed(name: str) -> nw.Expr:
    text = nw.col(name).str.strip_chars()
    return nw.when(text != "").then(text)


def _any(conditions: list[nw.Expr]) -> nw.Expr:
    return nw.any_horizontal(*conditions, ignore_nulls=True) if conditions else nw.lit(value=False)


def _value(name: str, kind: Type, dtype: object, missing: Sequence[float | str]) -> list[nw.Expr]:
    if kind in (Type.NUMBER, Type.INTEGER):
        value, wrong = _number(name, dtype, missing)
    elif kind is Type.YEAR:
        value, wrong = _year(name, dtype, missing)
    else:
        return [nw.col(shown(name)).alias(name)]
    return [value.alias(name), wrong.fill_null(value=False).alias(is_wrong(name))]


def _number(name: str, dtype: object, missing: Sequence[float | str]) -> tuple[nw.Expr, nw.Expr]:
    text = nw.col(shown(name))
    if dtype == nw.Float64:
        value: nw.Expr = nw.when(~nw.col(name).is_nan()).then(nw.col(name))
        given = ~value.is_null()
    else:
        value = nw.when(text.str.contains(_NUMBER)).then(text).cast(nw.Float64)
        given = ~text.is_null() & ~text.str.to_lowercase().is_in(_NOTHING)
    if name not in ("longitude", "latitude"):
        absent = _is_missing(name, value, missing)
        value, given = nw.when(~absent).then(value), given & ~absent
    finite = nw.when(value.is_finite()).then(value)
    return finite, given & finite.is_null()


def _year(name: str, dtype: object, missing: Sequence[float | str]) -> tuple[nw.Expr, nw.Expr]:
    text = nw.col(shown(name))
    if dtype == nw.Int64:
        value = nw.col(name)
        given = ~value.is_null()
    else:
        is_year = text.str.contains(_YEAR) | text.str.contains(_DATE)
        value = nw.when(is_year).then(text.str.slice(0, 4)).cast(nw.Int64)
        given = ~text.is_null() & ~text.str.to_lowercase().is_in(_NOTHING)
    given = given & ~_is_missing(name, value, missing)
    # A register's 9999-12-31 says that there is no end.
    latest = 9999 if name == "closed" else LATEST
    value = nw.when(value.is_between(EARLIEST, latest) & given).then(value)
    return value, given & value.is_null()


def _is_missing(name: str, value: nw.Expr, missing: Sequence[float | str]) -> nw.Expr:
    numbers = [float(m) for m in missing if not isinstance(m, str)]
    words = [m for m in missing if isinstance(m, str)]
    result = nw.lit(value=False)
    if numbers:
        result = result | value.cast(nw.Float64).is_in(numbers).fill_null(value=False)
    if words:
        result = result | nw.col(shown(name)).is_in(words).fill_null(value=False)
    return result


def _without_missing_points(
    frame: nw.LazyFrame[Any], missing: Sequence[float | str]
) -> nw.LazyFrame[Any]:
    names = ("longitude", "latitude")
    if not set(names) <= set(frame.collect_schema().names()):
        return frame
    either = [_is_missing(name, nw.col(name), missing) for name in names]
    gone = either[0] & either[1]
    return frame.with_columns(
        *(nw.when(~gone).then(nw.col(name)).alias(name) for name in names),
        *((nw.col(is_wrong(name)) & ~gone).alias(is_wrong(name)) for name in names),
    )
