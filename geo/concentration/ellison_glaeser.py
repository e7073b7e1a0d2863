r"""Concentration of an industry beyond what the sizes of its plants explain.

Here belong Ellison and Glaeser's index, Maurel and Sédillot's, the one that looks across borders,
and their table. How plants are thrown at the map to test them is in `dartboard`; measures that take
no account of plants are in `indices`; co-agglomeration of several industries is in `pairs`.

Notation: :math:`s_r` is the region's share of the industry, :math:`x_r` its share of all firms or
jobs, :math:`z_k` the share of plant k in its industry, :math:`X_m = \sum_r x_r^m`,
:math:`Z_m = \sum_k z_k^m`, and :math:`H = Z_2` the plants' Herfindahl index.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geo.concentration.dartboard import (
    plants_of_herfindahl,
    symmetric_weights,
    throws_p,
)
from geo.concentration.indices import measured_by, regional_shares
from geo.concentration.totals import sorted_cells, totals_by
from geo.errors import InvalidCountsError

if TYPE_CHECKING:
    import numpy.typing as npt
    from libpysal.graph import Graph
    from scipy.sparse import csr_array

    from geo.concentration.totals import Measure

    Floats = npt.NDArray[np.float64]
    Integers = npt.NDArray[np.int64]

__all__ = [
    "ellison_glaeser",
    "ellison_glaeser_by_industry",
    "maurel_sedillot",
    "neighbour_concentration",
    "neighbour_ellison_glaeser",
    "raw_concentration",
]


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
    return _defined(index, own, h)


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
    return _defined(index, own, h)


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
    return _with_neighbours(s - x, symmetric_weights(graph, len(x)))


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
    return _neighbour_index(s, x, symmetric_weights(graph, len(x)), h)


def _neighbour_index(
    shares: Floats, reference: Floats, weights: csr_array, herfindahl: Floats
) -> Floats:
    """Return the index with neighbours from shares and a matrix of weights."""
    raw = _with_neighbours(shares - reference, weights)
    own = _with_neighbours(reference, weights).sum()
    with np.errstate(invalid="ignore", divide="ignore"):
        index = (raw - (1.0 - own) * herfindahl) / ((1.0 - own) * (1.0 - herfindahl))
    return _defined(index, own, herfindahl)


def _with_neighbours(values: Floats, weights: csr_array) -> Floats:
    """Return the quadratic form of the values of each column, neighbours' products included."""
    form: Floats = (values * (values + weights @ values)).sum(axis=0)
    return form


def ellison_glaeser_by_industry(
    cells: pd.DataFrame,
    plant_sizes: pd.DataFrame | None = None,
    *,
    margins: pd.DataFrame | None = None,
    graph: Graph | None = None,
    draws: int = 999,
    seed: int = 0,
) -> pd.DataFrame:
    r"""Ellison-Glaeser and Maurel-Sédillot index of every industry, year by year, with p-values.

    Jobs are measured, with :math:`H` from the sums of squared plant sizes, where those are known
    for cells with at least 95 % of the year's and of the industry's establishments. Otherwise
    establishments are, each weighing alike, so that :math:`H = 1 / n`. The reference is all jobs or
    establishments of the regions, the totals of `margins` where it has them.

    The p-value throws plants as `ellison_glaeser_p` does. With jobs it needs the plants' sizes:
    where `plant_sizes` has none for the industry, it throws :math:`m = \lfloor 1/H \rfloor` equal
    plants and a smaller one, with the same :math:`H`: the same expectation of :math:`G` and
    almost the same variance, though not the tail of an industry with one giant. Industries share
    their random numbers, so their p-values depend on each other.

    Parameters
    ----------
    cells : DataFrame
        Columns year, region_key, industry_key, establishments, employment, employment_square_sum
        (NaN = not known); one row per year, region and industry that is there.
    plant_sizes : DataFrame, optional
        Columns year, industry_key, employment, establishments: how many plants of the industry have
        that many jobs. A group-by of the plants, far shorter than they are. It serves the p-value
        only.
    margins : DataFrame, optional
        Columns year, region_key, industry_key (empty = all), establishments, employment.
    graph : libpysal.graph.Graph, optional
        Neighbours by region_key, with weights from 0 to 1, for the index that looks across borders.
    draws : int, default 999
        Throws of every industry.
    seed : int, default 0
        Start of the random numbers; a result depends on it and the industry's own year only.

    Returns
    -------
    DataFrame
        One row per year and industry, sorted, with the columns industry_key, year, ellison_glaeser,
        maurel_sedillot, ellison_glaeser_p, plant_herfindahl and measured_by ("employment",
        "establishments" or missing); with a graph, neighbour_ellison_glaeser and
        neighbour_ellison_glaeser_p too. NaN with fewer than two plants, or where neither plant
        sizes nor establishments are known.

    Raises
    ------
    InvalidCountsError
        If a cell or a margin stands there twice, a value is negative or infinite, or `draws` is
        below 1.

    Examples
    --------
    >>> cells = pd.DataFrame({"year": 2020, "region_key": [0, 1, 0, 1],
    ...                       "industry_key": [0, 0, 1, 1], "employment": np.nan,
    ...                       "establishments": [3.0, 1.0, 1.0, 3.0],
    ...                       "employment_square_sum": np.nan})
    >>> ellison_glaeser_by_industry(cells)["ellison_glaeser"].tolist()
    [0.0, 0.0]
    """
    if draws < 1:
        message = f"`draws` must be at least 1: it is {draws}."
        raise InvalidCountsError(message)
    ordered = sorted_cells(cells)
    known = ordered["employment"].notna() & ordered["employment_square_sum"].notna()
    chosen = measured_by(ordered, known=known)
    # Without plant sizes and establishments there is no H, whatever else is known.
    plants = ordered.assign(employment=ordered["employment"].where(known))
    measures: tuple[Measure, ...] = ("employment", "establishments")
    weights = None if graph is None else symmetric_weights(graph, graph.n)
    parts = [_blank(chosen, graph)]
    for measure in measures:
        totals = totals_by(ordered, margins, key="region_key", measure=measure)
        keys = chosen.index[(chosen == measure).to_numpy()]
        measured = pd.MultiIndex.from_frame(plants[["year", "industry_key"]]).isin(keys)
        here = plants[measured & plants[measure].notna().to_numpy()]
        for year in keys.unique("year"):
            sizes = plant_sizes[plant_sizes["year"] == year] if plant_sizes is not None else None
            reference = totals.loc[year].dropna()
            part = _one_year(
                here[here["year"] == year],
                reference,
                measure,
                sizes,
                weights=None if weights is None else _among(weights, reference.index),
                draws=draws,
                seed=seed,
            )
            parts.append(part.assign(year=year))
    table = pd.concat([part for part in parts[1:] if len(part)] or parts)
    table = table.set_index(["year", "industry_key"]).reindex(chosen.index)
    table["measured_by"] = chosen
    return table.reset_index()[parts[0].columns]


