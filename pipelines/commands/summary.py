"""What `jiqun run` prints at its end: the verdicts, in the language of the dataset."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.table import Table

from geo.official_rules import PROFILES
from geo.vocabulary import CLASSES, Class, Language, Text
from pipelines.commands.printing import harmless, terminal

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd
    from rich.console import Console


__all__ = ["print_summary"]

_YEAR = Text("year", "年份", "年份")
_MAP = Text("Map", "地圖", "地图")
_REPORT = Text("Report", "報告", "报告")
_CELLS = Text("cells by class and year", "各年各類型單元數", "各年各类型单元数")
_RULES = Text(
    "cells that official rules call a cluster, of all cells of the class",
    "官方規則認定為集群的單元數／該類型單元數",
    "官方规则认定为集群的单元数／该类型单元数",
)
_MORE_AT_RISK = Text(
    "{} more fell at risk: transitions.parquet names them.",
    "另有 {} 個單元轉為有風險：見 transitions.parquet。",
    "另有 {} 个单元转为有风险：见 transitions.parquet。",
)
_MOST_SENTENCES = 5


def print_summary(out: Path, facts: dict[str, Any]) -> None:
    """Where the map is, and how many cells of each class there are in each year."""
    import pandas as pd

    language = Language(facts["parameters"]["language"])
    cells = pd.read_parquet(
        out / "region_industry_classification.parquet", columns=["year", "class"]
    )
    counts = cells.groupby(["year", "class"]).size().unstack(fill_value=0)
    table = Table(title=_CELLS.in_language(language))
    table.add_column(_YEAR.in_language(language))
    classes = [name for name in reversed(Class) if str(name) in counts.columns]
    for name in classes:
        table.add_column(CLASSES[name].label.in_language(language), justify="right")
    for year, row in counts.iterrows():
        table.add_row(str(year), *(f"{row[str(name)]:,}" for name in classes))
    console = terminal()
    console.print(table)
    _print_concordance(console, out, language)
    _print_at_risk(console, out, int(cells["year"].max()), language)
    for notice in facts["notices"]:
        console.print(harmless(f"! {Text(*notice).in_language(language)}"))
    for label, file in ((_MAP, "maps/jiqun.gpkg"), (_REPORT, "report/index.html")):
        console.print(harmless(f"{label.in_language(language)}: {out / file}"), soft_wrap=True)


def _print_concordance(console: Console, out: Path, language: Language) -> None:
    """Cells of each class of the latest year that each official rule calls a cluster."""
    import pandas as pd

    counts = pd.read_parquet(out / "profile_concordance.parquet")
    latest = counts[counts["year"] == counts["year"].max()]
    if not latest["cells_met"].any():
        return
    table = Table(title=f"{_RULES.in_language(language)}, {counts['year'].max()}")
    table.add_column("")
    classes = [name for name in reversed(Class) if (latest["class"] == str(name)).any()]
    for name in classes:
        table.add_column(CLASSES[name].label.in_language(language), justify="right")
    for rule, rows in latest.set_index("class").groupby("profile"):
        shown = (_of_cells(rows.loc[str(name)]) for name in classes)
        table.add_row(PROFILES[str(rule)].name.in_language(language), *shown)
    console.print(table)


def _of_cells(counts: pd.Series[int]) -> str:
    """Cells that meet a rule, of all; a question mark where none is known to, yet some might."""
    met, unknown = int(counts["cells_met"]), int(counts["cells_not_known"])
    cells = met + unknown + int(counts["cells_not_met"])
    return f"{'?' if unknown and not met else f'{met:,}'} / {cells:,}"


def _print_at_risk(console: Console, out: Path, year: int, language: Language) -> None:
    """Cells that fell at risk in the latest year, each in a sentence."""
    import pandas as pd

    from geo.classification.tables.class_transitions import falls_at_risk

    fallen = falls_at_risk(pd.read_parquet(out / "transitions.parquet"), year=year)
    sentences = fallen[f"sentence_{language.column_suffix}"].tolist()
    for sentence in sentences[:_MOST_SENTENCES]:
        console.print(harmless(f"! {sentence}"))
    if len(sentences) > _MOST_SENTENCES:
        more = _MORE_AT_RISK.in_language(language).format(len(sentences) - _MOST_SENTENCES)
        console.print(f"! {more}")
