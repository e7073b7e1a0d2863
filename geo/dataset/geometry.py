"""Geometry columns: reading them, bringing them to WGS84, and the points of firms.

Which region a point lies in belongs to `geo.places`; what a table does with it to its own module.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
import shapely

from geo.dataset.formats import ROW
from geo.datum import System, to_wgs84
from geo.engine import map_batches, scan
from geo.errors import DatasetError, GeoError
from geo.places import regions_of_points

if TYPE_CHECKING:
    from pathlib import Path

    import geopandas as gpd
    import narwhals as nw
    import numpy.typing as npt

    from geo.dataset.formats import Source
    from geo.settings import Settings

__all__ = [
    "PLACE",
    "Place",
    "geometries",
    "has_degrees",
    "in_wgs84",
    "on_globe",
    "point_system",
    "with_places",
]

PLACE = "_place"
_POINT = ("longitude", "latitude", "geometry")


class Place:
    """What is known of where a row is, as the numbers of the column `_place`."""

    INSIDE, BORDER, MISSING, INVALID, SWAPPED, OUTSIDE, UNREADABLE, NO_POINT = range(8)


def geometries(column: pl.Series) -> npt.NDArray[np.object_]:
    """Shapes of a column of WKB, hexadecimal WKB, WKT or GeoJSON; None where there is none.

    What cannot be read is the string 'unreadable'.
    """
    values = column.to_numpy() if column.dtype != pl.Null else np.full(len(column), None)
    if column.dtype == pl.String:
        values = column.str.strip_chars().to_numpy()
    shapes = np.full(len(values), None, dtype=object)
    given = np.array([v is not None and len(v) > 0 for v in values], dtype=bool)
    if column.dtype == pl.Binary:
        shapes[given] = shapely.from_wkb(values[given], on_invalid="ignore")
    elif given.any():
        texts = column.str.strip_chars().str.replace(r"^SRID=\d+;", "")
        for pattern, read in (
            (r"^\{", shapely.from_geojson),
            (r"^[0-9A-Fa-f]+$", shapely.from_wkb),
            (r"^[A-Za-z]", shapely.from_wkt),
        ):
            like = texts.str.contains(pattern).fill_null(value=False).to_numpy() & given
            like &= np.array([s is None for s in shapes])
            if like.any():
                shapes[like] = read(texts.to_numpy()[like], on_invalid="ignore")
    lost = given & np.array([s is None for s in shapes], dtype=bool)
    shapes[lost] = "unreadable"
    empty = np.array([s is not None and not isinstance(s, str) and s.is_empty for s in shapes])
    shapes[empty.astype(bool)] = None
    return shapes


def has_degrees(shapes: npt.NDArray[np.object_]) -> bool:
    """Whether the coordinates of at least half the shapes can be longitudes and latitudes."""
    given = ~np.isnan(shapely.bounds(shapes)[:, 0])
    return bool(on_globe(shapes)[given].mean() >= 0.5) if given.any() else True


def on_globe(shapes: npt.NDArray[np.object_]) -> npt.NDArray[np.bool_]:
    """Whether every coordinate of a shape can be a longitude or latitude, with a little slack."""
    reach = np.abs(shapely.bounds(shapes))
    within = reach <= np.array([360.5, 90.5, 360.5, 90.5])
    fits: npt.NDArray[np.bool_] = np.all(within, axis=1)
    return fits


def in_wgs84(
    source: Source, shapes: npt.NDArray[np.object_], *, system: System
) -> npt.NDArray[np.object_]:
    """Shapes of a table in longitude and latitude.

    Raises
    ------
    DatasetError
        If the coordinate system is not known and the coordinates are no degrees.
    """
    if not has_degrees(shapes) and _is_in_degrees(system):
        named = "has no coordinate system" if system is None else "is said to be in degrees"
        raise DatasetError(
            f"{source.name}: the column geometry {named}, but its coordinates are no degrees; "
            "write it with the right system, or take that out and name it as `crs` in dataset.yaml."
        )
    if system in (None, "WGS84"):
        return shapes

    def moved(points: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        return np.column_stack(to_wgs84(points[:, 0], points[:, 1], system=system))

    try:
        result: npt.NDArray[np.object_] = shapely.transform(shapes, moved)
    except GeoError as error:
        raise DatasetError(f"{source.name}: {error}") from error
    return result


def _is_in_degrees(system: System) -> bool:
    import pyproj

    try:
        # GeoJSON, for one, is in degrees by its standard, whatever stands in it.
        return system in (None, "WGS84") or pyproj.CRS.from_user_input(system).is_geographic
    except pyproj.exceptions.ProjError:
        return False


def point_system(source: Source, settings: Settings) -> System:
    """Datum or coordinate system of a table's points."""
    if uses_geometry(source) and source.crs is not None:
        return source.crs
    return settings.crs or settings.datum


