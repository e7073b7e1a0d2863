"""Pairs of industries as a figure: how much they trade against how much they sit together.

What belongs here: the scatter of co-agglomeration and input-output strength. What does not: how
they are measured (`geo.concentration.pair_table`, `geo.concentration.trade`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from geo.maps.svg import GREY, document, label_at, rule, text_at, text_width
from geo.vocabulary import Language, Text

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["pairs_svg"]

_TOGETHER, _OTHER = "#00524a", "#b9b4aa"
_LEGEND = {
    _TOGETHER: Text(
        "together beyond chance (p ≤ 0.05)", "超出偶然（p ≤ 0.05）", "超出偶然（p ≤ 0.05）"
    ),
    _OTHER: Text("not so", "未超出", "未超出"),
}
_ACROSS = Text(
    "largest share of inputs or sales between the two",
    "兩行業間投入或銷售的最大占比",
    "两行业间投入或销售的最大占比",
)
_UPWARDS = Text("co-agglomeration", "共同集聚指數", "共同集聚指数")
_LEFT, _TOP, _BOTTOM = 66.0, 24.0, 330.0
_STEPS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10)


def pairs_svg(
    pairs: pd.DataFrame, *, language: Language | None, width: int = 640, max_points: int = 1500
) -> str:
    """Co-agglomeration of pairs against how much they trade.

    Parameters
    ----------
    pairs : DataFrame
        Result `industry_pairs` of one year.
    language : Language or None
        Language of the words; None for all three.
    width : int
        Width in pixels.
    max_points : int
        Beyond it only the pairs that trade most are drawn.

    Returns
    -------
    str
        An `svg` element; empty where fewer than three pairs have both measures.
    """
    known = pairs.dropna(subset=["coagglomeration", "input_output"])
    if len(known) < 3:
        return ""
    drawn = known.sort_values(
        ["input_output", "industry", "other_industry"], ascending=[False, True, True]
    ).head(max_points)
    right = width - 18.0
    far = max(float(drawn["input_output"].max()) * 1.05, 0.01)
    values = drawn["coagglomeration"]
    low, high = min(float(values.min()), 0.0), max(float(values.max()), 0.0)
    margin = 0.05 * (high - low or 1.0)
    low, high = low - margin, high + margin
    scale = (right - _LEFT) / far, (_BOTTOM - _TOP) / (high - low)
    zero = _BOTTOM + low * scale[1]
    parts = _grid(far, low, high, scale, right)
    parts.append(rule(_LEFT, zero, right, zero, colour=GREY))
    is_beyond = drawn["coagglomeration_heap_p"] <= 0.05
    for colour, mine in ((_OTHER, drawn[~is_beyond]), (_TOGETHER, drawn[is_beyond])):
        places = "".join(
            f"M{_LEFT + x * scale[0]:.1f} {_BOTTOM - (y - low) * scale[1]:.1f}h0"
            for x, y in zip(mine["input_output"], mine["coagglomeration"], strict=True)
        )
        if places:
            parts.append(
                f'<path d="{places}" stroke="{colour}" stroke-width="6" stroke-linecap="round" '
                'fill="none"/>'
            )
    parts.append(label_at(_LEFT, _TOP - 10, _UPWARDS, language, fill=GREY))
    parts.append(label_at(right, _BOTTOM + 34, _ACROSS, language, anchor="end", fill=GREY))
    x, y = 8.0, _BOTTOM + 48
    for colour, words in _LEGEND.items():
        parts.append(f'<circle cx="{x + 5:.0f}" cy="{y + 5:.0f}" r="4" fill="{colour}"/>')
        parts.append(label_at(x + 16, y + 10, words, language))
        x += 44 + max(text_width(w) for w in words)
    return document(parts, width=width, height=y + 20, top=6)


def _grid(
    far: float, low: float, high: float, scale: tuple[float, float], right: float
) -> list[str]:
    parts = []
    step = _step(high - low)
    for k in range(round(low / step), round(high / step) + 1):
        value = k * step
        y = _BOTTOM - (value - low) * scale[1]
        if low <= value <= high:
            parts.append(rule(_LEFT, y, right, y, colour="#00000014"))
            words = f"{value:g}".replace("-", "−")
            parts.append(text_at(_LEFT - 8, y + 4, words, anchor="end", fill=GREY))
    step = _step(far)
    for k in range(int(far / step) + 1):
        x = _LEFT + k * step * scale[0]
        words = f"{100 * k * step:g} %"
        parts.append(text_at(x, _BOTTOM + 16, words, anchor="middle", fill=GREY))
    return parts


def _step(extent: float) -> float:
    """The smallest round step of which about six at most fit in."""
    return next((step for step in _STEPS if extent / step <= 6), extent)
