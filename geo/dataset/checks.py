"""Row checks: which rows are used, which are rejected and why, and when a table is unusable.

Every check is a condition with a reason and a column; the first that fails decides, in the order
given. Which checks a table has stands in the module of the table.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import narwhals as nw

from geo.dataset.formats import ROW, TOO_MANY
from geo.dataset.values import is_wrong, shown
from geo.engine import sink
from geo.errors import DatasetError
from geo.schema import RAW_TABLES, Type
from geo.vocabulary import REJECTIONS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import polars as pl

    from geo.dataset.formats import Source

__all__ = [
    "Check",
    "assert_usable",
    "duplicates",
    "required_checks",
    "sort_out",
    "value_checks",
]


class Check(NamedTuple):
    """A row for which `fails` holds is rejected; null counts as passed."""

    reason: str
    column: str
    fails: nw.Expr


def required_checks(source: Source) -> list[Check]:
    """Rows with more values than columns, without id, or without another required text or year."""
    table = RAW_TABLES[source.table]
    ids = [c.name for c in table.columns if c.required and c.name.endswith("_id")]
    ids = ids or [k for k in table.key if table.column(k).required][:1]
    checks = [Check("too_many_values", table.columns[-1].name, ~nw.col(TOO_MANY).is_null())]
    checks += [Check("id_missing", name, nw.col(name).is_null()) for name in ids]
    for column in table.columns:
        is_other = column.required and not column.nullable and column.name not in ids
        if is_other and column.type in (Type.TEXT, Type.YEAR):
            checks.append(Check("value_missing", column.name, nw.col(shown(column.name)).is_null()))
    return checks


def value_checks(source: Source) -> list[Check]:
    """Values that are not of their column's type, below its least, or not among those allowed."""
    checks = []
    for column in RAW_TABLES[source.table].columns:
        if column.name not in source.columns or column.type is Type.GEOMETRY:
            continue
        if column.type in (Type.NUMBER, Type.INTEGER, Type.YEAR):
            reason = "not_a_year" if column.type is Type.YEAR else "not_a_number"
            checks.append(Check(reason, column.name, nw.col(is_wrong(column.name))))
        if column.type is Type.YEAR and column.required:
            # Words such as NA, which say that there is no year.
            checks.append(Check("value_missing", column.name, nw.col(column.name).is_null()))
        if column.minimum == 0:
            checks.append(Check("negative_value", column.name, nw.col(column.name) < 0))
        if column.allowed is not None:
            is_known = nw.col(column.name).is_in(column.allowed)
            checks.append(Check("unknown_kind", column.name, ~is_known))
    return checks


def duplicates(frame: nw.LazyFrame[Any], keys: Sequence[str]) -> nw.LazyFrame[Any]:
    """Rows whose keys stand in an earlier row too: `_row` and the keys; no value equals none."""
    types = frame.collect_schema()
    filled = [
        nw.col(k).fill_null("" if types[k] == nw.String else -1).alias(f"_key_{k}") for k in keys
    ]
    rows = frame.select(nw.col(ROW), *(nw.col(k) for k in keys), *filled)
    names = [f"_key_{k}" for k in keys]
    first = rows.group_by(*names).agg(nw.col(ROW).min().alias("_first"), nw.len().alias("_times"))
    again = first.filter(nw.col("_times") > 1).select(*names, "_first")
    joined = rows.join(again, on=names, how="inner")
    return joined.filter(nw.col(ROW) > nw.col("_first")).select(ROW, *keys)


