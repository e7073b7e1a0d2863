"""Geary's C, global and local: how much neighbours differ.

Here belong the statistics on squared differences between neighbours; those on products stand in
`autocorrelation`, and what is said there of missing values, islands, ties, draws and variables
without an answer holds here too. Small values are likeness here: look at the lower tail.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geo.concentration.map._variables import (
    as_values,
    global_parts,
    lag,
    local_scores,
    local_tails,
    no_answer,
    standard_scores,
    tails,
    weight_sums,
)
from geo.concentration.map.adaptive import Adaptive, conditional_replicates
from geo.concentration.map.permutation import difference_tail_counts, geary_tail_counts

if TYPE_CHECKING:
    import numpy.typing as npt
    from libpysal.graph import Graph

    from geo.concentration.map.neighbours import Rows

    Counts = npt.NDArray[np.int32]
    Floats = npt.NDArray[np.float64]
    Integers = npt.NDArray[np.int64]
    Texts = npt.NDArray[np.str_]

__all__ = ["GlobalGeary", "LocalGeary", "geary_c", "local_geary"]


@dataclass(frozen=True, kw_only=True)
class GlobalGeary:
    """Geary's C of each variable; arrays have the shape of `values` without its first axis."""

    geary_c: Floats
    """Dimensionless, not negative; 1 is expected by chance, below is likeness of neighbours."""
    variance_normality: Floats
    """Variance if the values were independent draws of one normal distribution."""
    variance_randomisation: Floats
    """Variance over all permutations of the values."""
    p_upper: Floats
    """Chance of as much difference or more, under permutation."""
    p_lower: Floats
    """Chance of as little difference or less."""
    p_two_sided: Floats
    """Twice the smaller of both, at most 1."""
    reason: Texts
    """Why there is no answer: `constant`, `one_region`, `no_neighbours`; else empty."""


@dataclass(frozen=True, kw_only=True)
class LocalGeary:
    """Local Geary of each unit and variable; arrays have the shape of `values`."""

    geary_c: Floats
    """Mean squared difference to the neighbours in standard scores; not negative."""
    p_upper: Floats
    """Chance of as much difference or more, the unit fixed and the others permuted."""
    p_lower: Floats
    """Chance of as little difference or less."""
    p_two_sided: Floats
    """Twice the smaller of both, at most 1."""
    neighbours: Integers
    """Neighbours with a value; 0 is an island, and has no answer."""
    reason: Texts
    """Shape of one unit's values: why a variable has no answer: `constant`, `one_region`."""
    replicates: Counts
    """How many there were; no one-sided p can be below 1 / (replicates + 1)."""


def geary_c(
    values: npt.ArrayLike, graph: Graph, *, permutations: int = 999, seed: int = 0
) -> GlobalGeary:
    r"""Geary's C: how much neighbours differ, against what units differ at large.

    .. math:: C = \frac{n - 1}{2 S_0}
              \frac{\sum_{ij} w_{ij} (x_i - x_j)^2}{\sum_i (x_i - \bar x)^2}

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
    GlobalGeary
        NaN where a variable has no answer. Islands count among the n units as in `esda`, while
        `spdep` leaves them out of n.

    Raises
    ------
    GeoError
        If `values` have another number of units than the graph, or are infinite; if
        `permutations` or `seed` is negative.

    References
    ----------
    .. [1] Geary, R. C. (1954). The contiguity ratio and statistical mapping. The Incorporated
       Statistician 5, 115-145.
    .. [2] Cliff, A. D., Ord, J. K. (1981). Spatial Processes. Variances: p. 21.

    Examples
    --------
    On a path of four with steps of 1, every neighbour differs by 1: (3 / (2 * 4)) 4 / 5.

    >>> from libpysal.graph import Graph
    >>> path = Graph.from_arrays([0, 1, 1, 2, 2, 3], [1, 0, 2, 1, 3, 2], [1.0] * 6)
    >>> round(float(geary_c([1, 2, 3, 4], path, permutations=0).geary_c), 6)
    0.3
    """
    x = as_values(values, graph, permutations=permutations, seed=seed)
    out = np.full((6, len(x)), np.nan)
    reason = no_answer(x)
    for chosen, _, rows, known in global_parts(x, graph, reason):
        z = standard_scores(known)
        n = z.shape[1]
        out[0, chosen] = _differences(z, rows).sum(axis=1) * (n - 1) / n / 2 / rows.weights.sum()
        out[1:3, chosen] = _variances(z, rows)
        if permutations:
            rng = np.random.default_rng([seed, n])
            counts = geary_tail_counts(z, rows, permutations=permutations, rng=rng)
            out[3:, chosen] = tails(counts, permutations)
    c, normality, randomisation, upper, lower, two_sided = (
        a.reshape(np.shape(values)[1:]) for a in out
    )
    return GlobalGeary(
        geary_c=c,
        variance_normality=normality,
        variance_randomisation=randomisation,
        p_upper=upper,
        p_lower=lower,
        p_two_sided=two_sided,
        reason=reason.reshape(np.shape(values)[1:]),
    )


