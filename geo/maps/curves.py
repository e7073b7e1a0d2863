"""A curve over distance with the envelope of what chance allows.

What belongs here: the figure of K_d, M or m of one industry. What does not: how they are measured
(`geo.concentration.duranton_overman`, `marcon_puech` and `relative_density` there).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from geo.maps.svg import GREY, document, label_at, rule, text_at, text_width
from geo.vocabulary import Language, Text

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

__all__ = ["curve_svg"]

_LINE, _BAND = "#b2182b", "#d9d6d0"
_DISTANCE = Text("distance, km", "距離（公里）", "距离（公里）")
_CURVE = Text("this industry", "該行業", "该行业")
_ENVELOPE = Text(
    "95 % of curves where its firms stand anywhere firms do",
    "企業隨機分布於所有企業所在地時 95 % 的曲線",
    "企业随机分布于所有企业所在地时 95 % 的曲线",
)
_MEASURES = {
    "K_d": Text(
        "share of pairs of firms, % per km", "企業對占比（每公里 %）", "企业对占比（每公里 %）"
    ),
    "M": Text(
        "its share within the distance, elsewhere = 1",
        "該距離內份額（別處 = 1）",
        "该距离内份额（别处 = 1）",
    ),
    "m": Text(
        "its share at the distance, elsewhere = 1",
        "該距離處份額（別處 = 1）",
        "该距离处份额（别处 = 1）",
    ),
}
_SCALES = {"K_d": 100.0, "M": 1.0, "m": 1.0}


def curve_svg(
    curves: pd.DataFrame,
    industry: str,
    *,
    language: Language | None,
    measure: str = "K_d",
    title: Text | None = None,
    width: int = 640,
) -> str:
    """Curve of an industry over distance, with its global envelope as a band.

    Parameters
    ----------
    curves : DataFrame
        Result `distance_curves` of one year.
    industry : str
        Code of the industry.
    language : Language or None
        Language of the words; None for all three.
    measure : {"K_d", "M", "m"}, default "K_d"
        Which curve.
    title : Text, optional
        Words above the figure.
    width : int
        Width in pixels.

    Returns
    -------
    str
        An `svg` element; empty where the industry has no such curve.
    """
    chosen = curves[(curves["industry"] == industry) & (curves["measure"] == measure)]
    chosen = chosen.sort_values("distance_km")
    columns = ["value", "low", "high"]
    points = chosen.dropna(subset=columns)
    if len(points) < 2:
        return ""
    points = points.assign(**{name: points[name] * _SCALES[measure] for name in columns})
    axes = _Axes(
        far=float(points["distance_km"].max()),
        high=float(points[columns].to_numpy().max()) * 1.05,
        right=width - 18,
    )
    at = points["distance_km"]
    there = [*zip(at, points["high"], strict=True)]
    back = [*zip(at[::-1], points["low"][::-1], strict=True)]
    drawn = axes.path(zip(at, points["value"], strict=True))
    parts = [
        f'<path d="{axes.path([*there, *back])}Z" fill="{_BAND}"/>',
        *axes.grid(),
        f'<path d="{drawn}" fill="none" stroke="{_LINE}" stroke-width="2"/>',
        label_at(axes.left, axes.top - 8, _MEASURES[measure], language, fill=GREY),
        label_at(axes.right, axes.bottom + 34, _DISTANCE, language, anchor="end", fill=GREY),
    ]
    if title is not None:
        parts.append(label_at(axes.left, axes.top - 28, title, language))
    below = axes.bottom + 44
    parts += [
        f'<rect x="8" y="{below + 5:.0f}" width="14" height="3" fill="{_LINE}"/>',
        label_at(28, below + 12, _CURVE, language),
    ]
    gap = 50 + max(text_width(words) for words in _CURVE)
    parts += [
        f'<rect x="{gap:.0f}" y="{below:.0f}" width="14" height="14" fill="{_BAND}"/>',
        label_at(gap + 20, below + 12, _ENVELOPE, language),
    ]
    return document(parts, width=width, height=below + 24, top=10)


@dataclass(frozen=True, kw_only=True)
class _Axes:
    """Where a distance (0 to `far`) and a value (0 to `high`) stand, in pixels."""

    far: float
    high: float
    right: float
    left: float = 58
    top: float = 40
    bottom: float = 280

    def x(self, distance: float) -> float:
        return self.left + distance / self.far * (self.right - self.left)

    def y(self, value: float) -> float:
        return self.bottom - max(value, 0.0) / self.high * (self.bottom - self.top)

    def path(self, points: Iterable[tuple[float, float]]) -> str:
        return "M" + "L".join(f"{self.x(x):.1f} {self.y(y):.1f}" for x, y in points)

    def grid(self) -> list[str]:
        parts = []
        for value in _ticks(self.high):
            y = self.y(value)
            parts.append(rule(self.left, y, self.right, y, colour="#00000014"))
            parts.append(text_at(self.left - 8, y + 4, f"{value:g}", anchor="end", fill=GREY))
        for distance in _ticks(self.far):
            x = self.x(distance)
            parts.append(text_at(x, self.bottom + 16, f"{distance:g}", anchor="middle", fill=GREY))
        return parts


def _ticks(highest: float) -> list[float]:
    """Round numbers from 0 to `highest`, some five of them."""
    power = 10.0 ** math.floor(math.log10(highest / 5))
    step = next(power * k for k in (1, 2, 5, 10) if power * k >= highest / 5)
    return [round(k * step, 12) for k in range(int(highest / step + 1e-9) + 1)]
