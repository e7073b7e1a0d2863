r"""What a region lives on: how special, and how diverse, its mix of industries is.

Here belong the measures of a whole region: Krugman's index, Hachman's, Theil's, entropy and its two
parts, related and unrelated variety. They read the same matrix as `indices`, along the other side.

Notation: :math:`b_{ri} = x_{ri} / x_{r\cdot}` is the industry's share of the region,
:math:`b_i = x_{\cdot i} / x_{\cdot\cdot}` its share of all regions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
from scipy import special

from geo.concentration.cells.totals import sorted_cells, totals_by
from geo.concentration.industries.indices import measured_by
from geo.errors import InvalidCountsError

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy.typing as npt

    from geo.concentration.cells.totals import Measure

    Floats = npt.NDArray[np.float64]

__all__ = [
    "Variety",
    "diversity",
    "hachman",
    "krugman_specialisation",
    "region_specialisation",
    "theil_specialisation",
    "variety",
]


class Variety(NamedTuple):
    """Entropy of a region's industries in two parts, each of shape (n_regions,), in bits."""

    related: Floats
    """Entropy within groups of industries, weighted by the groups' shares."""
    unrelated: Floats
    """Entropy of the groups themselves."""


def krugman_specialisation(
    counts: npt.ArrayLike, *, reference: npt.ArrayLike | None = None, leave_one_out: bool = False
) -> Floats:
    r"""Krugman's index: how far a region's mix of industries is from everybody's.

    .. math:: K_r = \sum_i |b_{ri} - b_i|

    Parameters
    ----------
    counts : array_like of float, shape (n_regions, n_industries)
        Firms or jobs; finite and not negative.
    reference : array_like of float, shape (n_industries,), optional
        Firms or jobs to compare with, such as national totals; the sum over regions where not
        given.
    leave_one_out : bool, default False
        Compare with the other regions only. Not together with `reference`.

    Returns
    -------
    ndarray of float64, shape (n_regions,)
        In [0, 2]; half of it is the share of the region that had to change its industry, known as
        the coefficient of specialisation. NaN for a region of nothing.

    Raises
    ------
    InvalidCountsError
        If `counts` is not two-dimensional, a value is negative or not finite, or both options are
        used.

    References
    ----------
    .. [1] Krugman, P. (1991). Geography and Trade, p. 76. MIT Press.
    .. [2] Hoover, E. M. & Giarratani, F. (1985). An Introduction to Regional Economics, 3rd ed.
       Knopf. (The coefficient of specialisation.)

    Examples
    --------
    Half and half against a quarter and three quarters; none and all:

    >>> krugman_specialisation([[2, 2], [0, 4]])
    array([0.5, 0.5])
    """
    shares, overall = _shares(counts, reference, leave_one_out=leave_one_out)
    index: Floats = np.abs(shares - overall).sum(axis=1)
    return index


def hachman(counts: npt.ArrayLike, *, reference: npt.ArrayLike | None = None) -> Floats:
    r"""Hachman's index: how like everybody's a region's mix of industries is.

    .. math:: HI_r = \Bigl( \sum_i LQ_{ri} \, b_{ri} \Bigr)^{-1} = \Bigl( \sum_i
       \frac{b_{ri}^2}{b_i} \Bigr)^{-1}

    Parameters
    ----------
    counts : array_like of float, shape (n_regions, n_industries)
        Firms or jobs; finite and not negative.
    reference : array_like of float, shape (n_industries,), optional
        Firms or jobs to compare with; the sum over regions where not given.

    Returns
    -------
    ndarray of float64, shape (n_regions,)
        In (0, 1]; 1 is the overall mix. 0 where the region has an industry that the reference has
        not; NaN for a region of nothing.

    Raises
    ------
    InvalidCountsError
        If `counts` is not two-dimensional, or a value is negative or not finite.

    References
    ----------
    .. [1] Balland, P.-A. (2017). Economic Geography in R: introduction to the EconGeo package.
       Papers in Evolutionary Economic Geography 17.09, Utrecht University. (After F. Hachman,
       Bureau of Economic and Business Research, University of Utah, 1995.)

    Examples
    --------
    Half and half against a quarter and three quarters: 1 / (1/4 / 1/4 + 1/4 / 3/4).

    >>> hachman([[2, 2], [0, 4]])
    array([0.75, 0.75])
    """
    shares, overall = _shares(counts, reference)
    with np.errstate(invalid="ignore", divide="ignore"):
        weighted = np.where(shares > 0, shares**2 / overall, 0.0 * shares)
        index: Floats = 1.0 / weighted.sum(axis=1)
    return index


