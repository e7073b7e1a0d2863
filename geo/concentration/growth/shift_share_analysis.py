"""Growth of a cell taken apart: the country's, its industry's, and what the place adds."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from geo.errors import GeoError

if TYPE_CHECKING:
    import numpy.typing as npt

    Matrix = npt.NDArray[np.float64]

__all__ = ["ShiftShare", "growth_of_cells", "shift_share"]


class ShiftShare(NamedTuple):
    """Parts of the change of every cell, shape (regions, industries); they add up to it."""

    country: Matrix
    """What the cell would have gained had it grown as all industries together."""
    industry: Matrix
    """What it would have gained more, had it grown as its industry in the whole country."""
    place: Matrix
    """What is left: the cell grew faster than its industry elsewhere, or slower."""


def shift_share(before: npt.ArrayLike, after: npt.ArrayLike) -> ShiftShare:
    r"""Classical shift-share analysis of plants, jobs or output.

    .. math:: x'_{ri} - x_{ri} = x_{ri}\, g + x_{ri}\,(g_i - g) + (x'_{ri} - x_{ri}(1 + g_i))

    with g the growth rate of everything and :math:`g_i` that of the industry. A cell or an
    industry that was not there before has grown by what its place added.

    Parameters
    ----------
    before, after : array_like of float, shape (regions, industries)
        Sizes in the first and the last year; NaN = not known. Growth rates are those of the cells
        that are known in both.

    Returns
    -------
    ShiftShare
        NaN where the cell is not known in both years.

    Raises
    ------
    GeoError
        If the shapes differ, or a size is negative.

    References
    ----------
    .. [1] Dunn, E. S. (1960). A statistical and analytical technique for regional analysis. Papers
       in Regional Science 6(1), 97-112.

    Examples
    --------
    The country grows by a tenth, the second industry by a half, its second region not at all:

    >>> parts = shift_share([[100, 20], [60, 20]], [[100, 40], [60, 20]])
    >>> [round(float(part[1, 1]), 9) for part in parts]
    [2.0, 8.0, -10.0]
    """
    first, last = (np.asarray(x, dtype=np.float64) for x in (before, after))
    if first.shape != last.shape:
        message = f"Sizes of both years must have one shape, not {first.shape} and {last.shape}."
        raise GeoError(message)
    if (first < 0).any() or (last < 0).any():
        message = "Sizes must not be negative."
        raise GeoError(message)
    known = np.isfinite(first) & np.isfinite(last)
    whole = (np.where(known, first, 0.0), np.where(known, last, 0.0))
    rate = _growth(np.array(whole[0].sum()), np.array(whole[1].sum()))
    by_industry = _growth(whole[0].sum(axis=0), whole[1].sum(axis=0))
    country = np.where(known, first * rate, np.nan)
    industry = np.where(known, first * (by_industry - rate), np.nan)
    return ShiftShare(country, industry, last - first * (1 + by_industry))


def growth_of_cells(cells: pd.DataFrame, size: str) -> pd.DataFrame:
    """The change of every cell between two years, taken apart.

    Parameters
    ----------
    cells : DataFrame
        year (two of them), region_id, industry and the column `size`; NaN = not known. A cell
        without a row had nothing in that year.
    size : str
        What is counted: establishments or employment.

    Returns
    -------
    DataFrame
        One row per cell of either year, sorted: region_id, industry, before, after, and the parts
        of the change, from_country, from_industry and from_place.

    Raises
    ------
    GeoError
        If there are not two years.

    See Also
    --------
    shift_share : the formula and its source.
    """
    years = sorted(cells["year"].unique())
    if len(years) != 2:
        message = f"Growth is between two years, not {len(years)}."
        raise GeoError(message)
    regions, industries = (np.unique(cells[c].astype(str)) for c in ("region_id", "industry"))
    at = (
        (cells["year"] == years[1]).to_numpy(dtype=np.int64),
        regions.searchsorted(cells["region_id"].astype(str)),
        industries.searchsorted(cells["industry"].astype(str)),
    )
    both = np.zeros((2, len(regions), len(industries)))
    both[at] = cells[size].to_numpy(dtype=np.float64, na_value=np.nan)
    parts = (*both, *shift_share(*both))
    region, industry = np.indices(both[0].shape)
    table = pd.DataFrame(
        {"region_id": regions[region.ravel()], "industry": industries[industry.ravel()]}
        | {name: part.ravel() for name, part in zip(_GROWTH, parts, strict=True)}
    )
    return table[(table["before"] != 0) | (table["after"] != 0)].reset_index(drop=True)


_GROWTH = ("before", "after", "from_country", "from_industry", "from_place")


def _growth(before: Matrix, after: Matrix) -> Matrix:
    """Growth rates; 0 of what was not there before."""
    rate: Matrix = after / np.where(before > 0, before, 1.0) - 1
    return np.where(before > 0, rate, 0.0)
