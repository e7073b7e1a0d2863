"""Compiled loops of `permutation`; imported only where they run, so that nothing compiles earlier.

Kept on disk after the first call. They run on one thread and count whole numbers, so that figures
do not depend on the machine. Whoever calls them checks what goes in; they check nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]
    Integers = npt.NDArray[np.int64]

__all__ = ["cross_products", "lag_counts", "squared_difference_counts"]


@njit(cache=True, nogil=True)
def lag_counts(
    value: Floats,
    units: Integers,
    indptr: Integers,
    weights: Floats,
    drawn: Floats,
    exchange: tuple[Integers, Integers, Integers, Integers],
    bounds: tuple[Floats, Floats],
) -> tuple[Integers, Integers]:  # pragma: no cover - compiled
    """Tails of the weighted sum over neighbours for some `units`.

    `drawn` has shape (places, permutations). `exchange` says from where to where (by unit) its
    three other arrays tell the replicate, the place and the spare of a unit that met itself.
    """
    starts, replicate, place, spare = exchange
    low, high = bounds
    permutations = drawn.shape[1]
    sums = np.empty(permutations)
    at_least = np.empty(len(units), dtype=np.int64)
    at_most = np.empty(len(units), dtype=np.int64)
    for position in range(len(units)):
        i = units[position]
        first = indptr[i]
        sums[:] = 0.0
        for p in range(indptr[i + 1] - first):
            weight = weights[first + p]
            for r in range(permutations):
                sums[r] += weight * drawn[p, r]
        for e in range(starts[i], starts[i + 1]):
            sums[replicate[e]] += weights[first + place[e]] * (value[spare[e]] - value[i])
        above = 0
        below = 0
        for r in range(permutations):
            above += sums[r] >= low[i]
            below += sums[r] <= high[i]
        at_least[position] = above
        at_most[position] = below
    return at_least, at_most


@njit(cache=True, nogil=True)
def squared_difference_counts(
    value: Floats,
    units: Integers,
    indptr: Integers,
    weights: Floats,
    drawn: Floats,
    exchange: tuple[Integers, Integers, Integers, Integers],
    bounds: tuple[Floats, Floats],
) -> tuple[Integers, Integers]:  # pragma: no cover - compiled
    """Tails of the weighted sum of squared differences to the neighbours; see `lag_counts`."""
    starts, replicate, place, spare = exchange
    low, high = bounds
    permutations = drawn.shape[1]
    sums = np.empty(permutations)
    at_least = np.empty(len(units), dtype=np.int64)
    at_most = np.empty(len(units), dtype=np.int64)
    for position in range(len(units)):
        i = units[position]
        own = value[i]
        first = indptr[i]
        sums[:] = 0.0
        for p in range(indptr[i + 1] - first):
            weight = weights[first + p]
            for r in range(permutations):
                difference = drawn[p, r] - own
                sums[r] += weight * difference * difference
        for e in range(starts[i], starts[i + 1]):
            # The unit itself in that place had added nothing.
            difference = value[spare[e]] - own
            sums[replicate[e]] += weights[first + place[e]] * difference * difference
        above = 0
        below = 0
        for r in range(permutations):
            above += sums[r] >= low[i]
            below += sums[r] <= high[i]
        at_least[position] = above
        at_most[position] = below
    return at_least, at_most


@njit(cache=True, nogil=True)
def cross_products(
    columns: Floats, order: Integers, indptr: Integers, indices: Integers, weights: Floats
) -> Floats:  # pragma: no cover - compiled
    """Value of x'Wx for every column x of `columns`, its rows taken in `order`."""
    units, variables = columns.shape
    result = np.zeros(variables)
    lag = np.empty(variables)
    for i in range(units):
        if indptr[i] == indptr[i + 1]:
            continue
        lag[:] = 0.0
        for e in range(indptr[i], indptr[i + 1]):
            other = columns[order[indices[e]]]
            for v in range(variables):
                lag[v] += weights[e] * other[v]
        own = columns[order[i]]
        for v in range(variables):
            result[v] += lag[v] * own[v]
    return result
