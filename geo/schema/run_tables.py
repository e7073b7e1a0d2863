"""What a run says of its input, and `jiqun sensitivity` of other choices."""

from __future__ import annotations

from geo.schema.column import CLASS, REGION, YEAR, Table, count, share, text
from geo.vocabulary import Text

__all__ = ["RECORD_TABLES", "SENSITIVITY"]


SENSITIVITY = Table(
    name="sensitivity",
    meaning=Text(
        "how often each verdict of the latest year stands when thresholds, the notion of local, "
        "or the cut of industries and regions are others",
        "最近一年的判定在其他門檻、本地定義、行業或區域劃分下成立的頻率",
        "最近一年的判定在其他门槛、本地定义、行业或区域划分下成立的频率",
    ),
    key=("region_id", "industry", "year"),
    columns=(
        *REGION,
        text("industry", "code of the industry", "行業代碼", "行业代码", nullable=False),
        text("industry_name", "name of the industry", "行業名稱", "行业名称"),
        YEAR,
        CLASS,
        share(
            "threshold_agreement",
            "share of neighbouring thresholds under which the verdict is the same",
            "門檻上下移動時判定不變的比例",
            "门槛上下移动时判定不变的比例",
        ),
        text(
            "rests_on",
            "thresholds that turn the verdict when moved to their neighbours; empty = none",
            "移動後會改變判定的門檻（空=無）",
            "移动后会改变判定的门槛（空=无）",
        ),
        count("variants", "other choices that judged the cell", "其他劃分數", "其他划分数"),
        count("agreeing", "those that gave the same class", "判定相同數", "判定相同数"),
        share(
            "standing",
            "share of other choices that gave the same class",
            "判定相同的比例",
            "判定相同的比例",
        ),
        text(
            "turned_by",
            "choices that gave another class; empty = none",
            "改變判定的劃分（空=無）",
            "改变判定的划分（空=无）",
        ),
    ),
)


RECORD_TABLES = (
    Table(
        name="rejected",
        meaning=Text("rows that could not be used", "未能使用的行", "未能使用的行"),
        columns=(
            text("table", "table the row stands in", "表", "表", nullable=False),
            text("file", "file it was read from", "文件", "文件", nullable=False),
            count("row", "row in the file, the first after the header being 1", "行號", "行号"),
            text("key", "the row's key", "行的鍵", "行的键"),
            text("column", "column at fault", "出錯的列", "出错的列"),
            text("value", "value found", "所見的值", "所见的值"),
            text("reason", "reason code", "原因代碼", "原因代码", nullable=False),
            text("sentence", "the reason in words", "原因說明", "原因说明", nullable=False),
        ),
    ),
)
