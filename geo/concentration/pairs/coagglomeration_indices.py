r"""Which industries sit together: measures of a pair or a group, from regions.

Here belong co-agglomeration of pairs and groups, its chance, and proximity. All pairs of a dataset
are in `pair_table`, those who trade in `geo.input_output.strength`, one industry alone in
`glaeser_indices`; pairs by distance between plants are in `pair_distances`, pairs of neighbouring
regions on the map in `pair_map`; ties between firms are not concentration (`geo.linkage`).

Notation: :math:`s_{ri}` is the region's share of industry i, :math:`x_r` its share of all firms or
jobs, :math:`X_2 = \sum_r x_r^2`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import special

from geo.concentration.industries.glaeser_indices import ellison_glaeser
from geo.concentration.industries.indices import regional_shares
from geo.errors import InvalidCountsError

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]


__all__ = ["coagglomeration", "coagglomeration_p", "group_coagglomeration", "proximity"]


def pearson_tail(z: Floats, skew: Floats) -> Floats:
    """P(Z >= z) of the gamma distribution with mean 0, variance 1 and this skewness."""
    # With a skewness near zero the shape is beyond what the incomplete gamma function resolves;
    # below zero the distribution would end at a largest value, past which p were 0.
    skewed = skew > 1e-4
    shape = 4.0 / np.where(skewed, skew, 1.0) ** 2
    tail = special.gammaincc(shape, np.maximum(shape + z * np.sqrt(shape), 0.0))
    tail = np.where(skewed, tail, special.ndtr(-z))
    return np.where(np.isnan(z) | np.isnan(skew), np.nan, tail)


def coagglomeration(counts: npt.ArrayLike, reference: npt.ArrayLike | None = None) -> Floats:
    r"""Ellison, Glaeser and Kerr's index of every pair of industries.

    .. math:: \gamma^c_{ij} = \frac{\sum_r (s_{ri} - x_r)(s_{rj} - x_r)}{1 - X_2}

    The covariance of the two industries' shares over regions. Its expectation is 0 where the plants
    of one choose their places independently of the other's; plant sizes do not enter, since no
    plant stands in both.

    Parameters
    ----------
    counts : array_like of float, shape (n_regions, n_industries)
        Firms or jobs; finite and not negative.
    reference : array_like of float, shape (n_regions,), optional
        All firms or jobs; the sum over industries where not given.

    Returns
    -------
    ndarray of float64, shape (n_industries, n_industries)
        Symmetric; positive for industries that favour the same regions. NaN on the diagonal, where
        plants would matter (see `ellison_glaeser`), for industries of nothing, and with a single
        region.

    Raises
    ------
    InvalidCountsError
        If shapes do not fit, or a value is negative or not finite.

    References
    ----------
    .. [1] Ellison, G., Glaeser, E. L. & Kerr, W. R. (2010). What causes industry agglomeration?
       Evidence from coagglomeration patterns. American Economic Review 100(3), 1195-1213, Eq. 1.

    Examples
    --------
    Two industries in opposite halves: (1/2 * -1/2 + -1/2 * 1/2) / (1/2).

    >>> coagglomeration([[4, 0], [0, 4]])[0, 1]
    np.float64(-1.0)
    """
    x = np.asarray(counts, dtype=np.float64)
    if x.ndim != 2:
        message = f"`counts` must have two dimensions, regions and industries: it has {x.ndim}."
        raise InvalidCountsError(message)
    s, share = regional_shares(x, x.sum(axis=1) if reference is None else reference)
    own = (share**2).sum()
    deviation = s - share
    with np.errstate(invalid="ignore", divide="ignore"):
        index: Floats = deviation.T @ deviation / (1.0 - own)
    index[np.diag_indices_from(index)] = np.nan
    return index if 1.0 - own > 1e-12 else np.full_like(index, np.nan)


def group_coagglomeration(
    counts: npt.ArrayLike, reference: npt.ArrayLike, *, herfindahl: npt.ArrayLike
) -> float:
    r"""Ellison and Glaeser's index of co-agglomeration of a group of industries.

    .. math:: \gamma^c = \frac{G / (1 - X_2) - H - \sum_i \hat\gamma_i w_i^2 (1 - H_i)}
       {1 - \sum_i w_i^2}, \qquad G = \sum_r \Bigl( \sum_i w_i s_{ri} - x_r \Bigr)^2

    with :math:`w_i` the industry's share of the group, :math:`H_i` the Herfindahl index of its
    plants, :math:`H = \sum_i w_i^2 H_i` and :math:`\hat\gamma_i` its own index. The plants cancel
    out: it is the mean of the pairs' indices, each weighted by :math:`w_i w_j`.

    Parameters
    ----------
    counts : array_like of float, shape (n_regions, n_industries)
        Firms or jobs of the group; finite and not negative.
    reference : array_like of float, shape (n_regions,)
        All firms or jobs; finite and not negative.
    herfindahl : array_like of float, shape (n_industries,)
        Of the plants of each industry, below 1.

    Returns
    -------
    float
        NaN with one industry or region, an industry of a single plant, or one of nothing.

    Raises
    ------
    InvalidCountsError
        If shapes do not fit, a value is negative or not finite, or an H is outside [0, 1].

    References
    ----------
    .. [1] Ellison, G. & Glaeser, E. L. (1997). Geographic concentration in U.S. manufacturing
       industries: a dartboard approach. Journal of Political Economy 105(5), 889-927, Section V.

    Examples
    --------
    The pair of opposite halves again, each of two equal plants:

    >>> group_coagglomeration([[4, 0], [0, 4]], [4, 4], herfindahl=[0.5, 0.5])
    -1.0
    """
    x = np.asarray(counts, dtype=np.float64)
    gammas = ellison_glaeser(x, reference, herfindahl=herfindahl)
    h = np.asarray(herfindahl, dtype=np.float64)
    _, share = regional_shares(x, reference)
    with np.errstate(invalid="ignore", divide="ignore"):
        w = x.sum(axis=0) / x.sum()
        raw = ((x.sum(axis=1) / x.sum() - share[:, 0]) ** 2).sum()
        own, same = (share**2).sum(), (w**2).sum()
        index = raw / (1.0 - own) - (w**2 * h).sum() - (gammas * w**2 * (1.0 - h)).sum()
        return float(index / (1.0 - same)) if 1.0 - same > 1e-12 else float("nan")


def coagglomeration_p(
    industry: npt.ArrayLike,
    reference: npt.ArrayLike,
    *,
    sizes: npt.ArrayLike,
    places: npt.ArrayLike,
    rng: np.random.Generator,
    draws: int = 999,
) -> float:
    r"""Chance of two industries so close together, had the plants of one fallen like darts.

    The one industry stays where it is. Every draw throws each plant of the other, with all its
    jobs, into region r with chance :math:`x_r`, and :math:`p = (1 + \#\{T^* \ge T\}) /
    (1 + \text{draws})`, where :math:`T = \sum_r (s_{ri} - x_r)(s_{rj} - x_r)`.

    An industry that is concentrated for reasons of its own is no dartboard, so a small p can come
    from a single coincidence of two heaps. To ask whether heaps meet more often than that, throw
    heaps: hand in the other industry's regional totals as `sizes`.

    Parameters
    ----------
    industry : array_like of float, shape (n_regions,)
        Firms or jobs of the industry that stays.
    reference : array_like of float, shape (n_regions,)
        All firms or jobs.
    sizes : array_like of float, shape (n_plants,)
        Jobs of the plants of the other industry, or ones.
    places : array_like of int, shape (n_plants,)
        Their regions, from 0 on.
    rng : numpy.random.Generator
        Source of the draws.
    draws : int, default 999
        Throws of the whole industry.

    Returns
    -------
    float
        From 1 / (1 + draws) to 1; NaN where either industry or the reference has nothing.

    Raises
    ------
    InvalidCountsError
        If shapes do not fit, a value is negative or not finite, or `draws` is below 1.

    References
    ----------
    .. [1] Ellison, G., Glaeser, E. L. & Kerr, W. R. (2010). What causes industry agglomeration?
       Evidence from coagglomeration patterns. American Economic Review 100(3), 1195-1213.
    .. [2] Cassey, A. J. & Smith, B. O. (2014). Simulating confidence for the Ellison-Glaeser index.
       Journal of Urban Economics 81, 85-103. (Throwing plants.)

    Examples
    --------
    A single plant meets the other industry in its half of the country every other time:

    >>> p = coagglomeration_p([3, 0], [2, 2], sizes=[1], places=[0],
    ...                       rng=np.random.default_rng(0), draws=9999)
    >>> 0.48 < p < 0.52
    True
    """
    s, x = regional_shares(industry, reference)
    e, place = np.asarray(sizes, dtype=np.float64), np.asarray(places)
    fits = e.ndim == 1 and e.shape == place.shape and np.issubdtype(place.dtype, np.integer)
    if not fits or (e < 0).any() or not np.isfinite(e).all() or draws < 1:
        message = "`sizes` and `places` must be one number >= 0 per plant, and `draws` at least 1."
        raise InvalidCountsError(message)
    if len(place) and not 0 <= place.min() <= place.max() < len(x):
        message = f"`places` must lie from 0 to {len(x) - 1}: found {place.min()}, {place.max()}."
        raise InvalidCountsError(message)
    if np.isnan(s).any() or np.isnan(x).any() or e.sum() == 0:
        return float("nan")
    gain, z = s - x, e / e.sum()
    # Throwing a plant anew adds what its region gives; that of the others need not be known.
    observed = z @ gain[place]
    reaching = 0
    edges = np.cumsum(x)
    for _ in range(draws):
        thrown = np.searchsorted(edges, rng.random(len(z)) * edges[-1], side="right")
        reaching += bool(z @ gain[np.minimum(thrown, len(x) - 1)] >= observed - 1e-12)
    return (1 + reaching) / (1 + draws)


def proximity(counts: npt.ArrayLike, reference: npt.ArrayLike | None = None) -> Floats:
    r"""How often regions that are strong in one industry are strong in another, pair by pair.

    .. math:: \phi_{ij} = \min \bigl( P(LQ_i > 1 \mid LQ_j > 1), P(LQ_j > 1 \mid LQ_i > 1) \bigr)
       = \frac{\#\{r : LQ_{ri} > 1, LQ_{rj} > 1\}}{\max(k_i, k_j)}, \qquad
       k_i = \#\{r : LQ_{ri} > 1\}

    with the location quotient :math:`LQ_{ri} = s_{ri} / x_r`. Every region counts once, however
    large; industries at home in many regions meet in some by that alone.

    Parameters
    ----------
    counts : array_like of float, shape (n_regions, n_industries)
        Firms or jobs; finite and not negative.
    reference : array_like of float, shape (n_regions,), optional
        All firms or jobs; the sum over industries where not given.

    Returns
    -------
    ndarray of float64, shape (n_industries, n_industries)
        Symmetric, from 0 to 1. NaN on the diagonal and for industries that are strong nowhere.

    Raises
    ------
    InvalidCountsError
        If shapes do not fit, or a value is negative or not finite.

    References
    ----------
    .. [1] Hidalgo, C. A., Klinger, B., Barabási, A.-L. & Hausmann, R. (2007). The product space
       conditions the development of nations. Science 317, 482-487.

    Examples
    --------
    The first industry is strong in regions 0 and 1, the second in 1 only: they meet once, and the
    first is strong twice.

    >>> proximity([[4, 0], [4, 4], [0, 0]], [5, 8, 20])[0, 1]
    np.float64(0.5)
    """
    x = np.asarray(counts, dtype=np.float64)
    if x.ndim != 2:
        message = f"`counts` must have two dimensions, regions and industries: it has {x.ndim}."
        raise InvalidCountsError(message)
    s, share = regional_shares(x, x.sum(axis=1) if reference is None else reference)
    # An industry spread like everybody has quotients of 1 up to rounding.
    strong = (s > share * (1 + 1e-12)).astype(np.float64)
    regions = strong.sum(axis=0)
    regions[regions == 0] = np.nan
    meeting: Floats = strong.T @ strong / np.maximum.outer(regions, regions)
    meeting[np.diag_indices_from(meeting)] = np.nan
    return meeting
