r"""Marcon and Puech's M and m: an industry's share around its own firms over its share everywhere.

Here belong both measures, for one industry and for one around another, and the test of M. K_d, the
density of distances without the rest of the economy in it, belongs to `duranton_overman`, whole
curves to `envelopes`, single firms to `footprints`, the compiled loops to `_distances`.

Both leave the firm in the middle out, and drop firms that have nobody around from both of their
sums. Firms on one place are neighbours at distance 0, hence within every radius. The edge of the
country cancels, being there for the industry and for all.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from geo.concentration.duranton_overman import original_bandwidth
from geo.concentration.envelopes import Alternative, Envelope, global_envelope
from geo.errors import GeoError, InvalidCountsError

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]
    Integers = npt.NDArray[np.int64]
    Flags = npt.NDArray[np.bool_]

__all__ = ["RatioTest", "neighbour_density_ratio", "neighbour_ratio", "neighbour_ratio_test"]

# Neighbours that a table may hold at a time: 400 MB.
_MOST_NEIGHBOURS = 10**8


class RatioTest(NamedTuple):
    """M of an industry beside that of its firms moved about."""

    ratio: Floats
    """M, shape (n_distances,)."""
    envelope: Envelope
    """Global envelope and p; `above` is concentration, `below` dispersion, within each radius."""


class _Sites(NamedTuple):
    """Places and what is on them, in an order that does not depend on that of the input."""

    points: Floats
    weights: Floats
    member: Flags
    neighbour: Flags
    squared: Floats
    """Radii, squared."""


class _Table(NamedTuple):
    """Neighbours of every point, as left by `_distances.neighbour_table`."""

    begins: Integers
    found: npt.NDArray[np.int32]


def neighbour_ratio(
    points: npt.ArrayLike,
    members: npt.ArrayLike,
    distances: npt.ArrayLike,
    *,
    neighbours: npt.ArrayLike | None = None,
    weights: npt.ArrayLike | None = None,
) -> Floats:
    r"""M: an industry's share of what is within a distance of its firms, over its share elsewhere.

    .. math:: M(r) = \sum_i \frac{\sum_{j \ne i,\, d_{ij} \le r} w_j [j \in N]}
       {\sum_{j \ne i,\, d_{ij} \le r} w_j}
       \bigg/ \sum_i \frac{W_N - w_i [i \in N]}{W - w_i}

    over the members i that have any weight within r; N are the `neighbours`, by default the members
    themselves.

    Parameters
    ----------
    points : array_like of float, shape (n, 2)
        All firms, on a plane (see `geo.concentration.projection`); finite.
    members : array_like of bool, shape (n,)
        Firms around which is looked.
    distances : array_like of float, shape (n_distances,)
        Radii in the unit of the points; not negative, ascending.
    neighbours : array_like of bool, shape (n,), optional
        Firms that are looked for, of another industry.
    weights : array_like of float, shape (n,), optional
        Jobs, finite and not negative; one each where not given.

    Returns
    -------
    ndarray of float64, shape (n_distances,)
        Dimensionless; 1 is the industry's share elsewhere. NaN where no member has neighbours, or
        N has no weight.

    Raises
    ------
    InvalidCountsError
        If shapes do not fit, a value is negative or not finite, or radii do not ascend.

    References
    ----------
    .. [1] Marcon, E. & Puech, F. (2010). Measures of the geographic concentration of industries:
       improving distance-based methods. Journal of Economic Geography 10(5), 745-762.

    Examples
    --------
    Two members side by side and two others far off. Within 1 each member sees the other alone, a
    share of 1; elsewhere 1 firm in 3 is a member: M = (1 + 1) / (1/3 + 1/3).

    >>> points = [[0, 0], [1, 0], [50, 0], [51, 0]]
    >>> neighbour_ratio(points, [True, True, False, False], [0.5, 1, 100])
    array([nan,  3.,  1.])
    """
    sites = _sites(points, members, distances, neighbours=neighbours, weights=weights)
    return _ratio(sites, table=None)


def neighbour_ratio_test(
    points: npt.ArrayLike,
    members: npt.ArrayLike,
    distances: npt.ArrayLike,
    *,
    seed: int,
    neighbours: npt.ArrayLike | None = None,
    weights: npt.ArrayLike | None = None,
    draws: int = 999,
    level: float = 0.05,
    alternative: Alternative = "two-sided",
    threads: int = 1,
) -> RatioTest:
    """M of an industry, tested against its firms at other firms' places.

    All firms, with their industry and jobs, change places at random. With `neighbours` the members
    stay where they are and all others change places: given where the one industry is, does the
    other stand around it?

    Parameters
    ----------
    points, members, distances, neighbours, weights
        As in `neighbour_ratio`.
    seed : int
        Start of the random numbers. Each draw has its own, so neither the threads nor the order of
        the firms changes a result.
    draws : int, default 999
        Exchanges.
    level, alternative
        As in `geo.concentration.envelopes.global_envelope`.
    threads : int, default 1
        Draws worked on at the same time.

    Returns
    -------
    RatioTest
        M, envelope and p. Radii at which any draw has no value are left out of the test.

    Raises
    ------
    InvalidCountsError
        As in `neighbour_ratio`, and if no radius has a value in every draw.
    GeoError
        If `draws` is below 1 / level - 1.

    Notes
    -----
    The neighbours of all firms are looked up once, 4 bytes each; where there are over 10**8 within
    the largest radius they are looked up again in each draw, around its members only.

    Examples
    --------
    Fifty firms in a row, a kilometre apart; the industry is the ten in the middle.

    >>> row = np.column_stack([np.arange(50.0), np.zeros(50)])
    >>> middle = np.isin(np.arange(50), np.arange(20, 30))
    >>> result = neighbour_ratio_test(row, middle, [1, 2, 5], seed=1, draws=99)
    >>> result.envelope.p
    0.01
    """
    sites = _sites(points, members, distances, neighbours=neighbours, weights=weights)
    table = _whole_table(sites)
    # Either everything moves, or all but the members.
    moving = np.flatnonzero(~sites.member) if neighbours is not None else np.arange(len(sites[0]))

    def curve(draw: int) -> Floats:
        if draw == 0:
            return _ratio(sites, table=table)
        come = np.arange(len(sites.points))
        come[moving] = np.random.default_rng([seed, draw]).permutation(moving)
        moved = sites._replace(
            weights=sites.weights[come], member=sites.member[come], neighbour=sites.neighbour[come]
        )
        return _ratio(moved, table=table)

    with ThreadPoolExecutor(threads) as pool:
        curves = np.array(list(pool.map(curve, range(draws + 1))))
    envelope = global_envelope(curves[0], curves[1:], level=level, alternative=alternative)
    return RatioTest(curves[0], envelope)


def neighbour_density_ratio(
    points: npt.ArrayLike,
    members: npt.ArrayLike,
    distances: npt.ArrayLike,
    *,
    neighbours: npt.ArrayLike | None = None,
    weights: npt.ArrayLike | None = None,
    bandwidth: float | None = None,
) -> Floats:
    r"""m: an industry's share of what is at a distance from its firms, over its share elsewhere.

    As M in `neighbour_ratio`, with the Gaussian kernel :math:`\varphi_h(r - d_{ij})` in place of
    :math:`[d_{ij} \le r]`: at a distance, not within it. The kernel is not reflected at 0, where
    both shares of a ratio lose alike.

    Parameters
    ----------
    points, members, neighbours, weights
        As in `neighbour_ratio`.
    distances : array_like of float, shape (n_distances,)
        In the unit of the points; not negative, ascending.
    bandwidth : float, optional
        h; by default that of K_d between members (and neighbours), `original_bandwidth`.

    Returns
    -------
    ndarray of float64, shape (n_distances,)
        Dimensionless; 1 is the industry's share elsewhere. A member whose kernel weighs nothing
        (nobody within some 38 bandwidths) is dropped from both sums; NaN where all are.

    Raises
    ------
    InvalidCountsError
        As in `neighbour_ratio`.
    GeoError
        If the bandwidth is not positive, or nothing tells one.

    References
    ----------
    .. [1] Lang, G., Marcon, E. & Puech, F. (2020). Distance-based measures of spatial
       concentration: introducing a relative density function. Annals of Regional Science 64,
       243-265.

    Examples
    --------
    At 3 the first member sees a member and another firm, the second a member and, at 6, that other
    firm: (1 / 2 + 1 / (1 + exp(-4.5))) / (1 / 2 + 1 / 2).

    >>> points = [[0, 0], [3, 0], [-3, 0]]
    >>> neighbour_density_ratio(points, [True, True, False], [3], bandwidth=1).round(3)
    array([1.489])
    """
    sites = _sites(points, members, distances, neighbours=neighbours, weights=weights)
    r = np.asarray(distances, dtype=np.float64)
    if bandwidth is None:
        others = None if neighbours is None else sites.points[sites.neighbour]
        reach = float(r[-1])
        bandwidth = original_bandwidth(sites.points[sites.member], reach=reach, others=others)
    if not 0 < bandwidth < np.inf:
        message = f"`bandwidth` must be positive: it is {bandwidth}."
        raise GeoError(message)
    same, expected = _same_and_expected(sites)
    sums = np.zeros((2, len(r)))
    for i in np.flatnonzero(sites.member):
        apart = np.hypot(*(sites.points - sites.points[i]).T)
        kernel = np.exp(-(((r[:, None] - apart) / bandwidth) ** 2) / 2)
        kernel[:, i] = 0.0
        of_type, of_all = kernel @ same, kernel @ sites.weights
        some = of_all > 0
        sums[0, some] += of_type[some] / of_all[some]
        sums[1, some] += expected[i]
    return _quotient(sums)


def _ratio(sites: _Sites, *, table: _Table | None) -> Floats:
    """M, with the neighbours of all firms at hand or looked up for the members."""
    from geo.concentration._distances import local_ratio_sums

    same, expected = _same_and_expected(sites)
    references = np.flatnonzero(sites.member)
    if table is not None:
        sums = local_ratio_sums(*table, references, references, same, sites.weights, expected)
        return _quotient(sums)
    sums = np.zeros((2, len(sites.squared)))
    # A block of members at a time keeps the table small.
    block = max(1, _MOST_NEIGHBOURS // max(1, len(sites.points)))
    for first in range(0, len(references), block):
        some = references[first : first + block]
        part = _table(sites, some)
        rows = np.arange(len(some))
        sums += local_ratio_sums(*part, rows, some, same, sites.weights, expected)
    return _quotient(sums)


def _same_and_expected(sites: _Sites) -> tuple[Floats, Floats]:
    """Weight of each firm as one looked for, and their share of all firms but this."""
    same = sites.weights * sites.neighbour
    total = sites.weights.sum()
    with np.errstate(invalid="ignore", divide="ignore"):
        expected: Floats = (same.sum() - same) / (total - sites.weights)
    return same, expected


def _quotient(sums: Floats) -> Floats:
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio: Floats = np.where(sums[1] > 0, sums[0] / sums[1], np.nan)
    return ratio


def _whole_table(sites: _Sites) -> _Table | None:
    """Neighbours of every firm, or nothing where they are too many."""
    rows = np.arange(len(sites.points))
    # Some rows tell, before all are counted, whether the whole would be far too large.
    some = rows[:: max(1, len(rows) // 200)]
    guess = _counts(sites, some).sum() / max(1, len(some)) * len(rows)
    if guess > _MOST_NEIGHBOURS:
        return None
    return _table(sites, rows)


def _counts(sites: _Sites, rows: Integers) -> Integers:
    from geo.concentration._distances import neighbour_table

    counts = np.zeros((len(rows), len(sites.squared) + 1), dtype=np.int64)
    neighbour_table(sites.points, sites.squared, rows, counts, np.empty(0, dtype=np.int32))
    return counts


def _table(sites: _Sites, rows: Integers) -> _Table:
    from geo.concentration._distances import neighbour_table

    counts = _counts(sites, rows)
    rings = len(sites.squared)
    ends = counts[:, :rings].ravel().cumsum()
    begins = np.zeros_like(counts)
    begins[:, :rings] = np.r_[0, ends[:-1]].reshape(-1, rings) if len(rows) else 0
    begins[:, rings] = ends[rings - 1 :: rings]
    found = np.empty(int(counts.sum()), dtype=np.int32)
    if len(found):
        neighbour_table(sites.points, sites.squared, rows, begins, found)
    return _Table(begins, found)


def _sites(
    points: npt.ArrayLike,
    members: npt.ArrayLike,
    distances: npt.ArrayLike,
    *,
    neighbours: npt.ArrayLike | None,
    weights: npt.ArrayLike | None,
) -> _Sites:
    """Everything checked and sorted by place."""
    x, r = np.asarray(points, dtype=np.float64), np.asarray(distances, dtype=np.float64)
    if x.ndim != 2 or x.shape[1] != 2 or not np.isfinite(x).all():
        message = f"`points` must be finite, with two columns: its shape is {x.shape}."
        raise InvalidCountsError(message)
    if r.ndim != 1 or not len(r) or not np.isfinite(r).all() or r[0] < 0 or (np.diff(r) <= 0).any():
        message = "`distances` must be one-dimensional, finite, not negative and ascending."
        raise InvalidCountsError(message)
    member = np.asarray(members)
    neighbour = member if neighbours is None else np.asarray(neighbours)
    w = np.ones(len(x)) if weights is None else np.asarray(weights, dtype=np.float64)
    for name, values in (("members", member), ("neighbours", neighbour), ("weights", w)):
        if values.shape != (len(x),) or (name != "weights" and values.dtype != np.bool_):
            kind = "numbers" if name == "weights" else "true or false"
            message = f"`{name}` must be {kind}, for each of {len(x)} firms."
            raise InvalidCountsError(message)
    if not np.isfinite(w).all() or (w < 0).any():
        message = "`weights` must be finite and not negative."
        raise InvalidCountsError(message)
    order = np.lexsort([w, neighbour, member, x[:, 1], x[:, 0]])
    return _Sites(x[order], w[order], member[order], neighbour[order], r**2)
