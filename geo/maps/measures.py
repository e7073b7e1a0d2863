"""Which columns of the results the page shows, under which name, in which form.

The one table to change when a result gains or loses a column. A column that a result does not
have, or that is known of no cell, is not offered.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from geo.vocabulary import Class, Text

if TYPE_CHECKING:
    from collections.abc import Collection

    import numpy.typing as npt
    import pandas as pd

    from geo.settings import Thresholds

__all__ = [
    "FLIP_COLUMNS",
    "MANY",
    "MEASURES",
    "QUESTIONS",
    "Form",
    "Kept",
    "Measure",
    "columns_shown",
    "is_kept",
]

MANY = 60_000
"""Number of cells above which details are kept of some only."""

Form = Literal["words", "count", "amount", "quotient", "share", "number", "chance"]
Kept = Literal["all", "tested", "spoken", "significant"]
"""Of a large dataset, the cells whose value the page keeps: all; those that have plants enough to
be tested or any class but dispersed; those of any class but dispersed; those whose local Moran is
significant."""


@dataclass(frozen=True, kw_only=True)
class Measure:
    """One thing that the page tells of a cell."""

    column: str
    form: Form
    label: Text
    question: Literal["size", "A", "B", "C", "potential", "verdict"]
    """Part of the evidence card that it stands in."""
    low: str | None = None
    high: str | None = None
    """Columns of its interval."""
    floor: str | None = None
    """Field of the thresholds that says how much is asked for."""
    whole: str | None = None
    """Column that it is a part of."""
    usual: str | None = None
    """Column of what chance, or the usual, would give."""
    chance: str | None = None
    """Column of the chance of so much."""
    on_map: bool = False
    in_table: bool = False
    kept: Kept = "all"
    instead_of: str | None = None
    """Column that this one replaces where both are there."""


MEASURES = (
    Measure(
        column="class",
        form="words",
        label=Text("class", "類型", "类型"),
        question="verdict",
        on_map=True,
        in_table=True,
    ),
    Measure(
        column="establishments",
        form="count",
        label=Text("establishments", "企業數", "企业数"),
        question="A",
        floor="establishments",
        on_map=True,
        in_table=True,
    ),
    Measure(
        column="employment",
        form="amount",
        label=Text("jobs", "就業", "就业"),
        question="size",
        on_map=True,
        in_table=True,
    ),
    Measure(
        column="location_quotient",
        form="quotient",
        label=Text("location quotient, by plants", "區位商（按企業）", "区位商（按企业）"),
        question="A",
        low="location_quotient_low",
        high="location_quotient_high",
        floor="location_quotient",
        chance="concentration_q",
        on_map=True,
        in_table=True,
    ),
    Measure(
        column="location_quotient_employment",
        form="quotient",
        label=Text("location quotient, by jobs", "區位商（按就業）", "区位商（按就业）"),
        question="A",
        low="location_quotient_employment_low",
        high="location_quotient_employment_high",
        on_map=True,
        in_table=True,
    ),
    Measure(
        column="concentrated_by",
        form="words",
        label=Text("concentrated by", "集聚依據", "集聚依据"),
        question="A",
    ),
    Measure(
        column="effective_establishments",
        form="number",
        label=Text("effective establishments", "等效企業數", "等效企业数"),
        question="A",
        floor="effective_establishments",
        kept="tested",
    ),
    Measure(
        column="local_moran_i",
        form="number",
        label=Text("local Moran's I", "局部莫蘭指數", "局部莫兰指数"),
        question="A",
        chance="local_moran_q",
        kept="significant",
    ),
    Measure(
        column="local_moran_quadrant",
        form="words",
        label=Text("local Moran", "局部莫蘭", "局部莫兰"),
        question="A",
        on_map=True,
        kept="significant",
    ),
    Measure(
        column="local_supply_ties",
        form="count",
        label=Text("local supply ties", "本地供應關聯", "本地供应关联"),
        question="B",
        whole="supply_ties",
        usual="usual_local_supply_ties",
        kept="tested",
    ),
    Measure(
        column="excess_local_share",
        form="share",
        label=Text("excess local share", "本地超額占比", "本地超额占比"),
        question="B",
        low="excess_local_share_low",
        high="excess_local_share_high",
        floor="excess_local_share",
        chance="reach_q",
        on_map=True,
        in_table=True,
        kept="tested",
    ),
    Measure(
        column="locally_linked_share",
        form="share",
        label=Text(
            "firms with a stable local partner", "有穩定本地夥伴的企業", "有稳定本地伙伴的企业"
        ),
        question="B",
        low="locally_linked_share_low",
        high="locally_linked_share_high",
        floor="locally_linked_share",
        usual="usual_linked_share",
        on_map=True,
        kept="tested",
    ),
    Measure(
        column="tie_persistence",
        form="share",
        label=Text("local ties that last", "持續的本地關聯", "持续的本地关联"),
        question="B",
        low="tie_persistence_low",
        high="tie_persistence_high",
        floor="tie_persistence",
        usual="persistence_base_rate",
        on_map=True,
        in_table=True,
        kept="tested",
    ),
    Measure(
        column="knowledge_ties",
        form="count",
        label=Text("knowledge ties", "知識關聯", "知识关联"),
        question="B",
        kept="tested",
    ),
    Measure(
        column="local_knowledge_ties",
        form="count",
        label=Text("local knowledge ties", "本地知識關聯", "本地知识关联"),
        question="B",
        whole="knowledge_ties",
        usual="usual_local_knowledge_ties",
        kept="tested",
        instead_of="knowledge_ties",
    ),
    Measure(
        column="knowledge_excess_local_share",
        form="share",
        label=Text("excess local share, knowledge", "知識關聯本地超額", "知识关联本地超额"),
        question="B",
        low="knowledge_excess_local_share_low",
        high="knowledge_excess_local_share_high",
        floor="excess_local_share",
        chance="knowledge_reach_q",
        on_map=True,
        kept="tested",
    ),
    Measure(
        column="knowledge_linked_share",
        form="share",
        label=Text(
            "firms with a local partner in knowledge",
            "有本地知識夥伴的企業",
            "有本地知识伙伴的企业",
        ),
        question="B",
        floor="locally_linked_share",
        usual="usual_knowledge_linked_share",
        kept="tested",
    ),
    Measure(
        column="knowledge_persistence",
        form="share",
        label=Text("... that have one again", "其中其後再有者", "其中其后再有者"),
        question="B",
        floor="tie_persistence",
        kept="tested",
    ),
    Measure(
        column="matching_ratio",
        form="quotient",
        label=Text(
            "local supply ties over random matching",
            "本地供應關聯／隨機配對",
            "本地供应关联／随机配对",
        ),
        question="B",
        chance="matching_q",
        kept="tested",
    ),
    Measure(
        column="collaboration_by",
        form="words",
        label=Text("collaborating by", "協作依據", "协作依据"),
        question="B",
    ),
    Measure(
        column="institution_tied_share",
        form="share",
        label=Text("firms tied to institutions", "與機構有關聯的企業", "与机构有关联的企业"),
        question="C",
        low="institution_tied_share_low",
        high="institution_tied_share_high",
        floor="institution_tied_share",
        chance="institution_q",
        on_map=True,
        in_table=True,
        kept="tested",
    ),
    Measure(
        column="innovation_kind_reach",
        form="share",
        label=Text("firms tied to one innovation kind", "與同一類創新機構", "与同一类创新机构"),
        question="C",
        floor="institution_kind_reach",
        kept="tested",
    ),
    Measure(
        column="service_kind_reach",
        form="share",
        label=Text("firms tied to one service kind", "與同一類服務機構", "与同一类服务机构"),
        question="C",
        floor="institution_kind_reach",
        kept="tested",
    ),
    Measure(
        column="tied_institutions",
        form="count",
        label=Text("institutions with ties here", "有關聯的本地機構", "有关联的本地机构"),
        question="C",
        kept="tested",
    ),
    Measure(
        column="chain_completeness",
        form="share",
        label=Text("main inputs made here", "主要投入由本地生產", "主要投入由本地生产"),
        question="potential",
        kept="spoken",
    ),
    Measure(
        column="local_input_coverage",
        form="share",
        label=Text("inputs that could be local", "本地可供投入", "本地可供投入"),
        question="potential",
        kept="spoken",
    ),
    Measure(
        column="local_output_coverage",
        form="share",
        label=Text("sales that could be local", "本地可吸收產出", "本地可吸收产出"),
        question="potential",
        kept="spoken",
    ),
    Measure(
        column="basis",
        form="words",
        label=Text("collaboration judged by", "協作判斷依據", "协作判断依据"),
        question="verdict",
    ),
    Measure(
        column="confidence",
        form="share",
        label=Text("confidence", "置信度", "置信度"),
        question="verdict",
        on_map=True,
        in_table=True,
    ),
    Measure(
        column="stage",
        form="words",
        label=Text("stage", "階段", "阶段"),
        question="verdict",
        on_map=True,
        in_table=True,
    ),
    Measure(
        column="withheld",
        form="words",
        label=Text("withheld by the source", "來源隱去", "来源隐去"),
        question="size",
    ),
    Measure(
        column="region_across",
        form="words",
        label=Text("collaborates across the border with", "跨界協作區域", "跨界协作区域"),
        question="B",
    ),
    Measure(
        column="shape",
        form="words",
        label=Text("form of the local network", "本地網絡形態", "本地网络形态"),
        question="verdict",
    ),
    Measure(
        column="homogeneity",
        form="share",
        label=Text("firms alike (head-on competition)", "企業同質性", "企业同质性"),
        question="verdict",
        kept="spoken",
    ),
    Measure(
        column="core_firms",
        form="count",
        label=Text("core firms", "核心企業", "核心企业"),
        question="verdict",
        kept="spoken",
    ),
    Measure(
        column="supporting_firms",
        form="count",
        label=Text("supporting firms", "配套企業", "配套企业"),
        question="verdict",
        kept="spoken",
    ),
    Measure(
        column="supporting_institutions",
        form="count",
        label=Text("supporting institutions", "支撐機構", "支撑机构"),
        question="verdict",
        kept="spoken",
    ),
    Measure(
        column="is_concentrated",
        form="words",
        label=Text("A. Is it concentrated?", "甲、是否集聚？", "甲、是否集聚？"),
        question="A",
    ),
    Measure(
        column="is_collaborating",
        form="words",
        label=Text("B. Do its firms collaborate?", "乙、企業是否協作？", "乙、企业是否协作？"),
        question="B",
    ),
    Measure(
        column="has_ecosystem",
        form="words",
        label=Text("C. Is there an ecosystem?", "丙、有無生態？", "丙、有无生态？"),
        question="C",
    ),
)

FLIP_COLUMNS = ("flip_up", "flip_up_amount", "flip_up_also", "flip_down", "flip_down_amount")

QUESTIONS = {
    "A": (
        "is_concentrated",
        Text("Is it concentrated?", "是否集聚？", "是否集聚？"),
        Text(
            "More plants or jobs than the region's share of all would bring, several of them, and "
            "not one giant.",
            "企業或就業高於該區域應占份額，且為多家，並非一家獨大。",
            "企业或就业高于该区域应占份额，且为多家，并非一家独大。",
        ),
    ),
    "B": (
        "is_collaborating",
        Text(
            "Is there lasting collaboration?",
            "有無持續的協作？",
            "有无持续的协作？",
        ),
        Text(
            "More local ties of supply or of knowledge than such firms usually have at such "
            "distances, spread over many firms, and lasting.",
            "本地供應或知識關聯多於此類企業在此等距離上的常見水平，覆蓋眾多企業，且持續。",
            "本地供应或知识关联多于此类企业在此等距离上的常见水平，覆盖众多企业，且持续。",
        ),
    ),
    "C": (
        "has_ecosystem",
        Text(
            "Is there an ecosystem of institutions?",
            "有無服務與創新機構的生態？",
            "有无服务与创新机构的生态？",
        ),
        Text(
            "Firms actually tied to local institutions of innovation and of service; presence "
            "alone counts for nothing.",
            "企業與本地創新、服務機構確有關聯；僅僅存在不算。",
            "企业与本地创新、服务机构确有关联；仅仅存在不算。",
        ),
    ),
}
"""The three questions by letter: the column of the answer, the question, what it asks."""


def columns_shown(present: Collection[str]) -> list[Measure]:
    """Measures whose column is among those present, without those that another one replaces.

    Parameters
    ----------
    present : collection of str
        Columns of the results in which something is known.

    Examples
    --------
    >>> [m.column for m in columns_shown({"class", "local_knowledge_ties", "knowledge_ties"})]
    ['class', 'local_knowledge_ties']
    """
    there = [measure for measure in MEASURES if measure.column in present]
    replaced = {measure.instead_of for measure in there}
    return [measure for measure in there if measure.column not in replaced]


def is_kept(table: pd.DataFrame, kept: Kept, *, thresholds: Thresholds) -> npt.NDArray[np.bool_]:
    """Whether the page keeps a detail of each cell; of all where they are few."""
    spoken = (table["class"].astype(str) != str(Class.DISPERSED)).to_numpy()
    if kept == "all" or (len(table) <= MANY and kept != "significant"):
        return np.ones(len(table), dtype=bool)
    if kept == "significant":
        if "local_moran_q" not in table:
            return np.zeros(len(table), dtype=bool)
        chance = table["local_moran_q"].to_numpy(dtype=float, na_value=np.nan)
        return chance <= thresholds.significance
    if kept == "spoken":
        return spoken
    plants = table["establishments"].to_numpy(dtype=float, na_value=np.nan)
    return spoken | (plants >= thresholds.establishments)
