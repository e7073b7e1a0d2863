"""Counts of permutations that reach what was observed, for many variables over one map.

Here belong the kernels behind the p-values of `autocorrelation`: the draws that all variables and
all units share, and the two tails counted from them. Statistics, p-values and what is undefined
do not belong here; the kernels take complete variables and never see a missing value.

Values are arrays of shape (variables, units), a variable in one piece of memory. A replicate that
equals the observation counts in both tails, so sums are compared with a tolerance: two sums of
the same numbers in another order must be a tie.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt
    from scipy.sparse import csr_array

    from geo.concentration.neighbours import Rows

    Integers = npt.NDArray[np.int64]
    Floats = npt.NDArray[np.float64]

__all__ = ["TailCounts", "lag_tail_counts", "moran_tail_counts", "neighbour_draws"]

_TOLERANCE = 1e-12
_EQUAL = 1e-9
_BLOCK_BYTES = 2**21
_VARIABLES_PER_BLOCK = 64


class TailCounts(NamedTuple):
    """How many replicates lie at or beyond what was observed."""

    at_least: Integers
    """Replicates that are equal to the observation or above."""
    at_most: Integers
    """Replicates that are equal to the observation or below."""


def neighbour_draws(
    units: int, size: int, *, permutations: int, rng: np.random.Generator
) -> Integers:
    """`permutations` rows of `size` different units, every ordered choice as likely as another.

    One row serves all units of the map: a unit with k neighbours gets the first k of the row, and
    where it stands among them itself, the next one in its place. That is a fair draw of k from the
    others; units share their draws, so their p-values depend on each other (as in `esda`).

    Examples
    --------
    >>> neighbour_draws(3, 3, permutations=1, rng=np.random.default_rng(0)).sum()
    np.int64(3)
    """
    if size**2 > units:
        rows = np.tile(np.arange(units), (permutations, 1))
        return rng.permuted(rows, axis=1)[:, :size]
    draws = rng.integers(units, size=(permutations, size))
    while True:
        ordered = np.sort(draws, axis=1)
        repeated = (ordered[:, 1:] == ordered[:, :-1]).any(axis=1)
        if not repeated.any():
            return draws
        draws[repeated] = rng.integers(units, size=(int(repeated.sum()), size))


def lag_tail_counts(values: Floats, rows: Rows, draws: Integers) -> TailCounts:
    """Tails of the weighted sum over neighbours, each unit held fixed and the others permuted.

    Parameters
    ----------
    values : ndarray of float64, shape (variables, units)
        Finite.
    rows : Rows
        Neighbours and weights. Rows of equal weights take the fast way: one sorted reference
        distribution for each number of neighbours serves all units.
    draws : ndarray of int64, shape (permutations, at least the most neighbours + 1, or units)
        From `neighbour_draws`.

    Returns
    -------
    TailCounts
        Each of shape (variables, units). Where a unit has no neighbours both are the number of
        permutations.

    Notes
    -----
    For the fast way with R permutations, k neighbours on average and K different numbers of
    neighbours, a variable costs O(R max(k) + K R log R + n log R + R k).
    """
    exchange = _exchange(rows, draws)
    sites = _by_neighbours(rows)
    at_least = np.empty(values.shape, dtype=np.int64)
    at_most = np.empty(values.shape, dtype=np.int64)
    equal = _equal_weights(rows)
    observed = _weighted_sums(values, rows, equal=equal)
    count = _counts_by_rank if equal else _counts_by_block
    for variable, value in enumerate(values):
        largest = np.abs(value).max(initial=0.0)
        tolerance = _TOLERANCE * largest * (max(rows.neighbours.max(initial=0), 1) if equal else 1)
        bounds = observed[variable] - tolerance, observed[variable] + tolerance
        at_least[variable], at_most[variable] = count(value, rows, draws, sites, exchange, bounds)
    return TailCounts(at_least, at_most)


class _Exchange(NamedTuple):
    """Places where a unit was drawn among its own neighbours, and the spare unit for it."""

    replicate: Integers
    place: Integers
    unit: Integers
    spare: Integers


def _exchange(rows: Rows, draws: Integers) -> _Exchange:
    neighbours = rows.neighbours
    replicate, place = np.nonzero(np.arange(draws.shape[1]) < neighbours[draws])
    unit = draws[replicate, place]
    order = np.argsort(unit, kind="stable")
    replicate, place, unit = replicate[order], place[order], unit[order]
    return _Exchange(replicate, place, unit, draws[replicate, neighbours[unit]])


def _by_neighbours(rows: Rows) -> list[tuple[int, Integers]]:
    """Units by their number of neighbours, ascending."""
    neighbours = rows.neighbours
    order = np.argsort(neighbours, kind="stable")
    numbers, starts = np.unique(neighbours[order], return_index=True)
    return list(zip(numbers.tolist(), np.split(order, starts[1:]), strict=True))


def _equal_weights(rows: Rows) -> bool:
    """Whether the weights within each row are the same."""
    occupied = rows.neighbours > 0
    first = np.repeat(rows.weights[rows.indptr[:-1][occupied]], rows.neighbours[occupied])
    return bool(np.all(np.abs(rows.weights - first) <= _EQUAL * first))


def _weighted_sums(values: Floats, rows: Rows, *, equal: bool) -> Floats:
    from scipy.sparse import csr_array  # noqa: PLC0415 - slow to import

    weights = np.ones(len(rows.indices)) if equal else rows.weights
    units = len(rows.neighbours)
    matrix = csr_array((weights, rows.indices, rows.indptr), shape=(units, units))
    return np.ascontiguousarray((matrix @ values.T).T)


def _counts_by_rank(
    value: Floats,
    rows: Rows,
    draws: Integers,
    sites: list[tuple[int, Integers]],
    exchange: _Exchange,
    bounds: tuple[Floats, Floats],
) -> tuple[Integers, Integers]:
    """Ranks of the observed sums in the sums of the first k draws, sorted once for each k."""
    low, high = bounds
    permutations = len(draws)
    # Row k holds, for every replicate, the sum of its first k draws.
    sums = np.zeros((draws.shape[1] + 1, permutations))
    np.cumsum(value[draws.T], axis=0, out=sums[1:])
    at_least = np.empty(len(value), dtype=np.int64)
    at_most = np.empty(len(value), dtype=np.int64)
    for k, units in sites:
        reference = np.sort(sums[k])
        at_least[units] = permutations - reference.searchsorted(low[units], side="left")
        at_most[units] = reference.searchsorted(high[units], side="right")
    # The few replicates in which a unit met itself are counted anew with the spare in its place.
    unit = exchange.unit
    old = sums[rows.neighbours[unit], exchange.replicate]
    new = old - value[unit] + value[exchange.spare]
    at_least += _gained(unit, new >= low[unit], old >= low[unit], len(value))
    at_most += _gained(unit, new <= high[unit], old <= high[unit], len(value))
    return at_least, at_most


def _gained(
    unit: Integers, now: npt.NDArray[np.bool_], before: npt.NDArray[np.bool_], units: int
) -> Integers:
    change = now.astype(np.float64) - before
    return np.bincount(unit, change, minlength=units).astype(np.int64)


def _counts_by_block(
    value: Floats,
    rows: Rows,
    draws: Integers,
    sites: list[tuple[int, Integers]],
    exchange: _Exchange,
    bounds: tuple[Floats, Floats],
) -> tuple[Integers, Integers]:
    """Every unit's own reference sums, as a product of its weights with the shared draws."""
    at_least = np.empty(len(value), dtype=np.int64)
    at_most = np.empty(len(value), dtype=np.int64)
    gain = value[exchange.spare] - value[exchange.unit]
    drawn = value[draws.T]
    for k, units in _blocks(sites, len(draws)):
        links = rows.indptr[units][:, None] + np.arange(k)
        sums = rows.weights[links] @ drawn[:k]
        first = exchange.unit.searchsorted(units, side="left")
        length = exchange.unit.searchsorted(units, side="right") - first
        line = np.repeat(np.arange(len(units)), length)
        met = np.arange(length.sum()) + np.repeat(first - np.cumsum(length) + length, length)
        np.add.at(
            sums,
            (line, exchange.replicate[met]),
            rows.weights[links][line, exchange.place[met]] * gain[met],
        )
        at_least[units] = np.count_nonzero(sums >= bounds[0][units, None], axis=1)
        at_most[units] = np.count_nonzero(sums <= bounds[1][units, None], axis=1)
    return at_least, at_most


