"""Results that follow cells over the years."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geo.schema.column import REGION, YEAR, Column, Table, amount, count, share, text
from geo.vocabulary import STAGES, Class, Text

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["PATH_TABLES"]


def _before_after(maker: Callable[..., Column], name: str, *meaning: str) -> tuple[Column, Column]:
    """One number in the earlier year and in the later."""
    en, hant, hans = meaning
    return (
        maker(f"{name}_before", f"{en}, before", f"{hant}（之前）", f"{hans}（之前）"),
        maker(f"{name}_after", f"{en}, after", f"{hant}（之後）", f"{hans}（之后）"),
    )


PATH_TABLES = (
    Table(
        name="transitions",
        meaning=Text(
            "one row per change of a cell's class or stage from one of its years to the next",
            "單元的類型或階段每次逐年變化一行",
            "单元的类型或阶段每次逐年变化一行",
        ),
        key=("region_id", "industry", "year"),
        columns=(
            *REGION,
            text("industry", "code of the industry", "行業代碼", "行业代码", nullable=False),
            text("industry_name", "name of the industry", "行業名稱", "行业名称"),
            YEAR,
            count("year_before", "year compared with", "所比較的年份", "所比较的年份"),
            text("from", "class before", "之前類型", "之前类型", allowed=tuple(Class)),
            text("to", "class after", "之後類型", "之后类型", allowed=tuple(Class)),
            text("stage_from", "stage before", "之前階段", "之前阶段", allowed=tuple(STAGES)),
            text("stage_to", "stage after", "之後階段", "之后阶段", allowed=tuple(STAGES)),
            text("changed", "answers that changed", "變化的判斷", "变化的判断", nullable=False),
            *_before_after(count, "establishments", "establishments", "企業數", "企业数"),
            count(
                "establishments_peak",
                "most establishments that stood for two years, up to the later year",
                "至後一年為止連續兩年的最多企業數",
                "至后一年为止连续两年的最多企业数",
            ),
            *_before_after(amount, "location_quotient", "location quotient", "區位商", "区位商"),
            *_before_after(
                count, "local_supply_ties", "local supply ties", "本地供應關聯數", "本地供应关联数"
            ),
            *_before_after(
                share,
                "locally_linked_share",
                "share of firms with a stable local supply partner",
                "有穩定本地配套夥伴的企業占比",
                "有稳定本地配套伙伴的企业占比",
            ),
            *_before_after(
                share,
                "institution_tied_share",
                "share of firms tied to a local institution",
                "與本地機構有關聯的企業占比",
                "与本地机构有关联的企业占比",
            ),
            text("sentence_en", "what changed, in English", "變化說明（英文）", "变化说明（英文）"),
            text(
                "sentence_zh_hant",
                "what changed, in traditional Chinese",
                "變化說明（繁體）",
                "变化说明（繁体）",
            ),
            text(
                "sentence_zh_hans",
                "what changed, in simplified Chinese",
                "變化說明（簡體）",
                "变化说明（简体）",
            ),
        ),
    ),
    Table(
        name="quadrant_transitions",
        meaning=Text(
            "how cells move between quadrants of the local Moran map from year to year",
            "單元在局部莫蘭象限間的逐年轉移",
            "单元在局部莫兰象限间的逐年转移",
        ),
        key=("before", "after"),
        columns=(
            text("before", "quadrant in a year", "前一年象限", "前一年象限", nullable=False),
            text("after", "quadrant in the next", "後一年象限", "后一年象限", nullable=False),
            count("cells", "cells that moved so", "單元數", "单元数"),
            share(
                "share",
                "share of those in the first quadrant",
                "占前一象限比例",
                "占前一象限比例",
            ),
            share(
                "long_run_share",
                "share of all cells in the second quadrant, if such moves went on",
                "若持續如此轉移，後一象限最終所占比例",
                "若持续如此转移，后一象限最终所占比例",
            ),
        ),
    ),
)
