r"""Location quotients: how over-represented an industry is in a region.

Here belong the quotient of a cell (region x industry) and its transformations; the cluster index
built from quotients too. How sure it is stands in `quotient_intervals`. Measures of a whole
industry (`indices`, `glaeser_indices`) or a whole region (`specialisation`) do not belong here, nor
does the handling of tables, years and margins (`cell_table`).

Notation throughout: :math:`x_{ri}` is the size of the cell in firms or jobs, :math:`x_{r\cdot}`
the region's total, :math:`x_{\cdot i}` the industry's, :math:`x_{\cdot\cdot}` the grand total.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from geo.errors import InvalidCountsError

__all__ = [
    "effective_establishments",
    "excess",
    "litzenberger_sternberg",
    "location_quotient",
    "location_quotient_from_totals",
    "standardised_quotient",
    "symmetric_quotient",
]


Floats = npt.NDArray[np.float64]


def as_totals(
    cell: npt.ArrayLike, region: npt.ArrayLike, industry: npt.ArrayLike, grand: npt.ArrayLike
) -> tuple[Floats, Floats, Floats, Floats]:
    """Return the four numbers of a quotient as checked arrays."""
    return (
        as_counts(cell, name="cell"),
        as_counts(region, name="region_total"),
        as_counts(industry, name="industry_total"),
        as_counts(grand, name="grand_total"),
    )


def as_counts(values: npt.ArrayLike, *, name: str, infinite: bool = False) -> Floats:
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


def as_matrix(values: npt.ArrayLike, *, name: str) -> Floats:
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
    x = as_matrix(counts, name="counts")
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
    x, region, industry, grand = as_totals(cell, region_total, industry_total, grand_total)
    if leave_one_out:
        industry, grand = industry - x, grand - region
    with np.errstate(invalid="ignore", divide="ignore"):
        quotient: Floats = (x / region) / (industry / grand)
    return quotient


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
    e = as_counts(total, name="total")
    s = as_counts(square_sum, name="square_sum")
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
    x, region, industry, grand = as_totals(cell, region_total, industry_total, grand_total)
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
    q = as_counts(quotient, name="quotient", infinite=True)
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
    q = as_counts(quotient, name="quotient")
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
    e, e_total, a, a_total = as_totals(employment, employment_total, area, area_total)
    p, p_total, b, b_total = as_totals(population, population_total, firms, firms_total)
    with np.errstate(invalid="ignore", divide="ignore"):
        # The same multiplied out: a cell without jobs or firms is then 0 and not 0/0.
        index = (e / e_total) * (b / b_total) / ((a / a_total) * (p / p_total))
    return np.where(np.isfinite(index), index, np.nan)[()]
