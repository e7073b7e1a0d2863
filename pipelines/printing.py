"""Sentences and tables as the commands print them, in any script.

What belongs here: breaking lines by the width of the characters, Chinese ones between any two of
them, and the look of tables. What does not: what is said.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rich import box
from rich.cells import cell_len
from rich.table import Table
from rich.text import Text as Printed

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.console import Console

    from geo.vocabulary import Language, Text

__all__ = ["say", "table_of", "wrapped"]

_CLOSING = "，。；：、！？）》」』”’%;:,.)"
# What stays together: a number with its sign of percent, a word with the punctuation and the space
# after it, a Chinese character with the punctuation around it.
_CHINESE = r"\u2e80-\u9fff\uf900-\ufaff"
_PIECES = re.compile(
    rf"[（《「『“‘]*(?:[\d.,]*\d %|[{_CHINESE}]|[^\s{_CHINESE}\uff00-\uffef，。；：、（]+)?"
    rf"[{_CLOSING}]*\s*|\S"
)


def wrapped(text: str, width: int) -> list[str]:
    """Lines of `text` that are no wider than `width` columns of a terminal.

    Examples
    --------
    >>> wrapped("four firms tie", 10)
    ['four firms', 'tie']
    >>> wrapped("企業與本地機構有關聯。", 10)
    ['企業與本地', '機構有關', '聯。']
    """
    lines = [""]
    for piece in _PIECES.findall(text):
        if lines[-1] and cell_len(lines[-1] + piece.rstrip()) > width:
            lines[-1] = lines[-1].rstrip()
            lines.append("")
        lines[-1] += piece
    return [*lines[:-1], lines[-1].rstrip()]


def say(console: Console, text: str, *, indent: int = 0, style: str = "") -> None:
    """Print a text as it is, its lines broken and set in by `indent`, the first by as much."""
    for line in wrapped(text, max(console.width - indent, 20)):
        console.print(Printed(" " * indent + line, style=style), soft_wrap=True)


def table_of(
    columns: Iterable[tuple[Text, str]], language: Language, *, title: Text | None = None
) -> Table:
    """Empty table with columns of a heading and a side to which they are set."""
    table = Table(
        box=box.SIMPLE_HEAD,
        show_edge=False,
        pad_edge=False,
        padding=(0, 1, 0, 0),
        title=None if title is None else title.in_language(language),
        title_justify="left",
        title_style="bold",
    )
    for text, side in columns:
        table.add_column(text.in_language(language), justify=side)  # type: ignore[arg-type]
    return table
