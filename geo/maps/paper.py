"""Regions laid out on paper: an equal-area projection of their own, and insets for the far-off.

What belongs here: where a region's vertices fall on a sheet. What does not: what is drawn there
(`geo.figures`).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely

if TYPE_CHECKING:
    import numpy.typing as npt

__all__ = ["Box", "Sheet", "View", "laid_out", "main_view"]


class Box(NamedTuple):
    """Rectangle on the sheet, the y axis downwards."""

    left: float
    top: float
    width: float
    height: float


class Sheet(NamedTuple):
    """Regions as they lie on the sheet."""

    shapes: npt.NDArray[np.object_]
    """Polygons in units of the sheet, the y axis downwards."""
    height: float
    """Height of the sheet."""
    insets: list[Box]
    """Frames of the far-off parts, each drawn at a scale of its own."""


class View(NamedTuple):
    """What a map shows first."""

    plane: str
    """Projection, as a PROJ string."""
    extent: tuple[float, float, float, float]
    """West, south, east and north in metres of that projection."""


def laid_out(polygons: npt.NDArray[np.object_], *, width: float, margin: float) -> Sheet:
    """Place `polygons` (WGS 84) on a sheet of `width`, each part in an equal-area projection.

    A part of the map is far off where it lies apart from the rest by 6 % of the map's diagonal,
    holds less than a tenth of the regions, and would shrink the rest by more than a twelfth. Such
    parts go to frames below the main map: the states beyond the sea would otherwise shrink a
    whole country to a corner. Islets of a region that lie outside everything else are not drawn.

    Parameters
    ----------
    polygons : ndarray of Polygon or MultiPolygon
        Longitude and latitude in degrees; at least one.
    width : float
        Width of the sheet; its height follows, up to 1.1 times the width for the main map.
    margin : float
        Room left free on every side.

    Returns
    -------
    Sheet
        Shapes in the order of `polygons`.
    """
    whole = _projected(polygons)
    part = _far_parts(shapely.bounds(whole))
    placed = np.empty(len(polygons), dtype=object)
    main = part == 0
    room = Box(margin, margin, width - 2 * margin, 1.1 * width)
    placed[main], used = _fitted(whole[main] if main.all() else _projected(polygons[main]), room)
    height = used.height + 2 * margin
    insets = []
    left, tallest = margin, 0.0
    for number in range(1, int(part.max()) + 1):
        mine = part == number
        frame = Box(left, height, 0.24 * width, 0.17 * width)
        inner = Box(left + margin, height + margin, frame.width - 2 * margin, 0.17 * width)
        inner = inner._replace(height=frame.height - 2 * margin)
        placed[mine], used = _fitted(_projected(polygons[mine]), inner, centred=False)
        insets.append(
            frame._replace(width=used.width + 2 * margin, height=used.height + 2 * margin)
        )
        left += insets[-1].width + margin
        tallest = max(tallest, insets[-1].height)
    return Sheet(placed, height + (tallest + margin if insets else 0), insets)


def main_view(polygons: npt.NDArray[np.object_]) -> View:
    """Projection for the main part of a map, and where that part lies in it.

    Parameters
    ----------
    polygons : ndarray of Polygon or MultiPolygon
        Longitude and latitude in degrees; at least one.

    Returns
    -------
    View
        Lambert azimuthal equal-area about the middle, and west, south, east, north in metres.
    """
    main = _far_parts(shapely.bounds(_projected(polygons))) == 0
    west, south, east, north = shapely.total_bounds(_projected(polygons[main])).tolist()
    return View(_plane(polygons[main]), (west, south, east, north))


def _plane(polygons: npt.NDArray[np.object_]) -> str:
    """Lambert azimuthal equal-area projection about the middle of `polygons`."""
    bounds = shapely.bounds(polygons)
    longitude, latitude = np.radians(
        np.column_stack([bounds[:, [0, 2]].mean(axis=1), bounds[:, [1, 3]].mean(axis=1)])
    ).T
    # The mean of directions, so that a country across the 180th meridian has its middle inside.
    directions = np.stack(
        [
            np.cos(latitude) * np.cos(longitude),
            np.cos(latitude) * np.sin(longitude),
            np.sin(latitude),
        ]
    )
    x, y, z = (directions * shapely.area(polygons)).sum(axis=1)
    lon_0 = math.degrees(math.atan2(y, x))
    lat_0 = math.degrees(math.atan2(z, math.hypot(x, y)))
    return f"+proj=laea +lat_0={lat_0:.4f} +lon_0={lon_0:.4f} +datum=WGS84 +units=m +no_defs"


def _projected(polygons: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
    """Polygons in metres of the equal-area projection about their middle."""
    from pyproj import Transformer

    project = Transformer.from_crs("EPSG:4326", _plane(polygons), always_xy=True)
    points = shapely.get_coordinates(polygons)
    east, north = project.transform(points[:, 0], points[:, 1])
    return _without_specks(shapely.set_coordinates(polygons.copy(), np.column_stack([east, north])))


def _without_specks(shapes: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
    """Shapes without islets that hold under 2 % of their region and lie outside all the rest."""
    parts, owner = shapely.get_parts(shapes, return_index=True)
    area = shapely.area(parts)
    minor = area < 0.02 * np.bincount(owner, area, len(shapes))[owner]
    frame = shapely.box(*shapely.total_bounds(parts[~minor]))
    speck = minor & ~shapely.intersects(frame, parts)
    kept = shapes.copy()
    for k in np.unique(owner[speck]):
        kept[k] = shapely.multipolygons(parts[(owner == k) & ~speck])
    return kept


def _far_parts(bounds: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    """Part of each region: 0 for the main map, 1, 2, ... for those that go to insets."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    count = len(bounds)
    half = 0.03 * _diagonal(bounds)
    grown = bounds + np.array([-half, -half, half, half])
    boxes = np.asarray(shapely.box(*grown.T), dtype=object)
    # Boxes that meet: no finer test is needed, and none is as fast.
    first, second = shapely.STRtree(boxes).query(boxes)
    joined = coo_array((np.ones(len(first)), (first, second)), shape=(count, count))
    _, label = connected_components(joined, directed=False)
    sizes = np.bincount(label)
    chosen = np.zeros(count, dtype=np.int64)
    main = label == int(sizes.argmax())
    if sizes.max() < 0.6 * count:
        return chosen  # an archipelago has no main part
    # Nearest first: what lies close to the main map is taken into it before the far-off is judged.
    middle, size = bounds[main].mean(axis=0), _diagonal(bounds[main])
    others = [k for k in range(len(sizes)) if k != int(sizes.argmax())]
    others.sort(key=lambda k: float(np.linalg.norm(bounds[label == k].mean(axis=0) - middle)))
    number = 0
    for k in others:
        mine = label == k
        costs = _diagonal(bounds[main | mine]) > 1.08 * size
        if costs and sizes[k] < 0.1 * count and number < _MAX_INSETS:
            number += 1
            chosen[mine] = number
        else:
            main |= mine
    return chosen


def _fitted(
    shapes: npt.NDArray[np.object_], room: Box, *, centred: bool = True
) -> tuple[npt.NDArray[np.object_], Box]:
    """Shapes scaled into `room` and turned downwards, and the rectangle that they take."""
    points = shapely.get_coordinates(shapes)
    (west, south), (east, north) = points.min(axis=0), points.max(axis=0)
    scale = min(room.width / max(east - west, 1e-9), room.height / max(north - south, 1e-9))
    used = Box(room.left, room.top, (east - west) * scale, (north - south) * scale)
    if centred:
        used = used._replace(left=room.left + (room.width - used.width) / 2)
    placed = np.column_stack(
        [(points[:, 0] - west) * scale + used.left, (north - points[:, 1]) * scale + used.top]
    )
    drawn: npt.NDArray[np.object_] = shapely.set_coordinates(shapes.copy(), placed)
    return drawn, used


def _diagonal(bounds: npt.NDArray[np.float64]) -> float:
    size = bounds[:, 2:].max(axis=0) - bounds[:, :2].min(axis=0)
    return float(np.hypot(*size))


_MAX_INSETS = 3
