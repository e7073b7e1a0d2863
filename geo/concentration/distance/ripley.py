r"""Ripley's K, Besag's L and Diggle and Chetwynd's D: neighbours within a distance, on even ground.

Here belong the measures that take space to be even: they compare the neighbours of a firm with what
a random scatter over a study area would give, so they need the area's outline. What compares with
the places of all firms belongs to `marcon_puech`, the density of distances to `duranton_overman`.

Firms are never scattered evenly (towns, valleys, seas), so an industry stands out here as all
industry does. K and L are for points that really could be anywhere in the window; D, which takes
the evenness out by a second K, needs both sets to follow the same ground.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geo.concentration.distance.bandwidth import as_points
from geo.errors import InvalidCountsError

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt
    from shapely import MultiPolygon, Polygon

    Floats = npt.NDArray[np.float64]
    Integers = npt.NDArray[np.int64]

__all__ = ["besag_l", "circle_share_inside", "diggle_chetwynd_d", "ripley_k"]

_BLOCK = 1000
_CROSSINGS_AT_ONCE = 500_000
_LARGEST_WEIGHT = 100.0


def ripley_k(
    points: npt.ArrayLike,
    distances: npt.ArrayLike,
    *,
    window: Polygon | MultiPolygon,
    others: npt.ArrayLike | None = None,
) -> Floats:
    r"""Neighbours within a distance over their overall density, corrected at the border.

    .. math:: K(d) = \frac{|W|}{n (n - 1)} \sum_{i \ne j}
       \frac{\mathbb 1 (d_{ij} \le d)}{s(x_i, d_{ij})}

    with the window's area :math:`|W|` and the share s of the circle around firm i through firm j
    that lies in the window (isotropic correction): what is seen on a part of a circle stands for
    all of it. Weights above 100 are cut to 100. Points scattered at random have
    :math:`K(d) = \pi d^2`. With `others`, j runs over them and n (n - 1) becomes n m.

    Parameters
    ----------
    points : array_like of float, shape (n, 2)
        Firms on a plane (see `geo.concentration.distance.projection`), inside the window; finite.
    distances : array_like of float, shape (n_distances,)
        In the unit of the points; finite and not negative. Beyond a quarter of the window's
        shorter side, little of most circles is left to see.
    window : Polygon or MultiPolygon
        The study area, in the plane of the points; `shapely.box` makes a rectangle.
    others : array_like of float, shape (m, 2), optional
        Firms of another industry, inside the window.

    Returns
    -------
    ndarray of float64, shape (n_distances,)
        In square units; NaN without a pair.

    Raises
    ------
    InvalidCountsError
        If shapes do not fit, a value is not finite, a distance is negative, or a point is outside
        the window.

    References
    ----------
    .. [1] Ripley, B. D. (1977). Modelling spatial patterns. Journal of the Royal Statistical
       Society B 39(2), 172-212.
    .. [2] Marcon, E. & Puech, F. (2003). Evaluating the geographic concentration of industries
       using distance-based methods. Journal of Economic Geography 3(4), 409-428. (Why firms need
       other measures.)

    Examples
    --------
    Two firms 2 km apart, far from the border of 400 square kilometres: 400 / (2 x 1) x 2 pairs.

    >>> from shapely import box
    >>> ripley_k([[9, 10], [11, 10]], [1, 2], window=box(0, 0, 20, 20))
    array([  0., 400.])
    """
    x, d = _points_in(points, window, "points"), _distances(distances)
    second = x if others is None else _points_in(others, window, "others")
    pairs = len(x) * (len(x) - 1 if others is None else len(second))
    if pairs == 0 or not len(d):
        return np.full(len(d), np.nan)
    order = np.argsort(d, kind="stable")
    within = np.zeros(len(d) + 1)
    for i, j, apart in _neighbours(x, second, float(d.max())):
        one = i != j if others is None else np.full(len(i), fill_value=True)
        share = circle_share_inside(x[i[one]], apart[one], window=window)
        weight = 1 / np.maximum(share, 1 / _LARGEST_WEIGHT)
        first = np.searchsorted(d[order], apart[one], side="left")
        within += np.bincount(first, weight, minlength=len(within))
    k = np.empty(len(d))
    k[order] = np.cumsum(within)[:-1] * window.area / pairs
    return k


def besag_l(
    points: npt.ArrayLike,
    distances: npt.ArrayLike,
    *,
    window: Polygon | MultiPolygon,
    others: npt.ArrayLike | None = None,
) -> Floats:
    r"""Ripley's K as a distance, less the distance itself: 0 for a random scatter.

    .. math:: L(d) = \sqrt{K(d) / \pi} - d

    Parameters
    ----------
    points, distances, window, others
        As in `ripley_k`.

    Returns
    -------
    ndarray of float64, shape (n_distances,)
        In the unit of the points: as many neighbours as an even scatter has within d + L; at least
        -d. NaN without a pair.

    Raises
    ------
    InvalidCountsError
        As in `ripley_k`.

    References
    ----------
    .. [1] Besag, J. E. (1977). Comments on Ripley's paper. Journal of the Royal Statistical Society
       B 39(2), 193-195.

    Examples
    --------
    The root of 400 / 3.14159 is 11.283792.

    >>> from shapely import box
    >>> besag_l([[9, 10], [11, 10]], [1, 2], window=box(0, 0, 20, 20)).round(6)
    array([-1.      ,  9.283792])
    """
    k = ripley_k(points, distances, window=window, others=others)
    excess: Floats = np.sqrt(k / np.pi) - np.asarray(distances, dtype=np.float64)
    return excess


def diggle_chetwynd_d(
    cases: npt.ArrayLike,
    distances: npt.ArrayLike,
    *,
    controls: npt.ArrayLike,
    window: Polygon | MultiPolygon,
    across: bool = False,
) -> Floats:
    r"""Ripley's K of an industry less that of other firms, which stand for the uneven ground.

    .. math:: D(d) = K_{\text{cases}}(d) - K_{\text{controls}}(d)

    Parameters
    ----------
    cases : array_like of float, shape (n, 2)
        Firms of the industry, inside the window; finite.
    distances, window
        As in `ripley_k`.
    controls : array_like of float, shape (m, 2)
        Firms that the industry is compared with.
    across : bool, default False
        Subtract the K of controls around cases instead of that of controls around controls.

    Returns
    -------
    ndarray of float64, shape (n_distances,)
        In square units: above 0 where cases are nearer to each other than controls; NaN without a
        pair.

    Raises
    ------
    InvalidCountsError
        As in `ripley_k`.

    References
    ----------
    .. [1] Diggle, P. J. & Chetwynd, A. G. (1991). Second-order analysis of spatial clustering for
       inhomogeneous populations. Biometrics 47(3), 1155-1163.
    .. [2] Marcon, E., Puech, F. & Traissac, S. (2012). Characterizing the relative spatial
       structure of point patterns. International Journal of Ecology 2012, 619281. (`across`.)

    Examples
    --------
    The cases are within 2 km of each other, the controls are not.

    >>> from shapely import box
    >>> diggle_chetwynd_d([[9, 10], [11, 10]], [2], controls=[[7, 10], [13, 10]],
    ...                   window=box(0, 0, 20, 20))
    array([400.])
    """
    k = ripley_k(cases, distances, window=window)
    if across:
        return k - ripley_k(cases, distances, window=window, others=controls)
    return k - ripley_k(controls, distances, window=window)


def circle_share_inside(
    points: npt.ArrayLike, radii: npt.ArrayLike, *, window: Polygon | MultiPolygon
) -> Floats:
    r"""Share of the circle around a point that lies in a window.

    The circle is cut where it crosses an edge of the window, and each arc is inside or not. Exact
    for polygons of any shape, holes included.

    Parameters
    ----------
    points : array_like of float, shape (n, 2)
        Middles of the circles; finite.
    radii : array_like of float, shape (n,)
        Radius of each, in the unit of the points; finite and not negative.
    window : Polygon or MultiPolygon
        In the plane of the points.

    Returns
    -------
    ndarray of float64, shape (n,)
        From 0 to 1; 1 where the radius is 0.

    Raises
    ------
    InvalidCountsError
        If shapes do not fit, a value is not finite, or a radius is negative.

    References
    ----------
    .. [1] Ripley, B. D. (1977). Modelling spatial patterns. Journal of the Royal Statistical
       Society B 39(2), 172-212.

    Examples
    --------
    A quarter of the circle around the corner of a square; all but a third of one that reaches as
    far beyond the edge as it stands within.

    >>> from shapely import box
    >>> circle_share_inside([[0, 0], [5, 1]], [1, 2], window=box(0, 0, 10, 10)).round(6)
    array([0.25    , 0.666667])
    """
    import shapely

    x, radius = as_points(points, "points"), _distances(radii)
    if radius.shape != (len(x),):
        message = f"`radii` must be one for each of {len(x)} points: there are {len(radius)}."
        raise InvalidCountsError(message)
    share = np.ones(len(x))
    to_border = shapely.distance(shapely.points(x), window.boundary)
    cut = np.flatnonzero((to_border < radius) & (radius > 0))
    start, end = _edges(window)
    rows = max(_CROSSINGS_AT_ONCE // len(start), 1)
    for first in range(0, len(cut), rows):
        some = cut[first : first + rows]
        share[some] = _shares(x[some], radius[some], start, end, window=window)
    return share


def _shares(
    x: Floats, radius: Floats, start: Floats, end: Floats, *, window: Polygon | MultiPolygon
) -> Floats:
    """Shares of circles that edges may cross."""
    import shapely

    angles = np.sort(_crossings(x, radius, start, end), axis=1)
    # Circles differ in how often they are cut: what is beyond the last cut is empty.
    angles = angles[:, : 1 + int((angles < 2 * np.pi).sum(axis=1).max(initial=0))]
    turn = np.full((len(x), 1), 2 * np.pi)
    bounds = np.hstack([0 * turn, angles, turn])
    arcs = np.diff(bounds, axis=1)
    row, column = np.nonzero(arcs > 0)
    inside = np.zeros(len(row), dtype=bool)
    # An arc inside may touch the border in a point, but not in two.
    for part in (0.4, 0.7):
        angle = bounds[row, column] + part * arcs[row, column]
        at = x[row] + radius[row, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1)
        inside |= shapely.contains_xy(window, at[:, 0], at[:, 1])
    lengths = np.bincount(row, arcs[row, column] * inside, minlength=len(x))
    share: Floats = lengths / (2 * np.pi)
    return share


def _crossings(x: Floats, radius: Floats, start: Floats, end: Floats) -> Floats:
    """Angles at which circles cross edges, n_circles x 2 n_edges; a full turn where they do not."""
    # On an edge from p, in steps t of v, the circle is where |p + t v|^2 = r^2.
    p, v = start - x[:, None], end - start
    square = (v**2).sum(axis=1)
    half = (p * v).sum(axis=2)
    inner = half**2 - square * ((p**2).sum(axis=2) - radius[:, None] ** 2)
    root = np.sqrt(np.maximum(inner, 0.0))
    found = []
    for sign in (-1, 1):
        t = (sign * root - half) / square
        at = p + t[:, :, None] * v
        angle = np.arctan2(at[:, :, 1], at[:, :, 0]) % (2 * np.pi)
        found.append(np.where((inner >= 0) & (t >= 0) & (t <= 1), angle, 2 * np.pi))
    return np.hstack(found)


def _edges(window: Polygon | MultiPolygon) -> tuple[Floats, Floats]:
    """Starts and ends of the window's edges, those of holes among them."""
    import shapely

    corners, ring = shapely.get_coordinates(
        shapely.get_parts(shapely.get_rings(shapely.get_parts(window))), return_index=True
    )
    edge = (ring[1:] == ring[:-1]) & (corners[1:] != corners[:-1]).any(axis=1)
    return corners[:-1][edge], corners[1:][edge]


