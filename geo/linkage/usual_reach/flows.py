"""Flows between cells within reach: ties seen, and ties by the usual reach of such trade.

A flow is what the firms of one cell sell to those of another. What the flows that exceed the usual
bind together is in `functional_communities`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import narwhals as nw
import numpy as np
import pandas as pd

from geo.linkage.travel_reach import HOUR_KM
from geo.study.keys import grouped, lazy_like

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy.typing as npt

    from geo.linkage.usual_reach.family import Family
    from geo.linkage.usual_reach.trade.trades import Trade
    from geo.study.keys import Sizes

    Lazy = nw.LazyFrame[Any]
    Floats = npt.NDArray[np.float64]
    Integers = npt.NDArray[np.int64]

__all__ = ["ENDS", "cell_flows", "regions_within_reach", "usual_flows"]

ENDS = ["supplier_region", "supplier_industry", "customer_region", "customer_industry"]
"""The two cells of a flow, the selling and the buying one."""

_REGIONS = ["supplier_region", "customer_region"]
_LEAST = 1e-6  # usual ties from which a flow without any is worth a row


def regions_within_reach(regions: gpd.GeoDataFrame, *, km: float = HOUR_KM) -> pd.DataFrame:
    """Pairs of regions within reach: the same, with a common border, or at most `km` apart.

    Parameters
    ----------
    regions : GeoDataFrame
        In row order.
    km : float, default 40
        Between the nearest points of two regions.

    Returns
    -------
    DataFrame
        Columns supplier_region, customer_region, sorted; each pair both ways.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from shapely import box
    >>> row = gpd.GeoDataFrame(geometry=[box(x, 0, x + 1, 1) for x in (0, 1, 5)], crs=4326)
    >>> regions_within_reach(row).to_numpy().tolist()
    [[0, 0], [0, 1], [1, 0], [1, 1], [2, 2]]
    """
    from geo.concentration.map.neighbours import contiguity_graph, distance_band_graph

    plain = regions.reset_index(drop=True)
    same = np.arange(len(plain))
    pairs = [np.column_stack([same, same])]
    for graph in (contiguity_graph(plain), distance_band_graph(plain, radius_m=1000 * km)):
        linked = graph.adjacency[graph.adjacency > 0]
        pairs.append(np.column_stack([linked.index.get_level_values(k) for k in (0, 1)]))
    near = np.unique(np.vstack(pairs).astype(np.int64), axis=0)
    return pd.DataFrame(near, columns=_REGIONS)


def cell_flows(ties: Lazy, near: pd.DataFrame, *, sizes: Sizes, years_seen: float) -> pd.DataFrame:
    """Different ties of every flow within reach, over all years.

    Parameters
    ----------
    ties : LazyFrame
        Located ties.
    near : DataFrame
        As `regions_within_reach` returns it.
    sizes : Sizes
        Of the keys.
    years_seen : float
        In how many years a tie is seen, on average.

    Returns
    -------
    DataFrame
        One row per flow, sorted: those of `ENDS`, ties.
    """
    within = lazy_like(ties, {c: near[c].tolist() for c in _REGIONS}).with_columns(
        nw.col(*_REGIONS).cast(nw.Int32)
    )
    flows = grouped(ties, ENDS, sizes, nw.len().cast(nw.Float64).alias("ties")).with_columns(
        nw.col(*_REGIONS).cast(nw.Int32)
    )
    found = flows.join(within, on=_REGIONS).collect().to_pandas().astype(dict.fromkeys(ENDS, int))
    found["ties"] /= years_seen
    ordered: pd.DataFrame = found[[*ENDS, "ties"]].sort_values(ENDS, ignore_index=True)
    return ordered


def usual_flows(family: Family, near: pd.DataFrame, *, sizes: Sizes) -> pd.DataFrame:
    """Every flow within reach that somebody could have: its ties, and those that are usual.

    Parameters
    ----------
    family : Family
        Ties with the usual reach fitted to them.
    near : DataFrame
        As `regions_within_reach` returns it.
    sizes : Sizes
        Of the keys.

    Returns
    -------
    DataFrame
        One row per flow, sorted: those of `ENDS`, ties (0 where there is none), usual; in different
        ties over all years.
    """
    pairs = near[_REGIONS].drop_duplicates().sort_values(_REGIONS).to_numpy(np.int64).T
    bought = family.seen.bought.groupby(["giver_key", "customer_industry", "region_key"])["ties"]
    totals = bought.sum()
    parts = [
        _of_trade(family, trade, (pairs[0], pairs[1]), totals) for trade in family.reach.trades
    ]
    usual = pd.concat(parts) if parts else pd.DataFrame(columns=[*ENDS, "usual"])
    usual = usual.groupby(ENDS, as_index=False)[["usual"]].sum()
    seen = cell_flows(family.ties, near, sizes=sizes, years_seen=family.seen.years_seen)
    both = usual.merge(seen, on=ENDS, how="outer").fillna({"ties": 0.0, "usual": 0.0})
    ordered: pd.DataFrame = both[[*ENDS, "ties", "usual"]].sort_values(ENDS, ignore_index=True)
    return ordered


def _of_trade(
    family: Family, trade: Trade, near: tuple[Integers, Integers], bought: pd.Series[float]
) -> pd.DataFrame:
    """Usual flows of one trade, shared among customers that are put together."""
    sellers, buyers, (alpha, beta) = trade.sellers, trade.buyers, trade.activity
    row, column = _near_pairs(trade, near)
    curve = family.reach.curve_of(trade.giver)
    usual = alpha[row] * beta[column] * trade.pulls_between(curve, row, column)
    worth = usual > _LEAST
    row, column, usual = row[worth], column[worth], usual[worth]
    bounds = np.searchsorted(row, sellers.start)
    parts = []
    for stratum, customers in enumerate(trade.customers):
        first, last = buyers.start[stratum : stratum + 2]
        shares = np.zeros((len(customers), last - first))
        for k, customer in enumerate(customers):
            if (trade.giver, customer) in bought.index:
                of_region = cast("pd.Series[float]", bought.loc[trade.giver, customer])
                shares[k] = of_region.reindex(buyers.region[first:last]).fillna(0.0)
        shares /= np.maximum(shares.sum(axis=0), 1e-300)
        mine = slice(*bounds[stratum : stratum + 2])
        parts += [
            pd.DataFrame(
                {
                    "supplier_region": sellers.region[row[mine]],
                    "supplier_industry": family.industry_of_giver[trade.giver],
                    "customer_region": buyers.region[column[mine]],
                    "customer_industry": customer,
                    "usual": usual[mine] * shares[k][column[mine] - first],
                }
            )
            for k, customer in enumerate(customers)
        ]
    return pd.concat(parts)


def _near_pairs(trade: Trade, near: tuple[Integers, Integers]) -> tuple[Integers, Integers]:
    """Rows and columns of a trade whose regions are within reach, in order."""
    sellers, buyers = trade.sellers, trade.buyers
    start = np.searchsorted(near[0], np.arange(sellers.regions + 1))
    first, sizes = start[sellers.region], np.diff(start)[sellers.region]
    row = np.repeat(np.arange(len(sizes)), sizes)
    at = np.repeat(first - (np.cumsum(sizes) - sizes), sizes) + np.arange(len(row))
    column = buyers.position(sellers.stratum[row], near[1][at])
    there = column >= 0
    return row[there], column[there]
