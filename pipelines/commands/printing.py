"""Sentences and tables as the commands print them, in any script.

What belongs here: breaking lines by the width of the characters, Chinese ones between any two of
them, and the look of tables. What does not: what is said.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rich import box
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text as Printed

if TYPE_CHECKING:
    from collections.abc import Iterable

    from geo.vocabulary import Language, Text

__all__ = ["harmless", "say", "table_of", "terminal", "wrapped"]

_CLOSING = "，。；：、！？）》」』”’%;:,.)"
# What stays together: a number with its sign of percent, a word with the punctuation and the space
# after it, a Chinese character with the punctuation around it.
_CHINESE = r"\u2e80-\u9fff\uf900-\ufaff"
_PIECES = re.compile(
    rf"[（《「『“‘]*(?:[\d.,]*\d %|[{_CHINESE}]|[^\s{_CHINESE}\uff00-\uffef，。；：、（]+)?"
    rf"[{_CLOSING}]*\s*|\S"
)


_LONGEST = 2000
"""Characters of a sentence; a longer one only repeats what is in a file."""


def harmless(text: str) -> str:
    r"""Text without what would steer the terminal, and no longer than anybody reads.

    Examples
    --------
    >>> harmless("a\x1b[31mb\u202e"), len(harmless("x" * 3_000_000))
    ('a\\x1b[31mb\\u202e', 2001)
    """
    if len(text) > _LONGEST:
        text = f"{text[: _LONGEST // 2]}…{text[-_LONGEST // 2 :]}"
    return "".join(
        c if c.isprintable() or c == "\n" else c.encode("unicode_escape").decode() for c in text
    )


def terminal() -> Console:
    """Console that prints names as they are: no markup, no colours of numbers, no pictures."""
    return Console(markup=False, highlight=False, emoji=False)


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
