"""What the commands print: a dataset's rows and faults, a run's verdicts, in its language."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.table import Table

from geo.official_rules import PROFILES
from geo.vocabulary import CLASSES, REPAIRS, Class, Language, Text
from pipelines.printing import harmless, say, terminal

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd
    from rich.console import Console

    from geo.dataset import Dataset

__all__ = ["print_dataset", "print_summary"]

_TABLE = Text("table", "表", "表")
_READ = Text("read", "讀入", "读入")
_USED = Text("used", "使用", "使用")
_REJECTED = Text("rejected", "拒絕", "拒绝")
_YEAR = Text("year", "年份", "年份")
_USABLE = Text("This dataset can be used.", "該資料集可用。", "该数据集可用。")
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
_WIDEST = 18
_ROWS = Text("rows", "行", "行")
_FINDING = (
    (Text("#", "#", "#"), "left"),
    (_TABLE, "left"),
    (Text("column", "欄", "列"), "left"),
    (Text("first value", "首個值", "首个值"), "left"),
    (Text("in row", "所在行", "所在行"), "right"),
    (Text("rows", "行數", "行数"), "right"),
    (Text("share", "占比", "占比"), "right"),
    (Text("jobs", "就業占比", "就业占比"), "right"),
)


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

    from geo.classification.transitions import falls_at_risk

    fallen = falls_at_risk(pd.read_parquet(out / "transitions.parquet"), year=year)
    sentences = fallen[f"sentence_{language.column_suffix}"].tolist()
    for sentence in sentences[:_MOST_SENTENCES]:
        console.print(harmless(f"! {sentence}"))
    if len(sentences) > _MOST_SENTENCES:
        more = _MORE_AT_RISK.in_language(language).format(len(sentences) - _MOST_SENTENCES)
        console.print(f"! {more}")


def print_dataset(dataset: Dataset) -> None:
    """Rows read, used and rejected by table and reason, and what else to know."""
    language = dataset.settings.language
    console = terminal()
    table = Table(title=harmless(str(dataset.folder)))
    for text, justify in (
        (_TABLE, "left"),
        (_READ, "right"),
        (_USED, "right"),
        (_REJECTED, "right"),
    ):
        table.add_column(text.in_language(language), justify=justify)  # type: ignore[arg-type]
    for row in dataset.reconciliation.to_dict("records"):
        table.add_row(
            harmless(f"{row['table']} ({row['file']})"),
            *(f"{int(row[f'rows_{name}']):,}" for name in ("read", "used", "rejected")),
        )
    console.print(table)
    _print_findings(console, dataset, language)
    for notice in dataset.notices:
        console.print(harmless(f"! {notice.in_language(language)}"))
    console.print(_USABLE.in_language(language))


def _print_findings(console: Console, dataset: Dataset, language: Language) -> None:
    """Table of every kind of fault and gap; below it, by number, why and what to do."""
    if dataset.findings:
        table = Table()
        for text, justify in _FINDING:
            table.add_column(text.in_language(language), justify=justify)  # type: ignore[arg-type]
        for number, found in enumerate(dataset.findings, start=1):
            jobs = "" if found.jobs is None else f"{found.jobs:.0%}"
            value = f"{found.value[:_WIDEST]}{'…' * (len(found.value) > _WIDEST)}"
            told = (
                f"{number} {'~' if found.is_used else '✗'}", found.table, found.column, value,
                f"{found.row:,}", f"{found.rows:,}", f"{found.share:.1%}", jobs,
            )  # fmt: skip
            table.add_row(*map(harmless, told))
        console.print(table)
    for number, found in enumerate(dataset.findings, start=1):
        why, what = (text.in_language(language) for text in (found.why, found.advice))
        say(console, harmless(f"{number} {why}. → {what}."))
    for row in dataset.repairs.to_dict("records"):
        if row["code"] != "value_not_read":
            why = REPAIRS[row["code"]].in_language(language)
            say(console, f"✓ {row['table']}: {row['rows']:,} {_ROWS.in_language(language)}: {why}")
