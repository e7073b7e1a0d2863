"""How wide the kernel is that smooths distances between firms.

Here belongs the bandwidth that follows from the distances themselves. The densities that it smooths
belong to `duranton_overman` and `relative_density`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from geo.errors import GeoError, InvalidCountsError

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]

    Integers = npt.NDArray[np.int64]


__all__ = ["original_bandwidth"]


def as_points(points: npt.ArrayLike, name: str) -> Floats:
    """Return points as finite rows of x and y."""
    x = np.asarray(points, dtype=np.float64)
    if x.ndim != 2 or x.shape[1] != 2 or not np.isfinite(x).all():
        message = f"`{name}` must be finite, with two columns: its shape is {x.shape}."
        raise InvalidCountsError(message)
    return np.ascontiguousarray(x)


def as_distances(distances: npt.ArrayLike) -> Floats:
    """Return distances, of which at least one is positive and none negative."""
    d = np.asarray(distances, dtype=np.float64)
    if d.ndim != 1 or not len(d) or not np.isfinite(d).all() or d.min() < 0 or d.max() == 0:
        message = "`distances` must be one-dimensional, finite, not negative, and one positive."
        raise InvalidCountsError(message)
    return d


def as_weights(weights: npt.ArrayLike | None, n: int) -> Floats:
    """Return one weight for each of n points; ones where none are given."""
    if weights is None:
        return np.ones(n)
    w = np.asarray(weights, dtype=np.float64)
    if w.shape != (n,) or not np.isfinite(w).all() or (w < 0).any():
        message = f"Weights must be {n} finite numbers, not negative."
        raise InvalidCountsError(message)
    return w


class Raster(NamedTuple):
    """Where sites stand on a raster, and how it is transformed."""

    nodes: Floats
    cell: float
    shape: tuple[int, int]
    padded: tuple[int, int]
    lags: int


def raster_of(x: Floats, cell: float, reach: float) -> Raster:
    """Sites on a raster of this cell, padded so that no lag within reach wraps around."""
    from scipy.fft import next_fast_len

    nodes = (x - x.min(axis=0)) / cell
    columns, rows = (int(side) + 2 for side in nodes.max(axis=0))
    lags = int(reach / cell) + 2
    padded = (
        int(next_fast_len(rows + min(lags, rows))),
        int(next_fast_len(columns + min(lags, columns), real=True)),
    )
    return Raster(nodes, cell, (rows, columns), padded, lags)


def raster_histogram(
    raster: Raster, chosen: Integers, weights: Floats, *, width: float, bins: int
) -> Floats:
    """Histogram of distances between points at chosen sites, from the raster's autocorrelation."""
    from scipy import fft

    from geo.concentration.distance._distance_kernels import deposit, lag_histogram

    here = np.empty(raster.shape, dtype=np.float32)
    own = np.empty((3, 3))
    deposit(here, raster.nodes, chosen, weights, own)
    rows, columns = raster.padded
    # Rows of zeros need no transform along them, lags out of reach none back.
    spectrum = fft.fft(fft.rfft(here, columns, axis=1), rows, axis=0, overwrite_x=True)
    power = spectrum.real**2 + spectrum.imag**2
    lagged = fft.ifft(power, axis=0)[: min(raster.lags, raster.shape[0])]
    correlation = np.asarray(fft.irfft(lagged, columns, axis=1), dtype=np.float32)
    return lag_histogram(correlation, own, raster.cell, width, bins)


_EXACT_POINTS = 3000


