"""The datum or coordinate system in which points that lie off the map would lie on it.

What belongs here: a proposal from rejected points. What does not: placing points
(`geo.dataset.tables.geometry`), or acting on the guess.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import narwhals as nw
import numpy as np

from geo.datum import to_wgs84
from geo.errors import GeoError, Proposal
from geo.places import regions_of_points
from geo.vocabulary import Text

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy.typing as npt
    import polars as pl

    from geo.dataset.judging.ledger import Ledger
    from geo.settings import Settings

__all__ = ["likely_system", "proposals_of_places"]

_SAMPLE = 100
_FEWEST = 3
_MOST = 0.9
# Systems of our days come before those that they took the place of.
_CURRENT = ("CGCS2000", "TWD97", "ETRS89", "OSGB36", "RGF93", "GDA2020", "NAD83(2011)", "WGS 84")


def proposals_of_places(
    ledger: Ledger, regions: gpd.GeoDataFrame, settings: Settings
) -> list[Proposal]:
    """Settings under which points that were rejected as off the map lie on it.

    Parameters
    ----------
    ledger : Ledger
        With the rejected rows of firms and institutions.
    regions : GeoDataFrame
        The map.
    settings : Settings
        Of the dataset; what is declared is not questioned.
    """
    tables = list(ledger.rejected)
    if ledger.last is not None and all(s.table != ledger.last[0].table for s, _ in tables):
        tables.append(ledger.last)
    found = []
    for source, rejected in tables:
        table = source.table
        is_declared = settings.crs_of(table) is not None or settings.datum_of(table) != "WGS84"
        if table not in ("firms", "institutions") or is_declared or not rejected:
            continue
        rows = nw.concat(rejected).filter(
            nw.col("reason").is_in(["outside_regions", "coordinates_invalid"])
        )
        texts: pl.Series = rows.select("value").head(_SAMPLE).collect().to_native()["value"]
        x, y = _points(texts.drop_nulls().to_list())
        system = likely_system(x, y, regions) if len(x) >= _FEWEST else None
        if system is not None:
            found.append(_named(source.name, table, system, len(x)))
    return found


def likely_system(
    x: npt.NDArray[np.float64], y: npt.NDArray[np.float64], regions: gpd.GeoDataFrame
) -> str | None:
    """Datum or EPSG code under which nearly all of some points lie on the map; None without one.

    Parameters
    ----------
    x, y : ndarray of float64, shape (n,)
        Coordinates as given: degrees, or easting and northing.
    regions : GeoDataFrame
        The map, in WGS84.
    """
    is_in_degrees = bool((np.abs(x) <= 180).all() and (np.abs(y) <= 90).all())
    candidates = ["GCJ-02", "BD-09"] if is_in_degrees else _projected(regions)
    shares = {name: _share_on(x, y, regions, name) for name in candidates}
    best = max(shares, key=lambda name: shares[name], default=None)
    return best if best is not None and shares[best] >= _MOST else None


def _projected(regions: gpd.GeoDataFrame) -> list[str]:
    """Projected systems that are used where the map is, those of our days first."""
    from pyproj.aoi import AreaOfInterest
    from pyproj.database import query_crs_info
    from pyproj.enums import PJType

    west, south, east, north = regions.total_bounds
    area = AreaOfInterest(max(west, -180), south, min(east, 180), north)
    known = query_crs_info(
        auth_name="EPSG", pj_types=[PJType.PROJECTED_CRS], area_of_interest=area, contains=False
    )

    def rank(name: str) -> int:
        return next((k for k, word in enumerate(_CURRENT) if word in name), len(_CURRENT))

    ordered = sorted(known, key=lambda crs: (rank(crs.name), int(crs.code)))
    return [f"EPSG:{crs.code}" for crs in ordered]


def _share_on(
    x: npt.NDArray[np.float64],
    y: npt.NDArray[np.float64],
    regions: gpd.GeoDataFrame,
    system: str,
) -> float:
    try:
        longitude, latitude = to_wgs84(x, y, system=system)
    except GeoError:
        return 0.0
    west, south, east, north = regions.total_bounds
    near = (longitude >= west) & (longitude <= east) & (latitude >= south) & (latitude <= north)
    if near.mean() < _MOST:  # most systems fail here, without a look at any polygon
        return 0.0
    return float((regions_of_points(longitude, latitude, regions).region_key >= 0).mean())


def _points(texts: list[str]) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    pairs = [text.split(", ") for text in texts]
    numbers = []
    for pair in pairs:
        try:
            numbers.append((float(pair[0]), float(pair[1])))
        except (ValueError, IndexError):
            continue
    points = np.array(numbers, dtype=np.float64).reshape(-1, 2)
    return points[:, 0], points[:, 1]


def _named(file: str, table: str, system: str, points: int) -> Proposal:
    import pyproj

    is_datum = system in ("GCJ-02", "BD-09")
    name = system if is_datum else f"{system} ({pyproj.CRS.from_user_input(system).name})"
    return Proposal(
        "datum" if is_datum else "crs",
        {table: system},
        Text(
            f"{file}: in {name} nearly all of {points:,} points off the map would lie on it; make "
            "sure that it is so, since systems that resemble it differ by metres only",
            f"{file}：若座標為 {name}，圖外的 {points:,} 個點幾乎全在圖上；"
            "相近的系統僅差數公尺，請核實",
            f"{file}：若坐标为 {name}，图外的 {points:,} 个点几乎全在图上；"
            "相近的系统仅差数米，请核实",
        ),
    )
