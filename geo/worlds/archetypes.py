"""The ways in which a place can come about, and the industries there are, as data.

Each `Archetype` is a set of mechanism parameters; none has code of its own. They are the plain
forms, which unseen worlds vary (`geo.worlds.draws`); the essay's cases of the default country are
built from them (`geo.worlds.country`).
"""

from __future__ import annotations

from dataclasses import replace

from geo.vocabulary import Class, Text
from geo.worlds.recipes import Archetype, IndustrySpec

__all__ = [
    "ARCHETYPES",
    "CHAIN_THAT_DIES",
    "CHAIN_THAT_FORMS",
    "CHAIN_THAT_UNRAVELS",
    "CHAIN_WITHOUT_INSTITUTIONS",
    "CHAIN_WITH_INSTITUTIONS",
    "GIANT_PLANT",
    "HUB_AND_SPOKE",
    "HUB_TIED_INSTITUTIONS",
    "HUDDLE_CHURNING",
    "HUDDLE_CHURNING_AS_ALL",
    "HUDDLE_NEAR_TRADE",
    "HUDDLE_OF_LARGE_FIRMS",
    "HUDDLE_ONE_FAR_REGION",
    "HUDDLE_TIES_ANYWHERE",
    "IDLE_INSTITUTIONS",
    "IDLE_INSTITUTIONS_UNLINKED",
    "INDUSTRIES",
    "INPUTS",
    "LINKED_UNCONCENTRATED",
    "LONG_DISTANCE_NETWORK",
    "OWNERSHIP_TIES_ONLY",
]


def _of(code: str, name: str, name_zh: str, chain: str, share: float, jobs: float) -> IndustrySpec:
    return IndustrySpec(
        code=code,
        name=name,
        name_zh=name_zh,
        parent=code[0],
        chain=chain,
        share=share,
        jobs=jobs,
    )


INDUSTRIES: tuple[IndustrySpec, ...] = (
    _of("B06", "Coal mining", "煤炭開採", "materials", 1.5, 60),
    _of("C13", "Food processing", "食品加工", "food", 7.0, 18),
    _of("C17", "Textiles", "紡織", "fashion", 4.5, 25),
    _of("C18", "Garments", "服裝", "fashion", 5.0, 22),
    _of("C19", "Zips, buttons and trims", "服裝輔料", "fashion", 2.5, 14),
    _of("C22", "Paper and packaging", "紙與包裝", "materials", 4.0, 16),
    _of("C24", "Small goods", "小商品", "trade", 4.0, 10),
    _of("C26", "Chemicals", "化工", "materials", 4.5, 35),
    _of("C27", "Medicines", "醫藥", "life sciences", 2.5, 40),
    _of("C29", "Plastics", "塑料製品", "materials", 5.0, 16),
    _of("C30", "Building materials", "建材", "materials", 5.0, 20),
    _of("C31", "Steel", "鋼鐵", "materials", 2.0, 80),
    _of("C33", "Metal products", "金屬製品", "machinery", 6.0, 16),
    _of("C34", "Machinery", "通用設備", "machinery", 5.5, 24),
    _of("C36", "Cars", "汽車整車", "cars", 1.5, 120),
    _of("C37", "Car parts", "汽車零部件", "cars", 4.0, 35),
    _of("C38", "Batteries", "電池", "cars", 2.0, 50),
    _of("C39", "Electronic devices", "電子整機", "electronics", 3.5, 40),
    _of("C397", "Electronic parts", "電子元件", "electronics", 4.5, 28),
    _of("C40", "Instruments", "儀器儀表", "machinery", 3.0, 20),
    _of("F51", "Wholesale trade", "批發", "trade", 8.0, 8),
    _of("G59", "Warehousing and freight", "倉儲物流", "services", 6.0, 14),
    _of("I64", "Internet platforms", "互聯網平台", "digital", 2.0, 25),
    _of("I65", "Software", "軟件", "digital", 4.0, 16),
    _of("M73", "Contract research", "研發外包", "life sciences", 2.5, 15),
)