def _blocks(sites: list[tuple[int, Integers]], permutations: int) -> Iterator[tuple[int, Integers]]:
    """Units of one number of neighbours, in groups whose sums stay in the processor's cache."""
    step = max(1, _BLOCK_BYTES // (8 * permutations))
    for k, units in sites:
        for start in range(0, len(units), step):
            yield k, units[start : start + step]


def moran_tail_counts(
    values: Floats, rows: Rows, *, permutations: int, rng: np.random.Generator
) -> TailCounts:
    """Tails of x'Wx with all units permuted; the variables share their permutations.

    Parameters
    ----------
    values : ndarray of float64, shape (variables, units)
        Finite, and centred if Moran's I is meant.
    rows : Rows
        Neighbours and weights.
    permutations : int
        Number of replicates.
    rng : Generator
        Source of the permutations.

    Returns
    -------
    TailCounts
        Each of shape (variables,).
    """
    from scipy.sparse import coo_array  # noqa: PLC0415 - slow to import

    variables, units = values.shape
    focal = np.repeat(np.arange(units), rows.neighbours)
    # x'Wx sees only the sum of both directions: each pair of neighbours is visited once.
    ends = np.minimum(focal, rows.indices), np.maximum(focal, rows.indices)
    pairs = coo_array((rows.weights, ends), shape=(units, units)).tocsr()
    columns = np.ascontiguousarray(values.T)
    observed = _quadratic(pairs, columns)
    tolerance = _TOLERANCE * np.einsum("ij,ij->j", columns, columns)
    low, high = observed - tolerance, observed + tolerance
    at_least = np.zeros(variables, dtype=np.int64)
    at_most = np.zeros(variables, dtype=np.int64)
    orders = [rng.permutation(units) for _ in range(permutations)]
    for start in range(0, variables, _VARIABLES_PER_BLOCK):
        block = slice(start, start + _VARIABLES_PER_BLOCK)
        part = np.ascontiguousarray(columns[:, block])
        for order in orders:
            shuffled = part[order]
            replicate = _quadratic(pairs, shuffled)
            at_least[block] += replicate >= low[block]
            at_most[block] += replicate <= high[block]
    return TailCounts(at_least, at_most)


def _quadratic(pairs: csr_array, columns: Floats) -> Floats:
    """Value of x'Wx for every column x."""
    product: Floats = np.asarray(pairs @ columns)
    form: Floats = np.einsum("ij,ij->j", product, columns)
    return form
