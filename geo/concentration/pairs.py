r"""Which industries sit together, and whether those are the ones that trade.

Here belong co-agglomeration by areas, of pairs and of groups of industries, its tests, and its
comparison with an input-output table. One industry alone is in `ellison_glaeser`; pairs by distance
between plants, and pairs of neighbouring regions on the map, are in modules of their own; ties
between firms are not concentration (`geo.linkage`).

Notation: :math:`s_{ri}` is the region's share of industry i, :math:`x_r` its share of all firms or
jobs, :math:`X_2 = \sum_r x_r^2`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd
from scipy import special

from geo.concentration.dartboard import plants_of_herfindahl
from geo.concentration.ellison_glaeser import ellison_glaeser
from geo.concentration.indices import measured_by, regional_shares
from geo.concentration.totals import sorted_cells, totals_by
from geo.errors import InvalidCountsError

if TYPE_CHECKING:
    import numpy.typing as npt

    from geo.concentration.totals import Measure

    Floats = npt.NDArray[np.float64]

__all__ = [
    "coagglomeration",
    "coagglomeration_by_pair",
    "coagglomeration_p",
    "group_coagglomeration",
    "input_output_strength",
    "trade_correlation",
]

_REGIONS_ALONE = 24
_GROUPS = 8


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


def coagglomeration_by_pair(
    cells: pd.DataFrame,
    margins: pd.DataFrame | None = None,
    *,
    least_plants: int = 5,
) -> pd.DataFrame:
    r"""Co-agglomeration of every pair of industries, year by year, with two p-values.

    Jobs are measured where they are known for at least 95 % of the year's establishments (or where
    establishments are not known), else establishments. Cells whose value is not known are left out.

    One industry stays and the other's plants are thrown (see `coagglomeration_p`), then the other
    way round, and the larger p stands, so that neither industry's own concentration is taken for
    the pair's as long as the other is no heap. Nothing is drawn: the largest plant is put into
    every region in turn, and given that, the tail of :math:`\sum_k z_k (s_{r_k i} - x_{r_k})` over
    the others is that of the gamma distribution (Pearson's type III) with its exact mean, variance
    and skewness, or of the normal one where that is not skewed to the right. It has no floor, so a
    correction for all pairs can reject; far out it is an approximation. Plants of unknown sizes
    are taken as equal, or with jobs as the fewest with the known Herfindahl index.

    Parameters
    ----------
    cells : DataFrame
        Columns year, region_key, industry_key, establishments, employment, employment_square_sum
        (NaN = not known); one row per year, region and industry that is there.
    margins : DataFrame, optional
        Columns year, region_key, industry_key (empty = all), establishments, employment.
    least_plants : int, default 5
        Industries of fewer effective plants (1 / H) in a year are left out: their tail is
        too coarse. Where H is not known, regions with the industry are counted instead.

    Returns
    -------
    DataFrame
        One row per year and pair, sorted, industry_key below other_industry_key, with the columns
        year, industry_key, other_industry_key, coagglomeration, coagglomeration_p (plants thrown;
        NaN where nothing is known of them) and coagglomeration_heap_p (the industry's part in a
        region thrown as one: do the heaps meet?).

    Raises
    ------
    InvalidCountsError
        If a cell or a margin stands there twice, or a value is negative or infinite.

    References
    ----------
    .. [1] Ellison, G., Glaeser, E. L. & Kerr, W. R. (2010). What causes industry agglomeration?
       Evidence from coagglomeration patterns. American Economic Review 100(3), 1195-1213.

    Examples
    --------
    >>> cells = pd.DataFrame({"year": 2020, "region_key": [0, 1, 0, 1, 2],
    ...                       "industry_key": [0, 0, 1, 1, 2], "employment": np.nan,
    ...                       "establishments": [30.0, 10.0, 30.0, 10.0, 80.0],
    ...                       "employment_square_sum": np.nan})
    >>> table = coagglomeration_by_pair(cells)
    >>> (table["coagglomeration"] > 0).tolist()
    [True, False, False]
    """
    ordered = sorted_cells(cells)
    chosen = measured_by(ordered, known=ordered["employment"].notna())
    parts = []
    for year, words in chosen.groupby(level="year"):
        measure: Measure = "employment" if (words == "employment").any() else "establishments"
        here = ordered[(ordered["year"] == year) & (ordered[measure] > 0)]
        totals = totals_by(here, margins, key="region_key", measure=measure)
        if len(totals):
            part = _pairs_of_year(here, totals.droplevel("year").dropna(), measure, least_plants)
            parts.append(part.assign(year=year))
    columns = ["year", "industry_key", "other_industry_key", "coagglomeration"]
    columns += ["coagglomeration_p", "coagglomeration_heap_p"]
    if not parts:
        types = dict.fromkeys(columns[:3], np.int64) | dict.fromkeys(columns[3:], np.float64)
        return pd.DataFrame(columns=columns).astype(types)
    return pd.concat(parts, ignore_index=True)[columns]


def _pairs_of_year(
    cells: pd.DataFrame, reference: pd.Series[float], measure: Measure, least_plants: int
) -> pd.DataFrame:
    """Return the pairs of industries of one year."""
    region = reference.index.get_indexer(pd.Index(cells["region_key"]))
    industries, industry = np.unique(cells["industry_key"].to_numpy(), return_inverse=True)
    counts = np.zeros((len(reference), len(industries)))
    counts[region, industry] = cells[measure].to_numpy()
    with np.errstate(invalid="ignore", divide="ignore"):
        if measure == "employment":
            known = cells["employment"].where(cells["employment_square_sum"].notna(), 0.0)
            sums = [np.zeros(len(industries)), np.zeros(len(industries))]
            np.add.at(sums[0], industry, cells["employment_square_sum"].fillna(0.0).to_numpy())
            np.add.at(sums[1], industry, known.to_numpy())
            # Where plants are known in part, the others are taken to be of the same mix of sizes.
            squares = sums[0] * (counts.sum(axis=0) / sums[1])
        else:
            squares = counts.sum(axis=0)
        h = np.minimum(squares / counts.sum(axis=0) ** 2, 1.0)
    number = np.where(np.isnan(h), (counts > 0).sum(axis=0), 1.0 / h)
    kept = number >= least_plants - 1e-9
    industries, counts, h = industries[kept], counts[:, kept], h[kept]
    x = np.asarray(reference, dtype=np.float64)
    index = coagglomeration(counts, x)
    s, share = regional_shares(counts, x)
    first, second = np.triu_indices(len(industries), k=1)
    atoms = _atoms(s - share, share[:, 0])
    plants = _tails(s, share, atoms, *_plant_sums(h))
    heaps = _tails(s, share, atoms, s.max(axis=0), (s**2).sum(axis=0), (s**3).sum(axis=0))
    return pd.DataFrame(
        {
            "industry_key": industries[first],
            "other_industry_key": industries[second],
            "coagglomeration": index[first, second],
            "coagglomeration_p": np.maximum(plants, plants.T)[first, second],
            "coagglomeration_heap_p": np.maximum(heaps, heaps.T)[first, second],
        }
    )


def _plant_sums(herfindahl: Floats) -> tuple[Floats, Floats, Floats]:
    """Return the largest share and sums of squares and cubes, with the fewest plants of that H."""
    largest, cubes = np.full((2, len(herfindahl)), np.nan)
    for k in np.flatnonzero(~np.isnan(herfindahl)):
        sizes, plants = plants_of_herfindahl(float(herfindahl[k]))
        largest[k], cubes[k] = sizes[0], (plants * sizes**3).sum()
    return largest, herfindahl, cubes


def _atoms(gain: Floats, reference: Floats) -> tuple[Floats, Floats]:
    """Return what a throw may gain, and with what chance, in few values per industry (column).

    The regions that gain most stand for themselves, the others in groups for their mean.
    """
    order = np.argsort(-gain, axis=0, kind="stable")
    values, chances = np.take_along_axis(gain, order, axis=0), reference[order]
    own = min(_REGIONS_ALONE, len(gain))
    with np.errstate(invalid="ignore", divide="ignore"):
        rest = np.cumsum(chances[own:], axis=0)
        group = np.minimum(rest / rest[-1:] * _GROUPS, _GROUPS - 1e-9).astype(np.int64)
    parts = [(values[:own], chances[:own])]
    for number in range(_GROUPS if len(gain) > own else 0):
        weight = np.where(group == number, chances[own:], 0.0)
        total = weight.sum(axis=0)
        mean = (weight * values[own:]).sum(axis=0) / np.where(total > 0, total, 1.0)
        parts.append((mean[np.newaxis], total[np.newaxis]))
    return np.concatenate([v for v, _ in parts]), np.concatenate([w for _, w in parts])


def _tails(
    shares: Floats,
    reference: Floats,
    atoms: tuple[Floats, Floats],
    largest: Floats,
    squares: Floats,
    cubes: Floats,
) -> Floats:
    """Return upper tails: industry i (row) stays, industry j (column) is thrown.

    The largest plant or heap of j is thrown for itself, since alone it may decide; the others
    together have a tail by their first three moments.
    """
    gain = shares - reference
    mean = (reference * gain).sum(axis=0)
    second = (reference * (gain - mean) ** 2).sum(axis=0)
    third = (reference * (gain - mean) ** 3).sum(axis=0)
    # What remains of a sum of squares without its only member is rounding.
    left = squares - largest**2
    left = np.where(left > 1e-12 * squares, left, 0.0)
    observed = gain.T @ gain
    slack = 1e-12 * np.abs(observed)
    tail = np.zeros_like(observed)
    with np.errstate(invalid="ignore", divide="ignore"):
        spread = np.sqrt(np.outer(second, left))
        skew = np.outer(third / second**1.5, np.maximum(cubes - largest**3, 0.0) / left**1.5)
        skew = np.where(left > 0, skew, np.where(np.isnan(left), np.nan, 0.0))
        for value, chance in zip(*atoms, strict=True):
            beyond = observed - np.outer(value - mean, largest) - slack
            tail += chance[:, np.newaxis] * _pearson_tail(beyond / spread, skew)
    return np.minimum(tail, 1.0)


def _pearson_tail(z: Floats, skew: Floats) -> Floats:
    """Return P(Z >= z) of the gamma distribution with mean 0, variance 1 and this skewness."""
    # With a skewness near zero the shape is beyond what the incomplete gamma function resolves;
    # below zero the distribution would end at a largest value, past which p were 0.
    skewed = skew > 1e-4
    shape = 4.0 / np.where(skewed, skew, 1.0) ** 2
    tail = special.gammaincc(shape, np.maximum(shape + z * np.sqrt(shape), 0.0))
    tail = np.where(skewed, tail, special.ndtr(-z))
    return np.where(np.isnan(z) | np.isnan(skew), np.nan, tail)


def input_output_strength(io_table: pd.DataFrame) -> pd.DataFrame:
    r"""How much two industries depend on each other's goods, pair by pair.

    .. math:: \max \bigl( \mathrm{In}_{ij}, \mathrm{In}_{ji}, \mathrm{Out}_{ij}, \mathrm{Out}_{ji}
       \bigr), \qquad \mathrm{In}_{ij} = \frac{f_{ji}}{\sum_k f_{ki}}, \quad
       \mathrm{Out}_{ij} = \frac{f_{ij}}{\sum_k f_{ik}}

    with :math:`f_{ij}` what industry i supplies to j: the shares of i's intermediate inputs that
    come from j, and of i's intermediate sales that go to j.

    Parameters
    ----------
    io_table : DataFrame
        Columns supplying_industry_key, using_industry_key, flow and coefficient, of one year. Where
        no flow is given, the coefficients are put in its place: shares of inputs then stand, shares
        of sales are not known and left out.

    Returns
    -------
    DataFrame
        One row per pair of industries that occur in the table, sorted, industry_key below
        other_industry_key, with the columns input_share (the larger of the two), output_share
        (NaN without flows) and input_output (the largest of all). 0 for a pair without trade.

    Raises
    ------
    InvalidCountsError
        If a pair of supplier and user stands there twice, or a flow or coefficient is infinite.
        (Negative ones, which tables have for subsidies and stocks, count as none.)

    References
    ----------
    .. [1] Ellison, G., Glaeser, E. L. & Kerr, W. R. (2010). What causes industry agglomeration?
       Evidence from coagglomeration patterns. American Economic Review 100(3), 1195-1213,
       Section III. (Their denominators hold value added and final sales too.)

    Examples
    --------
    Industry 1 buys 3 from 0 and 1 from itself; 0 buys nothing.

    >>> table = pd.DataFrame({"supplying_industry_key": [0, 1], "using_industry_key": [1, 1],
    ...                       "flow": [3.0, 1.0], "coefficient": [0.3, 0.1]})
    >>> input_output_strength(table)[["input_share", "output_share"]].iloc[0].tolist()
    [0.75, 1.0]
    """
    names = ["supplying_industry_key", "using_industry_key"]
    if io_table.duplicated(names).any():
        message = "`io_table` must hold each supplier and user once; hand in one year of it."
        raise InvalidCountsError(message)
    by_flow = bool(io_table["flow"].notna().any())
    given = io_table["flow" if by_flow else "coefficient"].to_numpy(dtype=np.float64)
    if np.isinf(given).any():
        message = "`io_table` must hold finite flows and coefficients."
        raise InvalidCountsError(message)
    industries = np.union1d(io_table[names[0]].to_numpy(), io_table[names[1]].to_numpy())
    flow = np.zeros((len(industries), len(industries)))
    rows, columns = (np.searchsorted(industries, io_table[name].to_numpy()) for name in names)
    flow[rows, columns] = np.maximum(np.nan_to_num(given), 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        bought = np.nan_to_num(flow / flow.sum(axis=0))
        sold = np.nan_to_num(flow / flow.sum(axis=1, keepdims=True))
    first, second = np.triu_indices(len(industries), k=1)
    inputs = np.maximum(bought, bought.T)[first, second]
    outputs = np.maximum(sold, sold.T)[first, second] if by_flow else np.full(len(first), np.nan)
    return pd.DataFrame(
        {
            "industry_key": industries[first],
            "other_industry_key": industries[second],
            "input_share": inputs,
            "output_share": outputs,
            "input_output": np.fmax(inputs, outputs),
        }
    )


def trade_correlation(
    pairs: pd.DataFrame,
    strength: pd.DataFrame,
    *,
    seed: int,
    permutations: int = 999,
    column: Literal["input_output", "input_share", "output_share"] = "input_output",
) -> pd.DataFrame:
    r"""Do those who trade sit together: rank correlation of co-agglomeration and trade.

    Spearman's coefficient over the pairs of industries of a year that both tables hold. Pairs that
    share an industry are not independent, so its p-value comes from exchanging the names of the
    industries in one of the tables (the quadratic assignment procedure, a Mantel test):
    :math:`p = (1 + \#\{\rho^* \ge \rho\}) / (1 + \text{permutations})`.

    Parameters
    ----------
    pairs : DataFrame
        As `coagglomeration_by_pair` gives it.
    strength : DataFrame
        As `input_output_strength` gives it.
    seed : int
        Start of the random numbers.
    permutations : int, default 999
        Exchanges of names.
    column : {"input_output", "input_share", "output_share"}
        Strength to use.

    Returns
    -------
    DataFrame
        One row per year, with the columns year, industries (that both tables hold), correlation and
        correlation_p; NaN with fewer than four industries or where all pairs are alike.

    Raises
    ------
    InvalidCountsError
        If `permutations` is below 1.

    References
    ----------
    .. [1] Mantel, N. (1967). The detection of disease clustering and a generalized regression
       approach. Cancer Research 27(2), 209-220.
    .. [2] Hubert, L. & Schultz, J. (1976). Quadratic assignment as a general data analysis
       strategy. British Journal of Mathematical and Statistical Psychology 29(2), 190-241.

    Examples
    --------
    >>> pairs = pd.DataFrame({"year": 2020, "industry_key": [0, 0, 0, 1, 1, 2],
    ...                       "other_industry_key": [1, 2, 3, 2, 3, 3],
    ...                       "coagglomeration": [0.6, 0.1, 0.2, 0.3, 0.4, 0.5]})
    >>> strength = pairs.rename(columns={"coagglomeration": "input_output"}).drop(columns="year")
    >>> trade_correlation(pairs, strength, seed=0)["correlation"].tolist()
    [1.0]
    """
    if permutations < 1:
        message = f"`permutations` must be at least 1: it is {permutations}."
        raise InvalidCountsError(message)
    keys = ["industry_key", "other_industry_key"]
    rows = []
    for year, here in pairs.groupby("year"):
        both = here[[*keys, "coagglomeration"]].merge(strength[[*keys, column]], on=keys)
        both = both.dropna().sort_values(keys)
        industries = np.union1d(both[keys[0]].to_numpy(), both[keys[1]].to_numpy())
        rho, p = np.nan, np.nan
        if len(industries) >= 4:
            at = [np.searchsorted(industries, both[key].to_numpy()) for key in keys]
            values = [both[name].to_numpy() for name in ("coagglomeration", column)]
            rng = np.random.default_rng(seed)
            rho, p = _mantel(values[0], values[1], at, len(industries), permutations, rng)
        rows.append((year, len(industries), rho, p))
    return pd.DataFrame(rows, columns=["year", "industries", "correlation", "correlation_p"])


def _mantel(
    first: Floats,
    second: Floats,
    at: list[npt.NDArray[np.intp]],
    n: int,
    permutations: int,
    rng: np.random.Generator,
) -> tuple[float, float]:
    """Return the rank correlation over pairs and its upper tail under exchanged names."""
    ranks = [pd.Series(values).rank().to_numpy() for values in (first, second)]
    a, b = (values - values.mean() for values in ranks)
    scale = np.sqrt((a**2).sum() * (b**2).sum())
    if scale == 0:
        return float("nan"), float("nan")
    # Pairs that neither table holds stay at the mean and weigh nothing, wherever names go.
    table = np.zeros((n, n))
    table[at[0], at[1]] = table[at[1], at[0]] = b
    observed = a @ b
    reaching = 0
    for _ in range(permutations):
        names = rng.permutation(n)
        reaching += bool(a @ table[names[at[0]], names[at[1]]] >= observed - 1e-9 * scale)
    return float(observed / scale), (1 + reaching) / (1 + permutations)
