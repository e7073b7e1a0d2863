"""What the page says of the run: what was read, what was not used, what could not be known.

Also the words that explain classes and answers, and the words for values of columns.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from geo.schema import RAW_TABLES
from geo.vocabulary import REJECTIONS, REPAIRS, SHAPES, STAGES, TIE_KINDS, TIERS, Class, Text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

__all__ = ["CLASS_MEANINGS", "VALUES", "open_reasons", "run_notes"]

CLASS_MEANINGS: dict[Class, Text] = {
    Class.CLUSTER: Text(
        "concentrated, collaborating, and with an ecosystem of institutions",
        "集聚、協作，且有機構生態",
        "集聚、协作，且有机构生态",
    ),
    Class.EMERGING_CLUSTER: Text(
        "concentrated and collaborating; the ecosystem is missing or not known",
        "集聚且協作；機構生態缺失或未知",
        "集聚且协作；机构生态缺失或未知",
    ),
    Class.POTENTIAL_CLUSTER: Text(
        "concentrated; ties are not known, but by the input-output table its chain partners are "
        "here",
        "集聚；關聯未知，但據投入產出表產業鏈夥伴在本地",
        "集聚；关联未知，但据投入产出表产业链伙伴在本地",
    ),
    Class.AGGLOMERATION: Text(
        "concentrated, but its firms are not seen to live off each other",
        "集聚，但未見企業相互依存",
        "集聚，但未见企业相互依存",
    ),
    Class.NETWORKED: Text(
        "collaborating without being concentrated", "有協作而未集聚", "有协作而未集聚"
    ),
    Class.DISPERSED: Text("neither", "兩者皆無", "两者皆无"),
    Class.UNDETERMINED: Text(
        "what is missing would decide", "缺失的資料恰是關鍵", "缺失的数据恰是关键"
    ),
}

_BOTH = Text("both", "兩者", "两者")
_YES_NO = {"yes": Text("yes", "是", "是"), "no": Text("no", "否", "否")}

VALUES: dict[str, dict[str, Text]] = {
    "stage": STAGES,
    "tier": TIERS,
    "shape": SHAPES,
    "kind": TIE_KINDS,
    "local_moran_quadrant": {
        "high-high": Text("high among high", "高值集聚", "高值集聚"),
        "high-low": Text("high among low", "高值孤立", "高值孤立"),
        "low-high": Text("low among high", "低值孤立", "低值孤立"),
        "low-low": Text("low among low", "低值集聚", "低值集聚"),
    },
    "basis": {
        "ties": Text("ties between firms", "企業間關聯", "企业间关联"),
        "flows": Text("flows between regions", "區域間流量", "区域间流量"),
        "input_output": Text(
            "the input-output table: a potential", "投入產出表（潛力）", "投入产出表（潜力）"
        ),
        "none": Text("nothing: no ties, no table", "無關聯亦無投入產出表", "无关联亦无投入产出表"),
    },
    "withheld": {
        "establishments": Text("establishments", "企業數", "企业数"),
        "employment": Text("jobs", "就業", "就业"),
        "both": Text("establishments and jobs", "企業數與就業", "企业数与就业"),
    },
    "concentrated_by": {
        "plants": Text("plants", "企業數", "企业数"),
        "jobs": Text("jobs", "就業", "就业"),
        "both": _BOTH,
        "output": Text("output", "產值", "产值"),
    },
    "collaboration_by": {
        "supply": Text("supply", "供應", "供应"),
        "knowledge": Text("knowledge", "知識", "知识"),
        "both": _BOTH,
    },
    "is_concentrated": _YES_NO,
    "is_collaborating": _YES_NO,
    "has_ecosystem": _YES_NO,
}
"""Words for the values of columns, by column."""


def run_notes(
    *,
    reconciliation: pd.DataFrame,
    rejected: pd.DataFrame | None,
    repairs: pd.DataFrame | None,
    notices: Sequence[Text],
    classification: pd.DataFrame,
) -> dict[str, Any]:
    """Notices, what could not be known, and rows read, rejected and repaired.

    Parameters
    ----------
    reconciliation : DataFrame
        Columns table, file, rows_read, rows_used, rows_rejected.
    rejected, repairs : DataFrame or None
        Columns table, reason (repairs: code) and rows.
    notices : sequence of Text
        What else a reader has to know of the run.
    classification : DataFrame
        Cells of the year that the page opens with.
    """
    return {
        "notices": [list(told) for told in notices],
        "open": open_reasons(classification),
        "read": [
            [list(_table_name(row["table"])), str(row["file"])]
            + [int(row[f"rows_{part}"]) for part in ("read", "used", "rejected")]
            for row in reconciliation.to_dict("records")
        ],
        "rejected": _by_reason(rejected, "reason", {k: r.text for k, r in REJECTIONS.items()}),
        "repaired": _by_reason(repairs, "code", REPAIRS),
    }


def open_reasons(of_year: pd.DataFrame, top: int = 8) -> list[list[Any]]:
    """Sentences that say 'not known' in the reasons, alike but for their numbers, and how often."""
    import polars as pl

    columns = ["reason_en", "reason_zh_hant", "reason_zh_hans"]
    reasons = pl.DataFrame({c: of_year[c].astype(object).tolist() for c in columns}, strict=False)
    alike = (
        reasons.with_columns(pl.col(columns).str.replace_all(r"[\d.,]*\d", "…"))
        .group_by("reason_en")
        .agg(pl.len(), pl.col(columns[1:]).min())
    )
    found: dict[str, tuple[int, Text]] = {}
    for english, count, *chinese in alike.select("reason_en", "len", *columns[1:]).iter_rows():
        sentences = re.split(r"(?<=\.)\s+", english)
        translated = [re.findall(r"[^。]+。?", words) for words in chinese]
        for k, sentence in enumerate(sentences):
            if "not known" not in sentence:
                continue
            aligned = all(len(parts) == len(sentences) for parts in translated)
            text = Text(sentence, *(p[k] if aligned else sentence for p in translated))
            before, known = found.get(sentence, (0, text))
            found[sentence] = (before + count, min(known, text))
    ordered = sorted(found.values(), key=lambda entry: (-entry[0], entry[1].en))
    return [[list(text), count] for count, text in ordered[:top]]


def _by_reason(
    table: pd.DataFrame | None, column: str, words: Mapping[str, Text]
) -> list[list[Any]]:
    """Rows by table and reason, in words."""
    if table is None:
        return []
    return [
        [
            list(_table_name(row["table"])),
            list(words.get(row[column], Text(*[str(row[column])] * 3))),
            int(row["rows"]),
        ]
        for row in table.to_dict("records")
    ]


def _table_name(name: str) -> Text:
    if name not in RAW_TABLES:
        return Text(name, name, name)
    meaning = RAW_TABLES[name].meaning
    return Text(name, f"{name}（{meaning.zh_hant}）", f"{name}（{meaning.zh_hans}）")
