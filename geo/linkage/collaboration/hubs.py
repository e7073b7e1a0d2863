"""The largest hub of every cell: the party with most of its local ties.

The hub of a cell is a firm of the cell, or a local partner of one; of several with as many ties,
the one with the smallest key. Taking it out takes all its ties out of the cell, local or not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals as nw

from geo.linkage.matching import CELL
from geo.study.keys import Sizes, grouped, packed

if TYPE_CHECKING:
    Lazy = nw.LazyFrame[Any]

__all__ = ["cell_hubs", "ends_without_hub", "hub_pairs"]


def cell_hubs(own: Lazy, ends: Lazy, *, sizes: Sizes) -> Lazy:
    """Hub of every cell that has a local tie.

    Parameters
    ----------
    own : LazyFrame
        As `overdispersion.own_ends` returns it.
    ends : LazyFrame
        As `overdispersion.firm_ends` returns it.
    sizes : Sizes
        Of the keys.

    Returns
    -------
    LazyFrame
        One row per cell: year, region_key, industry_key, hub_key, hub_industry, hub_ties (its
        local ties with the cell).
    """
    columns = [*CELL, "firm_key", "hub_industry", "local"]
    partners = ends.filter(nw.col("industry_key") != nw.col("partner_industry"))
    parties = nw.concat(
        [
            own.with_columns(hub_industry="industry_key").select(columns),
            partners.with_columns(
                hub_industry="industry_key", industry_key="partner_industry"
            ).select(columns),
        ]
    ).filter(nw.col("local") > 0)
    # The largest of these integers is of the most ties, then of the smallest key.
    firms, industries = sizes.firms, sizes.industries
    rank = (nw.col("local").cast(nw.Int64) * firms + (firms - 1 - nw.col("firm_key"))) * industries
    best = grouped(
        parties.with_columns(rank=rank + nw.col("hub_industry")),
        CELL,
        sizes,
        nw.col("rank").max(),
    )
    return best.select(
        *CELL,
        hub_key=firms - 1 - (nw.col("rank") // industries) % firms,
        hub_industry=nw.col("rank") % industries,
        hub_ties=nw.col("rank") // (firms * industries),
    )


def hub_pairs(ties: Lazy, hubs: Lazy, *, sizes: Sizes) -> Lazy:
    """Local ties of every hub with every firm.

    Parameters
    ----------
    ties : LazyFrame
        As `located.located_ties` returns it.
    hubs : LazyFrame
        As `cell_hubs` returns it.
    sizes : Sizes
        Of the keys.

    Returns
    -------
    LazyFrame
        year, hub_key, firm_key, with_hub, stable_with_hub, lasting_with_hub.
    """
    kinds = ties.collect_schema()
    keys = hubs.select("year", "hub_key").unique()
    local = ties.filter(nw.col("is_local"))
    rows = [
        local.select("year", "is_stable", "lives_long", hub_key=hub, firm_key=other).join(
            keys.with_columns(
                nw.col("year").cast(kinds["year"]), nw.col("hub_key").cast(kinds[hub])
            ),
            on=["year", "hub_key"],
        )
        for hub, other in (("source_key", "target_key"), ("target_key", "source_key"))
    ]
    return grouped(
        nw.concat(rows),
        ["firm_key", "hub_key", "year"],
        sizes,
        nw.len().cast(nw.Int64).alias("with_hub"),
        nw.col("is_stable").cast(nw.Int64).sum().alias("stable_with_hub"),
        nw.col("lives_long").cast(nw.Int64).sum().alias("lasting_with_hub"),
    )


def ends_without_hub(rows: Lazy, hubs: Lazy, pairs: Lazy, *, sizes: Sizes) -> Lazy:
    """Ties of the firms of every cell, or of their partners, but for those with the cell's hub.

    Parameters
    ----------
    rows : LazyFrame
        As `overdispersion.own_ends` or `overdispersion.partner_ends` returns it; the latter has no
        column `stable`.
    hubs, pairs : LazyFrame
        As `cell_hubs` and `hub_pairs` return them.
    sizes : Sizes
        Of the keys.

    Returns
    -------
    LazyFrame
        The rows of cells that have a hub, without the hub itself.
    """
    is_own = "stable" in rows.collect_schema().names()
    of_cell = hubs.select(code_=packed(CELL, sizes), hub_key="hub_key", hub_industry="hub_industry")
    pair = packed(["firm_key", "hub_key", "year"], sizes)
    counts = ("with_hub", "stable_with_hub", "lasting_with_hub")
    joined = (
        rows.with_columns(code_=packed(CELL, sizes))
        .join(of_cell, on="code_")
        .filter(nw.col("firm_key") != nw.col("hub_key"))
        .with_columns(code_=pair)
        .join(pairs.select(*counts, code_=pair), on="code_", how="left")
        .with_columns(nw.col(*counts).fill_null(0))
        .drop("code_")
    )
    if is_own:
        taken = dict(zip(("local", "stable", "lasting"), counts, strict=True))
        return joined.with_columns(
            ties=nw.col("ties") - nw.col("with_hub"),
            **{name: nw.col(name) - nw.col(count) for name, count in taken.items()},
        )
    # A partner's ties with the cell are those with its hub only where the hub is of the cell.
    of_cell_too = nw.col("hub_industry") == nw.col("industry_key")
    with_hub = nw.when(of_cell_too).then(nw.col("with_hub")).otherwise(nw.lit(0))
    return joined.with_columns(ties=nw.col("ties") - with_hub, local=nw.col("local") - with_hub)
