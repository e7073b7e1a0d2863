"""Firms and institutions that can be found by name, and ties of a cell with each region.

A page cannot hold a national register: where firms are many, those with a tier come first and
then the largest, and the page says how many of all it holds.

Firm-sized tables stay lazy until they are counted by cell and region. The page shows supply ties
(goods), knowledge ties (research, standards, talent) and ties with institutions or of finance and
services as three families.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals as nw
import numpy as np
import pandas as pd

from geo.maps.explorer.codecs import Packed, as_text, as_whole, as_words
from geo.vocabulary import TIERS

if TYPE_CHECKING:
    import numpy.typing as npt

    from geo.maps.explorer.packed_cells import Cells

__all__ = [
    "FAMILIES",
    "firms_of_year",
    "packed_firms",
    "packed_tiers",
    "packed_ties",
    "ties_by_cell",
]


_MOST_FIRMS = 20_000
_MOST_OF_TIER = 12
_MOST_TIERED = 30_000


def firms_of_year(
    establishments: nw.LazyFrame[Any], parties: nw.LazyFrame[Any], *, year: int
) -> pd.DataFrame:
    """Firms that live in a year: party_id, name, region_key, industry_key, employment."""
    lf = establishments.filter(nw.col("year") == year)
    lf = lf.join(parties, left_on="firm_key", right_on="party_key", how="left")
    columns = ["firm_key", "party_id", "name", "region_key", "industry_key", "employment"]
    firms: pd.DataFrame = lf.select(*columns).collect().to_pandas()
    return firms.sort_values("firm_key").reset_index(drop=True)


def packed_firms(firms: pd.DataFrame, tiers: pd.DataFrame) -> dict[str, Packed]:
    """Firms for the search: names, region and industry.

    Parameters
    ----------
    firms : DataFrame
        As `firms_of_year` returns them.
    tiers : DataFrame
        Result `party_tiers`, for those that come first.
    """
    if firms.empty:
        return {}
    has_tier = firms["party_id"].isin(tiers["party_id"]) if len(tiers) else False
    order = firms.assign(first=has_tier, size=firms["employment"].fillna(0)).sort_values(
        ["first", "size"], ascending=False, kind="stable"
    )
    kept = order.head(_MOST_FIRMS).sort_values(["region_key", "industry_key", "firm_key"])
    name = kept["name"].astype(object).where(kept["name"].notna(), kept["party_id"])
    return {
        "name": as_text(name.astype(str).tolist()),
        "region": as_whole(kept["region_key"], is_delta=True),
        "industry": as_whole(kept["industry_key"]),
    }


def packed_tiers(tiers: pd.DataFrame, cells: Cells) -> dict[str, Packed]:
    """The best-linked parties of every tier and cell: cell, tier, partners, name.

    Parameters
    ----------
    tiers : DataFrame
        Result `party_tiers`.
    cells : Cells
        In the order of the page.
    """
    if tiers.empty:
        return {}
    table = cells.table[["region_id", "industry", "year"]].assign(cell=np.arange(len(cells.table)))
    placed = tiers.merge(table, on=["region_id", "industry", "year"], how="inner")
    placed = placed.sort_values(["cell", "tier", "local_partners"], ascending=[True, True, False])
    first = placed.groupby(["cell", "tier"], sort=False).head(_MOST_OF_TIER)
    kept = first.sort_values("year", ascending=False, kind="stable").head(_MOST_TIERED)
    kept = kept.sort_values(["cell", "tier", "local_partners"], ascending=[True, True, False])
    name = kept["party_name"].astype(object).where(kept["party_name"].notna(), kept["party_id"])
    return {
        "cell": as_whole(kept["cell"], is_delta=True),
        "tier": as_words(kept["tier"], known=list(TIERS)),
        "partners": as_whole(kept["local_partners"]),
        "name": as_text(name.astype(str).tolist()),
    }


FAMILIES = {
    "supply": ("supply",),
    "knowledge": ("research", "standard", "talent"),
    "service": ("finance", "service"),
}
"""Kinds of tie that are drawn alike."""

_MOST = 250_000
_COLUMNS = ["year", "region_key", "industry_key", "is_out", "family", "partner_key", "ties"]


def ties_by_cell(
    ties: nw.LazyFrame[Any], establishments: nw.LazyFrame[Any], institutions: pd.DataFrame
) -> pd.DataFrame:
    """Number of ties of every cell with every region, one row per direction and family.

    Parameters
    ----------
    ties : LazyFrame
        source_key, target_key, year, kind.
    establishments : LazyFrame
        firm_key, year, region_key, industry_key.
    institutions : DataFrame
        institution_key, region_key; their industry is none.

    Returns
    -------
    DataFrame
        year, region_key and industry_key of the cell, is_out (the cell gives), family (place in
        `FAMILIES`), partner_key (region at the other end), ties.
    """
    kinds = {kind: k for k, family in enumerate(FAMILIES.values()) for kind in family}
    places = establishments.select(
        party=nw.col("firm_key"), year="year", region="region_key", industry="industry_key"
    )
    counted = []
    for is_out, mine, other in ((1, "source_key", "target_key"), (0, "target_key", "source_key")):
        at_home = places.rename({"party": mine})
        elsewhere = places.select(nw.col("party").alias(other), "year", partner="region")
        joined = ties.select("source_key", "target_key", "year", "kind").join(
            at_home, on=[mine, "year"], how="inner"
        )
        of_firms = joined.join(elsewhere, on=[other, "year"], how="inner")
        keys = ["year", "region", "industry", "kind", "partner"]
        found = of_firms.group_by(keys).agg(ties=nw.len()).collect().to_pandas()
        counted.append(found.assign(is_out=is_out))
        known = institutions[institutions["region_key"] >= 0]
        if len(known):
            is_with = nw.col(other).is_in(known["institution_key"].tolist())
            rest = joined.filter(is_with).select(other, "year", "kind", "region", "industry")
            partner = known.set_index("institution_key")["region_key"]
            beside = rest.collect().to_pandas()
            beside["partner"] = beside[other].map(partner)
            sizes = beside.groupby(keys).size().rename("ties").reset_index()
            counted.append(sizes.assign(is_out=is_out))
    table = pd.concat([part for part in counted if len(part)] or counted[:1])
    table = table.assign(family=table["kind"].astype(object).map(kinds)).dropna(subset="family")
    renamed = table.rename(
        columns={"region": "region_key", "industry": "industry_key", "partner": "partner_key"}
    )
    summed = renamed.groupby(_COLUMNS[:-1])["ties"].sum().reset_index()
    return summed.astype("int64")


def packed_ties(
    table: pd.DataFrame, cell_of: pd.Series[Any], *, spoken: npt.NDArray[np.bool_]
) -> dict[str, Packed]:
    """Ties as columns, by cell.

    Parameters
    ----------
    table : DataFrame
        As `ties_by_cell` returns it.
    cell_of : Series
        Position of the cell in the page, by year, region_key and industry_key.
    spoken : ndarray of bool
        By cell, whether it is anything but dispersed: where ties are too many, theirs are kept.

    Returns
    -------
    dict
        Columns cell, out_family (2 x family, plus 1 where the cell gives), partner, ties; none
        where there are no ties.
    """
    if table.empty:
        return {}
    keys = pd.MultiIndex.from_frame(table[["year", "region_key", "industry_key"]])
    cell = cell_of.reindex(keys).to_numpy()
    kept = np.isfinite(cell)
    if kept.sum() > _MOST:
        kept &= spoken[np.where(kept, cell, 0).astype(np.int64)]
    mine = table[kept].assign(cell=cell[kept].astype(np.int64))
    mine = mine.sort_values(["cell", "family", "is_out", "partner_key"])
    return {
        "cell": as_whole(mine["cell"], is_delta=True),
        "out_family": as_whole(2 * mine["family"] + mine["is_out"]),
        "partner": as_whole(mine["partner_key"]),
        "ties": as_whole(mine["ties"]),
    }
