"""Firms and institutions: where they are, when they live, and their one space of keys."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals as nw
import pandas as pd
import polars as pl

from geo.dataset.judging.checks import Check, required_checks, value_checks
from geo.dataset.judging.judged_tables import CASED, judged
from geo.dataset.judging.typed_values import is_wrong, shown, typed
from geo.dataset.tables.geometry import PLACE, Place, with_places
from geo.dataset.values.jobs import years_without_jobs
from geo.dataset.values.levels import with_level
from geo.engine import scan, sink

if TYPE_CHECKING:
    from pathlib import Path

    import geopandas as gpd

    from geo.dataset.files.formats import Source
    from geo.dataset.judging.ledger import Ledger
    from geo.settings import Settings

__all__ = [
    "STACK",
    "in_lower_case",
    "numbered_firms",
    "numbered_institutions",
    "read_firms",
    "read_institutions",
    "write_establishments",
]

STACK = 5
"""More firms than these on exactly one point in one year are counted as stacked."""

_FOREVER = 9999


def read_firms(
    source: Source,
    regions: gpd.GeoDataFrame,
    *,
    years: tuple[int, ...],
    settings: Settings,
    ledger: Ledger,
    into: Path,
) -> nw.LazyFrame[Any]:
    """Firms that can be used, one row per row of the file, with `region_key`.

    Raises
    ------
    DatasetError
        If too many rows are faulty, or none is left.
    """
    has_year = "year" in source.columns
    key = ["firm_id", "year"] if has_year else ["firm_id"]
    frame, other_level = with_level(typed(source), settings.level, cuts=True)
    frame = with_places(frame, source, regions, settings=settings, into=into)
    year_missing = nw.col("year").is_null() & ~nw.col(is_wrong("year"))
    required, places = required_checks(source), _place_checks()
    checks = [
        *(check for check in required if check.reason != "value_missing"),
        places[0],
        *(check for check in required if check.reason == "value_missing"),
        *([Check("value_missing", "year", year_missing)] if has_year else []),
        *value_checks(source),
        Check("closed_before_opened", "closed", nw.col("closed") < nw.col("opened")),
        Check("other_level", "industry", other_level),
        Check("outside_years", "year" if has_year else "closed", ~_lives(years, has_year=has_year)),
        *places[1:],
    ]
    rows = judged(
        source,
        frame,
        checks,
        keep=["firm_id", "industry", "year", "opened", "closed", "longitude", "latitude",
              "region_key", "employment", "output", "group_id", "name", PLACE],
        key=[shown(k) for k in key],
        unique=key,
        counted={"on_border": nw.col(PLACE) == Place.BORDER},
        ledger=ledger,
        into=into,
    )  # fmt: skip
    by = ["longitude", "latitude", "year"] if has_year else ["longitude", "latitude"]
    stacks = rows.group_by(*by).agg(nw.len().alias("firms")).filter(nw.col("firms") > STACK)
    stacked = stacks.select(nw.col("firms").sum().fill_null(0)).collect().item()
    ledger.note(source, "stacked_point", int(stacked))
    return rows


def _lives(years: tuple[int, ...], *, has_year: bool) -> nw.Expr:
    opened, closed = nw.col("opened").fill_null(0), nw.col("closed").fill_null(_FOREVER)
    if has_year:
        year = nw.col("year")
        return year.is_in(years) & (opened <= year) & (closed > year)
    return nw.any_horizontal(*((opened <= y) & (closed > y) for y in years), ignore_nulls=True)


def _place_checks() -> list[Check]:
    # A coordinate that is no number is a fault of its own, not a missing one.
    is_number = ~(nw.col(is_wrong("longitude")) | nw.col(is_wrong("latitude")))
    return [
        Check(reason, column, (nw.col(PLACE) == state) & is_number)
        for reason, column, state in (
            ("coordinates_missing", "longitude", Place.MISSING),
            ("geometry_invalid", "geometry", Place.UNREADABLE),
            ("geometry_not_point", "geometry", Place.NO_POINT),
            ("coordinates_swapped", "longitude", Place.SWAPPED),
            ("coordinates_invalid", "longitude", Place.INVALID),
            ("outside_regions", "longitude", Place.OUTSIDE),
        )
    ]


def numbered_firms(rows: nw.LazyFrame[Any], *, into: Path) -> nw.LazyFrame[Any]:
    """One row per firm, sorted by id: firm_key from 0, firm_id, and its latest name."""
    year = nw.col("year").fill_null(0).alias("year")
    named = rows.select("firm_id", "name", year)
    latest = named.group_by("firm_id").agg(nw.col("year").max())
    # Where two rows of that year differ (there are none where ids are unique), the last by letter.
    firms = latest.join(named, on=["firm_id", "year"], how="left")
    firms = firms.group_by("firm_id").agg(nw.col("name").max())
    path = into / "firm_keys.parquet"
    sink({path: firms.sort("firm_id").with_row_index("firm_key", order_by="firm_id")
          .with_columns(nw.col("firm_key").cast(nw.Int64))})  # fmt: skip
    return scan(path)


def write_establishments(
    rows: nw.LazyFrame[Any],
    firms: nw.LazyFrame[Any],
    industries: pd.DataFrame,
    *,
    years: tuple[int, ...],
    into: Path,
) -> tuple[nw.LazyFrame[Any], list[int]]:
    """One row per firm and year in which it lives, in numbers only, sorted by year and firm.

    With the years whose jobs are taken for not known, since all of them are given as 0.
    """
    codes = nw.from_native(
        pl.LazyFrame(
            {"industry": industries["industry"].to_list(), "industry_key": range(len(industries))},
            schema={"industry": pl.String, "industry_key": pl.Int64},
        )
    )
    groups = (
        rows.select("group_id")
        .drop_nulls()
        .unique()
        .with_row_index("group_key", order_by="group_id")
        .with_columns(nw.col("group_key").cast(nw.Int64))
    )
    keyed = (
        rows.join(firms.select("firm_id", "firm_key"), on="firm_id", how="inner")
        .join(codes, on="industry", how="inner")
        .join(groups, on="group_id", how="left")
    )
    has_year = rows.filter(~nw.col("year").is_null()).head(1).collect().shape[0] > 0
    if not has_year:
        keyed = nw.concat(
            [
                keyed.filter(_lives((year,), has_year=False)).with_columns(
                    nw.lit(year, nw.Int64).alias("year")
                )
                for year in years
            ]
        )
    path = into / "establishments.parquet"
    columns = ["firm_key", "year", "region_key", "industry_key", "longitude", "latitude",
               "employment", "output", "group_key"]  # fmt: skip
    sink({path: keyed.select(*columns).sort("year", "firm_key")})
    table = scan(path)
    jobless = years_without_jobs(table)
    if jobless:
        known = nw.when(~nw.col("year").is_in(jobless)).then(nw.col("employment"))
        path = into / "establishments_with_jobs.parquet"
        sink({path: table.with_columns(known.alias("employment"))})
        table = scan(path)
    return table, jobless


def read_institutions(
    source: Source,
    regions: gpd.GeoDataFrame,
    firm_ids: nw.LazyFrame[Any] | None,
    *,
    years: tuple[int, ...],
    settings: Settings,
    ledger: Ledger,
    into: Path,
) -> nw.LazyFrame[Any]:
    """Institutions that can be used, with `region_key`.

    Parameters
    ----------
    source : Source
        The table.
    regions : GeoDataFrame
        The map.
    firm_ids : LazyFrame, optional
        Column firm_id: the ids that firms have, which no institution may have too.
    years : tuple of int
        Years of the run.
    settings : Settings
        Of the dataset.
    ledger : Ledger
        Where the rows are accounted for.
    into : Path
        Working folder.

    Raises
    ------
    DatasetError
        If too many rows are faulty, or none is left.
    """
    frame = in_lower_case(typed(source), "kind")
    frame = with_places(frame, source, regions, settings=settings, into=into)
    if firm_ids is None:
        frame = frame.with_columns(nw.lit(value=False).alias("_is_firm"))
    else:
        taken = firm_ids.unique().with_columns(nw.lit(value=True).alias("_is_firm"))
        frame = frame.join(taken, left_on="institution_id", right_on="firm_id", how="left")
    return judged(
        source,
        frame,
        [
            *required_checks(source),
            Check("id_of_firm", "institution_id", nw.col("_is_firm")),
            *value_checks(source),
            Check("closed_before_opened", "closed", nw.col("closed") < nw.col("opened")),
            Check("outside_years", "closed", ~_lives(years, has_year=False)),
            *_place_checks(),
        ],
        keep=["institution_id", "kind", "name", "region_key", "longitude", "latitude", "opened",
              "closed", PLACE],
        key=[shown("institution_id")],
        unique=["institution_id"],
        counted={"on_border": nw.col(PLACE) == Place.BORDER},
        ledger=ledger,
        into=into,
    )  # fmt: skip


def in_lower_case(frame: nw.LazyFrame[Any], column: str) -> nw.LazyFrame[Any]:
    """Rows with a column of kinds in lower case, and whether it was not."""
    lower = nw.col(column).str.to_lowercase()
    return frame.with_columns(
        lower.alias(column), (lower != nw.col(column)).fill_null(value=False).alias(CASED)
    )


def numbered_institutions(rows: nw.LazyFrame[Any] | None, *, first_key: int) -> pd.DataFrame:
    """Institutions sorted by id, with keys that go on after those of the firms."""
    columns = ["institution_key", "institution_id", "kind", "name", "region_key", "longitude",
               "latitude", "opened", "closed"]  # fmt: skip
    if rows is None:
        return pd.DataFrame(columns=columns).astype(
            {"institution_key": "int64", "region_key": "int64", "longitude": "float64",
             "latitude": "float64", "opened": "float64", "closed": "float64"}
        )  # fmt: skip
    table: pd.DataFrame = rows.sort("institution_id").collect().to_pandas()
    table["institution_key"] = range(first_key, first_key + len(table))
    table["closed"] = table["closed"].mask(table["closed"] >= _FOREVER)
    return table[columns].astype({"opened": "float64", "closed": "float64"})
