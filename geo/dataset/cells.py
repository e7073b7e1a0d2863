"""Cells: establishments counted by year, region and industry, beside those that are reported."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals as nw
import pandas as pd

if TYPE_CHECKING:
    from geo.dataset.dataset import Dataset

__all__ = ["all_cells", "cells_of"]

_KEYS = ["year", "region_key", "industry_key"]
_MEASURES = ["establishments", "employment", "employment_square_sum", "sized_establishments"]
_GRID = 2.0**20


def cells_of(establishments: nw.LazyFrame[Any]) -> pd.DataFrame:
    r"""Establishments counted by year, region and industry.

    Parameters
    ----------
    establishments : LazyFrame
        Columns year, region_key, industry_key, employment (null = not known); one row per
        establishment and year.

    Returns
    -------
    DataFrame
        One row per year, region_key and industry_key, sorted: establishments; employment, the sum
        over plants whose jobs are known, NaN where none is; employment_square_sum,
        :math:`\sum_k e_k^2` over the same plants, NaN where fewer than half of the cell's plants
        are known: what the others weigh could then decide how concentrated it is in one of them;
        sized_establishments, the number of plants whose jobs are known. Jobs are counted to a
        millionth, which makes sums the same in any order of rows.

    Examples
    --------
    >>> import polars as pl
    >>> plants = pl.LazyFrame({"year": [2020] * 3, "region_key": [0] * 3, "industry_key": [0, 0, 1],
    ...                        "employment": [3.0, 4.0, None]})
    >>> cells_of(nw.from_native(plants))[["establishments", "employment", "employment_square_sum"]]
       establishments  employment  employment_square_sum
    0             2.0         7.0                   25.0
    1             1.0         NaN                    NaN
    """
    jobs = (nw.col("employment") * _GRID).round() / _GRID
    frame = establishments.select(*_KEYS, jobs.alias("employment"))
    frame = frame.with_columns(
        (~nw.col("employment").is_null()).cast(nw.Int64).alias("_known"),
        # Squares on a coarser grid, since they are larger numbers.
        ((nw.col("employment") * nw.col("employment") * 1024).round() / 1024).alias("_square"),
    )
    grouped = frame.group_by(*_KEYS).agg(
        nw.len().alias("establishments"),
        nw.col("employment").sum(),
        nw.col("_known").sum(),
        nw.col("_square").sum(),
    )
    table: pd.DataFrame = grouped.sort(*_KEYS).collect().to_pandas()
    known = table["_known"].to_numpy()
    table["employment"] = table["employment"].round(6).where(known > 0)
    mostly = 2 * known >= table["establishments"].to_numpy()
    table["sized_establishments"] = known
    table["employment_square_sum"] = table["_square"].round(3).where(mostly & (known > 0))
    return table[_KEYS + _MEASURES].astype(
        dict.fromkeys(_KEYS, "int64") | dict.fromkeys(_MEASURES, "float64")
    )


def all_cells(
    establishments: nw.LazyFrame[Any] | Dataset | None, reported: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Cells of every year: counted where establishments are known, reported in the other years.

    Parameters
    ----------
    establishments : LazyFrame or Dataset
        As for `cells_of`; or a whole dataset, whose establishments and reported cells are taken.
    reported : DataFrame, optional
        Columns year, region_key, industry_key, establishments, employment; NaN = withheld.

    Returns
    -------
    DataFrame
        As `cells_of`. Reported cells have no sum of squares and no number of sized plants, and
        those that are known to be empty (no establishments, and no jobs or withheld ones) are left
        out.
    """
    if establishments is not None and not isinstance(establishments, nw.LazyFrame):
        return all_cells(establishments.establishments, establishments.cells)
    parts = []
    if establishments is not None:
        parts.append(cells_of(establishments))
    if reported is not None and len(reported):
        counted = set(parts[0]["year"]) if parts else set()
        other = reported[~reported["year"].isin(counted)]
        is_empty = (other["establishments"] == 0) & ~(other["employment"] > 0)
        is_empty |= other["establishments"].isna() & (other["employment"] == 0)
        parts.append(other[~is_empty].reindex(columns=_KEYS + _MEASURES))
    table = pd.concat([p for p in parts if len(p)] or parts[:1], ignore_index=True)
    table = table.astype(dict.fromkeys(_KEYS, "int64") | dict.fromkeys(_MEASURES, "float64"))
    return table.sort_values(_KEYS, ignore_index=True)
