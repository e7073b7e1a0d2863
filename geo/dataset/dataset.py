"""A dataset that was read: its typed tables, the account of its rows, its cells."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import narwhals as nw
import pandas as pd
import polars as pl

if TYPE_CHECKING:
    from pathlib import Path

    import geopandas as gpd

    from geo.dataset.judging.ledger import Finding
    from geo.errors import Proposal
    from geo.settings import Settings
    from geo.vocabulary import Text

__all__ = ["Dataset", "all_cells", "cells_of"]


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


@dataclass(frozen=True, kw_only=True)
class Dataset:
    """Typed tables of one folder; None where the folder has no such table."""

    folder: Path
    settings: Settings
    years: tuple[int, ...]
    """Years to analyse, in order."""
    regions: gpd.GeoDataFrame
    """Index region_key: region_id, name, parent_id, population, geometry (EPSG:4326)."""
    industries: pd.DataFrame
    """Index industry_key: industry, name, name_zh, parent, chain, market."""
    firms: int
    """Number of firms; their party keys are 0 to firms - 1."""
    parties: nw.LazyFrame[Any]
    """party_key, party_id, name: firms, then institutions."""
    establishments: nw.LazyFrame[Any] | None
    ties: nw.LazyFrame[Any] | None
    cell_links: nw.LazyFrame[Any] | None
    """Ties between cells: source_region_key, source_industry_key, target_region_key,
    target_industry_key, year, kind; ties, suppliers, customers, ties_seen_again, value (null = not
    known)."""
    institutions: pd.DataFrame
    has_institutions_table: bool
    cells: pd.DataFrame | None
    """Cells as reported."""
    margins: pd.DataFrame | None
    io_table: pd.DataFrame | None
    drivers: gpd.GeoDataFrame | None
    travel_times: pd.DataFrame | None
    """from_region_key, to_region_key, minutes (NaN = out of reach), as given."""
    rejected: nw.LazyFrame[Any]
    """Rows that could not be used, sorted by table and row."""
    reconciliation: pd.DataFrame
    """Per table: rows_read = rows_used + rows_rejected, and rows_rejected = faults + gaps."""
    repairs: pd.DataFrame
    """Rows by table and code of what was repaired or noted."""
    findings: tuple[Finding, ...]
    """Every kind of fault and gap, with its first value and what to do."""
    proposals: tuple[Proposal, ...]
    """Settings that would read what the findings tell of."""
    notices: list[Text]
    """What a reader of the results should know."""
    input_hashes: dict[str, str]
    """SHA-256 of every file read."""

    def rejected_by_reason(self) -> pd.DataFrame:
        """Rejected rows counted: table, reason, rows."""
        counts = self.rejected.group_by("table", "reason").agg(nw.len().alias("rows"))
        table: pd.DataFrame = counts.sort("table", "reason").collect().to_pandas()
        return table.astype({"rows": "int64"})

    def facts(self) -> dict[str, Any]:
        """What holds for the whole dataset, as JSON can hold it."""
        return {
            "name": self.folder.resolve().name,
            "settings": self.settings.model_dump(mode="json"),
            "language": str(self.settings.language),
            "years": list(self.years),
            "firms": self.firms,
            "has_ties": self.ties is not None,
            "has_cell_links": self.cell_links is not None,
            "has_institutions": self.has_institutions_table,
            "notices": [list(notice) for notice in self.notices],
            "input_hashes": self.input_hashes,
        }

    def tables(self) -> dict[str, Any]:
        """Every table by name, empty (with its columns) where the folder has none; and `facts`."""
        return {
            "facts": self.facts(),
            "regions": self.regions,
            "industries": self.industries,
            "parties": self.parties,
            "establishments": _or_empty(self.establishments, _ESTABLISHMENTS),
            "ties": _or_empty(self.ties, _TIES),
            "cell_links": _or_empty(self.cell_links, _CELL_LINKS),
            "institutions": self.institutions,
            "reported_cells": _or_no_rows(self.cells, _CELLS),
            "margins": _or_no_rows(self.margins, _MARGINS),
            "io_table": _or_no_rows(self.io_table, _IO_TABLE),
            "drivers": _or_no_drivers(self.drivers),
            "travel_times": _or_no_rows(self.travel_times, _TRAVEL_TIMES),
            "rejected": self.rejected.collect().to_pandas(),
            "reconciliation": self.reconciliation,
        }


_ESTABLISHMENTS: dict[str, Any] = {
    "firm_key": pl.Int64, "year": pl.Int64, "region_key": pl.Int64, "industry_key": pl.Int64,
    "longitude": pl.Float64, "latitude": pl.Float64, "employment": pl.Float64,
    "output": pl.Float64, "group_key": pl.Int64,
}  # fmt: skip
_TIES: dict[str, Any] = {
    "source_key": pl.Int64, "target_key": pl.Int64, "year": pl.Int64, "kind": pl.String,
    "value": pl.Float64,
}  # fmt: skip
_CELL_LINKS: dict[str, Any] = {
    "source_region_key": pl.Int64, "source_industry_key": pl.Int64,
    "target_region_key": pl.Int64, "target_industry_key": pl.Int64,
    "year": pl.Int64, "kind": pl.String, "ties": pl.Float64, "suppliers": pl.Float64,
    "customers": pl.Float64, "ties_seen_again": pl.Float64, "value": pl.Float64,
}  # fmt: skip
_MARGINS = {
    "year": "int64", "region_key": "Int64", "industry_key": "Int64",
    "establishments": "float64", "employment": "float64",
}  # fmt: skip
_CELLS = _MARGINS | {"output": "float64"}
_TRAVEL_TIMES = {"from_region_key": "int64", "to_region_key": "int64", "minutes": "float64"}
_IO_TABLE = {
    "supplying_industry_key": "int64", "using_industry_key": "int64", "coefficient": "float64",
    "flow": "float64", "year": "float64",
}  # fmt: skip


def _or_empty(frame: nw.LazyFrame[Any] | None, schema: dict[str, Any]) -> nw.LazyFrame[Any]:
    return nw.from_native(pl.LazyFrame(schema=schema)) if frame is None else frame


def _or_no_rows(table: pd.DataFrame | None, types: dict[str, str]) -> pd.DataFrame:
    return pd.DataFrame(columns=list(types)).astype(types) if table is None else table


def _or_no_drivers(drivers: gpd.GeoDataFrame | None) -> gpd.GeoDataFrame:
    if drivers is not None:
        return drivers
    import geopandas as gpd

    columns = {"kind": pd.Series(dtype="str"), "value": pd.Series(dtype="float64"),
               "name": pd.Series(dtype="str")}  # fmt: skip
    return gpd.GeoDataFrame(columns, geometry=gpd.GeoSeries([], crs="EPSG:4326"))
