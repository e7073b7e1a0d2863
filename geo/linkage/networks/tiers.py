r"""Tiers: core firms, the firms that support them, and the institutions beside both.

A firm is *core* if it holds far more of its chain's lasting local ties than an equal share would
give it. It *supports* if it supplies or buys from a core firm of its region lastingly. Here belong
the tiers and the counts they come from; the words for them stand in
`geo.classification.tables.tier_table`.

Lasting is a tie that is seen in the next or the previous observed year too. Where a year has no
such neighbour every local tie counts, since nothing else is known.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import narwhals as nw
import numpy as np

from geo.linkage.matching import CELL
from geo.study.keys import grouped, held, lazy_like
from geo.study.located import next_years

if TYPE_CHECKING:
    import pandas as pd

    from geo.study.keys import Sizes

    Lazy = nw.LazyFrame[Any]

__all__ = [
    "Tiers",
    "compared_years",
    "core_thresholds",
    "firm_tiers",
    "institution_tiers",
    "lasting_local_ties",
    "local_partners",
    "tier_counts",
]

LEAST_PARTNERS = 5
"""Local partners that a core firm has at least."""
_TIMES_EQUAL_SHARE = 2.0
_SIGNIFICANCE = 0.05


class Tiers(NamedTuple):
    """Parties with a tier."""

    firms: Lazy
    """As `firm_tiers` returns it."""
    institutions: Lazy
    """As `institution_tiers` returns it."""


def compared_years(years: list[int]) -> list[int]:
    """Observed years of which it is known whether ties last: those with a neighbour.

    Examples
    --------
    >>> compared_years([2015, 2016, 2020])
    [2015, 2016]
    """
    following = next_years(years)
    return sorted({*following, *following.values()})


def lasting_local_ties(supply: Lazy, years: list[int]) -> Lazy:
    """Local supply ties that last, or all local ones in a year that no other is compared with.

    Parameters
    ----------
    supply : LazyFrame
        As `located.located_ties` returns it.
    years : list of int
        As `located.supply_years` returns it.

    Returns
    -------
    LazyFrame
        Columns year, region_key, source_key, target_key, supplier_industry, customer_industry.
    """
    compared = compared_years(years)
    return held(
        supply.filter(
            nw.col("is_local"), nw.col("is_stable") | ~nw.col("year").is_in(compared)
        ).select(
            "year",
            "source_key",
            "target_key",
            "supplier_industry",
            "customer_industry",
            region_key="supplier_region",
        )
    )


def local_partners(local: Lazy, *, sizes: Sizes) -> Lazy:
    """Every firm with every local partner, whichever of them supplies.

    Parameters
    ----------
    local : LazyFrame
        As `lasting_local_ties` returns it.
    sizes : Sizes
        Of the keys.

    Returns
    -------
    LazyFrame
        Two rows per pair of partners: firm_key, partner_key, year, region_key, industry_key and
        partner_industry, and sells and buys, which are 1 where the firm does so and 0 else.
    """
    ends = [
        local.select(
            "year",
            "region_key",
            firm_key=own,
            partner_key=other,
            industry_key=f"{role}_industry",
            partner_industry=f"{other_role}_industry",
            sells=nw.lit(int(role == "supplier")),
            buys=nw.lit(int(role == "customer")),
        )
        for own, other, role, other_role in (
            ("source_key", "target_key", "supplier", "customer"),
            ("target_key", "source_key", "customer", "supplier"),
        )
    ]
    numbers = nw.col("region_key", "industry_key", "partner_industry", "sells", "buys")
    return held(grouped(nw.concat(ends), ["firm_key", "partner_key", "year"], sizes, numbers.max()))


def core_thresholds(partners: Lazy, *, sizes: Sizes) -> pd.DataFrame:
    r"""How many local partners make a core firm, for every cell with a local tie.

    The cell's network is its firms and their local partners, and the pairs with an end in the
    cell. If L pairs fell on its N firms evenly, a firm would have 2L/N partners, give or take
    (Poisson). A core firm has so many that not one firm in twenty such networks would, at least
    twice the equal share, and at least `LEAST_PARTNERS`.

    Parameters
    ----------
    partners : LazyFrame
        As `local_partners` returns it.
    sizes : Sizes
        Of the keys.

    Returns
    -------
    DataFrame
        One row per cell: year, region_key, industry_key, network_firms, network_pairs,
        equal_share and least_partners; sorted by key.

    Notes
    -----
    Markusen's anchors [1]_ and hubs of a degree distribution, with the null of equal share in
    place of a fixed rank, so that a network need not have a core.

    References
    ----------
    .. [1] Markusen, A. (1996). Sticky places in slippery space: a typology of industrial
       districts. Economic Geography 72(3), 293-313.
    """
    from scipy.stats import poisson

    is_inside = nw.col("partner_industry") == nw.col("industry_key")
    rows = grouped(
        partners.with_columns(inside=is_inside.cast(nw.Int64)),
        CELL,
        sizes,
        nw.len().cast(nw.Int64).alias("rows"),
        nw.col("inside").sum(),
    )
    linked = _counted(partners.select(*CELL, party="firm_key"), sizes, "linked")
    beside = partners.filter(~is_inside).select(*CELL, party="partner_key")
    outside = _counted(beside, sizes, "outside")
    table = rows.collect().to_pandas()
    for part in (linked, outside):
        table = table.merge(part.collect().to_pandas(), on=CELL, how="left", validate="one_to_one")
    firms = table["linked"] + table["outside"].fillna(0).astype("int64")
    pairs = table["rows"] - table["inside"] // 2
    share = 2.0 * pairs / firms
    beyond = poisson.isf(_SIGNIFICANCE / firms, share) + 1
    least = np.maximum.reduce(
        [np.full(len(table), LEAST_PARTNERS), np.ceil(_TIMES_EQUAL_SHARE * share), beyond]
    )
    result = table[CELL].assign(
        network_firms=firms,
        network_pairs=pairs,
        equal_share=share,
        least_partners=least.astype("int64"),
    )
    return result.sort_values(CELL, ignore_index=True)


def _counted(parties: Lazy, sizes: Sizes, name: str) -> Lazy:
    """Distinct parties of every cell."""
    distinct = grouped(parties, ["party", *CELL], sizes, nw.len().alias("times"))
    return grouped(distinct, CELL, sizes, nw.len().cast(nw.Int64).alias(name))


def firm_tiers(partners: Lazy, thresholds: pd.DataFrame, *, sizes: Sizes) -> Lazy:
    """Firms that are core, and firms that support one.

    Parameters
    ----------
    partners : LazyFrame
        As `local_partners` returns it.
    thresholds : DataFrame
        As `core_thresholds` returns it.
    sizes : Sizes
        Of the keys.

    Returns
    -------
    LazyFrame
        One row per firm and year with a tier: firm_key, year, region_key, industry_key, is_core;
        partners, suppliers and customers (local, lasting); network_pairs and equal_share of its
        cell; core_partners, those of the partners that are core, and among them core_customers
        and core_suppliers; core_key, the one with most partners (-1 where none is core).
    """
    columns = ["network_pairs", "equal_share", "least_partners"]
    least = lazy_like(
        partners, {c: thresholds[c].tolist() for c in (*CELL, *columns)}
    ).with_columns(
        nw.col(*CELL).cast(nw.Int32),
        nw.col("network_pairs", "least_partners").cast(nw.Int64),
        nw.col("equal_share").cast(nw.Float64),
    )
    firms = grouped(
        partners,
        ["firm_key", "year"],
        sizes,
        nw.col("region_key", "industry_key").max(),
        nw.len().cast(nw.Int64).alias("partners"),
        nw.col("buys").cast(nw.Int64).sum().alias("suppliers"),
        nw.col("sells").cast(nw.Int64).sum().alias("customers"),
    )
    firms = held(
        firms.with_columns(nw.col("region_key", "industry_key").cast(nw.Int32))
        .join(least, on=CELL)
        .with_columns(is_core=nw.col("partners") >= nw.col("least_partners"))
    )
    core = firms.filter(nw.col("is_core")).select("year", "partners", partner_key="firm_key")
    rank = nw.col("partners") * sizes.firms + (sizes.firms - 1 - nw.col("partner_key"))
    with_core = grouped(
        partners.join(core, on=["partner_key", "year"]).with_columns(rank=rank),
        ["firm_key", "year"],
        sizes,
        nw.len().cast(nw.Int64).alias("core_partners"),
        nw.col("sells").cast(nw.Int64).sum().alias("core_customers"),
        nw.col("buys").cast(nw.Int64).sum().alias("core_suppliers"),
        nw.col("rank").max(),
    )
    counts = ("core_partners", "core_customers", "core_suppliers")
    tiered = (
        firms.join(with_core, on=["firm_key", "year"], how="left")
        .with_columns(
            nw.col(*counts).fill_null(0),
            core_key=(sizes.firms - 1 - nw.col("rank") % sizes.firms).fill_null(-1),
        )
        .filter(nw.col("is_core") | (nw.col("core_partners") > 0))
    )
    return held(tiered.drop("least_partners", "rank"))


def institution_tiers(tied: Lazy, firms: Lazy) -> Lazy:
    """Institutions that support: tied to a core or supporting firm of their region.

    Parameters
    ----------
    tied : LazyFrame
        As `located.located_institution_ties` returns it.
    firms : LazyFrame
        As `firm_tiers` returns it.

    Returns
    -------
    LazyFrame
        One row per institution, year and industry of the firms: institution_key, year, region_key,
        industry_key, core_firms and supporting_firms that are tied to it.
    """
    tiers = firms.select("firm_key", "year", "is_core")
    return held(
        tied.filter(nw.col("is_local"))
        .select("institution_key", "year", "region_key", "industry_key", "firm_key")
        .join(tiers, on=["firm_key", "year"])
        .group_by("institution_key", "year", "region_key", "industry_key")
        .agg(
            nw.col("is_core").cast(nw.Int64).sum().alias("core_firms"),
            (~nw.col("is_core")).cast(nw.Int64).sum().alias("supporting_firms"),
        )
    )


def tier_counts(tiers: Tiers, partners: Lazy, *, sizes: Sizes) -> pd.DataFrame:
    """Core firms, supporting firms and supporting institutions of every cell that has any.

    Parameters
    ----------
    tiers : Tiers
        Parties with a tier.
    partners : LazyFrame
        As `local_partners` returns it.
    sizes : Sizes
        Of the keys.

    Returns
    -------
    DataFrame
        One row per cell with a local partner: year, region_key, industry_key, core_firms,
        supporting_firms, supporting_institutions, and core_tie_share: the share of its firms'
        partnerships in which either firm is core.
    """
    core = tiers.firms.filter(nw.col("is_core")).select("firm_key", "year", one=nw.lit(1))
    either = (
        partners.join(core, on=["firm_key", "year"], how="left")
        .join(core.rename({"firm_key": "partner_key", "one": "other"}),
              on=["partner_key", "year"], how="left")
        .with_columns(touches=(~nw.col("one").is_null() | ~nw.col("other").is_null()))
    )  # fmt: skip
    shares = grouped(
        either.with_columns(nw.col("touches").cast(nw.Int64)),
        CELL,
        sizes,
        nw.len().cast(nw.Int64).alias("rows"),
        nw.col("touches").sum(),
    )
    of_firms = grouped(
        tiers.firms.with_columns(core_firms=nw.col("is_core").cast(nw.Int64)),
        CELL,
        sizes,
        nw.col("core_firms").sum(),
        nw.len().cast(nw.Int64).alias("tiered"),
    )
    of_institutions = tiers.institutions.group_by(*CELL).agg(
        nw.len().cast(nw.Int64).alias("supporting_institutions")
    )
    table = shares.collect().to_pandas()
    for part in (of_firms, of_institutions):
        found = part.collect().to_pandas()
        table = table.merge(found, on=CELL, how="left", validate="one_to_one")
    counts = ["core_firms", "tiered", "supporting_institutions"]
    table[counts] = table[counts].fillna(0).astype("int64")
    table["supporting_firms"] = table["tiered"] - table["core_firms"]
    table["core_tie_share"] = table["touches"] / table["rows"]
    wanted = ["core_firms", "supporting_firms", "supporting_institutions", "core_tie_share"]
    return table[[*CELL, *wanted]].sort_values(CELL, ignore_index=True)