def sort_out(
    frame: nw.LazyFrame[Any],
    checks: Sequence[Check],
    *,
    keep: Sequence[str],
    key: Sequence[str],
    stem: Path,
) -> tuple[Path, Path]:
    """Write the rows that pass to one file, and those that do not, with why, to another.

    Parameters
    ----------
    frame : LazyFrame
        Typed rows.
    checks : sequence of Check
        In the order in which they decide.
    keep : sequence of str
        Columns of the rows that pass.
    key : sequence of str
        Columns that make the key of a rejected row, as text.
    stem : Path
        Path that both files' names begin with.
    """
    failed: nw.Expr = nw.lit(None, nw.Int32)
    for number, check in reversed(list(enumerate(checks))):
        failed = nw.when(check.fails).then(nw.lit(number, nw.Int32)).otherwise(failed)
    judged = frame.with_columns(failed.alias("_failed"))
    accepted = judged.filter(nw.col("_failed").is_null()).select(*keep)
    refused = judged.filter(~nw.col("_failed").is_null()).select(
        nw.col(ROW),
        nw.col(key[0]).cast(nw.String).alias("_id"),
        _joined_text(key).alias("key"),
        _chosen([(i, nw.lit(c.column)) for i, c in enumerate(checks)]).alias("column"),
        _chosen([(i, _shown(c)) for i, c in enumerate(checks)]).alias("value"),
        _chosen([(i, nw.lit(c.reason)) for i, c in enumerate(checks)]).alias("reason"),
    )
    paths = stem.with_name(f"{stem.name}.used.parquet"), stem.with_name(f"{stem.name}.not.parquet")
    sink({paths[0]: accepted, paths[1]: refused})
    return paths


def _shown(check: Check) -> nw.Expr:
    if check.reason == "too_many_values":
        return nw.col(TOO_MANY)
    if check.column == "geometry":
        return nw.lit(None, nw.String)
    if check.reason.startswith("coordinates_") or check.reason == "outside_regions":
        return _joined_text([shown("longitude"), shown("latitude")])
    return nw.col(shown(check.column))


def _chosen(pairs: list[tuple[int, nw.Expr]]) -> nw.Expr:
    chosen: nw.Expr = nw.lit(None, nw.String)
    for number, value in reversed(pairs):
        chosen = nw.when(nw.col("_failed") == number).then(value).otherwise(chosen)
    return chosen


def _joined_text(columns: Sequence[str]) -> nw.Expr:
    texts = [nw.col(name).cast(nw.String).fill_null("") for name in columns]
    return nw.concat_str(*texts, separator=", ") if len(texts) > 1 else texts[0]


def assert_usable(source: Source, rejected: pl.DataFrame, *, used: int, max_share: float) -> None:
    """Stop where too many rows of a table are wrong, or none can be used.

    Parameters
    ----------
    source : Source
        The table.
    rejected : DataFrame
        Reasons counted: reason, rows, and of its first row _row, column, value.
    used : int
        Rows used.
    max_share : float
        Share of faulty rows above which to stop.

    Raises
    ------
    DatasetError
        Naming the file, the most frequent fault, its first value and row, and what to do.
    """
    counts = rejected.to_dicts()
    faults = [c for c in counts if REJECTIONS[c["reason"]].is_fault]
    total = sum(c["rows"] for c in faults)
    worst = max(faults or counts, key=lambda c: (c["rows"], -c["_row"]), default=None)
    if worst is None or (total <= max_share * source.rows and used):
        return
    part, row = source.place_of(worst["_row"])
    why = REJECTIONS[worst["reason"]].text.en
    value = f" ({_short(worst['value'])})" if worst["value"] else ""
    if used:
        scale = (
            f"{total:,} of {source.rows:,} rows cannot be used, more than the "
            f"{max_share:.0%} allowed"
        )
        advice = "correct them, or raise `max_rejected_share` in dataset.yaml"
    else:
        scale = f"none of the {source.rows:,} rows can be used"
        advice = "correct the column, or say in dataset.yaml which column or datum is meant"
    raise DatasetError(
        f"{part}: {scale}; most often ({worst['rows']:,} times), and first in row {row:,}, "
        f"column {worst['column']}{value}: {why}; {advice}."
    )


def _short(value: str) -> str:
    text = " ".join(value.split())
    return repr(text if len(text) <= 60 else f"{text[:57]}...")
