r"""Concentration of an industry beyond what the sizes of its plants explain.

Here belong Ellison and Glaeser's index, Maurel and Sédillot's, and the one that looks across
borders. Their table of industries and years is in `industry_table`. How plants are thrown at the
map to test them is in `dartboard`; measures that take no account of plants are in `indices`;
co-agglomeration of several industries is in `coagglomeration_indices`.

Notation: :math:`s_r` is the region's share of the industry, :math:`x_r` its share of all firms or
jobs, :math:`z_k` the share of plant k in its industry, :math:`X_m = \sum_r x_r^m`,
:math:`Z_m = \sum_k z_k^m`, and :math:`H = Z_2` the plants' Herfindahl index.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geo.concentration.industries.dartboard import symmetric_weights
from geo.concentration.industries.indices import regional_shares
from geo.errors import InvalidCountsError

if TYPE_CHECKING:
    import numpy.typing as npt
    from libpysal.graph import Graph

    Floats = npt.NDArray[np.float64]
    from scipy.sparse import csr_array


__all__ = [
    "ellison_glaeser",
    "maurel_sedillot",
    "neighbour_concentration",
    "neighbour_ellison_glaeser",
    "raw_concentration",
]


def neighbour_index(
    shares: Floats, reference: Floats, weights: csr_array, herfindahl: Floats
) -> Floats:
    """Return the index with neighbours from shares and a matrix of weights."""
    raw = with_neighbours(shares - reference, weights)
    own = with_neighbours(reference, weights).sum()
    with np.errstate(invalid="ignore", divide="ignore"):
        index = (raw - (1.0 - own) * herfindahl) / ((1.0 - own) * (1.0 - herfindahl))
    return defined(index, own, herfindahl)


def with_neighbours(values: Floats, weights: csr_array) -> Floats:
    """Return the quadratic form of the values of each column, neighbours' products included."""
    form: Floats = (values * (values + weights @ values)).sum(axis=0)
    return form


def defined(index: Floats, own: Floats, herfindahl: Floats) -> Floats:
    """Return `index` where there is more than one region and more than one plant, else NaN."""
    # One region or plant leaves 1 - X_2 or 1 - H at rounding error instead of zero.
    return np.where((1.0 - own > 1e-12) & (1.0 - herfindahl > 1e-12), index, np.nan)[()]


def raw_concentration(industry: npt.ArrayLike, reference: npt.ArrayLike) -> Floats:
    r"""Ellison and Glaeser's raw measure: squared differences of regional shares.

    .. math:: G = \sum_r (s_r - x_r)^2

    It mixes the concentration of plants with that of jobs in few plants: thrown at random, plants
    give :math:`E[G] = (1 - X_2) H`.

    Parameters
    ----------
    industry : array_like of float, shape (n_regions,) or (n_regions, n_industries)
        Firms, jobs or shares; finite and not negative.
    reference : array_like of float, shape (n_regions,)
        All firms or jobs; finite and not negative.

    Returns
    -------
    float64 or ndarray of float64, shape (n_industries,)
        From 0 to below 2; NaN where the industry or the reference has nothing.

    Raises
    ------
    InvalidCountsError
        If shapes do not fit, or a value is negative or not finite.

    References
    ----------
    .. [1] Ellison, G. & Glaeser, E. L. (1997). Geographic concentration in U.S. manufacturing
       industries: a dartboard approach. Journal of Political Economy 105(5), 889-927, Section III.

    Examples
    --------
    >>> raw_concentration([3, 1], [2, 2])
    np.float64(0.125)
    """
    s, x = regional_shares(industry, reference)
    raw: Floats = ((s - x) ** 2).sum(axis=0)
    return raw


