"""Measures of distance of the industries of one year, within a budget of work.

Here belongs which industries are measured and what is said of those that are not; what is asked of
one industry is in `_distance_answers`. The measures belong to `duranton_overman`, `marcon_puech`,
`relative_density` and `firm_footprints`, the names of industries to
`geo.classification.tables.classification_table`.

The budget is counted in pairs of firms, not in seconds, so that it cuts at the same industry on
every machine.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from geo.concentration.distance._distance_answers import (
    CURVE,
    DRAWS,
    FEWEST_FIRMS,
    MOST_FIRMS,
    MOST_SITES_OF_RATIO,
    SHOWN_RADII,
    Sites,
    density_answers,
    looked_at,
    ratio_answers,
    relative_density_answers,
    thinned,
    why,
)
from geo.concentration.distance.firm_footprints import footprints, local_concentration
from geo.concentration.distance.projection import local_plane
from geo.vocabulary import Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    import narwhals as nw
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]

__all__ = ["DistanceTables", "distance_tables", "located_firms", "most_concentrated"]

MOST_SITES = 100_000
PAIR_BUDGET = 8_000_000_000
FOOTPRINT_KM = 10.0
_RATIOS_TESTED = 3
_SIGNIFICANT = 0.05


class DistanceTables(NamedTuple):
    """What distances tell of the industries of one year; keyed by year and industry_key."""

    industries: pd.DataFrame
    """One row per industry."""
    curves: pd.DataFrame
    """Curves with their envelopes: measure, distance_km, value, low, high, pointwise_low and
    pointwise_high."""
    footprints: gpd.GeoDataFrame
    """Where industries huddle: footprint, establishments, employment, area_km2, geometry."""


def most_concentrated(measures: pd.DataFrame, *, year: int) -> list[int]:
    """Industry keys of a year by their Ellison-Glaeser index, the largest first.

    Parameters
    ----------
    measures : DataFrame
        Columns year, industry_key, ellison_glaeser; industries without an index come last.
    year : int
        The year.

    Returns
    -------
    list of int
        Industries that tie are in the order of their keys.

    Examples
    --------
    >>> index = [0.1, None, 0.3]
    >>> most_concentrated(pd.DataFrame(
    ...     {"year": 2023, "industry_key": [0, 1, 2], "ellison_glaeser": index}), year=2023)
    [2, 0, 1]
    """
    of_year = measures[measures["year"] == year].astype({"ellison_glaeser": float})
    ranked = of_year.sort_values(["ellison_glaeser", "industry_key"], ascending=[False, True])
    return [int(key) for key in ranked["industry_key"]]


def located_firms(establishments: nw.LazyFrame[Any], *, year: int) -> pd.DataFrame:
    """Firms of a year with their places, in the order of their keys.

    Parameters
    ----------
    establishments : LazyFrame
        Columns firm_key, year, industry_key, longitude, latitude, employment.
    year : int
        The year.

    Returns
    -------
    DataFrame
        Columns firm_key, industry_key, longitude, latitude (degrees), employment (NaN = not
        known).

    Examples
    --------
    >>> import narwhals as nw, polars as pl
    >>> rows = pl.LazyFrame({"firm_key": [2, 1], "year": [2023, 2022], "industry_key": [0, 0],
    ...     "longitude": [9.0, 9.0], "latitude": [48.0, 48.0], "employment": [5.0, 4.0]})
    >>> located_firms(nw.from_native(rows), year=2023)["firm_key"].tolist()
    [2]
    """
    import narwhals as nw

    wanted = ["firm_key", "industry_key", "longitude", "latitude", "employment"]
    rows = establishments.filter(nw.col("year") == year).select(wanted)
    found = rows.collect().to_pandas().sort_values("firm_key", ignore_index=True)
    return found.astype({"longitude": float, "latitude": float, "employment": float})


def distance_tables(
    firms: pd.DataFrame,
    order: Sequence[int],
    *,
    year: int,
    seed: int,
    only: Sequence[int] = (),
    budget: int = PAIR_BUDGET,
) -> DistanceTables:
    """K_d, M and footprints of the industries of a year, the first of an order before the others.

    K_d is tested at 41 distances up to half the median distance of all firms, with 199 draws. Of an
    industry of more than 2,000 firms an even sample of 2,000 is measured, and of more than 100,000
    firms in all a sample of 100,000 (M: 12,000) stands for the sites. An industry is left out, and
    says why, if it has fewer than 10 firms, if nothing tells a bandwidth, or if the pairs that it
    asks for, draws and all, no longer fit the budget. M is measured for all of them and tested for
    the first three, for which m is measured and tested too, in a sample of 6,000 firms, or of so
    many that 1,000 of the industry are among them.

    Parameters
    ----------
    firms : DataFrame
        As `located_firms` returns it.
    order : sequence of int
        Industry keys, first come first served; those that are missing here come last, by key.
    year : int
        Year of the firms.
    seed : int
        Start of the random numbers; each industry has its own.
    only : sequence of int
        Keys of the only industries to measure; all where empty.
    budget : int
        Pairs of firms that may be looked at for K_d, all industries and draws together.

    Returns
    -------
    DistanceTables
        `industries` has a row for each industry with firms: establishments, establishments_used,
        is_localised, is_dispersed, distance_p, localised_to_km, bandwidth_km, neighbour_ratio_5km
        (and 20, 50), neighbour_ratio_p, neighbour_density_p, neighbour_density_bandwidth_km,
        footprints, reason_en (and zh_hant, zh_hans). Distances in km; null = not measured.

    Examples
    --------
    Twelve firms of one industry in a row, and twelve of another among far ones.

    >>> firms = pd.DataFrame({"firm_key": range(24), "industry_key": [0] * 12 + [1] * 12,
    ...     "longitude": [10 + k / 500 for k in range(12)] + [10 + k / 5 for k in range(12)],
    ...     "latitude": 50.0, "employment": 1.0})
    >>> tables = distance_tables(firms, [0, 1], year=2023, seed=1)
    >>> bool(tables.industries["is_localised"][0]), tables.industries["footprints"].tolist()
    (True, [1, 0])
    >>> distance_tables(firms, [0], year=2023, seed=1, only=[0]).industries["reason_en"][1]
    'It is not among the industries of interest.'
    """
    counts = firms["industry_key"].value_counts().sort_index()
    if not len(firms):
        return _as_tables([], [], [], year)
    plane = local_plane(firms["longitude"], firms["latitude"])
    every = Sites(plane.points, firms["industry_key"].to_numpy(dtype=np.int64), plane.crs)
    sites = thinned(every, MOST_SITES, seed=seed)
    of_ratio = thinned(every, MOST_SITES_OF_RATIO, seed=seed)
    distances = looked_at(sites.points, seed=seed)
    known = [int(key) for key in counts.index]
    ranked = [key for key in order if key in counts.index]
    queue = [*ranked, *(key for key in known if key not in set(ranked))]
    rows, curves, places = [], [], []
    left, tests = budget, _RATIOS_TESTED
    for key in queue:
        members = sites.industry == key
        used = min(int(members.sum()), MOST_FIRMS)
        row = {"industry_key": key, "establishments": int(counts[key])}
        rows.append(row)
        if only and key not in only:
            row |= why(NOT_OF_INTEREST)
            continue
        if used < FEWEST_FIRMS:
            row |= why(_too_few(used, sampled=len(sites.points) < len(firms)))
            continue
        work = used**2 // 2 * (DRAWS + 1)
        if work > left:
            row |= why(BEYOND)
            continue
        left -= work
        measured, curve = density_answers(sites, members, distances, key=key, seed=seed)
        row |= measured
        curves += curve
        asked, curve = ratio_answers(of_ratio, key, seed=seed, tested=tests > 0)
        row |= asked
        curves += curve
        if tests > 0:
            asked, curve = relative_density_answers(every, key, seed=seed)
            row |= asked
            curves += curve
        tests -= 1
        found = _footprints(sites, every, key, firms["employment"].to_numpy())
        row["footprints"] = len(found)
        places.append(found)
    return _as_tables(rows, curves, places, year)


NOT_OF_INTEREST = Text(
    "It is not among the industries of interest.",
    "不在所關注的行業之列。",
    "不在所关注的行业之列。",
)
BEYOND = Text(
    "Beyond the limit of work of a run: name it among the `industries_of_interest` to measure it.",
    "超出單次運行的計算上限；列入 `industries_of_interest` 即可計算。",
    "超出单次运行的计算上限；列入 `industries_of_interest` 即可计算。",
)


def _too_few(used: int, *, sampled: bool) -> Text:
    rule = (
        f"It has {used} firms to measure, fewer than {FEWEST_FIRMS}",
        f"可度量的企業僅 {used} 家，少於 {FEWEST_FIRMS} 家",
        f"可度量的企业仅 {used} 家，少于 {FEWEST_FIRMS} 家",
    )
    sample = (
        f" in an even sample of {MOST_SITES:,} firms.",
        f"（等機率抽取 {MOST_SITES:,} 家企業）。",
        f"（等概率抽取 {MOST_SITES:,} 家企业）。",
    )
    ends = sample if sampled else (".", "。", "。")
    return Text(*(a + b for a, b in zip(rule, ends, strict=True)))


def _footprints(sites: Sites, every: Sites, key: int, employment: Floats) -> gpd.GeoDataFrame:
    """Polygons of significant firms, and what of the whole industry stands in them."""
    import shapely

    members = sites.industry == key
    local = local_concentration(sites.points, members, radius=FOOTPRINT_KM)
    found = footprints(
        sites.points[members], local.q <= _SIGNIFICANT, radius=FOOTPRINT_KM, crs=sites.crs
    )
    own = np.flatnonzero(every.industry == key)
    shapes = found.to_crs(every.crs).geometry.to_numpy()
    stands = np.asarray(shapely.points(every.points[own]))
    inside = shapely.STRtree(stands).query(shapes, predicate="intersects")
    jobs = pd.Series(employment[own][inside[1]]).groupby(inside[0])
    numbers = np.arange(len(found))
    return found.assign(
        industry_key=key,
        footprint=numbers + 1,
        establishments=np.bincount(inside[0], minlength=len(found)),
        employment=jobs.sum(min_count=1).reindex(numbers).to_numpy(),
    )


def _as_tables(
    rows: list[dict[str, Any]],
    curves: list[dict[str, Any]],
    places: list[gpd.GeoDataFrame],
    year: int,
) -> DistanceTables:
    import geopandas as gpd

    full = [found for found in places if len(found)]
    columns = ["industry_key", "footprint", "establishments", "employment", "area_km2"]
    joined = (
        gpd.GeoDataFrame(pd.concat(full, ignore_index=True), crs=4326)
        if full
        else gpd.GeoDataFrame({name: [] for name in columns}, geometry=[], crs=4326)
    )
    table = pd.DataFrame(rows, columns=_ANSWERS)
    curve = pd.DataFrame(curves, columns=CURVE)
    return DistanceTables(
        table.assign(year=year).sort_values("industry_key", ignore_index=True),
        curve.assign(year=year),
        joined.assign(year=year),
    )


_ANSWERS = [
    "industry_key",
    "establishments",
    "establishments_used",
    "is_localised",
    "is_dispersed",
    "distance_p",
    "localised_to_km",
    "bandwidth_km",
    *(f"neighbour_ratio_{radius}km" for radius in SHOWN_RADII),
    "neighbour_ratio_p",
    "neighbour_density_p",
    "neighbour_density_bandwidth_km",
    "footprints",
    "reason_en",
    "reason_zh_hant",
    "reason_zh_hans",
]
