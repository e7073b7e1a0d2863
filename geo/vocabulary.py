"""The words of the field in three languages: classes, stages, kinds and reasons for rejection.

Sentences that explain one verdict are built in `geo.classification.text.reason_texts`; what a
column means stands in `geo.schema`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from geo.chinese.mainland import simplified, simplified_name

if TYPE_CHECKING:
    from collections.abc import Iterator

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
    "shown_name",
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


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Text:
    """One text in three languages, in the order of `Language`.

    `own_hans` is for what cannot be made from 繁體: above all texts in which values of the user
    already stand, as a converter would change those, too.
    """

    en: str
    zh_hant: str
    own_hans: str | None = None

    @property
    def zh_hans(self) -> str:
        """Text in 簡體, made from 繁體 when it is asked for."""
        return simplified(self.zh_hant) if self.own_hans is None else self.own_hans

    def in_language(self, language: Language) -> str:
        """Text in `language`."""
        match language:
            case Language.EN:
                return self.en
            case Language.ZH_HANT:
                return self.zh_hant
        return self.zh_hans

    def __iter__(self) -> Iterator[str]:
        return iter((self.en, self.zh_hant, self.zh_hans))

    def __getitem__(self, place: int) -> str:
        return tuple(self)[place]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Text) and tuple(self) == tuple(other)

    def __hash__(self) -> int:
        return hash((self.en, self.zh_hant))

    def __repr__(self) -> str:
        return f"Text(en={self.en!r}, zh_hant={self.zh_hant!r}, zh_hans={self.zh_hans!r})"


def shown_name(name: str, language: Language) -> str:
    """A user's `name` as it is shown in `language`: in the characters of 簡體 where that is asked.

    >>> shown_name("汽車整車", Language.ZH_HANS)
    '汽车整车'
    """
    return simplified_name(name) if language is Language.ZH_HANS else name


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
    Class.UNDETERMINED: ClassStyle(Text("undetermined", "待定"), "#aeb2b2"),
    Class.DISPERSED: ClassStyle(Text("dispersed", "分散"), "#f1e3d1"),
    Class.NETWORKED: ClassStyle(Text("networked", "網絡化"), "#6fd0fa"),
    Class.AGGLOMERATION: ClassStyle(Text("agglomeration", "集聚"), "#dfae38"),
    Class.POTENTIAL_CLUSTER: ClassStyle(Text("potential cluster", "潛在集群"), "#c273b0"),
    Class.EMERGING_CLUSTER: ClassStyle(Text("emerging cluster", "成長型集群"), "#97d68c"),
    Class.CLUSTER: ClassStyle(Text("cluster", "集群"), "#1d9e72"),
}

NO_VERDICT = Text("no establishments", "無企業")
"""What maps say of a region without any firm."""

STAGES: dict[str, Text] = {
    "forming": Text("forming", "形成"),
    "upgrading": Text("upgrading", "升級"),
    "mature": Text("mature", "成熟"),
    "at_risk": Text("at risk", "有風險"),
    "declining": Text("declining", "衰退"),
    "steady": Text("steady", "平穩"),
    "not_known": Text("not known", "未知"),
}

TIERS: dict[str, Text] = {
    "core": Text("core firm", "核心企業"),
    "supporting": Text("supporting firm", "配套企業"),
    "institution": Text("supporting institution", "支撐機構"),
}

SHAPES: dict[str, Text] = {
    "pyramid": Text("pyramid", "金字塔"),
    "web": Text("web", "網狀"),
    "layered": Text("layered", "分層"),
    "hub_and_spoke": Text("hub and spoke", "輪軸式"),
}

TIE_KINDS: dict[str, Text] = {
    "supply": Text("supply", "供應"),
    "research": Text("research", "研發"),
    "standard": Text("standard", "標準"),
    "talent": Text("talent", "人才"),
    "finance": Text("finance", "金融"),
    "service": Text("service", "服務"),
}

INNOVATION_KINDS: dict[str, Text] = {
    "university": Text("university", "大學"),
    "research": Text("research institute", "研究院所"),
    "testing": Text("testing laboratory", "檢測機構"),
    "incubator": Text("incubator", "孵化器"),
}
SERVICE_KINDS: dict[str, Text] = {
    "finance": Text("finance", "金融機構"),
    "association": Text("association", "行業協會"),
    "logistics": Text("logistics", "物流機構"),
    "legal": Text("legal services", "法律服務"),
    "training": Text("training", "培訓機構"),
    "government": Text("government agency", "政府機構"),
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
    "id_missing": Rejection(is_fault=True, text=Text("the id is missing", "缺少編號")),
    "id_duplicate": Rejection(
        is_fault=True,
        text=Text(
            "the id stands in an earlier row too",
            "編號與前面的行重複",
        ),
    ),
    "rows_contradict": Rejection(
        is_fault=True,
        text=Text(
            "another row has the same key and says something else",
            "另有同鍵的行，內容不同",
        ),
    ),
    "code_is_date": Rejection(
        is_fault=True,
        text=Text(
            "a spreadsheet such as Excel has turned the code into a date, a rounded number or an "
            "error",
            "代碼已被 Excel 等試算表改成日期、概數或錯誤值",
        ),
    ),
    "total_row": Rejection(
        is_fault=False,
        text=Text("the row is a total of others", "該行為其他行的合計"),
    ),
    "other_level": Rejection(
        is_fault=False,
        text=Text(
            "the code is of another level than the one to keep",
            "代碼不屬於所選層級",
        ),
    ),
    "industry_unknown": Rejection(
        is_fault=True,
        text=Text(
            "no firm, cell or list of industries has this industry",
            "企業、單元與行業表中均無此行業",
        ),
    ),
    "ties_missing": Rejection(
        is_fault=False,
        text=Text(
            "there is neither a number of ties nor a value",
            "既無關聯數也無金額",
        ),
    ),
    "more_than_ties": Rejection(
        is_fault=True,
        text=Text(
            "there are more suppliers, customers or ties seen again than ties",
            "供應企業、需求企業或延續的關聯多於關聯總數",
        ),
    ),
    "flow_missing": Rejection(
        is_fault=False,
        text=Text("there is neither a coefficient nor a flow", "既無係數也無流量"),
    ),
    "value_missing": Rejection(
        is_fault=True, text=Text("a required value is missing", "缺少必填值")
    ),
    "not_a_number": Rejection(
        is_fault=True, text=Text("the value is not a number", "該值不是數字")
    ),
    "not_a_year": Rejection(
        is_fault=True,
        text=Text("the value is not a year or a date", "該值不是年份或日期"),
    ),
    "negative_value": Rejection(is_fault=True, text=Text("the value is negative", "該值為負數")),
    "unknown_kind": Rejection(
        is_fault=True,
        text=Text("the kind is not one of those allowed", "類別不在允許之列"),
    ),
    "closed_before_opened": Rejection(
        is_fault=True, text=Text("closed before it opened", "關閉早於開業")
    ),
    "coordinates_missing": Rejection(
        is_fault=False, text=Text("there are no coordinates", "缺少座標")
    ),
    "coordinates_invalid": Rejection(
        is_fault=True,
        text=Text(
            "the coordinates are not on the globe",
            "座標超出地球範圍",
        ),
    ),
    "coordinates_swapped": Rejection(
        is_fault=True,
        text=Text(
            "longitude and latitude are swapped: the other way round the point is on the map",
            "經緯度顛倒：對調後該點在圖上",
        ),
    ),
    "outside_regions": Rejection(
        is_fault=True,
        text=Text("the point lies in no region", "該點不在任何區域內"),
    ),
    "geometry_missing": Rejection(is_fault=True, text=Text("there is no geometry", "缺少幾何圖形")),
    "geometry_invalid": Rejection(
        is_fault=True,
        text=Text("the geometry cannot be read", "幾何圖形無法解析"),
    ),
    "too_many_values": Rejection(
        is_fault=True,
        text=Text(
            "the row has more values than there are columns",
            "該行的值多於列數",
        ),
    ),
    "geometry_not_point": Rejection(
        is_fault=True,
        text=Text("the geometry is not a point", "幾何圖形不是點"),
    ),
    "geometry_not_area": Rejection(
        is_fault=True,
        text=Text(
            "the geometry is not a polygon with an area",
            "幾何圖形不是有面積的多邊形",
        ),
    ),
    "region_unknown": Rejection(
        is_fault=False,
        text=Text("the region is not on the map", "該區域不在地圖上"),
    ),
    "id_of_firm": Rejection(is_fault=True, text=Text("a firm has this id", "該編號屬於某企業")),
    "too_large": Rejection(
        is_fault=True,
        text=Text(
            "the value is larger than any count or sum can be",
            "該值大於任何可能的數量或金額",
        ),
    ),
    "institution_unknown": Rejection(
        is_fault=False,
        text=Text(
            "an end of the tie is no firm of this dataset, which has no table of institutions",
            "關聯的一端不是企業，而本資料集沒有機構表",
        ),
    ),
    "party_unknown": Rejection(
        is_fault=True,
        text=Text(
            "an end of the tie is neither a firm nor an institution of this dataset",
            "關聯的一端不是本資料集的企業或機構",
        ),
    ),
    "party_rejected": Rejection(
        is_fault=False,
        text=Text(
            "an end of the tie is a firm or institution whose own row was rejected",
            "關聯的一端是已被拒絕的企業或機構",
        ),
    ),
    "party_not_alive": Rejection(
        is_fault=False,
        text=Text(
            "an end of the tie does not exist in that year",
            "關聯的一端在該年不存在",
        ),
    ),
    "self_tie": Rejection(
        is_fault=True,
        text=Text("both ends of the tie are the same", "關聯兩端相同"),
    ),
    "outside_years": Rejection(
        is_fault=False,
        text=Text(
            "nothing of the row falls in the years of this run",
            "該行不在本次運行的年份內",
        ),
    ),
}

REPAIRS: dict[str, Text] = {
    "white_space": Text("white space around a value was removed", "去除了值兩端的空白"),
    "date_to_year": Text("a date was read as its year", "日期取其年份"),
    "letter_case": Text("a kind was brought to lower case", "類別改為小寫"),
    "geometry_made_valid": Text(
        "a self-intersecting polygon was made valid",
        "自相交多邊形已修復",
    ),
    "number_marks": Text(
        "a number was read with its marks of thousands or decimals",
        "按千分位或小數點記號讀取數字",
    ),
    "other_calendar": Text(
        "a year was read by another calendar or as a day of Excel",
        "按民國紀年或 Excel 日期序號讀取年份",
    ),
    "id_written_otherwise": Text(
        "an id was found though it is written otherwise (zeros, spaces, width)",
        "編號寫法不同（前導零、空白、全形半形），已對上",
    ),
    "parts_joined": Text(
        "a row is a further part of one region",
        "該行為同一區域的另一部分，已合併",
    ),
    "curve_made_linear": Text("a curve was made of straight lines", "曲線已轉為折線"),
    "rows_summed": Text("a row was added to another with the same key", "同鍵的行已加總"),
    "range_middle": Text(
        "a range was read as its middle, or its least where it has no end",
        "區間取其中點（無上限者取下限）",
    ),
    "value_not_read": Text(
        "a value that cannot be read is taken for not known",
        "無法讀取的值視為未知",
    ),
    "tie_inside_owner": Text("a tie is between firms of one owner", "關聯雙方屬同一集團"),
    "duplicate_tie": Text(
        "a tie given more than once in a year counts once",
        "同一年重複的關聯只計一次",
    ),
    "on_border": Text(
        "a point on a border was given to the first of its regions by id",
        "邊界上的點歸入編號最小的區域",
    ),
    "stacked_point": Text(
        "a point shares its coordinates with others (a centroid, not an address?)",
        "座標與他人相同（可能是質心而非地址）",
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
