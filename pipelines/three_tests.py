"""The three tests of one cell as a table: what was measured, its floor, what chance would give."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd

from geo.classification.requirements import requirements
from geo.vocabulary import Language, Text
from pipelines.numbers import chance, decimals, interval, is_known, percent, whole
from pipelines.printing import table_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.table import Table

    from geo.settings import Thresholds

__all__ = ["answer_word", "tests_table"]

_YES, _NO = Text("yes", "是", "是"), Text("no", "否", "否")
_NOT_KNOWN = Text("not known", "未知", "未知")
_HEADS = (
    Text("test", "檢驗", "检验"),
    Text("measured", "實測", "实测"),
    Text("floor", "門檻", "门槛"),
    Text("by chance", "隨機水平", "随机水平"),
    Text("answer", "回答", "回答"),
)
_TITLES = {
    "is_concentrated": Text("A. Concentration", "甲、集聚", "甲、集聚"),
    "is_collaborating": Text("B. Collaboration", "乙、協作", "乙、协作"),
    "has_ecosystem": Text("C. Ecosystem of institutions", "丙、機構生態", "丙、机构生态"),
}
_OF = Text("{part} of {whole}", "{whole} 中 {part}", "{whole} 中 {part}")
_USUAL = Text("usual {share}", "通常 {share}", "通常 {share}")
_ACROSS = Text(
    "together with {region}, across the border", "與 {region} 跨界合計", "与 {region} 跨界合计"
)
_LABELS = {
    "establishments": Text("establishments", "企業數", "企业数"),
    "location_quotient": Text("location quotient", "區位商", "区位商"),
    "effective": Text("effective establishments", "等效企業數", "等效企业数"),
    "local_ties": Text("local supply ties", "本地供應關聯", "本地供应关联"),
    "hour": Text("supply ties within an hour", "一小時內的供應關聯", "一小时内的供应关联"),
    "matching": Text("degree of matching", "本地配套程度", "本地配套程度"),
    "without_hub": Text("the same without its hub", "去掉最大樞紐後", "去掉最大枢纽后"),
    "distance": Text(
        "local ties beyond distance", "超出交易距離的本地關聯", "超出交易距离的本地关联"
    ),
    "linked": Text("firms with stable partners", "有穩定本地夥伴的企業", "有稳定本地伙伴的企业"),
    "lasting": Text("local ties lasting a year", "一年後仍在的本地關聯", "一年后仍在的本地关联"),
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
    "matching": "local_ties",
    "without_hub": "local_ties_without_hub",
    "distance": "distance",
    "linked": "linked_firms",
    "lasting": "lasting_ties",
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


def tests_table(row: pd.Series[Any], thresholds: Thresholds, language: Language) -> Table:
    """Table of the three questions on a row of the classification, with their effects.

    A question of which nothing is known stands there without effects.
    """
    sides = ("left", "right", "right", "right", "left")
    table = table_of(zip(_HEADS, sides, strict=True), language)
    asked = requirements(row.to_frame().T, thresholds, at=0).set_index("item")["is_met"]
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
    """Whether there are plants enough, and whether they are more than chance and share bring."""
    plants, quotient = row["establishments"], row["location_quotient"]
    parts = (quotient, row["location_quotient_low"], row["concentration_q"])
    beyond: object = pd.NA
    if all(is_known(part) for part in parts):
        beyond = (
            quotient >= thresholds.location_quotient
            and row["location_quotient_low"] > 1
            and row["concentration_q"] <= thresholds.significance
        )
    enough = plants >= thresholds.establishments if is_known(plants) else pd.NA
    return {"establishments": enough, "location_quotient": beyond}


def _concentration(row: pd.Series[Any], thresholds: Thresholds, _: Language) -> list[_Effect]:
    plants = whole(row["establishments"])
    if not is_known(row["establishments"]) and is_known(row["establishments_least"]):
        plants = f"{whole(row['establishments_least'])}–{whole(row['establishments_most'])}"
    quotient = decimals(row["location_quotient"])
    bounds = (decimals(row[f"location_quotient_{end}"]) for end in ("low", "high"))
    return [
        _Effect("establishments", plants, f"≥ {thresholds.establishments:,}"),
        _Effect(
            "location_quotient",
            quotient + interval(*bounds),
            f"≥ {decimals(thresholds.location_quotient)}",
            f"1; q {chance(row['concentration_q'])}",
        ),
        _Effect(
            "effective",
            decimals(row["effective_establishments"], 1),
            f"≥ {thresholds.effective_establishments:g}",
        ),
    ]


def _collaboration(
    row: pd.Series[Any], thresholds: Thresholds, language: Language
) -> list[_Effect]:
    if not is_known(row["supply_ties"]):
        return []
    local, ties = whole(row["local_supply_ties"]), whole(row["supply_ties"])
    floor = f"≥ {decimals(thresholds.matching_degree)}"
    effects = [
        _Effect(
            "local_ties",
            _OF.in_language(language).format(part=local, whole=ties),
            by_chance=decimals(row["expected_local_supply_ties"], 1),
        ),
        _Effect("hour", percent(row["within_hour_share"])),
        _Effect(
            "matching",
            _with_bounds(row, "matching_degree", decimals),
            floor,
            f"0; q {chance(row['matching_q'])}",
        ),
        _Effect(
            "without_hub",
            decimals(row["matching_degree_without_hub"]),
            floor,
            f"0; q {chance(row['matching_q_without_hub'])}",
        ),
        _Effect(
            "linked",
            _with_bounds(row, "locally_linked_share", percent),
            f"≥ {percent(thresholds.locally_linked_share)}",
        ),
        _Effect(
            "lasting",
            _with_bounds(row, "tie_persistence", percent),
            f"≥ {percent(thresholds.tie_persistence)}",
            _USUAL.in_language(language).format(share=percent(row["persistence_base_rate"])),
        ),
    ]
    if thresholds.asks_distance:
        expected = decimals(row["expected_local_supply_ties_distance"], 1)
        by_distance = f"{expected}; q {chance(row['distance_q'])}"
        effects.insert(3, _Effect("distance", local, by_chance=by_distance))
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
