"""Geometry columns: reading them, bringing them to WGS84, and the points of firms.

Which region a point lies in belongs to `geo.places`; what a table does with it to its own module.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import polars as pl
import shapely

from geo.dataset.files.formats import ROW
from geo.datum import System, to_wgs84
from geo.engine import map_batches, scan
from geo.errors import DatasetError, GeoError
from geo.places import Placed, regions_of_points
from geo.vocabulary import Text

if TYPE_CHECKING:
    from pathlib import Path

    import geopandas as gpd
    import narwhals as nw
    import numpy.typing as npt

    from geo.dataset.files.formats import Source
    from geo.settings import Settings

__all__ = [
    "PLACE",
    "Place",
    "Position",
    "curved",
    "geometries",
    "has_degrees",
    "in_wgs84",
    "is_in_degrees",
    "notices_of_crs",
    "on_globe",
    "position_of",
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
        shapes[given] = _from_wkb(values[given])
    elif given.any():
        texts = column.str.strip_chars().str.replace(r"^SRID=\d+;", "")
        for pattern, read in (
            (r"^\{", _from_geojson),
            (r"^[0-9A-Fa-f]+$", _from_hexadecimal),
            (r"^[A-Za-z]", _from_wkt),
        ):
            like = texts.str.contains(pattern).fill_null(value=False).to_numpy() & given
            like &= np.array([s is None for s in shapes])
            if like.any():
                shapes[like] = read(texts.to_numpy()[like])
    lost = given & np.array([s is None for s in shapes], dtype=bool)
    shapes[lost] = "unreadable"
    empty = np.array([s is not None and not isinstance(s, str) and s.is_empty for s in shapes])
    shapes[empty.astype(bool)] = None
    return shapes


def curved(values: npt.NDArray[np.object_]) -> npt.NDArray[np.bool_]:
    """Which WKB holds arcs: its kind of geometry is a curve, or a set that may hold some."""
    return np.array([_kind(value) in range(8, 13) for value in values], dtype=bool)


def _kind(wkb: object) -> int:
    if not isinstance(wkb, bytes) or len(wkb) < 5:
        return -1
    # Z and M are thousands in ISO's WKB, and high bits in PostGIS's.
    return (int.from_bytes(wkb[1:5], "little" if wkb[0] else "big") & 0x0FFFFFFF) % 1000


def _from_wkb(values: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
    arcs = curved(values)
    plain = values.copy()
    plain[arcs] = _linear(values[arcs])
    try:
        read: npt.NDArray[np.object_] = shapely.from_wkb(plain, on_invalid="ignore")
    except NotImplementedError:
        # A collection that holds an arc: each by itself.
        return np.array([_one(value) for value in plain], dtype=object)
    return read


def _one(wkb: object) -> object:
    try:
        return shapely.from_wkb(wkb, on_invalid="ignore")  # type: ignore[call-overload]
    except NotImplementedError:
        return _one(_linear(np.array([wkb], dtype=object))[0])


def _linear(values: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
    """WKB of the same shapes with straight lines for arcs, as GDAL draws them."""
    if not len(values):
        return values
    import io
    import warnings

    import pyarrow as pa
    import pyogrio

    table, file = pa.table({"geometry": pa.array(values, pa.binary())}), io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pyogrio.write_arrow(
            table, file, driver="GPKG", layer="shapes", geometry_name="geometry",
            geometry_type="Unknown", crs=None,
        )  # fmt: skip
        found = pyogrio.raw.read(file.getvalue())[2]
    linear: npt.NDArray[np.object_] = np.asarray(found, dtype=object)
    return linear


def _from_hexadecimal(texts: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
    binary = np.array([bytes.fromhex(t) if len(t) % 2 == 0 else b"" for t in texts], dtype=object)
    return _from_wkb(binary)


def _from_wkt(texts: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
    try:
        return np.asarray(shapely.from_wkt(texts, on_invalid="ignore"), dtype=object)
    except NotImplementedError:
        arcs = np.array([bool(_ARCS.search(t.upper())) for t in texts], dtype=bool)
        shapes = np.full(len(texts), None, dtype=object)
        shapes[~arcs] = shapely.from_wkt(texts[~arcs], on_invalid="ignore")
        return shapes


_ARCS = re.compile("CURVE|CIRCULARSTRING|SURFACE")


def _from_geojson(texts: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
    return np.asarray(shapely.from_geojson(texts, on_invalid="ignore"), dtype=object)


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


class Position(NamedTuple):
    """What the coordinates of a table are in: a system, and the datum that they were shifted by."""

    system: System
    datum: str = "WGS84"

    def to_wgs84(
        self, x: npt.NDArray[np.float64], y: npt.NDArray[np.float64]
    ) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        """Longitude and latitude in WGS84."""
        degrees = to_wgs84(x, y, system="WGS84" if self.system is None else self.system)
        return degrees if self.datum == "WGS84" else to_wgs84(*degrees, system=self.datum)


def in_wgs84(
    source: Source, shapes: npt.NDArray[np.object_], *, position: Position
) -> npt.NDArray[np.object_]:
    """Shapes of a table in longitude and latitude.

    Raises
    ------
    DatasetError
        If the coordinate system is not known and the coordinates are no degrees.
    """
    system = position.system
    if not has_degrees(shapes) and is_in_degrees(system):
        raise DatasetError(_no_degrees(source, is_named=system is not None))
    if system in (None, "WGS84") and position.datum == "WGS84":
        return shapes

    def moved(points: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        return np.column_stack(position.to_wgs84(points[:, 0], points[:, 1]))

    try:
        result: npt.NDArray[np.object_] = shapely.transform(shapes, moved)
    except GeoError as error:
        raise _in_file(source, error) from error
    return result


def _no_degrees(source: Source, *, is_named: bool) -> Text:
    named = Text(
        *(
            ("is said to be in degrees", "標明為經緯度", "标明为经纬度")
            if is_named
            else ("has no coordinate system", "未註明座標系", "未注明坐标系")
        )
    )
    return Text(
        f"{source.name}: the column geometry {named.en}, but its coordinates are no degrees; write "
        "it with the right system, or name that as `crs` in dataset.yaml.",
        f"{source.name}：欄 geometry {named.zh_hant}，但其座標並非經緯度；請以正確的座標系輸出，"
        "或在 dataset.yaml 中以 `crs` 註明。",
        f"{source.name}：列 geometry {named.zh_hans}，但其坐标并非经纬度；请以正确的坐标系输出，"
        "或在 dataset.yaml 中以 `crs` 注明。",
    )


def _in_file(source: Source, error: GeoError) -> DatasetError:
    return DatasetError(Text(*(f"{source.name}: {text}" for text in error.sentence)))


def is_in_degrees(system: System) -> bool:
    """Whether a system is in degrees, or not known."""
    import pyproj

    try:
        # GeoJSON, for one, is in degrees by its standard, whatever stands in it.
        return system in (None, "WGS84") or pyproj.CRS.from_user_input(system).is_geographic
    except pyproj.exceptions.ProjError:
        return False


def position_of(source: Source, settings: Settings, *, is_in_degrees_: bool) -> Position:
    """What the coordinates of a table are in, by its file and by the settings.

    What the file names is believed, unless it is degrees and the coordinates are none; a datum that
    is declared is undone, whatever the file names, since none can name it.

    Parameters
    ----------
    source : Source
        The table.
    settings : Settings
        Of the dataset.
    is_in_degrees_ : bool
        Whether the coordinates can be degrees.
    """
    declared, datum = settings.crs_of(source.table), settings.datum_of(source.table)
    own = source.crs if uses_geometry(source) else None
    if own is None or (declared is not None and is_in_degrees(own) and not is_in_degrees_):
        own = declared
    return Position(own, datum)


def notices_of_crs(source: Source, settings: Settings, position: Position) -> list[Text]:
    """That a coordinate system of the settings does not hold for a file that names its own."""
    import pyproj

    declared = settings.crs_of(source.table)
    of_points = source.table in ("firms", "institutions") or not isinstance(settings.crs, str)
    if declared is None or source.crs is None or position.system is not source.crs:
        return []
    if not of_points:
        return []  # `crs` for all speaks of points
    own = pyproj.CRS.from_user_input(source.crs)
    if own == pyproj.CRS.from_user_input(declared) or not uses_geometry(source):
        return []
    name = own.name
    return [
        Text(
            f"{source.name} names its own coordinate system ({name}), which holds; `crs` of "
            "dataset.yaml does not hold for it.",
            f"{source.name} 自帶座標系（{name}），以此為準；dataset.yaml 的 `crs` 對其不適用。",
            f"{source.name} 自带坐标系（{name}），以此为准；dataset.yaml 的 `crs` 对其不适用。",
        )
    ]


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
    position = position_of(source, settings, is_in_degrees_=_holds_degrees(source))
    if uses_geometry(source) and is_in_degrees(position.system) and not _holds_degrees(source):
        raise DatasetError(_no_degrees(source, is_named=position.system is not None))
    try:
        position.to_wgs84(np.zeros(1), np.zeros(1))
    except GeoError as error:
        raise _in_file(source, error) from error
    column = ["geometry"] if uses_geometry(source) else ["longitude", "latitude"]
    path = into / f"{source.table}.places.parquet"
    map_batches(
        frame.select(ROW, *column),
        lambda batch: _located(batch, regions, position=position),
        path,
    )
    others = [name for name in frame.collect_schema().names() if name not in _POINT]
    return frame.select(*others).join(scan(path), on=ROW, how="left")


def _holds_degrees(source: Source) -> bool:
    """Whether the first shapes of a table can be in degrees; true where it has no geometry."""
    if not uses_geometry(source):
        return True
    first = source.frame.select("geometry").head(1000).collect().to_native()["geometry"]
    shapes = geometries(first)
    shapes[np.array([isinstance(s, str) for s in shapes], dtype=bool)] = None
    return has_degrees(shapes)


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


def _located(batch: pl.DataFrame, regions: gpd.GeoDataFrame, *, position: Position) -> pl.DataFrame:
    if "geometry" in batch.columns:
        x, y, state = _coordinates(batch["geometry"])
    else:
        x, y = (batch[name].to_numpy().astype(np.float64) for name in ("longitude", "latitude"))
        state = np.where(np.isfinite(x) & np.isfinite(y), Place.INSIDE, Place.MISSING)
    known = np.flatnonzero(state == Place.INSIDE)
    longitude, latitude = np.full(len(x), np.nan), np.full(len(x), np.nan)
    longitude[known], latitude[known] = position.to_wgs84(x[known], y[known])
    longitude, placed = _around_the_globe(longitude, latitude, regions)
    state[placed.on_border] = Place.BORDER
    astray = known[placed.region_key[known] < 0]
    # On the map the other way round: that is how the two columns get swapped.
    other = _around_the_globe(*position.to_wgs84(y[astray], x[astray]), regions)[1]
    on_globe = (np.abs(longitude[astray]) <= 180) & (np.abs(latitude[astray]) <= 90)
    state[astray] = np.where(
        other.region_key >= 0, Place.SWAPPED, np.where(on_globe, Place.OUTSIDE, Place.INVALID)
    )
    table = {
        ROW: batch[ROW], "longitude": longitude, "latitude": latitude,
        "region_key": placed.region_key, PLACE: state,
    }  # fmt: skip
    return pl.DataFrame(table).with_columns(pl.col("longitude", "latitude").fill_nan(None))


def _around_the_globe(
    longitude: npt.NDArray[np.float64],
    latitude: npt.NDArray[np.float64],
    regions: gpd.GeoDataFrame,
) -> tuple[npt.NDArray[np.float64], Placed]:
    """Where points lie, on a map that may go on beyond 180 degrees; longitudes as on the map."""
    placed = regions_of_points(longitude, latitude, regions)
    west, _, east, _ = regions.total_bounds
    result = longitude.copy()
    for turn, is_beyond in ((360.0, east > 180), (-360.0, west < -180)):
        astray = np.flatnonzero((placed.region_key < 0) & np.isfinite(longitude))
        if not is_beyond or not len(astray):
            continue
        again = regions_of_points(longitude[astray] + turn, latitude[astray], regions)
        found = again.region_key >= 0
        result[astray[found]] += turn
        placed.region_key[astray] = again.region_key
        placed.on_border[astray] = again.on_border
    return result, placed