def uses_geometry(source: Source) -> bool:
    """Whether points come from the geometry, rather than from longitude and latitude."""
    columns = source.columns
    has_degrees = "longitude" in columns and "latitude" in columns
    return "geometry" in columns and (source.crs is not None or not has_degrees)


def with_places(
    frame: nw.LazyFrame[Any],
    source: Source,
    regions: gpd.GeoDataFrame,
    *,
    settings: Settings,
    into: Path,
) -> nw.LazyFrame[Any]:
    """Rows with longitude and latitude in WGS84, `region_key`, and `_place`."""
    system = point_system(source, settings)
    try:
        to_wgs84(np.zeros(1), np.zeros(1), system=system)
    except GeoError as error:
        raise DatasetError(f"{source.name}: {error}") from error
    column = ["geometry"] if uses_geometry(source) else ["longitude", "latitude"]
    path = into / f"{source.table}.places.parquet"
    map_batches(
        frame.select(ROW, *column),
        lambda batch: _located(batch, regions, system=system),
        path,
    )
    others = [name for name in frame.collect_schema().names() if name not in _POINT]
    return frame.select(*others).join(scan(path), on=ROW, how="left")


def _coordinates(
    column: pl.Series,
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64], npt.NDArray[np.int64]]:
    shapes = geometries(column)
    state = np.full(len(shapes), Place.INSIDE)
    state[np.array([s is None for s in shapes], dtype=bool)] = Place.MISSING
    unreadable = np.array([isinstance(s, str) for s in shapes], dtype=bool)
    state[unreadable] = Place.UNREADABLE
    shapes[unreadable] = None
    # A multipoint of one point is what some programs write for a point.
    single = (shapely.get_type_id(shapes) == 4) & (shapely.get_num_geometries(shapes) == 1)
    shapes[single] = shapely.get_geometry(shapes[single], 0)
    is_point = shapely.get_type_id(shapes) == 0
    state[(state == Place.INSIDE) & ~is_point] = Place.NO_POINT
    points = shapes.copy()
    points[~is_point] = None
    return shapely.get_x(points), shapely.get_y(points), state


def _located(batch: pl.DataFrame, regions: gpd.GeoDataFrame, *, system: System) -> pl.DataFrame:
    if "geometry" in batch.columns:
        x, y, state = _coordinates(batch["geometry"])
    else:
        x, y = (batch[name].to_numpy().astype(np.float64) for name in ("longitude", "latitude"))
        state = np.where(np.isfinite(x) & np.isfinite(y), Place.INSIDE, Place.MISSING)
    known = np.flatnonzero(state == Place.INSIDE)
    longitude, latitude = np.full(len(x), np.nan), np.full(len(x), np.nan)
    longitude[known], latitude[known] = to_wgs84(x[known], y[known], system=system)
    placed = regions_of_points(longitude, latitude, regions)
    state[placed.on_border] = Place.BORDER
    astray = known[placed.region_key[known] < 0]
    # On the map the other way round: that is how the two columns get swapped.
    other = regions_of_points(*to_wgs84(y[astray], x[astray], system=system), regions)
    on_globe = (np.abs(longitude[astray]) <= 180) & (np.abs(latitude[astray]) <= 90)
    state[astray] = np.where(
        other.region_key >= 0, Place.SWAPPED, np.where(on_globe, Place.OUTSIDE, Place.INVALID)
    )
    table = {
        ROW: batch[ROW], "longitude": longitude, "latitude": latitude,
        "region_key": placed.region_key, PLACE: state,
    }  # fmt: skip
    return pl.DataFrame(table).with_columns(pl.col("longitude", "latitude").fill_nan(None))
