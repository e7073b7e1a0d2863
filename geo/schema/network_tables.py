"""Who lives off whom: parties by their tier, and functional clusters whatever the borders."""

from __future__ import annotations

from geo.schema.column import REGION, YEAR, Table, amount, count, geometry, number, share, text
from geo.vocabulary import TIERS, Text

__all__ = ["FUNCTIONAL_TABLES", "STRUCTURE_TABLES"]


FUNCTIONAL_TABLES = (
    Table(
        name="functional_clusters",
        meaning=Text(
            "firms that live off each other within reach, across region borders: one row per "
            "functional cluster and year",
            "跨越區域邊界、就近相互依存的企業：每功能集群、年份一行",
            "跨越区域边界、就近相互依存的企业：每功能集群、年份一行",
        ),
        key=("functional_cluster", "year"),
        columns=(
            text(
                "functional_cluster",
                "id: region and industry of its largest cell in its first year",
                "功能集群編號（首年最大單元的區域與行業）",
                "功能集群编号（首年最大单元的区域与行业）",
                nullable=False,
            ),
            YEAR,
            count("regions", "regions it reaches into", "涉及區域數", "涉及区域数"),
            text(
                "region_ids",
                "their ids, the one with most establishments first",
                "區域編號（企業多者在先）",
                "区域编号（企业多者在先）",
            ),
            text("region_names", "their names", "區域名稱", "区域名称"),
            text(
                "industries",
                "its industries, the one with most establishments first",
                "行業代碼（企業多者在先）",
                "行业代码（企业多者在先）",
            ),
            text("industry_names", "their names", "行業名稱", "行业名称"),
            text("chain", "value chains they belong to", "所屬產業鏈", "所属产业链"),
            count(
                "establishments",
                "living establishments of its cells",
                "所含單元的企業數",
                "所含单元的企业数",
            ),
            count(
                "linked_firms",
                "firms with a stable supply partner inside",
                "在集群內有穩定供應夥伴的企業數",
                "在集群内有稳定供应伙伴的企业数",
            ),
            share(
                "linked_share",
                "share of its establishments that are linked",
                "有關聯企業占比",
                "有关联企业占比",
            ),
            share(
                "linked_share_without_hub",
                "the same without the firm with most partners",
                "除去最大樞紐後的有關聯企業占比",
                "除去最大枢纽后的有关联企业占比",
            ),
            amount(
                "employment", "jobs of its linked firms", "有關聯企業就業人數", "有关联企业就业人数"
            ),
            count(
                "supply_ties",
                "supply ties with an end in its cells",
                "所含單元的供應關聯數",
                "所含单元的供应关联数",
            ),
            count("ties_inside", "those with both ends inside", "集群內關聯數", "集群内关联数"),
            share(
                "inside_share",
                "share of its ties with both ends inside",
                "集群內關聯占比",
                "集群内关联占比",
            ),
            share(
                "border_share",
                "share of the ties inside that cross a region border",
                "集群內關聯中跨區域者占比",
                "集群内关联中跨区域者占比",
            ),
            share(
                "tie_persistence",
                "share of the ties inside still there a year later",
                "集群內關聯一年後的留存率",
                "集群内关联一年后的留存率",
            ),
            share(
                "usual_inside_share",
                "share of its ties that the usual reach of such trade puts inside",
                "此類交易通常在集群內的關聯占比",
                "此类交易通常在集群内的关联占比",
            ),
            number(
                "excess_inside_share",
                "ties inside beyond that, as a share of all its ties",
                "集群內超出通常水平的關聯占全部關聯之比",
                "集群内超出通常水平的关联占全部关联之比",
                maximum=1,
            ),
            share(
                "cluster_p",
                "chance of so surprising a cluster anywhere, were trade the usual",
                "若交易如常，任何地方出現如此集群的機率",
                "若交易如常，任何地方出现如此集群的概率",
            ),
            amount("area_km2", "area of its polygon, km²", "面積（平方公里）", "面积（平方公里）"),
            geometry(
                "around its linked firms",
                "有關聯企業所在範圍",
                "有关联企业所在范围",
                nullable=False,
            ),
        ),
    ),
)


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
