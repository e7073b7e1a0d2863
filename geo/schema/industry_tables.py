"""Results by industry and by pair of industries, among them those of an input-output table."""

from __future__ import annotations

from geo.schema.column import REGION, YEAR, Table, amount, count, number, share, text
from geo.vocabulary import Text

__all__ = ["INDUSTRY_TABLES", "INPUT_OUTPUT_TABLES"]


INPUT_OUTPUT_TABLES = (
    Table(
        name="industry_linkages",
        meaning=Text(
            "who pulls and who pushes the others, one row per industry of the input-output table",
            "誰拉動、誰推動其他行業，投入產出表每行業一行",
            "谁拉动、谁推动其他行业，投入产出表每行业一行",
        ),
        key=("industry", "year"),
        columns=(
            text("industry", "code of the industry", "行業代碼", "行业代码", nullable=False),
            text("industry_name", "name of the industry", "行業名稱", "行业名称"),
            YEAR,
            amount(
                "output_multiplier",
                "output of all industries per unit of final demand for it",
                "產出乘數",
                "产出乘数",
            ),
            amount(
                "backward_linkage",
                "pull on its suppliers, the mean industry being 1 (Rasmussen)",
                "後向關聯（影響力係數）",
                "后向关联（影响力系数）",
            ),
            amount(
                "backward_spread",
                "how unevenly that pull falls on its suppliers",
                "後向關聯的離散度",
                "后向关联的离散度",
            ),
            amount(
                "forward_linkage",
                "push from all others' demand, the mean industry being 1 (Rasmussen)",
                "前向關聯（感應度係數）",
                "前向关联（感应度系数）",
            ),
            amount(
                "forward_spread",
                "how unevenly that push comes from its customers",
                "前向關聯的離散度",
                "前向关联的离散度",
            ),
            amount(
                "input_multiplier",
                "output of all industries per unit of its primary inputs (Ghosh)",
                "投入乘數（戈什模型）",
                "投入乘数（戈什模型）",
            ),
            amount(
                "forward_linkage_ghosh",
                "push on its customers, the mean industry being 1 (Ghosh)",
                "前向關聯（戈什模型）",
                "前向关联（戈什模型）",
            ),
            text(
                "key_sector",
                "key = pulls and pushes more than the mean industry",
                "關鍵行業：前後向皆高於平均",
                "关键行业：前后向皆高于平均",
                allowed=("key", "backward", "forward", "weak"),
            ),
        ),
    ),
)


