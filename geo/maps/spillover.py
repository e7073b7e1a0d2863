"""An industry over the map: where it stands high beside high, and the Moran scatter.

What belongs here: the two figures of local Moran's I. What does not: the statistics
(`geo.concentration.autocorrelation`), and the map of classes (`geo.maps.choropleth`).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import shapely

from geo.maps.choropleth import region_path
from geo.maps.paper import laid_out
from geo.maps.svg import GREY, INK, document, label_at, rule, text_at, text_width
from geo.vocabulary import Language, Text

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy.typing as npt
    import pandas as pd

__all__ = ["moran_scatter_svg", "quadrants_svg"]

_GRID = 4
_MANY_VERTICES = 50_000
_COLOURS = {
    "high-high": "#b2182b",
    "high-low": "#ef8a62",
    "low-high": "#67a9cf",
    "low-low": "#2166ac",
    "unclear": "#e4e0d8",
    "": "#ffffff",
}
_LABELS = {
    "high-high": Text("high among high", "高值鄰高值", "高值邻高值"),
    "high-low": Text("high among low", "高值鄰低值", "高值邻低值"),
    "low-high": Text("low among high", "低值鄰高值", "低值邻高值"),
    "low-low": Text("low among low", "低值鄰低值", "低值邻低值"),
    "unclear": Text("no clear pattern", "無明顯格局", "无明显格局"),
    "": Text("not there", "無此行業", "无此行业"),
}
_QUOTIENT = Text("location quotient", "區位商", "区位商")
_AROUND = Text("mean of its neighbours", "鄰區均值", "邻区均值")


def quadrants_svg(
    regions: gpd.GeoDataFrame,
    quadrant: pd.Series[str],
    *,
    language: Language | None,
    width: int = 640,
    max_bytes: int = 130_000,
) -> str:
    """Map of the regions in the colours of the local Moran's quadrants of one industry.

    Parameters
    ----------
    regions : GeoDataFrame
        Polygons in WGS 84.
    quadrant : Series of str
        By the index of `regions`: one of the four quadrants where local Moran's I is significant,
        `unclear` where it is not; regions that are missing do not have the industry.
    language : Language or None
        Language of the legend; None for all three.
    width : int
        Width in pixels; the height follows.
    max_bytes : int
        Size of the drawn regions above which borders are simplified further, all together.

    Returns
    -------
    str
        An `svg` element.
    """
    if not len(regions):
        return document([], width=width, height=1)
    sheet = laid_out(_lightened(regions.geometry.to_numpy()), width=width * _GRID, margin=4 * _GRID)
    drawn, tolerance = sheet.shapes, _GRID / 3
    # Some six bytes a vertex. Each region alone: what gaps it leaves are finer than a line.
    while shapely.get_num_coordinates(drawn).sum() * 6 > max_bytes and tolerance < 4 * _GRID:
        drawn = _simpler(sheet.shapes, tolerance)
        tolerance *= 1.5
    height = math.ceil(sheet.height / _GRID) + 14
    names = quadrant.reindex(regions.index).fillna("").to_numpy(dtype=object)
    groups = [
        f'<g fill="{colour}">'
        + "".join(f'<path d="{region_path(drawn[k])}"/>' for k in np.flatnonzero(names == name))
        + "</g>"
        for name, colour in _COLOURS.items()
    ]
    body = (
        f'<g transform="scale({1 / _GRID:g})" stroke="#9a948a" stroke-width="{0.3 * _GRID:g}" '
        f'stroke-linejoin="round">{"".join(groups)}</g>'
    )
    legend, taken = _legend([n for n in _COLOURS if (names == n).any()], width, height, language)
    return document([body, legend], width=width, height=height + taken)


def _lightened(polygons: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
    """Polygons without the detail that is fine against the regions; a map of few stays whole."""
    if shapely.get_num_coordinates(polygons).sum() <= _MANY_VERTICES:
        return polygons
    return _simpler(polygons, float(np.sqrt(np.median(shapely.area(polygons)))) / 60)


def _simpler(polygons: npt.NDArray[np.object_], tolerance: float) -> npt.NDArray[np.object_]:
    """Polygons simplified one by one; one that would vanish becomes its bounding box."""
    simple: npt.NDArray[np.object_] = shapely.simplify(polygons, tolerance, preserve_topology=False)
    return np.where(shapely.is_empty(simple), shapely.envelope(polygons), simple)


def _legend(names: list[str], width: int, top: float, language: Language | None) -> tuple[str, int]:
    """Swatches with their words, wrapped to the width, and the height they take."""
    parts, x, y = [], 8.0, top
    for name in names:
        label = _LABELS[name]
        words = (label.in_language(language),) if language else label
        wide = 42 + max(text_width(each) for each in words)
        if x + wide > width and x > 8:
            x, y = 8.0, y + 22
        parts.append(
            f'<rect x="{x:.0f}" y="{y:.0f}" width="14" height="14" rx="2" '
            f'fill="{_COLOURS[name]}" stroke="#00000033"/>'
        )
        parts.append(label_at(x + 20, y + 12, label, language))
        x += wide
    return "".join(parts), int(y - top) + 24


def moran_scatter_svg(
    points: pd.DataFrame,
    *,
    language: Language | None,
    width: int = 420,
    height: int = 360,
    max_points: int = 4000,
) -> str:
    """Quotient of every region against the mean of its neighbours, with Moran's I as the slope.

    Parameters
    ----------
    points : DataFrame
        Columns value and around, one row per region; rows that miss one are not drawn.
    language : Language or None
        Language of the labels; None for all three.
    width, height : int
        Size in pixels.
    max_points : int
        Beyond it every k-th point is drawn, in the order of the values; the line is of all.

    Returns
    -------
    str
        An `svg` element; empty where fewer than two regions can be drawn or all are alike.
    """
    known = points[["value", "around"]].astype(float).dropna()
    x, y = known["value"].to_numpy(), known["around"].to_numpy()
    if len(known) < 2 or np.ptp(x) == 0:
        return ""
    left, right, top, bottom = 48.0, width - 14.0, 22.0, height - 40.0
    # A few giants would press all the others into a corner: the axes end at the last but 1 %.
    most_x, most_y = (max(float(np.quantile(v, 0.99)) * 1.05, 1e-9) for v in (x, y))

    def at(value: float, around: float) -> tuple[float, float]:
        across = left + min(value / most_x, 1.0) * (right - left)
        return across, bottom - min(max(around / most_y, 0.0), 1.0) * (bottom - top)

    mean = float(x.mean()), float(y.mean())
    slope = float(((x - mean[0]) * (y - mean[1])).sum() / ((x - mean[0]) ** 2).sum())
    parts = [
        rule(left, bottom, right, bottom, colour=INK),
        rule(left, top, left, bottom, colour=INK),
        rule(at(mean[0], 0)[0], top, at(mean[0], 0)[0], bottom, colour=GREY, dash="4 4"),
        rule(left, at(0, mean[1])[1], right, at(0, mean[1])[1], colour=GREY, dash="4 4"),
    ]
    order = np.lexsort((y, x))
    places = "".join(
        "M{:.1f} {:.1f}h0".format(*at(x[k], y[k]))
        for k in order[:: math.ceil(len(order) / max_points)]
    )
    parts.append(
        f'<path d="{places}" stroke="#3f6f8f" stroke-width="4" stroke-opacity=".55" '
        'stroke-linecap="round" fill="none"/>'
    )
    ends = [(v, mean[1] + slope * (v - mean[0])) for v in _within(mean, slope, most_x, most_y)]
    parts.append(rule(*at(*ends[0]), *at(*ends[1]), colour="#b2182b"))
    parts.append(text_at(right, top - 8, f"I = {slope:.3f}", anchor="end", fill="#b2182b"))
    parts.append(text_at(right, bottom + 16, f"{most_x:.3g}", anchor="end", fill=GREY))
    parts.append(text_at(left - 6, top + 4, f"{most_y:.3g}", anchor="end", fill=GREY))
    parts.append(label_at(left, top - 8, _AROUND, language))
    parts.append(label_at(right, bottom + 32, _QUOTIENT, language, anchor="end"))
    return document(parts, width=width, height=height)


def _within(
    mean: tuple[float, float], slope: float, most_x: float, most_y: float
) -> tuple[float, float]:
    """The first and last value at which the line through the mean is on the paper."""
    if slope == 0:
        return 0.0, most_x
    crossings = sorted(mean[0] + (edge - mean[1]) / slope for edge in (0.0, most_y))
    return max(crossings[0], 0.0), min(crossings[1], most_x)
