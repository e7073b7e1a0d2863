r"""Marcon and Puech's M: an industry's share around its own firms over its share elsewhere.

Here belong M, of one industry and of one around another, and its test. m, at a distance and not
within it, belongs to `relative_density`; K_d, the density of distances without the rest of the
economy in it, to `duranton_overman`; whole curves to `envelopes`, single firms to
`firm_footprints`, the compiled loops to `_neighbour_kernels`.

The firm in the middle is left out, and firms that have nobody around are dropped from both sums.
Firms on one place are neighbours at distance 0, hence within every radius. The edge of the country
cancels, being there for the industry and for all.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from geo.concentration.distance.envelopes import Alternative, Envelope, global_envelope
from geo.errors import InvalidCountsError

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]
    Integers = npt.NDArray[np.int64]

    Flags = npt.NDArray[np.bool_]

__all__ = ["RatioTest", "neighbour_ratio", "neighbour_ratio_test"]


class Sites(NamedTuple):
    """Places and what is on them, in an order that does not depend on that of the input."""

    points: Floats
    weights: Floats
    member: Flags
    neighbour: Flags
    distances: Floats


def sites_of(
    points: npt.ArrayLike,
    members: npt.ArrayLike,
    distances: npt.ArrayLike,
    *,
    neighbours: npt.ArrayLike | None,
    weights: npt.ArrayLike | None,
) -> Sites:
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
    return Sites(x[order], w[order], member[order], neighbour[order], r)


def movable(sites: Sites, *, alone: bool) -> Integers:
    """Firms that change places under the null: all, or those around members of one industry."""
    return np.arange(len(sites.points)) if alone else np.flatnonzero(~sites.member)


def exchanged(sites: Sites, moving: Integers, *, seed: int, draw: int) -> Sites:
    """The firms that move at each other's places, with their industry and jobs; draw 0 is as is."""
    if draw == 0:
        return sites
    come = np.arange(len(sites.points))
    come[moving] = np.random.default_rng([seed, draw]).permutation(moving)
    return sites._replace(
        weights=sites.weights[come], member=sites.member[come], neighbour=sites.neighbour[come]
    )


def same_and_expected(sites: Sites) -> tuple[Floats, Floats]:
    """Weight of each firm as one looked for, and their share of all firms but this."""
    same = sites.weights * sites.neighbour
    total = sites.weights.sum()
    with np.errstate(invalid="ignore", divide="ignore"):
        expected: Floats = (same.sum() - same) / (total - sites.weights)
    return same, expected


def quotient(sums: Floats) -> Floats:
    """Observed over expected shares, from their sums; NaN where no member has neighbours."""
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio: Floats = np.where(sums[1] > 0, sums[0] / sums[1], np.nan)
    return ratio


# Neighbours that a table may hold at a time: 400 MB.
_MOST_NEIGHBOURS = 10**8


class RatioTest(NamedTuple):
    """M (or m) of an industry beside that of its firms moved about."""

    ratio: Floats
    """M, shape (n_distances,)."""
    envelope: Envelope
    """Envelopes and p; `above` is concentration, `below` dispersion, at each distance."""


class _Table(NamedTuple):
    """Neighbours of every point, as left by `_neighbour_kernels.neighbour_table`."""

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
        All firms, on a plane (see `geo.concentration.distance.projection`); finite.
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
    sites = sites_of(points, members, distances, neighbours=neighbours, weights=weights)
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
        As in `geo.concentration.distance.envelopes.global_envelope`.
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
    sites = sites_of(points, members, distances, neighbours=neighbours, weights=weights)
    table = _whole_table(sites)
    moving = movable(sites, alone=neighbours is None)

    def curve(draw: int) -> Floats:
        return _ratio(exchanged(sites, moving, seed=seed, draw=draw), table=table)

    with ThreadPoolExecutor(threads) as pool:
        curves = np.array(list(pool.map(curve, range(draws + 1))))
    envelope = global_envelope(curves[0], curves[1:], level=level, alternative=alternative)
    return RatioTest(curves[0], envelope)


def _ratio(sites: Sites, *, table: _Table | None) -> Floats:
    """M, with the neighbours of all firms at hand or looked up for the members."""
    from geo.concentration.distance._neighbour_kernels import local_ratio_sums

    same, expected = same_and_expected(sites)
    references = np.flatnonzero(sites.member)
    if table is not None:
        sums = local_ratio_sums(*table, references, references, same, sites.weights, expected)
        return quotient(sums)
    sums = np.zeros((2, len(sites.distances)))
    # A block of members at a time keeps the table small.
    block = max(1, _MOST_NEIGHBOURS // max(1, len(sites.points)))
    for first in range(0, len(references), block):
        some = references[first : first + block]
        part = _table(sites, some)
        rows = np.arange(len(some))
        sums += local_ratio_sums(*part, rows, some, same, sites.weights, expected)
    return quotient(sums)


def _whole_table(sites: Sites) -> _Table | None:
    """Neighbours of every firm, or nothing where they are too many."""
    rows = np.arange(len(sites.points))
    # Some rows tell, before all are counted, whether the whole would be far too large.
    some = rows[:: max(1, len(rows) // 200)]
    guess = _counts(sites, some).sum() / max(1, len(some)) * len(rows)
    if guess > _MOST_NEIGHBOURS:
        return None
    return _table(sites, rows)


def _counts(sites: Sites, rows: Integers) -> Integers:
    from geo.concentration.distance._neighbour_kernels import neighbour_table

    counts = np.zeros((len(rows), len(sites.distances) + 1), dtype=np.int64)
    neighbour_table(sites.points, sites.distances**2, rows, counts, np.empty(0, dtype=np.int32))
    return counts


def _table(sites: Sites, rows: Integers) -> _Table:
    from geo.concentration.distance._neighbour_kernels import neighbour_table

    counts = _counts(sites, rows)
    rings = len(sites.distances)
    ends = counts[:, :rings].ravel().cumsum()
    begins = np.zeros_like(counts)
    begins[:, :rings] = np.r_[0, ends[:-1]].reshape(-1, rings) if len(rows) else 0
    begins[:, rings] = ends[rings - 1 :: rings]
    found = np.empty(int(counts.sum()), dtype=np.int32)
    if len(found):
        neighbour_table(sites.points, sites.distances**2, rows, begins, found)
    return _Table(begins, found)
