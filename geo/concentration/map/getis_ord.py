"""Getis and Ord's G, global and local, and G*: where much stands beside much.

Here belong the statistics on sums of neighbours' values; those that compare them with the unit's
own stand in `autocorrelation`, and what is said there of missing values, islands, ties, draws and
variables without an answer holds here too. A hot spot is the upper tail, a cold spot the lower.
Weights are taken as they stand in the graph (1 for each neighbour, for the graphs of
`neighbours`), and the unit's own weight in G* is 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geo.concentration.map._variables import (
    as_values,
    global_parts,
    lag,
    lag_moments,
    local_scores,
    local_tails,
    no_answer,
    tails,
    weight_sums,
)
from geo.concentration.map.adaptive import Adaptive, conditional_replicates
from geo.concentration.map.permutation import moran_tail_counts
from geo.errors import InvalidCountsError

if TYPE_CHECKING:
    import numpy.typing as npt
    from libpysal.graph import Graph

    from geo.concentration.map.neighbours import Rows

    Counts = npt.NDArray[np.int32]
    Floats = npt.NDArray[np.float64]
    Integers = npt.NDArray[np.int64]
    Texts = npt.NDArray[np.str_]

__all__ = ["GlobalG", "LocalG", "general_g", "local_g"]


@dataclass(frozen=True, kw_only=True)
class GlobalG:
    """General G of each variable; arrays have the shape of `values` without its first axis."""

    general_g: Floats
    """Share of all products of two units that stand side by side; in [0, 1] for weights 1."""
    expectation: Floats
    """S0 / (n (n - 1))."""
    variance: Floats
    """Variance over all permutations of the values."""
    p_upper: Floats
    """Chance of as much beside much or more, under permutation."""
    p_lower: Floats
    """Chance of as little or less."""
    p_two_sided: Floats
    """Twice the smaller of both, at most 1."""
    reason: Texts
    """Why there is no answer: `constant`, `one_region`, `no_neighbours`; else empty."""


@dataclass(frozen=True, kw_only=True)
class LocalG:
    """Local G or G* of each unit and variable; arrays have the shape of `values`."""

    z_score: Floats
    """Standard deviate of the sum over the neighbours; above 0 where there is much."""
    p_upper: Floats
    """Chance of as much or more around, the unit fixed and the others permuted."""
    p_lower: Floats
    """Chance of as little or less."""
    p_two_sided: Floats
    """Twice the smaller of both, at most 1."""
    neighbours: Integers
    """Neighbours with a value; 0 is an island, and has no answer."""
    reason: Texts
    """Shape of one unit's values: why a variable has no answer: `constant`, `one_region`."""
    replicates: Counts
    """How many there were; no one-sided p can be below 1 / (replicates + 1)."""


def general_g(
    values: npt.ArrayLike, graph: Graph, *, permutations: int = 999, seed: int = 0
) -> GlobalG:
    r"""General G: whether high values stand together (upper tail) or low ones (lower tail).

    .. math:: G = \frac{\sum_{ij} w_{ij} x_i x_j}{\sum_{i \ne j} x_i x_j}

    Parameters
    ----------
    values : array_like of float, shape (units,) or (units, variables)
        Not negative; NaN is a missing value.
    graph : Graph
        Neighbours, in the order of the units.
    permutations : int
        Replicates; 0 for none, and then no p-values.
    seed : int
        Not negative.

    Returns
    -------
    GlobalG
        NaN where a variable has no answer.

    Raises
    ------
    InvalidCountsError
        If a value is negative.
    GeoError
        If `values` have another number of units than the graph, or are infinite; if
        `permutations` or `seed` is negative.

    References
    ----------
    .. [1] Getis, A., Ord, J. K. (1992). The analysis of spatial association by use of distance
       statistics. Geographical Analysis 24, 189-206, Eq. 5 and the moments after it.

    Examples
    --------
    On a path of three with values 1, 2, 3: 2 (1 * 2 + 2 * 3) of 2 (1 * 2 + 2 * 3 + 1 * 3).

    >>> from libpysal.graph import Graph
    >>> path = Graph.from_arrays([0, 1, 1, 2], [1, 0, 2, 1], [1.0] * 4)
    >>> round(float(general_g([1, 2, 3], path, permutations=0).general_g), 6)
    0.727273
    """
    x = as_values(values, graph, permutations=permutations, seed=seed)
    if (x < 0).any():
        variable, unit = np.argwhere(x < 0)[0].tolist()
        message = (
            f"`values` must not be negative: {int((x < 0).sum())} are, first "
            f"{x[variable, unit]} at unit {unit}, variable {variable}."
        )
        raise InvalidCountsError(message)
    out = np.full((6, len(x)), np.nan)
    reason = no_answer(x)
    for chosen, _, rows, given in global_parts(x, graph, reason, standardise=False):
        known = given / given.mean(axis=1, keepdims=True)
        pairs = known.sum(axis=1) ** 2 - (known**2).sum(axis=1)
        out[0, chosen] = np.einsum("ij,ij->i", known, lag(known, rows)) / pairs
        out[1:3, chosen] = _moments(known, rows)
        if permutations:
            rng = np.random.default_rng([seed, known.shape[1]])
            counts = moran_tail_counts(known, rows, permutations=permutations, rng=rng)
            out[3:, chosen] = tails(counts, permutations)
    g, expectation, variance, upper, lower, two_sided = (
        a.reshape(np.shape(values)[1:]) for a in out
    )
    return GlobalG(
        general_g=g,
        expectation=expectation,
        variance=variance,
        p_upper=upper,
        p_lower=lower,
        p_two_sided=two_sided,
        reason=reason.reshape(np.shape(values)[1:]),
    )


