"""The same tests with a cell's largest hub taken out: one firm must not make a cluster.

The hub of a cell is the party, a firm of the cell or a local partner of one, with most of the
cell's local supply ties; of several, the one with the smallest key. Taking it out takes all its
ties out of every stratum of the cell, local or not, and leaves everybody else's ties alone. Since
the null is a matter of counts, it is enough to subtract the hub's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals as nw

from geo.linkage.matching import CELL, COUNTS, STRATUM, SUMS, cell_sums

if TYPE_CHECKING:
    Lazy = nw.LazyFrame[Any]

__all__ = ["cell_hubs", "local_ends", "sums_without_hub"]


def local_ends(supply: Lazy) -> Lazy:
    """Local ties seen from the cells of their ends.

    Parameters
    ----------
    supply : LazyFrame
        As `located.located_supply_ties` returns it.

    Returns
    -------
    LazyFrame
        Two rows per local tie, one per end: year, region_key, the end's firm_key and industry_key,
        the other end's partner_key and partner_industry, lasts, lasted.
    """
    local = supply.filter(nw.col("is_local"))
    columns = [*CELL, "firm_key", "partner_key", "partner_industry", "lasts", "lasted"]
    views = [
        local.with_columns(
            region_key="supplier_region",
            firm_key=f"{firm}_key",
            partner_key=f"{partner}_key",
            industry_key=f"{mine}_industry",
            partner_industry=f"{other}_industry",
        ).select(columns)
        for firm, partner, mine, other in (
            ("source", "target", "supplier", "customer"),
            ("target", "source", "customer", "supplier"),
        )
    ]
    return nw.concat(views)


def cell_hubs(ends: Lazy) -> Lazy:
    """Hub of every cell that has a local tie.

    Parameters
    ----------
    ends : LazyFrame
        As `local_ends` returns it.

    Returns
    -------
    LazyFrame
        One row per cell: the columns of `CELL`, hub_key, hub_industry, hub_ties (its local ties
        with the cell).
    """
    # A tie inside the cell shows each of its ends as firm once; a tie that leaves the cell's
    # industry also shows the partner.
    own = ends.group_by(*CELL, "firm_key").agg(hub_ties=nw.len())
    partners = (
        ends.filter(nw.col("industry_key") != nw.col("partner_industry"))
        .group_by(*CELL, "partner_key", "partner_industry")
        .agg(hub_ties=nw.len())
    )
    columns = [*CELL, "hub_key", "hub_industry", "hub_ties"]
    parties = nw.concat(
        [
            own.with_columns(hub_key="firm_key", hub_industry="industry_key").select(columns),
            partners.with_columns(hub_key="partner_key", hub_industry="partner_industry").select(
                columns
            ),
        ]
    )
    most = parties.group_by(CELL).agg(most=nw.col("hub_ties").max())
    largest = parties.join(most, on=CELL).filter(nw.col("hub_ties") == nw.col("most"))
    first = largest.group_by(CELL).agg(first=nw.col("hub_key").min())
    return largest.join(first, on=CELL).filter(nw.col("hub_key") == nw.col("first")).select(columns)


def sums_without_hub(supply: Lazy, counts: Lazy, hubs: Lazy) -> Lazy:
    """What the hub's ties add to the sums of its cells.

    Parameters
    ----------
    supply : LazyFrame
        As `located.located_supply_ties` returns it.
    counts : LazyFrame
        As `matching.stratum_counts` returns it.
    hubs : LazyFrame
        As `cell_hubs` returns it.

    Returns
    -------
    LazyFrame
        One row per cell with a hub: the columns of `CELL`, and those of `SUMS` as differences,
        to be added to the sums of the cell.
    """
    keys = hubs.select("year", "hub_key").unique()
    per_hub = []
    for end, region, ties, local in (
        ("source_key", "supplier_region", "sold", "sold_here"),
        ("target_key", "customer_region", "bought", "bought_here"),
    ):
        mine = supply.join(keys, left_on=["year", end], right_on=["year", "hub_key"])
        amounts = {ties: nw.lit(1.0), local: nw.col("is_local").cast(nw.Float64)}
        per_hub.append(
            mine.select(
                *STRATUM,
                hub_key=end,
                region_key=region,
                **{
                    name: amounts.get(name, nw.lit(0.0))
                    for name in ("sold", "sold_here", "bought", "bought_here")
                },
            )
        )
    of_hub = (
        nw.concat(per_hub)
        .group_by(*STRATUM, "region_key", "hub_key")
        .agg(nw.col("sold", "sold_here", "bought", "bought_here").sum())
        .join(counts, on=[*STRATUM, "region_key"])
    )
    taken = {
        "suppliers_here": nw.col("sold") + nw.col("bought_here"),
        "customers_here": nw.col("bought") + nw.col("sold_here"),
        "local": nw.col("sold_here") + nw.col("bought_here"),
        "everywhere": nw.col("sold") + nw.col("bought"),
    }
    left = of_hub.with_columns(**{name: nw.col(name) - taken[name] for name in COUNTS})
    before = cell_sums(of_hub, extra_keys=("hub_key",))
    after = cell_sums(left, extra_keys=("hub_key",)).rename({c: f"{c}_after" for c in SUMS})
    return (
        before.join(after, on=[*CELL, "hub_key"])
        .join(hubs.select(*CELL, "hub_key"), on=[*CELL, "hub_key"])
        .select(*CELL, **{c: nw.col(f"{c}_after") - nw.col(c) for c in SUMS})
    )
