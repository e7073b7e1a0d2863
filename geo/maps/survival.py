"""Survival of ties as a figure: how many are left after each year, local ones and others.

What belongs here: the curves of one industry. What does not: how they are estimated
(`geo.linkage.survival`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from geo.maps.svg import GREY, document, label_at, rule, text_at, text_width
from geo.vocabulary import Language, Text

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["survival_svg"]

_COLOURS = {True: "#00524a", False: "#b35806"}
_WORDS = {
    True: Text("local ties", "本地關聯", "本地关联"),
    False: Text("ties to elsewhere", "外地關聯", "外地关联"),
}
_LEFT_OVER = Text("ties still there", "尚存的關聯", "尚存的关联")
_AGE = Text("age, years", "年齡（年）", "年龄（年）")
_LEFT, _TOP, _BOTTOM = 58.0, 40.0, 250.0


def survival_svg(
    curves: pd.DataFrame,
    industry: str,
    *,
    language: Language | None,
    title: Text | None = None,
    width: int = 640,
) -> str:
    """Share of an industry's ties that reach each age, with 95 % intervals.

    Parameters
    ----------
    curves : DataFrame
        Result `tie_survival`.
    industry : str
        Code of the industry.
    language : Language or None
        Language of the words; None for all three.
    title : Text, optional
        Words above the figure.
    width : int
        Width in pixels.

    Returns
    -------
    str
        An `svg` element; empty where one of the two curves has no year after its beginning.
    """
    mine = curves[(curves["industry"] == industry) & curves["survival"].notna()]
    two = {is_local: mine[mine["is_local"] == is_local].sort_values("age") for is_local in _WORDS}
    if any(len(curve) < 2 for curve in two.values()):
        return ""
    oldest = int(mine["age"].max())
    right = width - 18.0
    step = (right - _LEFT) / oldest
    parts = _grid(oldest, step, right)
    for is_local, curve in two.items():
        parts += _curve(curve, step, _COLOURS[is_local])
    parts.append(label_at(_LEFT, _TOP - 8, _LEFT_OVER, language, fill=GREY))
    parts.append(label_at(right, _BOTTOM + 34, _AGE, language, anchor="end", fill=GREY))
    if title is not None:
        parts.append(label_at(_LEFT, _TOP - 28, title, language))
    x, y = 8.0, _BOTTOM + 50
    for is_local, words in _WORDS.items():
        parts.append(
            f'<rect x="{x:.0f}" y="{y:.0f}" width="14" height="3" fill="{_COLOURS[is_local]}"/>'
        )
        parts.append(label_at(x + 20, y + 7, words, language))
        x += 48 + max(text_width(w) for w in words)
    return document(parts, width=width, height=y + 16, top=10)


def _grid(oldest: int, step: float, right: float) -> list[str]:
    parts = []
    for share in (0, 0.25, 0.5, 0.75, 1):
        y = _y(share)
        parts.append(rule(_LEFT, y, right, y, colour="#00000014"))
        parts.append(text_at(_LEFT - 8, y + 4, f"{100 * share:.0f} %", anchor="end", fill=GREY))
    every = -(-oldest // 12)
    for age in range(0, oldest + 1, every):
        x = _LEFT + age * step
        parts.append(text_at(x, _BOTTOM + 16, str(age), anchor="middle", fill=GREY))
    return parts


def _curve(curve: pd.DataFrame, step: float, colour: str) -> list[str]:
    """Line through the ages with a bar for the interval at each."""
    points = [
        (_LEFT + age * step, _y(share))
        for age, share in zip(curve["age"], curve["survival"], strict=True)
    ]
    path = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
    parts = [f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="2"/>']
    bounds = zip(points, curve["survival_low"], curve["survival_high"], strict=True)
    for (x, y), low, high in bounds:
        if low <= high:  # not so where either is not known
            parts.append(rule(x, _y(low), x, _y(high), colour=colour))
        parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>')
    return parts


def _y(share: float) -> float:
    return _BOTTOM - share * (_BOTTOM - _TOP)
