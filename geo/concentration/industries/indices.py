r"""How unevenly an industry lies over all regions: one number per industry.

Here belong the measures of concentration that need the industry's and the reference's regional
distribution only: locational Gini, Hoover, Krugman, Theil, Herfindahl. What weighs in how large the
plants are is in `glaeser_indices`; the mirror image, industries within a region, in
`specialisation`; what knows where regions lie, in `autocorrelation`.

Notation: :math:`s_r` is the region's share of the industry, :math:`x_r` its share of the reference
(all firms or jobs, unless said otherwise).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd
from scipy import special

from geo.concentration.cells.totals import sorted_cells, totals_by
from geo.errors import InvalidCountsError

if TYPE_CHECKING:
    import numpy.typing as npt

    from geo.concentration.cells.totals import Measure

    Floats = npt.NDArray[np.float64]

__all__ = [
    "herfindahl",
    "hoover",
    "industry_indices",
    "krugman",
    "locational_gini",
    "measured_by",
    "regional_shares",
    "theil",
]

_NEARLY_ALL = 0.95


def regional_shares(
    industry: npt.ArrayLike, reference: npt.ArrayLike | None = None
) -> tuple[Floats, Floats]:
    """Shares of regions in each industry and in the reference.

    Parameters
    ----------
    industry : array_like of float, shape (n_regions,) or (n_regions, n_industries)
        Firms, jobs or shares; finite and not negative.
    reference : array_like of float, shape (n_regions,), optional
        What the industry is compared with, as firms, jobs, area or shares; finite and not negative.
        Equal shares where not given.

    Returns
    -------
    tuple of ndarray of float64
        Shares of the shape of `industry`, NaN for an industry of total 0; and shares of the
        reference, of shape (n_regions,) or (n_regions, 1), so that the two broadcast.

    Raises
    ------
    InvalidCountsError
        If shapes do not fit, or a value is negative or not finite.

    Examples
    --------
    >>> regional_shares([3, 1], [5, 15])
    (array([0.75, 0.25]), array([0.25, 0.75]))
    """
    s = np.asarray(industry, dtype=np.float64)
    x = np.ones(s.shape[:1]) if reference is None else np.asarray(reference, dtype=np.float64)
    if s.ndim not in (1, 2) or x.shape != s.shape[:1]:
        message = (
            "`industry` must have one row per region and `reference` one value per region: "
            f"their shapes are {s.shape} and {x.shape}."
        )
        raise InvalidCountsError(message)
    for name, values in (("industry", s), ("reference", x)):
        wrong = ~np.isfinite(values) | (values < 0)
        if wrong.any():
            message = (
                f"`{name}` must be finite and >= 0: {int(wrong.sum())} value(s) are not, first "
                f"{values[wrong][0]} at region {np.argwhere(wrong)[0][0]}."
            )
            raise InvalidCountsError(message)
    with np.errstate(invalid="ignore", divide="ignore"):
        s, x = s / s.sum(axis=0), x / x.sum()
    return s, x if s.ndim == 1 else x[:, np.newaxis]


def locational_gini(industry: npt.ArrayLike, reference: npt.ArrayLike | None = None) -> Floats:
    r"""Gini coefficient of an industry's regional shares against those of the reference.

    With regions in ascending order of their quotient :math:`s_r / x_r` and :math:`S_r` the shares
    added up so far,

    .. math:: G = 1 - \sum_r x_r (S_r + S_{r-1})

    that is one less twice the area under the Lorenz curve of :math:`s` over :math:`x`. Some write
    the area itself, which is half of this.

    Parameters
    ----------
    industry : array_like of float, shape (n_regions,) or (n_regions, n_industries)
        Firms, jobs or shares; finite and not negative.
    reference : array_like of float, shape (n_regions,), optional
        Firms or jobs of all industries; regions of equal size where not given. With quotients as
        `industry` and no reference, it is the Gini coefficient of the quotients, which counts a
        small region as much as a large one.

    Returns
    -------
    float64 or ndarray of float64, shape (n_industries,)
        0 where the industry follows the reference, up to 1 less the reference share of the one
        region that has it all. NaN where the industry or the reference has nothing.

    Raises
    ------
    InvalidCountsError
        If shapes do not fit, or a value is negative or not finite.

    References
    ----------
    .. [1] Krugman, P. (1991). Geography and Trade, ch. 2. MIT Press.
    .. [2] Brown, M. C. (1994). Using Gini-style indices to evaluate the spatial patterns of health
       practitioners. Social Science & Medicine 38(9), 1243-1256. (The sum.)

    Examples
    --------
    A quarter of the jobs in the half of the country, three quarters in the other: 1 - (1/2 1/4 +
    1/2 5/4).

    >>> locational_gini([1, 3], [2, 2])
    np.float64(0.25)
    """
    s, x = regional_shares(industry, reference)
    with np.errstate(invalid="ignore", divide="ignore"):
        order = np.argsort(s / x, axis=0, kind="stable")
    s = np.take_along_axis(s, order, axis=0)
    x = np.take_along_axis(np.broadcast_to(x, s.shape), order, axis=0)
    gini: Floats = 1.0 - (x * (2.0 * np.cumsum(s, axis=0) - s)).sum(axis=0)
    # Rounding alone may leave a shade of a minus.
    return np.maximum(gini, 0.0)[()]


def krugman(industry: npt.ArrayLike, reference: npt.ArrayLike | None = None) -> Floats:
    r"""Krugman's index: sum of the absolute differences of shares.

    .. math:: K = \sum_r |s_r - x_r|

    Parameters
    ----------
    industry, reference : array_like of float
        As in `locational_gini`.

    Returns
    -------
    float64 or ndarray of float64, shape (n_industries,)
        In [0, 2); twice the Hoover index. NaN where the industry or the reference has nothing.

    Raises
    ------
    InvalidCountsError
        If shapes do not fit, or a value is negative or not finite.

    References
    ----------
    .. [1] Krugman, P. (1991). Geography and Trade, p. 76. MIT Press.

    Examples
    --------
    >>> krugman([1, 3], [2, 2])
    np.float64(0.5)
    """
    s, x = regional_shares(industry, reference)
    index: Floats = np.abs(s - x).sum(axis=0)
    return index


def hoover(industry: npt.ArrayLike, reference: npt.ArrayLike | None = None) -> Floats:
    r"""Share of an industry that had to move to be spread like the reference.

    .. math:: H = \tfrac{1}{2} \sum_r |s_r - x_r|

    Parameters
    ----------
    industry, reference : array_like of float
        As in `locational_gini`.

    Returns
    -------
    float64 or ndarray of float64, shape (n_industries,)
        In [0, 1), and never above the locational Gini. NaN where the industry or the reference has
        nothing.

    Raises
    ------
    InvalidCountsError
        If shapes do not fit, or a value is negative or not finite.

    References
    ----------
    .. [1] Hoover, E. M. (1936). The measurement of industrial localization. Review of Economics
       and Statistics 18(4), 162-171.

    Examples
    --------
    >>> hoover([1, 3], [2, 2])
    np.float64(0.25)
    """
    return (krugman(industry, reference) / 2.0)[()]


def theil(industry: npt.ArrayLike, reference: npt.ArrayLike | None = None) -> Floats:
    r"""Theil index: relative entropy of an industry's shares to those of the reference.

    .. math:: T = \sum_r s_r \ln (s_r / x_r)

    with :math:`0 \ln 0 = 0`. Without a reference it is Theil's T of the regions' values.

    Parameters
    ----------
    industry, reference : array_like of float
        As in `locational_gini`.

    Returns
    -------
    float64 or ndarray of float64, shape (n_industries,)
        In nats, from 0 up; infinite where the industry has something in a region where the
        reference has nothing. NaN where the industry or the reference has nothing at all.

    Raises
    ------
    InvalidCountsError
        If shapes do not fit, or a value is negative or not finite.

    References
    ----------
    .. [1] Theil, H. (1967). Economics and Information Theory, ch. 4. North-Holland.
    .. [2] Brülhart, M. & Traeger, R. (2005). An account of geographic concentration patterns in
       Europe. Regional Science and Urban Economics 35(6), 597-624.

    Examples
    --------
    All jobs in half of the country, ln 2:

    >>> theil([0, 4], [2, 2]).round(6)
    np.float64(0.693147)
    """
    s, x = regional_shares(industry, reference)
    index: Floats = special.rel_entr(s, np.broadcast_to(x, s.shape)).sum(axis=0)
    return np.maximum(index, 0.0)[()]


def herfindahl(industry: npt.ArrayLike) -> Floats:
    r"""Herfindahl index of an industry's regional shares.

    .. math:: \sum_r s_r^2

    Its inverse is the number of equal regions that would be as concentrated. It knows no reference:
    an industry spread like all others has the index of the regions' own sizes.

    Parameters
    ----------
    industry : array_like of float, shape (n_regions,) or (n_regions, n_industries)
        Firms, jobs or shares; finite and not negative.

    Returns
    -------
    float64 or ndarray of float64, shape (n_industries,)
        From 1 / n_regions to 1; NaN where the industry has nothing.

    Raises
    ------
    InvalidCountsError
        If the shape does not fit, or a value is negative or not finite.

    References
    ----------
    .. [1] Hirschman, A. O. (1964). The paternity of an index. American Economic Review 54(5), 761.

    Examples
    --------
    >>> herfindahl([1, 3])
    np.float64(0.625)
    """
    s, _ = regional_shares(industry)
    index: Floats = (s**2).sum(axis=0)
    return index


def industry_indices(cells: pd.DataFrame, margins: pd.DataFrame | None = None) -> pd.DataFrame:
    """Concentration of every industry over the regions, year by year.

    The reference is all firms or jobs of the regions: totals that `margins` has for a region, else
    the sum over its known cells.

    Jobs are measured where cells with known jobs hold at least 95 % of the year's and of the
    industry's establishments (or where establishments are not known), else establishments: one
    giant among plants whose jobs are withheld would otherwise decide alone. Cells whose value is
    not known are left out.

    Parameters
    ----------
    cells : DataFrame
        Columns year, region_key, industry_key, establishments, employment (NaN = not known); one
        row per year, region and industry that is there.
    margins : DataFrame, optional
        Columns year, region_key, industry_key (empty = all), establishments, employment.

    Returns
    -------
    DataFrame
        One row per year and industry, sorted, with the columns industry_key, year, gini, hoover,
        krugman, theil, herfindahl, regions_with_industry (regions in which a firm or job of it is
        known to be) and measured_by ("employment", "establishments", or missing where neither is
        known; the measures are NaN then).

    Raises
    ------
    InvalidCountsError
        If a cell or a margin stands there twice, or a value is negative or infinite.

    See Also
    --------
    locational_gini, hoover, theil, herfindahl, krugman : The formulas and their sources.

    Examples
    --------
    >>> cells = pd.DataFrame({"year": 2020, "region_key": [0, 1, 1], "industry_key": [0, 0, 1],
    ...                       "establishments": [1.0, 3.0, 4.0], "employment": np.nan})
    >>> industry_indices(cells)[["industry_key", "hoover", "regions_with_industry"]]
       industry_key  hoover  regions_with_industry
    0             0   0.125                      2
    1             1   0.125                      1
    """
    ordered = sorted_cells(cells)
    rows = ordered[["industry_key", "year"]].drop_duplicates().sort_values(["year", "industry_key"])
    table = rows.reset_index(drop=True)
    present = ordered["establishments"].fillna(ordered["employment"]) > 0
    counts = present.groupby([ordered["year"], ordered["industry_key"]]).sum()
    keys = pd.MultiIndex.from_frame(table[["year", "industry_key"]])
    chosen = measured_by(ordered, known=ordered["employment"].notna()).reindex(keys).to_numpy()
    for name in ("gini", "hoover", "krugman", "theil", "herfindahl"):
        table[name] = np.nan
    table["regions_with_industry"] = counts.reindex(keys).to_numpy()
    table["measured_by"] = chosen
    measures: tuple[Measure, ...] = ("employment", "establishments")
    for measure in measures:
        totals = totals_by(ordered, margins, key="region_key", measure=measure)
        for year, rows in table[chosen == measure].groupby("year"):
            known = ordered[(ordered["year"] == year) & ordered[measure].notna()]
            reference = totals.loc[year].dropna()
            counts = known.pivot_table(
                index="region_key", columns="industry_key", values=measure, fill_value=0.0
            ).reindex(index=reference.index, columns=rows["industry_key"], fill_value=0.0)
            values = counts.to_numpy(dtype=np.float64)
            x = reference.to_numpy(dtype=np.float64)
            for function in (locational_gini, hoover, krugman, theil):
                name = "gini" if function is locational_gini else function.__name__
                table.loc[rows.index, name] = function(values, x)
            table.loc[rows.index, "herfindahl"] = herfindahl(values)
    return table


def measured_by(
    cells: pd.DataFrame,
    *,
    known: pd.Series[bool],
    key: Literal["region_key", "industry_key"] = "industry_key",
) -> pd.Series[str]:
    """Whether an industry (or region) of a year is measured by its jobs or its establishments.

    Jobs, where cells with `known` jobs hold at least 95 % of the establishments of the year and of
    the industry in it, or where no establishments are known; else establishments; missing where
    neither is known.

    Returns
    -------
    Series
        Indexed by year and `key`, sorted; "employment", "establishments" or missing.

    Examples
    --------
    >>> cells = pd.DataFrame({"year": 2020, "region_key": [0, 1], "industry_key": [0, 1],
    ...                       "establishments": [99.0, 1.0]})
    >>> measured_by(cells, known=pd.Series([True, False])).tolist()
    ['employment', 'establishments']
    """
    sums = pd.DataFrame(
        {
            "all": cells["establishments"].fillna(0.0),
            "known": cells["establishments"].where(known, 0.0).fillna(0.0),
            "jobs": known.astype(float),
        }
    )
    own = sums.groupby([cells["year"], cells[key]]).sum()
    year = sums.groupby(cells["year"]).sum().reindex(own.index.get_level_values("year"))
    enough = np.ones(len(own), dtype=bool)
    for group in (own, year):
        total = group["all"].to_numpy()
        enough &= (total == 0) | (group["known"].to_numpy() >= _NEARLY_ALL * total)
    jobs = enough & (own["jobs"].to_numpy() > 0)
    word = np.where(jobs, "employment", "establishments").astype(object)
    word[~jobs & (own["all"].to_numpy() == 0)] = None
    return pd.Series(word, index=own.index)
