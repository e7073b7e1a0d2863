r"""How sure a location quotient is: exact intervals and the test by plants, intervals by jobs.

Here belongs what says how far chance alone would carry a cell. The quotients are in `quotients`,
the bootstrap that needs every plant in `bootstrap`.

Notation throughout: :math:`x_{ri}` is the size of the cell in firms or jobs, :math:`x_{r\cdot}`
the region's total, :math:`x_{\cdot i}` the industry's, :math:`x_{\cdot\cdot}` the grand total.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import special

from geo.concentration.cells.quotients import as_totals, location_quotient_from_totals
from geo.errors import InvalidCountsError

__all__ = ["Interval", "dartboard_p", "employment_quotient_interval", "location_quotient_interval"]

Floats = npt.NDArray[np.float64]


class Interval(NamedTuple):
    """Confidence limits, both of the broadcast shape of what they were computed from."""

    low: Floats
    """Lower limits, dimensionless."""
    high: Floats
    """Upper limits, dimensionless."""


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
    n, region, industry, grand = as_totals(cell, region_total, industry_total, grand_total)
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
    e, region, industry, grand = as_totals(*totals)
    s, s_region, s_industry, s_grand = as_totals(*squares)
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
        nation is empty, or a part exceeds its whole (a cell its region or industry, these the
        nation).

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
    n, region, industry, grand = as_totals(cell, region_total, industry_total, grand_total)
    share, consistent = _share_and_consistency(n, region, industry, grand)
    with np.errstate(invalid="ignore"):
        tail = special.betainc(np.where(n > 0, n, 1.0), industry - n + 1.0, share)
    # The beta function has no first argument of zero; the tail from zero on is certain.
    return np.where(consistent, np.where(n > 0, tail, 1.0), np.nan)[()]


def _share_and_consistency(
    cell: Floats, region: Floats, industry: Floats, grand: Floats
) -> tuple[Floats, npt.NDArray[np.bool_]]:
    """Return the region's share of the nation, and where parts fit into wholes that are known."""
    with np.errstate(invalid="ignore", divide="ignore"):
        share = region / grand
        consistent = (cell <= industry) & (industry > 0) & (region <= grand) & (grand > 0)
        # Sums of fractions differ in their last digits, in whatever order they were added up.
        consistent &= (cell <= region * (1 + 1e-9)) & (industry <= grand * (1 + 1e-9))
    return np.where(consistent, share, np.nan), consistent


def _level(level: float) -> float:
    if not 0 < level < 1:
        message = f"`level` must lie between 0 and 1: it is {level}."
        raise InvalidCountsError(message)
    return level
