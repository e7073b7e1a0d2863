"""Results on how ties last, what a shock would do, and what a pattern goes with."""

from __future__ import annotations

from geo.schema.column import REGION, YEAR, Column, Table, Type, count, number, share, text
from geo.vocabulary import Text

__all__ = ["RESILIENCE_TABLES"]

RESILIENCE_TABLES = (
    Table(
        name="tie_survival",
        meaning=Text(
            "how many supply ties are still there after one year, two, three: local and other ones",
            "供應關聯一年、兩年、三年後尚存的比例：本地與其他",
        ),
        key=("industry", "is_local", "age"),
        columns=(
            text(
                "industry",
                "code of the industry; all = all industries together",
                "行業代碼；all = 全部行業",
                nullable=False,
            ),
            text("industry_name", "name of the industry", "行業名稱"),
            Column(
                name="is_local",
                type=Type.YES_NO,
                meaning=Text(
                    "both ends local to each other: in one region unless `local` is set",
                    "雙方互在本地（未設 local 時為同一區域）",
                ),
                nullable=False,
            ),
            count("age", "age of the ties in years", "關聯年齡（年）"),
            count("at_risk", "ties watched just before it", "此前觀察的關聯數"),
            count("ended", "ties that ended at it", "在此終止的關聯數"),
            share("survival", "share still there", "尚存比例"),
            share("survival_low", "its lower 95 % bound", "其 95 % 下限"),
            share("survival_high", "its upper 95 % bound", "其 95 % 上限"),
            share(
                "difference_p",
                "chance of such a difference between local ties and others (logrank)",
                "本地與其他關聯差異的機率（對數秩檢驗）",
            ),
        ),
    ),
    Table(
        name="resilience",
        meaning=Text(
            "what the loss of its core firm would cost a cell, with and without re-routing, "
            "against its own network shuffled",
            "失去核心企業對單元的損失：有無改道，並與打亂後的自身網絡相比",
        ),
        key=("region_id", "industry", "year", "shock"),
        columns=(
            *REGION,
            text("industry", "code of the industry", "行業代碼", nullable=False),
            text("industry_name", "name of the industry", "行業名稱"),
            YEAR,
            text(
                "shock",
                "core_firm = its firm with most local ties is lost; demand = half of its sales "
                "outside the region are",
                "衝擊：core_firm=失去本地關聯最多的企業；demand=失去半數域外銷售",
                allowed=("core_firm", "demand"),
            ),
            count(
                "firms",
                "firms of the cell in supply ties",
                "有供應關聯的企業數",
            ),
            text(
                "lost_firm",
                "id of the firm whose loss is tried",
                "假定失去的企業",
            ),
            share(
                "loss",
                "share of the other firms' supply lost without re-routing",
                "無改道時其他企業供應損失占比",
            ),
            share(
                "loss_rerouted",
                "the same when orders go to local substitutes",
                "訂單轉向本地替代者時的損失占比",
            ),
            share(
                "rerouting_gain",
                "share of the loss that re-routing spares",
                "改道挽回的損失占比",
            ),
            share(
                "twin_gain",
                "the same in its network shuffled, on average",
                "打亂後網絡的平均挽回占比",
            ),
            share("twin_gain_low", "lower 95 % bound of the shuffled", "其 95 % 下限"),
            share("twin_gain_high", "upper 95 % bound of the shuffled", "其 95 % 上限"),
            text(
                "against_twin",
                "more or less resilient than its own network shuffled, or alike",
                "較打亂後的自身網絡更具韌性、更弱或相當",
                allowed=("more", "alike", "less"),
            ),
        ),
    ),
    Table(
        name="formation",
        meaning=Text(
            "what the location of an industry goes with: outside drivers, suppliers and customers; "
            "evidence, no claim of a cause",
            "行業區位與何相伴：外部因素、供應商與客戶（僅為證據，不主張因果）",
        ),
        key=("industry", "year"),
        columns=(
            text("industry", "code of the industry", "行業代碼", nullable=False),
            text("industry_name", "name of the industry", "行業名稱"),
            YEAR,
            count("regions", "regions compared", "比較的區域數"),
            share(
                "explained",
                "share of the deviance of its numbers of plants that all of these go with",
                "各因素合計解釋的偏差占比",
            ),
            number(
                "explained_by_drivers",
                "of it, outside drivers: parks, resources, ports",
                "其中外部因素：園區、資源、港口",
            ),
            number(
                "explained_by_partners",
                "of it, industries that it buys from and sells to",
                "其中供應與客戶行業",
            ),
            number(
                "drivers_low",
                "lower 95 % bound of what goes with drivers",
                "外部因素占比 95 % 下限",
            ),
            number(
                "drivers_high",
                "upper 95 % bound of what goes with drivers",
                "外部因素占比 95 % 上限",
            ),
            number(
                "partners_low",
                "lower 95 % bound of what goes with partners",
                "供需行業占比 95 % 下限",
            ),
            number(
                "partners_high",
                "upper 95 % bound of what goes with partners",
                "供需行業占比 95 % 上限",
            ),
            count(
                "concentrated_first",
                "its cells that were concentrated before their ties were seen to be local",
                "先集聚、後有本地協作的單元數",
            ),
            count(
                "linked_first",
                "its cells whose ties were local before they were concentrated",
                "先有本地協作、後集聚的單元數",
            ),
            count(
                "order_not_known",
                "its cells that were both from the first year on, or both at once",
                "先後未知的單元數",
            ),
            text(
                "reason",
                "why a figure is missing",
                "缺數原因",
                allowed=(
                    "few_plants",
                    "few_regions",
                    "no_drivers",
                    "no_partners",
                    "no_fit",
                ),
            ),
        ),
    ),
)
