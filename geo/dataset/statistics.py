"""Tables that are small: reported cells, margins, the input-output table, names of industries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals as nw
import numpy as np
import pandas as pd
import polars as pl

from geo.dataset.checks import Check, required_checks, value_checks
from geo.dataset.tables import judged
from geo.dataset.values import shown, typed

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    import geopandas as gpd

    from geo.dataset.formats import Source
    from geo.dataset.ledger import Ledger
    from geo.settings import Settings

__all__ = [
    "industry_table",
    "read_cells",
    "read_industries",
    "read_io_table",
    "read_margins",
    "with_industry_keys",
]

_COUNTS = ["establishments", "employment"]


def read_cells(
    source: Source,
    regions: gpd.GeoDataFrame,
    *,
    years: tuple[int, ...],
    settings: Settings,
    ledger: Ledger,
    into: Path,
) -> pd.DataFrame:
    """Reported cells: year, region_key, industry (code), establishments, employment; NaN withheld.

    Raises
    ------
    DatasetError
        If too many rows are faulty, or none is left.
    """
    frame = _with_region_keys(typed(source, missing=settings.missing_values), regions)
    rows = judged(
        source,
        frame,
        [
            *required_checks(source),
            *value_checks(source),
            Check("outside_years", "year", ~nw.col("year").is_in(years)),
            Check("region_unknown", "region_id", nw.col("region_key").is_null()),
        ],
        keep=["region_id", "industry", "year", "region_key", *_COUNTS],
        key=[shown(name) for name in ("region_id", "industry", "year")],
        unique=["region_id", "industry", "year"],
        ledger=ledger,
        into=into,
    )
    return _collected(rows, ["year", "region_key", "industry", *_COUNTS])


def read_margins(
    source: Source,
    regions: gpd.GeoDataFrame,
    *,
    years: tuple[int, ...],
    settings: Settings,
    ledger: Ledger,
    into: Path,
) -> pd.DataFrame:
    """Published totals: year, region_key and industry (each <NA> = all), and the counts.

    Raises
    ------
    DatasetError
        If too many rows are faulty, or none is left.
    """
    frame = _with_region_keys(typed(source, missing=settings.missing_values), regions)
    no_region = nw.col("region_key").is_null() & ~nw.col("region_id").is_null()
    rows = judged(
        source,
        frame,
        [
            *required_checks(source),
            *value_checks(source),
            Check("outside_years", "year", ~nw.col("year").is_in(years)),
            Check("region_unknown", "region_id", no_region),
        ],
        keep=["region_id", "industry", "year", "region_key", *_COUNTS],
        key=[shown(name) for name in ("region_id", "industry", "year")],
        unique=["region_id", "industry", "year"],
        ledger=ledger,
        into=into,
    )
    table = _collected(rows, ["year", "region_key", "industry", *_COUNTS])
    return table.astype({"region_key": "Int64"})


def read_io_table(
    source: Source, *, settings: Settings, ledger: Ledger, into: Path
) -> pd.DataFrame:
    """Input-output table: supplying_industry, using_industry, coefficient, flow, year (NaN: none).

    Raises
    ------
    DatasetError
        If too many rows are faulty, or none is left.
    """
    values = ["coefficient", "flow"]
    frame = typed(source, missing=settings.missing_values)
    nothing = nw.all_horizontal(*(nw.col(v).is_null() for v in values), ignore_nulls=True)
    rows = judged(
        source,
        frame,
        [
            *required_checks(source),
            *value_checks(source),
            Check("value_missing", next(v for v in values if v in source.columns), nothing),
        ],
        keep=["supplying_industry", "using_industry", *values, "year"],
        key=[shown(name) for name in ("supplying_industry", "using_industry", "year")],
        unique=["supplying_industry", "using_industry", "year"],
        ledger=ledger,
        into=into,
    )
    columns = ["supplying_industry", "using_industry", *values, "year"]
    by = ["year", "supplying_industry", "using_industry"]
    return _collected(rows, columns, by=by).astype({"year": "float64"})


def read_industries(
    source: Source, *, settings: Settings, ledger: Ledger, into: Path
) -> pd.DataFrame:
    """Industries as listed: industry, name, name_zh, parent, chain.

    Raises
    ------
    DatasetError
        If too many rows are faulty, or none is left.
    """
    columns = ["industry", "name", "name_zh", "parent", "chain"]
    rows = judged(
        source,
        typed(source, missing=settings.missing_values),
        [*required_checks(source), *value_checks(source)],
        keep=columns,
        key=["industry"],
        unique=["industry"],
        ledger=ledger,
        into=into,
    )
    return _collected(rows, columns, by=["industry"])


def industry_table(listed: pd.DataFrame | None, codes: Iterable[str]) -> pd.DataFrame:
    """Every industry that occurs, sorted by code; named by its code where no name is given.

    Examples
    --------
    >>> industry_table(None, ["C36", "A01"])["industry"].tolist()
    ['A01', 'C36']
    """
    columns = ["industry", "name", "name_zh", "parent", "chain"]
    table = pd.DataFrame(columns=columns, dtype="str") if listed is None else listed
    everything = sorted(set(table["industry"]) | set(codes))
    table = table.set_index("industry").reindex(everything).rename_axis("industry").reset_index()
    table["name"] = table["name"].fillna(table["industry"])
    table.index.name = "industry_key"
    return table[columns]


def with_industry_keys(table: pd.DataFrame, industries: pd.DataFrame) -> pd.DataFrame:
    """Table with a key in the place of every column of industry codes."""
    keys = pd.Series(np.arange(len(industries)), index=industries["industry"], dtype="Int64")
    result = table.copy()
    for name in ("industry", "supplying_industry", "using_industry"):
        if name in result:
            key = result[name].map(keys).astype("Int64")
            result[name] = key if key.isna().any() else key.astype("int64")
            result = result.rename(columns={name: f"{name}_key"})
    return result


def _with_region_keys(frame: nw.LazyFrame[Any], regions: gpd.GeoDataFrame) -> nw.LazyFrame[Any]:
    keys = pl.LazyFrame(
        {"region_id": regions["region_id"].to_list(), "region_key": range(len(regions))},
        schema={"region_id": pl.String, "region_key": pl.Int64},
    )
    return frame.join(nw.from_native(keys), on="region_id", how="left")


def _collected(
    rows: nw.LazyFrame[Any], columns: list[str], *, by: list[str] | None = None
) -> pd.DataFrame:
    by = by or ["year", "region_key", "industry"]
    table: pd.DataFrame = rows.select(*columns).sort(*by).collect().to_pandas()
    return table
