"""Measures of distance of the industries of one year, within a budget of work.

Here belongs which industries are measured, on how many of their firms, and what is said of those
that are not. The measures belong to `duranton_overman`, `marcon_puech` and `footprints`, the names
of industries to `geo.classification.table`.

The budget is counted in pairs of firms, not in seconds, so that it cuts at the same industry on
every machine.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from geo.concentration.duranton_overman import distance_density_test
from geo.concentration.footprints import footprints, local_concentration
from geo.concentration.marcon_puech import neighbour_ratio, neighbour_ratio_test
from geo.concentration.projection import local_plane
from geo.errors import GeoError
from geo.vocabulary import Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    import narwhals as nw
    import numpy.typing as npt
    import pyproj

    from geo.concentration.envelopes import Envelope

    Floats = npt.NDArray[np.float64]
    Flags = npt.NDArray[np.bool_]

__all__ = ["DistanceTables", "distance_tables", "located_firms", "most_concentrated"]

DRAWS = 199
FEWEST_FIRMS = 10
MOST_FIRMS = 2_000
MOST_SITES = 100_000
PAIR_BUDGET = 8_000_000_000
FOOTPRINT_KM = 10.0
_MOST_SITES_OF_RATIO = 12_000
_RATIOS_TESTED = 3
_RADII = np.array([1, 2, 5, 10, 20, 30, 40, 50.0])
_SHOWN_RADII = (5, 20, 50)
_STEPS = 41
_SIGNIFICANT = 0.05


class DistanceTables(NamedTuple):
    """What distances tell of the industries of one year; keyed by year and industry_key."""

    industries: pd.DataFrame
    """One row per industry."""
    curves: pd.DataFrame
    """Curves with their envelopes: measure, distance_km, value, low, high."""
    footprints: gpd.GeoDataFrame
    """Where industries huddle: footprint, establishments, employment, area_km2, geometry."""


class _Sites(NamedTuple):
    """Places of firms on a plane, and of which industry they are."""

    points: Floats
    industry: npt.NDArray[np.int64]
    crs: pyproj.CRS


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
    the first three.

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
        (and 20, 50), neighbour_ratio_p, footprints, reason_en (and zh_hant, zh_hans). Distances in
        km; null = not measured.

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
    every = _Sites(plane.points, firms["industry_key"].to_numpy(dtype=np.int64), plane.crs)
    sites = _thinned(every, MOST_SITES, seed=seed)
    of_ratio = _thinned(every, _MOST_SITES_OF_RATIO, seed=seed)
    distances = _distances(sites.points, seed=seed)
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
            row |= _why(NOT_OF_INTEREST)
            continue
        if used < FEWEST_FIRMS:
            row |= _why(_too_few(used, thinned=len(sites.points) < len(firms)))
            continue
        work = used**2 // 2 * (DRAWS + 1)
        if work > left:
            row |= _why(BEYOND)
            continue
        left -= work
        measured, curve = _density(sites, members, distances, key=key, seed=seed)
        row |= measured
        curves += curve
        asked, curve = _ratios(of_ratio, key, seed=seed, tested=tests > 0)
        tests -= 1
        row |= asked
        curves += curve
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
_NO_BANDWIDTH = Text(
    "Its firms have no two different distances: nothing tells a bandwidth.",
    "企業間距離沒有差異，無從確定帶寬。",
    "企业间距离没有差异，无从确定带宽。",
)


def _too_few(used: int, *, thinned: bool) -> Text:
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
    ends = sample if thinned else (".", "。", "。")
    return Text(*(a + b for a, b in zip(rule, ends, strict=True)))


def _why(text: Text) -> dict[str, Any]:
    return dict(zip(("reason_en", "reason_zh_hant", "reason_zh_hans"), text, strict=True))


def _thinned(sites: _Sites, most: int, *, seed: int) -> _Sites:
    """An even sample of the sites where there are more than `most`."""
    if len(sites.points) <= most:
        return sites
    kept = np.sort(
        np.random.default_rng([seed, most]).choice(len(sites.points), most, replace=False)
    )
    return sites._replace(points=sites.points[kept], industry=sites.industry[kept])


def _distances(points: Floats, *, seed: int) -> Floats:
    """From 0 to half the median distance of all firms, estimated from 20,000 pairs."""
    i, j = np.random.default_rng([seed, 0]).integers(0, len(points), (2, 20_000))
    median = float(np.median(np.hypot(*(points[i] - points[j]).T)))
    # Where most firms share a place any scale will do.
    return np.linspace(0, max(median / 2, 1.0), _STEPS)


def _density(
    sites: _Sites, members: Flags, distances: Floats, *, key: int, seed: int
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Answers of K_d, and its curve."""
    chosen = members
    positions = np.flatnonzero(members)
    if len(positions) > MOST_FIRMS:
        rng = np.random.default_rng([seed, key, 1])
        chosen = np.zeros(len(members), dtype=np.bool_)
        chosen[rng.choice(positions, MOST_FIRMS, replace=False)] = True
    start = int(np.random.default_rng([seed, key]).integers(2**32))
    try:
        test = distance_density_test(sites.points, chosen, distances, seed=start, draws=DRAWS)
    except GeoError:
        return _why(_NO_BANDWIDTH), []
    above, below = test.envelope.above, test.envelope.below
    localised = bool((above > 0).any())
    answers = {
        "establishments_used": int(chosen.sum()),
        "is_localised": localised,
        "is_dispersed": not localised and bool((below > 0).any()),
        "distance_p": test.envelope.p,
        "localised_to_km": float(distances[_end_of_rise(above)]) if localised else np.nan,
        "bandwidth_km": test.bandwidth,
    }
    return answers, _curve("K_d", key, distances, test.density, test.envelope)


