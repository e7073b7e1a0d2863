"""A dataset that was read: its typed tables, the account of its rows, what to know about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import narwhals as nw
import pandas as pd
import polars as pl

if TYPE_CHECKING:
    from pathlib import Path

    import geopandas as gpd

    from geo.dataset.judging.findings import Finding
    from geo.proposal import Proposal
    from geo.settings import Settings
    from geo.vocabulary import Text

__all__ = ["Dataset"]


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
