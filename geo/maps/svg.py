"""Pieces of SVG that every figure is made of: labels, rules, the legend, the document.

What belongs here: how a mark is written. What does not: what a figure shows
(`geo.maps.choropleth`, `geo.maps.curves`).

A label takes one language, or None for all three at once: it is then written three times with
its `lang`, and the page decides which of them it shows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.sax.saxutils import escape, quoteattr

from geo.vocabulary import CLASSES, NO_VERDICT, Class, Language, Text

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = [
    "ABSENT",
    "GREY",
    "INK",
    "LINE",
    "NO_VERDICT",
    "RANKED",
    "document",
    "is_dark",
    "label_at",
    "legend_at",
    "rule",
    "text_at",
    "text_width",
]

_FONTS = (
    "system-ui,'Segoe UI','Helvetica Neue',Arial,'PingFang SC','Microsoft YaHei',"
    "'Noto Sans CJK SC','Noto Sans SC',sans-serif"
)

INK = "#2b2b2b"
GREY = "#6b6b6b"
LINE = "#d9d6d0"
ABSENT = "#ffffff"

RANKED = tuple(str(c) for c in reversed(Class))


def legend_at(
    entries: Sequence[tuple[str, int | None]], width: int, top: float, language: Language | None
) -> tuple[str, int]:
    """Swatches with their words, wrapped to the width, and the height they take."""
    parts: list[str] = []
    x, y = 8.0, top
    for name, count in entries:
        label = CLASSES[Class(name)].label if name else NO_VERDICT
        if count is not None:
            label = Text(*(f"{words} {count:,}" for words in label))
        wide = 24 + max(text_width(w) for w in (_one(label, language) or label)) + 18
        if x + wide > width and x > 8:
            x, y = 8.0, y + 22
        colour = CLASSES[Class(name)].colour if name else ABSENT
        parts.append(
            f'<rect x="{x:.0f}" y="{y:.0f}" width="14" height="14" rx="2" fill="{colour}" '
            f'stroke="#00000033"/>'
        )
        parts.append(label_at(x + 20, y + 12, label, language))
        x += wide
    return "".join(parts), int(y - top) + 24


def _one(text: Text, language: Language | None) -> tuple[str, ...] | None:
    return (text.in_language(language),) if language else None


def text_width(words: str) -> float:
    """About how many pixels `words` take at 13 pixels: Chinese characters are square."""
    return sum(13.0 if ord(c) > 0x2E7F else 7.0 for c in words)


def label_at(
    x: float,
    y: float,
    text: Text,
    language: Language | None,
    *,
    anchor: str = "start",
    fill: str = INK,
    dy: float = 0,
) -> str:
    """Words at a point, in one language or in all three."""
    if language is not None:
        return text_at(x, y + dy, text.in_language(language), anchor=anchor, fill=fill)
    return "".join(
        text_at(x, y + dy, text.in_language(each), anchor=anchor, fill=fill, lang=each)
        for each in Language
    )


def text_at(
    x: float,
    y: float,
    words: str,
    *,
    anchor: str = "start",
    fill: str = INK,
    lang: Language | None = None,
) -> str:
    """Words at a point, as they are."""
    spoken = f" lang={quoteattr(lang)}" if lang else ""
    placed = "" if anchor == "start" else f' text-anchor="{anchor}"'
    coloured = "" if fill == INK else f' fill="{fill}"'
    return f'<text x="{x:.1f}" y="{y:.1f}"{placed}{coloured}{spoken}>{escape(words)}</text>'


def rule(
    x0: float, y0: float, x1: float, y1: float, *, colour: str = LINE, dash: str | None = None
) -> str:
    """Straight line."""
    dashed = f' stroke-dasharray="{dash}"' if dash else ""
    return (
        f'<line x1="{x0:.1f}" y1="{y0:.1f}" x2="{x1:.1f}" y2="{y1:.1f}" stroke="{colour}"{dashed}/>'
    )


def is_dark(colour: str) -> bool:
    """Whether white words are read better on `colour` (#rrggbb) than dark ones."""
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return 0.299 * red + 0.587 * green + 0.114 * blue < 130


def document(parts: Sequence[str], *, width: int, height: float, top: float = 0) -> str:
    """Element `svg` around `parts`, on white; `top` is room above the origin."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 {-top:g} {width} {height + top:g}" '
        f'width="{width}" height="{height + top:g}" font-family="{_FONTS}" font-size="13" '
        f'fill="{INK}">'
        f'<rect y="{-top:g}" width="100%" height="100%" fill="#fff"/>'
        f"{''.join(parts)}</svg>"
    )
