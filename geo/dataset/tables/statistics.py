"""Tables that are small: reported cells, margins, the input-output table, names of industries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals as nw
import numpy as np
import pandas as pd
import polars as pl

from geo.dataset.judging.checks import Check, required_checks, value_checks
from geo.dataset.judging.judged_tables import judged
from geo.dataset.judging.typed_values import is_wrong, shown, typed
from geo.dataset.values.ids import with_known_ids
from geo.dataset.values.levels import TOTALS, with_level

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from pathlib import Path

    import geopandas as gpd

    from geo.dataset.files.formats import Source
    from geo.dataset.judging.ledger import Ledger
    from geo.settings import Settings

__all__ = [
    "coded",
    "industry_table",
    "read_cells",
    "read_industries",
    "read_io_table",
    "read_margins",
    "with_industry_keys",
]

_COUNTS = ["establishments", "employment"]
_SIZES = [*_COUNTS, "output"]


def read_cells(
    source: Source,
    regions: gpd.GeoDataFrame,
    *,
    years: tuple[int, ...],
    codes: Collection[str],
    settings: Settings,
    ledger: Ledger,
    into: Path,
) -> pd.DataFrame:
    """Reported cells: year, region_key, industry (code) and sizes; NaN withheld.

    Raises
    ------
    DatasetError
        If too many rows are faulty, or none is left.
    """
    frame, other_level = with_level(
        _placed(source, regions, codes, ledger), settings.level, cuts=False
    )
    rows = judged(
        source,
        frame,
        [
            *required_checks(source),
            *value_checks(source),
            Check("outside_years", "year", ~nw.col("year").is_in(years)),
            *_total_checks(),
            Check("other_level", "industry", other_level),
            Check("region_unknown", "region_id", nw.col("region_key").is_null()),
        ],
        keep=["region_id", "industry", "year", "region_key", *_SIZES],
        key=[shown(name) for name in ("region_id", "industry", "year")],
        unique=["region_id", "industry", "year"],
        summed=_SIZES if "cells" in settings.sum_repeated else (),
        ledger=ledger,
        into=into,
    )
    return _collected(rows, ["year", "region_key", "industry", *_SIZES])


def _placed(
    source: Source, regions: gpd.GeoDataFrame, codes: Collection[str], ledger: Ledger
) -> nw.LazyFrame[Any]:
    """Rows with the keys of their regions; ids and codes as the map and other tables write them."""
    found = with_known_ids(typed(source), "region_id", regions["region_id"].to_list())
    ledger.found_ids(source, "region_id", found)
    frame = coded(source, found.frame, ["industry"], codes, ledger)
    return _with_region_keys(frame, regions)


def coded(
    source: Source,
    frame: nw.LazyFrame[Any],
    columns: Sequence[str],
    codes: Collection[str],
    ledger: Ledger,
) -> nw.LazyFrame[Any]:
    """Rows whose codes of industries are written as those that are known, if there are any.

    Parameters
    ----------
    source : Source
        The table.
    frame : LazyFrame
        Its rows.
    columns : sequence of str
        Columns of codes.
    codes : collection of str
        Those that are known.
    ledger : Ledger
        Where what was written otherwise is accounted for.
    """
    for column in columns if codes else ():
        found = with_known_ids(frame, column, sorted(codes))
        ledger.found_ids(source, column, found)
        frame = found.frame
    return frame


def _total_checks() -> list[Check]:
    """Lines that call themselves totals."""
    return [
        Check("total_row", name, nw.col(name).str.to_lowercase().is_in(TOTALS))
        for name in ("region_id", "industry")
    ]


def read_margins(
    source: Source,
    regions: gpd.GeoDataFrame,
    *,
    years: tuple[int, ...],
    codes: Collection[str],
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
    frame, other_level = with_level(
        _placed(source, regions, codes, ledger), settings.level, cuts=False
    )
    no_region = nw.col("region_key").is_null() & ~nw.col("region_id").is_null()
    rows = judged(
        source,
        frame,
        [
            *required_checks(source),
            *value_checks(source),
            Check("outside_years", "year", ~nw.col("year").is_in(years)),
            Check("other_level", "industry", other_level),
            Check("region_unknown", "region_id", no_region),
        ],
        keep=["region_id", "industry", "year", "region_key", *_COUNTS],
        key=[shown(name) for name in ("region_id", "industry", "year")],
        unique=["region_id", "industry", "year"],
        summed=_COUNTS if "margins" in settings.sum_repeated else (),
        ledger=ledger,
        into=into,
    )
    table = _collected(rows, ["year", "region_key", "industry", *_COUNTS])
    return table.astype({"region_key": "Int64"})


def read_io_table(
    source: Source, *, codes: Collection[str], settings: Settings, ledger: Ledger, into: Path
) -> pd.DataFrame:
    """Input-output table: supplying_industry, using_industry, coefficient, flow, year (NaN: none).

    Raises
    ------
    DatasetError
        If too many rows are faulty, or none is left.
    """
    values = ["coefficient", "flow"]
    frame = coded(source, typed(source), ["supplying_industry", "using_industry"], codes, ledger)
    nothing = nw.all_horizontal(*(nw.col(v).is_null() for v in values), ignore_nulls=True)
    rows = judged(
        source,
        frame,
        [
            *required_checks(source),
            *value_checks(source),
            *(
                Check("not_a_number", v, nothing & nw.col(is_wrong(v)))
                for v in values
                if v in source.columns
            ),
            Check("flow_missing", next(v for v in values if v in source.columns), nothing),
        ],
        keep=["supplying_industry", "using_industry", *values, "year"],
        key=[shown(name) for name in ("supplying_industry", "using_industry", "year")],
        unique=["supplying_industry", "using_industry", "year"],
        summed=values if "io_table" in settings.sum_repeated else (),
        ledger=ledger,
        into=into,
    )
    columns = ["supplying_industry", "using_industry", *values, "year"]
    by = ["year", "supplying_industry", "using_industry"]
    return _collected(rows, columns, by=by).astype({"year": "float64"})


def read_industries(
    source: Source, *, codes: Collection[str], settings: Settings, ledger: Ledger, into: Path
) -> pd.DataFrame:
    """Industries as listed: industry, name, name_zh, parent, chain, market.

    Raises
    ------
    DatasetError
        If too many rows are faulty, or none is left.
    """
    del settings
    columns = ["industry", "name", "name_zh", "parent", "chain", "market"]
    rows = judged(
        source,
        coded(source, typed(source), ["industry", "parent"], codes, ledger),
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
    columns = ["industry", "name", "name_zh", "parent", "chain", "market"]
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
