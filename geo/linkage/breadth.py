"""How many of a cell's firms take part: stable local partners, and any tie at all.

Here belong shares of living firms. How many ties there are is a matter of `matching`, how long
they last of `persistence`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals as nw

from geo.linkage.dense import Sizes, grouped, looked_up, packed
from geo.linkage.matching import CELL

if TYPE_CHECKING:
    import pandas as pd

    Lazy = nw.LazyFrame[Any]

__all__ = ["linked_firms", "living_firms", "stably_linked_firms", "tie_ends_by_firm"]


def living_firms(establishments: Lazy) -> pd.DataFrame:
    """Firms that live in every cell.

    Parameters
    ----------
    establishments : LazyFrame
        Columns firm_key, year, region_key, industry_key; one row per firm and year.

    Returns
    -------
    DataFrame
        One row per cell with a living firm, sorted: the columns of `CELL`, living_firms.
    """
    table = establishments.group_by(CELL).agg(living_firms=nw.len()).collect().to_pandas()
    return table.sort_values(CELL, ignore_index=True)


def stably_linked_firms(own: Lazy, *, sizes: Sizes) -> Lazy:
    """Firms of every cell with a stable local supply partner.

    A tie is stable where it is there in the previous or the next observed year, too.

    Parameters
    ----------
    own : LazyFrame
        As `dependence.own_ends` or `hubs.ends_without_hub` returns it.
    sizes : Sizes
        Of the keys.

    Returns
    -------
    LazyFrame
        One row per cell with a tied firm: year, region_key, industry_key, stably_linked_firms.
    """
    linked = (nw.col("stable") > 0).cast(nw.Int64)
    return grouped(
        own.with_columns(stably_linked_firms=linked),
        CELL,
        sizes,
        nw.col("stably_linked_firms").sum(),
    )


def tie_ends_by_firm(ties: Lazy, *, sizes: Sizes) -> Lazy:
    """Ties of every kind by firm and year, once for each end.

    Parameters
    ----------
    ties, sizes
        As for `linked_firms`.

    Returns
    -------
    LazyFrame
        One row per firm and year in a tie: firm_key, year, tie_ends.
    """
    ends = nw.concat(
        [
            ties.filter(nw.col(key) < sizes.firms).select(
                nw.col("year").cast(nw.Int64), firm_key=nw.col(key).cast(nw.Int64)
            )
            for key in ("source_key", "target_key")
        ]
    )
    return grouped(ends, ["firm_key", "year"], sizes, nw.len().cast(nw.Int64).alias("tie_ends"))


def linked_firms(establishments: Lazy, ties: Lazy, *, sizes: Sizes) -> Lazy:
    """Firms of every cell that occur in a tie of any kind, and how many ties they have.

    Parameters
    ----------
    establishments : LazyFrame
        Columns firm_key, year, region_key, industry_key; one row per firm and year.
    ties : LazyFrame
        Columns source_key, target_key, year, kind; one row per distinct tie.
    sizes : Sizes
        Of the keys; party keys from the number of firms on are institutions.

    Returns
    -------
    LazyFrame
        One row per cell with such a firm: the columns of `CELL`, linked_firms and tie_ends (ties
        of every kind, counted once for each of their ends that is in the cell).
    """
    of_firm = ["firm_key", "year"]
    by_firm = tie_ends_by_firm(ties, sizes=sizes)
    places = establishments.select(
        slot=packed(of_firm, sizes), value=packed(["region_key", "industry_key"], sizes)
    )
    located = looked_up(
        by_firm.with_columns(slot_=packed(of_firm, sizes)),
        {"place_": "slot_"},
        places,
        size=sizes.firms * sizes.years,
    ).filter(nw.col("place_") >= 0)
    return grouped(
        located.with_columns(
            region_key=nw.col("place_") // sizes.industries,
            industry_key=nw.col("place_") % sizes.industries,
        ),
        CELL,
        sizes,
        nw.len().cast(nw.Int64).alias("linked_firms"),
        nw.col("tie_ends").sum(),
    )