def theil_specialisation(
    counts: npt.ArrayLike, *, reference: npt.ArrayLike | None = None
) -> Floats:
    r"""Relative entropy of a region's mix of industries to everybody's.

    .. math:: T_r = \sum_i b_{ri} \ln (b_{ri} / b_i)

    Parameters
    ----------
    counts : array_like of float, shape (n_regions, n_industries)
        Firms or jobs; finite and not negative.
    reference : array_like of float, shape (n_industries,), optional
        Firms or jobs to compare with; the sum over regions where not given.

    Returns
    -------
    ndarray of float64, shape (n_regions,)
        In nats, 0 for the overall mix; infinite where the region has an industry that the reference
        has not; NaN for a region of nothing. Averaged over regions by size it equals the Theil
        index of industries averaged by size: the mutual information of both.

    Raises
    ------
    InvalidCountsError
        If `counts` is not two-dimensional, or a value is negative or not finite.

    References
    ----------
    .. [1] Theil, H. (1967). Economics and Information Theory, ch. 4. North-Holland.

    Examples
    --------
    All in an industry of three quarters: ln (4/3).

    >>> theil_specialisation([[2, 2], [0, 4]]).round(6)
    array([0.143841, 0.287682])
    """
    shares, overall = _shares(counts, reference)
    index: Floats = special.rel_entr(shares, np.broadcast_to(overall, shares.shape)).sum(axis=1)
    return np.maximum(index, 0.0)


def diversity(counts: npt.ArrayLike) -> Floats:
    r"""Entropy of a region's mix of industries, in bits.

    .. math:: H_r = -\sum_i b_{ri} \log_2 b_{ri}

    Two to its power is the number of equal industries that would be as diverse.

    Parameters
    ----------
    counts : array_like of float, shape (n_regions, n_industries)
        Firms or jobs; finite and not negative.

    Returns
    -------
    ndarray of float64, shape (n_regions,)
        From 0, one industry, to :math:`\log_2` of their number; NaN for a region of nothing.

    Raises
    ------
    InvalidCountsError
        If `counts` is not two-dimensional, or a value is negative or not finite.

    References
    ----------
    .. [1] Shannon, C. E. (1948). A mathematical theory of communication. Bell System Technical
       Journal 27(3), 379-423.

    Examples
    --------
    >>> diversity([[2, 2], [0, 4]])
    array([1., 0.])
    """
    shares, _ = _shares(counts)
    # Adding zero turns the minus zero of a region with one industry into a plain one.
    entropy: Floats = special.entr(shares).sum(axis=1) / np.log(2.0) + 0.0
    return entropy


def variety(counts: npt.ArrayLike, groups: npt.ArrayLike) -> Variety:
    r"""Related and unrelated variety of a region's industries, in bits.

    .. math:: UV_r = -\sum_g P_{rg} \log_2 P_{rg}, \qquad
       RV_r = \sum_g P_{rg} \Bigl( -\sum_{i \in g} \frac{b_{ri}}{P_{rg}}
       \log_2 \frac{b_{ri}}{P_{rg}} \Bigr), \qquad P_{rg} = \sum_{i \in g} b_{ri}

    Their sum is the entropy of all industries (`diversity`).

    Parameters
    ----------
    counts : array_like of float, shape (n_regions, n_industries)
        Firms or jobs; finite and not negative.
    groups : array_like, shape (n_industries,)
        Label of the group of each industry, its two-digit parent for instance.

    Returns
    -------
    Variety
        Two arrays of shape (n_regions,); NaN for a region of nothing.

    Raises
    ------
    InvalidCountsError
        If `counts` is not two-dimensional, a value is negative or not finite, or `groups` does not
        hold one label per industry.

    References
    ----------
    .. [1] Frenken, K., Van Oort, F. & Verburg, T. (2007). Related variety, unrelated variety and
       regional economic growth. Regional Studies 41(5), 685-697, Eq. 2-4.

    Examples
    --------
    Two groups of equal size, one of them of two equal industries: one bit between the groups, and
    one bit in half of the jobs.

    >>> related, unrelated = variety([[1, 1, 2]], ["food", "food", "cars"])
    >>> related[0], unrelated[0]
    (np.float64(0.5), np.float64(1.0))
    """
    shares, _ = _shares(counts)
    labels = np.asarray(groups)
    if labels.shape != shares.shape[1:]:
        message = (
            f"`groups` must hold one label per industry, {shares.shape[1]}: "
            f"its shape is {labels.shape}."
        )
        raise InvalidCountsError(message)
    names, group = np.unique(labels, return_inverse=True)
    member = np.equal.outer(group, np.arange(len(names))).astype(np.float64)
    unrelated = special.entr(shares @ member).sum(axis=1) / np.log(2.0) + 0.0
    # Never below zero by the rounding of a difference.
    return Variety(np.maximum(diversity(counts) - unrelated, 0.0), unrelated)


