"""Parties by their tier: core firms, supporting firms, supporting institutions."""

from __future__ import annotations

from geo.schema.column import REGION, YEAR, Table, amount, count, share, text
from geo.vocabulary import TIERS, Text

__all__ = ["STRUCTURE_TABLES"]

STRUCTURE_TABLES = (
    Table(
        name="party_tiers",
        meaning=Text(
            "one row per core firm, supporting firm or supporting institution and year, with what "
            "made it so; of the years the latest that fit into 400,000 rows",
            "每家核心企業、配套企業或支撐機構每年一行，附判定依據；僅含 40 萬行內的最近年份",
            "每家核心企业、配套企业或支撑机构每年一行，附判定依据；仅含 40 万行内的最近年份",
        ),
        key=("party_id", "year"),
        columns=(
            text("party_id", "id of the firm or institution", "企業或機構編號", "企业或机构编号"),
            text("party_name", "its name", "名稱", "名称"),
            text("tier", "its tier", "層級", "层级", allowed=tuple(TIERS), nullable=False),
            *REGION,
            text(
                "industry",
                "code of the firm's industry; empty for institutions",
                "企業所屬行業代碼（機構為空）",
                "企业所属行业代码（机构为空）",
            ),
            text("industry_name", "name of the industry", "行業名稱", "行业名称"),
            YEAR,
            count(
                "local_suppliers",
                "firms of the region that supply it lastingly",
                "本地穩定供應商數",
                "本地稳定供应商数",
            ),
            count(
                "local_customers",
                "firms of the region that buy from it lastingly",
                "本地穩定客戶數",
                "本地稳定客户数",
            ),
            count(
                "local_partners",
                "either; of an institution the core and supporting firms tied to it",
                "本地夥伴數（機構：有關聯的核心與配套企業數）",
                "本地伙伴数（机构：有关联的核心与配套企业数）",
            ),
            share(
                "local_tie_share",
                "its share of the local partnerships of its industry here",
                "占本行業本地夥伴關係比例",
                "占本行业本地伙伴关系比例",
            ),
            amount(
                "equal_share",
                "partners that each firm of that network would have if all had as many",
                "均分時每家企業的夥伴數",
                "均分时每家企业的伙伴数",
            ),
            count(
                "core_partners",
                "core firms among its partners",
                "其中核心企業數",
                "其中核心企业数",
            ),
            text(
                "main_core_id",
                "id of the core firm among them with the most partners",
                "其中夥伴最多的核心企業編號",
                "其中伙伴最多的核心企业编号",
            ),
            text("main_core_name", "its name", "其名稱", "其名称"),
            amount(
                "trophic_level",
                "height in the flow of goods of its industry's network here: 0 is furthest "
                "upstream; empty where that network is too small",
                "在本地供應流中的層級（0=最上游；網絡過小為空）",
                "在本地供应流中的层级（0=最上游；网络过小为空）",
            ),
            text(
                "made_by",
                "what made it so",
                "判定依據",
                "判定依据",
                allowed=(
                    "local_hub",
                    "supplies_core",
                    "buys_from_core",
                    "trades_with_core",
                    "tied_to_chain",
                ),
                nullable=False,
            ),
            text("reason_en", "the same in English", "判定依據（英文）", "判定依据（英文）"),
            text(
                "reason_zh_hant",
                "the same in traditional Chinese",
                "判定依據（繁體）",
                "判定依据（繁体）",
            ),
            text(
                "reason_zh_hans",
                "the same in simplified Chinese",
                "判定依據（簡體）",
                "判定依据（简体）",
            ),
        ),
    ),
)