def ellison_glaeser(
    industry: npt.ArrayLike, reference: npt.ArrayLike, *, herfindahl: npt.ArrayLike
) -> Floats:
    r"""Ellison and Glaeser's index of geographic concentration.

    .. math:: \gamma = \frac{G - (1 - X_2) H}{(1 - X_2)(1 - H)}, \qquad G = \sum_r (s_r - x_r)^2

    Its expectation is 0 where plants choose their places independently, in proportion to
    :math:`x_r`, whatever their sizes. The authors call more than 0.05 very localised and less than
    0.02 not very; with few plants neither need differ from chance (see `ellison_glaeser_p`).

    Parameters
    ----------
    industry : array_like of float, shape (n_regions,) or (n_regions, n_industries)
        Firms, jobs or shares; finite and not negative.
    reference : array_like of float, shape (n_regions,)
        All firms or jobs; finite and not negative.
    herfindahl : array_like of float, shape () or (n_industries,)
        Of the plants, in the unit of `industry`: 1 / n_plants for counts of firms.

    Returns
    -------
    float64 or ndarray of float64, shape (n_industries,)
        At most about 1, negative where plants keep apart. NaN with a single plant (H = 1), a single
        region, an unknown H, or an industry or reference of nothing.

    Raises
    ------
    InvalidCountsError
        If shapes do not fit, a value is negative or not finite, or H is outside [0, 1].

    References
    ----------
    .. [1] Ellison, G. & Glaeser, E. L. (1997). Geographic concentration in U.S. manufacturing
       industries: a dartboard approach. Journal of Political Economy 105(5), 889-927, Eq. 5.

    Examples
    --------
    Four equal plants, three in the half of the country: G = 1/8 is what chance gives, 1/2 times
    1/4.

    >>> ellison_glaeser([3, 1], [2, 2], herfindahl=1 / 4)
    np.float64(0.0)
    """
    raw, own, h = _ingredients(industry, reference, herfindahl)
    with np.errstate(invalid="ignore", divide="ignore"):
        index = (raw - (1.0 - own) * h) / ((1.0 - own) * (1.0 - h))
    return defined(index, own, h)


def maurel_sedillot(
    industry: npt.ArrayLike, reference: npt.ArrayLike, *, herfindahl: npt.ArrayLike
) -> Floats:
    r"""Maurel and Sédillot's index of geographic concentration.

    .. math:: \gamma = \frac{\dfrac{\sum_r s_r^2 - X_2}{1 - X_2} - H}{1 - H}

    It estimates the same as Ellison and Glaeser's index, the correlation of the places of two
    plants of the industry, without giving regions that are small in the reference their weight:
    also unbiased, less precise.

    Parameters
    ----------
    industry, reference, herfindahl
        As in `ellison_glaeser`.

    Returns
    -------
    float64 or ndarray of float64, shape (n_industries,)
        As in `ellison_glaeser`.

    Raises
    ------
    InvalidCountsError
        If shapes do not fit, a value is negative or not finite, or H is outside [0, 1].

    References
    ----------
    .. [1] Maurel, F. & Sédillot, B. (1999). A measure of the geographic concentration in French
       manufacturing industries. Regional Science and Urban Economics 29(5), 575-604.

    Examples
    --------
    Four equal plants, three in the half of the country: (5/8 - 1/2) / (1/2) is 1/4, as by chance.

    >>> maurel_sedillot([3, 1], [2, 2], herfindahl=1 / 4)
    np.float64(0.0)
    """
    _, own, h = _ingredients(industry, reference, herfindahl)
    s, _ = regional_shares(industry, reference)
    with np.errstate(invalid="ignore", divide="ignore"):
        index = (((s**2).sum(axis=0) - own) / (1.0 - own) - h) / (1.0 - h)
    return defined(index, own, h)


def neighbour_concentration(
    industry: npt.ArrayLike, reference: npt.ArrayLike, graph: Graph
) -> Floats:
    r"""Raw measure behind `neighbour_ellison_glaeser`, what `ellison_glaeser_p` takes with a graph.

    .. math:: G_S = (s - x)' \Psi (s - x), \qquad \Psi = I + W

    Parameters
    ----------
    industry, reference, graph
        As in `neighbour_ellison_glaeser`.

    Returns
    -------
    float64 or ndarray of float64, shape (n_industries,)
        It may be negative. NaN where the industry or the reference has nothing.

    Raises
    ------
    InvalidCountsError
        If shapes do not fit, a value is negative or not finite, or a weight is outside [0, 1].

    References
    ----------
    .. [1] Guimarães, P., Figueiredo, O. & Woodward, D. (2011). Accounting for neighboring effects
       in measures of spatial concentration. Journal of Regional Science 51(4), 678-693.

    Examples
    --------
    Differences of 1/2 and -1/2 between neighbours take each other away:

    >>> from libpysal.graph import Graph
    >>> graph = Graph.from_arrays([0, 1], [1, 0], [1.0, 1.0])
    >>> neighbour_concentration([4, 0], [2, 2], graph)
    np.float64(0.0)
    """
    s, x = regional_shares(industry, reference)
    return with_neighbours(s - x, symmetric_weights(graph, len(x)))


