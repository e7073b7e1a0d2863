"""Figures as SVG text: the map of classes, classes over the years, concentration against linkage.

What belongs here: pictures that a page, a read-me or a data URI can hold, written by hand and
light enough for it. What does not: the page around them (`geo.maps.report`) and the layers for a
geographic information system (`geo.maps.layers`).

Every figure takes one `language`, or None for all three at once: each label is then written
three times with its `lang`, and the page decides which of them it shows.
"""

from __future__ import annotations

import base64
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape, quoteattr

import numpy as np
import pandas as pd
import shapely

from geo.maps.layers import MAX_VERTICES
from geo.maps.paper import laid_out
from geo.maps.simplified import coarser, simplified
from geo.settings import Thresholds
from geo.vocabulary import CLASSES, Class, Language, Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import geopandas as gpd
    import numpy.typing as npt

    from geo.maps.paper import Box

__all__ = ["classes_svg", "map_svg", "markdown_image", "scatter_svg"]

_FONTS = (
    "system-ui,'Segoe UI','Helvetica Neue',Arial,'PingFang SC','Microsoft YaHei',"
    "'Noto Sans CJK SC','Noto Sans SC',sans-serif"
)
_INK, _GREY, _LINE = "#2b2b2b", "#6b6b6b", "#d9d6d0"
_ABSENT = "#ffffff"
_RANKED = tuple(str(c) for c in reversed(Class))

NO_VERDICT = Text("no establishments", "無企業", "无企业")


def map_svg(
    regions: gpd.GeoDataFrame,
    *,
    language: Language | None,
    width: int = 840,
    max_bytes: int = 135_000,
) -> str:
    """Map of the regions of one year, coloured by class, with its legend.

    Drawn in an equal-area projection of their own, far-off parts in frames below. Borders
    are simplified together, and more strongly until the text is below `max_bytes`. A region too
    small to see gets a dot where its class is above dispersed.

    Parameters
    ----------
    regions : GeoDataFrame
        Columns region_name, class (missing: no establishments) and geometry (WGS 84).
    language : Language or None
        Language of the legend; None for all three, each with its `lang`.
    width : int
        Width in pixels; the height follows.
    max_bytes : int
        Size of the drawn regions above which borders are simplified further.

    Returns
    -------
    str
        An `svg` element.
    """
    if not len(regions):
        return _svg([], width=width, height=1)
    shapes = simplified(regions.geometry.to_numpy(), max_vertices=MAX_VERTICES).shapes
    sheet = laid_out(shapes, width=width * _GRID, margin=4 * _GRID)
    shapes, height = sheet.shapes, math.ceil(sheet.height / _GRID)
    classes = regions["class"].astype(object).where(regions["class"].notna(), "").to_numpy()
    titles = _region_titles(regions, classes, language) if len(regions) <= _MAX_TITLES else None
    body = _light_paths(shapes, classes, titles, max_bytes)
    counts = pd.Series(classes).value_counts()
    shown = [c for c in (*_RANKED, "") if c in counts.index]
    legend, legend_height = _legend(
        [(c, int(counts[c])) for c in shown], width, height + 14, language
    )
    stroke = "#ffffff" if len(regions) > _MAX_TITLES else "#fbfaf8"
    thin = 0.25 if len(regions) > _MAX_TITLES else 0.7
    drawn = (
        f'<g transform="scale({1 / _GRID:g})" stroke="{stroke}" stroke-width="{thin * _GRID:g}" '
        f'stroke-linejoin="round">{body}{_frames(sheet.insets)}</g>'
    )
    if sheet.insets:
        last = sheet.insets[-1]
        beside = (last.left + last.width) / _GRID + 12
        drawn += _label(beside, height - 12, _INSETS, language, fill=_GREY)
    if len(regions) <= _MAX_TITLES:
        drawn += _region_names(shapes, classes, regions["region_name"].tolist(), width)
    return _svg([drawn, legend], width=width, height=height + 14 + legend_height)


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
    shown = [c for c in _RANKED if c != str(Class.DISPERSED) and c in counts.columns]
    drawn = counts.reindex(columns=shown, fill_value=0)
    totals = drawn.sum(axis=1)
    left, step = 52.0, 26
    notes = {
        year: Text(*(w.format(f"{totals[year]:,}", f"{counts.loc[year].sum():,}") for w in _OF))
        for year in drawn.index
    }
    right = 14 + max((_text_width(w) for note in notes.values() for w in note), default=0)
    scale = (width - left - right) / max(float(totals.max()) if len(totals) else 0, 1)
    parts: list[str] = []
    for row, year in enumerate(drawn.index):
        y, x = row * step + 4, left
        parts.append(_text(left - 10, y + 14, str(year), anchor="end"))
        for name in shown:
            n = int(drawn.loc[year, name])
            length = n * scale
            if n:
                parts.append(
                    f'<rect x="{x:.1f}" y="{y}" width="{length:.1f}" height="19" '
                    f'fill="{CLASSES[Class(name)].colour}"/>'
                )
            if length > 8 * len(f"{n:,}") + 8:
                ink = "#ffffff" if _is_dark(CLASSES[Class(name)].colour) else _INK
                parts.append(_text(x + length / 2, y + 14, f"{n:,}", anchor="middle", fill=ink))
            x += length
        parts.append(_label(x + 8, y + 14, notes[year], language, fill=_GREY))
    height = len(drawn) * step + 12
    legend, legend_height = _legend([(c, None) for c in shown], width, height, language)
    return _svg([*parts, legend], width=width, height=height + legend_height)


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
    parts = [*_grid(axes), _rule(floor, axes.top, floor, axes.bottom, colour=_GREY, dash="4 4")]
    if measure == "locally_linked_share":
        y = axes.y(thresholds.locally_linked_share)
        parts.append(_rule(axes.left, y, axes.right, y, colour=_GREY, dash="4 4"))
    points = _thinned(points, max_points)
    parts += _dots(points, axes)
    below = axes.bottom + 34
    parts.append(_label(axes.right, below, _QUOTIENT, language, anchor="end"))
    parts.append(_label(axes.left, axes.top - 6, _LINKAGE[measure], language))
    shown = [c for c in _RANKED if (points["class"] == c).any()]
    legend, legend_height = _legend([(c, None) for c in shown], width, below + 14, language)
    return _svg([*parts, legend], width=width, height=below + 14 + legend_height, top=10)


