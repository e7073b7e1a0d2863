"""Ties between cells: counts of ties, or flows of an inter-regional input-output table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals as nw
import polars as pl

from geo.dataset.judging.checks import Check, required_checks, value_checks
from geo.dataset.judging.judged_tables import judged
from geo.dataset.judging.typed_values import is_wrong, shown, typed
from geo.dataset.tables.parties import in_lower_case
from geo.dataset.values.ids import Matched, with_known_ids, with_known_names
from geo.engine import scan, sink
from geo.vocabulary import TIE_KINDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    import geopandas as gpd
    import pandas as pd

    from geo.dataset.files.formats import Source
    from geo.dataset.judging.ledger import Ledger
    from geo.settings import Settings

__all__ = ["read_cell_links", "write_cells_of_flows"]

_ENDS = ("source", "target")
_COUNTS = ["ties", "suppliers", "customers", "ties_seen_again"]
_VALUES = [*_COUNTS, "value"]


def read_cell_links(
    source: Source,
    regions: gpd.GeoDataFrame,
    industries: pd.DataFrame,
    *,
    years: tuple[int, ...],
    settings: Settings,
    ledger: Ledger,
    into: Path,
) -> nw.LazyFrame[Any]:
    """Ties between cells, each pair of cells once a year and kind, sorted.

    Parameters
    ----------
    source : Source
        The table as read.
    regions : GeoDataFrame
        Index region_key: region_id and name, either of which the table may use.
    industries : DataFrame
        Index industry_key: industry, name and name_zh, any of which the table may use.
    years : tuple of int
        Years of the run.
    settings : Settings
        Of the dataset.
    ledger : Ledger
        Where the rows are accounted for.
    into : Path
        Working folder.

    Returns
    -------
    LazyFrame
        source_region_key, source_industry_key, target_region_key, target_industry_key, year, kind,
        and ties, suppliers, customers, ties_seen_again, value (null = not known).

    Raises
    ------
    DatasetError
        If too many rows are faulty, or none is left.
    """
    frame = in_lower_case(typed(source), "kind")
    frame = frame.with_columns(nw.col("kind").fill_null("supply"))
    regions_by_id = dict(zip(regions["region_id"], range(len(regions)), strict=True))
    industries_by_id = dict(zip(industries["industry"], industries.index, strict=True))
    names_of = {
        "region_id": _names(regions["region_id"], regions["name"]),
        "industry": _names(industries["industry"], industries["name"], industries["name_zh"]),
    }
    for column, ids in (("region_id", regions_by_id), ("industry", industries_by_id)):
        for end in _ENDS:
            frame = _keyed(source, frame, f"{end}_{column}", ids, names_of[column], ledger)
    # In this order: the regions and industries of keys alternate.
    unique = [*(f"{end}_{column}" for end in _ENDS for column in ("region_id", "industry")),
              "year", "kind"]  # fmt: skip
    keys = [f"{name}_key" for name in unique[:4]]
    number = _pair(keys, regions=len(regions), industries=len(industries), years=years)
    rows = judged(
        source,
        frame.with_columns(number.alias("_pair")),
        _checks(source, years),
        keep=["_pair", *unique, *keys, *_VALUES],
        key=[shown(name) for name in unique],
        unique=unique,
        packed="_pair",
        summed=["ties", "ties_seen_again", "value"]
        if "cell_links" in settings.sum_repeated
        else (),
        not_summable=["suppliers", "customers"],
        ledger=ledger,
        into=into,
    )
    path = into / "cell_links.parquet"
    renamed = rows.rename({name: name.replace("region_id_key", "region_key") for name in keys})
    ours = [name.replace("region_id_key", "region_key") for name in keys]
    by = ["year", "kind", *ours]
    sink({path: renamed.select(*ours, "year", "kind", *_VALUES).sort(*by)})
    return scan(path)


def write_cells_of_flows(source: Source, *, into: Path) -> Path:
    """Cells of an inter-regional table as a file of their own: the sums of its rows.

    Parameters
    ----------
    source : Source
        The table as read, with value.
    into : Path
        Working folder.

    Returns
    -------
    Path
        Of a Parquet file: region_id, industry, year, and output: what the cell sells.
    """
    path = into / "cells_of_flows.parquet"
    rows = typed(source).filter(~nw.col("value").is_null())
    cells = (
        rows.select("year", "value", region_id="source_region_id", industry="source_industry")
        .group_by("region_id", "industry", "year")
        .agg(output=nw.col("value").sum())
        .sort("region_id", "industry", "year")
    )
    sink({path: cells})
    return path


def _keyed(
    source: Source,
    frame: nw.LazyFrame[Any],
    column: str,
    keys: Mapping[str, int],
    names: Mapping[str, str],
    ledger: Ledger,
) -> nw.LazyFrame[Any]:
    """Rows with the key of what a column names, by id or else by name."""
    found: Matched = with_known_ids(frame, column, list(keys))
    ledger.found_ids(source, column, found)
    named = with_known_names(found.frame, column, names)
    ledger.found_ids(source, column, named)
    table = pl.LazyFrame(
        {column: list(keys), f"{column}_key": list(keys.values())},
        schema={column: pl.String, f"{column}_key": pl.Int64},
    )
    return named.frame.join(nw.from_native(table), on=column, how="left")


def _pair(keys: Sequence[str], *, regions: int, industries: int, years: tuple[int, ...]) -> nw.Expr:
    """One number for each pair of cells, year and kind."""
    number: nw.Expr = nw.lit(0, nw.Int64)
    for name, size in zip(keys, (regions, industries) * 2, strict=True):
        number = number * size + nw.col(name)
    number = number * (years[-1] - years[0] + 1) + (nw.col("year") - years[0])
    kind: nw.Expr = nw.lit(0, nw.Int64)
    for position, name in enumerate(TIE_KINDS):
        kind = nw.when(nw.col("kind") == name).then(nw.lit(position, nw.Int64)).otherwise(kind)
    return number * len(TIE_KINDS) + kind


def _names(ids: Iterable[str], *columns: Iterable[str | None]) -> dict[str, str]:
    """The id of each name that one thing alone has, and that is no id itself."""
    listed = list(ids)
    found: dict[str, str] = {}
    twice: set[str] = set(listed)
    for column in columns:
        for one, name in zip(listed, column, strict=True):
            if not isinstance(name, str) or not name.strip():
                continue
            key = name.strip()
            if found.get(key, one) != one:
                twice.add(key)
            found[key] = one
    return {name: one for name, one in found.items() if name not in twice}


def _checks(source: Source, years: tuple[int, ...]) -> list[Check]:
    given = [name for name in ("ties", "value") if name in source.columns]
    nothing = nw.all_horizontal(*(nw.col(name).is_null() for name in given), ignore_nulls=True)
    more = [
        Check("more_than_ties", name, nw.col(name) > nw.col("ties"))
        for name in ("suppliers", "customers", "ties_seen_again")
    ]
    return [
        *required_checks(source),
        *value_checks(source),
        Check("outside_years", "year", ~nw.col("year").is_in(years)),
        *(
            Check("region_unknown", f"{end}_region_id", nw.col(f"{end}_region_id_key").is_null())
            for end in _ENDS
        ),
        *(
            Check("industry_unknown", f"{end}_industry", nw.col(f"{end}_industry_key").is_null())
            for end in _ENDS
        ),
        *(Check("not_a_number", name, nothing & nw.col(is_wrong(name))) for name in given),
        Check("ties_missing", given[0], nothing),
        *more,
    ]
