"""The map and the outside drivers: valid shapes in WGS84, whole where the 180th meridian cuts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals as nw
import numpy as np
import polars as pl
import shapely
from shapely import affinity

from geo.dataset.files.formats import ROW
from geo.dataset.judging.checks import Check, required_checks, value_checks
from geo.dataset.judging.judged_tables import judged
from geo.dataset.judging.ledger import LARGE_SHARE
from geo.dataset.judging.typed_values import typed
from geo.dataset.tables.geometry import (
    curved,
    geometries,
    has_degrees,
    in_wgs84,
    notices_of_crs,
    on_globe,
    position_of,
)
from geo.vocabulary import Text

if TYPE_CHECKING:
    from pathlib import Path

    import geopandas as gpd
    import numpy.typing as npt
    import pandas as pd

    from geo.dataset.files.formats import Source
    from geo.dataset.judging.ledger import Ledger
    from geo.settings import Settings

    Shapes = npt.NDArray[np.object_]


__all__ = ["made_whole", "read_drivers", "read_regions"]


_NEAR = 0.01
"""Degrees within which an edge lies on the meridian."""
_NARROWEST_GAP = 1.0
"""Degrees of longitude that must be empty for the map to be cut there instead."""


def made_whole(shapes: Shapes) -> tuple[Shapes, int]:
    """Shapes of a map with no cut at 180 degrees, and how many were cut there.

    The map is cut in its widest gap instead, so that some longitudes are beyond 180 or below -180;
    where it goes all around, the smaller parts of a cut shape are moved beside its larger ones.

    Parameters
    ----------
    shapes : ndarray of object, shape (n,)
        Polygons and multipolygons in degrees; None where there is none.

    Examples
    --------
    >>> halves = shapely.MultiPolygon([shapely.box(179, 0, 180, 1), shapely.box(-180, 0, -178, 1)])
    >>> whole, cut = made_whole(np.array([halves, shapely.box(-178, 0, -177, 1)], dtype=object))
    >>> [list(map(float, shape.bounds)) for shape in whole], cut
    ([[-181.0, 0.0, -178.0, 1.0], [-178.0, 0.0, -177.0, 1.0]], 1)
    """
    bounds = shapely.bounds(shapes)
    if not (np.nanmax(bounds[:, 2], initial=0) >= 180 - _NEAR) or not (
        np.nanmin(bounds[:, 0], initial=0) <= -180 + _NEAR
    ):
        return shapes, 0
    parts, owner = shapely.get_parts(shapes, return_index=True)
    edges = shapely.bounds(parts)
    is_cut = np.zeros(len(shapes), dtype=bool)
    east = set(owner[edges[:, 2] >= 180 - _NEAR])
    west = set(owner[edges[:, 0] <= -180 + _NEAR])
    is_cut[sorted(east & west)] = True
    turns = _turns(edges, shapely.area(parts))
    if turns is None:
        turns = _beside_the_larger(parts, owner, is_cut)
    if not turns.any():
        return shapes, 0
    moved = np.empty(len(parts), dtype=object)
    for place, (part, turn) in enumerate(zip(parts, turns, strict=True)):
        moved[place] = affinity.translate(part, xoff=turn) if turn else part
    result = shapes.copy()
    for i in np.unique(owner[turns != 0]):
        # The seam at 180 degrees goes: its two sides are one line now.
        result[i] = shapely.union_all(moved[owner == i])
    return result, int(is_cut.sum())


def _turns(
    edges: npt.NDArray[np.float64], areas: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64] | None:
    """Degrees to move each part by so that the map is cut in its widest gap; None without one."""
    order = np.argsort(edges[:, 0])
    reach = np.maximum.accumulate(edges[order, 2])
    gaps = edges[order, 0][1:] - reach[:-1]
    if not len(gaps) or gaps.max() < _NARROWEST_GAP:
        return None
    place = int(np.argmax(gaps))
    cut = reach[place] + gaps[place] / 2
    is_west = edges[:, 0] < cut
    if areas[is_west].sum() <= areas[~is_west].sum():
        return np.where(is_west, 360.0, 0.0)
    return np.where(is_west, 0.0, -360.0)


def _beside_the_larger(
    parts: Shapes, owner: npt.NDArray[np.int64], is_cut: npt.NDArray[np.bool_]
) -> npt.NDArray[np.float64]:
    turns = np.zeros(len(parts))
    middle, area = shapely.get_x(shapely.centroid(parts)), shapely.area(parts)
    for i in np.flatnonzero(is_cut):
        own = owner == i
        east = own & (middle > 0)
        if area[east].sum() >= area[own].sum() / 2:
            turns[own & (middle <= 0)] = 360.0
        else:
            turns[east] = -360.0
    return turns


_STATE, _MADE_VALID = "_shape_state", "_made_valid"
_FINE, _MISSING, _INVALID, _NO_AREA = range(4)
_PART = "_part"
_FIRST, _FURTHER, _AGAIN, _OTHERWISE = range(4)


def read_regions(
    source: Source, *, settings: Settings, ledger: Ledger, into: Path
) -> tuple[gpd.GeoDataFrame, list[Text]]:
    """Regions sorted by id, index `region_key`, and what to know about them.

    Columns region_id, name (the id where there is none), parent_id, population, geometry: valid
    polygons or multipolygons in EPSG:4326.

    Raises
    ------
    DatasetError
        If the coordinate system is not known, too many rows are faulty, or none is left.
    """
    import geopandas as gpd

    shapes = _Shapes(source, settings, areas=True)
    frame = _with_parts(shapes.beside(typed(source)), shapes)
    # A map without its inhabitants is still a map.
    lost = nw.col("population") < 0
    checks = [check for check in value_checks(source) if check.reason != "negative_value"]
    rows = judged(
        source,
        frame.with_columns(
            lost.fill_null(value=False).alias("_lost"),
            nw.when(~lost).then(nw.col("population")).alias("population"),
        ),
        [
            *required_checks(source),
            *_shape_checks(),
            *checks,
            *(
                Check(reason, "region_id", nw.col(_PART) == state)
                for reason, state in (("id_duplicate", _AGAIN), ("rows_contradict", _OTHERWISE))
            ),
        ],
        keep=["region_id", "name", "parent_id", "population", _MADE_VALID, _PART, "_lost"],
        key=["region_id"],
        counted={
            "geometry_made_valid": nw.col(_MADE_VALID),
            "parts_joined": nw.col(_PART) == _FURTHER,
            "value_not_read": nw.col("_lost"),
        },
        ledger=ledger,
        into=into,
    )
    ledger.note(source, "curve_made_linear", shapes.curves)
    table = rows.sort("region_id", ROW).collect().to_pandas()
    table["name"] = table["name"].fillna(table["region_id"])
    table["geometry"] = shapes.by_row[table[ROW].to_numpy()]
    joined = table.groupby("region_id", sort=True)
    whole = joined.first()[["name", "parent_id", "population"]].reset_index()
    parts = joined["geometry"].agg(_in_one)
    areas, cut = made_whole(parts.reindex(whole["region_id"]).to_numpy(dtype=object))
    regions = gpd.GeoDataFrame(whole, geometry=areas, crs="EPSG:4326")
    regions = regions[["region_id", "name", "parent_id", "population", "geometry"]]
    regions.index.name = "region_key"
    notices = [*shapes.notices, *_notices_of_overlaps(regions, source)]
    return regions, notices + ([_told_cut(source, cut)] if cut else [])


def _in_one(parts: pd.Series[Any]) -> Any:  # noqa: ANN401 - of shapely
    return parts.iloc[0] if len(parts) == 1 else shapely.union_all(parts.to_numpy())


def _told_cut(source: Source, cut: int) -> Text:
    return Text(
        f"{source.name}: {cut} region(s) that the 180th meridian cuts were made whole: longitudes "
        "of the results go on beyond 180 degrees.",
        f"{source.name}：被 180 度經線切開的 {cut} 個區域已合併：結果中的經度越過 180 度延續。",
        f"{source.name}：被 180 度经线切开的 {cut} 个区域已合并：结果中的经度越过 180 度延续。",
    )


def _with_parts(frame: nw.LazyFrame[Any], shapes: _Shapes) -> nw.LazyFrame[Any]:
    """Rows with what they are of their region: its first or a further part, or a row too many."""
    table: pl.DataFrame = (
        frame.select(ROW, "region_id", "name", "parent_id").sort(ROW).collect().to_native()
    )
    seen: dict[str, tuple[tuple[str | None, ...], set[bytes | None]]] = {}
    state = []
    otherwise: set[str] = set()
    for row, region, *said in table.iter_rows():
        shape = shapes.by_row[row]
        wkb = None if shape is None else shapely.to_wkb(shape)
        first, drawn = seen.setdefault(region, (tuple(said), set()))
        is_first = not drawn
        state.append(
            _FIRST if region is None or is_first
            else _OTHERWISE if first != tuple(said)
            else _AGAIN if wkb in drawn
            else _FURTHER
        )  # fmt: skip
        drawn.add(wkb)
        if state[-1] == _OTHERWISE:
            otherwise.add(region)
    # Of rows that contradict each other none is right rather than the others.
    state = [
        _OTHERWISE if region in otherwise else one
        for region, one in zip(table["region_id"], state, strict=True)
    ]
    found = pl.LazyFrame({ROW: table[ROW], _PART: state}, schema={ROW: pl.Int64, _PART: pl.Int64})
    return frame.join(nw.from_native(found), on=ROW, how="left")


def read_drivers(
    source: Source, *, settings: Settings, ledger: Ledger, into: Path
) -> tuple[gpd.GeoDataFrame, list[Text]]:
    """Drivers in EPSG:4326: kind, value, name, geometry (points, lines or areas).

    Raises
    ------
    DatasetError
        If the coordinate system is not known, too many rows are faulty, or none is left.
    """
    import geopandas as gpd

    shapes = _Shapes(source, settings, areas=False)
    rows = judged(
        source,
        shapes.beside(typed(source)),
        [*required_checks(source), *_shape_checks(), *value_checks(source)],
        keep=["kind", "value", "name", _MADE_VALID],
        key=["kind", "name"],
        counted={"geometry_made_valid": nw.col(_MADE_VALID)},
        ledger=ledger,
        into=into,
    )
    table = rows.collect().to_pandas()
    table["geometry"] = shapes.by_row[table[ROW].to_numpy()]
    # Rows have no key: content orders them, whatever their order in the file.
    table["_content"] = shapely.to_wkb(table["geometry"].to_numpy())
    table = table.sort_values(["kind", "name", "value", "_content"], ignore_index=True)
    drivers = gpd.GeoDataFrame(table[["kind", "value", "name", "geometry"]], crs="EPSG:4326")
    return drivers, shapes.notices


class _Shapes:
    """Shapes of a table by row, in WGS84 and made valid, with what was found."""

    def __init__(self, source: Source, settings: Settings, *, areas: bool) -> None:
        column: pl.DataFrame = source.frame.select(ROW, "geometry").collect().to_native()
        numbers = column[ROW].to_numpy()
        read = geometries(column["geometry"])
        state = np.full(len(read), _FINE)
        state[np.array([s is None for s in read], dtype=bool)] = _MISSING
        state[np.array([isinstance(s, str) for s in read], dtype=bool)] = _INVALID
        read[state != _FINE] = None
        self.curves = int(curved(column["geometry"].to_numpy()).sum())
        fits = has_degrees(read)
        position = position_of(source, settings, is_in_degrees_=fits)
        if source.crs is None and isinstance(settings.crs, str) and fits:
            # `crs` for all speaks of points; of a map it is believed where it has to be.
            position = position._replace(system=None)
        self.notices = notices_of_crs(source, settings, position)
        self.notices += [] if position.system is not None else [_assumed(source)]
        moved = in_wgs84(source, shapely.force_2d(read), position=position)
        state[(state == _FINE) & ~on_globe(moved)] = _INVALID
        moved[state != _FINE] = None
        valid = _valid(moved, areas=areas)
        if areas:
            state[(state == _FINE) & ~(shapely.area(valid) > 0)] = _NO_AREA
        self.by_row: Shapes = np.full(numbers.max(initial=-1) + 1, None, dtype=object)
        self.by_row[numbers] = valid
        self._found = pl.LazyFrame(
            {
                ROW: numbers,
                _STATE: state,
                _MADE_VALID: (state == _FINE) & ~shapely.is_valid(moved),
            }
        )

    def beside(self, frame: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
        """Rows with the columns that tell how their shape was found."""
        return frame.join(nw.from_native(self._found), on=ROW, how="left")


def _valid(shapes: Shapes, *, areas: bool) -> Shapes:
    wrong = ~shapely.is_valid(shapes)
    result = shapes.copy()
    result[wrong] = shapely.make_valid(shapes[wrong], method="structure", keep_collapsed=False)
    if not areas:
        return result
    kinds = shapely.get_type_id(result)
    for i in np.flatnonzero(kinds == shapely.GeometryType.GEOMETRYCOLLECTION):
        parts = shapely.get_parts(shapely.get_parts(result[i]))
        result[i] = shapely.union_all(parts[shapely.area(parts) > 0])
    return result


def _shape_checks() -> list[Check]:
    return [
        Check(reason, "geometry", nw.col(_STATE) == state)
        for reason, state in (
            ("geometry_missing", _MISSING),
            ("geometry_invalid", _INVALID),
            ("geometry_not_area", _NO_AREA),
        )
    ]


def _notices_of_overlaps(regions: gpd.GeoDataFrame, source: Source) -> list[Text]:
    """Regions that share much of their area: a map in two versions, or of two levels at once."""
    areas = regions.geometry.to_numpy()
    pairs = shapely.STRtree(areas).query(areas)
    one, other = pairs[:, pairs[0] < pairs[1]]
    shapely.prepare(areas)
    meets_inside = shapely.relate_pattern(areas[one], areas[other], "T********")
    one, other = one[meets_inside], other[meets_inside]
    common = shapely.area(shapely.intersection(areas[one], areas[other]))
    share = common / np.minimum(shapely.area(areas[one]), shapely.area(areas[other]))
    found = np.flatnonzero(share >= LARGE_SHARE)
    if not len(found):
        return []
    worst = found[np.argmax(share[found])]
    ids = regions["region_id"]
    names = f"{ids.iloc[one[worst]]}, {ids.iloc[other[worst]]}"
    return [
        Text(
            f"{source.name}: {len(found):,} {'pairs' if len(found) > 1 else 'pair'} of regions "
            f"overlap, most of all {names} (by {share[worst]:.0%} of the smaller); what lies in "
            "both counts for the first by id: give regions of one level, and each once.",
            f"{source.name}：{len(found):,} 對區域重疊，以 {names} 為最"
            f"（占較小者 {share[worst]:.0%}）；重疊處歸編號最小者：請只給同一層級的區域，各一次。",
            f"{source.name}：{len(found):,} 对区域重叠，以 {names} 为最"
            f"（占较小者 {share[worst]:.0%}）；重叠处归编号最小者：请只给同一层级的区域，各一次。",
        )
    ]


def _assumed(source: Source) -> Text:
    return Text(
        f"{source.name} names no coordinate system; longitude and latitude in WGS84 are assumed.",
        f"{source.name} 未註明座標系，假定為 WGS84 經緯度。",
        f"{source.name} 未注明坐标系，假定为 WGS84 经纬度。",
    )
