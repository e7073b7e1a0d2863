"""Row checks: which rows are used, which are rejected and why, and when a table is unusable.

Every check is a condition with a reason and a column; the first that fails decides, in the order
given. Which checks a table has stands in the module of the table.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import narwhals as nw

from geo.dataset.formats import ROW, TOO_MANY
from geo.dataset.values import LARGEST, is_wrong, shown
from geo.engine import scan, sink
from geo.errors import DatasetError
from geo.schema import RAW_TABLES, Type
from geo.vocabulary import REJECTIONS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from geo.dataset.formats import Source

__all__ = [
    "Check",
    "assert_usable",
    "duplicates",
    "required_checks",
    "sort_out",
    "value_checks",
]


_FAILED = "_failed"
_OF_OTHER_YEARS = {"outside_years", "party_not_alive", "party_rejected"}


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
        if column.type in (Type.NUMBER, Type.INTEGER):
            checks.append(Check("too_large", column.name, nw.col(column.name) > LARGEST))
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
    path: Path,
) -> tuple[nw.LazyFrame[Any], nw.LazyFrame[Any]]:
    """Rows that pass every check, and those that do not, with why.

    Parameters
    ----------
    frame : LazyFrame
        Typed rows.
    checks : sequence of Check
        In the order in which they decide.
    keep : sequence of str
        Columns of the rows that pass.
    key : sequence of str
        Columns that make the key of a rejected row, as text; the first is its id.
    path : Path
        File that the judged rows are written to, in one pass.

    Returns
    -------
    tuple of LazyFrame
        Rows that pass, with `keep`; and rejected rows with _row, _id, key, column, value, reason.
    """
    failed: nw.Expr = nw.lit(None, nw.Int32)
    for number, check in reversed(list(enumerate(checks))):
        failed = nw.when(check.fails).then(nw.lit(number, nw.Int32)).otherwise(failed)
    texts = dict.fromkeys([*key, *(name for check in checks for name in _told_by(check))])
    is_rejected = ~nw.col(_FAILED).is_null()
    judged = frame.with_columns(failed.alias(_FAILED)).select(
        *(nw.col(name) for name in keep),
        nw.col(_FAILED),
        # What the file says is written for rejected rows alone.
        *(nw.when(is_rejected).then(nw.col(t).cast(nw.String)).alias(f"told:{t}") for t in texts),
    )
    sink({path: judged}, in_order=False)
    rows = scan(path)
    accepted = rows.filter(nw.col(_FAILED).is_null()).select(*keep)
    refused = rows.filter(is_rejected).select(
        nw.col(ROW),
        nw.col(f"told:{key[0]}").alias("_id"),
        _joined_text(key).alias("key"),
        _chosen([nw.lit(check.column) for check in checks]).alias("column"),
        _chosen([_joined_text(_told_by(check)) for check in checks]).alias("value"),
        _chosen([nw.lit(check.reason) for check in checks]).alias("reason"),
    )
    return accepted, refused


def _told_by(check: Check) -> list[str]:
    """Columns that show what is wrong with a row."""
    if check.reason == "too_many_values":
        return [TOO_MANY]
    if check.column == "geometry":
        return []
    if check.reason.startswith("coordinates_") or check.reason == "outside_regions":
        return [shown("longitude"), shown("latitude")]
    return [shown(check.column)]


def _chosen(by_check: list[nw.Expr]) -> nw.Expr:
    chosen: nw.Expr = nw.lit(None, nw.String)
    for number, value in reversed(list(enumerate(by_check))):
        chosen = nw.when(nw.col(_FAILED) == number).then(value).otherwise(chosen)
    return chosen


def _joined_text(columns: Sequence[str]) -> nw.Expr:
    if len(columns) < 2:
        return nw.col(f"told:{columns[0]}") if columns else nw.lit(None, nw.String)
    texts = [nw.col(f"told:{name}").fill_null("") for name in columns]
    return nw.concat_str(*texts, separator=", ")


def assert_usable(
    source: Source, counts: Sequence[dict[str, Any]], *, used: int, max_share: float, hole: str = ""
) -> None:
    """Stop where too many rows of a table are wrong, or none can be used.

    A table that only speaks of other years than those of the run has no usable row, and is right.

    Parameters
    ----------
    source : Source
        The table.
    counts : sequence of dict
        Reasons counted: reason, rows, and of its first row _row, column, value.
    used : int
        Rows used.
    max_share : float
        Share of faulty rows above which to stop.
    hole : str, default ''
        What is missing on the map, which explains points outside all regions.

    Raises
    ------
    DatasetError
        Naming the file, the most frequent fault, its first value and row, and what to do.
    """
    faults = [c for c in counts if REJECTIONS[c["reason"]].is_fault]
    total = sum(c["rows"] for c in faults)
    if not used and source.table != "regions" and {c["reason"] for c in counts} <= _OF_OTHER_YEARS:
        return
    worst = max(faults or counts, key=lambda c: (c["rows"], -c["_row"]), default=None)
    if worst is None or (total <= max_share * source.rows and used):
        return
    part, row = source.place_of(worst["_row"])
    why = REJECTIONS[worst["reason"]].text.en
    if worst["reason"] == "outside_regions":
        why += hole
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
