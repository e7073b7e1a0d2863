r"""Location quotients: how over-represented an industry is in a region, and how sure that is.

Here belong the quotient of a cell (region x industry), its transformations, its intervals and the
exact test on plants; the cluster index built from quotients too. Measures of a whole industry
(`indices`, `ellison_glaeser`) or a whole region (`specialisation`) do not, nor does the handling
of tables, years and margins (`cells`).

Notation throughout: :math:`x_{ri}` is the size of the cell in firms or jobs, :math:`x_{r\cdot}`
the region's total, :math:`x_{\cdot i}` the industry's, :math:`x_{\cdot\cdot}` the grand total.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import special

from geo.errors import InvalidCountsError

__all__ = [
    "Interval",
    "dartboard_p",
    "effective_establishments",
    "employment_quotient_interval",
    "excess",
    "litzenberger_sternberg",
    "location_quotient",
    "location_quotient_from_totals",
    "location_quotient_interval",
    "standardised_quotient",
    "symmetric_quotient",
]

Floats = npt.NDArray[np.float64]


class Interval(NamedTuple):
    """Confidence limits, both of the broadcast shape of what they were computed from."""

    low: Floats
    """Lower limits, dimensionless."""
    high: Floats
    """Upper limits, dimensionless."""


def location_quotient(counts: npt.ArrayLike, *, leave_one_out: bool = False) -> Floats:
    r"""Share of an industry in a region over its share in all regions.

    .. math:: LQ_{ri} = \frac{x_{ri} / x_{r\cdot}}{x_{\cdot i} / x_{\cdot\cdot}}

    Parameters
    ----------
    counts : array_like of float, shape (n_regions, n_industries)
        Firms or jobs, one unit throughout; finite and not negative.
    leave_one_out : bool, default False
        Compare with the other regions only,
        :math:`(x_{\cdot i} - x_{ri}) / (x_{\cdot\cdot} - x_{r\cdot})`, since a region that is a
        fifth of the country dilutes itself.

    Returns
    -------
    ndarray of float64, shape (n_regions, n_industries)
        Dimensionless; 1 is the overall share. NaN where the region or the industry has no counts
        at all, since the share is then undefined. With `leave_one_out`, infinite where no other
        region has the industry, and NaN where there is no other region.

    Raises
    ------
    InvalidCountsError
        If `counts` is not two-dimensional, or holds a negative or non-finite value.

    References
    ----------
    .. [1] Isard, W. (1960). Methods of Regional Analysis. MIT Press.
    .. [2] Hoover, E. M. (1936). The measurement of industrial localization. Review of Economics
       and Statistics 18(4), 162-171.

    Examples
    --------
    >>> location_quotient([[2, 2], [0, 4]])
    array([[2.        , 0.66666667],
           [0.        , 1.33333333]])
    """
    x = _matrix(counts, name="counts")
    return location_quotient_from_totals(
        x, x.sum(axis=1, keepdims=True), x.sum(axis=0), x.sum(), leave_one_out=leave_one_out
    )


def location_quotient_from_totals(
    cell: npt.ArrayLike,
    region_total: npt.ArrayLike,
    industry_total: npt.ArrayLike,
    grand_total: npt.ArrayLike,
    *,
    leave_one_out: bool = False,
) -> Floats:
    r"""Location quotient of cells whose totals are known from elsewhere.

    .. math:: LQ_{ri} = \frac{x_{ri} / x_{r\cdot}}{x_{\cdot i} / x_{\cdot\cdot}}

    Parameters
    ----------
    cell, region_total, industry_total, grand_total : array_like of float
        Firms or jobs, one unit throughout; not negative, of shapes that broadcast together; NaN is
        'not known'.
    leave_one_out : bool, default False
        Compare with the other regions only, as in `location_quotient`.

    Returns
    -------
    ndarray of float64, of the broadcast shape
        Dimensionless; NaN where any of the four is not known or the region's or the industry's
        total is zero.

    Raises
    ------
    InvalidCountsError
        If a value is negative or infinite.

    References
    ----------
    .. [1] Farhauer, O. & Kröll, A. (2013). Standorttheorien. Springer. (The example.)

    Examples
    --------
    1,714 of the region's 79,006 jobs against 879,213 of the nation's 15,593,224:

    >>> location_quotient_from_totals(1714, 79006, 879213, 15593224).round(7)
    np.float64(0.3847623)
    """
    x, region, industry, grand = _totals(cell, region_total, industry_total, grand_total)
    if leave_one_out:
        industry, grand = industry - x, grand - region
    with np.errstate(invalid="ignore", divide="ignore"):
        quotient: Floats = (x / region) / (industry / grand)
    return quotient


def dartboard_p(
    cell: npt.ArrayLike,
    region_total: npt.ArrayLike,
    industry_total: npt.ArrayLike,
    grand_total: npt.ArrayLike,
) -> Floats:
    r"""Chance of at least so many plants of the industry here, had they fallen like darts.

    .. math:: p = P(X \ge n_{ri}), \qquad
       X \sim \mathrm{Binomial}(n_{\cdot i},\; n_{r\cdot} / n_{\cdot\cdot})

    The tail is exact: it equals the regularised incomplete beta function
    :math:`I_{n_{r\cdot}/n_{\cdot\cdot}}(n_{ri}, n_{\cdot i} - n_{ri} + 1)`.

    Parameters
    ----------
    cell, region_total, industry_total, grand_total : array_like of float
        Numbers of plants (never jobs, which do not choose their place one by one); not negative,
        of shapes that broadcast together; NaN is 'not known'.

    Returns
    -------
    ndarray of float64, of the broadcast shape
        In [0, 1]; 1 for an empty cell. NaN where any of the four is not known, the industry or the
        nation is empty, or a part exceeds its whole (a cell its industry, a region its nation).

    Raises
    ------
    InvalidCountsError
        If a value is negative or infinite.

    References
    ----------
    .. [1] Ellison, G. & Glaeser, E. L. (1997). Geographic concentration in U.S. manufacturing
       industries: a dartboard approach. Journal of Political Economy 105(5), 889-927.
    .. [2] Guimarães, P., Figueiredo, O. & Woodward, D. (2009). Dartboard tests for the location
       quotient. Regional Science and Urban Economics 39(3), 360-364.
    .. [3] NIST Digital Library of Mathematical Functions, Eq. 8.17.5.

    Examples
    --------
    Both plants of an industry are in a region that has half of all plants: a quarter of all throws.

    >>> dartboard_p(2, 5, 2, 10)
    np.float64(0.25)
    """
    n, region, industry, grand = _totals(cell, region_total, industry_total, grand_total)
    share, consistent = _share_and_consistency(n, region, industry, grand)
    with np.errstate(invalid="ignore"):
        tail = special.betainc(np.where(n > 0, n, 1.0), industry - n + 1.0, share)
    # The beta function has no first argument of zero; the tail from zero on is certain.
    return np.where(consistent, np.where(n > 0, tail, 1.0), np.nan)[()]


def location_quotient_interval(
    cell: npt.ArrayLike,
    region_total: npt.ArrayLike,
    industry_total: npt.ArrayLike,
    grand_total: npt.ArrayLike,
    *,
    level: float = 0.95,
    leave_one_out: bool = False,
) -> Interval:
    r"""Exact interval of a location quotient by plants.

    The Clopper-Pearson limits of the share :math:`n_{ri} / n_{\cdot i}` of the industry's plants
    that are here, each divided by the region's share :math:`n_{r\cdot} / n_{\cdot\cdot}`, which is
    taken as given. At two-sided level :math:`1 - \alpha` the lower limit lies above 1 exactly where
    `dartboard_p` is below :math:`\alpha / 2`. Against the other regions only, the quotient is the
    ratio of the odds of both shares, :math:`\frac{s}{1 - s} / \frac{x}{1 - x}`, which rises with
    :math:`s`, so its limits are those of the share put into it.

    Parameters
    ----------
    cell, region_total, industry_total, grand_total : array_like of float
        Numbers of plants, not negative, of shapes that broadcast together; NaN is 'not known'.
    level : float, default 0.95
        Least probability with which the interval covers, in (0, 1).
    leave_one_out : bool, default False
        Compare with the other regions only, as in `location_quotient`.

    Returns
    -------
    Interval
        Dimensionless. The lower limit of an empty cell is 0, the upper limit of a cell that holds
        the whole industry is the quotient itself (infinite with `leave_one_out`). NaN where
        `dartboard_p` is NaN or the region's total is zero.

    Raises
    ------
    InvalidCountsError
        If a value is negative or infinite, or `level` is not in (0, 1).

    References
    ----------
    .. [1] Clopper, C. J. & Pearson, E. S. (1934). The use of confidence or fiducial limits
       illustrated in the case of the binomial. Biometrika 26(4), 404-413.

    Examples
    --------
    An industry of one plant, which is here, in a region with half of all plants: the share of its
    plants is at least 0.025 and at most 1, the quotient lies between 0.05 and 2.

    >>> low, high = location_quotient_interval(1, 5, 1, 10)
    >>> round(float(low), 6), round(float(high), 6)
    (0.05, 2.0)
    """
    tail = (1.0 - _level(level)) / 2.0
    n, region, industry, grand = _totals(cell, region_total, industry_total, grand_total)
    share, consistent = _share_and_consistency(n, region, industry, grand)
    with np.errstate(invalid="ignore", divide="ignore"):
        low = special.betaincinv(np.where(n > 0, n, 1.0), industry - n + 1.0, tail)
        rest = np.where(n < industry, industry - n, 1.0)
        high = special.betaincinv(n + 1.0, rest, 1.0 - tail)
        low, high = np.where(n > 0, low, 0.0), np.where(n < industry, high, 1.0)
        if leave_one_out:
            low, high, share = low / (1.0 - low), high / (1.0 - high), share / (1.0 - share)
        low, high = low / share, high / share
    consistent = consistent & (share > 0) & np.isfinite(share)
    return Interval(np.where(consistent, low, np.nan)[()], np.where(consistent, high, np.nan)[()])


def employment_quotient_interval(
    totals: tuple[npt.ArrayLike, npt.ArrayLike, npt.ArrayLike, npt.ArrayLike],
    squares: tuple[npt.ArrayLike, npt.ArrayLike, npt.ArrayLike, npt.ArrayLike],
    *,
    level: float = 0.95,
    leave_one_out: bool = False,
) -> Interval:
    r"""Interval of a location quotient by jobs, from a linearised bootstrap over plants.

    Jobs do not move one by one, plants do. Let every plant be drawn :math:`w_k \sim
    \mathrm{Poisson}(1)` times, independently (the Poisson bootstrap). A block of plants of sizes
    :math:`e_k` then has a total of mean :math:`\sum e_k` and variance :math:`\sum e_k^2`. The four
    blocks - the cell, the rest of its region, the rest of its industry, the rest of the nation -
    are independent, and the delta method on

    .. math:: \ln LQ = \ln e_{ri} + \ln e_{\cdot\cdot} - \ln e_{r\cdot} - \ln e_{\cdot i}

    gives, with :math:`S` the sums of squares of the four blocks in that order,

    .. math:: V = \Bigl(\tfrac{1}{e_{ri}} + \tfrac{1}{e_{\cdot\cdot}} - \tfrac{1}{e_{r\cdot}}
       - \tfrac{1}{e_{\cdot i}}\Bigr)^2 S_1
       + \Bigl(\tfrac{1}{e_{\cdot\cdot}} - \tfrac{1}{e_{r\cdot}}\Bigr)^2 S_2
       + \Bigl(\tfrac{1}{e_{\cdot\cdot}} - \tfrac{1}{e_{\cdot i}}\Bigr)^2 S_3
       + \tfrac{1}{e_{\cdot\cdot}^2} S_4

    and the limits :math:`LQ \exp(\pm z \sqrt V)`. Against the other regions only the four slopes
    are those of :math:`\ln e_{ri} - \ln e_{r\cdot} - \ln (e_{\cdot i} - e_{ri}) +
    \ln (e_{\cdot\cdot} - e_{r\cdot})`. For cells of few effective plants the interval is
    wide and only roughly right; the test on plants (`dartboard_p`) is exact there.

    Parameters
    ----------
    totals : tuple of four array_like of float
        Jobs of the cell, its region, its industry and the nation; not negative, of shapes that
        broadcast together; NaN is 'not known'.
    squares : tuple of four array_like of float
        Sums over plants of squared jobs for the same four, each including the ones inside it.
    level : float, default 0.95
        Nominal coverage, in (0, 1).
    leave_one_out : bool, default False
        Compare with the other regions only, as in `location_quotient`.

    Returns
    -------
    Interval
        Dimensionless; NaN where any total or sum of squares is not known, and where the cell has no
        jobs (or with `leave_one_out` holds all of them), since the logarithm of zero has no
        variance.

    Raises
    ------
    InvalidCountsError
        If a value is negative or infinite, or `level` is not in (0, 1).

    References
    ----------
    .. [1] Hanley, J. A. & MacGibbon, B. (2006). Creating non-parametric bootstrap samples using
       Poisson frequencies. Computer Methods and Programs in Biomedicine 83(1), 57-62.
    .. [2] Chamandy, N., Muralidharan, O., Najmi, A. & Naidu, S. (2012). Estimating uncertainty for
       massive data streams. Google Technical Report. (The Poisson bootstrap of ratios.)

    Examples
    --------
    Sixteen plants of one job: four in the cell, four in each other block. The quotient is 1, the
    derivatives are :math:`\pm 1/16`, so :math:`V = 16 / 256 = 1/16`.

    >>> low, high = employment_quotient_interval((4, 8, 8, 16), (4, 8, 8, 16))
    >>> [round(float(4 * np.log(limit)), 3) for limit in (low, high)]
    [-1.96, 1.96]
    """
    z = float(special.ndtri((1.0 + _level(level)) / 2.0))
    e, region, industry, grand = _totals(*totals)
    s, s_region, s_industry, s_grand = _totals(*squares)
    quotient = location_quotient_from_totals(
        e, region, industry, grand, leave_one_out=leave_one_out
    )
    with np.errstate(invalid="ignore", divide="ignore"):
        if leave_one_out:
            by_region, by_rest = -1.0 / region, 1.0 / (grand - region)
            by_industry = by_rest - 1.0 / (industry - e)
            by_cell = 1.0 / e + by_region
        else:
            by_rest = 1.0 / grand
            by_region, by_industry = by_rest - 1.0 / region, by_rest - 1.0 / industry
            by_cell = 1.0 / e + by_region + by_industry - by_rest
        # Differences of sums may fall below zero by rounding.
        variance = (
            by_cell**2 * s
            + by_region**2 * np.maximum(s_region - s, 0.0)
            + by_industry**2 * np.maximum(s_industry - s, 0.0)
            + by_rest**2 * np.maximum(s_grand - s_region - s_industry + s, 0.0)
        )
        factor = np.where(e > 0, np.exp(z * np.sqrt(variance)), np.nan)
        low, high = quotient / factor, quotient * factor
    defined = np.isfinite(low) & np.isfinite(high)
    return Interval(np.where(defined, low, np.nan)[()], np.where(defined, high, np.nan)[()])


def effective_establishments(total: npt.ArrayLike, square_sum: npt.ArrayLike) -> Floats:
    r"""Number of equal plants that would be as concentrated as these.

    .. math:: N = \frac{(\sum_k e_k)^2}{\sum_k e_k^2}

    the inverse of the plants' Herfindahl index: one giant among dwarfs counts as about one plant.

    Parameters
    ----------
    total, square_sum : array_like of float
        Jobs of the cell and the sum over its plants of squared jobs; NaN is 'not known'.

    Returns
    -------
    ndarray of float64, of the broadcast shape
        At least 1 and at most the number of plants. NaN where a value is not known or the plants
        have no jobs.

    Raises
    ------
    InvalidCountsError
        If a value is negative or infinite.

    References
    ----------
    .. [1] Adelman, M. A. (1969). Comment on the "H" concentration measure as a numbers-equivalent.
       Review of Economics and Statistics 51(1), 99-101.

    Examples
    --------
    Plants of 8, 1 and 1 jobs: :math:`10^2 / 66`.

    >>> effective_establishments(10, 66).round(3)
    np.float64(1.515)
    """
    e = _counts(total, name="total")
    s = _counts(square_sum, name="square_sum")
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(s > 0, e**2 / s, np.nan)[()]


def excess(
    cell: npt.ArrayLike,
    region_total: npt.ArrayLike,
    industry_total: npt.ArrayLike,
    grand_total: npt.ArrayLike,
) -> Floats:
    r"""Firms or jobs beyond what the industry's overall share would give the region.

    .. math:: x_{ri} - x_{r\cdot} \, x_{\cdot i} / x_{\cdot\cdot}

    Read beside the quotient, it keeps tiny regions from leading a list. It sums to zero over the
    regions of an industry and over the industries of a region.

    Parameters
    ----------
    cell, region_total, industry_total, grand_total : array_like of float
        Firms or jobs, one unit throughout; not negative, of shapes that broadcast together; NaN is
        'not known'.

    Returns
    -------
    ndarray of float64, of the broadcast shape
        In the unit of the input; negative where the industry is under-represented, NaN where a
        value is not known or the grand total is zero.

    Raises
    ------
    InvalidCountsError
        If a value is negative or infinite.

    References
    ----------
    .. [1] Fingleton, B., Igliori, D. C. & Moore, B. (2004). Employment growth of small high-
       technology firms and the role of horizontal clustering. Urban Studies 41(4), 773-799.
       (Horizontal clustering: jobs that bring the quotient above 1.)

    Examples
    --------
    Two firms here, where four of eight firms and two of eight are the region's and the industry's:

    >>> excess(2, 4, 2, 8)
    np.float64(1.0)
    """
    x, region, industry, grand = _totals(cell, region_total, industry_total, grand_total)
    with np.errstate(invalid="ignore", divide="ignore"):
        return (x - region * (industry / grand))[()]


def symmetric_quotient(quotient: npt.ArrayLike) -> Floats:
    r"""Location quotient on a scale from -1 to 1 whose middle, 0, is the overall share.

    .. math:: \frac{LQ - 1}{LQ + 1}

    Parameters
    ----------
    quotient : array_like of float
        Location quotients, not negative; NaN is 'not known', infinity is allowed.

    Returns
    -------
    ndarray of float64, of the shape of `quotient`
        In [-1, 1]; NaN where `quotient` is.

    Raises
    ------
    InvalidCountsError
        If a value is negative.

    References
    ----------
    .. [1] Laursen, K. (2015). Revealed comparative advantage and the alternatives as measures of
       international specialization. Eurasian Business Review 5(1), 99-115.

    Examples
    --------
    >>> symmetric_quotient([0, 1, 3])
    array([-1. ,  0. ,  0.5])
    """
    q = _counts(quotient, name="quotient", infinite=True)
    with np.errstate(invalid="ignore"):
        return np.where(np.isposinf(q), 1.0, (q - 1.0) / (q + 1.0))[()]


def standardised_quotient(quotient: npt.ArrayLike, *, logarithm: bool = False) -> Floats:
    r"""Location quotient in standard deviations from the mean of its industry.

    .. math:: z_{ri} = \frac{LQ_{ri} - \overline{LQ}_{\cdot i}}{s_i}

    with the sample standard deviation :math:`s_i` (divisor :math:`R - 1`) over the regions whose
    quotient is known. 1.65 and 1.96 are the usual cut-offs; they mean something only where the
    quotients (or their logarithms) are about normal, which `dartboard_p` does not need.

    Parameters
    ----------
    quotient : array_like of float, shape (n_regions, n_industries) or (n_regions,)
        Location quotients, not negative; NaN is 'not known'.
    logarithm : bool, default False
        Standardise the natural logarithms instead; regions with a quotient of zero then have none
        and are left out.

    Returns
    -------
    ndarray of float64, of the shape of `quotient`
        NaN where the quotient is not known (or zero, with `logarithm`) and in industries with
        fewer than two known quotients or none that differ.

    Raises
    ------
    InvalidCountsError
        If a value is negative or infinite.

    References
    ----------
    .. [1] O'Donoghue, D. & Gleave, B. (2004). A note on methods for measuring industrial
       agglomeration. Regional Studies 38(4), 419-427.
    .. [2] Tian, Z. (2013). Measuring agglomeration using the standardized location quotient with a
       bootstrap method. Journal of Regional Analysis and Policy 43(2), 186-197. (The logarithm.)

    Examples
    --------
    Mean 1, standard deviation 1:

    >>> standardised_quotient([0, 1, 2])
    array([-1.,  0.,  1.])
    """
    q = _counts(quotient, name="quotient")
    with np.errstate(divide="ignore"):
        values = np.log(q) if logarithm else q
    values = np.where(np.isfinite(values), values, np.nan)
    known = np.isfinite(values).sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        deviation = values - np.nansum(values, axis=0) / known
        spread = np.sqrt(np.nansum(deviation**2, axis=0) / (known - 1))
        # Equal quotients differ by rounding alone; that is no spread.
        flat = spread <= 1e-12 * np.nanmax(np.abs(np.nan_to_num(values)), axis=0, initial=1.0)
        standardised: Floats = deviation / np.where(flat | (known < 2), np.nan, spread)
    return standardised


def litzenberger_sternberg(
    *,
    employment: npt.ArrayLike,
    employment_total: npt.ArrayLike,
    area: npt.ArrayLike,
    area_total: npt.ArrayLike,
    population: npt.ArrayLike,
    population_total: npt.ArrayLike,
    firms: npt.ArrayLike,
    firms_total: npt.ArrayLike,
) -> Floats:
    r"""Litzenberger and Sternberg's cluster index of a cell.

    .. math:: CI = \frac{e_{ri} / a_r}{e_i / a} \cdot \frac{e_{ri} / p_r}{e_i / p} \Big/
       \frac{e_{ri} / b_{ri}}{e_i / b_i}

    the relative density of the industry, times its relative stock per head, over the relative size
    of its firms. Its size depends on the numbers of regions and industries; the authors speak of a
    cluster above 4 where both factors exceed 1.

    Parameters
    ----------
    employment, employment_total : array_like of float
        Jobs of the industry in the region :math:`e_{ri}` and in all regions :math:`e_i`.
    area, area_total : array_like of float
        Area of the region :math:`a_r` and of all regions :math:`a`, one unit for both.
    population, population_total : array_like of float
        Inhabitants of the region :math:`p_r` and of all regions :math:`p`.
    firms, firms_total : array_like of float
        Firms of the industry in the region :math:`b_{ri}` and in all regions :math:`b_i`.

    Returns
    -------
    ndarray of float64, of the broadcast shape
        Dimensionless; 0 in a cell without firms, NaN where a value is not known or a total or the
        region's area or population is zero.

    Raises
    ------
    InvalidCountsError
        If a value is negative or infinite.

    References
    ----------
    .. [1] Litzenberger, T. & Sternberg, R. (2006). Der Clusterindex - eine Methodik zur
       Identifizierung regionaler Cluster am Beispiel deutscher Industriebranchen. Geographische
       Zeitschrift 94(4), 209-224.
    .. [2] Farhauer, O. & Kröll, A. (2014). Standorttheorien, 2nd ed. Springer. (The example.)

    Examples
    --------
    >>> litzenberger_sternberg(
    ...     employment=1743, employment_total=5740, area=50, area_total=576,
    ...     population=488, population_total=4621, firms=35, firms_total=53,
    ... ).round(5)
    np.float64(21.87491)
    """
    e, e_total, a, a_total = _totals(employment, employment_total, area, area_total)
    p, p_total, b, b_total = _totals(population, population_total, firms, firms_total)
    with np.errstate(invalid="ignore", divide="ignore"):
        # The same multiplied out: a cell without jobs or firms is then 0 and not 0/0.
        index = (e / e_total) * (b / b_total) / ((a / a_total) * (p / p_total))
    return np.where(np.isfinite(index), index, np.nan)[()]


def _share_and_consistency(
    cell: Floats, region: Floats, industry: Floats, grand: Floats
) -> tuple[Floats, npt.NDArray[np.bool_]]:
    """Return the region's share of the nation, and where parts fit into wholes that are known."""
    with np.errstate(invalid="ignore", divide="ignore"):
        share = region / grand
        consistent = (cell <= industry) & (industry > 0) & (region <= grand) & (grand > 0)
    return np.where(consistent, share, np.nan), consistent


