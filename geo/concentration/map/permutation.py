"""Counts of permutations that reach what was observed, for many variables over one map.

Here belong the kernels behind the p-values of `autocorrelation`: the draws that all variables and
all units share, and the two tails counted from them. Statistics, p-values and what is undefined
do not belong here; the kernels take complete variables and never see a missing value.

Values are arrays of shape (variables, units), a variable in one piece of memory. A replicate that
equals the observation counts in both tails, so sums are compared with a tolerance: two sums of
the same numbers in another order must be a tie.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from geo.concentration.map._variables import lag

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    from geo.concentration.map.neighbours import Rows

    Booleans = npt.NDArray[np.bool_]
    Counts = npt.NDArray[np.int32]
    Integers = npt.NDArray[np.int64]
    Floats = npt.NDArray[np.float64]

__all__ = [
    "TailCounts",
    "difference_tail_counts",
    "geary_tail_counts",
    "lag_tail_counts",
    "moran_tail_counts",
    "neighbour_draws",
]

_TOLERANCE = 1e-12
_EQUAL = 1e-9
_VARIABLES_PER_BLOCK = 32
_DRAWS_PER_BLOCK = 10_000
_FEW_UNITS = 100
_WORKERS = min(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1, 8)


class TailCounts(NamedTuple):
    """How many replicates lie at or beyond what was observed."""

    at_least: Counts
    """Replicates that are equal to the observation or above."""
    at_most: Counts
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


def lag_tail_counts(
    values: Floats,
    rows: Rows,
    draws: Integers,
    *,
    only: Booleans | None = None,
    onto: TailCounts | None = None,
) -> TailCounts:
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
    only : ndarray of bool, shape (variables, units), optional
        What to count; the others get 0. All if not given.
    onto : TailCounts, optional
        Earlier counts, which these are added to in place.

    Returns
    -------
    TailCounts
        Each of shape (variables, units). Where a unit has no neighbours both are the number of
        permutations.

    Notes
    -----
    For the fast way with R permutations, k neighbours on average and K different numbers of
    neighbours, a variable costs O(R max(k) + K R log R + n log R + R k); the other way O(n R k).
    """
    counts = _nothing(values.shape) if onto is None else onto
    tolerance = _TOLERANCE * _largest(values)
    if _equal_weights(rows):
        return _counts_by_rank(values, rows, draws, tolerance, only, counts)
    from geo.concentration.map._permutation_kernels import lag_counts

    observed = lag(values, rows)
    bounds = observed, tolerance
    return _counts_by_unit(lag_counts, values, rows, draws, bounds, only, counts)


def _nothing(shape: tuple[int, ...]) -> TailCounts:
    return TailCounts(*np.zeros((2, *shape), dtype=np.int32))


def _largest(values: Floats) -> Floats:
    """Largest absolute value of each variable."""
    high, low = values.max(axis=1, initial=0.0), values.min(axis=1, initial=0.0)
    largest: Floats = np.maximum(high, -low)
    return largest


def difference_tail_counts(
    values: Floats,
    rows: Rows,
    draws: Integers,
    *,
    only: Booleans | None = None,
    onto: TailCounts | None = None,
) -> TailCounts:
    """Tails of the weighted sum of squared differences to the neighbours; see `lag_tail_counts`."""
    from geo.concentration.map._permutation_kernels import (
        squared_difference_counts,
    )

    # Around 0, or else the two squares below cancel.
    values = values - values.mean(axis=1, keepdims=True)
    total = lag(np.ones((1, values.shape[1])), rows)
    observed = values**2 * total - 2 * values * lag(values, rows) + lag(values**2, rows)
    bounds = observed, _TOLERANCE * 10 * _largest(values) ** 2
    counts = _nothing(values.shape) if onto is None else onto
    kernel = squared_difference_counts
    return _counts_by_unit(kernel, values, rows, draws, bounds, only, counts)


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


def _equal_weights(rows: Rows) -> bool:
    """Whether the weights within each row are the same."""
    occupied = rows.neighbours > 0
    first = np.repeat(rows.weights[rows.indptr[:-1][occupied]], rows.neighbours[occupied])
    return bool(np.all(np.abs(rows.weights - first) <= _EQUAL * first))


def _counts_by_rank(
    values: Floats,
    rows: Rows,
    draws: Integers,
    tolerance: Floats,
    only: Booleans | None,
    counts: TailCounts,
) -> TailCounts:
    """Ranks of the observed sums among the sums of the first k draws, sorted once for each k."""
    from geo.concentration.map._permutation_kernels import rank_counts, running_sums

    neighbours = rows.neighbours
    everyone = np.argsort(neighbours, kind="stable")
    plain = rows._replace(weights=np.ones(len(rows.indices)))
    tolerance = tolerance * max(int(neighbours.max(initial=0)), 1)

    def count(variables: range) -> None:
        sums = np.empty((len(places) + 1, places.shape[1]))
        for v in variables:
            units = everyone if only is None else everyone[only[v][everyone]]
            running_sums(values[v], places, sums)
            rank_counts(
                values[v],
                units,
                neighbours,
                sums,
                *_ordered(sums, neighbours[units]),
                exchange,
                lag(values[v : v + 1], plain)[0],
                tolerance[v],
                counts.at_least[v],
                counts.at_most[v],
            )

    # In blocks, so that the sums stay in the processor's cache.
    for start in range(0, len(draws), _DRAWS_PER_BLOCK):
        block = draws[start : start + _DRAWS_PER_BLOCK]
        places = np.ascontiguousarray(block.T)
        replicate, _, unit, spare = _exchange(rows, block)
        exchange = unit.searchsorted(np.arange(len(neighbours) + 1)), replicate, spare
        _share_out(count, len(values))
    return counts


