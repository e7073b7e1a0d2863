"""Where the header of a table stands: titles, sources and dates may stand above it."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, NamedTuple

from geo.dataset.files.columns import has_required
from geo.dataset.files.encodings import open_bytes
from geo.errors import brief
from geo.vocabulary import Text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

__all__ = ["HEADINGS", "SEPARATORS", "Heading", "heading_of_text", "notices_of_titles"]

HEADINGS = 20
"""Rows among which the header is looked for."""
SEPARATORS = (",", ";", "\t", "|")
_HEAD = 1 << 20


class Heading(NamedTuple):
    """Where the header of a text stands."""

    separator: str
    lines: int
    """Lines above it."""
    titles: tuple[str, ...]
    """What they say, blank ones aside."""


def heading_of_text(path: Path, table: str, renames: Mapping[str, str]) -> Heading | None:
    """The header of a CSV file in UTF-8; None where none of its first rows is one.

    Parameters
    ----------
    path : Path
        The file.
    table : str
        Whose columns are looked for.
    renames : mapping of str to str
        Our name of a column to the name in the file.
    """
    with open_bytes(path) as stream:
        head = stream.read(_HEAD).decode("utf-8-sig", errors="replace")
    found = [h for s in SEPARATORS if (h := _under(head, s, table, renames)) is not None]
    return min(found, key=lambda h: h.lines, default=None)


def _under(head: str, separator: str, table: str, renames: Mapping[str, str]) -> Heading | None:
    rows = csv.reader(io.StringIO(head, newline=""), delimiter=separator)
    lines = 0
    titles: list[str] = []
    try:
        for row in rows:
            if has_required(table, [name for name in row if name], renames):
                return Heading(separator, lines, tuple(titles))
            titles += [text] if (text := " ".join(filter(None, map(str.strip, row)))) else []
            lines = rows.line_num
            if len(titles) >= HEADINGS:
                break
    except csv.Error:
        return None
    return None


def notices_of_titles(file: str, titles: Sequence[str]) -> list[Text]:
    """That lines above the header were left out; nothing where there are none."""
    if not titles:
        return []
    first, number = brief(titles[0]), len(titles)
    return [
        Text(
            f"{file}: {number} line(s) above the header are titles and not used, such as {first}.",
            f"{file}：標題列之上有 {number} 行說明（如 {first}），未使用。",
            f"{file}：标题行之上有 {number} 行说明（如 {first}），未使用。",
        )
    ]
