r"""Where an industry huddles, firm by firm and free of borders.

Here belong the local concentration around each firm, its p-value, and the polygons that significant
firms make. Whether an industry is concentrated at all belongs to `duranton_overman` and
`marcon_puech`, the plane to `projection`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from geo.concentration.cells.false_discovery import q_values
from geo.errors import GeoError, InvalidCountsError

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy.typing as npt
    import pyproj

    Floats = npt.NDArray[np.float64]
    Integers = npt.NDArray[np.int64]
    Flags = npt.NDArray[np.bool_]

__all__ = ["LocalConcentration", "footprints", "local_concentration"]


class LocalConcentration(NamedTuple):
    """What is around each firm of an industry; arrays of shape (n_members,), in input order."""

    firms: Integers
    """Firms of any industry within the radius, without this."""
    same: Integers
    """Firms of the industry among them."""
    ratio: Floats
    """Their share over the industry's share elsewhere; NaN where nobody is around."""
    p: Floats
    """Upper tail: chance of as many of the industry, or more; 1 where nobody is around."""
    q: Floats
    """The same, corrected for the number of firms looked at."""


def local_concentration(
    points: npt.ArrayLike, members: npt.ArrayLike, *, radius: float
) -> LocalConcentration:
    r"""Concentration of an industry around each of its firms, with an exact p-value.

    Of the N - 1 other firms, :math:`K_i` are within the radius of firm i, and :math:`c_i` of the
    n - 1 others of its industry are among them:

    .. math:: M_i = \frac{c_i / K_i}{(n - 1) / (N - 1)}, \qquad
       p_i = P(X \ge c_i), \quad X \sim \mathrm{Hypergeometric}(N - 1,\, n - 1,\, K_i)

    which is the local term of M in `marcon_puech`, and what draws of n - 1 places without
    replacement from all other occupied places would give, were there infinitely many: no simulation
    is needed. q-values are Benjamini and Hochberg's; the p-values of neighbours go together.

    Parameters
    ----------
    points : array_like of float, shape (n_firms, 2)
        All firms, on a plane (see `geo.concentration.distance.projection`); finite. Firms on one
        place are within any radius of each other.
    members : array_like of bool, shape (n_firms,)
        Which of them belong to the industry.
    radius : float
        In the unit of the points; positive.

    Returns
    -------
    LocalConcentration
        One value for each member.

    Raises
    ------
    InvalidCountsError
        If shapes do not fit or a coordinate is not finite.
    GeoError
        If the radius is not positive.

    References
    ----------
    .. [1] Scholl, T. & Brenner, T. (2016). Detecting spatial clustering using a firm-level cluster
       index. Regional Studies 50(6), 1054-1068.
    .. [2] Marcon, E. & Puech, F. (2010). Measures of the geographic concentration of industries:
       improving distance-based methods. Journal of Economic Geography 10(5), 745-762.

    Examples
    --------
    Two members together, two others together far off. One firm is around a member, and it is of the
    industry: M = 1 / (1/3), and a third of all draws would do that.

    >>> points = [[0, 0], [1, 0], [50, 0], [51, 0]]
    >>> local = local_concentration(points, [True, True, False, False], radius=2)
    >>> local.ratio, local.p.round(6)
    (array([3., 3.]), array([0.333333, 0.333333]))
    """
    # scipy.stats takes most of a second to import.
    from scipy.spatial import KDTree
    from scipy.stats import hypergeom

    x, member = _points(points, members)
    _positive(radius)
    own = x[member]
    if not len(own):
        none = np.zeros(0, dtype=np.int64)
        return LocalConcentration(none, none, *np.zeros((3, 0)))
    firms, same = (
        np.asarray(KDTree(places).query_ball_point(own, radius, return_length=True)) - 1
        for places in (x, own)
    )
    others, of_industry = len(x) - 1, len(own) - 1
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = (same / firms) / (np.float64(of_industry) / others)
    p = np.asarray(hypergeom.sf(same - 1, others, of_industry, firms), dtype=np.float64)
    p = np.where(firms == 0, 1.0, np.clip(p, 0.0, 1.0))
    return LocalConcentration(firms.astype(np.int64), same.astype(np.int64), ratio, p, q_values(p))


