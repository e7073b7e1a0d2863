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

__all__ = [
    "cross_products",
    "lag_counts",
    "neighbour_sums",
    "rank_counts",
    "running_sums",
    "squared_difference_counts",
]


@njit(cache=True, nogil=True)
def neighbour_sums(
    values: Floats, indptr: Integers, indices: Integers, weights: Floats
) -> Floats:  # pragma: no cover - compiled
    """Weighted sum over the neighbours of every unit, for `values` of shape (variables, units)."""
    variables, units = values.shape
    result = np.empty((variables, units))
    for v in range(variables):
        for i in range(units):
            total = 0.0
            for e in range(indptr[i], indptr[i + 1]):
                total += weights[e] * values[v, indices[e]]
            result[v, i] = total
    return result


@njit(cache=True, nogil=True)
def running_sums(value: Floats, places: Integers, sums: Floats) -> None:  # pragma: no cover
    """Fill row k of `sums` with every replicate's sum of its first k draws.

    `places` has shape (places, permutations), `sums` one row more.
    """
    sums[0, :] = 0.0
    for p in range(places.shape[0]):
        for r in range(places.shape[1]):
            sums[p + 1, r] = sums[p, r] + value[places[p, r]]


@njit(cache=True, nogil=True)
def rank_counts(
    value: Floats,
    units: Integers,
    neighbours: Integers,
    sums: Floats,
    ordered: Floats,
    line: Integers,
    exchange: tuple[Integers, Integers, Integers],
    bounds: tuple[Floats, Floats],
    at_least: Integers,
    at_most: Integers,
) -> None:  # pragma: no cover - compiled
    """Add the tails of the sum over neighbours for some `units`.

    `ordered` holds rows of `sums` in ascending order, that of k neighbours at `line[k]`; where that
    is negative all replicates are looked at. `exchange` has from where to where (by unit) the
    other two tell the replicate and the spare of a unit that met itself.
    """
    starts, replicate, spare = exchange
    low, high = bounds
    permutations = sums.shape[1]
    for position in range(len(units)):
        i = units[position]
        k = neighbours[i]
        lowest, highest = low[i], high[i]
        above = 0
        below = 0
        if line[k] < 0:
            for r in range(permutations):
                above += sums[k, r] >= lowest
                below += sums[k, r] <= highest
        else:
            reference = ordered[line[k]]
            first = _position(reference, lowest, after=False)
            above = permutations - first
            below = first
            if first < permutations and reference[first] <= highest:
                below = _position(reference, highest, after=True)
        # The few replicates in which the unit met itself are counted anew with the spare.
        own = value[i]
        for e in range(starts[i], starts[i + 1]):
            old = sums[k, replicate[e]]
            new = old - own + value[spare[e]]
            above += (new >= lowest) - (old >= lowest)
            below += (new <= highest) - (old <= highest)
        at_least[i] += above
        at_most[i] += below


@njit(cache=True, nogil=True, inline="always")
def _position(reference: Floats, bound: float, after: bool) -> int:  # noqa: FBT001
    """How many of an ascending `reference` are below the bound, or with `after` not above it."""
    start = 0
    length = len(reference)
    # Without branches: the processor cannot foresee them.
    while length > 1:
        half = length // 2
        middle = reference[start + half - 1]
        start += half * (middle <= bound if after else middle < bound)
        length -= half
    last = reference[start]
    return start + int(last <= bound if after else last < bound)


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