def _ordered(sums: Floats, numbers: Integers) -> tuple[Floats, Integers]:
    """Sorted rows of `sums` for the numbers of neighbours that many units have, and their lines."""
    units = np.bincount(numbers, minlength=len(sums))
    sorting_pays = np.flatnonzero(units > _FEW_UNITS)
    line = np.full(len(sums), -1)
    line[sorting_pays] = np.arange(len(sorting_pays))
    return np.sort(sums[sorting_pays], axis=1), line


def _share_out(count: Callable[[range], None], tasks: int, *, least: int = 8) -> None:
    """Let each processor do some of the tasks; each task has its own place for the result."""
    workers = min(_WORKERS, tasks // least)
    if workers <= 1:
        count(range(tasks))
        return
    with ThreadPoolExecutor(workers) as pool:
        for done in [pool.submit(count, range(w, tasks, workers)) for w in range(workers)]:
            done.result()


def _counts_by_unit(
    kernel: Callable[..., tuple[Integers, Integers]],
    values: Floats,
    rows: Rows,
    draws: Integers,
    bounds: tuple[Floats, Floats],
    only: Booleans | None,
    counts: TailCounts,
) -> TailCounts:
    """Every unit's own reference sums from the shared draws, by a compiled `kernel`."""
    observed, tolerance = bounds
    everyone = np.arange(values.shape[1])

    def count(variables: range) -> None:
        for v in variables:
            units = everyone if only is None else np.flatnonzero(only[v])
            links, drawn = (rows.indptr, rows.weights), values[v][places]
            found = kernel(values[v], units, *links, drawn, exchange, observed[v], tolerance[v])
            counts.at_least[v, units] += found[0]
            counts.at_most[v, units] += found[1]

    for start in range(0, len(draws), _DRAWS_PER_BLOCK // 10):
        block = draws[start : start + _DRAWS_PER_BLOCK // 10]
        places = np.ascontiguousarray(block.T)
        replicate, place, unit, spare = _exchange(rows, block)
        exchange = unit.searchsorted(np.arange(len(everyone) + 1)), replicate, place, spare
        _share_out(count, len(values))
    return counts


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
    return _quadratic_tail_counts(values, rows, None, permutations=permutations, rng=rng)


def geary_tail_counts(
    values: Floats, rows: Rows, *, permutations: int, rng: np.random.Generator
) -> TailCounts:
    """Tails of the sum of w_ij (x_i - x_j)^2 with all units permuted; see `moran_tail_counts`."""
    focal = np.repeat(np.arange(values.shape[1]), rows.neighbours)
    ends = np.concatenate([focal, rows.indices])
    counts = np.bincount(ends, np.tile(rows.weights, 2), minlength=values.shape[1])
    margins = counts.astype(np.float64)
    return _quadratic_tail_counts(values, rows, margins, permutations=permutations, rng=rng)


def _quadratic_tail_counts(
    values: Floats,
    rows: Rows,
    margins: Floats | None,
    *,
    permutations: int,
    rng: np.random.Generator,
) -> TailCounts:
    """Tails of x'Wx, or with `margins` m those of x' diag(m) x - 2 x'Wx."""
    from scipy.sparse import coo_array

    from geo.concentration.map._permutation_kernels import cross_products

    variables, units = values.shape
    focal = np.repeat(np.arange(units), rows.neighbours)
    # x'Wx sees only the sum of both directions: each pair of neighbours is visited once.
    ends = np.minimum(focal, rows.indices), np.maximum(focal, rows.indices)
    pairs = coo_array((rows.weights, ends), shape=(units, units)).tocsr()
    links = pairs.indptr.astype(np.int64), pairs.indices.astype(np.int64), pairs.data
    orders = [np.arange(units), *(rng.permutation(units) for _ in range(permutations))]
    counts = _nothing((variables,))

    def count(blocks: range) -> None:
        for start in blocks:
            block = slice(start * _VARIABLES_PER_BLOCK, (start + 1) * _VARIABLES_PER_BLOCK)
            columns = np.ascontiguousarray(values[block].T)
            # The observed arrangement goes first and sets the bounds for the others.
            form = np.stack([cross_products(columns, order, *links) for order in orders])
            if margins is not None:
                squares = columns**2
                form = np.stack([margins @ squares[order] for order in orders]) - 2 * form
            tolerance = _TOLERANCE * (4 if margins is not None else 1) * (columns**2).sum(axis=0)
            counts.at_least[block] = np.count_nonzero(form[1:] >= form[0] - tolerance, axis=0)
            counts.at_most[block] = np.count_nonzero(form[1:] <= form[0] + tolerance, axis=0)

    _share_out(count, -(-variables // _VARIABLES_PER_BLOCK), least=1)
    return counts
