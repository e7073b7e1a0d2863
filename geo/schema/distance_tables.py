"""Results of the measures that know no borders: how far apart the firms of an industry stand."""

from __future__ import annotations

from geo.schema.column import (
    YEAR,
    Column,
    Table,
    amount,
    answer,
    count,
    geometry,
    number,
    share,
    text,
)
from geo.vocabulary import Text

__all__ = ["DISTANCE_TABLES"]

_INDUSTRY = (
    text("industry", "code of the industry", "行業代碼", "行业代码", nullable=False),
    text("industry_name", "name of the industry", "行業名稱", "行业名称"),
    YEAR,
)


def _ratio(radius: int) -> Column:
    return amount(
        f"neighbour_ratio_{radius}km",
        f"the industry's share of the firms within {radius} km of its own, over its share "
        "elsewhere (Marcon-Puech M)",
        f"{radius} 公里內同業份額與別處之比（M）",
        f"{radius} 公里内同业份额与别处之比（M）",
    )


DISTANCE_TABLES = (
    Table(
        name="industry_distances",
        meaning=Text(
            "are the firms of an industry nearer each other than firms are, whatever the borders; "
            "one row per industry of the latest year, none without places of firms",
            "不論區界，同業企業是否比一般企業更靠近；最近一年每行業一行，無企業位置時為空",
            "不论区界，同业企业是否比一般企业更靠近；最近一年每行业一行，无企业位置时为空",
        ),
        key=("industry", "year"),
        columns=(
            *_INDUSTRY,
            count("establishments", "its firms", "企業數", "企业数"),
            count(
                "establishments_used",
                "firms in the measure of distances; fewer than there are where an even sample "
                "was drawn",
                "用於距離度量的企業數（過多時等機率抽樣）",
                "用于距离度量的企业数（过多时等概率抽样）",
            ),
            answer(
                "is_localised",
                "at some distance more pairs than the global 5 % envelope allows (Duranton-"
                "Overman K_d)",
                "是否集聚？某距離上的企業對多於全域 5 % 包絡（K_d）",
                "是否集聚？某距离上的企业对多于全域 5 % 包络（K_d）",
            ),
            answer(
                "is_dispersed",
                "fewer pairs than the envelope allows at some distance, more at none",
                "是否分散？某距離上少於包絡，且無處多於包絡",
                "是否分散？某距离上少于包络，且无处多于包络",
            ),
            share(
                "distance_p",
                "chance of so unusual a curve of distances, by 199 draws: never below 0.005",
                "距離曲線的全域 p 值（抽樣 199 次，不小於 0.005）",
                "距离曲线的全域 p 值（抽样 199 次，不小于 0.005）",
            ),
            amount(
                "localised_to_km",
                "distance in km up to which its firms are nearer each other than firms are: the "
                "end of the stretch that rises farthest above the envelope",
                "集聚所及距離（公里）：曲線高出包絡最多的一段之終點",
                "集聚所及距离（公里）：曲线高出包络最多的一段之终点",
            ),
            amount(
                "bandwidth_km",
                "bandwidth of the kernel in km: no detail is finer",
                "核函數帶寬（公里）",
                "核函数带宽（公里）",
            ),
            *(_ratio(radius) for radius in (5, 20, 50)),
            share(
                "neighbour_ratio_p",
                "chance of so unusual a curve of M, by 199 draws; asked of up to three industries "
                "only: those of interest, else the most concentrated",
                "M 曲線的全域 p 值（抽樣 199 次；僅檢驗至多三個行業）",
                "M 曲线的全域 p 值（抽样 199 次；仅检验至多三个行业）",
            ),
            share(
                "neighbour_density_p",
                "chance of so unusual a curve of Marcon-Puech m (the share at a distance, not "
                "within it), by 199 draws; asked of the same industries, in an even sample of at "
                "most 6,000 firms",
                "m 曲線（某距離處而非其內的份額之比）的全域 p 值"
                "（抽樣 199 次；同上行業，至多 6,000 家企業）",
                "m 曲线（某距离处而非其内的份额之比）的全域 p 值"
                "（抽样 199 次；同上行业，至多 6,000 家企业）",
            ),
            amount(
                "neighbour_density_bandwidth_km",
                "bandwidth of the kernel of m in km: no detail is finer",
                "m 的核函數帶寬（公里）",
                "m 的核函数带宽（公里）",
            ),
            count(
                "footprints",
                "places where its firms huddle: rows of `footprints`",
                "集聚足跡數",
                "集聚足迹数",
            ),
            text(
                "reason_en",
                "why it is not known, in English",
                "未知之原因（英文）",
                "未知之原因（英文）",
            ),
            text("reason_zh_hant", "the same in 繁體中文", "未知之原因", "未知之原因（繁体）"),
            text("reason_zh_hans", "the same in 简体中文", "未知之原因（簡體）", "未知之原因"),
        ),
    ),
    Table(
        name="distance_curves",
        meaning=Text(
            "curves of K_d, M and m over distance with their global and pointwise 5 % envelopes, "
            "latest year",
            "K_d、M 與 m 隨距離變化的曲線及其全域與逐點 5 % 包絡，最近一年",
            "K_d、M 与 m 随距离变化的曲线及其全域与逐点 5 % 包络，最近一年",
        ),
        key=("industry", "year", "measure", "distance_km"),
        columns=(
            *_INDUSTRY,
            text(
                "measure",
                "K_d: density of the distances between firms, per km; M: share within the distance "
                "over the share elsewhere; m: the same at, not within, the distance",
                "度量：K_d 為企業間距離的密度（每公里），M 為距離內份額與別處之比，"
                "m 為該距離處之比",
                "度量：K_d 为企业间距离的密度（每公里），M 为距离内份额与别处之比，"
                "m 为该距离处之比",
                allowed=("K_d", "M", "m"),
                nullable=False,
            ),
            amount("distance_km", "distance in km", "距離（公里）", "距离（公里）", nullable=False),
            number("value", "the industry's curve", "該行業的值", "该行业的值"),
            number("low", "lower border of the envelope", "包絡下界", "包络下界"),
            number("high", "upper border of the envelope", "包絡上界", "包络上界"),
            number(
                "pointwise_low",
                "lower border that holds at this distance taken alone, not for the whole curve",
                "僅就此距離而言的下界（不適用於整條曲線）",
                "仅就此距离而言的下界（不适用于整条曲线）",
            ),
            number(
                "pointwise_high",
                "upper border that holds at this distance taken alone, not for the whole curve",
                "僅就此距離而言的上界（不適用於整條曲線）",
                "仅就此距离而言的上界（不适用于整条曲线）",
            ),
        ),
    ),
    Table(
        name="footprints",
        meaning=Text(
            "where an industry huddles: around each of its firms within 10 km it is over-"
            "represented (false-discovery rate 5 %), whatever the borders; latest year",
            "行業集聚的足跡：10 公里內同業顯著偏多的企業所在之處"
            "（錯誤發現率 5 %），不論區界；最近一年",
            "行业集聚的足迹：10 公里内同业显著偏多的企业所在之处"
            "（错误发现率 5 %），不论区界；最近一年",
        ),
        key=("industry", "year", "footprint"),
        columns=(
            *_INDUSTRY,
            count(
                "footprint",
                "number within the industry, from the most significant firms",
                "行業內序號",
                "行业内序号",
                nullable=False,
            ),
            count(
                "establishments",
                "firms of the industry that stand in it",
                "其中該行業企業數",
                "其中该行业企业数",
            ),
            amount(
                "employment",
                "their jobs, as far as they are known",
                "其就業人數（已知部分）",
                "其就业人数（已知部分）",
            ),
            amount("area_km2", "area in km²", "面積（平方公里）", "面积（平方公里）"),
            geometry(
                "discs of 5 km around those firms, joined (WGS84)",
                "這些企業周圍 5 公里圓盤之併集（WGS84）",
                "这些企业周围 5 公里圆盘之并集（WGS84）",
            ),
        ),
    ),
)
