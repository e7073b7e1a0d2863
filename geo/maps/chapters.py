"""Chapters of the report in the order of its story, and the contents that lead to them.

What belongs here: which section stands in which chapter, and what a chapter without any says.
What does not: what the sections show (`geo.maps.report_sections`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from geo.vocabulary import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from geo.maps.sections import Section

__all__ = ["Chapter", "chapters"]


@dataclass(frozen=True, kw_only=True)
class Chapter:
    """One chapter of the page, in all languages."""

    key: str
    """Anchor in the page."""
    title: Text
    sections: Sequence[Section] = ()
    nothing: Text | None = None
    """Why there is nothing to show; None where there is."""


def chapters(sections: Iterable[Section], *, year: int) -> list[Chapter]:
    """Sections in their chapters, every chapter of the story in its place.

    Parameters
    ----------
    sections : iterable of Section
        In any order.
    year : int
        Year that the page speaks of.

    Returns
    -------
    list of Chapter
        All chapters; one without sections has a sentence that says why.

    Raises
    ------
    KeyError
        If a section has no chapter.
    """
    made = {section.key: section for section in sections}
    homeless = set(made) - {key for _, keys, _ in _STORY.values() for key in keys}
    if homeless:
        raise KeyError(*sorted(homeless))
    told = []
    for key, (title, keys, nothing) in _STORY.items():
        mine = [made[k] for k in keys if k in made]
        why = None if mine or nothing is None else Text(*(w.format(year=year) for w in nothing))
        told.append(Chapter(key=key, title=title, sections=mine, nothing=why))
    return told


_STORY: dict[str, tuple[Text, tuple[str, ...], Text | None]] = {
    "verdict": (Text("Verdict", "判定", "判定"), ("transitions",), None),
    "concentration": (
        Text("Concentration", "集聚", "集聚"),
        (
            "industries-of-interest",
            "industry-distances",
            "industry-pairs",
            "region-specialisation",
        ),
        None,
    ),
    "linkage": (
        Text("Linkage", "關聯", "关联"),
        ("functional-clusters", "region-chain-classification", "tie-survival"),
        Text(
            "Nothing can be shown of who lives off whom in {year}: ties between firms are missing "
            "or too few.",
            "{year} 年企業間關聯缺失或過少，無從顯示誰與誰相互依存。",
            "{year} 年企业间关联缺失或过少，无从显示谁与谁相互依存。",
        ),
    ),
    "ecosystem": (
        Text("Ecosystem", "生態", "生态"),
        ("institutions",),
        Text(
            "Nothing can be shown of institutions in {year}: no concentrated or collaborating "
            "industry has known ties with one.",
            "{year} 年集聚或協作的行業均無已知的機構關聯，無從顯示機構生態。",
            "{year} 年集聚或协作的行业均无已知的机构关联，无从显示机构生态。",
        ),
    ),
    "structure": (
        Text("Structure", "結構", "结构"),
        ("networks", "party-tiers"),
        Text(
            "Core firms and forms of networks need lasting local ties between firms; none are "
            "known for {year}, or too few.",
            "核心企業與網絡形態須有穩定的本地關聯；{year} 年未知或過少。",
            "核心企业与网络形态须有稳定的本地关联；{year} 年未知或过少。",
        ),
    ),
    "shocks": (
        Text("Resilience", "韌性", "韧性"),
        ("resilience",),
        Text(
            "A shock can be simulated only where ties between firms are known, enough of them to "
            "shuffle; in {year} that is nowhere.",
            "僅當企業間關聯已知且足以打亂重排時方可模擬衝擊；{year} 年無一單元符合。",
            "仅当企业间关联已知且足以打乱重排时方可模拟冲击；{year} 年无一单元符合。",
        ),
    ),
    "origins": (
        Text("Formation", "成因", "成因"),
        ("formation",),
        Text(
            "What locations go with is not known for {year}: that needs outside drivers or an "
            "input-output table, and regions enough.",
            "{year} 年區位與何相伴未知：須有外部因素資料或投入產出表，且區域足夠多。",
            "{year} 年区位与何相伴未知：须有外部因素数据或投入产出表，且区域足够多。",
        ),
    ),
    "input-output": (
        Text("Input and output", "投入產出", "投入产出"),
        ("industry-linkages",),
        Text(
            "No input-output table that can be inverted is given for {year}, so no industry's "
            "pull or push is known.",
            "{year} 年無可求逆的投入產出表，行業的拉動與推動未知。",
            "{year} 年无可求逆的投入产出表，行业的拉动与推动未知。",
        ),
    ),
    "sensitivity": (
        Text("Sensitivity", "敏感性", "敏感性"),
        ("thresholds",),
        Text(
            "No verdict of {year} was tried under other thresholds.",
            "{year} 年的判定未以其他門檻重試。",
            "{year} 年的判定未以其他门槛重试。",
        ),
    ),
    "rules": (
        Text("Official rules", "官方規則", "官方规则"),
        ("profile-concordance",),
        Text(
            "Rules of others are set beside clusters and agglomerations; {year} has none.",
            "他方規則僅與集群、集聚並列對照；{year} 年兩者皆無。",
            "他方规则仅与集群、集聚并列对照；{year} 年两者皆无。",
        ),
    ),
    "quality": (Text("Data quality", "資料質量", "数据质量"), (), None),
    "how": (Text("How to read it", "閱讀說明", "阅读说明"), (), None),
}
"""Title, sections and what is said without any, by anchor."""
