"""The page of `jiqun check`: one file that opens offline, in three languages, without a script."""

from __future__ import annotations

import base64
import hashlib
from importlib import metadata, resources
from typing import TYPE_CHECKING, Any

from geo.dataset.files.settings_file import setting_line
from geo.vocabulary import REPAIRS, Language, Text
from pipelines.commands.check.words import FINDING, ROWS, SUMMARY, USABLE, share_of_jobs
from pipelines.commands.printing import harmless

if TYPE_CHECKING:
    from pathlib import Path

    from pipelines.commands.check.examined import Examined, Mended

__all__ = ["is_page", "page_of", "write_page"]

_GENERATOR = "jiqun check"
_LANGUAGES = {Language.EN: "English", Language.ZH_HANT: "繁體中文", Language.ZH_HANS: "简体中文"}
_WORDS = {
    "language": Text("Language", "語言", "语言"),
    "title": Text("What is in the data", "資料檢查", "数据检查"),
    "not_usable": Text(
        "This dataset cannot be used as it is.", "該資料集目前無法使用。", "该数据集目前无法使用。"
    ),
    "tables": Text("Rows by table", "各表行數", "各表行数"),
    "findings": Text(
        "Faults and gaps: ✗ rows not used, ~ rows used without the value",
        "錯誤與缺口：✗ 未使用的行，~ 使用但略去該值的行",
        "错误与缺口：✗ 未使用的行，~ 使用但略去该值的行",
    ),
    "no_findings": Text("No fault and no gap.", "沒有錯誤，也沒有缺口。", "没有错误，也没有缺口。"),
    "do": Text("What to do", "如何處理", "如何处理"),
    "repairs": Text("Repaired without guessing", "無需猜測即已修正", "无需猜测即已修正"),
    "notices": Text("What to know", "須知", "须知"),
    "settings": Text(
        "Settings that would read more", "可讀入更多資料的設定", "可读入更多数据的设置"
    ),
    "settings_how": Text(
        "A guess each: look at it, then put it into dataset.yaml beside the tables, or let "
        "`jiqun check --fix` write it.",
        "以下均為推測：請核實後寫入各表旁的 dataset.yaml，或由 `jiqun check --fix` 寫出。",
        "以下均为推测：请核实后写入各表旁的 dataset.yaml，或由 `jiqun check --fix` 写出。",
    ),
    "setting": Text("setting", "設定", "设置"),
    "why": Text("why", "原因", "原因"),
}


def is_page(path: Path) -> bool:
    """Whether a file is such a page, which a new one may replace."""
    if not path.is_file():
        return False
    with path.open("rb") as stream:
        return f'content="{_GENERATOR}'.encode() in stream.read(2000)


def write_page(path: Path, found: Examined, mend: Mended) -> None:
    """Write what was found to `path`, as a page.

    Parameters
    ----------
    path : Path
        Where to.
    found : Examined
        The dataset as it reads.
    mend : Mended
        The settings that would read more.
    """
    path.write_text(page_of(found, mend), encoding="utf-8")


def page_of(found: Examined, mend: Mended) -> str:
    """HTML of the page; parameters as for `write_page`."""
    from jinja2 import Environment, StrictUndefined

    folder = resources.files("pipelines.commands.check")
    style = (folder / "page.css").read_text(encoding="utf-8")
    environment = Environment(autoescape=True, undefined=StrictUndefined)
    environment.filters["harmless"] = harmless
    template = environment.from_string((folder / "page.html").read_text(encoding="utf-8"))
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    rendered: str = template.render(
        generator=f"{_GENERATOR} {metadata.version('jiqun')}",
        style=style,
        digest=digest,
        language=str(found.language),
        languages=[(str(code), name) for code, name in _LANGUAGES.items()],
        words=_WORDS,
        name=found.folder.resolve().name,
        title=_WORDS["title"].in_language(found.language),
        error=None if found.error is None else _same(found.error.sentence),
        usable=USABLE,
        proposals=[(setting_line(p.setting, p.value), _same(p.why)) for p in mend.proposals],
        **_of_dataset(found),
    )
    return rendered


def _of_dataset(found: Examined) -> dict[str, Any]:
    """Tables of the page, without rows where the dataset could not be read."""
    dataset = found.dataset
    parts: dict[str, Any] = {"summary": SUMMARY, "heads": FINDING}
    if dataset is None:
        return parts | {"tables": [], "findings": [], "repairs": [], "notices": []}
    tables = [
        [f"{row['table']} ({row['file']})",
         *(f"{int(row[f'rows_{name}']):,}" for name in ("read", "used", "rejected"))]
        for row in dataset.reconciliation.to_dict("records")
    ]  # fmt: skip
    findings = [
        {
            "cells": [
                f"{number} {'~' if one.is_used else '✗'}", one.table, one.column, one.value,
                f"{one.row:,}", f"{one.rows:,}", f"{one.share:.1%}", share_of_jobs(one),
            ],
            "why": _same(one.why),
            "advice": _same(one.advice),
        }
        for number, one in enumerate(dataset.findings, start=1)
    ]  # fmt: skip
    repairs = [
        Text(*(
            f"{row['table']}: {row['rows']:,} {rows}: {why}"
            for rows, why in zip(ROWS, REPAIRS[row["code"]], strict=True)
        ))
        for row in dataset.repairs.to_dict("records")
        if row["code"] != "value_not_read"
    ]  # fmt: skip
    notices = [_same(notice) for notice in dataset.notices]
    return parts | {
        "tables": tables, "findings": findings, "repairs": repairs, "notices": notices,
    }  # fmt: skip


def _same(text: Text) -> Text:
    """A text in which nothing is left that would change how others are shown."""
    return Text(*(harmless(one) for one in text))
