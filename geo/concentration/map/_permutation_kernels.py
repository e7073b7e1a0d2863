"""Compiled loops of `permutation`; imported only where they run, so that nothing compiles earlier.

Kept on disk after the first call. They run on one thread and count whole numbers, so that figures
do not depend on the machine. Whoever calls them checks what goes in; they check nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geo.compiled import njit

if TYPE_CHECKING:
    import numpy.typing as npt

    Codes = npt.NDArray[np.int8]
    Counts = npt.NDArray[np.int32]
    Floats = npt.NDArray[np.float64]
    Integers = npt.NDArray[np.int64]

__all__ = [
    "cross_products",
    "draw_moments",
    "lag_counts",
    "neighbour_sums",
    "rank_counts",
    "running_sums",
    "score_products",
    "squared_difference_counts",
    "tail_chances",
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
    observed: Floats,
    tolerance: float,
    at_least: Counts,
    at_most: Counts,
) -> None:  # pragma: no cover - compiled
    """Add the tails of the sum over neighbours for some `units`, in order of their number.

    `ordered` holds rows of `sums` in ascending order, that of k neighbours at `line[k]`; where that
    is negative all replicates are looked at. `exchange` has from where to where (by unit) the
    other two tell the replicate and the spare of a unit that met itself.
    """
    starts, replicate, spare = exchange
    permutations = sums.shape[1]
    lowest = observed[units] - tolerance
    highest = observed[units] + tolerance
    below_low = np.zeros(len(units), dtype=np.int64)
    up_to_high = np.zeros(len(units), dtype=np.int64)
    first = 0
    while first < len(units):
        k = neighbours[units[first]]
        last = first
        while last < len(units) and neighbours[units[last]] == k:
            last += 1
        if line[k] >= 0:
            _positions(ordered[line[k]], lowest[first:last], below_low[first:last], after=False)
            _positions(ordered[line[k]], highest[first:last], up_to_high[first:last], after=True)
        else:
            for u in range(first, last):
                low, high = lowest[u], highest[u]
                below = 0
                upto = 0
                for r in range(permutations):
                    below += sums[k, r] < low
                    upto += sums[k, r] <= high
                below_low[u] = below
                up_to_high[u] = upto
        first = last
    for u in range(len(units)):
        i = units[u]
        k = neighbours[i]
        above = permutations - below_low[u]
        below = up_to_high[u]
        # The few replicates in which the unit met itself are counted anew with the spare.
        for e in range(starts[i], starts[i + 1]):
            old = sums[k, replicate[e]]
            new = old - value[i] + value[spare[e]]
            above += int(new >= lowest[u]) - int(old >= lowest[u])
            below += int(new <= highest[u]) - int(old <= highest[u])
        at_least[i] += above
        at_most[i] += below


@njit(cache=True, nogil=True, inline="always")
def _positions(reference: Floats, bounds: Floats, positions: Integers, after: bool) -> None:  # noqa: FBT001
    """How many of an ascending `reference` are below each bound, or with `after` not above it.

    All searches take each step together, so that none waits for the memory of another.
    """
    length = len(reference)
    while length > 1:
        half = length // 2
        for u in range(len(bounds)):
            middle = reference[positions[u] + half - 1]
            positions[u] += half * int(middle <= bounds[u] if after else middle < bounds[u])
        length -= half
    for u in range(len(bounds)):
        last = reference[positions[u]]
        positions[u] += int(last <= bounds[u] if after else last < bounds[u])


@njit(cache=True, nogil=True)
def lag_counts(
    value: Floats,
    units: Integers,
    indptr: Integers,
    weights: Floats,
    drawn: Floats,
    exchange: tuple[Integers, Integers, Integers, Integers],
    observed: Floats,
    tolerance: float,
) -> tuple[Integers, Integers]:  # pragma: no cover - compiled
    """Tails of the weighted sum over neighbours for some `units`.

    `drawn` has shape (places, permutations). `exchange` says from where to where (by unit) its
    three other arrays tell the replicate, the place and the spare of a unit that met itself.
    """
    starts, replicate, place, spare = exchange
    permutations = drawn.shape[1]
    sums = np.empty(permutations)
    at_least = np.empty(len(units), dtype=np.int64)
    at_most = np.empty(len(units), dtype=np.int64)
    for position in range(len(units)):
        i = units[position]
        first = indptr[i]
        k = indptr[i + 1] - first
        # Three neighbours at a time: the sums go to memory and back a third as often.
        sums[:] = 0.0
        for p in range(0, k - 2, 3):
            a, b, c = weights[first + p], weights[first + p + 1], weights[first + p + 2]
            for r in range(permutations):
                sums[r] += a * drawn[p, r] + b * drawn[p + 1, r] + c * drawn[p + 2, r]
        for p in range(k - k % 3, k):
            weight = weights[first + p]
            for r in range(permutations):
                sums[r] += weight * drawn[p, r]
        for e in range(starts[i], starts[i + 1]):
            sums[replicate[e]] += weights[first + place[e]] * (value[spare[e]] - value[i])
        lowest, highest = observed[i] - tolerance, observed[i] + tolerance
        above = 0
        below = 0
        for r in range(permutations):
            above += sums[r] >= lowest
            below += sums[r] <= highest
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
    observed: Floats,
    tolerance: float,
) -> tuple[Integers, Integers]:  # pragma: no cover - compiled
    """Tails of the weighted sum of squared differences to the neighbours; see `lag_counts`."""
    starts, replicate, place, spare = exchange
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
        lowest, highest = observed[i] - tolerance, observed[i] + tolerance
        above = 0
        below = 0
        for r in range(permutations):
            above += sums[r] >= lowest
            below += sums[r] <= highest
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


@njit(cache=True, nogil=True)
def draw_moments(
    values: Floats, total: Floats, squares: Floats
) -> tuple[Floats, Floats]:  # pragma: no cover - compiled
    """Mean and variance of each unit's lag if its neighbours are drawn from the other units.

    `total` and `squares` are sums of its weights and of their squares; `values` have the shape
    (variables, units).
    """
    variables, n = values.shape
    mean = np.empty((variables, n))
    variance = np.empty((variables, n))
    for v in range(variables):
        sum_1 = values[v].sum()
        sum_2 = (values[v] ** 2).sum()
        for i in range(n):
            x = values[v, i]
            mean[v, i], variance[v, i] = _drawn(sum_1 - x, sum_2 - x * x, n, total[i], squares[i])
    return mean, variance


@njit(cache=True, nogil=True, inline="always")
def _drawn(sum_1: float, sum_2: float, n: int, total: float, squares: float) -> tuple[float, float]:
    """Mean and variance of a weighted sum of draws from n - 1 others with these sums of powers."""
    if n < 3:
        return sum_1 * total, 0.0
    mean = sum_1 / (n - 1)
    spread = sum_2 / (n - 1) - mean * mean
    # Without replacement: drawing all of the others leaves nothing to chance.
    variance = spread * (n - 1) / (n - 2) * (squares - total * total / (n - 1))
    return mean * total, max(variance, 0.0)


@njit(cache=True, nogil=True)
def score_products(
    scores: Floats,
    others: Floats,
    indptr: Integers,
    indices: Integers,
    weights: Floats,
    total: Floats,
    squares: Floats,
) -> tuple[Floats, Floats, Floats, Codes]:  # pragma: no cover - compiled
    """Local Moran's I of `scores` beside `others`, its mean and variance, and the quadrant.

    `total` and `squares` are sums of each unit's weights and of their squares. Quadrants: 1 both
    high, 2 the unit low, 3 both low, 4 the unit high. Islands have neither.
    """
    variables, n = scores.shape
    product = np.full((variables, n), np.nan)
    mean = np.full((variables, n), np.nan)
    variance = np.full((variables, n), np.nan)
    quadrant = np.zeros((variables, n), dtype=np.int8)
    for v in range(variables):
        sum_1 = others[v].sum()
        sum_2 = (others[v] ** 2).sum()
        for i in range(n):
            if indptr[i] == indptr[i + 1]:
                continue
            lag = 0.0
            for e in range(indptr[i], indptr[i + 1]):
                lag += weights[e] * others[v, indices[e]]
            own = scores[v, i] * (n - 1) / n
            y = others[v, i]
            expected, spread = _drawn(sum_1 - y, sum_2 - y * y, n, total[i], squares[i])
            product[v, i] = own * lag
            mean[v, i] = own * expected
            variance[v, i] = own * own * spread
            if own > 0:
                quadrant[v, i] = 1 if lag > 0 else 4
            else:
                quadrant[v, i] = 2 if lag > 0 else 3
    return product, mean, variance, quadrant


@njit(cache=True, nogil=True)
def tail_chances(
    at_least: Counts, at_most: Counts, number: Counts, sign: Floats, zero: float
) -> tuple[Floats, Floats, Floats]:  # pragma: no cover - compiled
    """Upper, lower and two-sided p of a statistic that has the `sign` of what was counted.

    Where the sign is negative the tails change places, where it is within `zero` of 0 all
    replicates are ties, and where it is not a number, or there were no replicates, there is no p.
    """
    upper = np.full(at_least.shape, np.nan)
    lower = np.full(at_least.shape, np.nan)
    two_sided = np.full(at_least.shape, np.nan)
    for v in range(at_least.shape[0]):
        for i in range(at_least.shape[1]):
            if number[v, i] == 0 or np.isnan(sign[v, i]):
                continue
            share = 1 / (1 + number[v, i])
            p = (1 + at_least[v, i]) * share
            q = (1 + at_most[v, i]) * share
            if abs(sign[v, i]) <= zero:
                p = q = 1.0
            upper[v, i] = p if sign[v, i] >= 0 else q
            lower[v, i] = q if sign[v, i] >= 0 else p
            two_sided[v, i] = min(1.0, 2 * min(p, q))
    return upper, lower, two_sided
