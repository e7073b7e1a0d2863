"""The default country, in which the essay's cases are planted, each by its own mechanism.

Places and firms are invented; their names nod to the cases. Sizes other than the default are made
from the same cases by `sized_recipe`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from geo.errors import GeoError
from geo.vocabulary import Class, Text
from geo.worlds.archetypes import (
    CHAIN_WITH_INSTITUTIONS,
    CHAIN_WITHOUT_INSTITUTIONS,
    GIANT_PLANT,
    HUDDLE_CHURNING,
    HUDDLE_TIES_ANYWHERE,
    IDLE_INSTITUTIONS_UNLINKED,
    INDUSTRIES,
    INPUTS,
    LINKED_UNCONCENTRATED,
    LONG_DISTANCE_NETWORK,
)
from geo.worlds.recipes import Geography, PlainTies, Planting, Recipe, place_names

__all__ = ["DEFAULT_SEED", "default_recipe", "sized_recipe"]

DEFAULT_SEED = 20190107

Size = Literal["small", "medium", "large"]

_CARS = replace(
    CHAIN_WITH_INSTITUTIONS,
    name="battery_and_car_chain",
    note=Text(
        "car makers, battery and parts suppliers trade with each other year after year; "
        "laboratories, venture capital and freight services work with half of them (Shenzhen)",
        "整車、電池、零部件企業年年互為配套；半數與實驗室、創投、物流機構合作（深圳）",
        "整车、电池、零部件企业年年互为配套；半数与实验室、创投、物流机构合作（深圳）",
    ),
    local_share=0.6,
    local_persistence=0.88,
    institutions=("university", "research", "testing", "finance", "logistics"),
    tied_share=0.5,
    late=0.15,
)
_INTERNET = replace(
    CHAIN_WITH_INSTITUTIONS,
    name="internet_quarter",
    note=Text(
        "platforms and software houses serve each other and swap people; a university, "
        "an incubator and venture capital are among them (Zhongguancun)",
        "平台與軟件企業互為客戶、人才互通；大學、孵化器與創投身在其中（中關村）",
        "平台与软件企业互为客户、人才互通；大学、孵化器与创投身在其中（中关村）",
    ),
    local_persistence=0.78,
    talent_ties=2.0,
    institutions=("university", "incubator", "finance", "legal"),
    tied_share=0.55,
    late=0.25,
    closures=0.06,
    driver="park",
)
_BIOPHARMA = replace(
    CHAIN_WITH_INSTITUTIONS,
    name="biopharma_park",
    note=Text(
        "medicine makers and contract laboratories work together; research, testing and finance "
        "are embedded (Suzhou)",
        "藥企與研發外包企業協作；科研、檢測與金融嵌入其中（蘇州）",
        "药企与研发外包企业协作；科研、检测与金融嵌入其中（苏州）",
    ),
    institutions=("research", "testing", "finance", "incubator"),
    tied_share=0.6,
    late=0.2,
    driver="park",
)
_ELECTRONICS = replace(
    CHAIN_WITHOUT_INSTITUTIONS,
    name="electronics_parts_town",
    note=Text(
        "device makers find all parts within an hour's drive; there are few institutions and "
        "next to nobody is tied to them (Dongguan): an emerging cluster",
        "整機廠一小時內配齊零件；機構少，幾乎無人與之往來（東莞）：成長型集群",
        "整机厂一小时内配齐零件；机构少，几乎无人与之往来（东莞）：成长型集群",
    ),
    firms=65,
    local_share=0.65,
    institutions=("logistics",),
    tied_share=0.04,
)
_GARMENTS = replace(
    CHAIN_WITH_INSTITUTIONS,
    name="garment_town_rerouting",
    note=Text(
        "in the slump of the third year nearly all orders to and from elsewhere are placed anew, "
        "while most partners in town stay; testing, training and the trade association serve "
        "many (Wenzhou): a cluster throughout",
        "第三年市場低迷，與外地的訂單幾乎全部改道，本地夥伴大多不變；"
        "檢測、培訓與協會服務眾多企業（溫州）：始終是集群",
        "第三年市场低迷，与外地的订单几乎全部改道，本地伙伴大多不变；"
        "检测、培训与协会服务众多企业（温州）：始终是集群",
    ),
    local_persistence=0.76,
    rerouting_year=2,
    institutions=("testing", "training", "association"),
    tied_share=0.45,
)
_UPGRADING = replace(
    CHAIN_WITH_INSTITUTIONS,
    name="car_town_upgrading",
    note=Text(
        "assembly plants and parts makers that bought everywhere; from the third year on they "
        "source in town, from the fourth institutions join (Yangtze Delta): agglomeration, "
        "emerging cluster, cluster",
        "起初整車與零部件廠各自外購；第三年起本地配套，第四年起機構加入（長三角）：集聚→成長型集群→集群",
        "起初整车与零部件厂各自外购；第三年起本地配套，第四年起机构加入（长三角）：集聚→成长型集群→集群",
    ),
    truth=((0, Class.AGGLOMERATION), (2, Class.EMERGING_CLUSTER), (3, Class.CLUSTER)),
    firms=45,
    late=0.3,
    local_share=0.65,
    linking_begins=2,
    local_persistence=0.9,
    institutions=("university", "testing", "finance", "logistics"),
    tied_share=0.5,
    tied_begins=3,
)
_OLD_STEEL = replace(
    HUDDLE_TIES_ANYWHERE,
    name="old_coal_and_steel",
    note=Text(
        "the old mines and mills: drawn by coal, trading everywhere, closing year by year (Ruhr)",
        "老礦與老鋼廠：因煤而聚，買賣四方，逐年關閉（魯爾）",
        "老矿与老钢厂：因煤而聚，买卖四方，逐年关闭（鲁尔）",
    ),
    firms=45,
    closures=0.12,
    driver="resource",
)
_NEW_MACHINES = replace(
    CHAIN_WITH_INSTITUTIONS,
    name="steel_district_renewed",
    note=Text(
        "machine and instrument makers that followed in the same district: unlinked for two "
        "years, then a chain with research and training (Ruhr)",
        "同一地區隨後興起的機械與儀器企業：頭兩年互不相干，其後成鏈並有科研與培訓（魯爾）",
        "同一地区随后兴起的机械与仪器企业：头两年互不相干，其后成链并有科研与培训（鲁尔）",
    ),
    truth=((0, Class.AGGLOMERATION), (2, Class.CLUSTER)),
    firms=45,
    late=0.35,
    local_share=0.6,
    linking_begins=2,
    institutions=("university", "research", "training", "association"),
    tied_share=0.5,
    tied_begins=2,
)
_MARKET = replace(
    HUDDLE_CHURNING,
    name="small_goods_market",
    note=Text(
        "a name and a place: stalls and makers trade with each other, with others every year "
        "(Yiwu): a market hall, an agglomeration",
        "有名有址：商戶與廠家互相買賣，年年換人（義烏）：是市場，屬集聚",
        "有名有址：商户与厂家互相买卖，年年换人（义乌）：是市场，属集聚",
    ),
    firms=75,
    local_share=0.6,
    local_persistence=0.08,
    institutions=("logistics", "government"),
    tied_share=0.1,
)
_COALFIELD = replace(
    HUDDLE_TIES_ANYWHERE,
    name="coalfield_chemicals",
    note=Text(
        "chemical works on a coal-field; all they buy and sell goes far away",
        "煤田上的化工廠，買賣盡在遠方",
        "煤田上的化工厂，买卖尽在远方",
    ),
    firms=50,
    away_share=1.0,
    other_persistence=0.88,
    reachable=False,
    driver="resource",
)
_CHEAP_LABOUR = replace(
    HUDDLE_TIES_ANYWHERE,
    name="labour_cost_textiles",
    note=Text(
        "mills drawn by cheap labour; cloth and orders come and go everywhere",
        "因人工便宜而來的紡織廠，布料與訂單來去四方",
        "因人工便宜而来的纺织厂，布料与订单来去四方",
    ),
    firms=55,
)
_EMPTIED = replace(
    HUDDLE_TIES_ANYWHERE,
    name="emptied_park",
    note=Text(
        "plastics firms drawn by a park's subsidy; they never linked, and leave one by one",
        "因園區補貼而來的塑料企業，從未相連，陸續離去",
        "因园区补贴而来的塑料企业，从未相连，陆续离去",
    ),
    firms=70,
    closures=0.16,
    scatter_km=2.0,
    driver="park",
)
_GIANT = replace(
    GIANT_PLANT,
    name="one_giant_plant",
    note=Text(
        "one steel works has most of the jobs: one plant is no agglomeration",
        "一家鋼廠佔去大部分就業：一家工廠不成集聚",
        "一家钢厂占去大部分就业：一家工厂不成集聚",
    ),
)
_IDLE_CAMPUS = replace(
    IDLE_INSTITUTIONS_UNLINKED,
    name="idle_university_town",
    note=Text(
        "instrument makers beside a university and an institute, and nobody tied to anybody "
        "here: an agglomeration",
        "儀器企業與大學、研究院所比鄰，彼此互不往來：集聚",
        "仪器企业与大学、研究院所比邻，彼此互不往来：集聚",
    ),
    firms=40,
    institutions=("university", "research", "incubator", "association"),
)

_CASES: tuple[Planting, ...] = (
    Planting(
        archetype=_CARS, industries=("C36", "C37", "C38"), firms=45, setting="large",
        place="深灣 Shenwan",
    ),
    Planting(
        archetype=_INTERNET, industries=("I64", "I65"), firms=55, setting="large",
        place="關村 Guancun",
    ),
    Planting(archetype=_BIOPHARMA, industries=("C27", "M73"), place="蘇溪 Suxi"),
    Planting(
        archetype=_ELECTRONICS, industries=("C39", "C397"), setting="coast", place="莞塘 Guantang"
    ),
    Planting(
        archetype=_GARMENTS, industries=("C18", "C19"), firms=60, setting="coast",
        place="溫嶼 Wenyu",
    ),
    Planting(archetype=_UPGRADING, industries=("C36", "C37"), place="嘉汀 Jiating"),
    Planting(
        archetype=_OLD_STEEL, industries=("B06", "C31"), setting="inland", place="魯河 Luhe"
    ),
    Planting(archetype=_NEW_MACHINES, industries=("C34", "C40"), place="魯河 Luhe"),
    Planting(archetype=_MARKET, industries=("C24", "F51"), place="義橋 Yiqiao"),
    Planting(archetype=_COALFIELD, industries=("C26",), setting="inland", place="榆塬 Yuyuan"),
    Planting(archetype=_CHEAP_LABOUR, industries=("C17",), place="棉屏 Mianping"),
    Planting(archetype=_EMPTIED, industries=("C29",), setting="small", place="新曠 Xinkuang"),
    Planting(archetype=_GIANT, industries=("C31",), setting="small", place="獨峰 Dufeng"),
    Planting(archetype=_IDLE_CAMPUS, industries=("C40",), place="書山 Shushan"),
    Planting(
        archetype=replace(LONG_DISTANCE_NETWORK, name="long_distance_network"),
        industries=("C13", "C22"),
        setting="large",
        place="遠津 Yuanjin",
    ),
    Planting(
        archetype=LINKED_UNCONCENTRATED, industries=("C33", "C34"), setting="metropolis",
        place="巷口 Xiangkou",
    ),
)  # fmt: skip


def default_recipe() -> Recipe:
    """Country of `data/raw`: sixty regions, some ten thousand firms, 2019 to 2023."""
    return Recipe(
        name="default",
        geography=Geography(regions=60, names=place_names(60)),
        firms=10_000,
        years=(2019, 2023),
        industries=INDUSTRIES,
        inputs=INPUTS,
        # Everybody buys a little closer to home: a partner 200 km away is half as likely.
        ties=PlainTies(per_firm=2.5, persistence=0.75, decay_km=200.0),
        plantings=_CASES,
    )


def sized_recipe(size: Size) -> Recipe:
    """Recipe of a size: `small`, `medium` (the default country) or `large`.

    Raises
    ------
    GeoError
        If `size` is another word.
    """
    default = default_recipe()
    if size == "medium":
        return default
    if size == "small":
        chosen = ("garment_town_rerouting", "electronics_parts_town", "small_goods_market",
                  "coalfield_chemicals", "emptied_park", "one_giant_plant")  # fmt: skip
        return replace(
            default,
            name="small",
            geography=replace(default.geography, regions=15, width_km=300.0, names=place_names(15)),
            firms=1_500,
            years=(2019, 2022),
            ties=replace(default.ties, institutions_per_region=1.5),
            plantings=tuple(
                replace(p, firms=None if p.archetype.giant_share else 24, setting="any")
                for p in _CASES
                if p.archetype.name in chosen
            ),
        )
    if size == "large":
        copies = [
            replace(
                p,
                firms=None if p.archetype.firms == 0 else 2 * (p.firms or p.archetype.firms),
                place=f"{p.place} {k}",
            )
            for k in range(1, 5)
            for p in _CASES
            if p.setting != "metropolis" or k == 1
        ]
        return replace(
            default,
            name="large",
            geography=replace(
                default.geography, regions=300, width_km=1_600.0, names=place_names(300)
            ),
            firms=100_000,
            plantings=tuple(copies),
        )
    raise GeoError(f"size must be small, medium or large, not {size!r}")
