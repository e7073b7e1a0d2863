"""Sums over the neighbours of many points: the compiled kernels behind M and m.

Here belong the loops over neighbours and nothing else; what the sums mean is in `marcon_puech` and
`relative_density`. Import this module inside functions: it compiles on first use (kept on disk
afterwards).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geo.compiled import njit

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]
    Integers = npt.NDArray[np.int64]

__all__ = [
    "kernel_sums",
    "local_ratio_sums",
    "neighbour_table",
    "pair_ratio_sums",
    "place_shares",
    "tabulated_kernel_sums",
]


@njit(cache=True, nogil=True)
def neighbour_table(
    points: Floats, squared: Floats, rows: Integers, counts: Integers, found: npt.NDArray[np.int32]
) -> None:
    """Neighbours of some points, sorted into rings; twice: to count, then to fill.

    Parameters
    ----------
    points : ndarray of float64, shape (n, 2)
        In ascending order of the first coordinate.
    squared : ndarray of float64, shape (n_rings,)
        Outer radius of each ring, squared, ascending; the first ring is a disc.
    rows : ndarray of int64, shape (n_rows,)
        Points whose neighbours are looked for; a point is not its own.
    counts : ndarray of int64, shape (n_rows, n_rings + 1)
        If `found` is empty, changed: neighbours in each ring (last column unused). Otherwise
        where each ring begins in `found`.
    found : ndarray of int32, shape (n_found,) or (0,)
        Changed: the neighbours.
    """
    rings = len(squared)
    reach = np.sqrt(squared[rings - 1]) * (1 + 1e-12)
    place = np.zeros(rings, dtype=np.int64)
    for k in range(len(rows)):
        i = rows[k]
        if len(found):
            place[:] = counts[k, :rings]
        for step in (-1, 1):
            j = i + step
            while 0 <= j < len(points):
                across = points[j, 0] - points[i, 0]
                if abs(across) > reach:
                    break
                along = points[j, 1] - points[i, 1]
                distance = across * across + along * along
                if distance <= squared[rings - 1]:
                    ring = np.searchsorted(squared, distance)
                    if len(found):
                        found[place[ring]] = j
                        place[ring] += 1
                    else:
                        counts[k, ring] += 1
                j += step


@njit(cache=True, nogil=True)
def local_ratio_sums(
    begins: Integers,
    found: npt.NDArray[np.int32],
    rows: Integers,
    references: Integers,
    same: Floats,
    every: Floats,
    expected: Floats,
) -> Floats:
    """Sums over reference points of the share of a type among neighbours, and of what it would be.

    Parameters
    ----------
    begins, found : ndarray
        As left by `neighbour_table`.
    rows : ndarray of int64, shape (n_references,)
        Row of each reference point in `begins`.
    references : ndarray of int64, shape (n_references,)
        The reference points.
    same, every : ndarray of float64, shape (n,)
        Weight of each point as a neighbour of the type, and as any neighbour.
    expected : ndarray of float64, shape (n,)
        Share of the type elsewhere, of each reference point.

    Returns
    -------
    ndarray of float64, shape (2, n_rings)
        Sums of observed and expected shares over the points that have neighbours.
    """
    rings = begins.shape[1] - 1
    sums = np.zeros((2, rings))
    for k in range(len(references)):
        row, i = rows[k], references[k]
        of_type, of_all = 0.0, 0.0
        for ring in range(rings):
            for at in range(begins[row, ring], begins[row, ring + 1]):
                j = found[at]
                of_type += same[j]
                of_all += every[j]
            if of_all > 0:
                sums[0, ring] += of_type / of_all
                sums[1, ring] += expected[i]
    return sums


@njit(cache=True, nogil=True)
def kernel_sums(
    points: Floats,
    weights: Floats,
    chosen: Integers,
    rows: Integers,
    distances: Floats,
    bandwidth: float,
    reach: float,
) -> Floats:
    """Sum of weights around each of some points, by a Gaussian kernel at each distance.

    Parameters
    ----------
    points : ndarray of float64, shape (n, 2)
        In ascending order of the first coordinate.
    weights : ndarray of float64, shape (n,)
        Of each point.
    chosen : ndarray of int64, shape (n_chosen,)
        Points that are summed, ascending.
    rows : ndarray of int64, shape (n_rows,)
        Points around which is summed; a point is not its own neighbour.
    distances : ndarray of float64, shape (n_distances,)
        Where the kernel stands, ascending.
    bandwidth : float
        Its standard deviation; its top is 1.
    reach : float
        Bandwidths beyond which the kernel counts as nothing.

    Returns
    -------
    ndarray of float64, shape (n_rows, n_distances)
        In the unit of the weights.
    """
    sums = np.zeros((len(rows), len(distances)))
    first = points[chosen, 0]
    farthest = distances[-1] + reach * bandwidth
    for k in range(len(rows)):
        i = rows[k]
        at = np.searchsorted(first, points[i, 0] - farthest)
        while at < len(chosen):
            j = chosen[at]
            at += 1
            across = points[j, 0] - points[i, 0]
            if across > farthest:
                break
            if j == i or abs(points[j, 1] - points[i, 1]) > farthest:
                continue
            along = points[j, 1] - points[i, 1]
            apart = np.sqrt(across * across + along * along)
            for d in range(len(distances)):
                steps = (distances[d] - apart) / bandwidth
                if -reach <= steps <= reach:
                    sums[k, d] += weights[j] * np.exp(-0.5 * steps * steps)
    return sums


@njit(cache=True, nogil=True)
def tabulated_kernel_sums(
    points: Floats,
    weights: Floats,
    chosen: Integers,
    rows: Integers,
    table: Floats,
    width: float,
) -> Floats:
    """As `kernel_sums`, with a kernel read from a table, linear between its rows.

    Parameters
    ----------
    points, weights, chosen, rows
        As in `kernel_sums`.
    table : ndarray of float64, shape (n_bins, n_distances)
        Kernel between each distance and firms 0, `width`, 2 `width`, ... apart; nothing beyond.
    width : float
        In the unit of the points.

    Returns
    -------
    ndarray of float64, shape (n_rows, n_distances)
        In the unit of the weights.
    """
    bins, distances = table.shape
    sums = np.zeros((len(rows), distances))
    first = points[chosen, 0]
    farthest, scale = (bins - 1) * width, 1.0 / width
    for k in range(len(rows)):
        i = rows[k]
        at = np.searchsorted(first, points[i, 0] - farthest)
        while at < len(chosen):
            j = chosen[at]
            at += 1
            across = points[j, 0] - points[i, 0]
            if across > farthest:
                break
            along = points[j, 1] - points[i, 1]
            place = np.sqrt(across * across + along * along) * scale
            if j == i or place >= bins - 1:
                continue
            row = int(place)
            upper = (place - row) * weights[j]
            lower = weights[j] - upper
            for d in range(distances):
                sums[k, d] += lower * table[row, d] + upper * table[row + 1, d]
    return sums


@njit(cache=True, nogil=True)
def pair_ratio_sums(
    points: Floats, weights: Floats, group: Integers, groups: int, radius: float
) -> tuple[Floats, Floats]:
    """Sums over the points of each group of every group's share within a radius.

    Parameters
    ----------
    points : ndarray of float64, shape (n, 2)
        In ascending order of the first coordinate.
    weights : ndarray of float64, shape (n,)
        Of each point.
    group : ndarray of int64, shape (n,)
        Group of each point, from 0 on.
    groups : int
        Number of groups.
    radius : float
        In the unit of the points.

    Returns
    -------
    sums : ndarray of float64, shape (groups, groups)
        Around the points of a group (row), shares of a group (column).
    expected : ndarray of float64, shape (groups, 2)
        Over the points that have neighbours with weight: sums of 1 / (W - w) and of w / (W - w),
        with W all weights.
    """
    sums, expected = np.zeros((groups, groups)), np.zeros((groups, 2))
    around, met = np.zeros(groups), np.zeros(groups, dtype=np.int64)
    total, squared = weights.sum(), radius * radius
    reach = radius * (1 + 1e-12)
    for i in range(len(points)):
        kinds, of_all = 0, 0.0
        for step in (-1, 1):
            j = i + step
            while 0 <= j < len(points):
                across = points[j, 0] - points[i, 0]
                if abs(across) > reach:
                    break
                along = points[j, 1] - points[i, 1]
                if across * across + along * along <= squared and weights[j] > 0:
                    if around[group[j]] == 0:
                        met[kinds] = group[j]
                        kinds += 1
                    around[group[j]] += weights[j]
                    of_all += weights[j]
                j += step
        for k in range(kinds):
            sums[group[i], met[k]] += around[met[k]] / of_all
            around[met[k]] = 0.0
        if kinds:
            expected[group[i], 0] += 1 / (total - weights[i])
            expected[group[i], 1] += weights[i] / (total - weights[i])
    return sums, expected


@njit(cache=True, nogil=True)
def place_shares(points: Floats, rows: Integers, radius: float) -> Floats:
    """What each place is of the neighbours of some points, summed over them.

    Parameters
    ----------
    points : ndarray of float64, shape (n, 2)
        In ascending order of the first coordinate.
    rows : ndarray of int64, shape (n_rows,)
        Points whose neighbours are looked for; a point is not its own.
    radius : float
        In the unit of the points.

    Returns
    -------
    ndarray of float64, shape (n,)
        Sum, over the rows within the radius of a place, of 1 / their neighbours.
    """
    shares = np.zeros(len(points))
    near = np.empty(len(points), dtype=np.int64)
    squared, reach = radius * radius, radius * (1 + 1e-12)
    for i in rows:
        found = 0
        for step in (-1, 1):
            j = i + step
            while 0 <= j < len(points):
                across = points[j, 0] - points[i, 0]
                if abs(across) > reach:
                    break
                along = points[j, 1] - points[i, 1]
                if across * across + along * along <= squared:
                    near[found] = j
                    found += 1
                j += step
        for k in range(found):
            shares[near[k]] += 1.0 / found
    return shares
