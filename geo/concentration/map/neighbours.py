"""Which regions are neighbours, and with what weight.

Here belong the graphs that the map's statistics stand on: contiguity that tolerates independently
simplified borders, k nearest, distance bands; and their rows as plain arrays. What is computed on
a graph does not belong here (`autocorrelation`), nor do distances between firms.

Every graph is a `libpysal.graph.Graph` whose ids are the positions 0..n-1 of the rows handed in.
Regions are in longitude and latitude (EPSG:4326); distances are metres on a sphere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely

from geo.errors import GeoError

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy.typing as npt
    import pandas as pd
    from libpysal.graph import Graph

    Integers = npt.NDArray[np.int64]
    Floats = npt.NDArray[np.float64]

__all__ = [
    "Rows",
    "areas_km2",
    "contiguity_graph",
    "distance_band_graph",
    "graph_of_links",
    "graph_rows",
    "nearest_graph",
    "neighbour_graph",
    "restricted_rows",
]

_EARTH_RADIUS_M = 6_371_008.8
_METRES_PER_DEGREE = _EARTH_RADIUS_M * np.pi / 180
_LARGEST_TOLERANCE_M = 250.0
_TOLERANCE_SHARE_OF_SIDE = 0.01
_SHARED_BORDERS_OVERLAP_SHARE = 0.02


class Rows(NamedTuple):
    """Neighbours of every unit as compressed sparse rows, without the unit itself."""

    indptr: Integers
    """Shape (n + 1,): neighbours of unit i stand at `indptr[i]:indptr[i + 1]`."""
    indices: Integers
    """Shape (links,): position of each neighbour, ascending within a row."""
    weights: Floats
    """Shape (links,): weight of each neighbour; sums to 1 in a row unless raw weights are kept."""

    @property
    def neighbours(self) -> Integers:
        """Shape (n,): number of neighbours of every unit; 0 is an island."""
        return np.diff(self.indptr)


def areas_km2(regions: gpd.GeoDataFrame) -> pd.Series[float]:
    """Area of every region in square kilometres, in an equal-area projection of the globe.

    Parameters
    ----------
    regions : GeoDataFrame
        Valid polygons of any coordinate system.

    Returns
    -------
    Series
        Square kilometres, on the index of `regions`.

    References
    ----------
    .. [1] Brodzik, M. J. et al. (2012). EASE-Grid 2.0. ISPRS International Journal of
       Geo-Information 1(1), 32-45. (EPSG:6933.)
    """
    area: pd.Series[float] = regions.geometry.to_crs("EPSG:6933").area / 1e6
    return area


def contiguity_graph(regions: gpd.GeoDataFrame, *, tolerance_m: float | None = None) -> Graph:
    """Regions that share a border or a corner (queen contiguity), each link with weight 1.

    Polygons that were simplified one by one no longer share their vertices: borders cross here
    and leave slivers there. So two regions are neighbours if they touch, overlap, or come within
    `tolerance_m` of each other, whatever their vertices.

    Parameters
    ----------
    regions : GeoDataFrame
        Valid polygons in EPSG:4326.
    tolerance_m : float, optional
        Width of a gap that is no gap, in metres. By default 0 where regions share their borders
        (next to no neighbours overlap); else a hundredth of the side of the median region (the
        root of its area), and no more than 250 m.

    Returns
    -------
    Graph
        Symmetric; regions without a neighbour are its isolates. Regions on both sides of the
        180th meridian are not seen as neighbours.

    Raises
    ------
    GeoError
        If `tolerance_m` is negative.

    References
    ----------
    .. [1] Anselin, L. (1988). Spatial Econometrics: Methods and Models. Kluwer, Chapter 3.

    Examples
    --------
    Three squares in a row, and one a metre beside the third:

    >>> import geopandas as gpd
    >>> from shapely import box
    >>> gap = 1e-5
    >>> squares = [box(0, 0, 1, 1), box(1, 0, 2, 1), box(2, 0, 3, 1), box(3 + gap, 0, 4, 1)]
    >>> graph = contiguity_graph(gpd.GeoDataFrame(geometry=squares, crs=4326), tolerance_m=2)
    >>> graph[2].index.tolist()
    [1, 3]
    """
    polygons = regions.geometry.to_numpy()
    shapely.prepare(polygons)
    tree = shapely.STRtree(polygons)
    focal, neighbour = tree.query(polygons, predicate="intersects")
    if tolerance_m is None:
        tolerance_m = _default_tolerance(polygons, focal, neighbour)
    if tolerance_m < 0:
        message = f"`tolerance_m` must not be negative: it is {tolerance_m}."
        raise GeoError(message)
    if tolerance_m > 0 and len(polygons) > 0:
        near = _near_pairs(polygons, tree, focal * len(polygons) + neighbour, tolerance_m)
        focal, neighbour = np.concatenate([(focal, neighbour), near], axis=1)
    return _graph(focal, neighbour, len(regions))


def _default_tolerance(
    polygons: npt.NDArray[np.object_], focal: Integers, neighbour: Integers
) -> float:
    """0 on a map whose borders are shared, else wide enough for the slivers between them."""
    touching = np.flatnonzero(focal < neighbour)
    # Neighbours overlap where borders were simplified one by one; a few hundred pairs tell.
    sample = touching[:: max(1, len(touching) // 400)]
    overlapping = shapely.overlaps(polygons[focal[sample]], polygons[neighbour[sample]])
    if len(sample) and overlapping.mean() <= _SHARED_BORDERS_OVERLAP_SHARE:
        return 0.0
    bounds = shapely.bounds(polygons)
    latitude = (bounds[:, 1] + bounds[:, 3]) / 2
    area = shapely.area(polygons) * np.cos(np.deg2rad(latitude)) * _METRES_PER_DEGREE**2
    side = np.sqrt(np.median(area)) if len(area) else 0.0
    return float(min(_LARGEST_TOLERANCE_M, _TOLERANCE_SHARE_OF_SIDE * side))


def _near_pairs(
    polygons: npt.NDArray[np.object_], tree: shapely.STRtree, known: Integers, tolerance_m: float
) -> Integers:
    """Pairs that do not touch but whose gap is at most `tolerance_m`, shape (2, pairs)."""
    bounds = shapely.bounds(polygons)
    latitude = np.nanmax(np.abs(bounds[:, [1, 3]]))
    # A degree of longitude is shortest at the highest latitude: search widely, then measure.
    degrees = tolerance_m / _METRES_PER_DEGREE / max(np.cos(np.deg2rad(latitude)), 0.05)
    focal, neighbour = tree.query(polygons, predicate="dwithin", distance=degrees)
    new = (focal < neighbour) & ~np.isin(focal * len(polygons) + neighbour, known)
    focal, neighbour = focal[new], neighbour[new]
    ends = shapely.get_coordinates(shapely.shortest_line(polygons[focal], polygons[neighbour]))
    step = np.diff(ends.reshape(-1, 2, 2), axis=1)[:, 0]
    step[:, 0] *= np.cos(np.deg2rad(ends.reshape(-1, 2, 2)[:, 0, 1]))
    close = np.hypot(step[:, 0], step[:, 1]) * _METRES_PER_DEGREE <= tolerance_m
    pairs = np.stack([focal[close], neighbour[close]])
    return np.concatenate([pairs, pairs[::-1]], axis=1)


def nearest_graph(regions: gpd.GeoDataFrame, *, k: int = 6) -> Graph:
    """The `k` regions with the nearest centres, each link with weight 1; not symmetric.

    Centres are centroids; distance is along the great circle. Among equally distant regions the
    one that stands first is taken.

    Parameters
    ----------
    regions : GeoDataFrame
        Valid polygons in EPSG:4326.
    k : int, default 6
        Neighbours of each region.

    Returns
    -------
    Graph
        Its ids are the positions of the regions.

    Raises
    ------
    GeoError
        If `k` is not between 1 and the number of regions less one.

    References
    ----------
    .. [1] Anselin, L. (1988). Spatial Econometrics: Methods and Models. Kluwer, Chapter 3.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from shapely import box
    >>> squares = [box(x, 0, x + 1, 1) for x in (0, 1, 5)]
    >>> graph = nearest_graph(gpd.GeoDataFrame(geometry=squares, crs=4326), k=1)
    >>> [graph[i].index.tolist() for i in range(3)]
    [[1], [0], [1]]
    """
    from scipy.spatial import cKDTree

    n = len(regions)
    if not 1 <= k < n:
        message = f"`k` must be at least 1 and below the number of regions, {n}: it is {k}."
        raise GeoError(message)
    centres = _unit_vectors(regions)
    # Some more than asked for, so that ties at the edge are settled by position.
    distance, neighbour = cKDTree(centres).query(centres, k=min(n, k + 9))
    distance = np.where(neighbour == np.arange(n)[:, None], np.inf, np.round(distance, 12))
    order = np.lexsort((neighbour, distance))[:, :k]
    chosen = np.take_along_axis(neighbour, order, axis=1)
    return _graph(np.repeat(np.arange(n), k), chosen.ravel(), n)


def distance_band_graph(regions: gpd.GeoDataFrame, *, radius_m: float) -> Graph:
    """Regions whose centroids are at most `radius_m` metres apart, each link with weight 1.

    Parameters
    ----------
    regions : GeoDataFrame
        Valid polygons in EPSG:4326.
    radius_m : float
        Great-circle distance in metres.

    Returns
    -------
    Graph
        Symmetric; regions without a neighbour are its isolates.

    Raises
    ------
    GeoError
        If `radius_m` is not above zero.

    References
    ----------
    .. [1] Anselin, L. (1988). Spatial Econometrics: Methods and Models. Kluwer, Chapter 3.

    Examples
    --------
    A degree along the equator is 111.2 km:

    >>> import geopandas as gpd
    >>> from shapely import box
    >>> squares = [box(x, -1, x + 1, 1) for x in (0, 1, 5)]
    >>> frame = gpd.GeoDataFrame(geometry=squares, crs=4326)
    >>> distance_band_graph(frame, radius_m=112_000).isolates.tolist()
    [2]
    """
    from scipy.spatial import cKDTree

    if not radius_m > 0:
        message = f"`radius_m` must be above zero: it is {radius_m}."
        raise GeoError(message)
    angle = min(radius_m / _EARTH_RADIUS_M, np.pi)
    pairs = cKDTree(_unit_vectors(regions)).query_pairs(
        2 * np.sin(angle / 2), output_type="ndarray"
    )
    both = np.concatenate([pairs, pairs[:, ::-1]])
    return _graph(both[:, 0], both[:, 1], len(regions))


def neighbour_graph(regions: gpd.GeoDataFrame, *, weights: str = "contiguity") -> Graph:
    """Neighbours of the regions by the rule that `weights` names, each link with weight 1.

    Parameters
    ----------
    regions : GeoDataFrame
        Valid polygons in EPSG:4326.
    weights : str, default "contiguity"
        `contiguity` (`contiguity_graph`), `knn:K` (the K nearest, `nearest_graph`; all others
        where there are no more than K) or `distance:KM` (kilometres between centroids,
        `distance_band_graph`).

    Returns
    -------
    Graph
        Its ids are the positions of the regions.

    Raises
    ------
    GeoError
        If `weights` is none of these, or its number is not above zero.

    See Also
    --------
    contiguity_graph, nearest_graph, distance_band_graph : The rules.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from shapely import box
    >>> squares = gpd.GeoDataFrame(geometry=[box(x, 0, x + 1, 1) for x in (0, 1, 5)], crs=4326)
    >>> [neighbour_graph(squares, weights=w).n_edges for w in ("contiguity", "knn:1")]
    [2, 3]
    """
    rule, _, number = weights.partition(":")
    if weights == "contiguity":
        return contiguity_graph(regions)
    try:
        if rule == "knn":
            asked = int(number)
            most = len(regions) - 1
            # A map of one region has no neighbours by any rule.
            return nearest_graph(regions, k=min(asked, most)) if most else _no_links(regions)
        if rule == "distance":
            return distance_band_graph(regions, radius_m=1000 * float(number))
    except ValueError as error:
        message = f"The number of `weights` does not fit: {weights!r}; such as knn:8, distance:50."
        raise GeoError(message) from error
    message = f"`weights` must be contiguity, knn:K or distance:KM: it is {weights!r}."
    raise GeoError(message)


def graph_of_links(links: pd.DataFrame) -> Graph:
    """Graph that was stored as a table of links.

    Parameters
    ----------
    links : DataFrame
        focal, neighbor, weight, as `Graph.adjacency` gives them: a unit without neighbours stands
        there once, with a link of weight 0 to itself.

    Returns
    -------
    Graph
        Its ids are those of `links`.

    Examples
    --------
    >>> import pandas as pd
    >>> links = pd.DataFrame({"focal": [0, 1, 2], "neighbor": [1, 0, 2], "weight": [1.0, 1, 0]})
    >>> graph_of_links(links).isolates.tolist()
    [2]
    """
    from libpysal.graph import Graph

    return Graph.from_arrays(*(links[name].to_numpy() for name in ("focal", "neighbor", "weight")))


def _no_links(regions: gpd.GeoDataFrame) -> Graph:
    nobody = np.empty(0, dtype=np.int64)
    return _graph(nobody, nobody, len(regions))


def _unit_vectors(regions: gpd.GeoDataFrame) -> Floats:
    """Centroids as points on the unit sphere, where the chord grows with the great circle."""
    centres = np.deg2rad(shapely.get_coordinates(shapely.centroid(regions.geometry.to_numpy())))
    longitude, latitude = centres.T
    return np.column_stack(
        [
            np.cos(latitude) * np.cos(longitude),
            np.cos(latitude) * np.sin(longitude),
            np.sin(latitude),
        ]
    )


def _graph(focal: Integers, neighbour: Integers, n: int) -> Graph:
    from libpysal.graph import Graph

    linked = focal != neighbour
    pairs = np.unique(focal[linked].astype(np.int64) * n + neighbour[linked])
    focal, neighbour = np.divmod(pairs, n) if n else (pairs, pairs)
    # The graph keeps an isolate as a link to itself of weight 0.
    isolates = np.setdiff1d(np.arange(n), focal)
    focal, neighbour = np.append(focal, isolates), np.append(neighbour, isolates)
    weights = np.append(np.ones(len(pairs)), np.zeros(len(isolates)))
    order = np.argsort(focal, kind="stable")
    return Graph.from_arrays(focal[order], neighbour[order], weights[order])


def graph_rows(
    graph: Graph, *, keep: npt.ArrayLike | None = None, standardise: bool = True
) -> Rows:
    """Neighbours and weights of every unit as arrays, in the order of the graph's ids.

    Links of a unit to itself and links of weight 0 are left out.

    Parameters
    ----------
    graph : Graph
        Weights, not negative.
    keep : array_like of bool, shape (n,), optional
        Units that remain: the others are taken out of the map and the rest is renumbered, so a
        neighbour without data counts as no neighbour.
    standardise : bool
        Whether weights are divided by the sum of their row.

    Raises
    ------
    GeoError
        If a weight is negative or not finite, or `keep` has another length than the graph.

    Examples
    --------
    >>> from libpysal.graph import Graph
    >>> path = Graph.from_arrays([0, 1, 1, 2], [1, 0, 2, 1], [1.0, 1.0, 1.0, 1.0])
    >>> graph_rows(path).weights
    array([1. , 0.5, 0.5, 1. ])
    >>> graph_rows(path, keep=[True, False, True]).neighbours
    array([0, 0])
    """
    matrix = graph.sparse.tocoo()
    focal, neighbour, weights = matrix.row, matrix.col, matrix.data.astype(np.float64)
    if not (np.isfinite(weights).all() and (weights >= 0).all()):
        raise GeoError("Weights of a graph must be finite and not negative.")
    used = (focal != neighbour) & (weights > 0)
    everything = Rows(*_compressed(focal[used], neighbour[used], weights[used], graph.n))
    kept = np.ones(graph.n, dtype=bool) if keep is None else np.asarray(keep, dtype=bool)
    return restricted_rows(everything, kept, standardise=standardise)


def restricted_rows(rows: Rows, keep: npt.NDArray[np.bool_], *, standardise: bool = True) -> Rows:
    """Rows of the units to `keep` alone, renumbered; see `graph_rows`.

    Raises
    ------
    GeoError
        If `keep` has another length than the rows.

    Examples
    --------
    >>> pair = Rows(np.array([0, 1, 2]), np.array([1, 0]), np.array([3.0, 3.0]))
    >>> restricted_rows(pair, np.array([True, False])).neighbours
    array([0])
    """
    n = len(rows.indptr) - 1
    if keep.shape != (n,):
        message = f"`keep` must have one value for each of the {n} units, not shape {keep.shape}."
        raise GeoError(message)
    focal, neighbour, weights = np.repeat(np.arange(n), rows.neighbours), rows.indices, rows.weights
    if not keep.all():
        position = np.cumsum(keep) - 1
        both = keep[focal] & keep[neighbour]
        focal, neighbour, weights = position[focal[both]], position[neighbour[both]], weights[both]
    size = int(keep.sum())
    if standardise:
        weights = weights / np.bincount(focal, weights, minlength=size)[focal]
    return Rows(*_compressed(focal, neighbour, weights, size))


def _compressed(
    focal: Integers, neighbour: Integers, weights: Floats, n: int
) -> tuple[Integers, Integers, Floats]:
    order = np.lexsort((neighbour, focal))
    indptr = np.concatenate([[0], np.cumsum(np.bincount(focal, minlength=n))]).astype(np.int64)
    return indptr, neighbour[order].astype(np.int64), weights[order]
