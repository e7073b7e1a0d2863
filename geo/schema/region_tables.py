"""Results by region, and by region and value chain."""

from __future__ import annotations

from geo.schema.column import REGION, YEAR, Column, Table, amount, count, geometry, share, text
from geo.schema.verdict_table import CELL_TABLES
from geo.vocabulary import Class, Text

__all__ = ["CHAIN_TABLES", "REGION_TABLES"]


_CELLS = CELL_TABLES[0]


def _same(*names: str) -> tuple[Column, ...]:
    return tuple(_CELLS.column(name) for name in names)


CHAIN_TABLES = (
    Table(
        name="region_chain_classification",
        meaning=Text(
            "the verdict with the value chain as the unit, one row per region, chain and year; "
            "empty where the dataset has neither chains nor an input-output table",
            "以產業鏈為單位的判定，每區域、產業鏈、年份一行；既無產業鏈亦無投入產出表時為空",
            "以产业链为单位的判定，每区域、产业链、年份一行；既无产业链亦无投入产出表时为空",
        ),
        key=("region_id", "chain", "year"),
        columns=(
            *REGION,
            text("chain", "value chain", "產業鏈", "产业链", nullable=False),
            text(
                "chain_source",
                "the chain is as the dataset says, or a community of who buys from whom",
                "產業鏈取自資料集，或由投入產出關係劃分",
                "产业链取自数据集，或由投入产出关系划分",
                allowed=("industries", "input_output"),
                nullable=False,
            ),
            text("members", "its industries", "所含行業", "所含行业", nullable=False),
            YEAR,
            *_same(
                "establishments",
                "employment",
                "location_quotient",
                "location_quotient_low",
                "location_quotient_high",
                "location_quotient_employment",
                "concentration_p",
                "concentration_q",
                "effective_establishments",
                "is_concentrated",
                "supply_ties",
                "local_supply_ties",
            ),
            count(
                "local_ties_within",
                "local supply ties with both ends in the chain",
                "兩端同屬該產業鏈的本地供應關聯數",
                "两端同属该产业链的本地供应关联数",
            ),
            *_same(
                "expected_local_supply_ties",
                "matching_ratio",
                "usual_local_supply_ties",
                "excess_local_share",
                "reach_p",
                "reach_q",
                "locally_linked_share",
                "tie_persistence",
                "tie_persistence_low",
                "collaboration_by",
                "is_collaborating",
                "tied_institutions",
                "institution_kinds",
                "institution_tied_share",
                "has_ecosystem",
                "class",
                "basis",
                "stage",
                "reason_en",
                "reason_zh_hant",
                "reason_zh_hans",
            ),
        ),
    ),
)


REGION_TABLES = (
    Table(
        name="region_classification",
        meaning=Text("one row per region and year", "每區域、年份一行", "每区域、年份一行"),
        key=("region_id", "year"),
        columns=(
            *REGION,
            YEAR,
            text(
                "class",
                "most advanced class of its concentrated or collaborating industries",
                "其集聚或協作行業中最高的類型",
                "其集聚或协作行业中最高的类型",
                allowed=tuple(Class),
                nullable=False,
            ),
            text(
                "leading_industry",
                "the industry of that class with the most establishments",
                "該類型中最大的行業",
                "该类型中最大的行业",
            ),
            count("clusters", "its clusters", "集群數", "集群数"),
            count("emerging_clusters", "its emerging clusters", "成長型集群數", "成长型集群数"),
            count("agglomerations", "its agglomerations", "集聚數", "集聚数"),
            share(
                "employment_in_clusters_share",
                "share of its jobs that are in clusters",
                "集群就業占比",
                "集群就业占比",
            ),
            share(
                "confidence",
                "confidence of the leading verdict; empty = not computed",
                "主要判定的置信度（空=未計算）",
                "主要判定的置信度（空=未计算）",
            ),
            geometry("the region", "區域", "区域", nullable=False),
        ),
    ),
    Table(
        name="region_specialisation",
        meaning=Text(
            "what each region lives on, one row per region and year",
            "各區域的專業化程度，每區域、年份一行",
            "各区域的专业化程度，每区域、年份一行",
        ),
        key=("region_id", "year"),
        columns=(
            *REGION,
            YEAR,
            amount(
                "krugman_specialisation",
                "Krugman specialisation: 0 the overall mix, 2 nothing in common with it",
                "克魯格曼專業化指數",
                "克鲁格曼专业化指数",
            ),
            amount(
                "hachman",
                "Hachman index: 1 the overall mix, near 0 a mix of its own",
                "哈赫曼指數",
                "哈赫曼指数",
            ),
            amount(
                "theil_specialisation",
                "Theil specialisation",
                "泰爾專業化指數",
                "泰尔专业化指数",
            ),
            amount("diversity", "entropy of its industries", "行業熵", "行业熵"),
            amount(
                "related_variety",
                "variety inside groups of industries",
                "相關多樣性",
                "相关多样性",
            ),
            amount(
                "unrelated_variety",
                "variety between groups of industries",
                "非相關多樣性",
                "非相关多样性",
            ),
            count("industries", "industries it is known to have", "行業數", "行业数"),
        ),
    ),
)
