r"""Duranton and Overman's K_d: the density of distances between the firms of an industry.

Here belong the density of distances between the firms of an industry (or two) and its test against
firms at places drawn from all occupied sites. How wide its kernel is belongs to `bandwidth`,
comparing whole curves to `envelopes`, the plane to `projection`, the raster to `bandwidth`, the
compiled loops to `_distance_kernels`.

**How it is computed.** The distances go into a fine histogram, which is then smoothed. The
histogram comes from all pairs (`method="pairs"`: time grows with the square of the firms), or,
without looking at pairs, from the autocorrelation of a raster by fast Fourier transform
(`method="raster"`: time grows with the firms and, since a shrinking bandwidth asks for a finer
raster, a little more). Both spread a value over the bins (nodes) around it, which leaves means
unchanged and adds a known variance, b²/6 for a histogram of bin b and a²/3 along each axis for a
raster of cell a. The kernel is made narrower by just that and, since a blur across the line of two
points makes them seem farther apart, :math:`\tfrac16 a^2 g'(\rho) / \rho` is taken off it.

**Error.** With no correction, and where nothing averages out, :math:`|\Delta K_d(d)|` would be at
most :math:`\tfrac14 a^2 (0.97 / h^2 + 0.8 / (h d))` times the largest density near d with a raster,
and :math:`0.13\, b^2 / h^2` times it with pairs. With a = h / 2.5 and b = h / 64 that is 4 % and
3e-5: the bound for sites that stand against the raster, on a lattice of its own spacing. For sites
spread over a country the corrections leave 1e-3 and 1e-7 of it (`benchmarks/distances.py`).
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np

from geo.concentration.distance.bandwidth import (
    Raster,
    as_distances,
    as_points,
    as_weights,
    original_bandwidth,
    raster_histogram,
    raster_of,
)
from geo.concentration.distance.envelopes import Alternative, Envelope, global_envelope
from geo.errors import GeoError, InvalidCountsError

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]
    Integers = npt.NDArray[np.int64]

__all__ = ["DensityTest", "distance_density", "distance_density_test"]

Method = Literal["auto", "pairs", "raster"]

_BINS_PER_BANDWIDTH = 64
_CELLS_PER_BANDWIDTH = 2.5
# Beyond six bandwidths a Gaussian is below 1e-8 of its top.
_TAIL = 6.0
_LARGEST_RASTER = 4096**2


class DensityTest(NamedTuple):
    """K_d of an industry beside that of firms at places drawn from all sites."""

    density: Floats
    """K_d, per unit of distance, shape (n_distances,)."""
    envelope: Envelope
    """Global envelope and p; `above` is localisation, `below` dispersion, at each distance."""
    bandwidth: float
    """Standard deviation of the kernel, in the unit of the sites."""
    method: str
    """"pairs" or "raster"."""


def distance_density(
    points: npt.ArrayLike,
    distances: npt.ArrayLike,
    *,
    weights: npt.ArrayLike | None = None,
    others: npt.ArrayLike | None = None,
    other_weights: npt.ArrayLike | None = None,
    bandwidth: float | None = None,
) -> Floats:
    r"""Density of the distances between firms.

    .. math:: K_d(d) = \frac{\sum_{i<j} e_i e_j \bigl[ \varphi_h(d - d_{ij}) +
       \varphi_h(d + d_{ij}) \bigr]}{\sum_{i<j} e_i e_j}

    with the Gaussian density :math:`\varphi_h` of standard deviation h; its second term reflects at
    0 what the first lays below. It integrates to 1 over all distances. With `others` the sums run
    over all pairs of one firm of each set. Pairs on one place count, at distance 0.

    Parameters
    ----------
    points : array_like of float, shape (n, 2)
        Firms on a plane (see `geo.concentration.distance.projection`); finite.
    distances : array_like of float, shape (n_distances,)
        Where the density is wanted, in the unit of the points; finite and not negative.
    weights : array_like of float, shape (n,), optional
        Jobs of each firm, finite and not negative; one each where not given.
    others : array_like of float, shape (m, 2), optional
        Firms of another industry.
    other_weights : array_like of float, shape (m,), optional
        Their jobs.
    bandwidth : float, optional
        h; by default `original_bandwidth` with the largest distance as its reach.

    Returns
    -------
    ndarray of float64, shape (n_distances,)
        Per unit of distance; NaN without a pair of positive weight. Within 2e-6 of the formula, as
        a share of the largest density.

    Raises
    ------
    InvalidCountsError
        If shapes do not fit, or a value is negative or not finite.
    GeoError
        If the bandwidth is not positive.

    References
    ----------
    .. [1] Duranton, G. & Overman, H. G. (2005). Testing for localization using micro-geographic
       data. Review of Economic Studies 72(4), 1077-1106, eq. 1.

    Examples
    --------
    Two firms 10 km apart, looked at from there: the top of the kernel, 0.398942 / 2.

    >>> distance_density([[0, 0], [6, 8]], [10, 12], bandwidth=2).round(6)
    array([0.199471, 0.120985])
    """
    from geo.concentration.distance._distance_kernels import pair_histogram, two_set_histogram

    x, d = as_points(points, "points"), as_distances(distances)
    w = as_weights(weights, len(x))
    second = None if others is None else as_points(others, "others")
    if len(x) * len(x if second is None else second) == 0 or (second is None and len(x) == 1):
        return np.full(len(d), np.nan)
    h = _bandwidth(bandwidth, x, d, others=second)
    # A single curve can afford finer bins than one of a thousand.
    width = h / (4 * _BINS_PER_BANDWIDTH)
    bins = _bins(d, h, width)
    order = np.lexsort(x.T[::-1])
    if second is None:
        sums = pair_histogram(x[order], w[order], width, bins)
        total = (w.sum() ** 2 - (w**2).sum()) / 2
    else:
        v = as_weights(other_weights, len(second))
        sums = two_set_histogram(x, w, second, v, width, bins)
        total = w.sum() * v.sum()
    return _smoothed(sums, d, h=h, width=width, total=total)


def distance_density_test(
    sites: npt.ArrayLike,
    members: npt.ArrayLike,
    distances: npt.ArrayLike,
    *,
    seed: int,
    weights: npt.ArrayLike | None = None,
    draws: int = 999,
    bandwidth: float | None = None,
    level: float = 0.05,
    alternative: Alternative = "two-sided",
    method: Method = "auto",
    threads: int = 1,
) -> DensityTest:
    """K_d of an industry, tested against the places of all firms.

    Its firms are moved, `draws` times, to sites drawn without replacement from all occupied sites;
    their jobs come along in random order. The kernel stays that of the observed industry. Firms
    stacked on one geocode are as many sites on one place, for the industry and the draws alike.

    Parameters
    ----------
    sites : array_like of float, shape (n_sites, 2)
        Where firms of any industry are, on a plane, one row per firm; finite.
    members : array_like of bool, shape (n_sites,)
        Which of them belong to the industry.
    distances : array_like of float, shape (n_distances,)
        In the unit of the sites; finite and not negative. Duranton and Overman stop at the median
        distance of all pairs: what is common below must be rare above.
    seed : int
        Start of the random numbers. Each draw has its own, so neither the threads nor the order of
        the sites changes a result.
    weights : array_like of float, shape (n_sites,), optional
        Jobs; those of the members are used. One each where not given.
    draws : int, default 999
        Counterfactual industries.
    bandwidth : float, optional
        By default `original_bandwidth` of the members.
    level, alternative
        As in `geo.concentration.distance.envelopes.global_envelope`; "greater" asks for
        localisation only.
    method : {"auto", "pairs", "raster"}, default "auto"
        How distances are counted; "auto" takes what is faster.
    threads : int, default 1
        Draws worked on at the same time.

    Returns
    -------
    DensityTest
        Density, envelope and p.

    Raises
    ------
    InvalidCountsError
        If shapes do not fit, a value is negative or not finite, or fewer than two members have
        weight.
    GeoError
        If `draws` is below 1 / level - 1, the bandwidth is not positive, `method` is unknown, or a
        raster was asked for that would need over 4096 x 4096 nodes.

    References
    ----------
    .. [1] Duranton, G. & Overman, H. G. (2005). Testing for localization using micro-geographic
       data. Review of Economic Studies 72(4), 1077-1106, sections 3.2 and 3.3.

    Examples
    --------
    Fifty firms in a row, a kilometre apart; the industry is the ten in the middle.

    >>> row = np.column_stack([np.arange(50.0), np.zeros(50)])
    >>> middle = np.isin(np.arange(50), np.arange(20, 30))
    >>> result = distance_density_test(row, middle, np.arange(0, 20), seed=1, draws=99)
    >>> result.envelope.p, bool(result.envelope.above[2] > 0)
    (0.01, True)
    """
    x, d, member = as_points(sites, "sites"), as_distances(distances), np.asarray(members)
    w = as_weights(weights, len(x))
    if member.shape != (len(x),) or member.dtype != np.bool_:
        message = f"`members` must be true or false for each of {len(x)} sites."
        raise InvalidCountsError(message)
    if (w[member] > 0).sum() < 2:
        message = "An industry needs two firms with weight to have a distance: it has fewer."
        raise InvalidCountsError(message)
    order = np.lexsort([w, member, x[:, 1], x[:, 0]])
    x, member, w = x[order], member[order], w[order]
    h = _bandwidth(bandwidth, x[member], d)
    raster = _raster(x, d, h=h, firms=int(member.sum()), method=method)
    curves = _curves(x, member, d, w=w, h=h, draws=draws, seed=seed, raster=raster, threads=threads)
    envelope = global_envelope(curves[0], curves[1:], level=level, alternative=alternative)
    return DensityTest(curves[0], envelope, h, "pairs" if raster is None else "raster")


def _curves(
    x: Floats,
    member: npt.NDArray[np.bool_],
    d: Floats,
    *,
    w: Floats,
    h: float,
    draws: int,
    seed: int,
    raster: Raster | None,
    threads: int,
) -> Floats:
    """K_d of the industry in row 0, and of each draw below."""
    from geo.concentration.distance._distance_kernels import pair_histogram

    width = h / _BINS_PER_BANDWIDTH
    bins = _bins(d, h, width)
    jobs = np.sort(w[member])
    alike = bool(jobs[0] == jobs[-1])
    cell = 0.0 if raster is None else raster.cell
    kernel = _kernel(d, bins, h=h, width=width, cell=cell)
    kernel /= (jobs.sum() ** 2 - (jobs**2).sum()) / 2

    def curve(draw: int) -> Floats:
        if draw == 0:
            chosen, carried = np.flatnonzero(member), w[member]
        else:
            rng = np.random.default_rng([seed, draw])
            picked = rng.choice(len(x), len(jobs), replace=False, shuffle=False)
            chosen, carried = np.sort(picked), jobs if alike else rng.permutation(jobs)
        if raster is None:
            sums = pair_histogram(x[chosen], carried, width, bins)
        else:
            sums = raster_histogram(raster, chosen, carried, width=width, bins=bins)
        density: Floats = kernel @ sums
        return density

    with ThreadPoolExecutor(threads) as pool:
        return np.array(list(pool.map(curve, range(draws + 1))))


def _raster(x: Floats, d: Floats, *, h: float, firms: int, method: Method) -> Raster | None:
    """Raster for the sites if that is asked for, or faster than all pairs."""
    if method not in ("auto", "pairs", "raster"):
        message = f"`method` must be auto, pairs or raster: it is {method!r}."
        raise GeoError(message)
    if method == "pairs":
        return None
    raster = raster_of(x, h / _CELLS_PER_BANDWIDTH, float(d.max()) + _TAIL * h)
    nodes = raster.padded[0] * raster.padded[1]
    if method == "raster" and nodes > _LARGEST_RASTER:
        message = (
            f"A bandwidth of {h:g} asks for a raster of {nodes:.3g} nodes, over 4096 x 4096: "
            "use method='pairs' or a wider bandwidth."
        )
        raise GeoError(message)
    # A node takes about as long as five pairs.
    slower = firms**2 / 2 < 5 * nodes
    return None if method == "auto" and (slower or nodes > _LARGEST_RASTER) else raster


def _smoothed(sums: Floats, d: Floats, *, h: float, width: float, total: float) -> Floats:
    """Density at the distances, from a histogram of pairs."""
    if not total > 0:
        return np.full(len(d), np.nan)
    density: Floats = _kernel(d, len(sums), h=h, width=width) @ sums / total
    return density


def _kernel(d: Floats, bins: int, *, h: float, width: float, cell: float = 0.0) -> Floats:
    """Gaussian density of each distance around each bin, reflected at 0: distances x bins.

    Without what bins and cells have blurred already.
    """
    variance = h**2 - width**2 / 6 - cell**2 / 3
    at, d = np.arange(bins) * width, d[:, None]
    top = 1 / np.sqrt(2 * np.pi * variance)
    near = top * np.exp(-((d - at) ** 2) / (2 * variance))
    mirrored = top * np.exp(-((d + at) ** 2) / (2 * variance))
    kernel: Floats = near + mirrored
    if cell:
        slope = ((d - at) * near - (d + at) * mirrored) / variance
        # At 0 the slope over the distance is the second derivative.
        slope[:, 1:] /= at[1:]
        slope[:, 0] = 2 * near[:, 0] * (d[:, 0] ** 2 / variance - 1) / variance
        kernel -= slope * cell**2 / 6
    return kernel


def _bins(d: Floats, h: float, width: float) -> int:
    """Bins from 0 to where the kernel around the largest distance has ended."""
    return int((float(d.max()) + _TAIL * h) / width) + 2


def _bandwidth(
    bandwidth: float | None, x: Floats, d: Floats, *, others: Floats | None = None
) -> float:
    if bandwidth is None:
        return original_bandwidth(x, reach=float(d.max()), others=others)
    if not 0 < bandwidth < np.inf:
        message = f"`bandwidth` must be positive: it is {bandwidth}."
        raise GeoError(message)
    return bandwidth