def markdown_image(svg: str, alt: str, *, max_bytes: int = 200_000) -> str:
    """Markdown image with `svg` inside it as a data URI.

    Parameters
    ----------
    svg : str
        An `svg` element.
    alt : str
        What the picture shows, in words.
    max_bytes : int
        Largest size of the result.

    Returns
    -------
    str
        Markdown; where the picture would be larger than `max_bytes`, its words alone, since no
        run should fail for a preview.

    Examples
    --------
    >>> markdown_image("<svg/>", "nothing")
    '![nothing](data:image/svg+xml;base64,PHN2Zy8+)'
    """
    data = base64.b64encode(svg.encode()).decode()
    words = alt.replace("[", "(").replace("]", ")")
    image = f"![{words}](data:image/svg+xml;base64,{data})"
    if len(image) > max_bytes:
        return f"*{words}* ({len(image):,} bytes: too large to show here)"
    return image


# Regions are drawn in whole units of a quarter of a pixel, which keeps paths short.
_GRID = 4
_MAX_TITLES = 600
_MAX_NAMES = 30

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
_INSETS = Text(
    "Framed parts are far off and drawn at scales of their own.",
    "框內部分距離較遠，比例尺不同。",
    "框内部分距离较远，比例尺不同。",
)
_OF = Text("{} of {}", "{} / {}", "{} / {}")


def _frames(insets: Iterable[Box]) -> str:
    return "".join(
        f'<rect x="{b.left:.0f}" y="{b.top:.0f}" width="{b.width:.0f}" height="{b.height:.0f}" '
        f'fill="none" stroke="{_LINE}" stroke-width="{_GRID}"/>'
        for b in insets
    )


def _region_titles(
    regions: gpd.GeoDataFrame, classes: Iterable[str], language: Language | None
) -> list[str]:
    def words(name: str) -> str:
        label = CLASSES[Class(name)].label if name else NO_VERDICT
        return label.in_language(language) if language else f"{label.en} · {label.zh_hans}"

    names = regions["region_name"].astype(object)
    return [f"{n}: {words(c)}" for n, c in zip(names, classes, strict=True)]


