"""How many of a cell's firms take part: stable local partners, and any tie at all.

Here belong shares of living firms. How many ties there are is a matter of `matching`, how long
they last of `persistence`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals as nw
import numpy as np

from geo.linkage.collaboration.overdispersion import firm_ends, own_ends
from geo.linkage.matching import CELL
from geo.study.keys import Sizes, grouped, looked_up, packed

if TYPE_CHECKING:
    import numpy.typing as npt
    import pandas as pd

    Lazy = nw.LazyFrame[Any]

__all__ = [
    "linked_firms",
    "living_firms",
    "stably_linked_firms",
    "supply_coverage",
    "tie_ends_by_firm",
]


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
        As `overdispersion.own_ends` or `hubs.ends_without_hub` returns it.
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


def supply_coverage(
    supply: Lazy, establishments: Lazy, cells: pd.DataFrame, *, sizes: Sizes
) -> npt.NDArray[np.float64]:
    r"""Share of the living firms of every cell that the supply ties cover.

    A firm without a tie is not covered, unless it is one of those that have none by chance. Of an
    industry with :math:`f_1` firms of one tie and :math:`f_2` of two, these are about

    .. math:: \hat f_0 = \frac{f_1 (f_1 - 1)}{f_2 + 1}

    where numbers of ties are as uneven as geometric ones, so that of its firms the share
    :math:`\hat f_0 / (\hat f_0 + f)` has none, with f those in a tie. The coverage of a cell is
    its share of firms in a tie over the share that has one, 1 at most.

    Parameters
    ----------
    supply : LazyFrame
        As `located.located_ties` returns it.
    establishments : LazyFrame
        Columns firm_key, year, region_key, industry_key.
    cells : DataFrame
        The columns of `CELL`.
    sizes : Sizes
        Of the keys.

    References
    ----------
    .. [1] Niwitpong, S., Boehning, D., van der Heijden, P. G. M. & Holling, H. (2013).
       Capture-recapture estimation based upon the geometric distribution allowing for
       heterogeneity. Metrika 76, 495-519 (the estimator of Chao's kind, with her correction).
    """
    own = own_ends(firm_ends(supply, sizes=sizes), sizes=sizes)
    counts = (
        grouped(
            own.with_columns(
                one=(nw.col("ties") == 1).cast(nw.Float64),
                two=(nw.col("ties") == 2).cast(nw.Float64),
            ),
            CELL,
            sizes,
            nw.len().cast(nw.Float64).alias("linked"),
            nw.col("one", "two").sum(),
        )
        .collect()
        .to_pandas()
    )
    of_industry = counts.groupby(["year", "industry_key"])[["linked", "one", "two"]].sum()
    one, two, linked = (of_industry[c] for c in ("one", "two", "linked"))
    none = one * (one - 1) / (two + 1)
    has_one = (linked / (linked + none)).rename("has_one").reset_index()
    living = living_firms(establishments)
    table = cells[CELL].merge(living, on=CELL, how="left").merge(counts, on=CELL, how="left")
    table = table.merge(has_one, on=["year", "industry_key"], how="left")
    share = table["linked"].fillna(0.0) / table["living_firms"].astype("float64")
    covered = (share / table["has_one"]).fillna(0.0).clip(upper=1.0)
    return covered.to_numpy(dtype=np.float64)
