"""Colours of values, and where one colour gives way to the next.

What belongs here: the colours of measures and words, for the page, the map and the notebook alike.
What does not: the colours of classes (`geo.vocabulary.CLASSES`).

All take dark text, and neighbours keep apart for colour-blind readers too (by 14 in CIELAB).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from geo.vocabulary import CLASSES, Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geo.maps.measures import Measure
    from geo.settings import Thresholds

__all__ = [
    "ABSENT",
    "AROUND",
    "INK",
    "NOT_KNOWN",
    "NOT_SIGNIFICANT",
    "NOT_THERE",
    "QUIET",
    "RISING",
    "TIE_COLOURS",
    "UNKNOWN",
    "WORD_COLOURS",
    "breaks_of",
    "colours_of",
    "decades",
    "floor_of",
    "range_label",
]

RISING = ("#fdf6e3", "#fcdf8e", "#f5b55c", "#ea8a58", "#c466a6", "#8a82d2")
"""From little to much."""
AROUND = ("#5c9bd1", "#b4d0ea", "#f6f1e6", "#fbd06a", "#ee9347", "#d0606e")
"""From far below the overall share to far above it."""
UNKNOWN = "#b8bebe"
QUIET = "#f6f3ec"
"""Not significant."""
ABSENT = "#ffffff"
INK = "#3b3b3b"

WORD_COLOURS: dict[str, dict[str, str]] = {
    "class": {str(c): style.colour for c, style in CLASSES.items()},
    "stage": {
        "forming": "#c99ce4",
        "upgrading": "#97d68c",
        "mature": "#1d9e72",
        "steady": "#f4e8d8",
        "at_risk": "#f0ba3e",
        "declining": "#c074a1",
        "not_known": UNKNOWN,
    },
    "local_moran_quadrant": {
        "high-high": "#e58c4a",
        "high-low": "#fbdb8c",
        "low-high": "#b9d4ec",
        "low-low": "#6fa3d6",
    },
}
"""Colours of the values of columns of words."""

TIE_COLOURS = {
    "supply": "#4d4d4d",
    "research": "#7b3fb5",
    "standard": "#b0a3d9",
    "talent": "#2b83ba",
    "finance": "#a6561b",
    "service": "#f09d3c",
}

NOT_KNOWN = Text("not known", "未知", "未知")
NOT_SIGNIFICANT = Text("not significant", "不顯著", "不显著")
NOT_THERE = Text("not there", "無此行業", "无此行业")


def breaks_of(measure: Measure, thresholds: Thresholds) -> list[float] | None:
    """Values at which colours part: at the floor of the verdict, where there is one, and about it.

    Parameters
    ----------
    measure : Measure
        A measure of numbers.
    thresholds : Thresholds
        Floors of the verdict.

    Returns
    -------
    list of float or None
        Rising; None where they depend on the values (counts and amounts, see `decades`).

    Examples
    --------
    >>> from geo.maps.measures import MEASURES
    >>> from geo.settings import Thresholds
    >>> quotient = next(m for m in MEASURES if m.column == "location_quotient")
    >>> breaks_of(quotient, Thresholds())
    [0.5, 0.8, 1.25, 2.5, 5]
    """
    floor = floor_of(measure, thresholds)
    if measure.form == "quotient":
        return [0.5, 0.8, floor or 1.25, 2.5, 5]
    if measure.column == "confidence":
        return [0.5, 0.7, 0.8, 0.9, 0.95]
    if measure.form != "share":
        return None
    if floor is None:
        return [0.1, 0.25, 0.5, 0.75]
    above = (round(floor + part * (1 - floor), 2) for part in (0.25, 0.5))
    return [0, round(floor / 2, 2), floor, *above]


def floor_of(measure: Measure, thresholds: Thresholds) -> float | None:
    """How much of `measure` the verdict asks for; None where nothing, or the floor is not set."""
    return getattr(thresholds, measure.floor, None) if measure.floor else None


def decades(largest: float) -> list[float]:
    """Breaks of counts: 5, 20, 100, 500, ..., at most the last five up to the largest.

    Examples
    --------
    >>> decades(300)
    [5, 20, 100]
    """
    breaks: list[float] = []
    at = 5
    while at <= largest:
        breaks.append(at)
        at *= 4 if len(breaks) % 2 else 5
    return breaks[-5:] or [2]


def colours_of(measure: Measure, breaks: Sequence[float]) -> tuple[str, ...]:
    """Colours of the steps that `breaks` part, one more than there are breaks."""
    return (AROUND if measure.form == "quotient" else RISING)[: len(breaks) + 1]


def range_label(low: float | None, high: float | None, measure: Measure) -> str:
    """Words of a step from `low` to `high`: `0.8 – 1.25`, or `50 % – 70 %` of a share.

    Examples
    --------
    >>> from geo.maps.measures import MEASURES
    >>> range_label(None, 0.5, next(m for m in MEASURES if m.column == "confidence"))
    '< 50 %'
    """

    def told(value: float) -> str:
        return f"{100 * value:g} %" if measure.form == "share" else f"{value:,.10g}"

    if low is None:
        return f"< {told(high)}" if high is not None else ""
    return f"≥ {told(low)}" if high is None else f"{told(low)} – {told(high)}"