INDUSTRY_TABLES = (
    Table(
        name="industry_concentration",
        meaning=Text("one row per industry and year", "每行業、年份一行", "每行业、年份一行"),
        key=("industry", "year"),
        columns=(
            text("industry", "code of the industry", "行業代碼", "行业代码", nullable=False),
            text("industry_name", "name of the industry", "行業名稱", "行业名称"),
            YEAR,
            number("moran_i", "Moran's I of its location quotients", "莫蘭指數", "莫兰指数"),
            share(
                "moran_p",
                "its upper-tail chance under permutation",
                "莫蘭指數機率",
                "莫兰指数概率",
            ),
            text(
                "moran_reason",
                "why there is no Moran's I: its quotients vary nowhere or in one region only, "
                "or no region has a neighbour",
                "無莫蘭指數的原因：處處相同、僅一區有別或無鄰區",
                "无莫兰指数的原因：处处相同、仅一区有别或无邻区",
                allowed=("constant", "one_region", "no_neighbours"),
            ),
            amount("geary_c", "Geary's c of its location quotients", "吉里指數", "吉里指数"),
            share(
                "geary_p",
                "its lower-tail chance under permutation",
                "吉里指數機率",
                "吉里指数概率",
            ),
            amount("general_g", "Getis and Ord's general G", "廣義 G 統計量", "广义 G 统计量"),
            share(
                "general_g_p",
                "its upper-tail chance under permutation",
                "廣義 G 機率",
                "广义 G 概率",
            ),
            share("gini", "locational Gini", "區位基尼係數", "区位基尼系数"),
            share("hoover", "Hoover index", "胡佛指數", "胡佛指数"),
            amount("theil", "Theil index", "泰爾指數", "泰尔指数"),
            share(
                "herfindahl",
                "Herfindahl index of its regional shares",
                "赫芬達爾指數",
                "赫芬达尔指数",
            ),
            amount(
                "krugman",
                "Krugman index of its regional shares",
                "克魯格曼指數",
                "克鲁格曼指数",
            ),
            number("maurel_sedillot", "Maurel-Sédillot index", "MS 指數", "MS 指数"),
            number("ellison_glaeser", "Ellison-Glaeser index", "EG 指數", "EG 指数"),
            share("ellison_glaeser_p", "its dartboard chance", "EG 指數機率", "EG 指数概率"),
            number(
                "ellison_glaeser_low",
                "its lower 95 % bound, plants drawn again",
                "EG 指數 95 % 下限（企業重抽樣）",
                "EG 指数 95 % 下限（企业重抽样）",
            ),
            number(
                "ellison_glaeser_high",
                "its upper 95 % bound, plants drawn again",
                "EG 指數 95 % 上限（企業重抽樣）",
                "EG 指数 95 % 上限（企业重抽样）",
            ),
            number(
                "neighbour_ellison_glaeser",
                "Ellison-Glaeser index with plants across a border counted as near",
                "EG 指數（鄰區企業視為鄰近）",
                "EG 指数（邻区企业视为邻近）",
            ),
            share(
                "neighbour_ellison_glaeser_p",
                "its dartboard chance",
                "鄰區 EG 指數機率",
                "邻区 EG 指数概率",
            ),
            text(
                "market",
                "local: its plants follow those of all industries; or traded",
                "市場：local 本地服務型（隨全部企業分布）或 traded 外銷型",
                "市场：local 本地服务型（随全部企业分布）或 traded 外销型",
                allowed=("traded", "local"),
            ),
            text(
                "measured_by",
                "whether Gini, Hoover, Theil, Herfindahl and Krugman are of jobs or establishments",
                "吉尼、胡佛、泰爾等指數按就業或按企業數計",
                "基尼、胡佛、泰尔等指数按就业或按企业数计",
                allowed=("employment", "establishments"),
            ),
            count(
                "regions_with_industry",
                "regions that have it",
                "有該行業的區域數",
                "有该行业的区域数",
            ),
        ),
    ),
    Table(
        name="industry_pairs",
        meaning=Text(
            "do industries that trade sit together? one row per pair and year",
            "有交易的行業是否相鄰？每對行業、年份一行",
            "有交易的行业是否相邻？每对行业、年份一行",
        ),
        key=("industry", "other_industry", "year"),
        columns=(
            text("industry", "code of one industry", "行業代碼", "行业代码", nullable=False),
            text(
                "other_industry",
                "code of the other industry",
                "另一行業代碼",
                "另一行业代码",
                nullable=False,
            ),
            YEAR,
            number(
                "coagglomeration",
                "Ellison-Glaeser-Kerr co-agglomeration",
                "共同集聚指數",
                "共同集聚指数",
            ),
            share(
                "coagglomeration_p",
                "its chance if plants fell at random",
                "企業隨機落點下的機率",
                "企业随机落点下的概率",
            ),
            share(
                "coagglomeration_heap_p",
                "its chance if each industry's heaps fell at random",
                "行業集中地隨機落點下的機率",
                "行业集中地随机落点下的概率",
            ),
            share(
                "proximity",
                "of the regions with a location quotient above 1 in one industry, the share that "
                "has one in the other too; the smaller of both ways",
                "一行業區位商大於 1 的區域中，另一行業亦然者之占比（兩向取小）",
                "一行业区位商大于 1 的区域中，另一行业亦然者之占比（两向取小）",
            ),
            amount(
                "neighbour_ratio_20km",
                "the other industry's share of the firms within 20 km of the one's, over its share "
                "elsewhere (Marcon-Puech M); in an even sample of 12,000 firms where a year has "
                "more",
                "一行業企業 20 公里內另一行業的份額與別處之比（M；企業過多時等機率抽取 12,000 家）",
                "一行业企业 20 公里内另一行业的份额与别处之比（M；企业过多时等概率抽取 12,000 家）",
            ),
            amount(
                "other_neighbour_ratio_20km",
                "the one's share around the firms of the other, likewise",
                "另一行業企業周圍一行業的份額與別處之比，餘同",
                "另一行业企业周围一行业的份额与别处之比，余同",
            ),
            share(
                "neighbour_ratio_p",
                "chance of so much of one industry around the other if all firms but the other's "
                "changed places; the larger of both ways",
                "除一行業外企業互換位置時，另一行業如此靠近的機率（兩向取大）",
                "除一行业外企业互换位置时，另一行业如此靠近的概率（两向取大）",
            ),
            text(
                "neighbour_ratio_reason",
                "why a ratio is not known: the dataset has no places of firms, fewer than 10 firms "
                "of an industry are measured, or none has anybody within 20 km",
                "無該比值的原因：無企業位置、某行業可度量的企業不足 10 家或 20 公里內無企業",
                "无该比值的原因：无企业位置、某行业可度量的企业不足 10 家或 20 公里内无企业",
                allowed=("no_places", "few_firms", "nobody_near"),
            ),
            share(
                "input_output",
                "largest share of either's inputs or sales that goes to the other",
                "彼此投入或銷售的最大占比",
                "彼此投入或销售的最大占比",
            ),
        ),
    ),
    Table(
        name="pair_neighbourhoods",
        meaning=Text(
            "where an industry stands beside another it trades with: the twenty pairs that depend "
            "most on each other's goods, one row per region, pair and year",
            "某行業與其交易行業何處相鄰：彼此依賴最深的二十對，每區域、行業對、年份一行",
            "某行业与其交易行业何处相邻：彼此依赖最深的二十对，每区域、行业对、年份一行",
        ),
        key=("region_id", "industry", "other_industry", "year"),
        columns=(
            *REGION,
            text(
                "industry",
                "code of the industry here",
                "本區行業代碼",
                "本区行业代码",
                nullable=False,
            ),
            text(
                "other_industry",
                "code of the industry looked for around",
                "鄰區行業代碼",
                "邻区行业代码",
                nullable=False,
            ),
            YEAR,
            number(
                "pair_moran_i",
                "bivariate local Moran's I: the one here against the other around",
                "雙變量局部莫蘭指數",
                "双变量局部莫兰指数",
            ),
            share(
                "pair_moran_q",
                "its upper-tail chance, adjusted for the many tests",
                "雙變量局部莫蘭指數校正機率",
                "双变量局部莫兰指数校正概率",
            ),
            text(
                "pair_moran_quadrant",
                "the industry here and the other around: high or low",
                "本區行業與鄰區另一行業：高或低",
                "本区行业与邻区另一行业：高或低",
                allowed=("high-high", "low-high", "low-low", "high-low"),
            ),
        ),
    ),
)
