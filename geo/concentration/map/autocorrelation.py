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
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from geo.concentration.map._variables import (
    as_values,
    global_parts,
    lag,
    local_tails,
    no_answer,
    parts,
    placed,
    row_sums,
    standard_scores,
    tails,
    weight_sums,
)
from geo.concentration.map.adaptive import Adaptive, Replicates, conditional_replicates
from geo.concentration.map.permutation import moran_tail_counts
from geo.errors import GeoError

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt
    from libpysal.graph import Graph

    from geo.concentration.map._variables import Part
    from geo.concentration.map.neighbours import Rows

    Codes = npt.NDArray[np.int8]
    Counts = npt.NDArray[np.int32]
    Floats = npt.NDArray[np.float64]
    Integers = npt.NDArray[np.int64]
    Texts = npt.NDArray[np.str_]

__all__ = ["QUADRANTS", "GlobalMoran", "LocalMoran", "local_moran", "local_moran_pairs", "moran_i"]

QUADRANTS = ("", "high-high", "low-high", "low-low", "high-low")
"""The unit and its neighbours against the mean; empty where there is no answer."""


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
    expectation: Floats
    """Mean over all ways to draw the neighbours from the others, the unit fixed."""
    variance: Floats
    """Variance over the same; (moran_i - expectation) / its root is the standard deviate."""
    p_upper: Floats
    """Chance of as much likeness or more, the unit fixed and the others permuted."""
    p_lower: Floats
    """Chance of as little likeness or less."""
    p_two_sided: Floats
    """Twice the smaller of both, at most 1."""
    quadrant_code: Codes
    """Position in `QUADRANTS`."""
    neighbours: Integers
    """Neighbours with a value; 0 is an island, and has no answer."""
    reason: Texts
    """Shape of one unit's values: why a variable has no answer: `constant`, `one_region`."""
    replicates: Counts
    """How many there were; no one-sided p can be below 1 / (replicates + 1)."""

    @property
    def quadrant(self) -> Texts:
        """The unit and its neighbours against the mean, one of `QUADRANTS`."""
        return np.array(QUADRANTS)[self.quadrant_code]


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
    x = as_values(values, graph, permutations=permutations, seed=seed)
    out = np.full((7, len(x)), np.nan)
    reason = no_answer(x)
    for chosen, _, rows, known in global_parts(x, graph, reason):
        z = standard_scores(known)
        out[0, chosen] = np.einsum("ij,ij->i", z, lag(z, rows)) / rows.weights.sum()
        out[1:4, chosen] = _moments(z, rows)
        if permutations:
            rng = np.random.default_rng([seed, z.shape[1]])
            counts = moran_tail_counts(z, rows, permutations=permutations, rng=rng)
            out[4:, chosen] = tails(counts, permutations)
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


def _moments(z: Floats, rows: Rows) -> Floats:
    """Expectation and both variances of Moran's I, shape (3, variables); p. 21 of [2]."""
    n = z.shape[1]
    s0, s1, s2 = weight_sums(rows)
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