def original_bandwidth(
    points: npt.ArrayLike, *, reach: float, others: npt.ArrayLike | None = None
) -> float:
    r"""Bandwidth of K_d by Silverman's rule, from the distances up to twice the reach.

    .. math:: h = 0.9\, \min\Bigl(s, \frac{q_{75} - q_{25}}{1.34}\Bigr)\, N^{-1/5}

    with the standard deviation s and the quartiles of the N distances between firms that are at
    most 2 `reach`; R's `bw.nrd0` gives the same, and the package dbmss takes it as 'Original'. The
    pairs are not weighted. Above 3,000 firms the distances are taken from a histogram, above 20,000
    from a raster of 1,024 nodes along the longer side, which changes h by less than 1 %.

    Parameters
    ----------
    points : array_like of float, shape (n, 2)
        Firms on a plane; finite.
    reach : float
        Largest distance of interest, in the unit of the points; positive.
    others : array_like of float, shape (m, 2), optional
        Firms of another industry: distances between the two.

    Returns
    -------
    float
        In the unit of the points.

    Raises
    ------
    InvalidCountsError
        If shapes do not fit, or a value is not finite.
    GeoError
        If there are fewer than two different distances in reach, so that nothing tells a bandwidth.

    References
    ----------
    .. [1] Silverman, B. W. (1986). Density Estimation for Statistics and Data Analysis. Eq. 3.31.

    Examples
    --------
    Distances of 1, 2 and 3: s = 1, and 1 / 1.34 between the quartiles 1.5 and 2.5, so
    0.9 x 0.746269 / 3 ** 0.2.

    >>> round(original_bandwidth([[0, 0], [1, 0], [3, 0]], reach=10), 6)
    0.539155
    """
    x = as_points(points, "points")
    second = None if others is None else as_points(others, "others")
    many = len(x) if second is None else int(np.sqrt(len(x) * len(second)))
    if many > _EXACT_POINTS and second is None:
        spread, count = _spread_of_histogram(x, 2 * reach, many=many)
    else:
        spread, count = _spread_of_pairs(x, second, 2 * reach)
    if not spread > 0:
        message = (
            f"Nothing tells a bandwidth: {count} distance(s) within {2 * reach:g}, not two "
            "different ones; pass `bandwidth`."
        )
        raise GeoError(message)
    return float(0.9 * spread * count**-0.2)


def _spread_of_pairs(x: Floats, second: Floats | None, limit: float) -> tuple[float, int]:
    """Smaller of standard deviation and scaled quartile range of the distances, and their number.

    R's rule, where all quartiles agree, is the standard deviation alone.
    """
    from scipy.spatial.distance import cdist, pdist

    apart = pdist(x) if second is None else cdist(x, second).ravel()
    apart = np.sort(apart[apart <= limit])
    if len(apart) < 2:
        return 0.0, len(apart)
    deviation = float(apart.std(ddof=1))
    quartiles = np.percentile(apart, [25, 75])
    return min(deviation, float(np.ptp(quartiles)) / 1.34) or deviation, len(apart)


def _spread_of_histogram(x: Floats, limit: float, *, many: int) -> tuple[float, int]:
    """As `_spread_of_pairs`, for many points."""
    from geo.concentration.distance._distance_kernels import pair_histogram

    x = x[np.lexsort(x.T[::-1])]
    extent = float(np.ptp(x, axis=0).max())
    limit = min(limit, extent * np.sqrt(2))
    if extent == 0:
        return 0.0, 0
    bins, ones = 2**13, np.ones(len(x))
    width = limit / (bins - 2)
    blur = width**2 / 6
    if many <= 20_000:
        sums = pair_histogram(x, ones, width, bins)
    else:
        raster = raster_of(x, extent / 1023, limit)
        sums = raster_histogram(raster, np.arange(len(x)), ones, width=width, bins=bins)
        blur += raster.cell**2 / 3
    at, count = np.arange(bins) * width, float(sums.sum())
    mean = float(sums @ at) / count
    deviation = np.sqrt(max(float(sums @ (at - mean) ** 2) / count - blur, 0.0))
    # Half of a bin's pairs are below its middle.
    below = (np.cumsum(sums) - sums / 2) / count
    quartiles = np.interp([0.25, 0.75], below, at)
    return min(deviation, float(np.ptp(quartiles)) / 1.34) or deviation, round(count)
