"""Where the header of a table stands: titles, sources and dates may stand above it."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, NamedTuple

from geo.dataset.files.encodings import open_bytes
from geo.errors import brief
from geo.vocabulary import Text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from geo.dataset.files.layout import Layout

__all__ = [
    "HEADINGS",
    "SEPARATORS",
    "Heading",
    "first_of_many",
    "header_of_text",
    "heading_of_text",
    "notices_of_titles",
]

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


def heading_of_text(path: Path, layout: Layout) -> Heading:
    """The header of a CSV file in UTF-8: the first row that is one, or else that has two names.

    Parameters
    ----------
    path : Path
        The file.
    layout : Layout
        Which columns are looked for.
    """
    with open_bytes(path) as stream:
        head = stream.read(_HEAD).decode("utf-8-sig", errors="replace")
    first = head.partition("\n")[0]
    rows = {s: _rows(head, s) for s in SEPARATORS}
    found = [
        (place, s)
        for s in SEPARATORS
        for place, (_, row) in enumerate(rows[s])
        if layout.is_heading([name for name in row if name])
    ]
    separator = max(SEPARATORS, key=first.count)
    if not any(map(first.count, SEPARATORS)):
        # A title has no separators: the first line that has some is the header.
        separator = max(SEPARATORS, key=lambda s: max((len(r) for _, r in rows[s]), default=0))
    place, separator = min(
        found, default=(first_of_many([row for _, row in rows[separator]]), separator)
    )
    above = rows[separator][:place]
    titles = tuple(t for _, row in above if (t := " ".join(filter(None, map(str.strip, row)))))
    return Heading(separator, above[-1][0] if above else 0, titles)


def header_of_text(path: Path, heading: Heading) -> list[str]:
    """Names in the header of a CSV file in UTF-8."""
    with open_bytes(path) as stream:
        lines = stream.read(_HEAD).decode("utf-8-sig", errors="replace").split("\n")
    below = io.StringIO("\n".join(lines[heading.lines :]), newline="")
    return [name for name in next(csv.reader(below, delimiter=heading.separator), []) if name]


def first_of_many(rows: Sequence[Sequence[str | None]]) -> int:
    """Place of the first row of two names or more, since a title is one; 0 where there is none.

    Examples
    --------
    >>> first_of_many([["Flows of 2020", ""], ["", "01", "02"]])
    1
    """
    many = [k for k, row in enumerate(rows) if sum(bool((c or "").strip()) for c in row) > 1]
    return many[0] if many else 0


def _rows(head: str, separator: str) -> list[tuple[int, list[str]]]:
    """First rows that hold anything, with the lines that were read up to their end."""
    reader = csv.reader(io.StringIO(head, newline=""), delimiter=separator)
    rows: list[tuple[int, list[str]]] = []
    try:
        for row in reader:
            if any(map(str.strip, row)):
                rows.append((reader.line_num, row))
            elif rows:
                rows[-1] = (reader.line_num, rows[-1][1])
            if len(rows) > HEADINGS:
                break
    except csv.Error:
        pass
    return rows


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