def _among(weights: csr_array, regions: pd.Index[int]) -> csr_array:
    """Return the weights among some of the regions."""
    keys = regions.to_numpy()
    if len(keys) and keys.max() >= weights.shape[0]:
        message = f"`graph` must hold every region_key: it ends before {keys.max()}."
        raise InvalidCountsError(message)
    return weights[keys][:, keys].tocsr()


def _blank(chosen: pd.Series[str], graph: Graph | None) -> pd.DataFrame:
    """Return the columns of the result without rows."""
    keys = chosen.index[:0].to_frame(index=False)
    numbers = ["ellison_glaeser", "maurel_sedillot", "ellison_glaeser_p", "plant_herfindahl"]
    if graph is not None:
        numbers += ["neighbour_ellison_glaeser", "neighbour_ellison_glaeser_p"]
    columns = ["industry_key", "year", *numbers, "measured_by"]
    return keys.reindex(columns=columns).astype(dict.fromkeys(numbers, np.float64))


def _one_year(
    cells: pd.DataFrame,
    reference: pd.Series[float],
    measure: Measure,
    plant_sizes: pd.DataFrame | None,
    *,
    weights: csr_array | None,
    draws: int,
    seed: int,
) -> pd.DataFrame:
    """Return the indices of the industries of one year, all of them measured alike."""
    region = reference.index.get_indexer(pd.Index(cells["region_key"]))
    industries, industry = np.unique(cells["industry_key"].to_numpy(), return_inverse=True)
    counts = np.zeros((len(reference), len(industries)))
    counts[region, industry] = cells[measure].to_numpy()
    total = counts.sum(axis=0)
    if measure == "employment":
        squares = np.zeros(len(industries))
        np.add.at(squares, industry, cells["employment_square_sum"].to_numpy())
    else:
        squares = total
    with np.errstate(invalid="ignore", divide="ignore"):
        # Rounding may bring the share of a single plant above one.
        h = np.minimum(squares / total**2, 1.0)
    x = np.asarray(reference, dtype=np.float64)
    by_industry = {} if plant_sizes is None else dict(iter(plant_sizes.groupby("industry_key")))
    sizes = (
        None
        if measure == "establishments"
        else [_sizes_of(by_industry.get(key), one) for key, one in zip(industries, h, strict=True)]
    )
    table = pd.DataFrame(
        {
            "industry_key": industries,
            "ellison_glaeser": ellison_glaeser(counts, x, herfindahl=h),
            "maurel_sedillot": maurel_sedillot(counts, x, herfindahl=h),
            "plant_herfindahl": h,
        }
    )
    s, share = regional_shares(counts, x)
    forms: dict[str, tuple[Floats, csr_array | None]] = {
        "ellison_glaeser_p": (((s - share) ** 2).sum(axis=0), None)
    }
    if weights is not None:
        table["neighbour_ellison_glaeser"] = _neighbour_index(s, share, weights, h)
        forms["neighbour_ellison_glaeser_p"] = (_with_neighbours(s - share, weights), weights)
    # What has no index has no test either.
    defined = np.isfinite(table["ellison_glaeser"].to_numpy())
    for name, (raw, between) in forms.items():
        table[name] = throws_p(
            np.where(defined, raw, np.nan),
            share[:, 0],
            sizes=np.rint(total) if sizes is None else sizes,
            weights=between,
            draws=draws,
            seed=seed,
        )
    return table


def _sizes_of(known: pd.DataFrame | None, herfindahl: float) -> tuple[Floats, Integers]:
    """Return sizes of plants and how many there are of each: known ones, or some with this H."""
    if known is not None:
        known = known[(known["employment"] > 0) & (known["establishments"] > 0)]
        if known["establishments"].sum() >= 2:
            sizes = known["employment"].to_numpy(dtype=np.float64)
            return sizes, known["establishments"].to_numpy(dtype=np.int64)
    if not herfindahl > 0:
        return np.ones(0), np.ones(0, dtype=np.int64)
    return plants_of_herfindahl(herfindahl)


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


def _defined(index: Floats, own: Floats, herfindahl: Floats) -> Floats:
    """Return `index` where there is more than one region and more than one plant, else NaN."""
    # One region or plant leaves 1 - X_2 or 1 - H at rounding error instead of zero.
    return np.where((1.0 - own > 1e-12) & (1.0 - herfindahl > 1e-12), index, np.nan)[()]