def neighbour_ellison_glaeser(
    industry: npt.ArrayLike,
    reference: npt.ArrayLike,
    graph: Graph,
    *,
    herfindahl: npt.ArrayLike,
) -> Floats:
    r"""Ellison and Glaeser's index with plants across a border counted as near.

    .. math:: \gamma_S = \frac{(s - x)' \Psi (s - x) - (1 - x' \Psi x) H}
       {(1 - x' \Psi x)(1 - H)}, \qquad \Psi = I + W

    With :math:`W = 0` it is `ellison_glaeser`, for which the region next door is as far as the
    other end of the country: a cluster cut by a border looks like two. Its expectation is 0 where
    plants choose their places independently.

    Parameters
    ----------
    industry : array_like of float, shape (n_regions,) or (n_regions, n_industries)
        Firms, jobs or shares; finite and not negative.
    reference : array_like of float, shape (n_regions,)
        All firms or jobs; finite and not negative.
    graph : libpysal.graph.Graph
        Neighbours by position 0..n_regions - 1, with weights from 0 (as good as far away) to 1 (as
        good as the same region): contiguity with weight 1, or less at greater distance. Where the
        two directions differ their mean counts; weights on a region itself are ignored.
    herfindahl : array_like of float, shape () or (n_industries,)
        Of the plants, in the unit of `industry`: 1 / n_plants for counts of firms.

    Returns
    -------
    float64 or ndarray of float64, shape (n_industries,)
        NaN with a single plant (H = 1), where all regions are neighbours of weight 1, with an
        unknown H, or an industry or reference of nothing.

    Raises
    ------
    InvalidCountsError
        If shapes do not fit, a value is negative or not finite, a weight or H is outside [0, 1].

    References
    ----------
    .. [1] Guimarães, P., Figueiredo, O. & Woodward, D. (2011). Accounting for neighboring effects
       in measures of spatial concentration. Journal of Regional Science 51(4), 678-693.

    Examples
    --------
    Three equal regions in a row, four equal plants, two in the first and two in the next: with
    s - x = (1, 1, -2) / 6 and x' Psi x = 7/9, G is (6 - 2) / 36 = 1/9 and chance gives 2/9 times
    1/4.

    >>> from libpysal.graph import Graph
    >>> graph = Graph.from_arrays([0, 1, 1, 2], [1, 0, 2, 1], [1.0, 1.0, 1.0, 1.0])
    >>> neighbour_ellison_glaeser([2, 2, 0], [1, 1, 1], graph, herfindahl=1 / 4).round(12)
    np.float64(0.333333333333)
    """
    s, x = regional_shares(industry, reference)
    h = _herfindahl(herfindahl, s.shape[1:])
    return neighbour_index(s, x, symmetric_weights(graph, len(x)), h)


def _ingredients(
    industry: npt.ArrayLike, reference: npt.ArrayLike, herfindahl: npt.ArrayLike
) -> tuple[Floats, Floats, Floats]:
    """Return G, X_2 and H."""
    raw = raw_concentration(industry, reference)
    x, _ = regional_shares(reference)
    return raw, (x**2).sum(), _herfindahl(herfindahl, np.shape(raw))


def _herfindahl(herfindahl: npt.ArrayLike, shape: tuple[int, ...]) -> Floats:
    """Return H as floats after checking its range and shape; NaN passes."""
    h = np.asarray(herfindahl, dtype=np.float64)
    if np.any((h < 0) | (h > 1)) or h.shape not in ((), shape):
        message = "`herfindahl` must lie in [0, 1], one value or one per industry."
        raise InvalidCountsError(message)
    return h
