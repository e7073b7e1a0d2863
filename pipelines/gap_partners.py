"""Firms behind the gaps of a cell, for `jiqun gaps`: who could supply, who does, who was lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from geo.vocabulary import Language, Text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from rich.console import Console

__all__ = ["print_partners"]

_CANDIDATES = Text(
    "Firms here that make what falls short", "本地能供應短缺投入的企業", "本地能供应短缺投入的企业"
)
_OUTSIDE = Text(
    "Where it is bought today (ties; km to the nearest supplier)",
    "目前的外地來源（關聯數；最近供應商公里數）",
    "目前的外地来源（关联数；最近供应商公里数）",
)
_LOST = Text("Local ties that ended", "已中斷的本地關聯", "已中断的本地关联")
_MOST = 5


def print_partners(
    console: Console,
    tables: Path,
    *,
    region_key: int,
    industry_key: int,
    year: int,
    gap_keys: Sequence[int],
    language: Language,
) -> None:
    """Print the firms that could fill gaps, the regions that do today, and the ties lost.

    Nothing is printed of what the data do not hold.
    """
    import narwhals as nw
    import polars as pl

    from geo.classification.table import industry_names
    from geo.linkage.partners import candidate_firms, lost_partners, outside_suppliers

    firms, ties = (nw.from_native(pl.scan_parquet(tables / name)) for name in _FIRM_TABLES)
    parties = pd.read_parquet(tables / "parties")
    party = parties.set_index("party_key")["name"].fillna(
        parties.set_index("party_key")["party_id"]
    )
    industry = industry_names(pd.read_parquet(tables / "industries"), language.column_suffix)
    region = pd.read_parquet(tables / "regions")["name"]
    cell = {"region_key": region_key, "industry_key": industry_key, "year": year}
    gaps = list(gap_keys)[:_MOST]
    makers = candidate_firms(firms, region_key=region_key, year=year, industry_keys=gaps, most=3)
    sources = outside_suppliers(ties, firms, industry_keys=gaps, most=2, **cell)
    lost = lost_partners(ties, firms, most=_MOST, **cell)
    lines = {
        _CANDIDATES: [
            f"{industry[int(r[1])]}: {party[int(r[0])]}" for r in makers.to_numpy().tolist()
        ],
        _OUTSIDE: [
            f"{industry[int(r[0])]}: {region[int(r[1])]} ({r[3]:,.0f}; {r[4]:,.0f} km)"
            for r in sources.to_numpy().tolist()
        ],
        _LOST: [
            f"{party[r['supplier_key']]} → {party[r['customer_key']]}"
            for r in lost[["supplier_key", "customer_key"]].astype("int64").to_dict("records")
        ],
    }
    for title, texts in lines.items():
        if texts:
            console.print(f"{title.in_language(language)}:", markup=False, highlight=False)
            for text in texts:
                console.print(f"  {text}", markup=False, highlight=False)


_FIRM_TABLES = ("establishments", "ties")