_INPUTS_OF: dict[str, dict[str, float]] = {
    "B06": {"B06": 0.04, "C34": 0.12, "C33": 0.06, "G59": 0.10},
    "C13": {"C13": 0.14, "C22": 0.10, "F51": 0.09, "G59": 0.05},
    "C17": {"C17": 0.20, "C26": 0.16, "C34": 0.04, "G59": 0.04},
    "C18": {"C18": 0.06, "C17": 0.30, "C19": 0.10, "F51": 0.05, "G59": 0.03},
    "C19": {"C19": 0.06, "C17": 0.10, "C29": 0.14, "C33": 0.12},
    "C22": {"C22": 0.16, "C26": 0.14, "C34": 0.04, "G59": 0.05},
    "C24": {"C24": 0.08, "C29": 0.18, "C33": 0.10, "C22": 0.07, "F51": 0.06},
    "C26": {"C26": 0.22, "B06": 0.16, "C34": 0.04, "G59": 0.06},
    "C27": {"C27": 0.10, "C26": 0.16, "M73": 0.14, "C22": 0.05, "C40": 0.04},
    "C29": {"C29": 0.08, "C26": 0.34, "C34": 0.04, "G59": 0.04},
    "C30": {"C30": 0.14, "B06": 0.10, "C26": 0.06, "G59": 0.10},
    "C31": {"C31": 0.16, "B06": 0.24, "C34": 0.05, "G59": 0.07},
    "C33": {"C33": 0.10, "C31": 0.32, "C34": 0.04, "G59": 0.04},
    "C34": {"C34": 0.14, "C31": 0.14, "C33": 0.12, "C397": 0.08, "C40": 0.05},
    "C36": {"C36": 0.03, "C37": 0.34, "C38": 0.14, "C397": 0.05, "C31": 0.06, "I65": 0.02},
    "C37": {"C37": 0.12, "C31": 0.12, "C33": 0.12, "C29": 0.09, "C397": 0.08},
    "C38": {"C38": 0.08, "C26": 0.24, "C397": 0.12, "C33": 0.06, "C34": 0.06},
    "C39": {"C39": 0.08, "C397": 0.36, "C29": 0.08, "I65": 0.05},
    "C397": {"C397": 0.20, "C26": 0.10, "C33": 0.07, "C40": 0.04},
    "C40": {"C40": 0.08, "C397": 0.22, "C33": 0.08, "I65": 0.08},
    "F51": {"F51": 0.04, "G59": 0.16, "I64": 0.06, "C22": 0.04},
    "G59": {"G59": 0.12, "I65": 0.04, "C36": 0.05, "C30": 0.04},
    "I64": {"I64": 0.08, "I65": 0.26, "C39": 0.08},
    "I65": {"I65": 0.16, "I64": 0.10, "C39": 0.08},
    "M73": {"M73": 0.08, "C40": 0.14, "C26": 0.08, "I65": 0.06, "C27": 0.06},
}

INPUTS: tuple[tuple[str, str, float], ...] = tuple(
    (supplier, user, coefficient)
    for user, column in _INPUTS_OF.items()
    for supplier, coefficient in column.items()
)
"""Supplying industry, using industry, input per unit of the user's output."""


HUDDLE_TIES_ANYWHERE = Archetype(
    name="huddle_ties_anywhere",
    note=Text(
        "many firms of one trade in one place; they buy and sell all over the country",
        "同業眾多企業聚於一地，買賣遍及全國",
        "同业众多企业聚于一地，买卖遍及全国",
    ),
    truth=((0, Class.AGGLOMERATION),),
)

HUDDLE_CHURNING = Archetype(
    name="huddle_churning",
    note=Text(
        "they trade with neighbours, but with other ones every year: a market, not a chain",
        "與鄰近企業交易，但年年換人：是市場，不是產業鏈",
        "与邻近企业交易，但年年换人：是市场，不是产业链",
    ),
    truth=((0, Class.AGGLOMERATION),),
    local_share=0.55,
    local_persistence=0.1,
)

HUDDLE_ONE_FAR_REGION = Archetype(
    name="huddle_one_far_region",
    note=Text(
        "all that they trade goes to and from one far region, year after year",
        "全部交易年復一年都與同一個遠方區域進行",
        "全部交易年复一年都与同一个远方区域进行",
    ),
    truth=((0, Class.AGGLOMERATION),),
    one_region_share=1.0,
    other_persistence=0.85,
    reachable=False,
)

