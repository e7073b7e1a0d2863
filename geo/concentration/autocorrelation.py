"""Spatial autocorrelation of many variables over one map.

Here belong the statistics on values of regions and a graph of neighbours, with their p-values by
permutation and their analytic moments. How neighbours are found stands in `neighbours`, how
replicates are counted in `permutation`, the tables of the pipeline in `map_table`.

Throughout: the rows of the graph are standardised to sum 1; a missing value takes its unit out of
that variable's map and out of its permutations; p-values are (1 + replicates at or beyond the
observation) / (1 + replicates), ties counted in each tail; a variable without variation, or in
which a single unit differs from all others, has no p-values, and `reason` says so; nor has an
island, a unit without neighbours. All units of a map share the draws of the other units, so that
their p-values depend on each other (as in `esda`). The same seed gives the same numbers, whatever
other variables are computed with them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geo.concentration.neighbours import Rows, graph_rows, restricted_rows
from geo.concentration.permutation import (
    TailCounts,
    lag_tail_counts,
    moran_tail_counts,
    neighbour_draws,
)
from geo.errors import GeoError

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt
    from libpysal.graph import Graph

    Booleans = npt.NDArray[np.bool_]
    Floats = npt.NDArray[np.float64]
    Integers = npt.NDArray[np.int64]
    Texts = npt.NDArray[np.str_]

__all__ = ["QUADRANTS", "GlobalMoran", "LocalMoran", "local_moran", "moran_i"]

QUADRANTS = ("", "high-high", "low-high", "low-low", "high-low")
"""The unit and its neighbours against the mean; empty where there is no answer."""

_NO_VARIATION = 1e-12


@dataclass(frozen=True, kw_only=True)
class GlobalMoran:
    """Moran's I of each variable; arrays have the shape of `values` without its first axis."""

    moran_i: Floats
    """Dimensionless; above `expectation` where like stands beside like."""
    expectation: Floats
    """-1 / (n - 1)."""
    variance_normality: Floats
    """Variance if the values were independent draws of one normal distribution."""
    variance_randomisation: Floats
    """Variance over all permutations of the values."""
    p_upper: Floats
    """Chance of as much likeness or more, under permutation."""
    p_lower: Floats
    """Chance of as little likeness or less."""
    p_two_sided: Floats
    """Twice the smaller of both, at most 1."""
    reason: Texts
    """Why there is no answer: `constant`, `one_region`, `no_neighbours`; else empty."""


@dataclass(frozen=True, kw_only=True)
class LocalMoran:
    """Local Moran's I of each unit and variable; arrays have the shape of `values`."""

    moran_i: Floats
    """Dimensionless; positive where the unit is like its neighbours."""
    p_upper: Floats
    """Chance of as much likeness or more, the unit fixed and the others permuted."""
    p_lower: Floats
    """Chance of as little likeness or less."""
    p_two_sided: Floats
    """Twice the smaller of both, at most 1."""
    quadrant: Texts
    """One of `QUADRANTS`."""
    neighbours: Integers
    """Neighbours with a value; 0 is an island, and has no answer."""
    reason: Texts
    """Shape of one unit's values: why a variable has no answer: `constant`, `one_region`."""
    permutations: int
    """Replicates; no one-sided p can be below 1 / (permutations + 1)."""


