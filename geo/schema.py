"""Every table's columns, types, meanings and checks: the one place where they are written.

Ingest, documentation, user-interface metadata and GeoPackage descriptions read them from here.
What goes in is `RAW_TABLES`, what comes out is `RESULT_TABLES`. How one verdict is worded does
not belong here (`geo.classification.reasons`), nor do the words for classes and kinds
(`geo.vocabulary`).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from geo.vocabulary import INSTITUTION_KINDS, STAGES, TIE_KINDS, Class, Text

__all__ = ["RAW_TABLES", "RESULT_TABLES", "Column", "Table", "Type"]


class Type(StrEnum):
    """What a column holds."""

    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    YEAR = "year"  # a year, or a date of which the year is read
    YES_NO = "yes or no"
    GEOMETRY = "geometry"


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column: what it is called, holds and means, and what may stand in it."""

    name: str
    type: Type
    meaning: Text
    required: bool = False
    nullable: bool = True
    minimum: float | None = None
    maximum: float | None = None
    allowed: tuple[str, ...] | None = None


@dataclass(frozen=True, kw_only=True)
class Table:
    """One table: its name, its meaning and grain, and its columns in order."""

    name: str
    meaning: Text
    columns: tuple[Column, ...]
    required: bool = False
    key: tuple[str, ...] = ()

    def column(self, name: str) -> Column:
        """Column called `name`; KeyError where there is none."""
        return next((c for c in self.columns if c.name == name), None) or _no_column(self, name)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns, in order."""
        return tuple(c.name for c in self.columns)


def _no_column(table: Table, name: str) -> Column:
    message = f"{table.name} has no column {name}"
    raise KeyError(message)


def _text(name: str, en: str, hant: str, hans: str, **rest: object) -> Column:
    return Column(name=name, type=Type.TEXT, meaning=Text(en, hant, hans), **rest)  # type: ignore[arg-type]


def _count(name: str, en: str, hant: str, hans: str, **rest: object) -> Column:
    return Column(
        name=name,
        type=Type.INTEGER,
        meaning=Text(en, hant, hans),
        minimum=0,
        **rest,  # type: ignore[arg-type]
    )


def _number(name: str, en: str, hant: str, hans: str, **rest: object) -> Column:
    return Column(name=name, type=Type.NUMBER, meaning=Text(en, hant, hans), **rest)  # type: ignore[arg-type]


def _amount(name: str, en: str, hant: str, hans: str, **rest: object) -> Column:
    return _number(name, en, hant, hans, minimum=0, **rest)


def _share(name: str, en: str, hant: str, hans: str, **rest: object) -> Column:
    return _number(name, en, hant, hans, minimum=0, maximum=1, **rest)


def _year(name: str, en: str, hant: str, hans: str, **rest: object) -> Column:
    return Column(name=name, type=Type.YEAR, meaning=Text(en, hant, hans), **rest)  # type: ignore[arg-type]


def _answer(name: str, en: str, hant: str, hans: str) -> Column:
    return Column(name=name, type=Type.YES_NO, meaning=Text(en, hant, hans))


def _geometry(en: str, hant: str, hans: str, **rest: object) -> Column:
    return Column(name="geometry", type=Type.GEOMETRY, meaning=Text(en, hant, hans), **rest)  # type: ignore[arg-type]


_NEEDED = {"required": True, "nullable": False}

_LONGITUDE = _number("longitude", "longitude in degrees", "經度（度）", "经度（度）", required=True)
_LATITUDE = _number("latitude", "latitude in degrees", "緯度（度）", "纬度（度）", required=True)
_OPENED = _year("opened", "first year it exists", "開業年份", "开业年份")
_CLOSED = _year(
    "closed", "first year it is gone", "關閉年份（該年已不存在）", "关闭年份（该年已不存在）"
)
_NAME = _text("name", "name", "名稱", "名称")

RAW_TABLES: dict[str, Table] = {
    t.name: t
    for t in (
        Table(
            name="regions",
            meaning=Text("the map of regions", "區域地圖", "区域地图"),
            required=True,
            key=("region_id",),
            columns=(
                _text("region_id", "id of the region", "區域編號", "区域编号", **_NEEDED),
                _geometry("polygon or multipolygon", "多邊形", "多边形", **_NEEDED),
                _NAME,
                _text(
                    "parent_id", "id of the larger region it is in", "上級區域編號", "上级区域编号"
                ),
                _amount("population", "inhabitants", "人口", "人口"),
            ),
        ),
        Table(
            name="firms",
            meaning=Text("establishments and where they are", "企業及其位置", "企业及其位置"),
            key=("firm_id", "year"),
            columns=(
                _text("firm_id", "id of the firm", "企業編號", "企业编号", **_NEEDED),
                _text("industry", "code of its industry", "行業代碼", "行业代码", **_NEEDED),
                _LONGITUDE,
                _LATITUDE,
                _geometry(
                    "point, in place of longitude and latitude",
                    "點（可代替經緯度）",
                    "点（可代替经纬度）",
                ),
                _amount("employment", "jobs", "就業人數", "就业人数"),
                _amount("output", "yearly output, in the dataset's currency", "年產值", "年产值"),
                _OPENED,
                _CLOSED,
                _year("year", "year the row speaks of", "年份", "年份"),
                _text("group_id", "id of the owning group", "所屬集團編號", "所属集团编号"),
                _NAME,
            ),
        ),
        Table(
            name="cells",
            meaning=Text(
                "official statistics by region, industry and year",
                "按區域、行業、年份的官方統計",
                "按区域、行业、年份的官方统计",
            ),
            key=("region_id", "industry", "year"),
            columns=(
                _text("region_id", "id of the region", "區域編號", "区域编号", **_NEEDED),
                _text("industry", "code of the industry", "行業代碼", "行业代码", **_NEEDED),
                _year("year", "year", "年份", "年份", **_NEEDED),
                _amount(
                    "establishments",
                    "establishments; empty = withheld",
                    "企業數（空=保密）",
                    "企业数（空=保密）",
                ),
                _amount(
                    "employment",
                    "jobs; empty = withheld",
                    "就業人數（空=保密）",
                    "就业人数（空=保密）",
                ),
            ),
        ),
        Table(
            name="margins",
            meaning=Text(
                "published totals, used where cells are withheld",
                "公布的合計（用於保密單元）",
                "公布的合计（用于保密单元）",
            ),
            key=("region_id", "industry", "year"),
            columns=(
                _text(
                    "region_id", "region; empty = the nation", "區域（空=全國）", "区域（空=全国）"
                ),
                _text("industry", "industry; empty = all", "行業（空=全部）", "行业（空=全部）"),
                _year("year", "year", "年份", "年份", **_NEEDED),
                _amount("establishments", "establishments", "企業數", "企业数"),
                _amount("employment", "jobs", "就業人數", "就业人数"),
            ),
        ),
        Table(
            name="links",
            meaning=Text("ties between parties", "各方之間的關聯", "各方之间的关联"),
            columns=(
                _text("source_id", "supplier or giver", "供應方", "供应方", **_NEEDED),
                _text("target_id", "customer or taker", "需求方", "需求方", **_NEEDED),
                _year("year", "year of the tie", "年份", "年份", **_NEEDED),
                _text(
                    "kind",
                    "kind of tie; supply if absent",
                    "類別（缺省為供應）",
                    "类别（缺省为供应）",
                    allowed=tuple(TIE_KINDS),
                ),
                _amount("value", "value of the tie", "金額", "金额"),
            ),
        ),
        Table(
            name="institutions",
            meaning=Text(
                "institutions that stand beside the firms",
                "企業身邊的支撐機構",
                "企业身边的支撑机构",
            ),
            key=("institution_id",),
            columns=(
                _text("institution_id", "id of the institution", "機構編號", "机构编号", **_NEEDED),
                _text(
                    "kind",
                    "kind of institution",
                    "機構類別",
                    "机构类别",
                    allowed=tuple(INSTITUTION_KINDS),
                    **_NEEDED,
                ),
                _LONGITUDE,
                _LATITUDE,
                _geometry(
                    "point, in place of longitude and latitude",
                    "點（可代替經緯度）",
                    "点（可代替经纬度）",
                ),
                _NAME,
                _OPENED,
                _CLOSED,
            ),
        ),
        Table(
            name="io_table",
            meaning=Text("input-output table", "投入產出表", "投入产出表"),
            key=("supplying_industry", "using_industry", "year"),
            columns=(
                _text(
                    "supplying_industry",
                    "industry that supplies",
                    "供應行業",
                    "供应行业",
                    **_NEEDED,
                ),
                _text("using_industry", "industry that uses", "使用行業", "使用行业", **_NEEDED),
                _number("coefficient", "input per unit of output", "投入係數", "投入系数"),
                _number("flow", "value of the flow", "流量", "流量"),
                _year("year", "year of the table", "年份", "年份"),
            ),
        ),
        Table(
            name="industries",
            meaning=Text("names and groups of industries", "行業名稱與分組", "行业名称与分组"),
            key=("industry",),
            columns=(
                _text("industry", "code of the industry", "行業代碼", "行业代码", **_NEEDED),
                _NAME,
                _text("name_zh", "name in Chinese", "中文名稱", "中文名称"),
                _text("parent", "code of the larger industry", "上級行業代碼", "上级行业代码"),
                _text("chain", "value chain it belongs to", "所屬產業鏈", "所属产业链"),
            ),
        ),
        Table(
            name="drivers",
            meaning=Text(
                "what could have drawn firms from outside",
                "可能從外部吸引企業的因素",
                "可能从外部吸引企业的因素",
            ),
            columns=(
                _text("kind", "park, resource, port, ...", "類別", "类别", **_NEEDED),
                _geometry("polygon or point", "多邊形或點", "多边形或点", **_NEEDED),
                _number("value", "size or strength", "數值", "数值"),
                _NAME,
            ),
        ),
    )
}

_CLASS = _text("class", "verdict", "類型", "类型", allowed=tuple(Class), nullable=False)
_REGION = (
    _text("region_id", "id of the region", "區域編號", "区域编号", nullable=False),
    _text("region_name", "name of the region", "區域名稱", "区域名称"),
)
_YEAR = Column(name="year", type=Type.INTEGER, meaning=Text("year", "年份", "年份"), nullable=False)

RESULT_TABLES: dict[str, Table] = {
    t.name: t
    for t in (
        Table(
            name="region_industry_classification",
            meaning=Text(
                "one row per region, industry and year: the evidence and the verdict",
                "每區域、行業、年份一行：證據與判定",
                "每区域、行业、年份一行：证据与判定",
            ),
            key=("region_id", "industry", "year"),
            columns=(
                *_REGION,
                _text("industry", "code of the industry", "行業代碼", "行业代码", nullable=False),
                _text("industry_name", "name of the industry", "行業名稱", "行业名称"),
                _YEAR,
                _count("establishments", "living establishments", "企業數", "企业数"),
                _amount("employment", "jobs", "就業人數", "就业人数"),
                _amount(
                    "location_quotient",
                    "location quotient by establishments",
                    "區位商（按企業數）",
                    "区位商（按企业数）",
                ),
                _amount(
                    "location_quotient_low",
                    "its lower 95 % bound",
                    "區位商 95 % 下限",
                    "区位商 95 % 下限",
                ),
                _amount(
                    "location_quotient_high",
                    "its upper 95 % bound",
                    "區位商 95 % 上限",
                    "区位商 95 % 上限",
                ),
                _amount(
                    "location_quotient_employment",
                    "location quotient by jobs",
                    "區位商（按就業）",
                    "区位商（按就业）",
                ),
                _amount(
                    "location_quotient_employment_low",
                    "its lower 95 % bound",
                    "就業區位商 95 % 下限",
                    "就业区位商 95 % 下限",
                ),
                _amount(
                    "location_quotient_employment_high",
                    "its upper 95 % bound",
                    "就業區位商 95 % 上限",
                    "就业区位商 95 % 上限",
                ),
                _share(
                    "concentration_p",
                    "chance of so many plants if they fell at random",
                    "隨機落點下出現如此多企業的機率",
                    "随机落点下出现如此多企业的概率",
                ),
                _share(
                    "concentration_q",
                    "the same, adjusted for the many cells tested",
                    "經錯誤發現率校正的機率",
                    "经错误发现率校正的概率",
                ),
                _amount(
                    "effective_establishments",
                    "number of equal plants as concentrated as these: 1 / sum of squared shares",
                    "等效企業數",
                    "等效企业数",
                ),
                _number(
                    "location_quotient_symmetric",
                    "(LQ - 1) / (LQ + 1), by establishments",
                    "對稱區位商",
                    "对称区位商",
                    minimum=-1,
                    maximum=1,
                ),
                _number(
                    "location_quotient_standardised",
                    "location quotient in standard deviations of its industry",
                    "標準化區位商",
                    "标准化区位商",
                ),
                _number(
                    "excess_establishments",
                    "establishments beyond the overall share",
                    "超出總體占比的企業數",
                    "超出总体占比的企业数",
                ),
                _number(
                    "excess_employment",
                    "jobs beyond the overall share",
                    "超出總體占比的就業人數",
                    "超出总体占比的就业人数",
                ),
                _amount(
                    "cluster_index",
                    "Litzenberger and Sternberg's cluster index",
                    "利岑伯格－施特恩貝格集群指數",
                    "利岑伯格－施特恩贝格集群指数",
                ),
                _number(
                    "local_moran_i",
                    "local Moran's I of the location quotient",
                    "區位商的局部莫蘭指數",
                    "区位商的局部莫兰指数",
                ),
                _share(
                    "local_moran_q",
                    "its two-sided chance, adjusted for the many cells tested",
                    "局部莫蘭指數校正機率",
                    "局部莫兰指数校正概率",
                ),
                _text(
                    "local_moran_quadrant",
                    "the cell and its neighbours: high or low",
                    "單元與鄰區：高或低",
                    "单元与邻区：高或低",
                    allowed=("high-high", "low-high", "low-low", "high-low"),
                ),
                _number(
                    "hot_spot_z",
                    "Getis and Ord's G* of the location quotient, in standard deviations",
                    "熱點統計量 G*（標準差）",
                    "热点统计量 G*（标准差）",
                ),
                _share(
                    "hot_spot_q",
                    "its upper-tail chance, adjusted for the many cells tested",
                    "熱點統計量校正機率",
                    "热点统计量校正概率",
                ),
                _amount(
                    "local_geary_c",
                    "local Geary's c of the location quotient",
                    "局部吉里指數",
                    "局部吉里指数",
                ),
                _answer(
                    "is_concentrated",
                    "question A: is it concentrated? empty = not known",
                    "問題甲：是否集聚？空=未知",
                    "问题甲：是否集聚？空=未知",
                ),
                _count(
                    "supply_ties", "supply ties with an end in the cell", "供應關聯數", "供应关联数"
                ),
                _count(
                    "local_supply_ties",
                    "those with both ends in the region",
                    "本地供應關聯數",
                    "本地供应关联数",
                ),
                _amount(
                    "expected_local_supply_ties",
                    "local ties if partners were matched at random",
                    "隨機配對下的本地關聯數",
                    "随机配对下的本地关联数",
                ),
                _amount(
                    "matching_ratio",
                    "local ties over those expected",
                    "本地配套倍數",
                    "本地配套倍数",
                ),
                _share(
                    "matching_p",
                    "chance of so many local ties under random matching",
                    "隨機配對下的機率",
                    "随机配对下的概率",
                ),
                _share(
                    "matching_q",
                    "the same, adjusted for the many cells tested",
                    "校正後的機率",
                    "校正后的概率",
                ),
                _share(
                    "locally_linked_share",
                    "share of firms with a stable local supply partner",
                    "有穩定本地配套夥伴的企業占比",
                    "有稳定本地配套伙伴的企业占比",
                ),
                _share(
                    "tie_persistence",
                    "share of local ties still there a year later",
                    "本地關聯一年後的留存率",
                    "本地关联一年后的留存率",
                ),
                _share(
                    "tie_persistence_low",
                    "its lower 95 % bound",
                    "留存率 95 % 下限",
                    "留存率 95 % 下限",
                ),
                _text(
                    "linkage_grade",
                    "organised, or explained by proximity",
                    "有組織，或可由距離解釋",
                    "有组织，或可由距离解释",
                    allowed=("organised", "proximity"),
                ),
                _answer(
                    "is_collaborating",
                    "question B: is there stable supply-chain collaboration? empty = not known",
                    "問題乙：有無穩定的供應鏈協作？空=未知",
                    "问题乙：有无稳定的供应链协作？空=未知",
                ),
                _count(
                    "tied_institutions",
                    "local institutions with a tie to its firms",
                    "與企業有關聯的本地機構數",
                    "与企业有关联的本地机构数",
                ),
                _count(
                    "institution_kinds",
                    "kinds of institution that reach a tenth of its firms",
                    "覆蓋一成企業的機構類別數",
                    "覆盖一成企业的机构类别数",
                ),
                _share(
                    "institution_tied_share",
                    "share of firms tied to a local institution",
                    "與本地機構有關聯的企業占比",
                    "与本地机构有关联的企业占比",
                ),
                _answer(
                    "has_ecosystem",
                    "question C: is there an ecosystem of institutions? empty = not known",
                    "問題丙：有無機構生態？空=未知",
                    "问题丙：有无机构生态？空=未知",
                ),
                _count("core_firms", "core firms", "核心企業數", "核心企业数"),
                _count("supporting_firms", "supporting firms", "配套企業數", "配套企业数"),
                _count(
                    "supporting_institutions", "supporting institutions", "支撐機構數", "支撑机构数"
                ),
                _share("homogeneity", "how alike its firms are", "同質性", "同质性"),
                _share(
                    "local_input_coverage",
                    "share of its inputs that industries here could supply",
                    "本地可供投入占比",
                    "本地可供投入占比",
                ),
                _share(
                    "local_output_coverage",
                    "share of its sales to industries that those here could take",
                    "本地可吸收產出占比",
                    "本地可吸收产出占比",
                ),
                _share(
                    "chain_completeness",
                    "share of its main input industries that are strong here",
                    "產業鏈完整度",
                    "产业链完整度",
                ),
                _CLASS,
                _text(
                    "basis",
                    "what the answer on collaboration rests on",
                    "協作判斷的依據",
                    "协作判断的依据",
                    allowed=("ties", "input_output", "none"),
                    nullable=False,
                ),
                _share(
                    "confidence",
                    "share of resampled worlds with the same verdict; empty = not computed",
                    "重抽樣中判定相同的比例（空=未計算）",
                    "重抽样中判定相同的比例（空=未计算）",
                ),
                _text(
                    "stage",
                    "stage on the cell's path over the years; empty = not computed",
                    "發展階段（空=未計算）",
                    "发展阶段（空=未计算）",
                    allowed=tuple(STAGES),
                ),
                _text(
                    "reason",
                    "the numbers that decided, in the language of the run",
                    "判定理由",
                    "判定理由",
                    nullable=False,
                ),
                _text(
                    "reason_en",
                    "the reason in English",
                    "判定理由（英文）",
                    "判定理由（英文）",
                    nullable=False,
                ),
                _text(
                    "reason_zh_hant",
                    "the reason in traditional Chinese",
                    "判定理由（繁體）",
                    "判定理由（繁体）",
                    nullable=False,
                ),
                _text(
                    "reason_zh_hans",
                    "the reason in simplified Chinese",
                    "判定理由（簡體）",
                    "判定理由（简体）",
                    nullable=False,
                ),
            ),
        ),
        Table(
            name="region_classification",
            meaning=Text("one row per region and year", "每區域、年份一行", "每区域、年份一行"),
            key=("region_id", "year"),
            columns=(
                *_REGION,
                _YEAR,
                _text(
                    "class",
                    "most advanced class of its concentrated or collaborating industries",
                    "其集聚或協作行業中最高的類型",
                    "其集聚或协作行业中最高的类型",
                    allowed=tuple(Class),
                    nullable=False,
                ),
                _text(
                    "leading_industry",
                    "the industry of that class with the most establishments",
                    "該類型中最大的行業",
                    "该类型中最大的行业",
                ),
                _count("clusters", "its clusters", "集群數", "集群数"),
                _count(
                    "emerging_clusters", "its emerging clusters", "成長型集群數", "成长型集群数"
                ),
                _count("agglomerations", "its agglomerations", "集聚數", "集聚数"),
                _share(
                    "employment_in_clusters_share",
                    "share of its jobs that are in clusters",
                    "集群就業占比",
                    "集群就业占比",
                ),
                _share(
                    "confidence",
                    "confidence of the leading verdict; empty = not computed",
                    "主要判定的置信度（空=未計算）",
                    "主要判定的置信度（空=未计算）",
                ),
                _geometry("the region", "區域", "区域", nullable=False),
            ),
        ),
        Table(
            name="industry_concentration",
            meaning=Text("one row per industry and year", "每行業、年份一行", "每行业、年份一行"),
            key=("industry", "year"),
            columns=(
                _text("industry", "code of the industry", "行業代碼", "行业代码", nullable=False),
                _text("industry_name", "name of the industry", "行業名稱", "行业名称"),
                _YEAR,
                _number("moran_i", "Moran's I of its location quotients", "莫蘭指數", "莫兰指数"),
                _share(
                    "moran_p",
                    "its upper-tail chance under permutation",
                    "莫蘭指數機率",
                    "莫兰指数概率",
                ),
                _amount("geary_c", "Geary's c of its location quotients", "吉里指數", "吉里指数"),
                _share(
                    "geary_p",
                    "its lower-tail chance under permutation",
                    "吉里指數機率",
                    "吉里指数概率",
                ),
                _amount("general_g", "Getis and Ord's general G", "廣義 G 統計量", "广义 G 统计量"),
                _share(
                    "general_g_p",
                    "its upper-tail chance under permutation",
                    "廣義 G 機率",
                    "广义 G 概率",
                ),
                _share("gini", "locational Gini", "區位基尼係數", "区位基尼系数"),
                _share("hoover", "Hoover index", "胡佛指數", "胡佛指数"),
                _amount("theil", "Theil index", "泰爾指數", "泰尔指数"),
                _share(
                    "herfindahl",
                    "Herfindahl index of its regional shares",
                    "赫芬達爾指數",
                    "赫芬达尔指数",
                ),
                _amount(
                    "krugman",
                    "Krugman index of its regional shares",
                    "克魯格曼指數",
                    "克鲁格曼指数",
                ),
                _number("maurel_sedillot", "Maurel-Sédillot index", "MS 指數", "MS 指数"),
                _number("ellison_glaeser", "Ellison-Glaeser index", "EG 指數", "EG 指数"),
                _share("ellison_glaeser_p", "its dartboard chance", "EG 指數機率", "EG 指数概率"),
                _count(
                    "regions_with_industry",
                    "regions that have it",
                    "有該行業的區域數",
                    "有该行业的区域数",
                ),
            ),
        ),
        Table(
            name="region_specialisation",
            meaning=Text(
                "what each region lives on, one row per region and year",
                "各區域的專業化程度，每區域、年份一行",
                "各区域的专业化程度，每区域、年份一行",
            ),
            key=("region_id", "year"),
            columns=(
                *_REGION,
                _YEAR,
                _amount(
                    "krugman_specialisation",
                    "Krugman specialisation: 0 the overall mix, 2 nothing in common with it",
                    "克魯格曼專業化指數",
                    "克鲁格曼专业化指数",
                ),
                _amount(
                    "hachman",
                    "Hachman index: 1 the overall mix, near 0 a mix of its own",
                    "哈赫曼指數",
                    "哈赫曼指数",
                ),
                _amount(
                    "theil_specialisation",
                    "Theil specialisation",
                    "泰爾專業化指數",
                    "泰尔专业化指数",
                ),
                _amount("diversity", "entropy of its industries", "行業熵", "行业熵"),
                _amount(
                    "related_variety",
                    "variety inside groups of industries",
                    "相關多樣性",
                    "相关多样性",
                ),
                _amount(
                    "unrelated_variety",
                    "variety between groups of industries",
                    "非相關多樣性",
                    "非相关多样性",
                ),
                _count("industries", "industries it is known to have", "行業數", "行业数"),
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
                _text("industry", "code of one industry", "行業代碼", "行业代码", nullable=False),
                _text(
                    "other_industry",
                    "code of the other industry",
                    "另一行業代碼",
                    "另一行业代码",
                    nullable=False,
                ),
                _YEAR,
                _number(
                    "coagglomeration",
                    "Ellison-Glaeser-Kerr co-agglomeration",
                    "共同集聚指數",
                    "共同集聚指数",
                ),
                _share(
                    "coagglomeration_p",
                    "its chance if plants fell at random",
                    "企業隨機落點下的機率",
                    "企业随机落点下的概率",
                ),
                _share(
                    "coagglomeration_heap_p",
                    "its chance if each industry's heaps fell at random",
                    "行業集中地隨機落點下的機率",
                    "行业集中地随机落点下的概率",
                ),
                _share(
                    "input_output",
                    "largest share of either's inputs or sales that goes to the other",
                    "彼此投入或銷售的最大占比",
                    "彼此投入或销售的最大占比",
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
                _text("before", "quadrant in a year", "前一年象限", "前一年象限", nullable=False),
                _text("after", "quadrant in the next", "後一年象限", "后一年象限", nullable=False),
                _count("cells", "cells that moved so", "單元數", "单元数"),
                _share(
                    "share",
                    "share of those in the first quadrant",
                    "占前一象限比例",
                    "占前一象限比例",
                ),
            ),
        ),
        Table(
            name="rejected",
            meaning=Text("rows that could not be used", "未能使用的行", "未能使用的行"),
            columns=(
                _text("table", "table the row stands in", "表", "表", nullable=False),
                _text("file", "file it was read from", "文件", "文件", nullable=False),
                _count(
                    "row", "row in the file, the first after the header being 1", "行號", "行号"
                ),
                _text("key", "the row's key", "行的鍵", "行的键"),
                _text("column", "column at fault", "出錯的列", "出错的列"),
                _text("value", "value found", "所見的值", "所见的值"),
                _text("reason", "reason code", "原因代碼", "原因代码", nullable=False),
                _text("sentence", "the reason in words", "原因說明", "原因说明", nullable=False),
            ),
        ),
    )
}
