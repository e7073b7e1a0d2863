"""The words of the field in three languages: classes, stages, kinds and reasons for rejection.

Sentences that explain one verdict are built in `geo.classification.text.reason_texts`; what a
column means stands in `geo.schema`.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

__all__ = [
    "CLASSES",
    "FLIPS",
    "INNOVATION_KINDS",
    "INSTITUTION_KINDS",
    "NO_VERDICT",
    "REJECTIONS",
    "REPAIRS",
    "SERVICE_KINDS",
    "SHAPES",
    "STAGES",
    "TIERS",
    "TIE_KINDS",
    "Calendar",
    "Class",
    "ClassStyle",
    "Language",
    "Rejection",
    "Text",
]


class Language(StrEnum):
    """Languages that every label, reason and report exists in."""

    EN = "en"
    ZH_HANT = "zh-Hant"
    ZH_HANS = "zh-Hans"

    @property
    def column_suffix(self) -> str:
        """How names of columns in this language end: en, zh_hant, zh_hans."""
        return self.lower().replace("-", "_")


class Text(NamedTuple):
    """One text in three languages."""

    en: str
    zh_hant: str
    zh_hans: str

    def in_language(self, language: Language) -> str:
        """Text in `language`."""
        return self[list(Language).index(language)]


class Calendar(StrEnum):
    """How a column of years counts where a text alone does not tell."""

    COMMON = "common"
    REPUBLIC = "republic"
    """Years of the Republic of China: 112 is 2023."""
    SERIAL = "serial"
    """Days since 1899-12-30, as Excel stores dates."""


class Class(StrEnum):
    """Verdicts on a cell, from the least to the most advanced."""

    UNDETERMINED = "undetermined"
    DISPERSED = "dispersed"
    NETWORKED = "networked"
    AGGLOMERATION = "agglomeration"
    POTENTIAL_CLUSTER = "potential_cluster"
    EMERGING_CLUSTER = "emerging_cluster"
    CLUSTER = "cluster"


class ClassStyle(NamedTuple):
    """How a class is named and coloured everywhere."""

    label: Text
    colour: str


# Neighbours keep apart for colour-blind readers too, and dark text is legible on every one of them
# (both are measured in a test); the map and the page have no other colours for classes.
CLASSES: dict[Class, ClassStyle] = {
    Class.UNDETERMINED: ClassStyle(Text("undetermined", "待定", "待定"), "#aeb2b2"),
    Class.DISPERSED: ClassStyle(Text("dispersed", "分散", "分散"), "#f1e3d1"),
    Class.NETWORKED: ClassStyle(Text("networked", "網絡化", "网络化"), "#6fd0fa"),
    Class.AGGLOMERATION: ClassStyle(Text("agglomeration", "集聚", "集聚"), "#dfae38"),
    Class.POTENTIAL_CLUSTER: ClassStyle(
        Text("potential cluster", "潛在集群", "潜在集群"), "#c273b0"
    ),
    Class.EMERGING_CLUSTER: ClassStyle(
        Text("emerging cluster", "成長型集群", "成长型集群"), "#97d68c"
    ),
    Class.CLUSTER: ClassStyle(Text("cluster", "集群", "集群"), "#1d9e72"),
}

NO_VERDICT = Text("no establishments", "無企業", "无企业")
"""What maps say of a region without any firm."""

STAGES: dict[str, Text] = {
    "forming": Text("forming", "形成", "形成"),
    "upgrading": Text("upgrading", "升級", "升级"),
    "mature": Text("mature", "成熟", "成熟"),
    "at_risk": Text("at risk", "有風險", "有风险"),
    "declining": Text("declining", "衰退", "衰退"),
    "steady": Text("steady", "平穩", "平稳"),
    "not_known": Text("not known", "未知", "未知"),
}

TIERS: dict[str, Text] = {
    "core": Text("core firm", "核心企業", "核心企业"),
    "supporting": Text("supporting firm", "配套企業", "配套企业"),
    "institution": Text("supporting institution", "支撐機構", "支撑机构"),
}

SHAPES: dict[str, Text] = {
    "pyramid": Text("pyramid", "金字塔", "金字塔"),
    "web": Text("web", "網狀", "网状"),
    "layered": Text("layered", "分層", "分层"),
    "hub_and_spoke": Text("hub and spoke", "輪軸式", "轮轴式"),
}

TIE_KINDS: dict[str, Text] = {
    "supply": Text("supply", "供應", "供应"),
    "research": Text("research", "研發", "研发"),
    "standard": Text("standard", "標準", "标准"),
    "talent": Text("talent", "人才", "人才"),
    "finance": Text("finance", "金融", "金融"),
    "service": Text("service", "服務", "服务"),
}

INNOVATION_KINDS: dict[str, Text] = {
    "university": Text("university", "大學", "大学"),
    "research": Text("research institute", "研究院所", "研究院所"),
    "testing": Text("testing laboratory", "檢測機構", "检测机构"),
    "incubator": Text("incubator", "孵化器", "孵化器"),
}
SERVICE_KINDS: dict[str, Text] = {
    "finance": Text("finance", "金融機構", "金融机构"),
    "association": Text("association", "行業協會", "行业协会"),
    "logistics": Text("logistics", "物流機構", "物流机构"),
    "legal": Text("legal services", "法律服務", "法律服务"),
    "training": Text("training", "培訓機構", "培训机构"),
    "government": Text("government agency", "政府機構", "政府机构"),
}
INSTITUTION_KINDS: dict[str, Text] = INNOVATION_KINDS | SERVICE_KINDS


class Rejection(NamedTuple):
    """Why a row was not used.

    A *fault* is a value that is wrong; too many of them stop the run. A gap (`is_fault` false)
    is an honest row that lacks something, or speaks of what the dataset does not hold: it is
    counted and reported, and the run goes on with the rest.
    """

    is_fault: bool
    text: Text


REJECTIONS: dict[str, Rejection] = {
    "id_missing": Rejection(is_fault=True, text=Text("the id is missing", "缺少編號", "缺少编号")),
    "id_duplicate": Rejection(
        is_fault=True,
        text=Text(
            "the id stands in an earlier row too",
            "編號與前面的行重複",
            "编号与前面的行重复",
        ),
    ),
    "rows_contradict": Rejection(
        is_fault=True,
        text=Text(
            "another row has the same key and says something else",
            "另有同鍵的行，內容不同",
            "另有同键的行，内容不同",
        ),
    ),
    "code_is_date": Rejection(
        is_fault=True,
        text=Text(
            "a spreadsheet such as Excel has turned the code into a date, a rounded number or an "
            "error",
            "代碼已被 Excel 等試算表改成日期、概數或錯誤值",
            "代码已被 Excel 等电子表格改成日期、约数或错误值",
        ),
    ),
    "total_row": Rejection(
        is_fault=False,
        text=Text("the row is a total of others", "該行為其他行的合計", "该行为其他行的合计"),
    ),
    "other_level": Rejection(
        is_fault=False,
        text=Text(
            "the code is of another level than the one to keep",
            "代碼不屬於所選層級",
            "代码不属于所选层级",
        ),
    ),
    "industry_unknown": Rejection(
        is_fault=True,
        text=Text(
            "no firm, cell or list of industries has this industry",
            "企業、單元與行業表中均無此行業",
            "企业、单元与行业表中均无此行业",
        ),
    ),
    "ties_missing": Rejection(
        is_fault=False,
        text=Text(
            "there is neither a number of ties nor a value",
            "既無關聯數也無金額",
            "既无关联数也无金额",
        ),
    ),
    "more_than_ties": Rejection(
        is_fault=True,
        text=Text(
            "there are more suppliers, customers or ties seen again than ties",
            "供應企業、需求企業或延續的關聯多於關聯總數",
            "供应企业、需求企业或延续的关联多于关联总数",
        ),
    ),
    "flow_missing": Rejection(
        is_fault=False,
        text=Text(
            "there is neither a coefficient nor a flow", "既無係數也無流量", "既无系数也无流量"
        ),
    ),
    "value_missing": Rejection(
        is_fault=True, text=Text("a required value is missing", "缺少必填值", "缺少必填值")
    ),
    "not_a_number": Rejection(
        is_fault=True, text=Text("the value is not a number", "該值不是數字", "该值不是数字")
    ),
    "not_a_year": Rejection(
        is_fault=True,
        text=Text("the value is not a year or a date", "該值不是年份或日期", "该值不是年份或日期"),
    ),
    "negative_value": Rejection(
        is_fault=True, text=Text("the value is negative", "該值為負數", "该值为负数")
    ),
    "unknown_kind": Rejection(
        is_fault=True,
        text=Text("the kind is not one of those allowed", "類別不在允許之列", "类别不在允许之列"),
    ),
    "closed_before_opened": Rejection(
        is_fault=True, text=Text("closed before it opened", "關閉早於開業", "关闭早于开业")
    ),
    "coordinates_missing": Rejection(
        is_fault=False, text=Text("there are no coordinates", "缺少座標", "缺少坐标")
    ),
    "coordinates_invalid": Rejection(
        is_fault=True,
        text=Text(
            "the coordinates are not on the globe",
            "座標超出地球範圍",
            "坐标超出地球范围",
        ),
    ),
    "coordinates_swapped": Rejection(
        is_fault=True,
        text=Text(
            "longitude and latitude are swapped: the other way round the point is on the map",
            "經緯度顛倒：對調後該點在圖上",
            "经纬度颠倒：对调后该点在图上",
        ),
    ),
    "outside_regions": Rejection(
        is_fault=True,
        text=Text("the point lies in no region", "該點不在任何區域內", "该点不在任何区域内"),
    ),
    "geometry_missing": Rejection(
        is_fault=True, text=Text("there is no geometry", "缺少幾何圖形", "缺少几何图形")
    ),
    "geometry_invalid": Rejection(
        is_fault=True,
        text=Text("the geometry cannot be read", "幾何圖形無法解析", "几何图形无法解析"),
    ),
    "too_many_values": Rejection(
        is_fault=True,
        text=Text(
            "the row has more values than there are columns",
            "該行的值多於列數",
            "该行的值多于列数",
        ),
    ),
    "geometry_not_point": Rejection(
        is_fault=True,
        text=Text("the geometry is not a point", "幾何圖形不是點", "几何图形不是点"),
    ),
    "geometry_not_area": Rejection(
        is_fault=True,
        text=Text(
            "the geometry is not a polygon with an area",
            "幾何圖形不是有面積的多邊形",
            "几何图形不是有面积的多边形",
        ),
    ),
    "region_unknown": Rejection(
        is_fault=False,
        text=Text("the region is not on the map", "該區域不在地圖上", "该区域不在地图上"),
    ),
    "id_of_firm": Rejection(
        is_fault=True, text=Text("a firm has this id", "該編號屬於某企業", "该编号属于某企业")
    ),
    "too_large": Rejection(
        is_fault=True,
        text=Text(
            "the value is larger than any count or sum can be",
            "該值大於任何可能的數量或金額",
            "该值大于任何可能的数量或金额",
        ),
    ),
    "institution_unknown": Rejection(
        is_fault=False,
        text=Text(
            "an end of the tie is no firm of this dataset, which has no table of institutions",
            "關聯的一端不是企業，而本資料集沒有機構表",
            "关联的一端不是企业，而本数据集没有机构表",
        ),
    ),
    "party_unknown": Rejection(
        is_fault=True,
        text=Text(
            "an end of the tie is neither a firm nor an institution of this dataset",
            "關聯的一端不是本資料集的企業或機構",
            "关联的一端不是本数据集的企业或机构",
        ),
    ),
    "party_rejected": Rejection(
        is_fault=False,
        text=Text(
            "an end of the tie is a firm or institution whose own row was rejected",
            "關聯的一端是已被拒絕的企業或機構",
            "关联的一端是已被拒绝的企业或机构",
        ),
    ),
    "party_not_alive": Rejection(
        is_fault=False,
        text=Text(
            "an end of the tie does not exist in that year",
            "關聯的一端在該年不存在",
            "关联的一端在该年不存在",
        ),
    ),
    "self_tie": Rejection(
        is_fault=True,
        text=Text("both ends of the tie are the same", "關聯兩端相同", "关联两端相同"),
    ),
    "outside_years": Rejection(
        is_fault=False,
        text=Text(
            "nothing of the row falls in the years of this run",
            "該行不在本次運行的年份內",
            "该行不在本次运行的年份内",
        ),
    ),
}

REPAIRS: dict[str, Text] = {
    "white_space": Text(
        "white space around a value was removed", "去除了值兩端的空白", "去除了值两端的空白"
    ),
    "date_to_year": Text("a date was read as its year", "日期取其年份", "日期取其年份"),
    "letter_case": Text("a kind was brought to lower case", "類別改為小寫", "类别改为小写"),
    "geometry_made_valid": Text(
        "a self-intersecting polygon was made valid",
        "自相交多邊形已修復",
        "自相交多边形已修复",
    ),
    "number_marks": Text(
        "a number was read with its marks of thousands or decimals",
        "按千分位或小數點記號讀取數字",
        "按千分位或小数点记号读取数字",
    ),
    "other_calendar": Text(
        "a year was read by another calendar or as a day of Excel",
        "按民國紀年或 Excel 日期序號讀取年份",
        "按民国纪年或 Excel 日期序号读取年份",
    ),
    "id_written_otherwise": Text(
        "an id was found though it is written otherwise (zeros, spaces, width)",
        "編號寫法不同（前導零、空白、全形半形），已對上",
        "编号写法不同（前导零、空白、全角半角），已对上",
    ),
    "parts_joined": Text(
        "a row is a further part of one region",
        "該行為同一區域的另一部分，已合併",
        "该行为同一区域的另一部分，已合并",
    ),
    "curve_made_linear": Text(
        "a curve was made of straight lines", "曲線已轉為折線", "曲线已转为折线"
    ),
    "rows_summed": Text(
        "a row was added to another with the same key", "同鍵的行已加總", "同键的行已加总"
    ),
    "range_middle": Text(
        "a range was read as its middle, or its least where it has no end",
        "區間取其中點（無上限者取下限）",
        "区间取其中点（无上限者取下限）",
    ),
    "value_not_read": Text(
        "a value that cannot be read is taken for not known",
        "無法讀取的值視為未知",
        "无法读取的值视为未知",
    ),
    "tie_inside_owner": Text(
        "a tie is between firms of one owner", "關聯雙方屬同一集團", "关联双方属同一集团"
    ),
    "duplicate_tie": Text(
        "a tie given more than once in a year counts once",
        "同一年重複的關聯只計一次",
        "同一年重复的关联只计一次",
    ),
    "on_border": Text(
        "a point on a border was given to the first of its regions by id",
        "邊界上的點歸入編號最小的區域",
        "边界上的点归入编号最小的区域",
    ),
    "stacked_point": Text(
        "a point shares its coordinates with others (a centroid, not an address?)",
        "座標與他人相同（可能是質心而非地址）",
        "坐标与他人相同（可能是质心而非地址）",
    ),
}

FLIPS = (
    "plants",
    "spread",
    "comparison",
    "job_data",
    "plant_data",
    "links",
    "years",
    "local_ties",
    "elsewhere",
    "linked_firms",
    "coverage",
    "lasting_ties",
    "tied_firms",
    "innovation_firms",
    "service_firms",
    "institution_data",
    "institution_ties",
)
"""What a class can lack or lose, in the order of the questions; worded in `flip_wording`."""
