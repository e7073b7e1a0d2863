"""The tables that go in.

What belongs here: columns of a dataset's files. What does not: how a file is read.
"""

from __future__ import annotations

from geo.schema.column import Table, amount, geometry, number, text, year
from geo.vocabulary import INSTITUTION_KINDS, TIE_KINDS, Text

__all__ = ["RAW_TABLES"]

_NEEDED = {"required": True, "nullable": False}

# What no country has: values beyond are slips.
_FIRMS, _PEOPLE, _COEFFICIENT, _MINUTES = 1e9, 1e10, 1e6, 1e6

_LONGITUDE = number("longitude", "longitude in degrees", "經度（度）", "经度（度）", required=True)
_LATITUDE = number("latitude", "latitude in degrees", "緯度（度）", "纬度（度）", required=True)
_PLACE = text(
    "place",
    "code of its place in the table places, in place of coordinates",
    "所在地點代碼（見表 places，可代替座標）",
    "所在地点代码（见表 places，可代替坐标）",
)
_OPENED = year("opened", "first year it exists", "開業年份", "开业年份")
_CLOSED = year(
    "closed", "first year it is gone", "關閉年份（該年已不存在）", "关闭年份（该年已不存在）"
)
_NAME = text("name", "name", "名稱", "名称")

RAW_TABLES: dict[str, Table] = {
    t.name: t
    for t in (
        Table(
            name="regions",
            meaning=Text("the map of regions", "區域地圖", "区域地图"),
            required=True,
            key=("region_id",),
            columns=(
                text("region_id", "id of the region", "區域編號", "区域编号", **_NEEDED),
                geometry("polygon or multipolygon", "多邊形", "多边形", **_NEEDED),
                _NAME,
                text(
                    "parent_id", "id of the larger region it is in", "上級區域編號", "上级区域编号"
                ),
                amount("population", "inhabitants", "人口", "人口", maximum=_PEOPLE),
            ),
        ),
        Table(
            name="firms",
            meaning=Text("establishments and where they are", "企業及其位置", "企业及其位置"),
            key=("firm_id", "year"),
            columns=(
                text("firm_id", "id of the firm", "企業編號", "企业编号", **_NEEDED),
                text("industry", "code of its industry", "行業代碼", "行业代码", **_NEEDED),
                _LONGITUDE,
                _LATITUDE,
                geometry(
                    "point, in place of longitude and latitude",
                    "點（可代替經緯度）",
                    "点（可代替经纬度）",
                ),
                _PLACE,
                amount("employment", "jobs", "就業人數", "就业人数", maximum=_PEOPLE),
                amount("output", "yearly output, in the dataset's currency", "年產值", "年产值"),
                _OPENED,
                _CLOSED,
                year("year", "year the row speaks of", "年份", "年份"),
                text("group_id", "id of the owning group", "所屬集團編號", "所属集团编号"),
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
                text("region_id", "id of the region", "區域編號", "区域编号", **_NEEDED),
                text("industry", "code of the industry", "行業代碼", "行业代码", **_NEEDED),
                year("year", "year", "年份", "年份", **_NEEDED),
                amount(
                    "establishments",
                    "establishments; empty = withheld",
                    "企業數（空=保密）",
                    "企业数（空=保密）",
                    maximum=_FIRMS,
                ),
                amount(
                    "employment",
                    "jobs; empty = withheld",
                    "就業人數（空=保密）",
                    "就业人数（空=保密）",
                    maximum=_PEOPLE,
                ),
                amount(
                    "output",
                    "another measure of size, such as output or value added",
                    "其他規模指標，如產值或增加值",
                    "其他规模指标，如产值或增加值",
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
                text(
                    "region_id", "region; empty = the nation", "區域（空=全國）", "区域（空=全国）"
                ),
                text("industry", "industry; empty = all", "行業（空=全部）", "行业（空=全部）"),
                year("year", "year", "年份", "年份", **_NEEDED),
                amount("establishments", "establishments", "企業數", "企业数", maximum=_FIRMS),
                amount("employment", "jobs", "就業人數", "就业人数", maximum=_PEOPLE),
            ),
        ),
        Table(
            name="links",
            meaning=Text("ties between parties", "各方之間的關聯", "各方之间的关联"),
            columns=(
                text("source_id", "supplier or giver", "供應方", "供应方", **_NEEDED),
                text("target_id", "customer or taker", "需求方", "需求方", **_NEEDED),
                year("year", "year of the tie", "年份", "年份", **_NEEDED),
                text(
                    "kind",
                    "kind of tie; supply if absent",
                    "類別（缺省為供應）",
                    "类别（缺省为供应）",
                    allowed=tuple(TIE_KINDS),
                ),
                amount("value", "value of the tie", "金額", "金额"),
            ),
        ),
        Table(
            name="cell_links",
            meaning=Text(
                "ties between cells, counted or as flows",
                "單元之間的關聯（計數或流量）",
                "单元之间的关联（计数或流量）",
            ),
            key=(
                "source_region_id",
                "source_industry",
                "target_region_id",
                "target_industry",
                "year",
                "kind",
            ),
            columns=(
                text("source_region_id", "region that supplies", "供應區域", "供应区域", **_NEEDED),
                text(
                    "source_industry", "industry that supplies", "供應行業", "供应行业", **_NEEDED
                ),
                text("target_region_id", "region that takes", "需求區域", "需求区域", **_NEEDED),
                text("target_industry", "industry that takes", "需求行業", "需求行业", **_NEEDED),
                year("year", "year", "年份", "年份", **_NEEDED),
                text(
                    "kind",
                    "kind of tie; supply if absent",
                    "類別（缺省為供應）",
                    "类别（缺省为供应）",
                    allowed=tuple(TIE_KINDS),
                ),
                amount("ties", "distinct pairs of firms", "企業對數", "企业对数", maximum=_PEOPLE),
                amount(
                    "suppliers",
                    "firms of the source in such a tie",
                    "參與的供應企業數",
                    "参与的供应企业数",
                    maximum=_FIRMS,
                ),
                amount(
                    "customers",
                    "firms of the target in such a tie",
                    "參與的需求企業數",
                    "参与的需求企业数",
                    maximum=_FIRMS,
                ),
                amount(
                    "ties_seen_again",
                    "ties that were there the year before, too",
                    "上一年已有的關聯數",
                    "上一年已有的关联数",
                    maximum=_PEOPLE,
                ),
                number("value", "value of the flow", "流量", "流量"),
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
                text("institution_id", "id of the institution", "機構編號", "机构编号", **_NEEDED),
                text(
                    "kind",
                    "kind of institution",
                    "機構類別",
                    "机构类别",
                    allowed=tuple(INSTITUTION_KINDS),
                    **_NEEDED,
                ),
                _LONGITUDE,
                _LATITUDE,
                geometry(
                    "point, in place of longitude and latitude",
                    "點（可代替經緯度）",
                    "点（可代替经纬度）",
                ),
                _PLACE,
                _NAME,
                _OPENED,
                _CLOSED,
            ),
        ),
        Table(
            name="places",
            meaning=Text(
                "where the places are that firms and institutions name, such as postcodes",
                "企業與機構所指地點（如郵遞區號）的座標",
                "企业与机构所指地点（如邮政编码）的坐标",
            ),
            key=("place",),
            columns=(
                text("place", "code of the place", "地點代碼", "地点代码", **_NEEDED),
                _LONGITUDE,
                _LATITUDE,
            ),
        ),
        Table(
            name="travel_times",
            meaning=Text("travel times between regions", "區域間行程時間", "区域间行程时间"),
            key=("from_region", "to_region"),
            columns=(
                text("from_region", "region the way starts in", "起點區域", "起点区域", **_NEEDED),
                text("to_region", "region the way ends in", "終點區域", "终点区域", **_NEEDED),
                amount(
                    "minutes",
                    "travel time in minutes; empty, or no row = out of reach",
                    "行程分鐘數（空或無此行=不可達）",
                    "行程分钟数（空或无此行=不可达）",
                    maximum=_MINUTES,
                    required=True,
                ),
            ),
        ),
        Table(
            name="io_table",
            meaning=Text("input-output table", "投入產出表", "投入产出表"),
            key=("supplying_industry", "using_industry", "year"),
            columns=(
                text(
                    "supplying_industry",
                    "industry that supplies",
                    "供應行業",
                    "供应行业",
                    **_NEEDED,
                ),
                text("using_industry", "industry that uses", "使用行業", "使用行业", **_NEEDED),
                number(
                    "coefficient",
                    "input per unit of output",
                    "投入係數",
                    "投入系数",
                    maximum=_COEFFICIENT,
                ),
                number("flow", "value of the flow", "流量", "流量"),
                year("year", "year of the table", "年份", "年份"),
            ),
        ),
        Table(
            name="industries",
            meaning=Text("names and groups of industries", "行業名稱與分組", "行业名称与分组"),
            key=("industry",),
            columns=(
                text("industry", "code of the industry", "行業代碼", "行业代码", **_NEEDED),
                _NAME,
                text("name_zh", "name in Chinese", "中文名稱", "中文名称"),
                text("parent", "code of the larger industry", "上級行業代碼", "上级行业代码"),
                text("chain", "value chain it belongs to", "所屬產業鏈", "所属产业链"),
                text(
                    "market",
                    "traded, or local: follows people; told from the data where empty",
                    "市場：traded 外銷型或 local 本地服務型；空則由數據判定",
                    "市场：traded 外销型或 local 本地服务型；空则由数据判定",
                    allowed=("traded", "local"),
                ),
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
                text("kind", "park, resource, port, ...", "類別", "类别", **_NEEDED),
                geometry("polygon or point", "多邊形或點", "多边形或点", **_NEEDED),
                number("value", "size or strength", "數值", "数值"),
                _NAME,
            ),
        ),
    )
}
