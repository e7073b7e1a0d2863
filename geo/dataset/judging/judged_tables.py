"""What the modules of single tables share: one table typed, judged, without duplicates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals as nw

from geo.dataset.files.formats import ROW
from geo.dataset.judging.checks import Check, duplicates, sort_out
from geo.dataset.judging.typed_values import TRIMMED
from geo.engine import scan, sink

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from geo.dataset.files.formats import Source
    from geo.dataset.judging.ledger import Ledger

__all__ = ["CASED", "judged"]

CASED = "_letter_case"
"""Whether a kind was brought to lower case."""
_FLAGS = {TRIMMED: "white_space", CASED: "letter_case"}
_JOBS = {
    "firms": ("employment",),
    "cells": ("employment", "establishments", "output"),
    "cell_links": ("ties", "value"),
}
"""What rows weigh: the first of these columns that the file has."""


def judged(
    source: Source,
    frame: nw.LazyFrame[Any],
    checks: Sequence[Check],
    *,
    keep: Sequence[str],
    key: Sequence[str],
    ledger: Ledger,
    into: Path,
    unique: Sequence[str] = (),
    packed: str | None = None,
    summed: Sequence[str] = (),
    not_summable: Sequence[str] = (),
    counted: Mapping[str, nw.Expr] | None = None,
) -> nw.LazyFrame[Any]:
    """Rows of a table that can be used; the others are entered in the ledger.

    Parameters
    ----------
    source : Source
        The table.
    frame : LazyFrame
        Its typed rows, with whatever the checks look at.
    checks : sequence of Check
        In the order in which they decide.
    keep : sequence of str
        Columns of the result, besides `_row`.
    key : sequence of str
        Columns that make the key of a rejected row; the first is its id.
    ledger : Ledger
        Where the rows are accounted for.
    into : Path
        Working folder.
    unique : sequence of str
        Columns of the result that may not be the same in two usable rows. Where such rows say the
        same, the first stays; where they contradict each other, none does.
    packed : str, optional
        Column of the result with one number for each key, which takes a fraction of the time and
        memory of its columns where rows are many.
    summed : sequence of str
        Columns of numbers that are added up over such rows instead, not known where a part is not.
    not_summable : sequence of str
        Columns that are not known where rows were added up, since parts may share what is counted.
    counted : mapping of str to expression, optional
        Further repairs, by code: which rows of the result have it.

    Raises
    ------
    DatasetError
        If too many rows are faulty, or none is left.
    """
    names = frame.collect_schema().names()
    flags = [flag for flag in _FLAGS if flag in names]
    columns = list(dict.fromkeys([ROW, *flags, *keep]))
    path = into / f"{source.table}.judged.parquet"
    weight = next((w for w in _JOBS.get(source.table, ()) if w in source.columns), None)
    result, refused = sort_out(frame, checks, keep=columns, key=key, weight=weight, path=path)
    rejected = [refused]
    keys = unique if packed is None else [packed]
    if unique and not summed:
        again = into / f"{source.table}.again.parquet"
        said = [name for name in keep if not name.startswith("_") and name not in unique]
        twice = duplicates(result, keys, said)
        if packed is not None:
            twice = twice.join(result.select(ROW, *unique), on=ROW, how="left")
        sink({again: _described(twice, unique, result, weight)})
        if _rows(scan(again)):
            rejected.append(scan(again))
            result = result.join(scan(again).select(ROW), on=ROW, how="anti")
            once = into / f"{source.table}.once.parquet"
            sink({once: result})
            result = scan(once)
    totals = {_FLAGS[flag]: nw.col(flag) for flag in flags} | dict(counted or {})
    sums = result.select(
        nw.len().alias("rows"),
        *(e.cast(nw.Int64).sum().fill_null(0).alias(code) for code, e in totals.items()),
    )
    row: dict[str, int] = sums.collect().rows(named=True)[0]
    used = row.pop("rows")
    if unique and summed:
        path = into / f"{source.table}.summed.parquet"
        result = _added_up(result, keys, summed, not_summable, path)
        row["rows_summed"] = used - _rows(result)
    jobs = 0.0 if weight is None else result.select(nw.col(weight).sum()).collect().item()
    ledger.enter(
        source, used=used, rejected=rejected, repaired=row, weight=float(jobs or 0), weighs=weight
    )
    return result


def _added_up(
    rows: nw.LazyFrame[Any],
    unique: Sequence[str],
    summed: Sequence[str],
    not_summable: Sequence[str],
    path: Path,
) -> nw.LazyFrame[Any]:
    """One row per key: sums, null where a part is; of other columns what the first row says."""
    others = [n for n in rows.collect_schema().names() if n not in (*unique, *summed)]
    sums = [
        nw.when(nw.col(name).is_null().any().over(*unique)).then(None)
        .otherwise(nw.col(name).sum().over(*unique)).alias(name)
        for name in summed
    ]  # fmt: skip
    alone = nw.len().over(*unique) == 1
    sums += [nw.when(alone).then(nw.col(name)).alias(name) for name in not_summable]
    first = nw.col(ROW) == nw.col(ROW).min().over(*unique)
    kept = rows.with_columns(*sums, first.alias("_is_first")).filter(nw.col("_is_first"))
    sink({path: kept.select(*unique, *summed, *others)})
    return scan(path)


def _described(
    rows: nw.LazyFrame[Any], unique: Sequence[str], result: nw.LazyFrame[Any], weight: str | None
) -> nw.LazyFrame[Any]:
    texts = [nw.col(name).cast(nw.String).fill_null("") for name in unique]
    key = nw.concat_str(*texts, separator=", ") if len(texts) > 1 else texts[0]
    if weight is None:
        rows = rows.with_columns(nw.lit(None, nw.Float64).alias("weight"))
    else:
        jobs = result.select(ROW, nw.col(weight).alias("weight"))
        rows = rows.join(jobs, on=ROW, how="left")
    reason = nw.when(nw.col("_contradict")).then(nw.lit("rows_contradict"))
    return rows.select(
        nw.col(ROW),
        nw.col(unique[0]).cast(nw.String).alias("_id"),
        key.alias("key"),
        nw.lit(unique[0]).alias("column"),
        nw.col(unique[0]).cast(nw.String).alias("value"),
        reason.otherwise(nw.lit("id_duplicate")).alias("reason"),
        nw.col("weight"),
    )


def _rows(frame: nw.LazyFrame[Any]) -> int:
    return int(frame.select(nw.len()).collect().item())
