"""The table of verdicts: one row per region, industry and year."""

from __future__ import annotations

from geo.schema.column import CLASS, REGION, YEAR, Table, amount, answer, count, number, share, text
from geo.vocabulary import FLIPS, SHAPES, STAGES, Text

__all__ = ["CELL_TABLES"]

CELL_TABLES = (
    Table(
        name="region_industry_classification",
        meaning=Text(
            "one row per region, industry and year: the evidence and the verdict",
            "每區域、行業、年份一行：證據與判定",
        ),
        key=("region_id", "industry", "year"),
        columns=(
            *REGION,
            text("industry", "code of the industry", "行業代碼", nullable=False),
            text("industry_name", "name of the industry", "行業名稱"),
            YEAR,
            count("establishments", "living establishments", "企業數"),
            amount("employment", "jobs", "就業人數"),
            amount(
                "location_quotient",
                "location quotient by establishments",
                "區位商（按企業數）",
            ),
            amount(
                "location_quotient_low",
                "its lower 95 % bound",
                "區位商 95 % 下限",
            ),
            amount(
                "location_quotient_high",
                "its upper 95 % bound",
                "區位商 95 % 上限",
            ),
            amount(
                "location_quotient_employment",
                "location quotient by jobs",
                "區位商（按就業）",
            ),
            amount(
                "location_quotient_employment_low",
                "its lower 95 % bound",
                "就業區位商 95 % 下限",
            ),
            amount(
                "location_quotient_employment_high",
                "its upper 95 % bound",
                "就業區位商 95 % 上限",
            ),
            text(
                "withheld",
                "which numbers of the cell are withheld, so that they are intervals",
                "被隱去的數字（只知其區間）",
                allowed=("establishments", "employment", "both"),
            ),
            amount(
                "establishments_least",
                "fewest establishments that published totals allow",
                "依公布總數的最少企業數",
            ),
            amount(
                "establishments_most",
                "most establishments that published totals allow; empty = nothing bounds them",
                "依公布總數的最多企業數（空=無上限可據）",
            ),
            amount(
                "location_quotient_least",
                "location quotient by establishments at its least",
                "區位商（按企業數）可能的最小值",
            ),
            amount(
                "location_quotient_most",
                "location quotient by establishments at its most; empty = nothing bounds it",
                "區位商（按企業數）可能的最大值（空=無上限可據）",
            ),
            amount(
                "employment_least",
                "fewest jobs that published totals allow",
                "依公布總數的最少就業",
            ),
            amount(
                "employment_most",
                "most jobs that published totals allow; empty = nothing bounds them",
                "依公布總數的最多就業（空=無上限可據）",
            ),
            amount(
                "location_quotient_employment_least",
                "location quotient by jobs at its least",
                "區位商（按就業）可能的最小值",
            ),
            amount(
                "location_quotient_employment_most",
                "location quotient by jobs at its most; empty = nothing bounds it",
                "區位商（按就業）可能的最大值（空=無上限可據）",
            ),
            share(
                "concentration_p",
                "chance of so many plants if they fell at random",
                "隨機落點下出現如此多企業的機率",
            ),
            share(
                "concentration_q",
                "the same, adjusted for the many cells tested",
                "經錯誤發現率校正的機率",
            ),
            amount(
                "effective_establishments",
                "number of equal plants as concentrated as these: 1 / sum of squared shares",
                "等效企業數",
            ),
            amount(
                "location_quotient_leave_one_out",
                "location quotient by establishments against all other regions",
                "區位商（以其餘區域為參照）",
            ),
            number(
                "location_quotient_symmetric",
                "(LQ - 1) / (LQ + 1), by establishments",
                "對稱區位商",
                minimum=-1,
                maximum=1,
            ),
            number(
                "location_quotient_standardised",
                "location quotient in standard deviations of its industry",
                "標準化區位商",
            ),
            number(
                "excess_establishments",
                "establishments beyond the overall share",
                "超出總體占比的企業數",
            ),
            number(
                "excess_employment",
                "jobs beyond the overall share",
                "超出總體占比的就業人數",
            ),
            amount(
                "cluster_index",
                "Litzenberger and Sternberg's cluster index",
                "利岑伯格－施特恩貝格集群指數",
            ),
            number(
                "local_moran_i",
                "local Moran's I of the location quotient",
                "區位商的局部莫蘭指數",
            ),
            share(
                "local_moran_q",
                "its two-sided chance, adjusted for the many cells tested",
                "局部莫蘭指數校正機率",
            ),
            text(
                "local_moran_quadrant",
                "the cell and its neighbours: high or low",
                "單元與鄰區：高或低",
                allowed=("high-high", "low-high", "low-low", "high-low"),
            ),
            text(
                "local_moran_reason",
                "why there is no local Moran's I: the quotient is not known, the region has no "
                "neighbour, or the industry's quotients vary nowhere or in one region only",
                "無局部莫蘭指數的原因：區位商未知、無鄰區、該行業處處相同或僅一區有別",
                allowed=("not_known", "island", "constant", "one_region"),
            ),
            number(
                "hot_spot_z",
                "Getis and Ord's G* of the location quotient, in standard deviations",
                "熱點統計量 G*（標準差）",
            ),
            share(
                "hot_spot_q",
                "its upper-tail chance, adjusted for the many cells tested",
                "熱點統計量校正機率",
            ),
            amount(
                "local_geary_c",
                "local Geary's c of the location quotient",
                "局部吉里指數",
            ),
            amount(
                "location_quotient_asked",
                "location quotient that question A asks: against the rest of the country where the "
                "region holds more than a twentieth of it",
                "問題甲所用的區位商（區域占全國二十分之一以上者，以其餘區域為參照）",
            ),
            amount(
                "jobs_quotient_asked",
                "the same by jobs",
                "問題甲所用的就業區位商",
            ),
            text(
                "concentrated_by",
                "whether plants, jobs, both or output alone show the concentration; empty = none",
                "集聚由企業數、就業、二者或僅由產值顯示（空=皆無）",
                allowed=("plants", "jobs", "both", "output"),
            ),
            answer(
                "is_concentrated",
                "question A: is it concentrated? empty = not known",
                "問題甲：是否集聚？空=未知",
            ),
            count("supply_ties", "supply ties with an end in the cell", "供應關聯數"),
            count(
                "local_supply_ties",
                "those with both ends in the region, or as near as the setting `local` says",
                "本地供應關聯數（同一區域，或設定 local 所定範圍）",
            ),
            amount(
                "expected_local_supply_ties",
                "local ties if partners were matched at random",
                "隨機配對下的本地關聯數",
            ),
            amount(
                "matching_ratio",
                "local ties over those expected",
                "本地配套倍數",
            ),
            share(
                "matching_p",
                "chance of so many local ties under random matching",
                "隨機配對下的機率",
            ),
            share(
                "matching_q",
                "the same, adjusted for the many cells tested",
                "校正後的機率",
            ),
            amount(
                "usual_local_supply_ties",
                "local ties by the usual reach of such trade",
                "此類交易通常的本地關聯數",
            ),
            number(
                "excess_local_share",
                "local ties beyond the usual reach, as a share of all its ties",
                "超出通常水平的本地關聯占其全部關聯之比",
                maximum=1,
            ),
            number("excess_local_share_low", "its lower 95 % bound", "其 95 % 下限"),
            number("excess_local_share_high", "its upper 95 % bound", "其 95 % 上限"),
            share(
                "reach_p",
                "chance of so many local ties by the usual reach",
                "按此類交易通常範圍出現如此多本地關聯的機率",
            ),
            share(
                "reach_q",
                "the same, adjusted for the many cells tested",
                "校正後的機率",
            ),
            share(
                "hub_share",
                "share of local ties with the party that has most of them",
                "最大樞紐占本地關聯的比例",
            ),
            number(
                "excess_local_share_without_hub",
                "excess local share without that hub; at least, where ties are counted by cell",
                "去掉樞紐後的本地超額占比（按單元計數時為下限）",
                maximum=1,
            ),
            share(
                "reach_p_without_hub",
                "chance of its local ties without that hub, not adjusted: asked of what has passed",
                "去掉樞紐後的機率（含樞紐已通過者再問）",
            ),
            share(
                "within_hour_share",
                "share of supply ties within an hour: by the table of travel times where given, "
                "else 40 km as the crow flies",
                "一小時內的供應關聯占比（有行程時間表按表，否則按直線 40 公里）",
            ),
            share(
                "locally_linked_share",
                "share of firms with a stable local supply partner",
                "有穩定本地配套夥伴的企業占比",
            ),
            share("locally_linked_share_low", "its lower 95 % bound", "其 95 % 下限"),
            share("locally_linked_share_high", "its upper 95 % bound", "其 95 % 上限"),
            share(
                "usual_linked_share",
                "share that firms with so many ties would have by the usual reach",
                "此類交易通常水平下的該占比",
            ),
            share(
                "link_coverage",
                "share of firms that the supply ties cover; less where the source misses ties",
                "供應關聯所覆蓋的企業占比；資料遺漏關聯時更低",
            ),
            share(
                "tie_persistence",
                "share of local ties that are there again in the next two years",
                "本地關聯其後兩年內仍在的比例",
            ),
            share(
                "tie_persistence_low",
                "its lower 95 % bound",
                "留存率 95 % 下限",
            ),
            share(
                "tie_persistence_high",
                "its upper 95 % bound",
                "留存率 95 % 上限",
            ),
            share(
                "persistence_base_rate",
                "share of all ties of the same industries that last a year",
                "同類行業關聯的總體留存率",
            ),
            count(
                "knowledge_ties",
                "ties of research, standards and talent between its firms and others; empty where "
                "none is known in the year",
                "與其他企業的研發、標準與人才關聯數（該年無此類關聯則未知）",
            ),
            count(
                "local_knowledge_ties",
                "those that are local",
                "其中本地者",
            ),
            amount(
                "usual_local_knowledge_ties",
                "local ones by the usual reach of such ties",
                "此類關聯通常的本地數",
            ),
            number(
                "knowledge_excess_local_share",
                "local knowledge ties beyond the usual reach, as a share of all its knowledge ties",
                "超出通常水平的本地知識關聯占其全部知識關聯之比",
                maximum=1,
            ),
            number(
                "knowledge_excess_local_share_low",
                "its lower 95 % bound",
                "其 95 % 下限",
            ),
            number(
                "knowledge_excess_local_share_high",
                "its upper 95 % bound",
                "其 95 % 上限",
            ),
            share(
                "knowledge_reach_p",
                "chance of so many local knowledge ties by the usual reach",
                "按此類關聯通常範圍出現如此多本地者的機率",
            ),
            share(
                "knowledge_reach_q",
                "the same, adjusted for the many cells tested",
                "校正後的機率",
            ),
            share(
                "knowledge_linked_share",
                "share of firms with a local partner in knowledge",
                "有本地知識夥伴的企業占比",
            ),
            share(
                "usual_knowledge_linked_share",
                "share that firms with so many knowledge ties would have by the usual reach",
                "此類關聯通常水平下的該占比",
            ),
            share(
                "knowledge_persistence",
                "share of the firms with a local partner in knowledge that have one again",
                "有本地知識夥伴的企業其後再有的比例",
            ),
            share(
                "knowledge_persistence_low",
                "its lower 95 % bound",
                "其 95 % 下限",
            ),
            text(
                "collaboration_by",
                "family of ties that shows the collaboration; empty = none",
                "協作所依的關聯類別（空=無）",
                allowed=("supply", "knowledge", "both"),
            ),
            answer(
                "is_collaborating",
                "question B: is there lasting collaboration, by supply or knowledge? "
                "empty = not known",
                "問題乙：有無持續的供應或知識協作？空=未知",
            ),
            text(
                "region_across",
                "adjoining region that it collaborates with as one cluster cut by the border",
                "與之跨界協作、同屬一集群的相鄰區域",
            ),
            count(
                "tied_institutions",
                "local institutions with a tie to its firms",
                "與企業有關聯的本地機構數",
            ),
            count(
                "institution_kinds",
                "kinds of institution that reach a tenth of its firms",
                "覆蓋一成企業的機構類別數",
            ),
            share(
                "institution_tied_share",
                "share of firms tied to a local institution",
                "與本地機構有關聯的企業占比",
            ),
            share("institution_tied_share_low", "its lower 95 % bound", "其 95 % 下限"),
            share(
                "institution_tied_share_high",
                "its upper 95 % bound",
                "其 95 % 上限",
            ),
            share(
                "institution_q",
                "adjusted chance of so many ties with local institutions",
                "本地機構關聯的校正機率",
            ),
            share(
                "innovation_kind_reach",
                "share of firms that its widest kind of innovation institution reaches",
                "覆蓋最廣的創新機構類別所及企業占比",
            ),
            share(
                "service_kind_reach",
                "share of firms that its widest kind of service institution reaches",
                "覆蓋最廣的服務機構類別所及企業占比",
            ),
            share(
                "institution_brokerage",
                "share of connected pairs of its firms that only local institutions connect",
                "僅經本地機構相連的企業對占比",
            ),
            text(
                "key_institution",
                "local institution whose loss breaks most of them",
                "失去後斷開最多的本地機構",
            ),
            share(
                "key_institution_brokerage",
                "share of connected pairs that its loss breaks",
                "失去該機構所斷開的企業對占比",
            ),
            text(
                "functional_cluster",
                "functional cluster it is part of, across borders; empty = none or not known",
                "所屬功能集群，不論區域邊界（空=無或未知）",
            ),
            answer(
                "has_ecosystem",
                "question C: is there an ecosystem of institutions? empty = not known",
                "問題丙：有無機構生態？空=未知",
            ),
            count("core_firms", "core firms among its firms", "核心企業數"),
            count(
                "supporting_firms",
                "firms of it that supply or buy from a core firm here lastingly",
                "配套企業數",
            ),
            count(
                "supporting_institutions",
                "local institutions tied to its core or supporting firms",
                "支撐機構數",
            ),
            share(
                "homogeneity",
                "chance that two firms of one size class sell to one industry: "
                "that two sales of two firms drawn at random are such",
                "同質性：隨機兩家企業規模同級且客戶行業相同的機率",
            ),
            share(
                "size_likeness",
                "chance that two of its firms are of one size class",
                "隨機兩家企業規模同級的機率",
            ),
            share(
                "customer_likeness",
                "chance that two sales of two of its firms go to one industry",
                "隨機兩家企業客戶行業相同的機率",
            ),
            share(
                "supplier_likeness",
                "chance that two purchases of two of its firms come from one industry",
                "隨機兩家企業供應商行業相同的機率",
            ),
            share(
                "core_tie_share",
                "share of its firms' lasting local partnerships with a core firm at an end",
                "穩定本地夥伴關係中有核心企業的占比",
            ),
            text(
                "shape",
                "form of its local supply network: pyramid (goods flow one way, to a few core "
                "firms), web (firms supply each other in circles), layered (one way, around "
                "nobody), hub and spoke (half of all ties are one firm's); empty = fewer than 20 "
                "pairs of partners, or not among the 500 largest networks of the year",
                "本地供應網絡形態：金字塔、網狀、分層或輪軸式"
                "（空=夥伴不足 20 對，或不在當年最大的 500 個網絡之列）",
                allowed=tuple(SHAPES),
            ),
            share(
                "flow_hierarchy",
                "share of that network's ties that lie on no cycle of supply",
                "不在循環上的供應關聯占比",
            ),
            share(
                "trophic_incoherence",
                "how badly its ties fit levels: 0 all go one step up, 1 no way up",
                "層級不一致度：0=逐級向上，1=無方向",
            ),
            number(
                "core_periphery_fit",
                "correlation of that network with one in which every tie touches a core firm",
                "核心—外圍結構擬合度",
                minimum=-1,
                maximum=1,
            ),
            share(
                "core_periphery_p",
                "chance of such a fit if only the number of partners of each firm mattered; "
                "empty = no form, or a network of more than 5,000 firms",
                "僅由各企業夥伴數造成如此擬合的機率（空=無形態，或網絡超過 5,000 家企業）",
            ),
            share(
                "local_input_coverage",
                "share of its inputs that industries here could supply",
                "本地可供投入占比",
            ),
            share(
                "local_output_coverage",
                "share of its sales to industries that those here could take",
                "本地可吸收產出占比",
            ),
            share(
                "chain_completeness",
                "share of its main input industries that are strong here",
                "產業鏈完整度",
            ),
            share(
                "chain_completeness_value",
                "share of the inputs that set it apart made by industries strong here",
                "有別於他業的投入中由本地優勢行業生產的占比",
            ),
            share(
                "regional_input_share_slq",
                "inputs from within the region, by simple location quotients",
                "本地投入占比：簡單區位商法",
            ),
            share(
                "regional_input_share_cilq",
                "inputs from within the region, by cross-industry quotients",
                "本地投入占比：跨行業區位商法",
            ),
            share(
                "regional_input_share_flq_low",
                "inputs from within the region, by Flegg's quotients, least over delta 0.1 to 0.4",
                "本地投入占比：弗萊格法，δ 為 0.1 至 0.4 之最小",
            ),
            share(
                "regional_input_share_flq_high",
                "inputs from within the region, by Flegg's quotients, most over delta 0.1 to 0.4",
                "本地投入占比：弗萊格法，δ 為 0.1 至 0.4 之最大",
            ),
            share(
                "regional_input_share_aflq_low",
                "inputs from within the region, by augmented Flegg quotients, least over delta",
                "本地投入占比：擴充弗萊格法之最小",
            ),
            share(
                "regional_input_share_aflq_high",
                "inputs from within the region, by augmented Flegg quotients, largest over delta",
                "本地投入占比：擴充弗萊格法之最大",
            ),
            CLASS,
            text(
                "basis",
                "what the answer on collaboration rests on",
                "協作判斷的依據",
                allowed=("ties", "flows", "input_output", "none"),
                nullable=False,
            ),
            share(
                "confidence",
                "share of worlds drawn again with the same class; empty = class left open by data",
                "重抽樣中判定相同的比例（空=資料不足以判定）",
            ),
            text(
                "stage",
                "stage on the cell's path over the years; empty = not computed",
                "發展階段（空=未計算）",
                allowed=tuple(STAGES),
            ),
            text(
                "reason",
                "the numbers that decided, in the language of the run",
                "判定理由",
                nullable=False,
            ),
            text(
                "reason_en",
                "the reason in English",
                "判定理由（英文）",
                nullable=False,
            ),
            text(
                "reason_zh_hant",
                "the reason in traditional Chinese",
                "判定理由（繁體）",
                nullable=False,
            ),
            text(
                "reason_zh_hans",
                "the reason in simplified Chinese",
                "判定理由（簡體）",
                nullable=False,
            ),
            text(
                "flip_up",
                "nearest of what the next class lacks; empty = nothing near, or a cluster",
                "距上一級最近的缺項（空=無近者或已是集群）",
                allowed=FLIPS,
            ),
            number(
                "flip_up_amount",
                "how many more of it are needed; empty = not a number",
                "尚缺數量（空=非數量）",
            ),
            text(
                "flip_up_also",
                "what else is lacking, and how much of it, nearest first; empty = nothing",
                "其他缺項及數量，由近及遠（空=無）",
            ),
            text(
                "flip_down",
                "nearest loss that would take the class away; empty = none",
                "最近的使判定下降的損失（空=無）",
                allowed=FLIPS,
            ),
            number(
                "flip_down_amount",
                "how many of it",
                "損失數量",
            ),
            share(
                "threshold_agreement",
                "share of neighbouring thresholds under which the verdict is the same",
                "門檻上下移動時判定不變的比例",
            ),
            text(
                "rests_on",
                "thresholds that turn the verdict when moved to their neighbours, and `null` where "
                "random matching in place of the usual reach would; empty = none",
                "移動後會改變判定的門檻；null 為改以隨機配對比較即會改變（空=無）",
            ),
        ),
    ),
)