def region_specialisation(
    cells: pd.DataFrame,
    parent: Mapping[int, str | int | None] | None = None,
    *,
    margins: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Specialisation and diversity of every region, year by year.

    Jobs are measured where cells with known jobs hold at least 95 % of the year's and of the
    region's establishments (or where establishments are not known), else establishments. Cells
    whose value is not known are left out.

    Parameters
    ----------
    cells : DataFrame
        Columns year, region_key, industry_key, establishments, employment (NaN = not known); one
        row per year, region and industry that is there.
    parent : mapping of int to str or int, optional
        Group of each industry_key; an industry without one is a group of its own. Without the
        mapping the two varieties are NaN.
    margins : DataFrame, optional
        Columns year, region_key, industry_key (empty = all), establishments, employment: the
        totals of industries to compare with, where given.

    Returns
    -------
    DataFrame
        One row per year and region, sorted, with the columns region_key, year,
        krugman_specialisation, hachman, theil_specialisation, diversity, related_variety,
        unrelated_variety, industries (number that the region is known to have) and measured_by
        ("employment", "establishments", or missing where neither is known; the rest is NaN then).

    Raises
    ------
    InvalidCountsError
        If a cell or a margin stands there twice, or a value is negative or infinite.

    See Also
    --------
    krugman_specialisation, hachman, theil_specialisation, diversity, variety : The formulas.

    Examples
    --------
    >>> cells = pd.DataFrame({"year": 2020, "region_key": [0, 0, 1], "industry_key": [0, 1, 1],
    ...                       "establishments": [2.0, 2.0, 4.0], "employment": np.nan})
    >>> region_specialisation(cells)[["krugman_specialisation", "diversity"]].to_numpy()
    array([[0.5, 1. ],
           [0.5, 0. ]])
    """
    ordered = sorted_cells(cells)
    chosen = measured_by(ordered, known=ordered["employment"].notna(), key="region_key")
    present = ordered["establishments"].fillna(ordered["employment"]) > 0
    industries = present.groupby([ordered["year"], ordered["region_key"]]).sum()
    table = chosen.index.to_frame(index=False)[["region_key", "year"]]
    names = ["krugman_specialisation", "hachman", "theil_specialisation", "diversity"]
    names += ["related_variety", "unrelated_variety"]
    table[names] = np.nan
    table["industries"] = industries.to_numpy()
    table["measured_by"] = chosen.to_numpy()
    measures: tuple[Measure, ...] = ("employment", "establishments")
    for measure in measures:
        totals = totals_by(ordered, margins, key="industry_key", measure=measure)
        for year, rows in table[(chosen == measure).to_numpy()].groupby("year"):
            known = ordered[(ordered["year"] == year) & ordered[measure].notna()]
            reference = totals.xs(year).dropna()
            counts = known.pivot_table(
                index="region_key", columns="industry_key", values=measure, fill_value=0.0
            ).reindex(index=rows["region_key"], columns=reference.index, fill_value=0.0)
            values = _measures(counts, reference, parent)
            table.loc[rows.index, names] = np.column_stack(values)
    return table


def _measures(
    counts: pd.DataFrame, reference: pd.Series[float], parent: Mapping[int, str | int | None] | None
) -> list[Floats]:
    """Return the measures of the regions of one year in the order of the table."""
    x = counts.to_numpy(dtype=np.float64)
    totals = reference.to_numpy(dtype=np.float64)
    if parent is None:
        parts = Variety(np.full(len(x), np.nan), np.full(len(x), np.nan))
    else:
        groups = [parent.get(int(key)) for key in counts.columns]
        # An industry without a group is marked so that it meets no group of the same name.
        labels = [
            ("own", str(key)) if pd.isna(group) else ("group", str(group))
            for key, group in zip(counts.columns, groups, strict=True)
        ]
        parts = variety(x, pd.factorize(pd.Index(labels, tupleize_cols=False))[0])
    return [
        krugman_specialisation(x, reference=totals),
        hachman(x, reference=totals),
        theil_specialisation(x, reference=totals),
        diversity(x),
        *parts,
    ]


def _shares(
    counts: npt.ArrayLike, reference: npt.ArrayLike | None = None, *, leave_one_out: bool = False
) -> tuple[Floats, Floats]:
    """Return shares of industries in each region, and in what the regions are compared with."""
    x = np.asarray(counts, dtype=np.float64)
    if x.ndim != 2:
        message = f"`counts` must have two dimensions, regions and industries: it has {x.ndim}."
        raise InvalidCountsError(message)
    total = x.sum(axis=0) if reference is None else np.asarray(reference, dtype=np.float64)
    if total.shape != x.shape[1:] or (leave_one_out and reference is not None):
        message = (
            f"`reference` must hold one value per industry, {x.shape[1]}, and not go with "
            f"`leave_one_out`: its shape is {total.shape}."
        )
        raise InvalidCountsError(message)
    for name, values in (("counts", x), ("reference", total)):
        wrong = ~np.isfinite(values) | (values < 0)
        if wrong.any():
            message = (
                f"`{name}` must be finite and >= 0: {int(wrong.sum())} value(s) are not, "
                f"first {values[wrong][0]}."
            )
            raise InvalidCountsError(message)
    overall = total - x if leave_one_out else total[np.newaxis]
    with np.errstate(invalid="ignore", divide="ignore"):
        return (
            x / x.sum(axis=1, keepdims=True),
            overall / overall.sum(axis=1, keepdims=True),
        )
