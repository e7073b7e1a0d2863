"""Larger units: industries taken together as chains, regions as their parents.

What belongs here: mapping keys of the typed tables to the keys of larger units, so that the same
functions measure and judge those. No measure and no threshold is written again here. What does
not: how industries come to be a chain (`geo.classification.tables.chains`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals as nw
import numpy as np
import pandas as pd
import polars as pl

if TYPE_CHECKING:
    import numpy.typing as npt

    Lazy = nw.LazyFrame[Any]
    Keys = npt.NDArray[np.int64]

__all__ = [
    "regrouped_cell_links",
    "regrouped_cells",
    "regrouped_establishments",
    "regrouped_margins",
    "regrouped_regions",
    "regrouped_travel_times",
]

_KEYS = ["year", "region_key", "industry_key"]
_COUNTS = ["establishments", "employment"]


_LINK_ENDS = [
    f"{end}_{name}_key" for end in ("source", "target") for name in ("region", "industry")
]


def regrouped_establishments(
    establishments: Lazy, *, industries: Keys | None = None, regions: Keys | None = None
) -> Lazy:
    """Establishments with the keys of larger units in place of their own.

    Parameters
    ----------
    establishments : LazyFrame
        Columns region_key and industry_key, and any others.
    industries, regions : ndarray of int64, optional
        New key of every industry and region, by its present key; as they are where not given.
    """
    for column, keys in (("industry_key", industries), ("region_key", regions)):
        if keys is not None:
            expression = nw.col(column).replace_strict(
                list(range(len(keys))), [int(k) for k in keys], return_dtype=nw.Int64
            )
            establishments = establishments.with_columns(expression.alias(column))
    return establishments


def regrouped_cells(
    cells: pd.DataFrame, *, industries: Keys | None = None, regions: Keys | None = None
) -> pd.DataFrame:
    """Reported cells added up to larger units; not known where any part is not.

    Parameters
    ----------
    cells : DataFrame
        Columns year, region_key, industry_key, establishments, employment; NaN = not known.
    industries, regions : ndarray of int64, optional
        New key of every industry and region, by its present key.

    Examples
    --------
    >>> cells = pd.DataFrame({"year": 2020, "region_key": 0, "industry_key": [0, 1],
    ...                       "establishments": [2.0, 3.0], "employment": [10.0, None]})
    >>> regrouped_cells(cells, industries=np.array([7, 7])).values.tolist()
    [[2020.0, 0.0, 7.0, 5.0, nan]]
    """
    table = _rekeyed(cells, industries, regions)
    sums: pd.DataFrame = table.groupby(_KEYS, as_index=False)[_COUNTS].sum(skipna=False)
    return sums


def regrouped_cell_links(
    links: Lazy, *, industries: Keys | None = None, regions: Keys | None = None
) -> Lazy:
    """Flows between larger cells: ties and values add up, since a firm is in one cell.

    A firm can be in ties of several rows, so how many are in those of the larger cells is not
    known where rows come together.

    Parameters
    ----------
    links : LazyFrame
        source_region_key, source_industry_key, target_region_key, target_industry_key, year, kind,
        ties, suppliers, customers, ties_seen_again, value; null = not known.
    industries, regions : ndarray of int64, optional
        New key of every industry, of every region, by its present key; as it is where not given.
    """
    table = links.collect().to_pandas()
    keys = {}
    for end in ("source", "target"):
        for name, new in (("region", regions), ("industry", industries)):
            if new is not None:
                keys[f"{end}_{name}_key"] = new[table[f"{end}_{name}_key"].to_numpy(np.int64)]
    by = [*_LINK_ENDS, "year", "kind"]
    groups = table.assign(**keys).groupby(by, sort=True)
    sums = groups[["ties", "ties_seen_again", "value"]].sum(min_count=1)
    firms = groups[["suppliers", "customers"]].first()
    firms.loc[groups.size() > 1] = np.nan
    merged = sums.join(firms).reset_index()
    like = pl.from_pandas(merged[table.columns]).lazy()
    return nw.from_native(like)


def regrouped_margins(
    margins: pd.DataFrame, *, industries: Keys | None = None, regions: Keys | None = None
) -> pd.DataFrame:
    """Published totals of larger units: sums where every part is published, else left out.

    Parameters
    ----------
    margins : DataFrame
        Columns year, region_key, industry_key (empty = all), establishments, employment.
    industries, regions : ndarray of int64, optional
        New key of every industry and region, by its present key.
    """
    table = _rekeyed(margins, industries, regions).assign(parts=1)
    grouped = table.groupby(_KEYS, as_index=False, dropna=False)
    sums = grouped[_COUNTS].sum(skipna=False).assign(parts=grouped["parts"].sum()["parts"])
    needed = np.ones(len(sums))
    for column, keys in (("industry_key", industries), ("region_key", regions)):
        if keys is not None:
            members = pd.Series(keys).value_counts()
            needed *= sums[column].map(members).fillna(1).to_numpy(dtype=np.float64)
    complete = sums["parts"].to_numpy() == needed
    whole: pd.DataFrame = sums.loc[complete, [*_KEYS, *_COUNTS]].reset_index(drop=True)
    return whole


def regrouped_regions(table: pd.DataFrame, *, regions: Keys) -> pd.DataFrame:
    """Rows that stand in a region (institutions) with the key of the larger one.

    Parameters
    ----------
    table : DataFrame
        Column region_key, and any others.
    regions : ndarray of int64
        New key of every region, by its present key.
    """
    return _rekeyed(table, None, regions)


def regrouped_travel_times(travel_times: pd.DataFrame, *, regions: Keys) -> pd.DataFrame:
    """Travel times between larger regions: the shortest between any of their parts.

    Ways within a larger region are left out, so that it is within reach of itself.

    Parameters
    ----------
    travel_times : DataFrame
        Columns from_region_key, to_region_key, minutes (NaN = out of reach).
    regions : ndarray of int64
        New key of every region, by its present key.

    Examples
    --------
    >>> times = pd.DataFrame({"from_region_key": [0, 1, 0], "to_region_key": [2, 2, 1],
    ...                       "minutes": [50.0, 40.0, 10.0]})
    >>> regrouped_travel_times(times, regions=np.array([0, 0, 1])).values.tolist()
    [[0.0, 1.0, 40.0]]
    """
    ends = ["from_region_key", "to_region_key"]
    table = travel_times.assign(**{end: regions[travel_times[end].to_numpy()] for end in ends})
    between = table[table[ends[0]] != table[ends[1]]]
    return between.groupby(ends)["minutes"].min().reset_index()


def _rekeyed(table: pd.DataFrame, industries: Keys | None, regions: Keys | None) -> pd.DataFrame:
    for column, keys in (("industry_key", industries), ("region_key", regions)):
        if keys is not None:
            table = table.assign(**{column: _new_keys(table[column], keys)})
    return table


def _new_keys(column: pd.Series[int], keys: Keys) -> pd.Series[int]:
    """New keys; a missing key stays missing."""
    return column.map(pd.Series(keys)).astype(column.dtype)
