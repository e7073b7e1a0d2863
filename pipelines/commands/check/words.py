"""The words of `jiqun check` that its table and its page share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geo.vocabulary import Text

if TYPE_CHECKING:
    from geo.dataset.judging.ledger import Finding

__all__ = ["FINDING", "ROWS", "SUMMARY", "USABLE", "share_of_jobs"]

ROWS = Text("rows", "行", "行")
USABLE = Text("This dataset can be used.", "該資料集可用。", "该数据集可用。")
_TABLE = Text("table", "表", "表")
SUMMARY = (
    (_TABLE, "left"),
    (Text("read", "讀入", "读入"), "right"),
    (Text("used", "使用", "使用"), "right"),
    (Text("rejected", "拒絕", "拒绝"), "right"),
)
FINDING = (
    (Text("#", "#", "#"), "left"),
    (_TABLE, "left"),
    (Text("column", "欄", "列"), "left"),
    (Text("first value", "首個值", "首个值"), "left"),
    (Text("in row", "所在行", "所在行"), "right"),
    (Text("rows", "行數", "行数"), "right"),
    (Text("share", "占比", "占比"), "right"),
    (Text("jobs or ties", "就業或關聯占比", "就业或关联占比"), "right"),
)


def share_of_jobs(found: Finding) -> str:
    """Share of the jobs or ties of the table, '' where it has none."""
    return "" if found.jobs is None else f"{found.jobs:.0%}"
