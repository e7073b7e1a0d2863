"""Region borders with fewer vertices, neighbours still touching.

What belongs here: simplifying a whole map at once, and remembering it. What does not: laying a
map out on paper (`geo.maps.paper`).

Simplifying a million vertices takes seconds, and one run draws the same regions several times:
the last results are kept, found again by the content of what was handed in.
"""

from __future__ import annotations

import hashlib
import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely

if TYPE_CHECKING:
    import numpy.typing as npt

__all__ = ["MAX_VERTICES", "Simplified", "coarser", "simplified"]

MAX_VERTICES = 300_000
_KEPT = 2


class Simplified(NamedTuple):
    """Polygons with few enough vertices."""

    shapes: npt.NDArray[np.object_]
    tolerance: float
    """Tolerance in the units of the coordinates; 0 where nothing was changed."""


def simplified(polygons: npt.NDArray[np.object_], *, max_vertices: int) -> Simplified:
    """`polygons` with at most about `max_vertices` vertices, simplified together.

    Parameters
    ----------
    polygons : ndarray of Polygon or MultiPolygon
        Regions of one map.
    max_vertices : int
        Number of vertices below which nothing is changed.

    Returns
    -------
    Simplified
        Polygons in the same order; one that would become empty or invalid stays as it was.
    """
    if int(shapely.get_num_coordinates(polygons).sum()) <= max_vertices:
        return Simplified(polygons, 0.0)
    key = _fingerprint(polygons, max_vertices)
    if key not in _REMEMBERED:
        while len(_REMEMBERED) >= _KEPT:
            _REMEMBERED.pop(next(iter(_REMEMBERED)))
        _REMEMBERED[key] = _coarsened(polygons, max_vertices)
    found = _REMEMBERED[key]
    return found._replace(shapes=found.shapes.copy())


def coarser(shapes: npt.NDArray[np.object_], tolerance: float) -> npt.NDArray[np.object_]:
    """One pass of simplification of all `shapes` together.

    Borders that neighbours do not share vertex by vertex (each region was simplified on its own
    before) cannot be simplified together: where little is gained, each is simplified alone.

    Parameters
    ----------
    shapes : ndarray of Polygon or MultiPolygon
        Regions of one map.
    tolerance : float
        In the units of the coordinates.

    Returns
    -------
    ndarray of Polygon or MultiPolygon
        The same regions with fewer vertices.
    """
    together: npt.NDArray[np.object_] = shapely.coverage_simplify(shapes, tolerance)
    counts = (int(shapely.get_num_coordinates(s).sum()) for s in (together, shapes))
    if next(counts) <= 0.97 * next(counts):
        return together
    alone: npt.NDArray[np.object_] = shapely.simplify(together, tolerance)
    return alone


def _coarsened(polygons: npt.NDArray[np.object_], max_vertices: int) -> Simplified:
    west, south, east, north = shapely.total_bounds(polygons)
    tolerance = math.hypot(east - west, north - south) / 20_000
    simple = polygons
    for _ in range(12):
        # Each pass starts from the one before: the first is by far the slowest.
        simple = coarser(simple, tolerance)
        if int(shapely.get_num_coordinates(simple).sum()) <= max_vertices:
            break
        tolerance *= 1.6
    broken = shapely.is_empty(simple) | ~shapely.is_valid(simple)
    return Simplified(np.where(broken, polygons, simple), tolerance)


def _fingerprint(polygons: npt.NDArray[np.object_], max_vertices: int) -> bytes:
    points, owner = shapely.get_coordinates(polygons, return_index=True)
    digest = hashlib.sha256(np.ascontiguousarray(points).tobytes())
    digest.update(np.ascontiguousarray(owner).tobytes())
    digest.update(str(max_vertices).encode())
    return digest.digest()


_REMEMBERED: dict[bytes, Simplified] = {}