IDLE_INSTITUTIONS = Archetype(
    name="idle_institutions",
    note=Text(
        "a chain of stable local partners; institutions stand beside it, nobody is tied to them",
        "本地配套穩定，機構在旁，卻無人與之往來",
        "本地配套稳定，机构在旁，却无人与之往来",
    ),
    truth=((0, Class.EMERGING_CLUSTER),),
    local_share=0.55,
    institutions=("university", "research", "finance", "association"),
)

IDLE_INSTITUTIONS_UNLINKED = Archetype(
    name="idle_institutions_unlinked",
    note=Text(
        "firms and institutions side by side, and nobody tied to anybody here",
        "企業與機構比鄰而立，彼此互不往來",
        "企业与机构比邻而立，彼此互不往来",
    ),
    truth=((0, Class.AGGLOMERATION),),
    institutions=("university", "research", "finance", "association"),
)

CHAIN_WITHOUT_INSTITUTIONS = Archetype(
    name="chain_without_institutions",
    note=Text(
        "a chain of stable local partners, without institutions",
        "本地配套穩定，但沒有支撐機構",
        "本地配套稳定，但没有支撑机构",
    ),
    truth=((0, Class.EMERGING_CLUSTER),),
    local_share=0.55,
)

CHAIN_WITH_INSTITUTIONS = Archetype(
    name="chain_with_institutions",
    note=Text(
        "a chain of stable local partners, with institutions many of them work with",
        "本地配套穩定，且多家企業與支撐機構合作",
        "本地配套稳定，且多家企业与支撑机构合作",
    ),
    truth=((0, Class.CLUSTER),),
    local_share=0.55,
    institutions=("university", "testing", "finance", "association"),
    tied_share=0.5,
)

GIANT_PLANT = Archetype(
    name="giant_plant",
    note=Text(
        "one giant plant has nearly all the jobs: one plant is no agglomeration",
        "一家巨型工廠佔去幾乎全部就業：一家工廠不成集聚",
        "一家巨型工厂占去几乎全部就业：一家工厂不成集聚",
    ),
    truth=((0, Class.DISPERSED),),
    also_right=(Class.NETWORKED,),
    firms=6,
    least_quotient=0.0,
    giant_share=0.85,
    closures=0.0,
)

LONG_DISTANCE_NETWORK = Archetype(
    name="long_distance_network",
    note=Text(
        "no more firms than elsewhere; lasting ties with one far region, none at home",
        "企業不比別處多；與同一遠方區域長期往來，本地無關聯",
        "企业不比别处多；与同一远方区域长期往来，本地无关联",
    ),
    truth=((0, Class.DISPERSED),),
    firms=0,
    least_quotient=0.0,
    joins=1.0,
    one_region_share=0.9,
    other_persistence=0.9,
)

LINKED_UNCONCENTRATED = Archetype(
    name="linked_unconcentrated",
    note=Text(
        "no more firms than elsewhere, but they are each other's stable partners",
        "企業不比別處多，卻互為穩定夥伴",
        "企业不比别处多，却互为稳定伙伴",
    ),
    truth=((0, Class.NETWORKED),),
    firms=0,
    least_quotient=0.0,
    joins=1.0,
    local_share=0.75,
    local_persistence=0.9,
)

HUB_TIED_INSTITUTIONS = Archetype(
    name="hub_tied_institutions",
    note=Text(
        "a chain of stable local partners; the institutions work with the largest firm alone",
        "本地配套穩定；機構只與最大的一家企業合作",
        "本地配套稳定；机构只与最大的一家企业合作",
    ),
    truth=((0, Class.EMERGING_CLUSTER),),
    local_share=0.55,
    institutions=("university", "testing", "finance", "association"),
    tied_share=1.0,
    hub_only=True,
)

HUB_AND_SPOKE = Archetype(
    name="hub_and_spoke",
    note=Text(
        "every local tie is with the one largest firm: without it nothing holds together",
        "本地關聯全繫於最大的一家企業：沒有它便無從維繫",
        "本地关联全系于最大的一家企业：没有它便无从维系",
    ),
    truth=((0, Class.AGGLOMERATION),),
    local_share=0.55,
    away_share=0.45,
    through_hub=True,
)

