"""Words of `jiqun gaps` in three languages: what can be lacking, and which table would tell."""

from __future__ import annotations

from geo.vocabulary import Text

__all__ = ["ITEMS", "MISSING_DATA", "RELATIONS", "WORDS"]

ITEMS = {
    "plants": Text("establishments", "企業數", "企业数"),
    "effective_plants": Text("effective establishments", "等效企業數", "等效企业数"),
    "local_ties": Text(
        "local supply ties beyond the usual",
        "超出通常水平的本地供應關聯",
        "超出通常水平的本地供应关联",
    ),
    "local_ties_without_hub": Text(
        "the same without its largest hub", "同上，去掉最大樞紐後", "同上，去掉最大枢纽后"
    ),
    "linked_firms": Text(
        "firms with a stable local partner", "有穩定本地夥伴的企業", "有稳定本地伙伴的企业"
    ),
    "lasting_ties": Text("local ties that last", "持續的本地關聯", "持续的本地关联"),
    "local_knowledge_ties": Text(
        "or else: local knowledge ties beyond the usual",
        "或：超出通常水平的本地知識關聯",
        "或：超出通常水平的本地知识关联",
    ),
    "knowledge_firms": Text(
        "or else: firms with a local partner in knowledge",
        "或：有本地知識夥伴的企業",
        "或：有本地知识伙伴的企业",
    ),
    "lasting_exchange": Text(
        "or else: firms that exchange knowledge here again",
        "或：其後仍有本地知識往來的企業",
        "或：其后仍有本地知识往来的企业",
    ),
    "tied_firms": Text(
        "firms tied to local institutions", "與本地機構有關聯的企業", "与本地机构有关联的企业"
    ),
    "institution_ties": Text(
        "ties to local institutions beyond the usual",
        "超出通常水平的本地機構關聯",
        "超出通常水平的本地机构关联",
    ),
    "innovation_firms": Text(
        "firms tied to one kind of innovation institution",
        "與同一類創新機構有關聯的企業",
        "与同一类创新机构有关联的企业",
    ),
    "service_firms": Text(
        "firms tied to one kind of service institution",
        "與同一類服務機構有關聯的企業",
        "与同一类服务机构有关联的企业",
    ),
}

MISSING_DATA = {
    "plants": Text(
        "its number of establishments: column `establishments` of `cells`, or table `margins`",
        "企業數：`cells` 的 `establishments` 欄，或 `margins` 表",
        "企业数：`cells` 的 `establishments` 列，或 `margins` 表",
    ),
    "comparison": Text(
        "other regions and industries to compare with: table `firms` or `cells`",
        "可比較的其他區域與行業：`firms` 或 `cells` 表",
        "可比较的其他区域与行业：`firms` 或 `cells` 表",
    ),
    "jobs": Text(
        "jobs of its establishments: column `employment` of `firms` or `cells`",
        "企業的就業人數：`firms` 或 `cells` 的 `employment` 欄",
        "企业的就业人数：`firms` 或 `cells` 的 `employment` 列",
    ),
    "ties": Text(
        "supply ties of its firms over two years or more: table `links`",
        "其企業至少兩年的供應關聯：`links` 表",
        "其企业至少两年的供应关联：`links` 表",
    ),
    "years": Text(
        "a second year of ties: table `links`",
        "第二年的關聯：`links` 表",
        "第二年的关联：`links` 表",
    ),
    "coverage": Text(
        "ties of more of its firms: table `links`",
        "更多企業的關聯：`links` 表",
        "更多企业的关联：`links` 表",
    ),
    "innovation": Text(
        "innovation institutions, and ties to them: tables `institutions` and `links`",
        "創新機構及其關聯：`institutions` 與 `links` 表",
        "创新机构及其关联：`institutions` 与 `links` 表",
    ),
    "service": Text(
        "service institutions, and ties to them: tables `institutions` and `links`",
        "服務機構及其關聯：`institutions` 與 `links` 表",
        "服务机构及其关联：`institutions` 与 `links` 表",
    ),
    "elsewhere": Text(
        "such ties are mostly local wherever such firms are, so that nothing beyond it could show",
        "此類關聯無論在何處多為本地，無從顯示更多",
        "此类关联无论在何处多为本地，无从显示更多",
    ),
    "undecided": Text(
        "the data are there, and do not decide", "資料已有，但不足以判斷", "数据已有，但不足以判断"
    ),
    "institution_ties": Text(
        "ties with institutions of the region: table `links`",
        "與本區域機構的關聯：`links` 表",
        "与本区域机构的关联：`links` 表",
    ),
}
"""What would have to be given, and in which table."""

RELATIONS = {
    "same": Text("makes it already", "已生產此項", "已生产此项"),
    "parent": Text("a sister industry", "同門類行業", "同门类行业"),
    "inputs": Text("buys much the same inputs", "投入結構相近", "投入结构相近"),
}

