"""Pairs of industries beside their trade: the input-output table of each year's time.

What belongs here: which table a year's pairs are set against. What does not: the measures
(`geo.concentration.pairs.coagglomeration_indices.coagglomeration`, `geo.concentration.trade`), and
how a table is chosen (`geo.linkage.potential`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from geo.concentration.trade import input_output_strength, trade_correlation
from geo.linkage.potential import table_of_year

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["correlation_by_year", "strength_by_year"]


def strength_by_year(io_table: pd.DataFrame, years: Sequence[int]) -> pd.DataFrame | None:
    """How much two industries depend on each other, by the table of each year's time.

    Parameters
    ----------
    io_table : DataFrame
        Columns supplying_industry_key, using_industry_key, flow, coefficient, year (NaN = undated),
        of any number of years.
    years : sequence of int
        Years to ask for: each gets the latest table that is not after it, else the earliest.

    Returns
    -------
    DataFrame or None
        Columns year, industry_key, other_industry_key, input_share, output_share, input_output;
        None without a table, or a year.

    Examples
    --------
    Industry 1 bought only from 0 until 2020, and as much from 2 afterwards.

    >>> table = pd.DataFrame({"supplying_industry_key": [0, 0, 2], "using_industry_key": [1, 1, 1],
    ...     "flow": [1.0, 1.0, 1.0], "coefficient": None, "year": [2020, 2022, 2022]})
    >>> found = strength_by_year(table, [2021, 2022])
    >>> found.loc[found["other_industry_key"] == 1, ["year", "input_share"]].values.tolist()
    [[2021.0, 1.0], [2022.0, 0.5]]
    """
    if not len(io_table) or not len(years):
        return None
    return pd.concat(
        [input_output_strength(table_of_year(io_table, y)).assign(year=y) for y in years],
        ignore_index=True,
    )


def correlation_by_year(
    pairs: pd.DataFrame,
    strength: pd.DataFrame,
    *,
    seed: int,
    permutations: int = 999,
    measures: Sequence[str] = ("coagglomeration",),
) -> pd.DataFrame:
    """Do those who trade sit together? Rank correlation of each year with its own table.

    Parameters
    ----------
    pairs : DataFrame
        As `geo.concentration.pairs.pair_table.coagglomeration_by_pair` gives it.
    strength : DataFrame
        As `strength_by_year` gives it.
    seed, permutations
        As in `geo.concentration.trade.trade_correlation`.
    measures : sequence of str, default ("coagglomeration",)
        Columns of the pairs to set against trade, one after the other.

    Returns
    -------
    DataFrame
        Columns measure, year, industries, correlation, correlation_p.

    Examples
    --------
    >>> pairs = pd.DataFrame({"year": 2020, "industry_key": [0, 0, 0, 1, 1, 2],
    ...     "other_industry_key": [1, 2, 3, 2, 3, 3],
    ...     "coagglomeration": [0.6, 0.1, 0.2, 0.3, 0.4, 0.5]})
    >>> strength = pairs.rename(columns={"coagglomeration": "input_output"})
    >>> correlation_by_year(pairs, strength, seed=0)["correlation"].tolist()
    [1.0]
    """
    found = [
        trade_correlation(
            here,
            strength[strength["year"] == year],
            seed=seed,
            permutations=permutations,
            measure=measure,
        ).assign(measure=measure)
        for measure in measures
        for year, here in pairs.groupby("year")
    ]
    columns = ["measure", "year", "industries", "correlation", "correlation_p"]
    return pd.concat(found, ignore_index=True)[columns] if found else pd.DataFrame()
