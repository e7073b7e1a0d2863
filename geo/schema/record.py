"""What the run says of its input."""

from __future__ import annotations

from geo.schema.column import Table, count, text
from geo.vocabulary import Text

__all__ = ["RECORD_TABLES"]

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