def moran_i(
    values: npt.ArrayLike, graph: Graph, *, permutations: int = 999, seed: int = 0
) -> GlobalMoran:
    r"""Moran's I: how much more alike neighbours are than units at large.

    .. math:: I = \frac{n}{S_0} \frac{\sum_{ij} w_{ij} z_i z_j}{\sum_i z_i^2},
              \quad z_i = x_i - \bar x, \quad S_0 = \sum_{ij} w_{ij}

    Parameters
    ----------
    values : array_like of float, shape (units,) or (units, variables)
        NaN is a missing value.
    graph : Graph
        Neighbours, in the order of the units; its rows are standardised here.
    permutations : int
        Replicates; 0 for none, and then no p-values.
    seed : int
        Not negative.

    Returns
    -------
    GlobalMoran
        NaN where a variable has no answer. Islands count among the n units as in `esda`, while
        `spdep` leaves them out of n.

    Raises
    ------
    GeoError
        If `values` have another number of units than the graph, or are infinite; if
        `permutations` or `seed` is negative.

    References
    ----------
    .. [1] Moran, P. A. P. (1950). Notes on continuous stochastic phenomena. Biometrika 37, 17-23.
    .. [2] Cliff, A. D., Ord, J. K. (1981). Spatial Processes. Variances: p. 21.

    Examples
    --------
    On a path of four, z = (-1.5, -0.5, 0.5, 1.5) has lags (-0.5, -0.5, 0.5, 0.5), so
    I = (4 / 4) (0.75 + 0.25 + 0.25 + 0.75) / 5:

    >>> from libpysal.graph import Graph
    >>> path = Graph.from_arrays([0, 1, 1, 2, 2, 3], [1, 0, 2, 1, 3, 2], [1.0] * 6)
    >>> float(moran_i([1, 2, 3, 4], path, permutations=0).moran_i)
    0.4
    """
    x = _as_values(values, graph, permutations=permutations, seed=seed)
    out = np.full((7, x.shape[0]), np.nan)
    reason = _no_answer(x)
    everything = graph_rows(graph, standardise=False)
    for chosen, keep in _same_missing(x):
        rows = restricted_rows(everything, keep)
        if len(rows.weights) == 0:
            reason[chosen] = np.where(reason[chosen] == "", "no_neighbours", reason[chosen])
        chosen = chosen[reason[chosen] == ""]  # noqa: PLW2901 - those with an answer
        if len(chosen) == 0:
            continue
        z = _centred(x[np.ix_(chosen, keep)])
        out[0, chosen] = _cross_product(z, z, rows) * z.shape[1] / rows.weights.sum()
        out[1:4, chosen] = _moments(z, rows)
        if permutations:
            rng = np.random.default_rng([seed, z.shape[1]])
            counts = moran_tail_counts(z, rows, permutations=permutations, rng=rng)
            out[4:, chosen] = _tails(counts, permutations)
    shape = np.shape(values)[1:]
    return GlobalMoran(
        moran_i=out[0].reshape(shape),
        expectation=out[1].reshape(shape),
        variance_normality=out[2].reshape(shape),
        variance_randomisation=out[3].reshape(shape),
        p_upper=out[4].reshape(shape),
        p_lower=out[5].reshape(shape),
        p_two_sided=out[6].reshape(shape),
        reason=reason.reshape(shape),
    )


def _as_values(values: npt.ArrayLike, graph: Graph, *, permutations: int, seed: int) -> Floats:
    """Values as shape (variables, units)."""
    x = np.asarray(values, dtype=np.float64)
    if x.ndim not in (1, 2) or len(x) != graph.n:
        message = (
            "`values` must have shape (units,) or (units, variables) with one row for each of the "
            f"graph's {graph.n} units: the shape is {x.shape}."
        )
        raise GeoError(message)
    if np.isinf(x).any():
        first = np.argwhere(np.isinf(x))[0].tolist()
        message = f"`values` must be finite, or NaN where missing: infinite at {first}."
        raise GeoError(message)
    if permutations < 0 or seed < 0:
        message = f"`permutations` and `seed` must not be negative: {permutations}, {seed}."
        raise GeoError(message)
    return np.ascontiguousarray(x.reshape(len(x), -1).T)


def _no_answer(x: Floats) -> Texts:
    """Why a variable, a row of `x`, has no answer; empty where it has one."""
    known = np.isfinite(x)
    low = np.min(x, axis=1, initial=np.inf, where=known)
    high = np.max(x, axis=1, initial=-np.inf, where=known)
    noise = _NO_VARIATION * np.maximum(np.abs(low), np.abs(high))
    # If one unit alone differs, all the others stand at the lowest or all at the highest value.
    with np.errstate(invalid="ignore"):
        at_low = np.count_nonzero(x <= (low + noise)[:, None], axis=1)
        at_high = np.count_nonzero(x >= (high - noise)[:, None], axis=1)
        n = np.count_nonzero(known, axis=1)
        constant = (n == 0) | (high - low <= noise)
    alone = np.maximum(at_low, at_high) >= n - 1
    found: Texts = np.select([constant, alone], ["constant", "one_region"], default="")
    return found.astype("<U16")


