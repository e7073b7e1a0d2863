"""The table of parties with a tier, and in words what gave it to each.

What belongs here: names, sentences and the columns of `party_tiers`. What does not: who is core
and who supports (`geo.linkage.networks.tiers`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals as nw
import numpy as np
import polars as pl

from geo.classification.tables.classification_table import as_schema, industry_names
from geo.vocabulary import Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from geo.linkage.networks.tiers import Tiers

    Lazy = nw.LazyFrame[Any]

__all__ = ["party_tier_table"]

MOST_PARTIES = 400_000
"""Rows of the table: the latest years that fit."""

_MADE_BY: dict[str, Text] = {
    "local_hub": Text(
        "Buys from {suppliers} and sells to {customers} local firms{lasting}: an end of {share} % "
        "of the {pairs} local partnerships of its industry here; an equal share would be "
        "{equal} partners.",
        "{lasting}向本地 {suppliers} 家企業採購、向 {customers} 家銷售，"
        "占本行業在本地 {pairs} 對夥伴關係的 {share} %；若均分則為 {equal} 家夥伴。",
        "{lasting}向本地 {suppliers} 家企业采购、向 {customers} 家销售，"
        "占本行业在本地 {pairs} 对伙伴关系的 {share} %；若均分则为 {equal} 家伙伴。",
    ),
    "supplies_core": Text(
        "Supplies {core_customers} of the core firms here{lasting}, the best linked {main}.",
        "{lasting}供應本地 {core_customers} 家核心企業，其中關聯最多者為{main}。",
        "{lasting}供应本地 {core_customers} 家核心企业，其中关联最多者为{main}。",
    ),
    "buys_from_core": Text(
        "Buys from {core_suppliers} of the core firms here{lasting}, the best linked {main}.",
        "{lasting}向本地 {core_suppliers} 家核心企業採購，其中關聯最多者為{main}。",
        "{lasting}向本地 {core_suppliers} 家核心企业采购，其中关联最多者为{main}。",
    ),
    "trades_with_core": Text(
        "Supplies {core_customers} and buys from {core_suppliers} of the core firms here{lasting}, "
        "the best linked {main}.",
        "{lasting}供應本地 {core_customers} 家核心企業並向 {core_suppliers} 家採購，"
        "其中關聯最多者為{main}。",
        "{lasting}供应本地 {core_customers} 家核心企业并向 {core_suppliers} 家采购，"
        "其中关联最多者为{main}。",
    ),
    "tied_to_chain": Text(
        "Tied to {core_firms} core and {supporting_firms} supporting firms here.",
        "與本地 {core_firms} 家核心企業、{supporting_firms} 家配套企業有關聯。",
        "与本地 {core_firms} 家核心企业、{supporting_firms} 家配套企业有关联。",
    ),
}
_LASTING = Text(" lastingly", "長期", "长期")
_ONCE = Text(
    " (one year of ties: whether it lasts is not known)", "（僅一年資料）", "（仅一年数据）"
)
_SUFFIXES = ("en", "zh_hant", "zh_hans")


def party_tier_table(
    tiers: Tiers,
    parties: Lazy,
    *,
    regions: pd.DataFrame,
    industries: pd.DataFrame,
    language: str,
    years: Sequence[int],
    most: int = MOST_PARTIES,
) -> pd.DataFrame:
    """One row per party with a tier and year, in the columns of `party_tiers`.

    Parameters
    ----------
    tiers : Tiers
        As `geo.linkage.networks.structure.structure_by_cell` returns them.
    parties : LazyFrame
        Columns party_key, party_id, name; one row per firm or institution.
    regions, industries : DataFrame
        Indexed by region_key with region_id and name, and by industry_key with industry, name and
        name_zh.
    language : str
        Language of `industry_name`: en, zh_hant or zh_hans.
    years : sequence of int
        Years that are asked for.
    most : int, default 400,000
        Rows: of these years the latest that fit, and at least the last.

    Returns
    -------
    DataFrame
        Sorted by year, region, industry, tier (core first), then the most partners.
    """
    rows = _firms(tiers.firms), _institutions(tiers.institutions)
    kept = _years_that_fit([part.filter(nw.col("year").is_in(list(years))) for part in rows], most)
    named = parties.select("party_key", "party_id", party_name="name")
    found = [
        part.filter(nw.col("year").is_in(kept)).join(named, on="party_key", how="left")
        for part in rows
    ]
    main = named.select(core_key="party_key", main_core_id="party_id", main_core_name="party_name")
    found[0] = found[0].join(main, on="core_key", how="left")
    frames = [part.collect().to_polars() for part in found]
    both = pl.concat(frames, how="diagonal_relaxed")
    table = both.with_columns(_reasons()).to_pandas()
    table = table.assign(
        region_id=table["region_key"].map(regions["region_id"]),
        region_name=table["region_key"].map(regions["name"]),
        industry=table["industry_key"].map(industries["industry"]),
        industry_name=table["industry_key"].map(industry_names(industries, language)),
    )
    rank = table["tier"].map({"core": 0, "supporting": 1, "institution": 2})
    order = table.assign(rank=rank, few=-table["local_partners"].fillna(0)).sort_values(
        ["year", "region_key", "industry_key", "rank", "few", "party_key"]
    )
    return as_schema(order, "party_tiers").reset_index(drop=True)


def _firms(firms: Lazy) -> Lazy:
    """Firms with the code of what made their tier."""
    sells, buys = nw.col("core_customers") > 0, nw.col("core_suppliers") > 0
    made_by = (
        nw.when(nw.col("is_core"))
        .then(nw.lit("local_hub"))
        .when(sells & buys)
        .then(nw.lit("trades_with_core"))
        .when(sells)
        .then(nw.lit("supplies_core"))
        .otherwise(nw.lit("buys_from_core"))
    )
    return firms.with_columns(
        made_by=made_by,
        tier=nw.when(nw.col("is_core")).then(nw.lit("core")).otherwise(nw.lit("supporting")),
        local_tie_share=nw.col("partners") / nw.col("network_pairs"),
    ).rename(
        {
            "firm_key": "party_key",
            "partners": "local_partners",
            "suppliers": "local_suppliers",
            "customers": "local_customers",
        }
    )


def _institutions(institutions: Lazy) -> Lazy:
    """Institutions, over all industries of the firms tied to them."""
    return (
        institutions.group_by("institution_key", "year", "region_key")
        .agg(nw.col("core_firms", "supporting_firms").sum())
        .with_columns(
            tier=nw.lit("institution"),
            made_by=nw.lit("tied_to_chain"),
            core_partners=nw.col("core_firms"),
            local_partners=nw.col("core_firms") + nw.col("supporting_firms"),
        )
        .rename({"institution_key": "party_key"})
    )


def _years_that_fit(parts: list[Lazy], most: int) -> list[int]:
    """Latest years whose rows fit together, and at least the last."""
    counts: dict[int, int] = {}
    for part in parts:
        of_year = part.group_by("year").agg(rows=nw.len()).collect()
        for year, rows in zip(of_year["year"].to_list(), of_year["rows"].to_list(), strict=True):
            counts[int(year)] = counts.get(int(year), 0) + int(rows)
    latest = sorted(counts, reverse=True)
    fits = np.cumsum([counts[year] for year in latest]) <= most
    return sorted(y for y, fit in zip(latest, fits, strict=True) if fit or y == latest[0])


def _reasons() -> list[pl.Expr]:
    """Columns reason_en, reason_zh_hant and reason_zh_hans."""
    numbers = {
        "suppliers": pl.col("local_suppliers"),
        "customers": pl.col("local_customers"),
        "share": (pl.col("local_tie_share") * 100).round(1),
        "pairs": pl.col("network_pairs"),
        "equal": pl.col("equal_share").round(1),
        "core_customers": pl.col("core_customers"),
        "core_suppliers": pl.col("core_suppliers"),
        "core_firms": pl.col("core_firms"),
        "supporting_firms": pl.col("supporting_firms"),
        "main": pl.coalesce("main_core_name", "main_core_id"),
    }
    words = {name: value.cast(pl.String).fill_null("-") for name, value in numbers.items()}
    found = []
    for at, suffix in enumerate(_SUFFIXES):
        lasting = pl.when(pl.col("is_lasting")).then(pl.lit(_LASTING[at])).otherwise(
            pl.lit(_ONCE[at])
        )  # fmt: skip
        sentence = pl.lit(None, dtype=pl.String)
        for code, text in _MADE_BY.items():
            filled = _filled(text[at], words | {"lasting": lasting})
            sentence = pl.when(pl.col("made_by") == code).then(filled).otherwise(sentence)
        found.append(sentence.alias(f"reason_{suffix}"))
    return found


def _filled(text: str, words: dict[str, pl.Expr]) -> pl.Expr:
    """Text with `{placeholders}` as an expression."""
    names = [part.split("}")[0] for part in text.split("{")[1:]]
    pattern = text
    for name in names:
        pattern = pattern.replace(f"{{{name}}}", "{}")
    return pl.format(pattern, *[words[name] for name in names])
