"""Clusters that a border cuts: two adjoining regions judged as if they were one.

What belongs here: which pairs of cells trade over their border beyond chance. The tests of the two
together are in `merged_regions`; what follows from them is up to `geo.classification`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals as nw
import pandas as pd

from geo.concentration.false_discovery import q_values
from geo.linkage.dense import held, sizes_of
from geo.linkage.located import located_supply_ties, supply_pairs, supply_years
from geo.linkage.matching import CELL, STRATUM, stratum_counts
from geo.linkage.merged_regions import country_of, linkage_of_merged
from geo.linkage.tails import Moments, hypergeometric_moments, upper_tail

if TYPE_CHECKING:
    Lazy = nw.LazyFrame[Any]

__all__ = ["crossing_ties", "linkage_across_borders"]

_PAIR = ["year", "region_key", "other_region_key", "industry_key"]
_CROSSING = ["crossing_ties", "expected_crossing_ties", "crossing_p", "crossing_q"]


def linkage_across_borders(
    establishments: Lazy,
    ties: Lazy,
    institutions: pd.DataFrame,
    concentrated: pd.DataFrame,
    neighbours: pd.DataFrame,
    alone: pd.DataFrame,
    *,
    firms: int,
    significance: float = 0.05,
    coverage: float = 1.0,
    asks_distance: bool = False,
) -> pd.DataFrame:
    """Tests B and C of cells whose industry goes on, and trades, across a border.

    A border that runs through a cluster hides half of its ties from either side. Where an industry
    is concentrated in two adjoining regions, and the ties between the two exceed random matching
    seen from both sides, the two are judged once more as one region.

    Parameters
    ----------
    establishments, ties, institutions, firms, coverage
        As in `collaboration.linkage_by_cell`.
    concentrated : DataFrame
        Cells that are concentrated: year, region_key, industry_key.
    neighbours : DataFrame
        Regions that adjoin: focal, neighbor, both ways or one.
    alone : DataFrame
        As `collaboration.linkage_by_cell` returns it, of the map with its borders.
    significance : float, default 0.05
        Largest false-discovery rate at which ties are said to cross the border beyond chance.
    asks_distance : bool, default False
        Whether the usual distance of trade is asked, too: it is fitted anew for every few pairs of
        regions, which is most of the work where there are many ties.

    Returns
    -------
    DataFrame
        One row per cell that goes on across a border, sorted by its key: other_region_key (that
        of the most significant crossing, where there are several), the columns of `crossing_ties`,
        and those of `linkage_by_cell` for the two regions together, each with the suffix
        `_across`, but for within_hour_share, hub_key and, where it is not asked, the distance null.
        The false-discovery rates of matching are among the year's other cells as they are alone.
        Empty where there is no such cell.

    References
    ----------
    .. [1] Openshaw, S. (1984). The Modifiable Areal Unit Problem. Geo Books. (Why a verdict should
       not hang on where a border was drawn.)
    """
    nothing = pd.DataFrame(columns=[*CELL, "other_region_key", *_CROSSING])
    pairs = _adjoining_pairs(concentrated, neighbours)
    if not len(pairs):
        return nothing
    sizes = sizes_of(establishments, firms=firms)
    links = supply_pairs(ties, firms=firms)
    years = supply_years(links)
    supply = held(located_supply_ties(establishments, links, years, sizes=sizes))
    counts = stratum_counts(supply, sizes=sizes).collect().to_pandas()
    crossings = _beyond_chance(_crossings(supply, counts, pairs), significance)
    if not len(crossings):
        return nothing
    country = country_of(
        establishments, ties, institutions, supply, alone, crossings, years=years, sizes=sizes
    )
    found = []
    for batch in _disjoint(crossings):
        merged = dict(batch)
        mine = _within(crossings, merged)
        table = linkage_of_merged(
            country, merged, mine, coverage=coverage, asks_distance=asks_distance
        )
        found.append(_of_both(table, mine, merged))
    every = pd.concat(found).sort_values([*CELL, "crossing_q", "other_region_key"])
    return every.drop_duplicates(CELL, ignore_index=True)


def crossing_ties(
    establishments: Lazy, ties: Lazy, pairs: pd.DataFrame, *, firms: int
) -> pd.DataFrame:
    r"""Ties between an industry's cell and an adjoining region, against random matching.

    Of the `n` ties of a stratum (supplying and buying industry), `a` have the cell's end in its
    region and `b` the partner's end in the other region; matched at random, their number has mean
    :math:`ab/n` and the moments of `tails.hypergeometric_moments`, summed over the strata that the
    industry takes part in, on either side.

    Parameters
    ----------
    establishments, ties, firms
        As in `collaboration.linkage_by_cell`.
    pairs : DataFrame
        year, region_key, other_region_key, industry_key.

    Returns
    -------
    DataFrame
        The pairs that a tie of the industry could cross, with crossing_ties,
        expected_crossing_ties, crossing_p (NaN where chance has no choice) and crossing_q
        (Benjamini-Hochberg over the pairs of a year).

    Examples
    --------
    Industry 0 sells to industry 1; both ties of region 0 go to region 1 and the other two stay far
    away, where chance would send one of two across.

    >>> import polars as pl
    >>> firms = nw.from_native(pl.LazyFrame({"firm_key": list(range(8)), "year": 2020,
    ...     "region_key": [0, 0, 2, 2, 1, 1, 2, 2], "industry_key": [0] * 4 + [1] * 4,
    ...     "group_key": None}, schema_overrides={"group_key": pl.Float64}))
    >>> ties = nw.from_native(pl.LazyFrame({"source_key": [0, 1, 2, 3],
    ...     "target_key": [4, 5, 6, 7], "year": 2020, "kind": "supply"}))
    >>> pairs = pd.DataFrame({"year": [2020], "region_key": 0, "other_region_key": 1,
    ...                       "industry_key": 0})
    >>> table = crossing_ties(firms, ties, pairs, firms=8)
    >>> table[["crossing_ties", "expected_crossing_ties"]].values.tolist()
    [[2.0, 1.0]]
    """
    sizes = sizes_of(establishments, firms=firms)
    located = supply_pairs(ties, firms=firms)
    supply = held(located_supply_ties(establishments, located, supply_years(located), sizes=sizes))
    return _crossings(supply, stratum_counts(supply, sizes=sizes).collect().to_pandas(), pairs)


def _crossings(supply: Lazy, counts: pd.DataFrame, pairs: pd.DataFrame) -> pd.DataFrame:
    """As `crossing_ties` returns it."""
    between = _ties_between(supply, pairs)
    blocks = pd.concat(_blocks(pairs, counts, between, sells=sells) for sells in (True, False))
    moments = hypergeometric_moments(
        *(blocks[c].to_numpy() for c in ("own", "other", "everywhere"))
    )
    blocks = blocks.assign(**moments._asdict())
    # Sums of floating-point numbers depend on their order.
    ordered = blocks.sort_values([*_PAIR, *STRATUM, "sells"])
    sums = ordered.groupby(_PAIR)[["crossing", *Moments._fields]].sum().reset_index()
    p = upper_tail(
        sums["crossing"].to_numpy(), Moments(*(sums[c].to_numpy() for c in Moments._fields))
    )
    return sums[_PAIR].assign(
        crossing_ties=sums["crossing"],
        expected_crossing_ties=sums["mean"],
        crossing_p=p,
        crossing_q=q_values(p, groups=sums["year"].to_numpy()),
    )


def _adjoining_pairs(concentrated: pd.DataFrame, neighbours: pd.DataFrame) -> pd.DataFrame:
    """Cells with each adjoining region in which their industry is concentrated, too."""
    links = neighbours.rename(columns={"focal": "region_key", "neighbor": "other_region_key"})
    links = links.loc[links["weight"] > 0, ["region_key", "other_region_key"]]
    back = links.set_axis(["other_region_key", "region_key"], axis=1)
    both_ways = pd.concat([links, back]).drop_duplicates()
    beside = concentrated[CELL].merge(both_ways, on="region_key")
    others = concentrated[CELL].rename(columns={"region_key": "other_region_key"})
    pairs = beside.merge(others, on=["year", "other_region_key", "industry_key"])
    return pairs[_PAIR].sort_values(_PAIR, ignore_index=True)


def _ties_between(supply: Lazy, pairs: pd.DataFrame) -> pd.DataFrame:
    """Number of ties by stratum from one region of a pair to the other."""
    regions = sorted(set(pairs["region_key"]) | set(pairs["other_region_key"]))
    ends = [nw.col(f"{side}_region").is_in(regions) for side in ("supplier", "customer")]
    crossing = supply.filter(ends[0], ends[1], ~nw.col("is_local"))
    by = [*STRATUM, "supplier_region", "customer_region"]
    table: pd.DataFrame = (
        crossing.group_by(*by).agg(crossing=nw.len().cast(nw.Float64)).collect().to_pandas()
    )
    return table


def _blocks(
    pairs: pd.DataFrame, counts: pd.DataFrame, between: pd.DataFrame, *, sells: bool
) -> pd.DataFrame:
    """Strata in which the industry of a pair sells (or buys), with a, b, n and the ties across."""
    own, other = ("supplier", "customer") if sells else ("customer", "supplier")
    columns = [*STRATUM, "region_key", f"{own}s_here", "everywhere"]
    here = counts[columns].rename(columns={f"{own}s_here": "own"})
    there = counts[[*STRATUM, "region_key", f"{other}s_here"]].rename(
        columns={f"{other}s_here": "other", "region_key": "other_region_key"}
    )
    keys = {"region_key": f"{own}_region", "other_region_key": f"{other}_region"}
    crossing = between.rename(columns={theirs: ours for ours, theirs in keys.items()})
    named = pairs.assign(**{f"{own}_industry": pairs["industry_key"]})
    blocks = named.merge(here, on=["year", "region_key", f"{own}_industry"])
    blocks = blocks[blocks["own"] > 0]
    blocks = blocks.merge(there, on=[*STRATUM, "other_region_key"])
    blocks = blocks.merge(crossing, on=[*STRATUM, *keys], how="left")
    return blocks.assign(crossing=blocks["crossing"].fillna(0.0), sells=sells)


def _beyond_chance(crossings: pd.DataFrame, significance: float) -> pd.DataFrame:
    """Pairs whose ties cross the border beyond chance, seen from both sides."""
    passed = crossings[crossings["crossing_q"] <= significance]
    back = passed[_PAIR].rename(
        columns={"region_key": "other_region_key", "other_region_key": "region_key"}
    )
    return passed.merge(back, on=_PAIR)


def _disjoint(crossings: pd.DataFrame) -> list[list[tuple[int, int]]]:
    """Pairs of regions in batches, no region twice in a batch: later key, and the key it takes."""
    ends = crossings[["region_key", "other_region_key"]].to_numpy()
    batches: list[list[tuple[int, int]]] = []
    for low, high in sorted({(int(min(pair)), int(max(pair))) for pair in ends}):
        for batch in batches:
            if not {low, high} & {region for pair in batch for region in pair}:
                batch.append((high, low))
                break
        else:
            batches.append([(high, low)])
    return batches


def _within(crossings: pd.DataFrame, merged: dict[int, int]) -> pd.DataFrame:
    """Crossings between regions that are merged."""
    low = crossings[["region_key", "other_region_key"]].min(axis=1)
    high = crossings[["region_key", "other_region_key"]].max(axis=1)
    return crossings[high.map(merged).eq(low)]


def _of_both(table: pd.DataFrame, crossings: pd.DataFrame, merged: dict[int, int]) -> pd.DataFrame:
    """Rows of the merged regions' cells, once for each of the two cells that crossed."""
    mine = crossings.assign(merged_key=crossings["region_key"].replace(merged))
    columns = [c for c in table.columns if c not in CELL]
    named = table.rename(columns={"region_key": "merged_key"} | {c: f"{c}_across" for c in columns})
    return mine.merge(named, on=["year", "merged_key", "industry_key"]).drop(columns="merged_key")
