"""`jiqun explain`: the evidence behind one verdict, in sentences and three small tables."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any

import pandas as pd
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from geo.vocabulary import CLASSES, STAGES, Class, Language, Text
from pipelines.cells import cell_of
from pipelines.commands.explain.explain_structure import print_structure
from pipelines.commands.explain.growth import print_growth
from pipelines.commands.explain.three_tests import tests_table
from pipelines.commands.numbers import is_known, percent
from pipelines.commands.printing import say

if TYPE_CHECKING:
    from pathlib import Path

    from pipelines.cells import Cell

__all__ = ["print_explanation", "print_verdict"]

_STAGE = Text("stage", "階段", "阶段")
_CONFIDENCE = Text("confidence", "置信度", "置信度")
_REDRAWN = Text(
    "{share} of worlds drawn again give the same class",
    "重抽樣中 {share} 判定相同",
    "重抽样中 {share} 判定相同",
)
_LEFT_OPEN = Text(
    "not known: the data leave the class open", "未知：資料不足以判定", "未知：数据不足以判定"
)
_BASIS = Text("basis", "依據", "依据")
_BASES = {
    "ties": Text("ties between firms", "企業間關聯", "企业间关联"),
    "flows": Text(
        "flows between regions, without a test: a potential, not ties",
        "區域間流量（無檢驗）：僅為潛力，並非關聯",
        "区域间流量（无检验）：仅为潜力，并非关联",
    ),
    "input_output": Text(
        "an input-output table: a potential, not ties",
        "投入產出表：僅為潛力，並非關聯",
        "投入产出表：仅为潜力，并非关联",
    ),
    "none": Text("none: collaboration is not known", "無：協作與否未知", "无：协作与否未知"),
}
_THRESHOLDS = Text("thresholds", "門檻", "门槛")
_STANDS = Text(
    "the class is the same under {share} of neighbouring thresholds",
    "移動門檻時 {share} 判定不變",
    "移动门槛时 {share} 判定不变",
)
_RESTS_ON = Text("; it rests on {names}", "；繫於{names}", "；系于{names}")
_JOINT = Text(", ", "、", "、")
_NAMES = {
    "significance": Text("the significance level", "顯著水平", "显著水平"),
    "location_quotient": Text("the location quotient", "區位商", "区位商"),
    "establishments": Text("the number of establishments", "企業數", "企业数"),
    "effective_establishments": Text("effective establishments", "等效企業數", "等效企业数"),
    "excess_local_share": Text("the excess local share", "本地超額占比", "本地超额占比"),
    "excess_ruled_out": Text(
        "the excess that must be ruled out", "須排除的超額幅度", "须排除的超额幅度"
    ),
    "null": Text(
        "what the ties are compared with (random matching or the usual reach)",
        "關聯的比較基準（隨機配對或通常範圍）",
        "关联的比较基准（随机配对或通常范围）",
    ),
    "locally_linked_share": Text(
        "firms with a stable local partner", "有穩定本地夥伴的企業占比", "有稳定本地伙伴的企业占比"
    ),
    "tie_persistence": Text("lasting ties", "關聯留存率", "关联留存率"),
    "tie_persistence_gain": Text(
        "the lead of lasting ties over the usual", "留存率高出通常的幅度", "留存率高出通常的幅度"
    ),
    "institution_tied_share": Text(
        "firms tied to institutions", "與機構有關聯的企業占比", "与机构有关联的企业占比"
    ),
    "institution_kind_reach": Text(
        "the reach of kinds of institution", "機構類別的覆蓋率", "机构类别的覆盖率"
    ),
}
_YEARS = Text("over the years", "歷年", "历年")
_MOST_CHANGES = 3


def print_explanation(
    out: Path, region: str, industry: str, *, year: int | None, language: Language
) -> None:
    """Print the verdict on a cell, its reason, the tests, its years, growth and structure.

    Raises
    ------
    pipelines.cells.ResultsError
        As `cell_of`.
    """
    cell = cell_of(out, region, industry, year=year, language=language)
    console = Console()
    print_verdict(console, cell, language)
    console.print(_standing(cell, language))
    console.print(tests_table(cell, language))
    _print_years(console, cell, language)
    print_growth(console, cell, language)
    print_structure(console, out, cell.row, language)


def print_verdict(console: Console, cell: Cell, language: Language) -> None:
    """Print the class of a cell and the reason of it."""
    label = CLASSES[Class(str(cell.row["class"]))].label.in_language(language)
    console.print(f"{escape(cell.title(language))}: [bold]{label}[/bold]", highlight=False)
    reason = str(cell.row[f"reason_{language.column_suffix}"])
    say(console, reason)


def _standing(cell: Cell, language: Language) -> Table:
    """How firmly the class stands: stage, confidence, basis, and thresholds it rests on."""
    row = cell.row
    stage = str(row["stage"]) if is_known(row["stage"]) else "not_known"
    confidence = _LEFT_OPEN.in_language(language)
    if is_known(row["confidence"]):
        share = percent(row["confidence"])
        confidence = _REDRAWN.in_language(language).format(share=share)
    grid = Table.grid(padding=(0, 2))
    for name, value in (
        (_STAGE, STAGES[stage].in_language(language)),
        (_CONFIDENCE, confidence),
        (_BASIS, _BASES[str(row["basis"])].in_language(language)),
        (_THRESHOLDS, _thresholds(row, language)),
    ):
        grid.add_row(f"  {name.in_language(language)}", value)
    return grid


def _thresholds(row: pd.Series[Any], language: Language) -> str:
    text = _STANDS.in_language(language).format(share=percent(row["threshold_agreement"]))
    if not is_known(row["rests_on"]):
        return text
    names = [_NAMES[name].in_language(language) for name in str(row["rests_on"]).split(",")]
    joint = _JOINT.in_language(language).join(names)
    return text + _RESTS_ON.in_language(language).format(names=joint)


def _print_years(console: Console, cell: Cell, language: Language) -> None:
    """Print the classes over the years, and a sentence for the latest changes."""
    years = zip(cell.years["year"], cell.years["class"], strict=True)
    spans = []
    for name, group in groupby(years, key=lambda pair: pair[1]):
        span = [int(year) for year, _ in group]
        shown = str(span[0]) if len(span) == 1 else f"{span[0]}–{span[-1]}"
        spans.append(f"{shown} {CLASSES[Class(str(name))].label.in_language(language)}")
    colon = ": " if language is Language.EN else "："
    text = f"{_YEARS.in_language(language)}{colon}{' → '.join(spans)}"
    say(console, text[:1].upper() + text[1:])
    file = cell.out / "transitions.parquet"
    if not file.exists():
        return
    where = [(key, "==", cell.row[key]) for key in ("region_id", "industry")]
    changes = pd.read_parquet(file, filters=where).sort_values("year").tail(_MOST_CHANGES)
    for sentence in changes[f"sentence_{language.column_suffix}"]:
        say(console, sentence, indent=2)