def _region_names(
    shapes: npt.NDArray[np.object_],
    classes: npt.NDArray[np.object_],
    names: Sequence[object],
    width: int,
) -> str:
    """Names of the regions above dispersed, the most advanced and largest first, none on another.

    None at all where there are too many for names to be of help.
    """
    ranks = {c: k for k, c in enumerate(_RANKED[: _RANKED.index(str(Class.DISPERSED))])}
    named = [k for k, c in enumerate(classes) if c in ranks and isinstance(names[k], str)]
    if len(named) > _MAX_NAMES:
        return ""
    area = shapely.area(shapes)
    named.sort(key=lambda k: (ranks[str(classes[k])], -area[k], k))
    parts: list[str] = []
    taken: list[shapely.Geometry] = []
    for k in named:
        x, y = shapely.get_coordinates(shapely.point_on_surface(shapes[k]))[0] / _GRID
        half = _text_width(str(names[k])) / 2
        x = min(max(x, half + 2), width - half - 2)
        room = shapely.box(x - half, y - 9, x + half, y + 6)
        if not any(room.intersects(other) for other in taken):
            taken.append(room)
            parts.append(_text(x, y + 4, str(names[k]), anchor="middle"))
    return (
        '<g stroke="#fff" stroke-width="3.5" stroke-opacity=".9" stroke-linejoin="round" '
        f'paint-order="stroke" font-weight="600" font-size="12">{"".join(parts)}</g>'
    )


def _light_paths(
    shapes: npt.NDArray[np.object_],
    classes: npt.NDArray[np.object_],
    titles: Sequence[str] | None,
    max_bytes: int,
) -> str:
    """Paths of the regions, simplified together until they fit in `max_bytes`."""
    simple, body = shapes, ""
    # About four bytes a vertex. Where far too many are given, the first passes would be in vain.
    surplus = int(shapely.get_num_coordinates(shapes).sum()) * 4 / max_bytes
    tolerance = 0.35 * _GRID * min(max(1.0, surplus / 3), 4.0)
    for _ in range(16):
        simple = coarser(simple, tolerance)
        # A text that is sure not to fit is not written.
        if int(shapely.get_num_coordinates(simple).sum()) * 4 <= 1.1 * max_bytes:
            body = _region_paths(simple, shapes, classes, titles)
            if len(body.encode()) <= max_bytes:
                return body
        tolerance *= 1.3
    return body


def _region_paths(
    simple: npt.NDArray[np.object_],
    whole: npt.NDArray[np.object_],
    classes: npt.NDArray[np.object_],
    titles: Sequence[str] | None,
) -> str:
    """Paths grouped by class, the least advanced at the bottom, then dots for the tiny."""
    groups = []
    dots = []
    for name in ("", *reversed(_RANKED)):
        mine = np.flatnonzero(classes == name)
        if not len(mine):
            continue
        colour = CLASSES[Class(name)].colour if name else _ABSENT
        paths = [(int(k), _path(simple[k])) for k in mine]
        if titles is None:
            inside = f'<path d="{"".join(d for _, d in paths)}"/>'
        else:
            inside = "".join(
                f'<path d="{d}"><title>{escape(titles[k])}</title></path>' for k, d in paths
            )
        edge = f' stroke="{_LINE}"' if not name else ""
        groups.append(f'<g fill="{colour}"{edge}>{inside}</g>')
        if name not in {"", str(Class.DISPERSED)}:
            tiny = mine[np.sqrt(shapely.area(whole[mine])) < 3 * _GRID]
            middle = shapely.get_coordinates(shapely.centroid(whole[tiny]))
            dots += [
                f'<circle cx="{x:.0f}" cy="{y:.0f}" r="{2 * _GRID}" fill="{colour}"/>'
                for x, y in middle
            ]
    return "".join(groups) + "".join(dots)


def _path(shape: shapely.Geometry) -> str:
    """Rings of a polygon as one path of relative whole-number steps."""
    parts = []
    for polygon in shapely.get_parts(shape):
        for ring in shapely.get_rings(polygon):
            points = np.rint(shapely.get_coordinates(ring)).astype(int)
            steps = np.diff(points, axis=0)[:-1]  # `z` draws the last
            steps = steps[(steps != 0).any(axis=1)]
            if len(steps) < 2:
                continue
            moves = "".join(f"{x if x < 0 else f' {x}'}{y if y < 0 else f' {y}'}" for x, y in steps)
            parts.append(f"M{points[0, 0]} {points[0, 1]}l{moves.lstrip()}z")
    return "".join(parts)


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
        parts.append(_rule(axes.left, y, axes.right, y))
        parts.append(_text(axes.left - 8, y + 4, f"{share:.0%}", anchor="end", fill=_GREY))
    for tick in (0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000):
        if axes.low <= math.log(tick) <= axes.high:
            x = axes.x(tick)
            parts.append(_rule(x, axes.top, x, axes.bottom))
            parts.append(_text(x, axes.bottom + 16, f"{tick:g}", anchor="middle", fill=_GREY))
    return parts