def _differences(z: Floats, rows: Rows) -> Floats:
    """Weighted sum of squared differences to the neighbours of each unit."""
    total = lag(np.ones((1, z.shape[1])), rows)
    # Rounding may leave something just below 0 where all neighbours are alike.
    return np.maximum(z**2 * total - 2 * z * lag(z, rows) + lag(z**2, rows), 0.0)


def _variances(z: Floats, rows: Rows) -> Floats:
    """Both variances of Geary's C, shape (2, variables); p. 21 of [2]."""
    n = z.shape[1]
    s0, s1, s2 = weight_sums(rows)
    normality = ((2 * s1 + s2) * (n - 1) - 4 * s0**2) / (2 * (n + 1) * s0**2)
    if n <= 3:
        return np.stack([np.full(len(z), normality), np.full(len(z), np.nan)])
    kurtosis = np.mean(z**4, axis=1)
    a = (n - 1) * s1 * (n**2 - 3 * n + 3 - (n - 1) * kurtosis)
    b = (n - 1) * s2 / 4 * (n**2 + 3 * n - 6 - (n**2 - n + 2) * kurtosis)
    c = s0**2 * (n**2 - 3 - (n - 1) ** 2 * kurtosis)
    randomisation = (a - b + c) / (n * (n - 2) * (n - 3) * s0**2)
    return np.stack([np.full(len(z), normality), randomisation])


def local_geary(
    values: npt.ArrayLike,
    graph: Graph,
    *,
    permutations: int = 999,
    adaptive: Adaptive | None = None,
    seed: int = 0,
) -> LocalGeary:
    r"""Local Geary: how much each unit differs from its neighbours.

    .. math:: c_i = \sum_j w_{ij} (z_i - z_j)^2

    in standard scores of divisor n, as in `esda`. The null holds the unit fixed and permutes the
    values of the others over its neighbours.

    Parameters
    ----------
    values : array_like of float, shape (units,) or (units, variables)
        NaN is a missing value.
    graph : Graph
        Neighbours, in the order of the units; its rows are standardised here.
    permutations : int
        Replicates; 0 for none, and then no p-values.
    adaptive : Adaptive, optional
        Plan for more replicates of the units that few of them reach.
    seed : int
        Not negative.

    Returns
    -------
    LocalGeary
        NaN for missing values, islands, and variables without an answer.

    Raises
    ------
    GeoError
        If `values` have another number of units than the graph, or are infinite; if
        `permutations` or `seed` is negative; if `adaptive.tested` has another shape.

    References
    ----------
    .. [1] Anselin, L. (1995). Local indicators of spatial association - LISA. Geographical
       Analysis 27, 93-115, Eq. 17.
    .. [2] Anselin, L. (2019). A local indicator of multivariate spatial association: extending
       Geary's c. Geographical Analysis 51, 133-150: two-sided reading.

    Examples
    --------
    On a path of four with steps of 1 and variance 5 / 4, every c is 1 / (5 / 4):

    >>> from libpysal.graph import Graph
    >>> path = Graph.from_arrays([0, 1, 1, 2, 2, 3], [1, 0, 2, 1, 3, 2], [1.0] * 6)
    >>> local_geary([1, 2, 3, 4], path, permutations=0).geary_c
    array([0.8, 0.8, 0.8, 0.8])
    """
    x = as_values(values, graph, permutations=permutations, seed=seed)
    reason = no_answer(x)
    c = np.full(x.shape, np.nan)
    scores, neighbours = local_scores(x, graph, reason)
    for part in scores:
        c[part.place] = _differences(part.values, part.rows)
    c[neighbours == 0] = np.nan
    counts, number = conditional_replicates(
        scores,
        x.shape,
        permutations=permutations,
        adaptive=adaptive,
        seed=seed,
        count=difference_tail_counts,
    )
    p = local_tails(counts, number, np.where(np.isnan(c), np.nan, 1.0))
    shape = np.shape(values)
    upper, lower, two_sided = (tail.T.reshape(shape) for tail in p)
    return LocalGeary(
        geary_c=c.T.reshape(shape),
        p_upper=upper,
        p_lower=lower,
        p_two_sided=two_sided,
        neighbours=neighbours.T.reshape(shape),
        reason=reason.reshape(shape[1:]),
        replicates=number.T.reshape(shape),
    )