def footprints(
    points: npt.ArrayLike, significant: npt.ArrayLike, *, radius: float, crs: pyproj.CRS
) -> gpd.GeoDataFrame:
    """Polygons of the places where significant firms stand.

    Each firm gets a disc of half the radius; discs that touch, those of firms at most a radius
    apart, become one polygon.

    Parameters
    ----------
    points : array_like of float, shape (n, 2)
        Firms of an industry on a plane, in kilometres; finite.
    significant : array_like of bool, shape (n,)
        Firms around which the industry is concentrated: a q-value of `local_concentration` of at
        most 0.05, say.
    radius : float
        Kilometres; that of `local_concentration`.
    crs : pyproj.CRS
        The plane, as of `geo.concentration.distance.projection.local_plane`.

    Returns
    -------
    GeoDataFrame
        In EPSG:4326, from the most firms to the fewest, then west to east on the plane. Columns:
        `firms` (significant firms in the polygon), `area_km2`, `geometry`. No rows without
        significant firms.

    Raises
    ------
    InvalidCountsError
        If shapes do not fit or a coordinate is not finite.
    GeoError
        If the radius is not positive.

    Examples
    --------
    Two firms a kilometre apart, and one alone.

    >>> import pyproj
    >>> plane = pyproj.CRS("+proj=aeqd +lat_0=50 +lon_0=10 +datum=WGS84 +units=km")
    >>> found = footprints([[0, 0], [1, 0], [30, 0]], [True] * 3, radius=2, crs=plane)
    >>> found.firms.tolist(), found.area_km2.round(1).tolist()
    ([2, 1], [5.0, 3.1])
    """
    import geopandas as gpd
    import shapely

    x, chosen = _points(points, significant)
    _positive(radius)
    places, stacked = np.unique(x[chosen], axis=0, return_counts=True)
    discs = np.asarray(shapely.buffer(shapely.points(places), radius / 2, quad_segs=16))
    label = _connected(places, radius)
    polygons = [shapely.union_all(discs[label == k]) for k in range(label.max(initial=-1) + 1)]
    firms = np.bincount(label, weights=stacked, minlength=len(polygons)).astype(np.int64)
    west = [polygon.bounds[:2] for polygon in polygons]
    order = sorted(range(len(polygons)), key=lambda k: (-firms[k], west[k]))
    table = gpd.GeoDataFrame(
        {"firms": firms[order], "area_km2": [polygons[k].area for k in order]},
        geometry=[polygons[k] for k in order],
        crs=crs,
    )
    return table.to_crs(4326)


def _connected(places: Floats, radius: float) -> Integers:
    """Number of each place's group, within which steps of at most a radius lead everywhere."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components
    from scipy.spatial import KDTree

    n = len(places)
    if not n:
        return np.zeros(0, dtype=np.int64)
    pairs = KDTree(places).query_pairs(radius, output_type="ndarray")
    links = coo_array((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(n, n))
    return np.asarray(connected_components(links, directed=False)[1], dtype=np.int64)


def _points(points: npt.ArrayLike, flags: npt.ArrayLike) -> tuple[Floats, Flags]:
    x, chosen = np.asarray(points, dtype=np.float64), np.asarray(flags)
    if x.ndim != 2 or x.shape[1] != 2 or not np.isfinite(x).all():
        message = f"`points` must be finite, with two columns: its shape is {x.shape}."
        raise InvalidCountsError(message)
    if chosen.shape != (len(x),) or (chosen.dtype != np.bool_ and len(x)):
        message = f"Members or significant firms must be true or false for each of {len(x)} firms."
        raise InvalidCountsError(message)
    return x, chosen.astype(np.bool_)


def _positive(radius: float) -> None:
    if not 0 < radius < np.inf:
        message = f"`radius` must be positive: it is {radius}."
        raise GeoError(message)