def _neighbours(
    x: Floats, second: Floats, reach: float
) -> Iterator[tuple[Integers, Integers, Floats]]:
    """Pairs within reach, block by block: positions in both sets, and how far apart."""
    from scipy.spatial import KDTree

    tree = KDTree(second)
    for first in range(0, len(x), _BLOCK):
        near = KDTree(x[first : first + _BLOCK]).sparse_distance_matrix(
            tree, reach, output_type="ndarray"
        )
        yield near["i"] + first, near["j"], near["v"]


def _points_in(points: npt.ArrayLike, window: Polygon | MultiPolygon, name: str) -> Floats:
    import shapely

    x = as_points(points, name)
    outside = ~shapely.intersects_xy(window, x[:, 0], x[:, 1])
    if outside.any():
        first = int(np.argmax(outside))
        message = (
            f"`{name}` must lie in the window: {int(outside.sum())} do not, first number {first} "
            f"at {x[first, 0]:g}, {x[first, 1]:g}; leave them out, or draw a wider window."
        )
        raise InvalidCountsError(message)
    return x


def _distances(distances: npt.ArrayLike) -> Floats:
    d = np.asarray(distances, dtype=np.float64)
    if d.ndim != 1 or not np.isfinite(d).all() or (d < 0).any():
        message = "Distances and radii must be one-dimensional, finite and not negative."
        raise InvalidCountsError(message)
    return d