def _same_missing(x: Floats) -> Iterator[tuple[Integers, Booleans]]:
    """Variables that miss the same units, with the units that they have."""
    known = np.isfinite(x)
    if known.all():
        yield np.arange(len(x)), np.ones(x.shape[1], dtype=bool)
        return
    packed = np.packbits(known, axis=1)
    _, first, group = np.unique(packed, axis=0, return_index=True, return_inverse=True)
    order = np.argsort(group, kind="stable")
    starts = np.searchsorted(group[order], np.arange(1, len(first)))
    for chosen in np.split(order, starts):
        yield chosen, known[chosen[0]]


def _centred(x: Floats) -> Floats:
    """Deviations from the mean in units of the standard deviation (divisor n)."""
    z = x - x.mean(axis=1, keepdims=True)
    scaled: Floats = z / np.sqrt(np.mean(z**2, axis=1, keepdims=True))
    return scaled


def _lag(z: Floats, rows: Rows) -> Floats:
    from scipy.sparse import csr_array

    matrix = csr_array((rows.weights, rows.indices, rows.indptr), shape=(z.shape[1],) * 2)
    return np.ascontiguousarray((matrix @ z.T).T)


def _cross_product(z: Floats, y: Floats, rows: Rows) -> Floats:
    product: Floats = np.einsum("ij,ij->i", z, _lag(y, rows)) / z.shape[1]
    return product


def _moments(z: Floats, rows: Rows) -> Floats:
    """Expectation and both variances of Moran's I, shape (3, variables); p. 21 of [2]."""
    n = z.shape[1]
    s0, s1, s2 = _weight_sums(rows)
    expectation = -1 / (n - 1)
    normality = (n**2 * s1 - n * s2 + 3 * s0**2) / ((n - 1) * (n + 1) * s0**2) - expectation**2
    kurtosis = np.mean(z**4, axis=1)
    a = n * ((n**2 - 3 * n + 3) * s1 - n * s2 + 3 * s0**2)
    b = kurtosis * ((n**2 - n) * s1 - 2 * n * s2 + 6 * s0**2)
    with np.errstate(divide="ignore", invalid="ignore"):
        randomisation = (a - b) / ((n - 1) * (n - 2) * (n - 3) * s0**2) - expectation**2
    randomisation = randomisation if n > 3 else np.full(len(z), np.nan)
    ones = np.ones(len(z))
    return np.stack([expectation * ones, normality * ones, randomisation])


def _weight_sums(rows: Rows) -> tuple[float, float, float]:
    """S0, S1 and S2: sums of weights, of squared symmetric weights, of squared margins."""
    from scipy.sparse import csr_array

    n = len(rows.neighbours)
    matrix = csr_array((rows.weights, rows.indices, rows.indptr), shape=(n, n))
    both = matrix + matrix.T
    margins: Floats = np.asarray(matrix.sum(axis=0)) + np.asarray(matrix.sum(axis=1))
    return float(rows.weights.sum()), float((both.data**2).sum() / 2), float((margins**2).sum())


def _tails(counts: TailCounts, permutations: int) -> Floats:
    """Upper, lower and two-sided p, shape (3, ...)."""
    upper = (1 + counts.at_least) / (1 + permutations)
    lower = (1 + counts.at_most) / (1 + permutations)
    return np.stack([upper, lower, np.minimum(1, 2 * np.minimum(upper, lower))])


