"""Results by region."""

from __future__ import annotations

from geo.schema.column import REGION, YEAR, Table, amount, count, geometry, share, text
from geo.vocabulary import Class, Text

__all__ = ["REGION_TABLES"]

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
