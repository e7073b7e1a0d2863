"""Grouping and looking up by whole numbers, which is what makes counting ties fast.

Every key is a dense integer, so several keys pack into one, and one integer groups and joins three
times as fast as four columns. Where the engine is this machine and the keys fit into memory, a
look-up is a gather from an array and not a join. Nothing here knows what the keys mean.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

import narwhals as nw
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    Lazy = nw.LazyFrame[Any]

__all__ = ["Sizes", "grouped", "held", "lazy_like", "looked_up", "packed", "sizes_of", "tallied"]

_MOST_DENSE = 250_000_000  # values of 4 bytes: a gigabyte
_MOST_TALLIED = 125_000_000  # counts of 8 bytes: a gigabyte
_NOT_THERE = -1


class Sizes(NamedTuple):
    """How many values each kind of key has."""

    first_year: int
    years: int
    regions: int
    industries: int
    firms: int

    def of(self, column: str) -> tuple[int, int]:
        """Least value and number of values of a column, told by its name."""
        if column == "year":
            return self.first_year, self.years
        if column.endswith(("region", "region_key")):
            return 0, self.regions
        if column.endswith(("industry", "industry_key")):
            return 0, self.industries
        return 0, self.firms


def sizes_of(establishments: Lazy, *, firms: int) -> Sizes:
    """Sizes of the keys of `establishments`; at least one of each.

    Parameters
    ----------
    establishments : LazyFrame
        Columns year, region_key, industry_key.
    firms : int
        Number of firms.

    Examples
    --------
    >>> import polars as pl
    >>> sizes_of(nw.from_native(pl.LazyFrame(
    ...     {"year": [2019, 2021], "region_key": [3, 0], "industry_key": [1, 1]})), firms=5)
    Sizes(first_year=2019, years=3, regions=4, industries=2, firms=5)
    """
    ends = establishments.select(
        first=nw.col("year").min(),
        last=nw.col("year").max(),
        region=nw.col("region_key").max(),
        industry=nw.col("industry_key").max(),
    ).collect()
    first, last, region, industry = (ends[c].to_list()[0] for c in ends.columns)
    if first is None:
        return Sizes(0, 1, 1, 1, max(firms, 1))
    return Sizes(int(first), int(last - first) + 1, int(region) + 1, int(industry) + 1, firms)


def packed(columns: Sequence[str], sizes: Sizes) -> nw.Expr:
    """One integer for the values of `columns`, which sorts as they do from first to last."""
    code: nw.Expr = nw.lit(0).cast(nw.Int64)
    for column in columns:
        low, size = sizes.of(column)
        code = code * size + (nw.col(column).cast(nw.Int64) - low)
    return code


def grouped(frame: Lazy, by: Sequence[str], sizes: Sizes, *aggregates: nw.Expr) -> Lazy:
    """`frame` grouped by the columns `by`, which are packed into one for it.

    Parameters
    ----------
    frame : LazyFrame
        Holds the columns `by` and what `aggregates` reads.
    by : sequence of str
        Columns of keys.
    sizes : Sizes
        Of those keys.
    *aggregates : Expr
        As for `group_by(...).agg`.

    Returns
    -------
    LazyFrame
        One row per group: the columns `by` (Int32 where they fit), then the aggregates.

    Examples
    --------
    >>> import polars as pl
    >>> frame = nw.from_native(pl.LazyFrame({"year": [7, 7], "region_key": [2, 2]}))
    >>> counts = grouped(frame, ["year", "region_key"], Sizes(7, 1, 3, 1, 1), nw.len().alias("n"))
    >>> counts.collect().rows()
    [(7, 2, 2)]
    """
    groups = frame.with_columns(packed(by, sizes).alias("packed_")).group_by("packed_")
    return _unpacked(groups.agg(*aggregates), by, sizes)


def _unpacked(groups: Lazy, by: Sequence[str], sizes: Sizes) -> Lazy:
    """`groups` with the columns `by` first, in place of packed_."""
    code = nw.col("packed_")
    columns, stride = [], 1
    for column in reversed(by):
        low, size = sizes.of(column)
        whole = nw.Int32 if size < 2**31 else nw.Int64
        columns.append(((code // stride) % size + low).cast(whole).alias(column))
        stride *= size
    return groups.with_columns(*columns).select(*by, nw.exclude("packed_", *by))


def tallied(views: Mapping[str, Lazy], by: Sequence[str], sizes: Sizes) -> Lazy:
    """How many rows of each view every group has, for views of one engine.

    Parameters
    ----------
    views : mapping of str to LazyFrame
        By new column, the rows to count; each holds the columns `by`.
    by : sequence of str
        Columns of keys.
    sizes : Sizes
        Of those keys.

    Returns
    -------
    LazyFrame
        One row per group with a row in any view: the columns `by` (Int32 where they fit), then
        one count per view (Int64).

    Examples
    --------
    >>> import polars as pl
    >>> rows = nw.from_native(pl.LazyFrame({"region_key": [2, 0, 2], "good": [True, False, False]}))
    >>> views = {"all": rows, "good": rows.filter(nw.col("good"))}
    >>> tallied(views, ["region_key"], Sizes(7, 1, 3, 1, 1)).collect().rows()
    [(0, 1, 0), (2, 2, 1)]
    """
    slots = math.prod(sizes.of(column)[1] for column in by)
    rows = next(iter(views.values()))
    if not (rows.implementation.is_polars() and slots * len(views) <= _MOST_TALLIED):
        every = [
            view.select(*by, *(nw.lit(int(name == own)).alias(name) for name in views))
            for own, view in views.items()
        ]
        return grouped(nw.concat(every), by, sizes, nw.col(*views).cast(nw.Int64).sum())
    # Counting into an array of all groups takes a third of the time of any hashing.
    counts = {}
    for name, view in views.items():
        code = view.select(code=packed(by, sizes)).collect()["code"]
        counts[name] = np.bincount(code.to_numpy(), minlength=slots)
    found = np.flatnonzero(sum(count > 0 for count in counts.values()))
    columns = {"packed_": found} | {name: count[found] for name, count in counts.items()}
    table: Lazy = nw.from_dict(columns, backend="polars").lazy()
    return _unpacked(table, by, sizes)


def looked_up(frame: Lazy, slots: Mapping[str, str], table: Lazy, *, size: int) -> Lazy:
    """`frame` with values of `table` found by slot.

    Parameters
    ----------
    frame : LazyFrame
        Holds the columns named by the values of `slots`: integers below `size`, -1 for none.
    slots : mapping of str to str
        By new column, the column that holds its slot.
    table : LazyFrame
        Columns slot (distinct) and value (Int64, not negative).
    size : int
        Number of slots.

    Returns
    -------
    LazyFrame
        `frame` with the new columns; -1 where `table` has no such slot.

    Examples
    --------
    >>> import polars as pl
    >>> frame = nw.from_native(pl.LazyFrame({"at": [2, 0, -1]}))
    >>> table = nw.from_native(pl.LazyFrame({"slot": [2], "value": [9]}))
    >>> looked_up(frame, {"found": "at"}, table, size=3).collect()["found"].to_list()
    [9, -1, -1]
    """
    if frame.implementation.is_polars() and size <= _MOST_DENSE:
        import polars as pl

        known = table.collect()
        values = known["value"].to_numpy()
        kind = np.int32 if values.max(initial=0) < 2**31 else np.int64
        dense = np.full(size + 1, _NOT_THERE, dtype=kind)  # the last stands for slot -1
        dense[known["slot"].to_numpy()] = values
        series = pl.lit(pl.Series(dense))
        found: Lazy = nw.from_native(
            frame.to_native().with_columns(
                series.gather(pl.col(slot)).alias(name) for name, slot in slots.items()
            )
        )
        return found
    for name, slot in slots.items():
        values_of = table.select(nw.col("slot").alias(slot), nw.col("value").alias(name))
        frame = frame.join(values_of, on=slot, how="left").with_columns(
            nw.col(name).fill_null(_NOT_THERE)
        )
    return frame


def lazy_like(frame: Lazy, columns: Mapping[str, list[Any]]) -> Lazy:
    """Small table of `columns` as a lazy frame of the engine that `frame` is of."""
    if frame.implementation.is_pyspark():
        session = frame.to_native().sparkSession
        table = nw.from_dict(columns, backend="pyarrow")
        return table.lazy(backend="pyspark", session=session)
    if frame.implementation.is_duckdb():
        return nw.from_dict(columns, backend="pyarrow").lazy(backend="duckdb")
    return nw.from_dict(columns, backend=frame.implementation).lazy()


def held(frame: Lazy) -> Lazy:
    """`frame` computed once and kept by its engine, since several counts start from it."""
    native = frame.to_native()
    if frame.implementation.is_duckdb():
        table: Lazy = nw.from_native(native.to_arrow_table()).lazy(backend="duckdb")
        return table
    computed = (
        native.collect(engine="streaming").lazy()
        if frame.implementation.is_polars()
        else native.cache()
    )
    kept: Lazy = nw.from_native(computed)
    return kept