def _dots(points: pd.DataFrame, axes: _Axes) -> list[str]:
    """One path per class of round line ends, each with a rim beneath it."""
    parts = []
    for name in reversed(_RANKED):
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
    order = [c for c in _RANKED if c != str(Class.DISPERSED)] + [str(Class.DISPERSED)]
    for name in order:
        mine = points[points["class"] == name].sort_values(["x", "y"], kind="stable")
        if len(mine) > room:
            mine = mine.iloc[:: math.ceil(len(mine) / room)] if room else mine.iloc[:0]
        kept.append(mine)
        room -= len(mine)
    return pd.concat(kept)


def _legend(
    entries: Sequence[tuple[str, int | None]], width: int, top: float, language: Language | None
) -> tuple[str, int]:
    """Swatches with their words, wrapped to the width, and the height they take."""
    parts: list[str] = []
    x, y = 8.0, top
    for name, count in entries:
        label = CLASSES[Class(name)].label if name else NO_VERDICT
        if count is not None:
            label = Text(*(f"{words} {count:,}" for words in label))
        wide = 24 + max(_text_width(w) for w in (_one(label, language) or label)) + 18
        if x + wide > width and x > 8:
            x, y = 8.0, y + 22
        colour = CLASSES[Class(name)].colour if name else _ABSENT
        parts.append(
            f'<rect x="{x:.0f}" y="{y:.0f}" width="14" height="14" rx="2" fill="{colour}" '
            f'stroke="#00000033"/>'
        )
        parts.append(_label(x + 20, y + 12, label, language))
        x += wide
    return "".join(parts), int(y - top) + 24


def _one(text: Text, language: Language | None) -> tuple[str, ...] | None:
    return (text.in_language(language),) if language else None


def _text_width(words: str) -> float:
    """About how many pixels `words` take at 13 pixels: Chinese characters are square."""
    return sum(13.0 if ord(c) > 0x2E7F else 7.0 for c in words)


def _label(
    x: float,
    y: float,
    text: Text,
    language: Language | None,
    *,
    anchor: str = "start",
    fill: str = _INK,
    dy: float = 0,
) -> str:
    if language is not None:
        return _text(x, y + dy, text.in_language(language), anchor=anchor, fill=fill)
    return "".join(
        _text(x, y + dy, text.in_language(each), anchor=anchor, fill=fill, lang=each)
        for each in Language
    )


def _text(
    x: float,
    y: float,
    words: str,
    *,
    anchor: str = "start",
    fill: str = _INK,
    lang: Language | None = None,
) -> str:
    spoken = f" lang={quoteattr(lang)}" if lang else ""
    placed = "" if anchor == "start" else f' text-anchor="{anchor}"'
    coloured = "" if fill == _INK else f' fill="{fill}"'
    return f'<text x="{x:.1f}" y="{y:.1f}"{placed}{coloured}{spoken}>{escape(words)}</text>'


def _rule(
    x0: float, y0: float, x1: float, y1: float, *, colour: str = _LINE, dash: str | None = None
) -> str:
    dashed = f' stroke-dasharray="{dash}"' if dash else ""
    return (
        f'<line x1="{x0:.1f}" y1="{y0:.1f}" x2="{x1:.1f}" y2="{y1:.1f}" stroke="{colour}"{dashed}/>'
    )


def _is_dark(colour: str) -> bool:
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return 0.299 * red + 0.587 * green + 0.114 * blue < 130


def _svg(parts: Sequence[str], *, width: int, height: float, top: float = 0) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 {-top:g} {width} {height + top:g}" '
        f'width="{width}" height="{height + top:g}" font-family="{_FONTS}" font-size="13" '
        f'fill="{_INK}">'
        f'<rect y="{-top:g}" width="100%" height="100%" fill="#fff"/>'
        f"{''.join(parts)}</svg>"
    )
