r"""m, the relative density: an industry's share of what is at a distance from its firms.

Here belong Marcon and Puech's m, of one industry and of one around another, and its test. M, within
a distance and not at it, belongs to `marcon_puech`, K_d to `duranton_overman`, whole curves to
`envelopes`, the compiled loops to `_neighbour_kernels`.

**How it is computed.** A kernel is cut off some bandwidths away, ten for the measure and eight for
its test, unless so little stands nearer that what is beyond would tell in the share: around such a
firm the whole kernel is summed. The test reads the kernel from a table. Shares are within 1e-12 of
the formula in the measure, and within some 1e-5 in the test, observed and drawn ones alike.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from geo.concentration.distance.bandwidth import original_bandwidth
from geo.concentration.distance.envelopes import Alternative, global_envelope
from geo.concentration.distance.marcon_puech import (
    RatioTest,
    Sites,
    exchanged,
    movable,
    quotient,
    same_and_expected,
    sites_of,
)
from geo.errors import GeoError

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]
    Integers = npt.NDArray[np.int64]
    Flags = npt.NDArray[np.bool_]

__all__ = ["neighbour_density_ratio", "neighbour_density_ratio_test"]

# Rows worked on at a time, so that threads can share them.
_BLOCK = 1024
_BINS_PER_BANDWIDTH = 512


class _Kernel(NamedTuple):
    """A Gaussian at each distance, exact or from a table."""

    h: float
    reach: float
    """Bandwidths beyond which it is cut off."""
    table: Floats | None
    least: float
    """Sum, as a share of all weights, below which what is cut off might tell."""


class _Around(NamedTuple):
    """Weight around each place looked at, and where the whole kernel was needed for it."""

    sums: Floats
    """Shape (n, n_distances); 0 at places not looked at."""
    lonely: Flags
    """Shape (n,)."""


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

    As M in `geo.concentration.distance.marcon_puech.neighbour_ratio`, with the Gaussian kernel
    :math:`\varphi_h(r - d_{ij})` in place of :math:`[d_{ij} \le r]`: at a distance, not within it.
    The kernel is not reflected at 0, where both shares of a ratio lose alike.

    Parameters
    ----------
    points, members, neighbours, weights
        As in `geo.concentration.distance.marcon_puech.neighbour_ratio`.
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
        As in `geo.concentration.distance.marcon_puech.neighbour_ratio`.
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
    sites = sites_of(points, members, distances, neighbours=neighbours, weights=weights)
    h = _bandwidth(sites, bandwidth, others=neighbours is not None)
    kernel = _Kernel(h, reach=10.0, table=None, least=float(np.exp(-50.0)) * 1e12)
    return _ratio(sites, kernel)


def neighbour_density_ratio_test(
    points: npt.ArrayLike,
    members: npt.ArrayLike,
    distances: npt.ArrayLike,
    *,
    seed: int,
    neighbours: npt.ArrayLike | None = None,
    weights: npt.ArrayLike | None = None,
    bandwidth: float | None = None,
    draws: int = 999,
    level: float = 0.05,
    alternative: Alternative = "two-sided",
    threads: int = 1,
) -> RatioTest:
    """Relative density of an industry (m), tested against its firms at other firms' places.

    The null is that of `geo.concentration.distance.marcon_puech.neighbour_ratio_test`: all firms,
    with their industry and jobs, change places at random; with `neighbours`, all but the members.
    The kernel stays that of the observed industry.

    Parameters
    ----------
    points, members, distances, neighbours, weights, bandwidth
        As in `neighbour_density_ratio`.
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
        m, envelopes and p. Distances at which any draw has no value are left out of the test.

    Raises
    ------
    InvalidCountsError
        As in `neighbour_density_ratio`, and if no distance has a value in every draw.
    GeoError
        As in `neighbour_density_ratio`, and if `draws` is below 1 / level - 1.

    Notes
    -----
    Where all firms weigh the same, what is around a place is the same in every draw and is summed
    once; a draw then costs the pairs of members. With weights it costs the pairs of members and
    firms.

    Examples
    --------
    Fifty firms in a row, a kilometre apart; the industry is the ten in the middle.

    >>> row = np.column_stack([np.arange(50.0), np.zeros(50)])
    >>> middle = np.isin(np.arange(50), np.arange(20, 30))
    >>> result = neighbour_density_ratio_test(row, middle, [1, 2, 5], seed=1, draws=99)
    >>> result.envelope.p
    0.01
    """
    sites = sites_of(points, members, distances, neighbours=neighbours, weights=weights)
    h = _bandwidth(sites, bandwidth, others=neighbours is not None)
    kernel = _tabulated(h, sites.distances)
    moving = movable(sites, alone=neighbours is None)
    alike = bool(len(sites.weights)) and bool((sites.weights == sites.weights[0]).all())
    with ThreadPoolExecutor(threads) as pool:
        # Members that stay are the only places looked at.
        places = (
            np.arange(len(sites.points)) if neighbours is None else np.flatnonzero(sites.member)
        )
        around = _around(sites, places, kernel, pool=pool) if alike else None

        def curve(draw: int) -> Floats:
            moved = exchanged(sites, moving, seed=seed, draw=draw)
            return _ratio(moved, kernel, around=around)

        curves = np.array(list(pool.map(curve, range(draws + 1))))
    envelope = global_envelope(curves[0], curves[1:], level=level, alternative=alternative)
    return RatioTest(curves[0], envelope)


def _bandwidth(sites: Sites, bandwidth: float | None, *, others: bool) -> float:
    if bandwidth is None:
        between = sites.points[sites.neighbour] if others else None
        reach = float(sites.distances[-1])
        return original_bandwidth(sites.points[sites.member], reach=reach, others=between)
    if not 0 < bandwidth < np.inf:
        message = f"`bandwidth` must be positive: it is {bandwidth}."
        raise GeoError(message)
    return bandwidth


def _tabulated(h: float, distances: Floats) -> _Kernel:
    reach = 8.0
    width = h / _BINS_PER_BANDWIDTH
    apart = np.arange(int((distances[-1] + reach * h) / width) + 2) * width
    table = np.exp(-(((distances - apart[:, None]) / h) ** 2) / 2)
    return _Kernel(h, reach, table, least=float(np.exp(-(reach**2) / 2)) * 1e5)


def _ratio(sites: Sites, kernel: _Kernel, *, around: _Around | None = None) -> Floats:
    """m, with what is around all places at hand or summed for the members."""
    _, expected = same_and_expected(sites)
    references = np.flatnonzero(sites.member)
    if around is None:
        around = _around(sites, references, kernel)
    of_all, lonely = around.sums[references], around.lonely[references]
    chosen = np.flatnonzero(sites.neighbour)
    of_type = _sums(sites, kernel, chosen, references)
    of_type[lonely] = _sums(sites, _whole(kernel), chosen, references[lonely])
    some = of_all > 0
    local = np.divide(of_type, of_all, out=np.zeros_like(of_all), where=some)
    elsewhere = np.where(some, expected[references, None], 0.0)
    return quotient(np.stack([local.sum(axis=0), elsewhere.sum(axis=0)]))


def _around(
    sites: Sites, places: Integers, kernel: _Kernel, *, pool: ThreadPoolExecutor | None = None
) -> _Around:
    """Weight of all firms around some places."""
    every = np.arange(len(sites.points))

    def part(rows: Integers) -> Floats:
        return _sums(sites, kernel, every, rows)

    sums = np.zeros((len(every), len(sites.distances)))
    blocks = [places[at : at + _BLOCK] for at in range(0, len(places), _BLOCK)]
    for rows, found in zip(blocks, (map if pool is None else pool.map)(part, blocks), strict=True):
        sums[rows] = found
    lonely = np.zeros(len(every), dtype=np.bool_)
    lonely[places] = (sums[places] < kernel.least * sites.weights.sum()).any(axis=1)
    alone = np.flatnonzero(lonely)
    sums[alone] = _sums(sites, _whole(kernel), every, alone)
    return _Around(sums, lonely)


def _whole(kernel: _Kernel) -> _Kernel:
    # Beyond 39 bandwidths a Gaussian is 0 as a number.
    return kernel._replace(reach=39.0, table=None)


def _sums(sites: Sites, kernel: _Kernel, chosen: Integers, rows: Integers) -> Floats:
    """Weight of the chosen firms around some places: rows x distances."""
    from geo.concentration.distance._neighbour_kernels import kernel_sums, tabulated_kernel_sums

    if kernel.table is not None:
        width = kernel.h / _BINS_PER_BANDWIDTH
        return tabulated_kernel_sums(sites.points, sites.weights, chosen, rows, kernel.table, width)
    return kernel_sums(
        sites.points, sites.weights, chosen, rows, sites.distances, kernel.h, kernel.reach
    )
