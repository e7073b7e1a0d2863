"""Totals of regions, of industries and of a year that cells are compared with.

Here belongs the choice between published margins and sums over cells, and nothing else: what is
done with the totals belongs to the measures.

Tables: `cells` has one row per year, region_key and industry_key, with establishments, employment
and employment_square_sum (NaN = not known). `margins` has the same keys, empty where a row is a
total over them, with establishments and employment.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.errors import InvalidCountsError

__all__ = [
    "CELL_KEYS",
    "Totals",
    "published_totals",
    "sorted_cells",
    "totals_by",
    "totals_of_cells",
]

CELL_KEYS = ["year", "region_key", "industry_key"]
"""Columns that make a cell, in the order in which tables are sorted."""

Floats = npt.NDArray[np.float64]
Measure = Literal["establishments", "employment"]


class Totals(NamedTuple):
    """Of every row of a table of cells, in firms or jobs; NaN where nothing of it is known."""

    region: Floats
    """Total of the cell's region, shape (n_cells,)."""
    industry: Floats
    """Total of the cell's industry, shape (n_cells,)."""
    grand: Floats
    """Total of the cell's year, shape (n_cells,)."""


def sorted_cells(cells: pd.DataFrame) -> pd.DataFrame:
    """Cells in the order of their keys, with the row labels they came with.

    Sums of floating-point numbers depend on their order, so whatever sums over cells sorts first.

    Raises
    ------
    InvalidCountsError
        If a year has the same region and industry twice.
    """
    ordered = cells.sort_values(CELL_KEYS, kind="stable")
    twice = ordered.duplicated(CELL_KEYS).to_numpy()
    if twice.any():
        year, region, industry = ordered[CELL_KEYS].iloc[int(np.argmax(twice))]
        message = (
            f"`cells` must hold each year, region and industry once: {int(twice.sum())} row(s) "
            f"repeat one, first year {year}, region {region}, industry {industry}; add them up."
        )
        raise InvalidCountsError(message)
    return ordered


def totals_of_cells(
    cells: pd.DataFrame, margins: pd.DataFrame | None = None, *, measure: Measure
) -> Totals:
    """Totals that every cell is compared with: published where given, else sums.

    A sum runs over the cells of the year whose value is known. Where cells are withheld it is too
    low, which is why a published margin goes first. The grand total, where it is not published, is
    the sum over regions of their totals as used here or that over industries, whichever is larger:
    with margins for the one and sums over withheld cells for the other, the smaller lacks more.

    Parameters
    ----------
    cells : DataFrame
        Sorted by its keys (`sorted_cells`).
    margins : DataFrame, optional
        Published totals.
    measure : {"establishments", "employment"}
        Column to add up.

    Returns
    -------
    Totals
        One number per row of `cells`.

    Raises
    ------
    InvalidCountsError
        If `margins` holds a total twice.

    Examples
    --------
    >>> cells = pd.DataFrame({"year": 2020, "region_key": [0, 0, 1], "industry_key": [0, 1, 0],
    ...                       "establishments": [1.0, 2.0, np.nan]})
    >>> totals_of_cells(cells, measure="establishments").region
    array([ 3.,  3., nan])
    """
    region = _by_key(cells, published_totals(margins, "region_key", measure), "region_key", measure)
    industry = _by_key(
        cells, published_totals(margins, "industry_key", measure), "industry_key", measure
    )
    years = cells["year"].to_numpy()
    sums = pd.concat(
        [
            table.drop_duplicates(["year", "key"]).groupby("year")["total"].sum(min_count=1)
            for table in (region, industry)
        ],
        axis=1,
    ).max(axis=1)
    grand = published_totals(margins, None, measure).combine_first(sums).reindex(years)
    return Totals(
        region["total"].to_numpy(dtype=np.float64),
        industry["total"].to_numpy(dtype=np.float64),
        np.asarray(grand, dtype=np.float64),
    )


def totals_by(
    cells: pd.DataFrame,
    margins: pd.DataFrame | None = None,
    *,
    key: Literal["region_key", "industry_key"],
    measure: Measure,
) -> pd.Series[float]:
    """Total of every region or industry of a year, published where given, else over known cells.

    Parameters
    ----------
    cells : DataFrame
        Sorted by its keys (`sorted_cells`).
    margins : DataFrame, optional
        Published totals.
    key : {"region_key", "industry_key"}
        Whose totals.
    measure : {"establishments", "employment"}
        Column to add up.

    Returns
    -------
    Series
        Indexed by year and `key`, sorted; holds those that `cells` or `margins` have in a year of
        `cells`, NaN where nothing is known.

    Raises
    ------
    InvalidCountsError
        If `margins` holds a total twice.

    Examples
    --------
    >>> cells = pd.DataFrame({"year": 2020, "region_key": [0, 0, 1], "industry_key": [0, 1, 0],
    ...                       "establishments": [1.0, 2.0, 5.0]})
    >>> totals_by(cells, key="region_key", measure="establishments").tolist()
    [3.0, 5.0]
    """
    published = published_totals(margins, key, measure)
    published = published[published.index.get_level_values(0).isin(cells["year"])]
    sums = cells.groupby(["year", key])[measure].sum(min_count=1)
    return published.combine_first(sums).rename_axis(["year", key]).sort_index()


def _by_key(
    cells: pd.DataFrame, published: pd.Series[float], key: str, measure: Measure
) -> pd.DataFrame:
    """Return year, key and total of every cell's region or industry, row by row."""
    sums = cells.groupby(["year", key], sort=False)[measure].transform("sum", min_count=1)
    table = pd.DataFrame({"year": cells["year"].to_numpy(), "key": cells[key].to_numpy()})
    table["total"] = sums.to_numpy(dtype=np.float64)
    if len(published):
        margin = published.reindex(pd.MultiIndex.from_frame(table[["year", "key"]])).to_numpy()
        table["total"] = np.where(np.isnan(margin), table["total"], margin)
    return table


def published_totals(
    margins: pd.DataFrame | None, key: str | None, measure: Measure
) -> pd.Series[float]:
    """Published totals of every region or industry of a year, or of everything.

    Parameters
    ----------
    margins : DataFrame, optional
        Columns year, region_key, industry_key (empty = all), establishments, employment.
    key : {"region_key", "industry_key"}, optional
        Whose totals; the grand total of each year where not given.
    measure : {"establishments", "employment"}
        Column to take.

    Returns
    -------
    Series
        Indexed by year and `key`, or by year alone; holds known totals only.

    Raises
    ------
    InvalidCountsError
        If a total stands there twice.
    """
    index = ["year"] if key is None else ["year", key]
    if margins is None or len(margins) == 0:
        levels = [pd.Index([], dtype=np.int64, name=name) for name in index]
        empty = levels[0] if key is None else pd.MultiIndex.from_arrays(levels, names=index)
        return pd.Series(np.empty(0), index=empty)
    wanted = np.ones(len(margins), dtype=bool)
    for name in ("region_key", "industry_key"):
        wanted &= (margins[name].notna() if name == key else margins[name].isna()).to_numpy()
    totals = margins.loc[wanted, [*index, measure]].dropna()
    twice = totals.duplicated(index).to_numpy()
    if twice.any():
        which = totals[index].iloc[int(np.argmax(twice))].to_dict()
        message = f"`margins` must hold each total once: {measure} of {which} stands there twice."
        raise InvalidCountsError(message)
    keys = totals[index].astype(np.int64)
    labels = pd.Index(keys["year"]) if key is None else pd.MultiIndex.from_frame(keys)
    values: Floats = totals[measure].to_numpy(dtype=np.float64)
    return pd.Series(values, index=labels)
