"""Points to regions: which polygon each point lies in.

Coordinate systems belong to `geo.datum`; reading geometry from files to `geo.dataset`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy.typing as npt

__all__ = ["Placed", "regions_of_points"]


class Placed(NamedTuple):
    """Where each point lies."""

    region_key: npt.NDArray[np.int64]
    """Position of the region in the map; -1 = in none."""
    on_border: npt.NDArray[np.bool_]
    """Whether the point is on a border, or in several regions at once."""


def regions_of_points(
    longitude: npt.ArrayLike, latitude: npt.ArrayLike, regions: gpd.GeoDataFrame | gpd.GeoSeries
) -> Placed:
    """Region that each point lies in; on a border the first of its regions.

    Parameters
    ----------
    longitude, latitude : array_like of float, shape (n,)
        In the coordinate system of `regions`; NaN lies nowhere.
    regions : GeoDataFrame or GeoSeries
        Valid polygons, in the order that decides on borders.

    Returns
    -------
    Placed
        Region and border flag of each point, shape (n,) each.

    Examples
    --------
    Two squares side by side: a point in each, one on the line between them, one outside.

    >>> import geopandas as gpd, shapely
    >>> squares = gpd.GeoSeries([shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)])
    >>> placed = regions_of_points([0.5, 1.5, 1.0, 3.0], [0.5, 0.5, 0.5, 0.5], squares)
    >>> placed.region_key, placed.on_border
    (array([ 0,  1,  0, -1]), array([False, False,  True, False]))
    """
    x = np.asarray(longitude, dtype=np.float64).ravel()
    y = np.asarray(latitude, dtype=np.float64).ravel()
    key = np.full(len(x), -1, dtype=np.int64)
    border = np.zeros(len(x), dtype=bool)
    known = np.flatnonzero(np.isfinite(x) & np.isfinite(y))
    # Registers put many firms on one point: each distinct point is looked up once.
    sites, position = np.unique(x[known] + 1j * y[known], return_inverse=True)
    placed = _of_distinct(sites.real, sites.imag, regions.geometry.to_numpy())
    key[known], border[known] = placed.region_key[position], placed.on_border[position]
    return Placed(key, border)


def _of_distinct(
    x: npt.NDArray[np.float64], y: npt.NDArray[np.float64], polygons: npt.NDArray[np.object_]
) -> Placed:
    key = np.full(len(x), len(polygons), dtype=np.int64)
    times = np.zeros(len(x), dtype=np.int64)
    points = np.asarray(shapely.points(x, y), dtype=object)
    shapely.prepare(polygons)
    region, point = shapely.STRtree(points).query(polygons, predicate="contains_properly")
    np.minimum.at(key, point, region)
    np.add.at(times, point, 1)
    # What is inside no region is on a border, or outside: few points, so the slower question.
    rest = np.flatnonzero(times == 0)
    region, point = shapely.STRtree(points[rest]).query(polygons, predicate="intersects")
    np.minimum.at(key, rest[point], region)
    on_border = times > 1
    on_border[rest[point]] = True
    return Placed(np.where(key == len(polygons), -1, key), on_border)
