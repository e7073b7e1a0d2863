r"""Concentration of an industry beyond what the sizes of its plants explain.

Here belong Ellison and Glaeser's index, Maurel and Sédillot's, and their test by throwing plants at
the map. Measures that take no account of plants are in `indices`; co-agglomeration of several
industries is in `pairs`.

Notation: :math:`s_r` is the region's share of the industry, :math:`x_r` its share of all firms or
jobs, :math:`z_k` the share of plant k in its industry, :math:`X_m = \sum_r x_r^m`,
:math:`Z_m = \sum_k z_k^m`, and :math:`H = Z_2` the plants' Herfindahl index.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geo.concentration.indices import measured_by, regional_shares
from geo.concentration.totals import sorted_cells, totals_by
from geo.errors import InvalidCountsError

if TYPE_CHECKING:
    import numpy.typing as npt

    from geo.concentration.totals import Measure

    Floats = npt.NDArray[np.float64]
    Integers = npt.NDArray[np.int64]

__all__ = [
    "dartboard_variance",
    "ellison_glaeser",
    "ellison_glaeser_by_industry",
    "ellison_glaeser_p",
    "maurel_sedillot",
    "plant_herfindahl",
    "plants_of_herfindahl",
    "raw_concentration",
]


def plant_herfindahl(sizes: npt.ArrayLike) -> np.float64:
    r"""Herfindahl index of the plants of one industry.

    .. math:: H = \sum_k z_k^2 = \frac{\sum_k e_k^2}{(\sum_k e_k)^2}

    Parameters
    ----------
    sizes : array_like of float, shape (n_plants,)
        Jobs of each plant; finite and not negative.

    Returns
    -------
    float64
        From 1 / n_plants to 1; NaN without plants or jobs.

    Raises
    ------
    InvalidCountsError
        If a size is negative or not finite, or `sizes` is not one-dimensional.

    Examples
    --------
    >>> plant_herfindahl([2, 1, 1])
    np.float64(0.375)
    """
    e = _sizes(sizes)
    with np.errstate(invalid="ignore"):
        return np.float64((e**2).sum() / e.sum() ** 2 if e.sum() else np.nan)


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
    e = _sizes(sizes)
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
        If shapes do not fit, a value is negative or not finite, or `draws` is below 1.

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
    from geo.concentration import _dartboard

    x, _ = regional_shares(reference)
    e = _sizes(sizes)
    counts = np.ones(len(e)) if plants is None else _sizes(plants)
    if draws < 1 or counts.shape != e.shape:
        message = (
            "`draws` must be at least 1 and `plants` one number per size: they are "
            f"{draws} and of shape {counts.shape} for {len(e)} sizes."
        )
        raise InvalidCountsError(message)
    order = np.argsort(-e, kind="stable")
    e = e[order]
    n: Integers = counts[order].astype(np.int64)
    if np.isnan(raw) or n[e > 0].sum() < 2 or np.isnan(x).any():
        return float("nan")
    z: Floats = e / (e * n).sum()
    keep, other = _dartboard.alias_table(x)
    reaching = _dartboard.throws_reaching(z, n, float(raw), x, keep, other, draws, seed)
    return (1 + int(reaching)) / (1 + draws)


def plants_of_herfindahl(herfindahl: float) -> tuple[Floats, Integers]:
    r"""Shares of the fewest plants with a given Herfindahl index, all equal but one.

    :math:`m = \lfloor 1/H \rfloor` plants of share a and one of the rest, :math:`1 - m a`, with a
    the larger root of :math:`(m^2 + m) a^2 - 2 m a + 1 = H`. They stand in for plants of which no
    more is known: thrown at a map, they give :math:`G` the same expectation and almost the same
    variance.

    Parameters
    ----------
    herfindahl : float
        In (0, 1].

    Returns
    -------
    tuple of ndarray, each of shape (2,)
        The two shares, and how many plants have each; the second share is 0 where 1/H is whole.

    Raises
    ------
    InvalidCountsError
        If `herfindahl` is not in (0, 1].

    Examples
    --------
    Two plants of 0.4 and one of 0.2: 0.16 + 0.16 + 0.04 = 0.36.

    >>> sizes, plants = plants_of_herfindahl(0.36)
    >>> sizes.round(12).tolist(), plants.tolist()
    ([0.4, 0.2], [2, 1])
    """
    if not 0 < herfindahl <= 1:
        message = f"`herfindahl` must lie in (0, 1]: it is {herfindahl}."
        raise InvalidCountsError(message)
    m = np.floor(1.0 / herfindahl + 1e-9)
    root = np.sqrt(max(m * ((m + 1.0) * herfindahl - 1.0), 0.0))
    a = min((m + root) / (m**2 + m), 1.0 / m)
    return np.array([a, 1.0 - m * a]), np.array([m, 1], dtype=np.int64)


def ellison_glaeser_by_industry(
    cells: pd.DataFrame,
    plant_sizes: pd.DataFrame | None = None,
    *,
    margins: pd.DataFrame | None = None,
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
    draws : int, default 999
        Throws of every industry.
    seed : int, default 0
        Start of the random numbers; a result depends on it and the industry's own year only.

    Returns
    -------
    DataFrame
        One row per year and industry, sorted, with the columns industry_key, year, ellison_glaeser,
        maurel_sedillot, ellison_glaeser_p, plant_herfindahl and measured_by ("employment",
        "establishments" or missing). NaN with fewer than two plants, or where neither plant sizes
        nor establishments are known.

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
    parts = [_blank(chosen)]
    for measure in measures:
        totals = totals_by(ordered, margins, key="region_key", measure=measure)
        keys = chosen.index[(chosen == measure).to_numpy()]
        measured = pd.MultiIndex.from_frame(plants[["year", "industry_key"]]).isin(keys)
        here = plants[measured & plants[measure].notna().to_numpy()]
        for year in keys.unique("year"):
            sizes = plant_sizes[plant_sizes["year"] == year] if plant_sizes is not None else None
            parts.append(
                _one_year(
                    here[here["year"] == year],
                    totals.loc[year].dropna(),
                    measure,
                    sizes,
                    draws=draws,
                    seed=seed,
                ).assign(year=year)
            )
    table = pd.concat([part for part in parts[1:] if len(part)] or parts)
    table = table.set_index(["year", "industry_key"]).reindex(chosen.index)
    table["measured_by"] = chosen
    return table.reset_index()[parts[0].columns]


def _blank(chosen: pd.Series[str]) -> pd.DataFrame:
    """Return the columns of the result without rows."""
    keys = chosen.index[:0].to_frame(index=False)
    numbers = ["ellison_glaeser", "maurel_sedillot", "ellison_glaeser_p", "plant_herfindahl"]
    columns = ["industry_key", "year", *numbers, "measured_by"]
    return keys.reindex(columns=columns).astype(dict.fromkeys(numbers, np.float64))


def _one_year(
    cells: pd.DataFrame,
    reference: pd.Series[float],
    measure: Measure,
    plant_sizes: pd.DataFrame | None,
    *,
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
    raw = raw_concentration(counts, x)
    table = pd.DataFrame(
        {
            "industry_key": industries,
            "ellison_glaeser": ellison_glaeser(counts, x, herfindahl=h),
            "maurel_sedillot": maurel_sedillot(counts, x, herfindahl=h),
            "plant_herfindahl": h,
        }
    )
    testable = np.isfinite(table["ellison_glaeser"].to_numpy())
    p = np.full(len(industries), np.nan)
    if measure == "establishments":
        number: Integers = np.rint(total).astype(np.int64)
        p[testable] = _equal_plants_p(raw[testable], x, number[testable], draws=draws, seed=seed)
    else:
        by_industry = {} if plant_sizes is None else dict(iter(plant_sizes.groupby("industry_key")))
        for k in np.flatnonzero(testable):
            sizes, plants = _sizes_of(by_industry.get(industries[k]), float(h[k]))
            p[k] = ellison_glaeser_p(
                float(raw[k]), x, sizes=sizes, plants=plants, draws=draws, seed=seed
            )
    table["ellison_glaeser_p"] = p
    return table


def _sizes_of(known: pd.DataFrame | None, herfindahl: float) -> tuple[Floats, Integers]:
    """Return sizes of plants and how many there are of each: known ones, or some with this H."""
    if known is not None:
        known = known[(known["employment"] > 0) & (known["establishments"] > 0)]
        if known["establishments"].sum() >= 2:
            sizes = known["employment"].to_numpy(dtype=np.float64)
            return sizes, known["establishments"].to_numpy(dtype=np.int64)
    return plants_of_herfindahl(herfindahl)


def _equal_plants_p(
    raw: Floats, reference: Floats, plants: Integers, *, draws: int, seed: int
) -> Floats:
    """Return p-values of industries of equal plants, which share their throws."""
    from geo.concentration import _dartboard

    if not len(plants):
        return np.empty(0)
    x, _ = regional_shares(reference)
    keep, other = _dartboard.alias_table(x)
    order = np.argsort(plants, kind="stable")
    p = np.empty(len(plants))
    reaching = _dartboard.throws_reaching_equal(
        plants[order], raw[order], x, keep, other, draws, seed
    )
    p[order] = (1.0 + reaching) / (1.0 + draws)
    return p


def _ingredients(
    industry: npt.ArrayLike, reference: npt.ArrayLike, herfindahl: npt.ArrayLike
) -> tuple[Floats, Floats, Floats]:
    """Return G, X_2 and H."""
    raw = raw_concentration(industry, reference)
    x, _ = regional_shares(reference)
    h = np.asarray(herfindahl, dtype=np.float64)
    if np.any((h < 0) | (h > 1)) or h.shape not in ((), np.shape(raw)):
        message = "`herfindahl` must lie in [0, 1], one value or one per industry."
        raise InvalidCountsError(message)
    return raw, (x**2).sum(), h


def _defined(index: Floats, own: Floats, herfindahl: Floats) -> Floats:
    """Return `index` where there is more than one region and more than one plant, else NaN."""
    # One region or plant leaves 1 - X_2 or 1 - H at rounding error instead of zero.
    return np.where((1.0 - own > 1e-12) & (1.0 - herfindahl > 1e-12), index, np.nan)[()]


def _sizes(sizes: npt.ArrayLike) -> Floats:
    """Return sizes of plants as floats, none of them negative or missing."""
    e = np.asarray(sizes, dtype=np.float64)
    if e.ndim != 1 or not np.isfinite(e).all() or (e < 0).any():
        message = "`sizes` and `plants` must be one-dimensional, finite and not negative."
        raise InvalidCountsError(message)
    return e