WORDS = {
    "missing": Text(
        "What is missing before it is a cluster, nearest first",
        "成為集群尚缺的條件（由近及遠）",
        "成为集群尚缺的条件（由近及远）",
    ),
    "losing": Text(
        "It is a cluster. It would be one no longer if it lost (nearest first):",
        "已是集群。若失去下列之一，即不再是集群（由近及遠）：",
        "已是集群。若失去下列之一，即不再是集群（由近及远）：",
    ),
    "what": Text("what", "條件", "条件"),
    "there": Text("there", "現有", "现有"),
    "needed": Text("needed", "需要", "需要"),
    "lacking": Text("lacking", "尚缺", "尚缺"),
    "distance": Text("distance", "差距", "差距"),
    "loss": Text("to lose", "失去", "失去"),
    "share": Text("share", "占比", "占比"),
    "of": Text("{part} of {whole}", "{whole} 中 {part}", "{whole} 中 {part}"),
    "undecided": Text(
        "? The data do not decide: it may be there already.",
        "? 資料不足以判斷：或許已具備。",
        "? 数据不足以判断：或许已具备。",
    ),
    "not_alone": Text(
        "– No number of these alone would do: other things have to change first.",
        "– 僅增加此項無法達到：其他條件須先改變。",
        "– 仅增加此项无法达到：其他条件须先改变。",
    ),
    "across": Text(
        "It collaborates together with {region} across the border; what its own ties would have to "
        "lose is not counted.",
        "其協作與 {region} 跨界合計；自身關聯的損失不另計。",
        "其协作与 {region} 跨界合计；自身关联的损失不另计。",
    ),
    "unknown": Text(
        "Not known, and what would tell:",
        "未知，及可據以判斷的資料：",
        "未知，及可据以判断的数据：",
    ),
    "kinds": Text(
        "Kinds of institution that the region lacks, with the nearest elsewhere",
        "本區域缺少的機構類別及最近的外地機構",
        "本区域缺少的机构类别及最近的外地机构",
    ),
    "kind": Text("kind", "類別", "类别"),
    "nearest": Text("nearest institution", "最近的機構", "最近的机构"),
    "region": Text("region", "區域", "区域"),
    "here": Text(
        "In the region already, so that more firms could be tied to them:",
        "本區域已有，可使更多企業與之建立關聯：",
        "本区域已有，可使更多企业与之建立关联：",
    ),
    "nowhere": Text(
        "Nowhere in the data, so whether they are missing is not known: {kinds}.",
        "資料中全無，是否缺少未知：{kinds}。",
        "数据中全无，是否缺少未知：{kinds}。",
    ),
    "no_institutions": Text(
        "Institutions that are missing are not known: there is no table `institutions`.",
        "缺少的機構未知：未提供 `institutions` 表。",
        "缺少的机构未知：未提供 `institutions` 表。",
    ),
    "chain": Text(
        "Chain gaps: inputs that the region falls short of, the largest first",
        "補鏈缺口：本區域短缺的投入（由大到小）",
        "补链缺口：本区域短缺的投入（由大到小）",
    ),
    "gap": Text(
        "{input}: short of {short} of all inputs (needed {share}; location quotient here "
        "{quotient}, plants here {plants})",
        "{input}：短缺占全部投入的 {short}（需 {share}；本地區位商 {quotient}，企業 {plants} 家）",
        "{input}：短缺占全部投入的 {short}（需 {share}；本地区位商 {quotient}，企业 {plants} 家）",
    ),
    "could": Text("could be made by", "可由下列填補", "可由下列填补"),
    "candidate": Text(
        "{industry} ({relation}, plants {plants})",
        "{industry}（{relation}，{plants} 家）",
        "{industry}（{relation}，{plants} 家）",
    ),
    "nobody": Text("nobody here in a related industry", "本地無相關行業", "本地无相关行业"),
    "today": Text("bought today from", "目前購自", "目前购自"),
    "source": Text(
        "{region} (ties {ties}, nearest {km} km)",
        "{region}（關聯 {ties} 條，最近 {km} 公里）",
        "{region}（关联 {ties} 条，最近 {km} 公里）",
    ),
    "untied": Text("no supplier outside is recorded", "未記錄外地供應商", "未记录外地供应商"),
    "no_gaps": Text(
        "No chain gap: the region falls short of no input by 1 % of all inputs or more.",
        "無補鏈缺口：各項投入的短缺均不足全部投入的 1 %。",
        "无补链缺口：各项投入的短缺均不足全部投入的 1 %。",
    ),
    "no_table": Text(
        "Chain gaps are not known: no input-output table speaks of this industry (`io_table`).",
        "補鏈缺口未知：沒有涉及該行業的投入產出表（`io_table`）。",
        "补链缺口未知：没有涉及该行业的投入产出表（`io_table`）。",
    ),
    "lost": Text(
        "Local ties that ended since {before} though both firms live, the longest first",
        "{before} 年以來雙方仍在而中斷的本地關聯（由久到短）",
        "{before} 年以来双方仍在而中断的本地关联（由久到短）",
    ),
    "lost_none": Text(
        "No local tie of {before} ended while both firms live.",
        "{before} 年的本地關聯中，雙方仍在者均未中斷。",
        "{before} 年的本地关联中，双方仍在者均未中断。",
    ),
    "lost_unknown": Text(
        "Which local ties ended is not known: no ties of both {before} and {year} (`links`).",
        "中斷的本地關聯未知：沒有 {before} 與 {year} 兩年的關聯（`links`）。",
        "中断的本地关联未知：没有 {before} 与 {year} 两年的关联（`links`）。",
    ),
    "lasted": Text(" (years: {years})", "（歷時 {years} 年）", "（历时 {years} 年）"),
    "more": Text("and {count} more", "等，另有 {count} 條", "等，另有 {count} 条"),
    "joint": Text(", ", "、", "、"),
    "colon": Text(": ", "：", "："),
}
