"""How many of a cell's firms take part: stable local partners, and any tie at all.

Here belong shares of living firms. How many ties there are is a matter of `matching`, how long
they last of `persistence`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals as nw

from geo.linkage.matching import CELL

if TYPE_CHECKING:
    import pandas as pd

    Lazy = nw.LazyFrame[Any]

__all__ = ["linked_firms", "living_firms", "stably_linked_firms"]


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


def stably_linked_firms(ends: Lazy, hubs: Lazy) -> Lazy:
    """Firms of every cell with a stable local supply partner, with and without the cell's hub.

    A tie is stable where it is there in the previous or the next observed year, too.

    Parameters
    ----------
    ends : LazyFrame
        As `hubs.local_ends` returns it.
    hubs : LazyFrame
        As `hubs.cell_hubs` returns it.

    Returns
    -------
    LazyFrame
        One row per cell with such a firm: the columns of `CELL`, stably_linked_firms and
        stably_linked_firms_without_hub, which leaves out the hub itself and those whose only
        stable local partner it is.
    """
    stable = (
        ends.filter(nw.col("lasts") | nw.col("lasted"))
        .join(hubs.select(*CELL, "hub_key"), on=CELL)
        .with_columns(
            is_without_hub=(nw.col("firm_key") != nw.col("hub_key"))
            & (nw.col("partner_key") != nw.col("hub_key"))
        )
    )
    firms = stable.group_by(*CELL, "firm_key").agg(
        is_without_hub=nw.col("is_without_hub").cast(nw.Int64).max()
    )
    return firms.group_by(CELL).agg(
        stably_linked_firms=nw.len(), stably_linked_firms_without_hub=nw.col("is_without_hub").sum()
    )


def linked_firms(establishments: Lazy, ties: Lazy, *, firms: int) -> Lazy:
    """Firms of every cell that occur in a tie of any kind, and how many ties they have.

    Parameters
    ----------
    establishments : LazyFrame
        Columns firm_key, year, region_key, industry_key; one row per firm and year.
    ties : LazyFrame
        Columns source_key, target_key, year, kind; one row per distinct tie.
    firms : int
        Number of firms; keys from there on are institutions.

    Returns
    -------
    LazyFrame
        One row per cell with such a firm: the columns of `CELL`, linked_firms and tie_ends (ties
        of every kind, counted once for each of their ends that is in the cell).
    """
    ends = nw.concat(
        [
            ties.filter(nw.col(key) < firms)
            .group_by("year", key)
            .agg(tie_ends=nw.len())
            .select("year", "tie_ends", firm_key=key)
            for key in ("source_key", "target_key")
        ]
    )
    places = establishments.select("firm_key", *CELL)
    return (
        ends.group_by("year", "firm_key")
        .agg(nw.col("tie_ends").sum())
        .join(places, on=["firm_key", "year"])
        .group_by(CELL)
        .agg(linked_firms=nw.len(), tie_ends=nw.col("tie_ends").sum())
    )