def _moments(x: Floats, rows: Rows) -> Floats:
    """Expectation and variance of G, shape (2, variables); after Eq. 5 of [1]."""
    n = x.shape[1]
    s0, s1, s2 = weight_sums(rows)
    expectation = np.full(len(x), s0 / (n * (n - 1)))
    if n <= 3:
        return np.stack([expectation, np.full(len(x), np.nan)])
    m1, m2, m3, m4 = ((x**power).sum(axis=1) for power in (1, 2, 3, 4))
    b0 = (n**2 - 3 * n + 3) * s1 - n * s2 + 3 * s0**2
    b1 = -((n**2 - n) * s1 - 2 * n * s2 + 6 * s0**2)
    b2 = -(2 * n * s1 - (n + 3) * s2 + 6 * s0**2)
    b3 = 4 * (n - 1) * s1 - 2 * (n + 1) * s2 + 8 * s0**2
    b4 = s1 - s2 + s0**2
    square = b0 * m2**2 + b1 * m4 + b2 * m1**2 * m2 + b3 * m1 * m3 + b4 * m1**4
    square /= (m1**2 - m2) ** 2 * n * (n - 1) * (n - 2) * (n - 3)
    return np.stack([expectation, square - expectation**2])


def local_g(
    values: npt.ArrayLike,
    graph: Graph,
    *,
    star: bool = False,
    permutations: int = 999,
    adaptive: Adaptive | None = None,
    seed: int = 0,
) -> LocalG:
    r"""Local G, or G* with the unit itself: hot and cold spots as standard deviates.

    .. math:: G_i = \frac{\sum_{j \ne i} w_{ij} x_j - W_i \bar x_{(i)}}
              {s_{(i)} \sqrt{[(n - 1) S_{1i} - W_i^2] / (n - 2)}}, \quad
              G_i^* = \frac{\sum_j w_{ij} x_j - W_i^* \bar x}
              {s \sqrt{[n S_{1i}^* - W_i^{*2}] / (n - 1)}}

    where W is the sum of weights and S_1 that of their squares, the mean and the deviation
    (divisor n - 1 and n) of G leave the unit out, and those of G* do not. The null of the p-values
    holds the unit fixed and permutes the values of the others over its neighbours, so that G and
    G* have the same.

    Parameters
    ----------
    values : array_like of float, shape (units,) or (units, variables)
        NaN is a missing value.
    graph : Graph
        Neighbours, in the order of the units.
    star : bool
        Whether the unit belongs to its own neighbourhood, with weight 1.
    permutations : int
        Replicates; 0 for none, and then no p-values.
    adaptive : Adaptive, optional
        Plan for more replicates of the units that few of them reach.
    seed : int
        Not negative.

    Returns
    -------
    LocalG
        NaN for missing values, islands (for G* too), variables without an answer, and a unit
        whose neighbours are all other units.

    Raises
    ------
    GeoError
        If `values` have another number of units than the graph, or are infinite; if
        `permutations` or `seed` is negative; if `adaptive.tested` has another shape.

    References
    ----------
    .. [1] Ord, J. K., Getis, A. (1995). Local spatial autocorrelation statistics: distributional
       issues and an application. Geographical Analysis 27, 286-306, Eqs. 5 and 6.

    Examples
    --------
    On a path of four the first unit of (1, 2, 3, 4) has the neighbour 2 where the others have the
    mean 3 and the variance 2 / 3, and weights 1: (2 - 3) / sqrt(2 / 3 * (3 - 1) / 2):

    >>> from libpysal.graph import Graph
    >>> path = Graph.from_arrays([0, 1, 1, 2, 2, 3], [1, 0, 2, 1, 3, 2], [1.0] * 6)
    >>> local_g([1, 2, 3, 4], path, permutations=0).z_score.round(6)[0]
    np.float64(-1.224745)
    """
    x = as_values(values, graph, permutations=permutations, seed=seed)
    reason = no_answer(x)
    g = np.full(x.shape, np.nan)
    deviate = _star_deviate if star else _deviate
    scores, neighbours = local_scores(x, graph, reason, standardise=False)
    for part in scores:
        g[part.place] = deviate(part.values, part.rows)
    g[neighbours == 0] = np.nan
    counts, number = conditional_replicates(
        scores, x.shape, permutations=permutations, adaptive=adaptive, seed=seed
    )
    p = local_tails(counts, number, np.where(neighbours == 0, np.nan, 1.0))
    shape = np.shape(values)
    upper, lower, two_sided = (tail.T.reshape(shape) for tail in p)
    return LocalG(
        z_score=g.T.reshape(shape),
        p_upper=upper,
        p_lower=lower,
        p_two_sided=two_sided,
        neighbours=neighbours.T.reshape(shape),
        reason=reason.reshape(shape[1:]),
        replicates=number.T.reshape(shape),
    )


def _deviate(z: Floats, rows: Rows) -> Floats:
    """Eq. 5 of [1]: the sum against all ways to draw the neighbours from the others."""
    mean, variance = lag_moments(z, rows)
    free = variance > 1e-12
    return np.where(free, (lag(z, rows) - mean) / np.sqrt(np.where(free, variance, 1)), np.nan)


def _star_deviate(z: Floats, rows: Rows) -> Floats:
    """Eq. 6 of [1] for standard scores: their mean is 0 and their deviation 1."""
    n = z.shape[1]
    focal = np.repeat(np.arange(n), rows.neighbours)
    total = 1 + np.bincount(focal, rows.weights, minlength=n)
    squares = 1 + np.bincount(focal, rows.weights**2, minlength=n)
    variance = (n * squares - total**2) / (n - 1)
    free = variance > 1e-12
    return np.where(free, (lag(z, rows) + z) / np.sqrt(np.where(free, variance, 1)), np.nan)
