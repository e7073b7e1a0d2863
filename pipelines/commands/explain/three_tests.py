"""The three tests of one cell as a table: what was measured, its floor, what chance would give."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd

from geo.classification.counterfactuals.cluster_requirements import requirements
from geo.vocabulary import Language, Text
from pipelines.cells import evidence_of
from pipelines.commands.numbers import chance, decimals, interval, is_known, percent, whole
from pipelines.commands.printing import table_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.table import Table

    from geo.settings import Thresholds
    from pipelines.cells import Cell

__all__ = ["answer_word", "tests_table"]

_YES, _NO = Text("yes", "是", "是"), Text("no", "否", "否")
_NOT_KNOWN = Text("not known", "未知", "未知")
_HEADS = (
    Text("test", "檢驗", "检验"),
    Text("measured", "實測", "实测"),
    Text("floor", "門檻", "门槛"),
    Text("usual", "通常水平", "通常水平"),
    Text("answer", "回答", "回答"),
)
_TITLES = {
    "is_concentrated": Text("A. Concentration", "甲、集聚", "甲、集聚"),
    "is_collaborating": Text("B. Collaboration", "乙、協作", "乙、协作"),
    "has_ecosystem": Text("C. Ecosystem of institutions", "丙、機構生態", "丙、机构生态"),
}
_OF = Text("{part} of {whole}", "{whole} 中 {part}", "{whole} 中 {part}")
_ACROSS = Text(
    "together with {region}, across the border", "與 {region} 跨界合計", "与 {region} 跨界合计"
)
_LABELS = {
    "establishments": Text("establishments", "企業數", "企业数"),
    "location_quotient": Text("location quotient", "區位商", "区位商"),
    "against_rest": Text("against the rest", "相對其餘區域", "相对其余区域"),
    "jobs_quotient": Text("location quotient, jobs", "區位商（就業）", "区位商（就业）"),
    "effective": Text("effective establishments", "等效企業數", "等效企业数"),
    "local_ties": Text("local supply ties", "本地供應關聯", "本地供应关联"),
    "hour": Text("supply ties within an hour", "一小時內的供應關聯", "一小时内的供应关联"),
    "excess": Text("excess local share", "本地超額占比", "本地超额占比"),
    "without_hub": Text("the same without its hub", "去掉最大樞紐後", "去掉最大枢纽后"),
    "linked": Text("firms with stable partners", "有穩定本地夥伴的企業", "有稳定本地伙伴的企业"),
    "lasting": Text("local ties that last", "持續的本地關聯", "持续的本地关联"),
    "knowledge_ties": Text("local knowledge ties", "本地知識關聯", "本地知识关联"),
    "knowledge_excess": Text("excess local share of these", "其本地超額占比", "其本地超额占比"),
    "knowledge_linked": Text(
        "firms with local partners in it", "有此類本地夥伴的企業", "有此类本地伙伴的企业"
    ),
    "knowledge_lasting": Text("... that have one again", "其後再有者", "其后再有者"),
    "tied": Text("firms tied to institutions", "與機構有關聯的企業", "与机构有关联的企业"),
    "innovation": Text("... of one innovation kind", "與同一類創新機構", "与同一类创新机构"),
    "service": Text("... of one service kind", "與同一類服務機構", "与同一类服务机构"),
    "inputs": Text("inputs that could be local", "本地可供投入", "本地可供投入"),
    "outputs": Text("sales that could be local", "本地可吸收產出", "本地可吸收产出"),
    "complete": Text(
        "main inputs made here",
        "主要投入由本地生產",
        "主要投入由本地生产",
    ),
}
_POTENTIAL = Text(
    "By the input-output table",
    "據投入產出表",
    "据投入产出表",
)
_ITEMS = {
    "effective": "effective_plants",
    "excess": "local_ties",
    "without_hub": "local_ties_without_hub",
    "linked": "linked_firms",
    "lasting": "lasting_ties",
    "knowledge_excess": "local_knowledge_ties",
    "knowledge_linked": "knowledge_firms",
    "knowledge_lasting": "lasting_exchange",
    "tied": "tied_firms",
    "innovation": "innovation_firms",
    "service": "service_firms",
}
"""Tests that are one item of what a cluster asks."""


class _Effect(NamedTuple):
    """One line of the table."""

    label: str
    measured: str
    floor: str = ""
    by_chance: str = ""


def tests_table(cell: Cell, language: Language) -> Table:
    """Table of the three questions on a cell, with their effects.

    A question of which nothing is known stands there without effects.
    """
    row, thresholds = cell.row, cell.thresholds
    sides = ("left", "right", "right", "right", "left")
    table = table_of(zip(_HEADS, sides, strict=True), language)
    cells, at = evidence_of(cell) if cell.has_tables else (row.to_frame().T, 0)
    asked = requirements(cells, thresholds, at=at).set_index("item")["is_met"]
    answers = {label: asked[item] for label, item in _ITEMS.items() if item in asked.index}
    answers |= _concentration_answers(row, thresholds)
    for question, effects in _EFFECTS.items():
        title = _TITLES[question]
        word = answer_word(row[question], language)
        table.add_row(f"[bold]{title.in_language(language)}[/bold]", "", "", "", f"[bold]{word}[/]")
        for effect in effects(row, thresholds, language):
            answer = answers.get(effect.label)
            table.add_row(
                f"  {_LABELS[effect.label].in_language(language)}",
                *effect[1:],
                "" if answer is None else answer_word(answer, language),
            )
        if question == "is_collaborating" and is_known(row["region_across"]):
            across = _ACROSS.in_language(language).format(region=row["region_across"])
            table.add_row(f"  {across}", "", "", "", _YES.in_language(language))
        table.add_section()
    if row["basis"] == "input_output":
        _add_potential(table, row, language)
    return table


def answer_word(value: object, language: Language) -> str:
    """Yes, no or not known."""
    if not is_known(value):
        return _NOT_KNOWN.in_language(language)
    return (_YES if value else _NO).in_language(language)


def _concentration_answers(row: pd.Series[Any], thresholds: Thresholds) -> dict[str, object]:
    """Whether there are plants enough, and whether plants and jobs are more than their share."""
    plants = row["establishments"]
    enough = plants >= thresholds.establishments if is_known(plants) else pd.NA
    if row["is_concentrated"] is pd.NA:
        return {"establishments": enough}
    by = row["concentrated_by"]
    if by == "output" or not is_known(plants):
        return {"establishments": enough}
    return {
        "establishments": enough,
        "location_quotient": by in {"plants", "both"},
        "jobs_quotient": by in {"jobs", "both"},
    }


def _concentration(row: pd.Series[Any], thresholds: Thresholds, _: Language) -> list[_Effect]:
    plants = whole(row["establishments"])
    if not is_known(row["establishments"]) and is_known(row["establishments_most"]):
        plants = f"{whole(row['establishments_least'])}–{whole(row['establishments_most'])}"
    floor = f"≥ {decimals(thresholds.location_quotient)}"
    effects = [
        _Effect("establishments", plants, f"≥ {thresholds.establishments:,}"),
        _Effect(
            "location_quotient",
            _with_bounds(row, "location_quotient", decimals),
            floor,
            f"1; q {chance(row['concentration_q'])}",
        ),
    ]
    asked = row["location_quotient_asked"]
    if is_known(asked) and asked != row["location_quotient"]:
        effects.append(
            _Effect("against_rest", decimals(row["location_quotient_asked"]), floor, "1")
        )
    if is_known(row["location_quotient_employment"]):
        jobs = _with_bounds(row, "location_quotient_employment", decimals)
        effects.append(_Effect("jobs_quotient", jobs, floor, "1"))
    effective = decimals(row["effective_establishments"], 1)
    fewest = f"≥ {thresholds.effective_establishments:g}"
    return [*effects, _Effect("effective", effective, fewest)]


def _collaboration(
    row: pd.Series[Any], thresholds: Thresholds, language: Language
) -> list[_Effect]:
    effects = []
    floor = f"≥ {percent(thresholds.excess_local_share)}"
    broad = f"≥ {percent(thresholds.locally_linked_share)}"
    lasting = f"≥ {percent(thresholds.tie_persistence)}"
    part = _OF.in_language(language).format
    if is_known(row["supply_ties"]):
        effects += [
            _Effect(
                "local_ties",
                part(part=whole(row["local_supply_ties"]), whole=whole(row["supply_ties"])),
                by_chance=decimals(row["usual_local_supply_ties"], 1),
            ),
            _Effect("hour", percent(row["within_hour_share"])),
            _Effect(
                "excess",
                _with_bounds(row, "excess_local_share", percent),
                floor,
                f"q {chance(row['reach_q'])}",
            ),
            _Effect(
                "without_hub",
                percent(row["excess_local_share_without_hub"]),
                floor,
                f"p {chance(row['reach_p_without_hub'])}",
            ),
            _Effect(
                "linked",
                _with_bounds(row, "locally_linked_share", percent),
                broad,
                percent(row["usual_linked_share"]),
            ),
            _Effect(
                "lasting",
                _with_bounds(row, "tie_persistence", percent),
                lasting,
                percent(row["persistence_base_rate"]),
            ),
        ]
    elif is_known(row["excess_local_share"]):
        # Of flows there is an effect alone.
        effects.append(_Effect("excess", percent(row["excess_local_share"])))
    if is_known(row["knowledge_ties"]) and row["knowledge_ties"] > 0:
        effects += [
            _Effect(
                "knowledge_ties",
                part(part=whole(row["local_knowledge_ties"]), whole=whole(row["knowledge_ties"])),
                by_chance=decimals(row["usual_local_knowledge_ties"], 1),
            ),
            _Effect(
                "knowledge_excess",
                _with_bounds(row, "knowledge_excess_local_share", percent),
                floor,
                f"q {chance(row['knowledge_reach_q'])}",
            ),
            _Effect(
                "knowledge_linked",
                percent(row["knowledge_linked_share"]),
                broad,
                percent(row["usual_knowledge_linked_share"]),
            ),
            _Effect("knowledge_lasting", percent(row["knowledge_persistence"]), lasting),
        ]
    return effects


def _ecosystem(row: pd.Series[Any], thresholds: Thresholds, _: Language) -> list[_Effect]:
    if not is_known(row["institution_tied_share"]):
        return []
    reach = f"≥ {percent(thresholds.institution_kind_reach)}"
    return [
        _Effect(
            "tied",
            _with_bounds(row, "institution_tied_share", percent),
            f"≥ {percent(thresholds.institution_tied_share)}",
            f"q {chance(row['institution_q'])}",
        ),
        _Effect("innovation", percent(row["innovation_kind_reach"]), reach),
        _Effect("service", percent(row["service_kind_reach"]), reach),
    ]


_EFFECTS: dict[str, Callable[[pd.Series[Any], Thresholds, Language], list[_Effect]]] = {
    "is_concentrated": _concentration,
    "is_collaborating": _collaboration,
    "has_ecosystem": _ecosystem,
}


def _add_potential(table: Table, row: pd.Series[Any], language: Language) -> None:
    table.add_row(f"[bold]{_POTENTIAL.in_language(language)}[/bold]")
    for label, column in (
        ("complete", "chain_completeness_value"),
        ("inputs", "local_input_coverage"),
        ("outputs", "local_output_coverage"),
    ):
        table.add_row(f"  {_LABELS[label].in_language(language)}", percent(row[column]))


def _with_bounds(row: pd.Series[Any], column: str, shown: Callable[[float], str]) -> str:
    ends = (shown(row[f"{column}_{end}"]).removesuffix(" %") for end in ("low", "high"))
    return shown(row[column]) + interval(*ends)
