"""Partners of one cell by name: who could supply it, who does from outside, who was lost.

What belongs here: look-ups of firms for one cell, for the reader of one verdict. What does not:
counts over all cells (`matching`, `persistence`), and what the cell lacks (`gaps`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals as nw
import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]
    Lazy = nw.LazyFrame[Any]

__all__ = [
    "candidate_firms",
    "lost_partners",
    "nearest_institutions",
    "outside_suppliers",
    "place_of_cell",
]

_EARTH_KM = 6371.0088


def candidate_firms(
    establishments: Lazy,
    *,
    region_key: int,
    year: int,
    industry_keys: Sequence[int],
    most: int = 10,
) -> pd.DataFrame:
    """Largest firms of a region in given industries: those who could fill a gap.

    Parameters
    ----------
    establishments : LazyFrame
        firm_key, year, region_key, industry_key, employment; one row per firm and year.
    region_key, year : int
        Where and when.
    industry_keys : sequence of int
        Industries, as `candidate_industries` finds them.
    most : int, default 10
        Firms of each industry.

    Returns
    -------
    DataFrame
        firm_key, industry_key, employment (NaN = not known, after all the known), by industry in
        the order given, the largest first.

    Examples
    --------
    >>> import polars as pl
    >>> firms = pl.LazyFrame({"firm_key": [0, 1, 2], "year": 2020, "region_key": [5, 5, 6],
    ...                       "industry_key": 3, "employment": [4.0, 40.0, 400.0]})
    >>> candidate_firms(nw.from_native(firms), region_key=5, year=2020, industry_keys=[3])[
    ...     "firm_key"].tolist()
    [1, 0]
    """
    here = establishments.filter(nw.col("region_key") == region_key, nw.col("year") == year)
    largest = [
        here.filter(nw.col("industry_key") == int(industry))
        .select("firm_key", "industry_key", nw.col("employment").cast(nw.Float64))
        .sort("employment", "firm_key", descending=[True, False], nulls_last=True)
        .head(most)
        .collect()
        .to_pandas()
        for industry in dict.fromkeys(industry_keys)
    ]
    if not largest:
        return pd.DataFrame(columns=["firm_key", "industry_key", "employment"])
    return pd.concat(largest, ignore_index=True)


def outside_suppliers(
    ties: Lazy,
    establishments: Lazy,
    *,
    region_key: int,
    industry_key: int,
    year: int,
    industry_keys: Sequence[int] | None = None,
    most: int = 3,
) -> pd.DataFrame:
    """Regions from which a cell buys today what its own does not give it.

    Parameters
    ----------
    ties : LazyFrame
        source_key (supplier), target_key (customer), year, kind; party keys.
    establishments : LazyFrame
        firm_key, year, region_key, industry_key, longitude, latitude (WGS84); one row per firm and
        year.
    region_key, industry_key, year : int
        The cell.
    industry_keys : sequence of int, optional
        Suppliers' industries; all where not given.
    most : int, default 3
        Regions for each industry.

    Returns
    -------
    DataFrame
        industry_key and region_key of the suppliers, suppliers (firms), ties (pairs of a supplier
        and a customer), nearest_km (from the mean place of the cell's firms to the nearest of
        these suppliers, great circle; NaN where places are not known); by industry, the region
        with the most ties first, then the nearest. Empty without such ties.

    Examples
    --------
    Firm 0 buys from firm 1, one degree of the equator away in another region.

    >>> import polars as pl
    >>> firms = pl.LazyFrame({"firm_key": [0, 1], "year": 2020, "region_key": [0, 1],
    ...     "industry_key": [7, 8], "longitude": [0.0, 1.0], "latitude": [0.0, 0.0]})
    >>> ties = pl.LazyFrame({"source_key": [1], "target_key": [0], "year": 2020,
    ...                      "kind": ["supply"]})
    >>> outside_suppliers(nw.from_native(ties), nw.from_native(firms), region_key=0,
    ...                   industry_key=7, year=2020).round(1)
       industry_key  region_key  suppliers  ties  nearest_km
    0             8           1          1     1       111.2
    """
    living = establishments.filter(nw.col("year") == year)
    cell = living.filter(
        nw.col("region_key") == region_key, nw.col("industry_key") == industry_key
    ).select("firm_key")
    elsewhere = living.filter(nw.col("region_key") != region_key)
    if industry_keys is not None:
        elsewhere = elsewhere.filter(nw.col("industry_key").is_in([int(k) for k in industry_keys]))
    supplies = ties.filter(nw.col("kind") == "supply", nw.col("year") == year).select(
        "source_key", "target_key"
    )
    # One row per supplier outside of one cell is what is collected, never ties.
    suppliers = (
        supplies.join(cell, left_on="target_key", right_on="firm_key")
        .unique()
        .group_by("source_key")
        .agg(nw.len().alias("ties"))
        .join(
            elsewhere.select("firm_key", "industry_key", "region_key", "longitude", "latitude"),
            left_on="source_key",
            right_on="firm_key",
        )
        .collect()
        .to_pandas()
    )
    suppliers["km"] = _kilometres(
        suppliers,
        *place_of_cell(establishments, region_key=region_key, industry_key=industry_key, year=year),
    )
    regions = (
        suppliers.groupby(["industry_key", "region_key"])
        .agg(suppliers=("ties", "size"), ties=("ties", "sum"), nearest_km=("km", "min"))
        .reset_index()
    )
    ordered = regions.sort_values(
        ["industry_key", "ties", "nearest_km", "region_key"], ascending=[True, False, True, True]
    )
    return ordered.groupby("industry_key").head(most).reset_index(drop=True)


def place_of_cell(
    establishments: Lazy, *, region_key: int, industry_key: int, year: int
) -> tuple[float, float]:
    """Mean longitude and latitude of a cell's firms.

    Parameters
    ----------
    establishments : LazyFrame
        firm_key, year, region_key, industry_key, longitude, latitude (WGS84).
    region_key, industry_key, year : int
        The cell.

    Returns
    -------
    tuple of float
        Degrees; NaN where no place of a firm is known.

    Examples
    --------
    >>> import polars as pl
    >>> firms = pl.LazyFrame({"firm_key": [0, 1], "year": 2020, "region_key": 0,
    ...     "industry_key": 7, "longitude": [0.0, 1.0], "latitude": [2.0, 2.0]})
    >>> place_of_cell(nw.from_native(firms), region_key=0, industry_key=7, year=2020)
    (0.5, 2.0)
    """
    places = (
        establishments.filter(
            nw.col("year") == year,
            nw.col("region_key") == region_key,
            nw.col("industry_key") == industry_key,
        )
        .select("longitude", "latitude")
        .collect()
        .to_pandas()
        .sort_values(["longitude", "latitude"])
    )
    return float(places["longitude"].mean()), float(places["latitude"].mean())


def nearest_institutions(
    institutions: pd.DataFrame,
    *,
    region_key: int,
    place: tuple[float, float],
    year: int,
    most: int = 1,
) -> pd.DataFrame:
    """Institutions of every kind that are nearest to a place, from outside its region.

    Parameters
    ----------
    institutions : DataFrame
        institution_key, kind, region_key, longitude, latitude (WGS84), opened, closed (years, NaN =
        open; `closed` is the first year it is gone).
    region_key : int
        The region, whose own institutions are left out.
    place : tuple of float
        Longitude and latitude, as `place_of_cell` returns them.
    year : int
        When they are to be open.
    most : int, default 1
        Institutions of each kind.

    Returns
    -------
    DataFrame
        institution_key, kind, region_key and km (great circle; NaN where the place is not known),
        by kind, the nearest first.

    Examples
    --------
    >>> table = pd.DataFrame({"institution_key": [8, 9], "kind": "university", "region_key": 1,
    ...     "longitude": [2.0, 1.0], "latitude": 0.0, "opened": np.nan, "closed": np.nan})
    >>> nearest_institutions(table, region_key=0, place=(0.0, 0.0), year=2020)[
    ...     ["institution_key", "km"]].round(1).to_numpy().tolist()
    [[9.0, 111.2]]
    """
    is_open = ~(institutions["opened"] > year) & ~(institutions["closed"] <= year)
    is_here = (institutions["region_key"] == region_key).fillna(value=False)
    elsewhere = institutions[is_open & ~is_here]
    table = elsewhere.assign(km=_kilometres(elsewhere, *place))
    ordered = table.sort_values(["kind", "km", "institution_key"]).groupby("kind").head(most)
    return ordered[["institution_key", "kind", "region_key", "km"]].reset_index(drop=True)


def lost_partners(
    ties: Lazy,
    establishments: Lazy,
    *,
    region_key: int,
    industry_key: int,
    year: int,
    most: int = 20,
) -> pd.DataFrame:
    """Local supply ties of a cell that ended though both firms live on: where it is unstable.

    Parameters
    ----------
    ties : LazyFrame
        source_key (supplier), target_key (customer), year, kind; party keys.
    establishments : LazyFrame
        firm_key, year, region_key, industry_key; one row per firm and year.
    region_key, industry_key, year : int
        The cell. A tie is lost in `year` that was there the year before.
    most : int, default 20
        Ties.

    Returns
    -------
    DataFrame
        supplier_key, supplier_industry_key, customer_key, customer_industry_key (both firms in the
        region in `year`, at least one of the cell's industry) and years, in how many years before
        `year` the tie was there; the longest first. Empty where none was lost, or where `ties` has
        nothing of one of the two years, which leaves it open.

    Examples
    --------
    Firm 1 supplied firm 0 for two years and does so no more; firm 2 still does.

    >>> import polars as pl
    >>> firms = pl.LazyFrame({"firm_key": [0, 1, 2], "year": 2020, "region_key": 0,
    ...                       "industry_key": [7, 8, 8]})
    >>> ties = pl.LazyFrame({"source_key": [1, 1, 2, 2], "target_key": 0, "kind": "supply",
    ...                      "year": [2018, 2019, 2019, 2020]})
    >>> lost_partners(nw.from_native(ties), nw.from_native(firms), region_key=0, industry_key=7,
    ...               year=2020)[["supplier_key", "customer_key", "years"]].to_numpy().tolist()
    [[1, 0, 2]]
    """
    supplies = ties.filter(nw.col("kind") == "supply").select("source_key", "target_key", "year")
    now = supplies.filter(nw.col("year") == year).select("source_key", "target_key")
    columns = ["supplier_key", "supplier_industry_key", "customer_key", "customer_industry_key"]
    if now.head(1).collect().is_empty():
        return pd.DataFrame(columns=[*columns, "years"])
    here = establishments.filter(nw.col("year") == year, nw.col("region_key") == region_key)
    before = supplies.filter(nw.col("year") == year - 1).select("source_key", "target_key")
    ended = before.join(now, on=["source_key", "target_key"], how="anti")
    for end, name in (("source_key", "supplier"), ("target_key", "customer")):
        place = here.select("firm_key", nw.col("industry_key").alias(f"{name}_industry_key"))
        ended = ended.join(place, left_on=end, right_on="firm_key")
    ended = ended.filter(
        (nw.col("supplier_industry_key") == industry_key)
        | (nw.col("customer_industry_key") == industry_key)
    )
    lasted = (
        supplies.filter(nw.col("year") < year)
        .join(ended, on=["source_key", "target_key"])
        .group_by("source_key", "target_key", "supplier_industry_key", "customer_industry_key")
        .agg(nw.col("year").n_unique().alias("years"))
    )
    longest = lasted.sort("years", "source_key", "target_key", descending=[True, False, False])
    table: pd.DataFrame = longest.head(most).collect().to_pandas()
    named = table.rename(columns={"source_key": "supplier_key", "target_key": "customer_key"})
    return named[[*columns, "years"]].astype("int64")


def _kilometres(places: pd.DataFrame, longitude: float, latitude: float) -> Floats:
    """Great-circle distance of every place to one (haversine)."""
    east, north = (np.radians(places[k].to_numpy(float)) for k in ("longitude", "latitude"))
    x, y = np.radians(longitude), np.radians(latitude)
    half = np.sin((north - y) / 2) ** 2 + np.cos(y) * np.cos(north) * np.sin((east - x) / 2) ** 2
    distance: Floats = 2 * _EARTH_KM * np.arcsin(np.sqrt(np.minimum(1.0, half)))
    return distance
