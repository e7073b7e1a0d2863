"""Maps that the 180th meridian cuts, made whole.

What belongs here: shapes in longitude and latitude, moved by whole turns so that what is one place
has one centre and neighbours touch. What does not: points (`geo.dataset.tables.geometry`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely
from shapely import affinity

if TYPE_CHECKING:
    import numpy.typing as npt

    Shapes = npt.NDArray[np.object_]

__all__ = ["made_whole"]

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
