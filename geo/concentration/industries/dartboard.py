r"""The dartboard: how concentrated plants are that fall on the map at random.

Here belong what is known of such throws in closed form and what is counted from them; the indices
that they test are in `glaeser_indices`, the plants thrown in `plants`, the compiled loops in
`_dartboard_kernels`.

Notation: :math:`x_r` is the region's share of all firms or jobs, :math:`z_k` the share of plant k
in its industry, :math:`X_m = \sum_r x_r^m`, :math:`Z_m = \sum_k z_k^m`, and :math:`H = Z_2` the
plants' Herfindahl index.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geo.concentration.industries.indices import regional_shares
from geo.concentration.industries.plants import as_sizes, check_plants
from geo.errors import InvalidCountsError

if TYPE_CHECKING:
    import numpy.typing as npt
    from libpysal.graph import Graph
    from scipy.sparse import csr_array

    Floats = npt.NDArray[np.float64]
    Integers = npt.NDArray[np.int64]

__all__ = [
    "dartboard_variance",
    "ellison_glaeser_p",
    "symmetric_weights",
    "throws_p",
]

# Drawing how many plants a region gets takes as long as throwing some ten of them. Throws of equal
# plants serve all industries at once, so that there one industry has to be the larger to be worth
# numbers of its own.
_CROWD_PER_REGION = 16
_CROWD_PER_REGION_OF_EQUALS = 64
_DRAWN_AT_ONCE = 1_000_000


def dartboard_variance(reference: npt.ArrayLike, *, sizes: npt.ArrayLike) -> np.float64:
    r"""Variance of the raw measure :math:`G` where plants fall like darts.

    .. math:: \mathrm{Var}(G) = 2 \bigl\{ H^2 [X_2 - 2 X_3 + X_2^2]
       - Z_4 [X_2 - 4 X_3 + 3 X_2^2] \bigr\}

    A z-test with it misleads: :math:`G` is skewed, and more so the larger the largest plant. Use
    `ellison_glaeser_p`.

    Parameters
    ----------
    reference : array_like of float, shape (n_regions,)
        All firms or jobs; finite and not negative.
    sizes : array_like of float, shape (n_plants,)
        Jobs of each plant, or ones; finite and not negative.

    Returns
    -------
    float64
        NaN without plants or jobs.

    Raises
    ------
    InvalidCountsError
        If shapes do not fit, or a value is negative or not finite.

    References
    ----------
    .. [1] Ellison, G. & Glaeser, E. L. (1997). Geographic concentration in U.S. manufacturing
       industries: a dartboard approach. Journal of Political Economy 105(5), 889-927, p. 907.

    Examples
    --------
    One plant in one of two halves: G is 1/2 wherever it falls.

    >>> dartboard_variance([1, 1], sizes=[7])
    np.float64(0.0)
    """
    x, _ = regional_shares(reference)
    e = as_sizes(sizes)
    x2, x3 = (x**2).sum(), (x**3).sum()
    with np.errstate(invalid="ignore", divide="ignore"):
        z = e / e.sum()
    spread = (z**2).sum() ** 2 * (x2 - 2 * x3 + x2**2)
    spread -= (z**4).sum() * (x2 - 4 * x3 + 3 * x2**2)
    return np.float64(2.0 * spread if len(e) else np.nan)


def ellison_glaeser_p(
    raw: float,
    reference: npt.ArrayLike,
    *,
    sizes: npt.ArrayLike,
    plants: npt.ArrayLike | None = None,
    graph: Graph | None = None,
    draws: int = 9_999,
    seed: int = 0,
) -> float:
    r"""Chance of an industry at least so concentrated, had its plants fallen like darts.

    Every draw throws each plant, with all its jobs, into region r with chance :math:`x_r`, and the
    share of draws is :math:`p = (1 + \#\{G^* \ge G\}) / (1 + \text{draws})`. The index
    :math:`\gamma` rises with :math:`G`, so it is the upper tail of both.

    Parameters
    ----------
    raw : float
        Observed :math:`G`, from `raw_concentration`.
    reference : array_like of float, shape (n_regions,)
        All firms or jobs; finite and not negative.
    sizes : array_like of float, shape (n_plants,) or (n_sizes,)
        Jobs of each plant, or ones; finite and not negative.
    plants : array_like of int, shape (n_sizes,), optional
        How many plants have each of the sizes; one where not given.
    graph : libpysal.graph.Graph, optional
        Neighbours, where `raw` is the form :math:`(s - x)' \Psi (s - x)` that
        `neighbour_ellison_glaeser` stands on.
    draws : int, default 9999
        Throws of the whole industry.
    seed : int, default 0
        Start of the random numbers; the same seed gives the same p.

    Returns
    -------
    float
        From 1 / (1 + draws) to 1; NaN where `raw` is, or with fewer than two plants that have jobs.

    Raises
    ------
    InvalidCountsError
        If shapes do not fit, a value is negative or not finite, `draws` is below 1, or there are
        over 2**53 plants.

    References
    ----------
    .. [1] Cassey, A. J. & Smith, B. O. (2014). Simulating confidence for the Ellison-Glaeser index.
       Journal of Urban Economics 81, 85-103.

    Examples
    --------
    Two equal plants fall into the same of two halves every other time:

    >>> p = ellison_glaeser_p(0.5, [1, 1], sizes=[3, 3])
    >>> 0.48 < p < 0.52
    True
    """
    x, _ = regional_shares(reference)
    e = as_sizes(sizes)
    counts = np.ones(len(e)) if plants is None else as_sizes(plants)
    if draws < 1 or counts.shape != e.shape:
        message = (
            "`draws` must be at least 1 and `plants` one number per size: they are "
            f"{draws} and of shape {counts.shape} for {len(e)} sizes."
        )
        raise InvalidCountsError(message)
    check_plants(counts.sum())
    weights = None if graph is None else symmetric_weights(graph, len(x))
    given = [(e, counts.astype(np.int64))]
    return float(
        throws_p(np.array([raw]), x, sizes=given, weights=weights, draws=draws, seed=seed)[0]
    )


def throws_p(
    raw: Floats,
    reference: Floats,
    *,
    sizes: Floats | list[tuple[Floats, Integers]],
    weights: csr_array | None,
    draws: int,
    seed: int,
) -> Floats:
    """Chances of many industries, which share their throws; `ellison_glaeser_p` is one of them.

    Parameters
    ----------
    raw : ndarray of float64, shape (n_industries,)
        Observed quadratic forms; NaN is not tested.
    reference : ndarray of float64, shape (n_regions,)
        Shares of regions, summing to 1.
    sizes : ndarray of float64, shape (n_industries,), or list of n_industries pairs of arrays
        Numbers of plants, all of them equal; or jobs of plants and how many have so many.
    weights : csr_array of shape (n_regions, n_regions), optional
        Symmetric, without a diagonal, as `symmetric_weights` gives them.
    draws, seed : int
        Number of throws, at least 1; start of the random numbers.

    Returns
    -------
    ndarray of float64, shape (n_industries,)
        From 1 / (1 + draws) to 1; NaN where `raw` is, or with fewer than two plants that have jobs.

    Raises
    ------
    InvalidCountsError
        If an industry has over 2**53 plants.

    See Also
    --------
    ellison_glaeser_p : The test of one industry, with its sources.
    """
    from geo.concentration.industries import _dartboard_kernels as _dartboard

    p = np.full(len(raw), np.nan)
    if np.isnan(reference).any():
        return p
    target = _dartboard.board(reference, weights)
    if isinstance(sizes, list):
        for k, (e, n) in enumerate(sizes):
            if np.isnan(raw[k]) or n[e > 0].sum() < 2:
                continue
            check_plants(n.sum(dtype=np.float64))
            # The order of plants decides which random numbers they get: it must be their own.
            order = np.argsort(-e, kind="stable")
            z: Floats = e[order] / (e * n).sum()
            if n.sum() > _CROWD_PER_REGION * len(n) * len(reference):
                reached = _crowds_reaching(
                    z, n[order], raw[k], reference, weights=weights, draws=draws, seed=seed
                )
            else:
                reached = int(_dartboard.throws_reaching(z, n[order], raw[k], target, draws, seed))
            p[k] = (1 + reached) / (1 + draws)
        return p
    tested = np.flatnonzero(~np.isnan(raw) & (sizes >= 2))
    tested = tested[np.argsort(sizes[tested], kind="stable")]
    check_plants(sizes[tested].max(initial=0.0))
    plants: Integers = sizes[tested].astype(np.int64)
    few = plants <= _CROWD_PER_REGION_OF_EQUALS * len(reference)
    reaching = np.zeros(len(tested), dtype=np.int64)
    reaching[few] = _dartboard.throws_reaching_equal(
        plants[few], raw[tested[few]], target, draws, seed
    )
    for many in np.flatnonzero(~few):
        reaching[many] = _crowds_reaching(
            1 / plants[[many]],
            plants[[many]],
            raw[tested[many]],
            reference,
            weights=weights,
            draws=draws,
            seed=seed,
        )
    p[tested] = (1.0 + reaching) / (1.0 + draws)
    return p


def _crowds_reaching(
    sizes: Floats,
    plants: Integers,
    observed: float,
    reference: Floats,
    *,
    weights: csr_array | None,
    draws: int,
    seed: int,
) -> int:
    """As `_dartboard_kernels.throws_reaching`, in a time that does not grow with the plants.

    Where n equal plants are thrown, the numbers that land in the regions are multinomial: drawing
    these is the same experiment, whatever n.
    """
    rng = np.random.default_rng([seed, int(plants.sum())])
    chances = reference / reference.sum()
    reaching, at_once = 0, max(_DRAWN_AT_ONCE // len(reference), 1)
    for first in range(0, draws, at_once):
        s: Floats = np.zeros((min(at_once, draws - first), len(reference)))
        for size, many in zip(sizes, plants, strict=True):
            s += size * rng.multinomial(many, chances, size=len(s))
        e = s - reference
        form = (e * e).sum(axis=1)
        if weights is not None:
            form += (e * (weights @ e.T).T).sum(axis=1)
        # The form itself is as small as 1 / plants: only a relative tolerance means anything.
        reaching += int((form >= observed * (1 - 1e-9)).sum())
    return reaching


def symmetric_weights(graph: Graph, regions: int) -> csr_array:
    """Weights between different regions, the mean of both directions, as a sparse matrix.

    Parameters
    ----------
    graph : libpysal.graph.Graph
        Neighbours by position, with weights from 0 to 1.
    regions : int
        Number of regions, at least that of the graph.

    Returns
    -------
    csr_array of float64, shape (regions, regions)
        Symmetric, without a diagonal.

    Raises
    ------
    InvalidCountsError
        If the graph names something else than positions, or a weight is outside [0, 1].

    Examples
    --------
    >>> from libpysal.graph import Graph
    >>> symmetric_weights(Graph.from_arrays([0, 1], [1, 0], [1.0, 0.5]), 2).toarray()
    array([[0.  , 0.75],
           [0.75, 0.  ]])
    """
    from scipy.sparse import coo_array

    adjacency = graph.adjacency
    focal = adjacency.index.get_level_values(0).to_numpy()
    neighbour = adjacency.index.get_level_values(1).to_numpy()
    weight = adjacency.to_numpy(dtype=np.float64)
    names = np.concatenate([focal, neighbour])
    positions = np.issubdtype(names.dtype, np.integer) or not len(names)
    if not positions or (len(names) and not 0 <= names.min() <= names.max() < regions):
        message = f"`graph` must name regions by their positions, 0 to {regions - 1}."
        raise InvalidCountsError(message)
    if not ((weight >= 0) & (weight <= 1)).all():
        message = "`graph` must have weights from 0 to 1, 1 being as near as the same region."
        raise InvalidCountsError(message)
    between = (focal != neighbour) & (weight > 0)
    ends = np.stack([focal[between], neighbour[between]])
    both = np.concatenate([ends, ends[::-1]], axis=1)
    half = np.tile(weight[between] / 2.0, 2)
    return coo_array((half, (both[0], both[1])), shape=(regions, regions)).tocsr()
