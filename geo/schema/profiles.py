"""What rules of others say of the same cells."""

from __future__ import annotations

from geo.official_rules import PROFILES
from geo.schema.column import CLASS, REGION, YEAR, Column, Table, answer, count, number, text
from geo.vocabulary import Text

__all__ = ["PROFILE_TABLES"]

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
