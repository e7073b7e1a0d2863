"""Whether the source of the links tells of ties every year that they are there.

Here belongs only what the ties themselves betray of their source. How much of the firms it covers
is for the user to say; what follows from both is in `linkage_table`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals as nw

from geo.study.located import by_year, next_years, supply_years

if TYPE_CHECKING:
    Lazy = nw.LazyFrame[Any]

__all__ = ["source_completeness"]

_FEWEST = 30  # ties, of which a share says something
_WHOLE = 0.85  # share told, from which a source counts as whole
_GRID = 2.0**20  # sums of numbers on one binary grid are the same in any order
_MARKET = ["supplier_industry", "customer_industry", "is_local", "market_region"]


def source_completeness(supply: Lazy) -> float:
    r"""Share of the ties that exist of which the source tells, by those it forgets in between.

    .. math:: \hat p = \frac{k}{k + (g - E[g])^+}

    with `k` the ties of a year that are there in the next two observed years, and `g` those that
    are there in the second of them only, all with both ends alive.

    A tie that is there before and after was there in between: where it is not seen, it is the
    source that misses it (capture and recapture, of population biology). Without this a source
    that tells of four ties in ten, others every year, would make every cluster look fickle. Ties
    that end for good leave the share at 1. Partners who part can meet again, though, which they
    often do where there are few to choose from: `E[g]` is how many would if every firm chose its
    new partners by how often they are chosen by others.

    Parameters
    ----------
    supply : LazyFrame
        As `located.located_ties` returns it.

    Returns
    -------
    float
        Pooled over all years. 1 where fewer than 30 ties tell, where at most three in twenty are
        missed, or where chance explains half of those that come back.

    Notes
    -----
    A supplier that takes `d` new customers of a market is expected to come back to one that it had
    before with

    .. math:: \min\left(1, \frac{i + 1}{n + c} \Big/ \Bigl(1 - \frac{h}{c}\Bigr)\right) d

    where `c` customers are ever seen in the market, `h` are still its own, and `i` of the `n` ties
    that other suppliers ever had there were with that customer. A market is a pair of industries,
    within a region or between regions.

    References
    ----------
    .. [1] Cormack, R. M. (1964). Estimates of survival from the sighting of marked animals.
       Biometrika 51(3/4), 429-438.

    Examples
    --------
    Forty pairs of firms trade three years long; of half of them the middle year is not told:

    >>> import polars as pl
    >>> pair, at = list(range(40)), {"supplier_region": 0, "supplier_industry": 0,
    ...     "customer_industry": 1, "is_local": True, "lives_on": True}
    >>> first = pl.LazyFrame({"year": 2020, "source_key": pair, "target_key": pair,
    ...     "lasts": [True, False] * 20, "lasted": False, "is_seen_later": True, **at})
    >>> later = first.with_columns(pl.col("year") + 1, is_seen_later=False).filter("lasts")
    >>> last = first.with_columns(year=2022, is_seen_later=False, lasted="lasts", lasts=False)
    >>> round(source_completeness(nw.from_native(pl.concat([first, later, last]))), 2)
    0.5
    """
    around = supply.filter(nw.col("is_seen_later"), nw.col("lives_on"))
    counts = around.select(ties=nw.len(), seen=nw.col("lasts").cast(nw.Int64).sum()).collect()
    ties, seen = (int(counts[name].to_list()[0]) for name in ("ties", "seen"))
    if ties < _FEWEST or seen >= _WHOLE * ties:
        return 1.0
    by_chance = _returns_by_chance(supply)
    excess = ties - seen - by_chance
    # Firms are choosier than the market: up to twice the expected returns may be chance, too.
    if excess <= by_chance or seen >= _WHOLE * (seen + excess):
        return 1.0
    return float(seen / (seen + excess))


def _returns_by_chance(supply: Lazy) -> float:
    """How many ties that are not there in a year would be there in the one after by chance."""
    following = next_years(supply_years(supply))
    one_after = {y: following[after] for y, after in following.items() if after in following}
    ties = supply.with_columns(
        nw.col("year").cast(nw.Int64),
        market_region=nw.when(nw.col("is_local"))
        .then(nw.col("supplier_region").cast(nw.Int64))
        .otherwise(nw.lit(-1, nw.Int64)),
    )
    new = ties.filter(~nw.col("lasted"))
    gone = (
        ties.filter(nw.col("lives_on"), ~nw.col("lasts"))
        .with_columns(after=by_year(following), later=by_year(one_after))
        .filter(nw.col("later") >= 0)
    )
    for name, rows, by in (
        ("held", ties.rename({"year": "after"}), ["after", "source_key"]),
        ("drawn", new.rename({"year": "later"}), ["later", "source_key"]),
        ("own", ties, ["source_key", "target_key"]),
        ("of_supplier", ties, ["source_key"]),
        ("of_customer", ties, ["target_key"]),
    ):
        counts = rows.group_by(*by, *_MARKET).agg(nw.len().alias(name))
        gone = gone.join(counts, on=[*by, *_MARKET], how="left").with_columns(
            nw.col(name).fill_null(0)
        )
    markets = ties.group_by(_MARKET).agg(
        of_market=nw.len(), customers=nw.col("target_key").n_unique()
    )
    customers = nw.col("customers")
    with_others = nw.col("of_customer") - nw.col("own")
    of_others = nw.col("of_market") - nw.col("of_supplier")
    share = (with_others + 1) / (of_others + customers)
    free = nw.max_horizontal(1 - nw.col("held") / customers, 1 / customers)
    expected = nw.col("drawn") * nw.min_horizontal(share / free, nw.lit(1.0))
    found = gone.join(markets, on=_MARKET, how="left")
    total = found.select(total=(expected * _GRID).round().cast(nw.Int64).sum()).collect()
    return float(total["total"].to_list()[0] or 0) / _GRID
