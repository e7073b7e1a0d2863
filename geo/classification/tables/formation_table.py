"""Formation as a result table: what a pattern goes with, and what came first.

What belongs here: names for keys, and the order in which cells became concentrated and linked.
What does not: the count model (`geo.input_output.formation`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from geo.classification.tables.classification_table import industry_table
from geo.input_output.formation import driver_exposure, formation_by_industry

if TYPE_CHECKING:
    import geopandas as gpd

__all__ = ["formation_table", "order_of_formation"]


def formation_table(
    cells: pd.DataFrame,
    classification: pd.DataFrame,
    *,
    regions: gpd.GeoDataFrame,
    drivers: gpd.GeoDataFrame,
    io_table: pd.DataFrame,
    industries: pd.DataFrame,
    language: str,
) -> pd.DataFrame:
    """One row per industry of the latest year: what its pattern goes with, and what came first.

    Parameters
    ----------
    cells : DataFrame
        Cells of all years: year, region_key, industry_key, establishments, employment.
    classification : DataFrame
        The result `region_industry_classification`.
    regions, drivers : GeoDataFrame
        Indexed by region_key; drivers may be empty.
    io_table : DataFrame
        May be empty.
    industries : DataFrame
        Indexed by industry_key, with names.
    language : str
        Language of `industry_name`.
    """
    latest = cells[cells["year"] == cells["year"].max()]
    exposure = driver_exposure(regions, drivers)
    measures = formation_by_industry(latest, exposure, io_table, industries=len(industries))
    order = order_of_formation(classification)
    codes = measures["industry_key"].map(industries["industry"])
    counts = order.reindex(codes).fillna(0).set_axis(measures.index)
    table = measures.join(counts).assign(year=int(latest["year"].iloc[0]))
    return industry_table(table, industries, language=language, name="formation")


def order_of_formation(classification: pd.DataFrame) -> pd.DataFrame:
    """Cells of each industry by what came first, of those that are now concentrated and linked.

    Parameters
    ----------
    classification : DataFrame
        region_id, industry, year, is_concentrated, is_collaborating.

    Returns
    -------
    DataFrame
        Indexed by industry: concentrated_first, linked_first, order_not_known (both in the first
        year of the data, or both in the same year).

    Examples
    --------
    >>> path = pd.DataFrame({"region_id": "A", "industry": "C36", "year": [2019, 2020, 2021],
    ...     "is_concentrated": [False, True, True], "is_collaborating": [False, False, True]})
    >>> order_of_formation(path.astype({"is_concentrated": "boolean",
    ...     "is_collaborating": "boolean"}))["concentrated_first"].to_dict()
    {'C36': 1}
    """
    key = ["region_id", "industry"]
    firsts = {}
    for answer in ("is_concentrated", "is_collaborating"):
        said = classification[classification[answer].fillna(value=False).astype(bool)]
        firsts[answer] = said.groupby(key)["year"].min()
    both = pd.concat(firsts, axis=1).dropna()
    first = classification["year"].min()
    known = both.min(axis=1).gt(first) | both.nunique(axis=1).gt(1)
    huddled = both["is_concentrated"] < both["is_collaborating"]
    linked = both["is_concentrated"] > both["is_collaborating"]
    table = pd.DataFrame(
        {
            "concentrated_first": known & huddled,
            "linked_first": known & linked,
            "order_not_known": ~(known & (huddled | linked)),
        }
    )
    return table.groupby(level="industry").sum().astype("int64")