def _end_of_rise(above: Floats) -> int:
    """Last position of the stretch above the envelope that rises farthest."""
    top = int(np.argmax(above))
    inside = np.flatnonzero(above[top:] <= 0)
    return top + int(inside[0]) - 1 if len(inside) else len(above) - 1


def _ratios(
    sites: _Sites, key: int, *, seed: int, tested: bool
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """M within each of the radii shown, and its test where that is asked for."""
    members = sites.industry == key
    if members.sum() < FEWEST_FIRMS:
        return {}, []
    curve: list[dict[str, Any]] = []
    answers: dict[str, Any] = {}
    ratio = neighbour_ratio(sites.points, members, _RADII)
    if tested and np.isfinite(ratio).any():
        start = int(np.random.default_rng([seed, key, 2]).integers(2**32))
        try:
            test = neighbour_ratio_test(sites.points, members, _RADII, seed=start, draws=DRAWS)
        except GeoError:  # firms so sparse that some draw has no neighbours within any radius
            pass
        else:
            answers["neighbour_ratio_p"] = test.envelope.p
            curve = _curve("M", key, _RADII, ratio, test.envelope)
    within = dict(zip(_RADII, ratio, strict=True))
    return answers | {f"neighbour_ratio_{r}km": within[r] for r in _SHOWN_RADII}, curve


def _curve(
    measure: str, key: int, distances: Floats, values: Floats, envelope: Envelope
) -> list[dict[str, Any]]:
    columns = (distances, values, envelope.low, envelope.high)
    names = ("distance_km", "value", "low", "high")
    return [
        {"industry_key": key, "measure": measure} | dict(zip(names, map(float, point), strict=True))
        for point in zip(*columns, strict=True)
    ]


def _footprints(sites: _Sites, every: _Sites, key: int, employment: Floats) -> gpd.GeoDataFrame:
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
    curve = pd.DataFrame(curves, columns=_CURVE)
    return DistanceTables(
        table.assign(year=year).sort_values("industry_key", ignore_index=True),
        curve.assign(year=year),
        joined.assign(year=year),
    )


_CURVE = ["industry_key", "measure", "distance_km", "value", "low", "high"]
_ANSWERS = [
    "industry_key",
    "establishments",
    "establishments_used",
    "is_localised",
    "is_dispersed",
    "distance_p",
    "localised_to_km",
    "bandwidth_km",
    *(f"neighbour_ratio_{radius}km" for radius in _SHOWN_RADII),
    "neighbour_ratio_p",
    "footprints",
    "reason_en",
    "reason_zh_hant",
    "reason_zh_hans",
]
