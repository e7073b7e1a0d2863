"""The map as a quantised topology: every border between two regions once, in whole numbers.

The form is TopoJSON, which browsers read with its own library [1]_.

References
----------
.. [1] Bostock, M. & Metcalf, C. TopoJSON format specification,
   https://github.com/topojson/topojson-specification
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    Points = npt.NDArray[np.int64]
    Floats = npt.NDArray[np.float64]

__all__ = ["topology"]


def topology(shapes: npt.NDArray[np.object_], *, cell: float) -> dict[str, Any]:
    """TopoJSON of polygons that share their borders.

    Parameters
    ----------
    shapes : ndarray of Polygon or MultiPolygon
        On a sheet; neighbours have the vertices of their border in common.
    cell : float
        Width of the grid that vertices are moved to, in units of the sheet.

    Returns
    -------
    dict
        Type Topology with an object `regions`: one geometry each, in the order of `shapes`.
        Islets smaller than the grid are left out; a region that is smaller itself becomes a
        square of one cell.

    Examples
    --------
    Two squares have one border in common: three arcs.

    >>> two = np.array([shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)])
    >>> made = topology(two, cell=1.0)
    >>> len(made["arcs"]), made["objects"]["regions"]["geometries"][0]["type"]
    (3, 'MultiPolygon')
    """
    parts, region = shapely.get_parts(shapes, return_index=True)
    rings, polygon = shapely.get_rings(parts, return_index=True)
    on_grid = [_ring(ring, cell) for ring in rings]
    owner = region[polygon]
    lost = sorted(set(range(len(shapes))) - set(owner[[len(p) > 0 for p in on_grid]].tolist()))
    on_grid += [_square(shapes[k], cell) for k in lost]
    polygon = np.concatenate([polygon, len(parts) + np.arange(len(lost))])
    owner = np.concatenate([owner, np.array(lost, dtype=owner.dtype)])
    kept = [k for k in range(len(on_grid)) if len(on_grid[k])]
    cut = _arcs([on_grid[k] for k in kept])
    geometries: list[dict[str, Any]] = [
        {"type": "MultiPolygon", "arcs": []} for _ in range(len(shapes))
    ]
    before = -1
    for k, arcs in zip(kept, cut[1], strict=True):
        polygons = geometries[int(owner[k])]["arcs"]
        if polygon[k] != before:
            polygons.append([])
        polygons[-1].append(arcs)
        before = polygon[k]
    return {
        "type": "Topology",
        "transform": {"scale": [cell, cell], "translate": [0, 0]},
        "objects": {"regions": {"type": "GeometryCollection", "geometries": geometries}},
        "arcs": [_differences(arc) for arc in cut[0]],
    }


def _ring(ring: shapely.LinearRing, cell: float) -> Points:
    """Vertices on the grid without the closing one; none where it has no area left."""
    points = np.round(shapely.get_coordinates(ring)[:-1] / cell).astype(np.int64)
    is_new = (points != np.roll(points, 1, axis=0)).any(axis=1)
    kept: Points = points[is_new]
    if len(kept) < 3:
        return kept[:0]
    x, y = kept.T
    twice = int((x * np.roll(y, -1) - y * np.roll(x, -1)).sum())
    return kept if twice else kept[:0]


def _square(shape: shapely.Geometry, cell: float) -> Points:
    point = shapely.get_coordinates(shapely.point_on_surface(shape))[0]
    corner = np.floor(point / cell).astype(np.int64)
    square: Points = corner + np.array([[0, 0], [0, 1], [1, 1], [1, 0]])
    return square


def _arcs(rings: Sequence[Points]) -> tuple[list[Points], list[list[int]]]:
    """Rings cut where borders part: arcs, and each ring as places of arcs, ~k = k backwards."""
    lengths = np.array([len(ring) for ring in rings])
    points, vertex = np.unique(np.concatenate(rings), axis=0, return_inverse=True)
    starts = np.concatenate([[0], np.cumsum(lengths)])
    is_junction = _junctions(vertex, starts, len(points))
    arcs: list[Points] = []
    place: dict[bytes, int] = {}
    made = []
    for first, last in pairwise(starts):
        pieces = _pieces(vertex[first:last], is_junction)
        made.append([_place(piece, points, arcs, place) for piece in pieces])
    return arcs, made


def _junctions(
    vertex: npt.NDArray[np.int64], starts: npt.NDArray[np.int64], count: int
) -> npt.NDArray[np.bool_]:
    """Vertices whose neighbours along one ring are not those along another."""
    before, after = np.empty_like(vertex), np.empty_like(vertex)
    for first, last in pairwise(starts):
        before[first:last] = np.roll(vertex[first:last], 1)
        after[first:last] = np.roll(vertex[first:last], -1)
    pair = np.minimum(before, after) * count + np.maximum(before, after)
    least = np.full(count, np.iinfo(np.int64).max)
    most = np.full(count, -1)
    np.minimum.at(least, vertex, pair)
    np.maximum.at(most, vertex, pair)
    differ: npt.NDArray[np.bool_] = least != most
    return differ


def _pieces(
    ring: npt.NDArray[np.int64], is_junction: npt.NDArray[np.bool_]
) -> list[npt.NDArray[np.int64]]:
    """A ring between its junctions; one without any from its first vertex round to it again."""
    cuts = np.flatnonzero(is_junction[ring])
    begin = int(cuts[0]) if len(cuts) else int(ring.argmin())
    turned = np.roll(ring, -begin)
    closed = np.append(turned, turned[0])
    ends = np.append(cuts - begin, len(ring)) if len(cuts) else np.array([0, len(ring)])
    return [closed[a : b + 1] for a, b in pairwise(ends)]


def _place(
    piece: npt.NDArray[np.int64], points: Points, arcs: list[Points], place: dict[bytes, int]
) -> int:
    forward = piece.tobytes()
    if forward in place:
        return place[forward]
    backward = piece[::-1].tobytes()
    if backward in place:
        return ~place[backward]
    place[forward] = len(arcs)
    arcs.append(points[piece])
    return place[forward]


def _differences(arc: Points) -> list[list[int]]:
    steps = np.diff(arc, axis=0, prepend=np.zeros((1, 2), dtype=np.int64))
    differences: list[list[int]] = steps.tolist()
    return differences
