"""Results that the report shows as they are: some columns, the first rows, a caption.

What belongs here: what is shown of each, as data. What does not: sections that choose or draw
(`geo.maps.report_sections`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from geo.maps.sections import Section, table_section
from geo.vocabulary import Text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

__all__ = ["plain_sections"]

_MOST = 12


@dataclass(frozen=True, kw_only=True)
class _Shown:
    """What the page shows of one result."""

    columns: Sequence[str]
    title: Text
    caption: Text
    where: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Values that a column must have."""
    known: Sequence[str] = ()
    """Columns that must be known."""
    largest: Sequence[str] = ()
    """Columns that are sorted by, the largest first; then by the key."""
    headings: Mapping[str, Text] = field(default_factory=dict)


_PLACE = {
    "region_names": Text("regions", "區域", "区域"),
    "industries": Text("industries", "行業", "行业"),
    "establishments": Text("firms", "企業", "企业"),
}

_RESULTS = {
    "functional_clusters": _Shown(
        columns=["region_names", "industries", "establishments", "inside_share",
                 "border_share", "linked_share"],
        title=Text("Functional clusters", "功能集群", "功能集群"),
        caption=Text(
            "Firms that live off each other within reach, wherever borders run.",
            "在可及範圍內彼此依存的企業，不論邊界。",
            "在可及范围内彼此依存的企业，不论边界。",
        ),
        largest=["establishments"],
        headings={
            **_PLACE,
            "inside_share": Text("ties inside", "內部關聯", "内部关联"),
            "border_share": Text("over borders", "跨界關聯", "跨界关联"),
            "linked_share": Text("linked firms", "有關聯企業", "有关联企业"),
        },
    ),
    "region_specialisation": _Shown(
        columns=["region_id", "krugman_specialisation", "diversity", "related_variety",
                 "unrelated_variety", "industries"],
        title=Text("What regions live on", "各區域靠什麼", "各区域靠什么"),
        caption=Text(
            "The most specialised regions. Specialisation (Krugman) is 0 where a region has the "
            "industries of all, and near 2 where it has none of theirs; diversity (entropy, bits) "
            "is split into variety within and between groups of related industries.",
            "專業化程度最高的區域。專業化（克魯格曼）為 0 表示行業構成與整體相同，"
            "接近 2 表示截然不同；多樣性（熵，比特）分為相關行業組內與組間兩部分。",
            "专业化程度最高的区域。专业化（克鲁格曼）为 0 表示行业构成与整体相同，"
            "接近 2 表示截然不同；多样性（熵，比特）分为相关行业组内与组间两部分。",
        ),
        known=["krugman_specialisation"],
        largest=["krugman_specialisation"],
        headings={
            "krugman_specialisation": Text("specialisation", "專業化", "专业化"),
            "diversity": Text("diversity", "多樣性", "多样性"),
            "related_variety": Text("related variety", "相關多樣性", "相关多样性"),
            "unrelated_variety": Text("unrelated variety", "非相關多樣性", "非相关多样性"),
            "industries": Text("industries", "行業數", "行业数"),
        },
    ),
    "region_chain_classification": _Shown(
        columns=["region_id", "members", "class", "establishments", "location_quotient",
                 "matching_ratio"],
        title=Text("Value chains", "產業鏈", "产业链"),
        caption=Text(
            "The verdict with the chain as the unit, since a cluster is a chain.",
            "以產業鏈為單元的判定，因集群即鏈。",
            "以产业链为单元的判定，因集群即链。",
        ),
        where={"class": ("cluster", "emerging_cluster", "agglomeration", "networked")},
        largest=["establishments"],
        headings={
            "members": Text("industries of the chain", "鏈上行業", "链上行业"),
            "establishments": Text("firms", "企業", "企业"),
            "location_quotient": Text("LQ", "區位商", "区位商"),
            "matching_ratio": Text("local ties over chance", "本地配套倍數", "本地配套倍数"),
        },
    ),
    "party_tiers": _Shown(
        columns=["party_name", "region_id", "industry", "local_partners", "reason"],
        title=Text("Core firms", "核心企業", "核心企业"),
        caption=Text(
            "Firms with far more lasting local partners than an equal share would give.",
            "穩定本地夥伴遠多於均分所得的企業。",
            "稳定本地伙伴远多于均分所得的企业。",
        ),
        where={"tier": ("core",)},
        largest=["local_partners"],
        headings={
            "party_name": Text("firm", "企業", "企业"),
            "local_partners": Text("local partners", "本地夥伴", "本地伙伴"),
            "reason": Text("why", "理由", "理由"),
        },
    ),
    "resilience": _Shown(
        columns=["region_id", "industry", "loss", "loss_rerouted", "rerouting_gain", "twin_gain",
                 "against_twin"],
        title=Text("If half of sales outside is lost", "若失去半數域外市場", "若失去半数域外市场"),
        caption=Text(
            "Share of business that the cell's firms lose, without and with orders going to local "
            "partners they have; and whether that spares more than in their own network shuffled. "
            "A model of ties with stated slack, not a forecast.",
            "單元企業損失的業務占比：訂單不轉與轉向既有本地夥伴；"
            "以及是否優於打亂後的自身網絡。此為關聯模型，並非預測。",
            "单元企业损失的业务占比：订单不转与转向既有本地伙伴；"
            "以及是否优于打乱后的自身网络。此为关联模型，并非预测。",
        ),
        where={"shock": ("demand",)},
        known=["rerouting_gain", "twin_gain"],
        largest=["rerouting_gain"],
        headings={
            "loss": Text("loss", "損失", "损失"),
            "loss_rerouted": Text("re-routed", "改道後", "改道后"),
            "rerouting_gain": Text("spared", "挽回", "挽回"),
            "twin_gain": Text("shuffled", "打亂後", "打乱后"),
            "against_twin": Text("resilience", "韌性", "韧性"),
        },
    ),
    "formation": _Shown(
        columns=["industry", "explained", "explained_by_drivers", "explained_by_partners",
                 "partners_low", "partners_high"],
        title=Text("What locations go with", "區位與何相伴", "区位与何相伴"),
        caption=Text(
            "Share of the pattern of an industry's plants that parks, resources and ports, and "
            "that suppliers and customers go with. Evidence of what goes together, no claim of a "
            "cause; wide bounds mean that few regions carry it.",
            "行業區位分布與園區、資源、港口以及供應商、客戶相伴的占比。僅示相伴，不主張因果；"
            "區間寬表示僅由少數區域支撐。",
            "行业区位分布与园区、资源、港口以及供应商、客户相伴的占比。仅示相伴，不主张因果；"
            "区间宽表示仅由少数区域支撑。",
        ),
        known=["explained"],
        largest=["explained"],
        headings={
            "explained": Text("explained", "合計", "合计"),
            "explained_by_drivers": Text("by drivers", "外部因素", "外部因素"),
            "explained_by_partners": Text("by partners", "供需夥伴", "供需伙伴"),
            "partners_low": Text("from", "下限", "下限"),
            "partners_high": Text("to", "上限", "上限"),
        },
    ),
    "profile_concordance": _Shown(
        columns=["profile", "class", "cells_met", "cells_not_met", "cells_not_known"],
        title=Text("What official rules would say", "官方規則怎麼說", "官方规则怎么说"),
        caption=Text(
            "Cells of each class that rules of others call a cluster; never part of the verdict. "
            "A rule that meets clusters and agglomerations alike cannot tell them apart. Sources, "
            "numbers and doubts are in profile_rules.parquet.",
            "各類單元中被他方規則稱為集群者，不影響判定。"
            "若集群與集聚同被認定，該規則即無法區分二者。出處與疑點見 profile_rules.parquet。",
            "各类单元中被他方规则称为集群者，不影响判定。"
            "若集群与集聚同被认定，该规则即无法区分二者。出处与疑点见 profile_rules.parquet。",
        ),
        where={"class": ("cluster", "emerging_cluster", "agglomeration")},
        headings={
            "profile": Text("rule", "規則", "规则"),
            "cells_met": Text("meet it", "符合", "符合"),
            "cells_not_met": Text("do not", "不符合", "不符合"),
            "cells_not_known": Text("not known", "未知", "未知"),
        },
    ),
}  # fmt: skip


def plain_sections(
    results: Mapping[str, pd.DataFrame], *, year: int, industries: Mapping[str, Text]
) -> list[Section]:
    """Sections of the results that are shown as they are, for a year.

    Parameters
    ----------
    results : mapping of str to DataFrame
        Result tables by name; one that is missing or has nothing to show makes no section.
    year : int
        Year that the page speaks of.
    industries : mapping of str to Text
        Name of every industry by its code.
    """
    made = []
    for name, shown in _RESULTS.items():
        rows = _rows(results[name], shown, year) if name in results else None
        if rows is not None and len(rows):
            made.append(
                table_section(
                    name,
                    rows.head(_MOST if shown.largest else len(rows)),
                    shown.columns,
                    title=shown.title,
                    caption=shown.caption,
                    industries=industries,
                    headings=shown.headings,
                )
            )
    return made


def _rows(table: pd.DataFrame, shown: _Shown, year: int) -> pd.DataFrame:
    rows = table[table["year"] == year]
    for column, values in shown.where.items():
        rows = rows[rows[column].isin(values)]
    rows = rows.dropna(subset=list(shown.known))
    if shown.largest:
        rows = rows.sort_values(list(shown.largest), ascending=False, kind="stable")
    return rows
