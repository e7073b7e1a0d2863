"""簡體 of 繁體: characters and terms by OpenCC (Taiwan to Mainland), our own terms before it.

A sentence has its words turned into those of the Mainland; a name keeps its words, and only its
characters are turned.
"""

from __future__ import annotations

import re
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from opencc import OpenCC

__all__ = ["simplified", "simplified_name"]


@cache
def simplified(text: str) -> str:
    """Sentence `text` in 簡體 with the terms of the Mainland; what is in braces or code stays.

    >>> simplified("請補上「{column}」欄：`資料`")
    '请补上“{column}”列：`資料`'
    """
    terms = _terms()
    # Filled in later, or typed by the user: neither is ours to change.
    kept = re.split(r"(\{[^{}]*\}|`[^`]*`)", text)
    return "".join(
        part if k % 2 else "".join(terms.get(piece) or _converted(piece) for piece in _pieces(part))
        for k, part in enumerate(kept)
    )


@cache
def simplified_name(name: str) -> str:
    """`name` with the characters of 簡體: a name's words are its own.

    >>> simplified_name("臺北市資料處理業 (TSMC)")
    '台北市资料处理业 (TSMC)'
    """
    return name if name.isascii() else _converter("t2s").convert(name)


def _pieces(text: str) -> list[str]:
    # The longest term first: 資料列 before what it contains.
    return re.split(_pattern(), text)


def _converted(text: str) -> str:
    return text if text.isascii() else _converter("tw2sp").convert(text)


@cache
def _pattern() -> re.Pattern[str]:
    longest = sorted(_terms(), key=len, reverse=True)
    return re.compile(f"({'|'.join(map(re.escape, longest))})")


@cache
def _terms() -> dict[str, str]:
    lines = (resources.files("geo.chinese") / "terms.tsv").read_text(encoding="utf-8").splitlines()
    return dict(line.split("\t") for line in lines)


@cache
def _converter(configuration: str) -> OpenCC:
    # 7 MB of dictionaries, which a run in English never needs.
    from opencc import OpenCC

    return OpenCC(configuration)
