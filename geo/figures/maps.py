"""Maps of regions: by class, or by one measure of one industry.

What belongs here: regions in colours, with their legend, and the colours of the classes in the form
that plotting libraries ask for. What does not: where they fall on the
sheet (`geo.maps.paper`) and which colours there are (`geo.maps.palette`).
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from geo.errors import GeoError
from geo.figures.embedding import axes_or_new
from geo.figures.fonts import drawable, families
from geo.maps.measures import MEASURES
from geo.maps.notes import VALUES
from geo.maps.palette import (
    ABSENT,
    INK,
    NOT_KNOWN,
    NOT_SIGNIFICANT,
    NOT_THERE,
    QUIET,
    UNKNOWN,
    WORD_COLOURS,
    breaks_of,
    colours_of,
    decades,
    range_label,
)
from geo.maps.paper import laid_out
from geo.maps.simplified import simplified
from geo.settings import Thresholds
from geo.vocabulary import CLASSES, NO_VERDICT, Class, Language, Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    import numpy.typing as npt
    from matplotlib.axes import Axes
    from pandas import CategoricalDtype

    from geo.maps.measures import Measure

__all__ = ["class_categories", "class_colours", "class_map", "measure_map", "regions_of_industry"]


def class_categories() -> CategoricalDtype:
    """Type of the column `class` in the results: the classes in order, the most advanced last.

    Examples
    --------
    >>> import pandas as pd
    >>> classes = pd.Series(["cluster", "dispersed"], dtype=class_categories())
    >>> classes.max(), classes.min()
    ('cluster', 'dispersed')
    """
    import pandas as pd

    return pd.CategoricalDtype([str(c) for c in Class], ordered=True)


def class_colours() -> list[str]:
    """Colours of the classes in their order, as `GeoDataFrame.explore` and `plot` take them.

    >>> regions.explore("class", cmap=class_colours())  # doctest: +SKIP

    Examples
    --------
    >>> class_colours()[-1]
    '#1d9e72'
    """
    return [CLASSES[c].colour for c in Class]


_WIDTH = 1000.0
_MOST_VERTICES = 60_000  # what a figure of a page's width shows
_MANY = 600
_MOST_NAMES = 24
_OUTLINE = "#8d877d"
_SPOKEN = {str(c) for c in Class} - {str(Class.DISPERSED), str(Class.UNDETERMINED)}

Entry = tuple[str, str]
"""Words and colour of one step of the legend."""


def class_map(
    regions: gpd.GeoDataFrame,
    *,
    ax: Axes | None = None,
    language: Language = Language.EN,
    names: bool = True,
) -> Axes:
    """Regions of one year in the colours of their class, with the number of each in the legend.

    Drawn in an equal-area projection of their own, far-off parts in frames below, at scales of
    their own.

    Parameters
    ----------
    regions : GeoDataFrame
        Columns class (missing: no establishments) and geometry in WGS 84, one row per region;
        region_name where they are to be named.
    ax : Axes, optional
        Where to draw; a new figure where not given.
    language : Language
        Language of the legend.
    names : bool
        Whether to name the most advanced regions above dispersed, where there are few regions.

    Returns
    -------
    Axes
        The map.

    Raises
    ------
    NoFontError
        If the language is Chinese and no installed font has it.
    """
    classes = regions["class"].astype(object)
    labels = {str(c): CLASSES[c].label for c in reversed(Class)}
    counts = classes.value_counts()
    entries = [
        (f"{text.in_language(language)} {counts[code]:,}", CLASSES[Class(code)].colour)
        for code, text in labels.items()
        if code in counts
    ]
    colours = classes.map(WORD_COLOURS["class"]).fillna(ABSENT)
    without = int(classes.isna().sum())
    if without:
        entries.append((f"{NO_VERDICT.in_language(language)} {without:,}", ABSENT))
    ax, shapes = _drawn(regions, colours.tolist(), ax)
    if names and "region_name" in regions and len(regions) <= _MANY:
        _name(ax, shapes, classes, regions["region_name"], language)
    _legend(ax, entries, language)
    return ax


def regions_of_industry(
    classification: pd.DataFrame, regions: gpd.GeoDataFrame, *, industry: str, year: int
) -> gpd.GeoDataFrame:
    """Every region with its cell of one industry and year, as `measure_map` takes them.

    Parameters
    ----------
    classification : DataFrame
        Result `region_industry_classification`.
    regions : GeoDataFrame
        Columns region_id and geometry, one row per region (of a table with years, those of any one
        year that has all regions).
    industry : str
        Code of the industry.
    year : int
        The year.

    Returns
    -------
    GeoDataFrame
        The columns of `classification` beside region_id and geometry; `industry` is missing where
        the region has no such establishments.

    Raises
    ------
    GeoError
        If `regions` has a region twice.
    """
    if regions["region_id"].duplicated().any():
        twice = regions.loc[regions["region_id"].duplicated(), "region_id"].iloc[0]
        message = f"`regions` must have each region once: {twice!r} is there twice (several years?)"
        raise GeoError(message)
    is_chosen = (classification["industry"] == industry) & (classification["year"] == year)
    return regions[["region_id", "geometry"]].merge(
        classification[is_chosen], on="region_id", how="left"
    )


def measure_map(
    regions: gpd.GeoDataFrame,
    column: str,
    *,
    ax: Axes | None = None,
    language: Language = Language.EN,
    thresholds: Thresholds | None = None,
    title: str | None = None,
) -> Axes:
    """Regions in the colours of one measure, such as the location quotient of one industry.

    Colours and steps are those of the report and of the map for QGIS.

    Parameters
    ----------
    regions : GeoDataFrame
        The column and geometry in WGS 84, one row per region, as `regions_of_industry` returns
        them. A missing value is not known (of local Moran's quadrant: not significant); where
        there is a column `industry` and it is missing too, the industry is not there.
    column : str
        A column of `region_industry_classification` that can be mapped.
    ax : Axes, optional
        Where to draw; a new figure where not given.
    language : Language
        Language of the legend.
    thresholds : Thresholds, optional
        Floors of the verdict, at which colours part; the default ones where not given.
    title : str, optional
        Words above the map.

    Returns
    -------
    Axes
        The map.

    Raises
    ------
    GeoError
        If there is no such measure to map.
    NoFontError
        If the language is Chinese and no installed font has it.

    Examples
    --------
    >>> import geopandas as gpd
    >>> squares = [shapely.box(k, 0, k + 1, 1) for k in range(3)]
    >>> regions = gpd.GeoDataFrame({"location_quotient": [0.2, 1, 8]}, geometry=squares, crs=4326)
    >>> from geo.figures.embedding import new_axes
    >>> ax = measure_map(regions, "location_quotient", ax=new_axes())
    >>> [text.get_text() for text in ax.get_legend().get_texts()]
    ['≥ 5', '0.8 – 1.25', '< 0.5']
    """
    measure = next((m for m in MEASURES if m.on_map and m.column == column), None)
    if measure is None:
        known = ", ".join(m.column for m in MEASURES if m.on_map)
        message = f"`column` must be a measure that can be mapped ({known}), not {column!r}."
        raise GeoError(message)
    if measure.form == "words":
        steps, place = _word_steps(regions[column], language)
    else:
        steps, place = _number_steps(regions[column], measure, thresholds or Thresholds())
    missing = place < 0
    words, grey = _missing(column)
    palette = [colour for _, colour in steps]
    absent = regions["industry"].isna().to_numpy() if "industry" in regions else missing & False
    colours = [
        ABSENT if lacks else grey if k < 0 else palette[k]
        for k, lacks in zip(place, absent, strict=True)
    ]
    ax, _ = _drawn(regions, colours, ax)
    there = set(place.tolist())
    entries = [step for k, step in enumerate(steps) if k in there]
    if measure.form != "words":
        entries.reverse()  # from much to little, as classes go from the most advanced down
    if (missing & ~absent).any():
        entries.append((words.in_language(language), grey))
    if absent.any():
        entries.append((NOT_THERE.in_language(language), ABSENT))
    _legend(ax, entries, language, title=measure.label.in_language(language))
    if title:
        ax.set_title(title, fontfamily=families(language), color=INK, loc="left")
    return ax


def _word_steps(
    values: pd.Series[Any], language: Language
) -> tuple[list[Entry], npt.NDArray[np.int64]]:
    column = str(values.name)
    words = (
        {str(c): CLASSES[c].label for c in reversed(Class)}
        if column == "class"
        else VALUES.get(column, {})
    )
    colours = WORD_COLOURS.get(column, {})
    steps = [
        (text.in_language(language), colours.get(code, UNKNOWN)) for code, text in words.items()
    ]
    return steps, pd.Index(list(words)).get_indexer(pd.Index(values.astype(object))).astype(
        np.int64
    )


def _number_steps(
    values: pd.Series[Any], measure: Measure, thresholds: Thresholds
) -> tuple[list[Entry], npt.NDArray[np.int64]]:
    numbers = values.to_numpy(dtype=np.float64, na_value=np.nan)
    known = np.isfinite(numbers)
    largest = float(numbers[known].max()) if known.any() else 1.0
    breaks = breaks_of(measure, thresholds) or decades(largest)
    edges = [None, *breaks, None]
    labels = [range_label(low, high, measure) for low, high in pairwise(edges)]
    place = np.searchsorted(breaks, numbers, side="right")
    steps = list(zip(labels, colours_of(measure, breaks), strict=True))
    return steps, np.where(known, place, -1).astype(np.int64)


def _missing(column: str) -> tuple[Text, str]:
    if column == "local_moran_quadrant":
        return NOT_SIGNIFICANT, QUIET
    return (NO_VERDICT, ABSENT) if column == "class" else (NOT_KNOWN, UNKNOWN)


def _drawn(
    regions: gpd.GeoDataFrame, colours: Sequence[str], ax: Axes | None
) -> tuple[Axes, npt.NDArray[np.object_]]:
    """Regions drawn in `colours`, and the polygons as they lie on the sheet."""
    import geopandas as gpd

    ax = axes_or_new(ax)
    ax.set_axis_off()
    if not len(regions):
        return ax, np.array([], dtype=object)
    polygons = simplified(regions.geometry.to_numpy(), max_vertices=_MOST_VERTICES).shapes
    sheet = laid_out(polygons, width=_WIDTH, margin=4)
    line = 0.15 if len(regions) > _MANY else 0.4
    gpd.GeoSeries(sheet.shapes).plot(
        ax=ax, color=list(colours), edgecolor=_OUTLINE, linewidth=line, aspect="equal"
    )
    for box in sheet.insets:
        across = [box.left, box.left + box.width, box.left + box.width, box.left, box.left]
        down = [box.top, box.top, box.top + box.height, box.top + box.height, box.top]
        ax.plot(across, down, color="#b5afa5", linewidth=0.6)
    ax.set(xlim=(0, _WIDTH), ylim=(sheet.height, 0))
    return ax, sheet.shapes


def _name(
    ax: Axes,
    shapes: npt.NDArray[np.object_],
    classes: pd.Series[Any],
    names: pd.Series[str],
    language: Language,
) -> None:
    """Names of the most advanced regions, those first that are largest on the sheet."""
    from matplotlib.patheffects import withStroke

    rank = classes.map({str(c): k for k, c in enumerate(Class)}).fillna(-1).to_numpy(dtype=float)
    spoken = np.flatnonzero(classes.isin(_SPOKEN).to_numpy())
    area = shapely.area(shapes)
    order = sorted(spoken, key=lambda k: (-rank[k], -area[k]))[:_MOST_NAMES]
    for k in order:
        name = names.iloc[k]
        if pd.isna(name) or not drawable(str(name)):
            continue
        point = shapely.point_on_surface(shapes[k])
        # Dollar signs are no formula here.
        ax.annotate(
            str(name).replace("$", r"\$"),
            (point.x, point.y),
            ha="center",
            va="center",
            fontsize=7,
            color=INK,
            fontfamily=families(language),
            path_effects=[withStroke(linewidth=1.6, foreground="#ffffffd0")],
        )


def _legend(
    ax: Axes, entries: Sequence[Entry], language: Language, *, title: str | None = None
) -> None:
    from matplotlib.patches import Patch

    if not entries:
        return
    handles = [
        Patch(facecolor=colour, edgecolor=_OUTLINE, linewidth=0.4, label=words)
        for words, colour in entries
    ]
    legend = ax.legend(
        handles=handles,
        title=title,
        loc="upper left",
        bbox_to_anchor=(1.0, 1.0),
        frameon=False,
        alignment="left",
        prop={"family": families(language), "size": 9},
        title_fontproperties={"family": families(language), "size": 9, "weight": "bold"},
    )
    for text in (*legend.get_texts(), legend.get_title()):
        text.set_color(INK)
