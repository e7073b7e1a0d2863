"""Firms and institutions that can be found by name, and the tiers of the spoken cells.

A page cannot hold a national register: where firms are many, those with a tier come first and
then the largest, and the page says how many of all it holds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals as nw
import numpy as np

from geo.maps.explorer.codecs import Packed, as_text, as_whole, as_words
from geo.vocabulary import TIERS

if TYPE_CHECKING:
    import pandas as pd

    from geo.maps.explorer.packed_cells import Cells

__all__ = ["firms_of_year", "packed_firms", "packed_tiers"]

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