def _level(level: float) -> float:
    if not 0 < level < 1:
        message = f"`level` must lie between 0 and 1: it is {level}."
        raise InvalidCountsError(message)
    return level


def _totals(
    cell: npt.ArrayLike, region: npt.ArrayLike, industry: npt.ArrayLike, grand: npt.ArrayLike
) -> tuple[Floats, Floats, Floats, Floats]:
    """Return the four numbers of a quotient as checked arrays."""
    return (
        _counts(cell, name="cell"),
        _counts(region, name="region_total"),
        _counts(industry, name="industry_total"),
        _counts(grand, name="grand_total"),
    )


def _counts(values: npt.ArrayLike, *, name: str, infinite: bool = False) -> Floats:
    """Return `values` as floats, of which none is negative; NaN passes."""
    x = np.asarray(values, dtype=np.float64)
    wrong = x < 0
    if not infinite:
        wrong |= np.isinf(x)
    if wrong.any():
        first = x[wrong].flat[0] if x.ndim else x
        rule = "not negative" if infinite else "finite and not negative"
        message = (
            f"`{name}` must be {rule}, NaN where not known: "
            f"{int(wrong.sum())} value(s) are not, first {first}."
        )
        raise InvalidCountsError(message)
    return x


def _matrix(values: npt.ArrayLike, *, name: str) -> Floats:
    """Return a region x industry matrix of finite values, none negative."""
    x = np.asarray(values, dtype=np.float64)
    if x.ndim != 2:
        message = f"`{name}` must have two dimensions, regions and industries: it has {x.ndim}."
        raise InvalidCountsError(message)
    wrong = ~np.isfinite(x) | (x < 0)
    if wrong.any():
        region, industry = np.argwhere(wrong)[0]
        message = (
            f"`{name}` must be finite and >= 0: {int(wrong.sum())} value(s) are not, "
            f"first {x[region, industry]} at region {region}, industry {industry}."
        )
        raise InvalidCountsError(message)
    return x
