"""Results by cell beside the verdict: its path over the years, and what rules of others say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geo.official_rules import PROFILES
from geo.schema.column import (
    CLASS,
    REGION,
    YEAR,
    Column,
    Table,
    amount,
    answer,
    count,
    number,
    share,
    text,
)
from geo.vocabulary import STAGES, Class, Text

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["PATH_TABLES", "PROFILE_TABLES"]


_PROFILE = text("profile", "rule", "規則", "规则", allowed=tuple(PROFILES), nullable=False)


def _in_languages(name: str, en: str, hant: str, hans: str) -> tuple[Column, ...]:
    languages = (
        ("en", "in English", "英文", "英文"),
        ("zh_hant", "in traditional Chinese", "繁體", "繁体"),
        ("zh_hans", "in simplified Chinese", "簡體", "简体"),
    )
    return tuple(
        text(f"{name}_{suffix}", f"{en}, {in_en}", f"{hant}（{in_hant}）", f"{hans}（{in_hans}）")
        for suffix, in_en, in_hant, in_hans in languages
    )


PROFILE_TABLES = (
    Table(
        name="profiles",
        meaning=Text(
            "what a rule of others says of a cell, beside our class: cells that the rule calls a "
            "cluster or our verdict anything but dispersed; all are counted in "
            "`profile_concordance`",
            "他方規則對單元的判定，與本系統類型並列：僅列該規則認定者或類型非分散者；"
            "全部單元計入 `profile_concordance`",
            "他方规则对单元的判定，与本系统类型并列：仅列该规则认定者或类型非分散者；"
            "全部单元计入 `profile_concordance`",
        ),
        key=("region_id", "industry", "year", "profile"),
        columns=(
            *REGION,
            text("industry", "code of the industry", "行業代碼", "行业代码", nullable=False),
            text("industry_name", "name of the industry", "行業名稱", "行业名称"),
            YEAR,
            CLASS,
            _PROFILE,
            answer(
                "met",
                "does the rule call it a cluster? empty = not known",
                "該規則是否認定？空=未知",
                "该规则是否认定？空=未知",
            ),
            count("criteria_met", "criteria that are met", "符合的條件數", "符合的条件数"),
            count(
                "criteria_testable",
                "criteria that the data can test here",
                "資料可檢驗的條件數",
                "数据可检验的条件数",
            ),
            count("criteria", "criteria of the rule", "規則的條件數", "规则的条件数"),
            text("numbers", "the numbers tested", "檢驗所用數字", "检验所用数字"),
            text("failed", "criteria that are not met", "不符合的條件", "不符合的条件"),
            text("not_testable", "criteria not known", "未知的條件", "未知的条件"),
        ),
    ),
    Table(
        name="profile_concordance",
        meaning=Text(
            "cells counted by our class and by what a rule of others says, one row per year, "
            "rule and class",
            "按本系統類型與他方規則統計的單元數，每年份、規則、類型一行",
            "按本系统类型与他方规则统计的单元数，每年份、规则、类型一行",
        ),
        key=("year", "profile", "class"),
        columns=(
            YEAR,
            _PROFILE,
            CLASS,
            count("cells_met", "cells that the rule calls a cluster", "符合數", "符合数"),
            count("cells_not_met", "cells that it does not", "不符合數", "不符合数"),
            count("cells_not_known", "cells of which it is not known", "未知數", "未知数"),
        ),
    ),
    Table(
        name="profile_rules",
        meaning=Text(
            "the rules of others: one row per rule and criterion, with source and doubt",
            "他方規則：每規則、條件一行，附來源與存疑之處",
            "他方规则：每规则、条件一行，附来源与存疑之处",
        ),
        key=("profile", "criterion"),
        columns=(
            _PROFILE,
            *_in_languages("profile_name", "name of the rule", "規則名稱", "规则名称"),
            text("criterion", "criterion", "條件", "条件", nullable=False),
            *_in_languages("rule", "what the criterion asks", "條件內容", "条件内容"),
            text(
                "sense",
                "how a cell's number compares where the criterion is met",
                "符合時的比較方式",
                "符合时的比较方式",
                allowed=("at least", "above", "at most"),
            ),
            number(
                "number",
                "the number it asks for; empty = not testable on our data",
                "所要求的數字（空=資料無法檢驗）",
                "所要求的数字（空=数据无法检验）",
            ),
            count("fewest", "criteria that must be met", "須符合的條件數", "须符合的条件数"),
            text("source", "source of the rule", "規則來源", "规则来源", nullable=False),
            *_in_languages("doubt", "where the rule is uncertain", "存疑之處", "存疑之处"),
        ),
    ),
)


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
