"""Charts beside the map: classes over the years, concentration against linkage.

What belongs here: figures of counts and measures. What does not: the map (`geo.maps.choropleth`).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import pandas as pd

from geo.maps.svg import (
    GREY,
    INK,
    RANKED,
    document,
    is_dark,
    label_at,
    legend_at,
    rule,
    text_at,
    text_width,
)
from geo.settings import Thresholds
from geo.vocabulary import CLASSES, Class, Language, Text

__all__ = ["classes_svg", "scatter_svg"]


def classes_svg(
    classification: pd.DataFrame, *, language: Language | None, width: int = 840
) -> str:
    """Bars of the number of cells by class, one per year; dispersed cells are not drawn.

    Parameters
    ----------
    classification : DataFrame
        Columns year and class.
    language : Language or None
        Language of the legend; None for all three.
    width : int
        Width in pixels.

    Returns
    -------
    str
        An `svg` element.
    """
    counts = pd.crosstab(classification["year"], classification["class"])
    shown = [c for c in RANKED if c != str(Class.DISPERSED) and c in counts.columns]
    drawn = counts.reindex(columns=shown, fill_value=0)
    totals = drawn.sum(axis=1)
    left, step = 52.0, 26
    notes = {
        year: Text(*(w.format(f"{totals[year]:,}", f"{counts.loc[year].sum():,}") for w in _OF))
        for year in drawn.index
    }
    right = 14 + max((text_width(w) for note in notes.values() for w in note), default=0)
    scale = (width - left - right) / max(float(totals.max()) if len(totals) else 0, 1)
    parts: list[str] = []
    for row, year in enumerate(drawn.index):
        y, x = row * step + 4, left
        parts.append(text_at(left - 10, y + 14, str(year), anchor="end"))
        for name in shown:
            n = int(drawn.loc[year, name])
            length = n * scale
            if n:
                parts.append(
                    f'<rect x="{x:.1f}" y="{y}" width="{length:.1f}" height="19" '
                    f'fill="{CLASSES[Class(name)].colour}"/>'
                )
            if length > 8 * len(f"{n:,}") + 8:
                ink = "#ffffff" if is_dark(CLASSES[Class(name)].colour) else INK
                parts.append(text_at(x + length / 2, y + 14, f"{n:,}", anchor="middle", fill=ink))
            x += length
        parts.append(label_at(x + 8, y + 14, notes[year], language, fill=GREY))
    height = len(drawn) * step + 12
    legend, legend_height = legend_at([(c, None) for c in shown], width, height, language)
    return document([*parts, legend], width=width, height=height + legend_height)


def scatter_svg(
    classification: pd.DataFrame,
    *,
    language: Language | None,
    thresholds: Thresholds | None = None,
    width: int = 840,
    max_points: int = 4000,
) -> str:
    """Concentration against linkage: one point per cell of one year, coloured by class.

    The horizontal axis is the location quotient on a logarithmic scale. The vertical one is the
    share of firms with a stable local partner or, where no cell has ties, the completeness of
    the chain by the input-output table. Dashed lines are the floors.

    Parameters
    ----------
    classification : DataFrame
        Result table of one year.
    language : Language or None
        Language of the labels; None for all three.
    thresholds : Thresholds, optional
        Floors to draw; the defaults where not given.
    width : int
        Width in pixels.
    max_points : int
        Beyond it every k-th point of the least advanced classes is drawn.

    Returns
    -------
    str
        An `svg` element; empty where neither vertical measure is known for any cell.
    """
    thresholds = thresholds or Thresholds()
    x_values = classification["location_quotient"].where(
        classification["location_quotient"] > 0,
        classification["location_quotient_employment"],
    )
    measure = next((m for m in _LINKAGE if classification[m].notna().any()), None)
    if measure is None:
        return ""
    points = pd.DataFrame(
        {
            "x": x_values.astype(float),
            "y": classification[measure].astype(float),
            "class": classification["class"].astype(object),
        }
    )
    points = points[(points["x"] > 0) & points["y"].notna()]
    if points.empty:
        return ""
    axes = _Axes(
        low=math.log(min(0.5, max(float(points["x"].min()), 0.05))),
        high=math.log(max(2.0, float(points["x"].max()) * 1.1)),
        right=width - 18,
    )
    floor = axes.x(thresholds.location_quotient)
    parts = [*_grid(axes), rule(floor, axes.top, floor, axes.bottom, colour=GREY, dash="4 4")]
    if measure == "locally_linked_share":
        y = axes.y(thresholds.locally_linked_share)
        parts.append(rule(axes.left, y, axes.right, y, colour=GREY, dash="4 4"))
    points = _thinned(points, max_points)
    parts += _dots(points, axes)
    below = axes.bottom + 34
    parts.append(label_at(axes.right, below, _QUOTIENT, language, anchor="end"))
    parts.append(label_at(axes.left, axes.top - 6, _LINKAGE[measure], language))
    shown = [c for c in RANKED if (points["class"] == c).any()]
    legend, legend_height = legend_at([(c, None) for c in shown], width, below + 14, language)
    return document([*parts, legend], width=width, height=below + 14 + legend_height, top=10)


_QUOTIENT = Text("location quotient", "區位商", "区位商")

_LINKAGE = {
    "locally_linked_share": Text(
        "firms with a stable local partner", "有穩定本地夥伴的企業", "有稳定本地伙伴的企业"
    ),
    "chain_completeness": Text(
        "main input industries that are strong here",
        "在本地有優勢的主要投入行業",
        "在本地有优势的主要投入行业",
    ),
}

_OF = Text("{} of {}", "{} / {}", "{} / {}")


@dataclass(frozen=True, kw_only=True)
class _Axes:
    """Where a location quotient (logarithmic, `low` to `high`) and a share stand, in pixels."""

    low: float
    high: float
    right: float
    left: float = 58
    top: float = 14
    bottom: float = 380

    def x(self, quotient: float) -> float:
        share = (max(math.log(quotient), self.low) - self.low) / (self.high - self.low)
        return self.left + share * (self.right - self.left)

    def y(self, share: float) -> float:
        return self.bottom - share * (self.bottom - self.top)


def _grid(axes: _Axes) -> list[str]:
    parts = []
    for share in (0, 0.25, 0.5, 0.75, 1):
        y = axes.y(share)
        parts.append(rule(axes.left, y, axes.right, y))
        parts.append(text_at(axes.left - 8, y + 4, f"{share:.0%}", anchor="end", fill=GREY))
    for tick in (0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000):
        if axes.low <= math.log(tick) <= axes.high:
            x = axes.x(tick)
            parts.append(rule(x, axes.top, x, axes.bottom))
            parts.append(text_at(x, axes.bottom + 16, f"{tick:g}", anchor="middle", fill=GREY))
    return parts


def _dots(points: pd.DataFrame, axes: _Axes) -> list[str]:
    """One path per class of round line ends, each with a rim beneath it."""
    parts = []
    for name in reversed(RANKED):
        mine = points[points["class"] == name]
        if mine.empty:
            continue
        places = "".join(
            f"M{axes.x(x):.1f} {axes.y(y):.1f}h0" for x, y in zip(mine["x"], mine["y"], strict=True)
        )
        pale = name == str(Class.DISPERSED)
        size = 4.5 if pale else 7
        rim = "#c3bbad" if pale else "#ffffff"
        for colour, thick in ((rim, size + 1.2), (CLASSES[Class(name)].colour, size)):
            parts.append(
                f'<path d="{places}" stroke="{colour}" stroke-width="{thick}" '
                f'stroke-linecap="round" fill="none"/>'
            )
    return parts


def _thinned(points: pd.DataFrame, limit: int) -> pd.DataFrame:
    """At most about `limit` points: all of the advanced classes, every k-th of the rest."""
    kept = []
    room = limit
    order = [c for c in RANKED if c != str(Class.DISPERSED)] + [str(Class.DISPERSED)]
    for name in order:
        mine = points[points["class"] == name].sort_values(["x", "y"], kind="stable")
        if len(mine) > room:
            mine = mine.iloc[:: math.ceil(len(mine) / room)] if room else mine.iloc[:0]
        kept.append(mine)
        room -= len(mine)
    return pd.concat(kept)
