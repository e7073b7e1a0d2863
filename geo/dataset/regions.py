"""The map and the outside drivers: valid shapes in WGS84."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals as nw
import numpy as np
import polars as pl
import shapely

from geo.dataset.checks import Check, required_checks, value_checks
from geo.dataset.formats import ROW
from geo.dataset.geometry import geometries, has_degrees, in_wgs84, on_globe
from geo.dataset.ledger import LARGE_SHARE
from geo.dataset.tables import judged
from geo.dataset.values import typed
from geo.vocabulary import Text

if TYPE_CHECKING:
    from pathlib import Path

    import geopandas as gpd
    import numpy.typing as npt

    from geo.dataset.formats import Source
    from geo.dataset.ledger import Ledger
    from geo.settings import Settings

    Shapes = npt.NDArray[np.object_]

__all__ = ["read_drivers", "read_regions"]

_STATE, _MADE_VALID = "_shape_state", "_made_valid"
_FINE, _MISSING, _INVALID, _NO_AREA = range(4)


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
    rows = judged(
        source,
        shapes.beside(typed(source, missing=settings.missing_values)),
        [*required_checks(source), *_shape_checks(), *value_checks(source)],
        keep=["region_id", "name", "parent_id", "population", _MADE_VALID],
        key=["region_id"],
        unique=["region_id"],
        counted={"geometry_made_valid": nw.col(_MADE_VALID)},
        ledger=ledger,
        into=into,
    )
    table = rows.sort("region_id").collect().to_pandas()
    table["name"] = table["name"].fillna(table["region_id"])
    regions = gpd.GeoDataFrame(
        table[["region_id", "name", "parent_id", "population"]],
        geometry=shapes.values[table[ROW].to_numpy()],
        crs="EPSG:4326",
    )
    regions.index.name = "region_key"
    return regions, [*shapes.notices, *_notices_of_overlaps(regions, source)]


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
        shapes.beside(typed(source, missing=settings.missing_values)),
        [*required_checks(source), *_shape_checks(), *value_checks(source)],
        keep=["kind", "value", "name", _MADE_VALID],
        key=["kind", "name"],
        counted={"geometry_made_valid": nw.col(_MADE_VALID)},
        ledger=ledger,
        into=into,
    )
    table = rows.collect().to_pandas()
    table["geometry"] = shapes.values[table[ROW].to_numpy()]
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
        # `crs` of dataset.yaml speaks of points; of a map it is believed where it has to be.
        system = source.crs or (None if has_degrees(read) else settings.crs)
        self.notices = [] if system is not None else [_assumed(source)]
        moved = in_wgs84(source, shapely.force_2d(read), system=system)
        state[(state == _FINE) & ~on_globe(moved)] = _INVALID
        moved[state != _FINE] = None
        valid = _valid(moved, areas=areas)
        if areas:
            state[(state == _FINE) & ~(shapely.area(valid) > 0)] = _NO_AREA
        self.values: Shapes = np.full(numbers.max(initial=-1) + 1, None, dtype=object)
        self.values[numbers] = valid
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