def local_moran(
    values: npt.ArrayLike,
    graph: Graph,
    *,
    permutations: int = 999,
    adaptive: Adaptive | None = None,
    seed: int = 0,
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
    adaptive : Adaptive, optional
        Plan for more replicates of the units that few of them reach.
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
        `permutations` or `seed` is negative; if `adaptive.tested` has another shape.

    References
    ----------
    .. [1] Anselin, L. (1995). Local indicators of spatial association - LISA. Geographical
       Analysis 27, 93-115, Eq. 12.
    .. [2] Sokal, R. R., Oden, N. L., Thomson, B. A. (1998). Local spatial autocorrelation in a
       biological model. Geographical Analysis 30, 331-354: moments with the unit held fixed.

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
    x = as_values(values, graph, permutations=permutations, seed=seed)
    shape, reason = np.shape(values), no_answer(x)
    plan = partial(conditional_replicates, permutations=permutations, adaptive=adaptive, seed=seed)
    return _local(x, x, graph, reason, shape, plan)


def local_moran_pairs(
    values: npt.ArrayLike,
    around: npt.ArrayLike,
    graph: Graph,
    *,
    permutations: int = 999,
    adaptive: Adaptive | None = None,
    seed: int = 0,
) -> LocalMoran:
    r"""Bivariate local Moran's I: how much one industry stands beside another.

    .. math:: I_i = \frac{n - 1}{n} z^x_i \sum_j w_{ij} z^y_j

    in standard scores of divisor n, as in `esda`. What both industries do in the unit itself does
    not enter; the null permutes the values of the other units' `around` over the neighbours.

    Parameters
    ----------
    values, around : array_like of float, shape (units,) or (units, pairs)
        x and y of each pair; a unit that misses one of them leaves the map of the pair.
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
    LocalMoran
        The first half of a quadrant is the unit's `values`, the second its neighbours' `around`.

    Raises
    ------
    GeoError
        As `local_moran`, and if both have not the same shape.

    References
    ----------
    .. [1] Anselin, L., Syabri, I., Smirnov, O. (2002). Visualizing multivariate spatial
       correlation with dynamically linked windows. New Tools for Spatial Data Analysis.

    Examples
    --------
    On a path of four, x has scores 1.342 times (-1, -1/3, 1/3, 1), y the same backwards, with
    lags 1.342 times (1/3, 1/3, -1/3, -1/3); 1.342 squared is 9 / 5:

    >>> from libpysal.graph import Graph
    >>> path = Graph.from_arrays([0, 1, 1, 2, 2, 3], [1, 0, 2, 1, 3, 2], [1.0] * 6)
    >>> result = local_moran_pairs([1, 2, 3, 4], [4, 3, 2, 1], path, permutations=0)
    >>> result.moran_i
    array([-0.45, -0.15, -0.15, -0.45])
    >>> result.quadrant[0]
    np.str_('low-high')
    """
    if np.shape(values) != np.shape(around):
        message = (
            "`values` and `around` must have the same shape: they have "
            f"{np.shape(values)} and {np.shape(around)}."
        )
        raise GeoError(message)
    x = as_values(values, graph, permutations=permutations, seed=seed)
    y = as_values(around, graph)
    missing = np.isnan(x) | np.isnan(y)
    x, y = (np.where(missing, np.nan, v) for v in (x, y))
    reason = np.where(no_answer(x) == "", no_answer(y), no_answer(x))
    plan = partial(conditional_replicates, permutations=permutations, adaptive=adaptive, seed=seed)
    return _local(x, y, graph, reason, np.shape(values), plan)


def _local(
    x: Floats,
    y: Floats,
    graph: Graph,
    reason: Texts,
    shape: tuple[int, ...],
    plan: Callable[..., Replicates],
) -> LocalMoran:
    """Score of each unit's x times the lag of y."""
    from geo.concentration.map._permutation_kernels import score_products

    everyone = list(parts(y, graph))
    found, scores = [], []
    for part in everyone:
        answered = part.only(reason[part.variables] == "")
        if len(answered.variables) == 0:
            continue
        around = standard_scores(answered.values)
        own = around if x is y else standard_scores(x[answered.place])
        links = part.rows.indptr, part.rows.indices, part.rows.weights
        found.append((answered, (own, *score_products(own, around, *links, *row_sums(part.rows)))))
        scores.append(answered._replace(values=around))
    (neighbours,) = placed([(p, (_repeated(p),)) for p in everyone], x.shape, (0,))
    z, moran, mean, variance, quadrant = placed(found, x.shape, (*[np.nan] * 4, np.int8(0)))
    replicates = plan(scores, x.shape)
    # Tails of score times lag are those of the lag, exchanged where the score is negative.
    p = local_tails(replicates.counts, replicates.number, z)
    upper, lower, two_sided = (tail.T.reshape(shape) for tail in p)
    return LocalMoran(
        moran_i=moran.T.reshape(shape),
        expectation=mean.T.reshape(shape),
        variance=variance.T.reshape(shape),
        p_upper=upper,
        p_lower=lower,
        p_two_sided=two_sided,
        quadrant_code=quadrant.T.reshape(shape),
        neighbours=neighbours.T.reshape(shape),
        reason=reason.reshape(shape[1:]),
        replicates=replicates.number.T.reshape(shape),
    )


def _repeated(part: Part) -> Integers:
    """Numbers of neighbours, the same for each variable of the part."""
    return np.broadcast_to(part.rows.neighbours, part.values.shape)
