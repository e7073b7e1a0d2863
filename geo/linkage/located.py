"""Ties with the places of both their ends: what every test of linkage counts.

Here belong the look-ups of region and industry for the ends of ties, and of the same tie in the
next and the previous observed year, each done once. Counting belongs to the modules of the tests.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import narwhals as nw

from geo.linkage.dense import held, lazy_like, looked_up, packed

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from geo.linkage.dense import Sizes

    Lazy = nw.LazyFrame[Any]

__all__ = [
    "located_institution_ties",
    "located_supply_ties",
    "next_years",
    "supply_pairs",
    "supply_years",
]

_WIDEST_GAP = 2  # years between two observed ones that are still compared
_ENDS = {"supplier": "source_key", "customer": "target_key"}


def supply_pairs(ties: Lazy, *, firms: int) -> Lazy:
    """Supply ties between firms, computed once.

    Parameters
    ----------
    ties : LazyFrame
        Columns source_key, target_key, year, kind; one row per distinct tie.
    firms : int
        Number of firms; keys from there on are institutions.

    Returns
    -------
    LazyFrame
        Columns year, source_key, target_key.
    """
    key = nw.Int32 if firms < 2**31 else nw.Int64
    return held(
        ties.filter(
            nw.col("kind") == "supply", nw.col("source_key") < firms, nw.col("target_key") < firms
        ).select(nw.col("year").cast(nw.Int32), nw.col(*_ENDS.values()).cast(key))
    )


def supply_years(pairs: Lazy) -> list[int]:
    """Years in which any firm supplies another, ascending."""
    years = pairs.select("year").unique().collect()
    return sorted(int(y) for y in years["year"].to_list())


def next_years(years: list[int]) -> dict[int, int]:
    """Each observed year with the one it is compared with, where there is one.

    That is the next observed year. One missing year between is bridged: a tie then has to live
    for two years to count as kept, so persistence is understated rather than overstated, for the
    cells as for the base rate. A wider gap is not bridged.

    Examples
    --------
    >>> next_years([2015, 2016, 2018, 2021])
    {2015: 2016, 2016: 2018}
    """
    return {before: after for before, after in pairwise(years) if after - before <= _WIDEST_GAP}


def located_supply_ties(
    establishments: Lazy, pairs: Lazy, years: list[int], *, sizes: Sizes
) -> Lazy:
    """Supply ties between firms, with the cells of both ends and what became of them.

    Ties inside one ownership group are left out: they are one firm dealing with itself.

    Parameters
    ----------
    establishments : LazyFrame
        Columns firm_key, year, region_key, industry_key, group_key; one row per firm and year.
    pairs : LazyFrame
        As `supply_pairs` returns it.
    years : list of int
        As `supply_years` returns it.
    sizes : Sizes
        Of the keys.

    Returns
    -------
    LazyFrame
        One row per tie whose ends both exist in its year: year, source_key, target_key,
        supplier_region, supplier_industry, customer_region, customer_industry and the booleans

        - is_local: both ends in the same region
        - lives_on: both ends are alive in the next observed year
        - lasts: the tie is there in the next observed year
        - is_stable: the tie is local and is there in the next or the previous observed year

        The last three are false where there are no such years.
    """
    following = next_years(years)
    located = _with_groups_apart(
        establishments, _with_places(pairs, establishments, following, sizes), sizes
    )
    located = held(_with_later(located, pairs, years, sizes))
    return _with_stability(located, years, sizes)
