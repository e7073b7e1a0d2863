"""What `jiqun explain` says of structure: the core firms of a cell by name, and its form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
from rich.markup import escape

from geo.vocabulary import SHAPES, Language, Text
from pipelines.commands.printing import say, table_of

if TYPE_CHECKING:
    from pathlib import Path

    from rich.console import Console

__all__ = ["print_structure"]

_MOST_FIRMS = 10
_SUMMARY = Text(
    "Structure: core firms {core}, supporting firms {supporting}, supporting "
    "institutions {institutions}; {shape}.",
    "結構：核心企業 {core} 家，配套企業 {supporting} 家，支撐機構 {institutions} 家；{shape}。",
    "结构：核心企业 {core} 家，配套企业 {supporting} 家，支撑机构 {institutions} 家；{shape}。",
)
_SHAPE = Text("form: {shape}", "形態：{shape}", "形态：{shape}")
_NO_SHAPE = Text(
    "too few local ties for a form", "本地關聯過少，形態不明", "本地关联过少，形态不明"
)
_NOT_KNOWN = Text("not known", "未知", "未知")
_UNKNOWN = Text(
    "Structure is not known: the year has no supply ties from firm to firm.",
    "結構未知：該年無企業對企業的供應關聯資料。",
    "结构未知：该年无企业对企业的供应关联数据。",
)
_CORE = Text("core firm", "核心企業", "核心企业")
_WHY = Text("what makes it so", "判定依據", "判定依据")
_SUPPORTED = Text(
    "Core firms of other industries here that its firms support: {names}.",
    "其企業所配套的本地其他行業核心企業：{names}。",
    "其企业所配套的本地其他行业核心企业：{names}。",
)


def print_structure(console: Console, out: Path, row: pd.Series[Any], language: Language) -> None:
    """Print the tiers of a cell in numbers, and its core firms by name.

    Prints nothing for results that were made before there were tiers.
    """
    file = out / "party_tiers.parquet"
    if not file.exists():
        return
    if pd.isna(row["core_firms"]):
        say(console, _UNKNOWN.in_language(language))
        return
    say(console, _summary(row, language))
    here = [("region_id", "==", row["region_id"]), ("year", "==", int(row["year"]))]
    tiers = pd.read_parquet(file, filters=here)
    of_cell = tiers[tiers["industry"] == row["industry"]]
    core = of_cell[of_cell["tier"] == "core"].head(_MOST_FIRMS)
    if len(core):
        table = table_of(((_CORE, "left"), (_WHY, "left")), language)
        for firm in core.to_dict("records"):
            table.add_row(escape(_name(firm)), firm[f"reason_{language.column_suffix}"])
        console.print(table)
    main = of_cell["main_core_id"].dropna().unique()
    others = tiers[tiers["party_id"].isin(main) & (tiers["industry"] != row["industry"])]
    if len(others):
        most = others.sort_values("local_partners", ascending=False, kind="stable")
        names = ", ".join(_name(firm) for firm in most.head(_MOST_FIRMS).to_dict("records"))
        said = _SUPPORTED.in_language(language).format(names=names)
        say(console, said)


def _summary(row: pd.Series[Any], language: Language) -> str:
    shape = _NO_SHAPE.in_language(language)
    if not pd.isna(row["shape"]):
        word = SHAPES[str(row["shape"])].in_language(language)
        shape = _SHAPE.in_language(language).format(shape=word)
    numbers = {
        name: _NOT_KNOWN.in_language(language) if pd.isna(row[column]) else f"{row[column]:,}"
        for name, column in (
            ("core", "core_firms"),
            ("supporting", "supporting_firms"),
            ("institutions", "supporting_institutions"),
        )
    }
    return _SUMMARY.in_language(language).format(shape=shape, **numbers)


def _name(firm: dict[str, Any]) -> str:
    """Name of a firm with its id; the id alone where it has no name."""
    if pd.isna(firm["party_name"]):
        return str(firm["party_id"])
    return f"{firm['party_name']} ({firm['party_id']})"