OWNERSHIP_TIES_ONLY = Archetype(
    name="ownership_ties_only",
    note=Text(
        "stable local ties, all between plants of one owner",
        "本地關聯穩定，卻都在同一東家的工廠之間",
        "本地关联稳定，却都在同一东家的工厂之间",
    ),
    truth=((0, Class.AGGLOMERATION),),
    local_share=0.55,
    groups=1.0,
    joins=1.0,
)

# The plain forms; those below try one thing each, in the hard worlds.
ARCHETYPES: dict[str, Archetype] = {
    a.name: a
    for a in (
        HUDDLE_TIES_ANYWHERE,
        HUDDLE_CHURNING,
        HUDDLE_ONE_FAR_REGION,
        IDLE_INSTITUTIONS,
        IDLE_INSTITUTIONS_UNLINKED,
        CHAIN_WITHOUT_INSTITUTIONS,
        CHAIN_WITH_INSTITUTIONS,
        GIANT_PLANT,
        LONG_DISTANCE_NETWORK,
        LINKED_UNCONCENTRATED,
        HUB_TIED_INSTITUTIONS,
        HUB_AND_SPOKE,
        OWNERSHIP_TIES_ONLY,
    )
}

# Members are large, and everybody trades with the large: many ties, at home too, but only by size.
HUDDLE_OF_LARGE_FIRMS = replace(
    HUDDLE_TIES_ANYWHERE,
    name="huddle_of_large_firms",
    note=Text(
        "large firms trade with large firms, wherever these are",
        "大企業與大企業交易，不論遠近",
        "大企业与大企业交易，不论远近",
    ),
    jobs=6.0,
    ties=6.0,
)
HUDDLE_NEAR_TRADE = replace(
    HUDDLE_TIES_ANYWHERE,
    name="huddle_near_trade",
    note=Text(
        "many firms, which like everybody else buy close to home: near trade, not a cluster; "
        "the first null alone cannot tell, and may say emerging cluster",
        "企業眾多，與他處一樣就近交易：是鄰近，不是集群；僅憑第一重檢驗難以分辨",
        "企业众多，与他处一样就近交易：是邻近，不是集群；仅凭第一重检验难以分辨",
    ),
    also_right=(Class.EMERGING_CLUSTER,),
    like_plain=True,
)
HUDDLE_CHURNING_AS_ALL = replace(
    HUDDLE_CHURNING,
    name="huddle_churning_as_all",
    note=Text(
        "local partners change as fast as everybody's do",
        "本地夥伴更換之快與各處無異",
        "本地伙伴更换之快与各处无异",
    ),
    local_persistence=0.3,
)
CHAIN_THAT_DIES = replace(
    CHAIN_WITH_INSTITUTIONS,
    name="chain_that_dies",
    note=Text(
        "one firm in five closes each year, but those that live keep their partners",
        "每年有五分之一的企業關閉，存活者仍守住夥伴",
        "每年有五分之一的企业关闭，存活者仍守住伙伴",
    ),
    firms=70,
    closures=0.2,
)

CHAIN_THAT_FORMS = replace(
    CHAIN_WITH_INSTITUTIONS,
    name="chain_that_forms",
    note=Text(
        "firms that begin to supply each other in the fourth year, institutions join in the sixth",
        "第四年起互相配套，第六年起機構加入",
        "第四年起互相配套，第六年起机构加入",
    ),
    truth=((0, Class.AGGLOMERATION), (3, Class.EMERGING_CLUSTER), (5, Class.CLUSTER)),
    linking_begins=3,
    tied_begins=5,
)
CHAIN_THAT_UNRAVELS = replace(
    CHAIN_WITHOUT_INSTITUTIONS,
    name="chain_that_unravels",
    note=Text(
        "a chain whose firms turn to partners elsewhere from the sixth year on",
        "原已成鏈，第六年起紛紛轉向外地夥伴",
        "原已成链，第六年起纷纷转向外地伙伴",
    ),
    truth=((0, Class.EMERGING_CLUSTER), (5, Class.AGGLOMERATION)),
    linking_ends=5,
)
