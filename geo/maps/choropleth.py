"""The map of classes as a picture, light enough for a page, a read-me or a data URI.

What belongs here: regions drawn in the colours of their classes. What does not: where they fall
on the sheet (`geo.maps.paper`) and other figures (`geo.maps.curves`).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

import numpy as np
import pandas as pd
import shapely

from geo.maps.paper import laid_out
from geo.maps.simplified import MAX_VERTICES, coarser, simplified
from geo.maps.svg import (
    ABSENT,
    GREY,
    LINE,
    NO_VERDICT,
    RANKED,
    document,
    label_at,
    legend_at,
    text_at,
    text_width,
)
from geo.vocabulary import CLASSES, Class, Language, Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import geopandas as gpd
    import numpy.typing as npt

    from geo.maps.paper import Box

__all__ = ["map_svg", "region_path"]


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
        return document([], width=width, height=1)
    shapes = simplified(regions.geometry.to_numpy(), max_vertices=MAX_VERTICES).shapes
    sheet = laid_out(shapes, width=width * _GRID, margin=4 * _GRID)
    shapes, height = sheet.shapes, math.ceil(sheet.height / _GRID)
    classes = regions["class"].astype(object).where(regions["class"].notna(), "").to_numpy()
    titles = _region_titles(regions, classes, language) if len(regions) <= _MAX_TITLES else None
    body = _light_paths(shapes, classes, titles, max_bytes)
    counts = pd.Series(classes).value_counts()
    shown = [c for c in (*RANKED, "") if c in counts.index]
    legend, legend_height = legend_at(
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
        drawn += label_at(beside, height - 12, _INSETS, language, fill=GREY)
    if len(regions) <= _MAX_TITLES:
        drawn += _region_names(shapes, classes, regions["region_name"].tolist(), width)
    return document([drawn, legend], width=width, height=height + 14 + legend_height)


# Regions are drawn in whole units of a quarter of a pixel, which keeps paths short.
_GRID = 4
_MAX_TITLES = 600
_MAX_NAMES = 30

_INSETS = Text(
    "Framed parts are far off and drawn at scales of their own.",
    "框內部分距離較遠，比例尺不同。",
    "框内部分距离较远，比例尺不同。",
)


def _frames(insets: Iterable[Box]) -> str:
    return "".join(
        f'<rect x="{b.left:.0f}" y="{b.top:.0f}" width="{b.width:.0f}" height="{b.height:.0f}" '
        f'fill="none" stroke="{LINE}" stroke-width="{_GRID}"/>'
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
    ranks = {c: k for k, c in enumerate(RANKED[: RANKED.index(str(Class.DISPERSED))])}
    named = [k for k, c in enumerate(classes) if c in ranks and isinstance(names[k], str)]
    if len(named) > _MAX_NAMES:
        return ""
    area = shapely.area(shapes)
    named.sort(key=lambda k: (ranks[str(classes[k])], -area[k], k))
    parts: list[str] = []
    taken: list[shapely.Geometry] = []
    for k in named:
        x, y = shapely.get_coordinates(shapely.point_on_surface(shapes[k]))[0] / _GRID
        half = text_width(str(names[k])) / 2
        x = min(max(x, half + 2), width - half - 2)
        room = shapely.box(x - half, y - 9, x + half, y + 6)
        if not any(room.intersects(other) for other in taken):
            taken.append(room)
            parts.append(text_at(x, y + 4, str(names[k]), anchor="middle"))
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
    for name in ("", *reversed(RANKED)):
        mine = np.flatnonzero(classes == name)
        if not len(mine):
            continue
        colour = CLASSES[Class(name)].colour if name else ABSENT
        paths = [(int(k), region_path(simple[k])) for k in mine]
        if titles is None:
            inside = f'<path d="{"".join(d for _, d in paths)}"/>'
        else:
            inside = "".join(
                f'<path d="{d}"><title>{escape(titles[k])}</title></path>' for k, d in paths
            )
        edge = f' stroke="{LINE}"' if not name else ""
        groups.append(f'<g fill="{colour}"{edge}>{inside}</g>')
        if name not in {"", str(Class.DISPERSED)}:
            tiny = mine[np.sqrt(shapely.area(whole[mine])) < 3 * _GRID]
            middle = shapely.get_coordinates(shapely.centroid(whole[tiny]))
            dots += [
                f'<circle cx="{x:.0f}" cy="{y:.0f}" r="{2 * _GRID}" fill="{colour}"/>'
                for x, y in middle
            ]
    return "".join(groups) + "".join(dots)


def region_path(shape: shapely.Geometry) -> str:
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