def local_moran(
    values: npt.ArrayLike, graph: Graph, *, permutations: int = 999, seed: int = 0
) -> LocalMoran:
    r"""Local Moran's I: how alike each unit and its neighbours are.

    .. math:: I_i = \frac{z_i}{m_2} \sum_j w_{ij} z_j, \quad m_2 = \frac{1}{n-1} \sum_i z_i^2

    as in `esda` and GeoDa; `spdep` divides by n in place of n - 1. The null holds the unit fixed
    and permutes the values of the others over its neighbours.

    Parameters
    ----------
    values : array_like of float, shape (units,) or (units, variables)
        NaN is a missing value.
    graph : Graph
        Neighbours, in the order of the units; its rows are standardised here.
    permutations : int
        Replicates; 0 for none, and then no p-values.
    seed : int
        Not negative.

    Returns
    -------
    LocalMoran
        NaN (and an empty quadrant) for missing values, islands, and variables without an answer.
        A unit exactly at the mean has I = 0 in all replicates, so its p-values are 1.

    Raises
    ------
    GeoError
        If `values` have another number of units than the graph, or are infinite; if
        `permutations` or `seed` is negative.

    References
    ----------
    .. [1] Anselin, L. (1995). Local indicators of spatial association - LISA. Geographical
       Analysis 27, 93-115, Eq. 12.

    Examples
    --------
    On a path of four, z = (-1.5, -0.5, 0.5, 1.5), lags (-0.5, -0.5, 0.5, 0.5), m2 = 5 / 3:

    >>> from libpysal.graph import Graph
    >>> path = Graph.from_arrays([0, 1, 1, 2, 2, 3], [1, 0, 2, 1, 3, 2], [1.0] * 6)
    >>> result = local_moran([1, 2, 3, 4], path, permutations=99, seed=1)
    >>> result.moran_i
    array([0.45, 0.15, 0.15, 0.45])
    >>> result.quadrant.tolist()
    ['low-low', 'low-low', 'high-high', 'high-high']
    """
    x = _as_values(values, graph, permutations=permutations, seed=seed)
    out = np.full((4, *x.shape), np.nan)
    quadrant = np.zeros(x.shape, dtype=np.int64)
    neighbours = np.zeros(x.shape, dtype=np.int64)
    reason = _no_answer(x)
    everything = graph_rows(graph, standardise=False)
    for together, keep in _same_missing(x):
        rows = restricted_rows(everything, keep)
        neighbours[np.ix_(together, keep)] = rows.neighbours
        chosen = together[reason[together] == ""]
        if len(chosen) == 0:
            continue
        z = _centred(x[np.ix_(chosen, keep)])
        rng = np.random.default_rng([seed, z.shape[1]])
        out[np.ix_(np.arange(4), chosen, keep)], quadrant[np.ix_(chosen, keep)] = _local(
            z, rows, permutations=permutations, rng=rng
        )
    shape = np.shape(values)
    moran, upper, lower, two_sided = (a.T.reshape(shape) for a in out)
    return LocalMoran(
        moran_i=moran,
        p_upper=upper,
        p_lower=lower,
        p_two_sided=two_sided,
        quadrant=np.array(QUADRANTS)[quadrant.T.reshape(shape)],
        neighbours=neighbours.T.reshape(shape),
        reason=reason.reshape(shape[1:]),
        permutations=permutations,
    )


def _local(
    z: Floats, rows: Rows, *, permutations: int, rng: np.random.Generator
) -> tuple[Floats, Integers]:
    """I and its three p-values, shape (4, variables, units), and positions in `QUADRANTS`."""
    n = z.shape[1]
    island = rows.neighbours == 0
    lag = _lag(z, rows)
    out = np.full((4, *z.shape), np.nan)
    out[0] = (n - 1) / n * z * lag
    if permutations:
        size = min(int(rows.neighbours.max(initial=0)) + 1, n)
        draws = neighbour_draws(n, size, permutations=permutations, rng=rng)
        counts = _likeness(lag_tail_counts(z, rows, draws), z, permutations)
        out[1:] = _tails(counts, permutations)
    out[:, :, island] = np.nan
    quadrant = np.where(z > 0, np.where(lag > 0, 1, 4), np.where(lag > 0, 2, 3))
    quadrant[:, island] = 0
    return out, quadrant


def _likeness(lag: TailCounts, z: Floats, permutations: int) -> TailCounts:
    """Tails of z times the lag: the lag's own where z > 0, exchanged where z < 0."""
    at_mean = np.abs(z) <= _NO_VARIATION
    upper = np.where(z > 0, lag.at_least, lag.at_most)
    lower = np.where(z > 0, lag.at_most, lag.at_least)
    return TailCounts(
        np.where(at_mean, permutations, upper), np.where(at_mean, permutations, lower)
    )
