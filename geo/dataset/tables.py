"""What the modules of single tables share: one table typed, judged, without duplicates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals as nw

from geo.dataset.checks import Check, duplicates, sort_out
from geo.dataset.formats import ROW
from geo.dataset.values import DATED, TRIMMED
from geo.engine import scan, sink

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from geo.dataset.formats import Source
    from geo.dataset.ledger import Ledger

__all__ = ["CASED", "judged"]

CASED = "_letter_case"
"""Whether a kind was brought to lower case."""
_FLAGS = {TRIMMED: "white_space", DATED: "date_to_year", CASED: "letter_case"}


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
        Columns of the result that may not be the same in two usable rows; the first row stays.
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
    result, refused = sort_out(frame, checks, keep=columns, key=key, path=path)
    rejected = [refused]
    if unique:
        again = into / f"{source.table}.again.parquet"
        sink({again: _described(duplicates(result, unique), unique)})
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
    ledger.enter(source, used=row.pop("rows"), rejected=rejected, repaired=row)
    return result


def _described(rows: nw.LazyFrame[Any], unique: Sequence[str]) -> nw.LazyFrame[Any]:
    texts = [nw.col(name).cast(nw.String).fill_null("") for name in unique]
    key = nw.concat_str(*texts, separator=", ") if len(texts) > 1 else texts[0]
    return rows.select(
        nw.col(ROW),
        nw.col(unique[0]).cast(nw.String).alias("_id"),
        key.alias("key"),
        nw.lit(unique[0]).alias("column"),
        nw.col(unique[0]).cast(nw.String).alias("value"),
        nw.lit("id_duplicate").alias("reason"),
    )


def _rows(frame: nw.LazyFrame[Any]) -> int:
    return int(frame.select(nw.len()).collect().item())
