"""The same tests with a cell's largest hub taken out: one firm must not make a cluster.

The hub of a cell is the party, a firm of the cell or a local partner of one, with most of the
cell's local supply ties; of several, the one with the smallest key. Taking it out takes all its
ties out of every stratum of the cell, local or not, and leaves everybody else's ties alone. Since
the null is a matter of counts, it is enough to subtract the hub's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals as nw

from geo.linkage.dense import Sizes, grouped, looked_up, packed
from geo.linkage.matching import CELL, COUNTS, STRATUM, SUMS, cell_rows, with_sums

if TYPE_CHECKING:
    Lazy = nw.LazyFrame[Any]

__all__ = ["cell_hubs", "ends_without_hub", "hub_pairs", "hub_ties", "sums_without_hub"]


def cell_hubs(own: Lazy, ends: Lazy, *, sizes: Sizes) -> Lazy:
    """Hub of every cell that has a local tie.

    Parameters
    ----------
    own : LazyFrame
        As `dependence.own_ends` returns it.
    ends : LazyFrame
        As `dependence.firm_ends` returns it.
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


def hub_ties(supply: Lazy, hubs: Lazy, *, sizes: Sizes) -> Lazy:
    """All supply ties of hubs, local or not.

    Parameters
    ----------
    supply : LazyFrame
        As `located.located_supply_ties` returns it.
    hubs : LazyFrame
        As `cell_hubs` returns it.
    sizes : Sizes
        Of the keys.

    Returns
    -------
    LazyFrame
        One row per hub and tie, the columns of the tie with hub_key, the hub's region_key, the
        other end's firm_key, and the numbers sold, sold_here, bought, bought_here: which of them
        the tie is for the hub.
    """
    slots = hubs.select(slot=packed(["hub_key", "year"], sizes)).unique()
    slots = slots.with_columns(value=nw.lit(0).cast(nw.Int64))
    roles = []
    for (hub, other, end), amounts in {
        ("source_key", "target_key", "supplier"): ("sold", "sold_here"),
        ("target_key", "source_key", "customer"): ("bought", "bought_here"),
    }.items():
        mine = looked_up(
            supply.with_columns(slot_=packed([hub, "year"], sizes)),
            {"is_hub_": "slot_"},
            slots,
            size=sizes.firms * sizes.years,
        ).filter(nw.col("is_hub_") >= 0)
        values = dict(zip(amounts, (nw.lit(1.0), nw.col("is_local").cast(nw.Float64)), strict=True))
        roles.append(
            mine.select(
                *STRATUM,
                "is_local",
                "is_stable",
                hub_key=hub,
                firm_key=other,
                region_key=f"{end}_region",
                **{
                    name: values.get(name, nw.lit(0.0))
                    for name in ("sold", "sold_here", "bought", "bought_here")
                },
            )
        )
    return nw.concat(roles)


def hub_pairs(ties_of_hubs: Lazy, *, sizes: Sizes) -> Lazy:
    """Local ties of every hub with every firm: year, hub_key, firm_key, with_hub, stable_with_hub.

    Parameters
    ----------
    ties_of_hubs : LazyFrame
        As `hub_ties` returns it.
    sizes : Sizes
        Of the keys.
    """
    return grouped(
        ties_of_hubs.filter(nw.col("is_local")),
        ["firm_key", "hub_key", "year"],
        sizes,
        nw.len().cast(nw.Int64).alias("with_hub"),
        nw.col("is_stable").cast(nw.Int64).sum().alias("stable_with_hub"),
    )


def ends_without_hub(rows: Lazy, hubs: Lazy, pairs: Lazy, *, sizes: Sizes) -> Lazy:
    """Ties of the firms of every cell, or of their partners, but for those with the cell's hub.

    Parameters
    ----------
    rows : LazyFrame
        As `dependence.own_ends` or `dependence.partner_ends` returns it; the latter has no column
        `stable`.
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
    with_hub = pairs.select("with_hub", "stable_with_hub", code_=pair)
    joined = (
        rows.with_columns(code_=packed(CELL, sizes))
        .join(of_cell, on="code_")
        .filter(nw.col("firm_key") != nw.col("hub_key"))
        .with_columns(code_=pair)
        .join(with_hub, on="code_", how="left")
        .with_columns(nw.col("with_hub", "stable_with_hub").fill_null(0))
        .drop("code_")
    )
    taken = nw.col("with_hub")
    if is_own:
        stable = nw.col("stable") - nw.col("stable_with_hub")
        return joined.with_columns(
            ties=nw.col("ties") - taken, local=nw.col("local") - taken, stable=stable
        )
    # A partner's ties with the cell are those with its hub only where the hub is of the cell.
    of_cell_too = nw.col("hub_industry") == nw.col("industry_key")
    taken = nw.when(of_cell_too).then(taken).otherwise(nw.lit(0))
    return joined.with_columns(ties=nw.col("ties") - taken, local=nw.col("local") - taken)


def sums_without_hub(ties_of_hubs: Lazy, counts: Lazy, hubs: Lazy, *, sizes: Sizes) -> Lazy:
    """What taking the hub out changes in the sums of its cells.

    Parameters
    ----------
    ties_of_hubs : LazyFrame
        As `hub_ties` returns it.
    counts : LazyFrame
        As `matching.stratum_counts` returns it.
    hubs : LazyFrame
        As `cell_hubs` returns it.
    sizes : Sizes
        Of the keys.

    Returns
    -------
    LazyFrame
        One row per cell with a hub: year, region_key, industry_key, and the columns of
        `matching.SUMS` as differences, to be added to the sums of the cell.
    """
    place = [*STRATUM, "region_key"]
    of_hub = grouped(
        ties_of_hubs,
        [*place, "hub_key"],
        sizes,
        nw.col("sold", "sold_here", "bought", "bought_here").sum(),
    )
    of_hub = (
        of_hub.with_columns(code_=packed(place, sizes))
        .join(counts.select(*COUNTS, code_=packed(place, sizes)), on="code_")
        .drop("code_")
    )
    taken = {
        "suppliers_here": nw.col("sold") + nw.col("bought_here"),
        "customers_here": nw.col("bought") + nw.col("sold_here"),
        "local": nw.col("sold_here") + nw.col("bought_here"),
        "everywhere": nw.col("sold") + nw.col("bought"),
    }
    mine = hubs.select(code_=packed([*CELL, "hub_key"], sizes))
    rows = (
        cell_rows(of_hub)
        .with_columns(code_=packed([*CELL, "hub_key"], sizes))
        .join(mine, on="code_", how="semi")
    )
    left = rows.with_columns(**{name: nw.col(name) - taken[name] for name in COUNTS})
    before, after = with_sums(rows), with_sums(left)
    signed = nw.concat(
        [before.select(*CELL, **{c: -nw.col(c) for c in SUMS}), after.select(*CELL, *SUMS)]
    )
    return grouped(signed, CELL, sizes, nw.col(*SUMS).sum())
