"""Distances between many points: the compiled kernels behind K_d.

Here belong the loops over pairs of points and over the lags of a raster, and nothing else; what the
sums mean is in `duranton_overman`, sums around points are in `_neighbour_kernels`. Import this
module inside functions: it compiles on first use (kept on disk afterwards).

Histograms are linear: a pair at distance d between the bins k and k + 1 of one width adds to both,
in inverse proportion to how far it is from each. Points on a raster are spread over the four
surrounding nodes in the same way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geo.compiled import njit

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]
    Singles = npt.NDArray[np.float32]
    Integers = npt.NDArray[np.int64]

__all__ = [
    "deposit",
    "lag_histogram",
    "pair_histogram",
    "two_set_histogram",
]


@njit(cache=True, nogil=True)
def pair_histogram(points: Floats, weights: Floats, width: float, bins: int) -> Floats:
    """Sum of weight products of all pairs at each distance, up to the last bin.

    Parameters
    ----------
    points : ndarray of float64, shape (n, 2)
        In ascending order of the first coordinate.
    weights : ndarray of float64, shape (n,)
        Of each point.
    width : float
        Distance between bins, in the unit of the points.
    bins : int
        Number of bins; the first is at distance 0.

    Returns
    -------
    ndarray of float64, shape (bins,)
        Pairs farther than the last bin are left out.
    """
    sums = np.zeros(bins)
    scale = 1.0 / width
    limit = bins - 1.0
    reach = limit * width
    for i in range(len(points)):
        for j in range(i + 1, len(points)):
            across = points[j, 0] - points[i, 0]
            if across > reach:
                break
            along = points[j, 1] - points[i, 1]
            at = np.sqrt(across * across + along * along) * scale
            if at < limit:
                k = int(at)
                product = weights[i] * weights[j]
                upper = (at - k) * product
                sums[k] += product - upper
                sums[k + 1] += upper
    return sums


@njit(cache=True, nogil=True)
def two_set_histogram(
    points: Floats, weights: Floats, others: Floats, other_weights: Floats, width: float, bins: int
) -> Floats:
    """As `pair_histogram`, over the pairs of one point of each set, in any order."""
    sums = np.zeros(bins)
    scale = 1.0 / width
    limit = bins - 1.0
    for i in range(len(points)):
        for j in range(len(others)):
            across = others[j, 0] - points[i, 0]
            along = others[j, 1] - points[i, 1]
            at = np.sqrt(across * across + along * along) * scale
            if at < limit:
                k = int(at)
                product = weights[i] * other_weights[j]
                upper = (at - k) * product
                sums[k] += product - upper
                sums[k + 1] += upper
    return sums


@njit(cache=True, nogil=True)
def deposit(raster: Singles, nodes: Floats, chosen: Integers, weights: Floats, own: Floats) -> None:
    """Spread points over the four nodes around each.

    Parameters
    ----------
    raster : ndarray of float32, shape (rows, columns)
        Changed: zeroed, then the weights at its nodes.
    nodes : ndarray of float64, shape (n_sites, 2)
        Column and row of each site, with fractions.
    chosen : ndarray of int64, shape (n,)
        Sites that are taken.
    weights : ndarray of float64, shape (n,)
        Of each point that takes a site.
    own : ndarray of float64, shape (3, 3)
        Changed: what every point's own four nodes add to the autocorrelation at lags of -1 to 1
        (row, column), which is no pair and has to go.
    """
    raster[:] = 0.0
    own[:] = 0.0
    for k in range(len(chosen)):
        site, weight = chosen[k], weights[k]
        column, row = int(nodes[site, 0]), int(nodes[site, 1])
        right, up = nodes[site, 0] - column, nodes[site, 1] - row
        raster[row, column] += weight * (1 - right) * (1 - up)
        raster[row, column + 1] += weight * right * (1 - up)
        raster[row + 1, column] += weight * (1 - right) * up
        raster[row + 1, column + 1] += weight * right * up
        square = weight * weight
        side_x, side_y = right * (1 - right), up * (1 - up)
        centre_x, centre_y = 1 - 2 * side_x, 1 - 2 * side_y
        own[1, 1] += square * centre_x * centre_y
        for end in (0, 2):
            own[1, end] += square * side_x * centre_y
            own[end, 1] += square * centre_x * side_y
            own[end, 0] += square * side_x * side_y
            own[end, 2] += square * side_x * side_y


@njit(cache=True, nogil=True)
def lag_histogram(
    correlation: Singles, own: Floats, cell: float, width: float, bins: int
) -> Floats:
    """Sum of weight products at each distance, from the autocorrelation of a raster.

    Parameters
    ----------
    correlation : ndarray of float32, shape (n_lags, columns)
        At lags of 0, 1, ... rows; columns wrap around (the last is lag -1).
    own : ndarray of float64, shape (3, 3)
        As left by `deposit`; taken off.
    cell : float
        Distance between nodes.
    width, bins
        As in `pair_histogram`.

    Returns
    -------
    ndarray of float64, shape (bins,)
        Every pair once.
    """
    sums = np.zeros(bins)
    limit = bins - 1.0
    scale = cell / width
    rows, columns = correlation.shape
    reach = int(limit / scale) + 1
    for row in range(min(rows, reach + 1)):
        for column in range(-min(reach, columns // 2), min(reach, (columns - 1) // 2) + 1):
            # A lag and its opposite hold the same pairs: half of the plane is enough.
            if row == 0 and column < 0:
                continue
            at = np.sqrt(float(row * row + column * column)) * scale
            if at >= limit:
                continue
            here = float(correlation[row, column])
            if row <= 1 and -1 <= column <= 1:
                here -= own[1 + row, 1 + column]
            if row == 0 and column == 0:
                here *= 0.5
            k = int(at)
            upper = (at - k) * here
            sums[k] += here - upper
            sums[k + 1] += upper
    return sums
