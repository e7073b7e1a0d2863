"""Styles of the layers, as QGIS reads them from a GeoPackage.

What belongs here: what is drawn how, and with which labels. What does not: the XML of symbols
(`geo.maps.geopackage.symbols`), forms and map tips (`geo.maps.geopackage.forms`), the rows
(`geo.maps.layers.all_layers`) and the file (`geo.maps.geopackage.geopackage`).

What has no value still gets a symbol and words, since a map with holes looks like a map with
errors; what is nowhere in the layer stands in no legend.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple
from xml.etree import ElementTree as ET

import numpy as np

from geo.maps.geopackage.forms import add_fields, words_of
from geo.maps.geopackage.symbols import (
    Rule,
    Symbol,
    categorised,
    fill,
    line,
    marker,
    rgba,
    ruled,
    single,
)
from geo.maps.palette import (
    ABSENT,
    INK,
    NOT_KNOWN,
    NOT_SIGNIFICANT,
    NOT_THERE,
    QUIET,
    RISING,
    TIE_COLOURS,
    UNKNOWN,
    WORD_COLOURS,
    colours_of,
    range_label,
)
from geo.vocabulary import CLASSES, NO_VERDICT, TIE_KINDS, Class, Language, Text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy.typing as npt

    from geo.maps.layers.all_layers import Layer
    from geo.maps.measures import Measure

__all__ = ["Style", "layer_qml", "styles_of"]

FAMILIES: dict[str, Text] = {
    "innovation": Text(
        "innovation: universities, research, testing, incubators",
        "創新類：大學、研究、檢測、孵化器",
        "创新类：大学、研究、检测、孵化器",
    ),
    "service": Text(
        "service: finance, associations, logistics, ...",
        "服務類：金融、協會、物流等",
        "服务类：金融、协会、物流等",
    ),
}
_FAMILY_SHAPES = {"innovation": ("triangle", "#5e3c99"), "service": ("square", "#b35806")}
_BORDER = "#cfc9bf"
_DRIVER = "#8c510a"
_FUNCTIONAL = "#54278f"
_FOOTPRINT = "#b2182b"
# The colour of dispersed, darker: a point of it has to show on a region of it.
_PALE = "#b9ae9d"
_PLAIN = Text("plain", "素色", "素色")
_STRONGEST = 40
"""Lines of a kind of tie that are drawn from afar."""
_NEAR_BY = 500_000
_AT_LEAST = Text("{kind} (at least {n})", "{kind}（至少 {n} 條）", "{kind}（至少 {n} 条）")
_NEARER = Text("Zoom in for all", "放大可見全部", "放大可见全部")
_CATEGORIES = "Symbology|Labeling|Fields|Forms|MapTips|Rendering|Temporal"


class Style(NamedTuple):
    """One way to draw a layer."""

    key: str
    """Column that it is coloured by, or `plain` or `absent`."""
    name: Text


def styles_of(layer: Layer) -> list[Style]:
    """Ways to draw `layer`; the first is the default."""
    if layer.measures:
        return [Style(m.column, m.label) for m in layer.measures]
    plain = Style("plain", _PLAIN)
    return [plain, Style("absent", NOT_THERE)] if layer.name == "borders" else [plain]


def layer_qml(
    layer: Layer, *, language: Language, aliases: Mapping[str, str], style: str | None = None
) -> str:
    """Style of `layer` as a QML document.

    Parameters
    ----------
    layer : Layer
        One of the layers made in `geo.maps.layers.all_layers`; a layer of another name gets a plain
        style.
    language : Language
        Language of the legend.
    aliases : mapping of str to str
        Column name -> what the attribute table shows above it.
    style : str, optional
        Key of one of `styles_of`; the default where not given.

    Returns
    -------
    str
        XML.
    """
    root = ET.Element(
        "qgis",
        version="3.22.0",
        styleCategories=_CATEGORIES,
        simplifyDrawingHints="1",
        simplifyDrawingTol="1",
        labelsEnabled="1" if layer.name in _LABELS else "0",
        hasScaleBasedVisibilityFlag="0",
    )
    if layer.is_yearly:
        _temporal(root)
    _draw(root, layer, language, style or styles_of(layer)[0].key)
    if layer.name in _LABELS:
        _labelling(root, _LABELS[layer.name])
    add_fields(root, layer, language=language, aliases=aliases)
    ET.indent(root, " ")
    return ET.tostring(root, encoding="unicode")


def _draw(root: ET.Element, layer: Layer, language: Language, style: str) -> None:
    if layer.measures:
        measure = next(m for m in layer.measures if m.column == style)
        _by_measure(root, layer, measure, language)
    elif layer.name == "borders":
        label = NOT_THERE if style == "absent" else layer.title
        rule = Rule("TRUE", label.in_language(language), fill(ABSENT, outline=_BORDER))
        ruled(root, [rule], heading="")
    elif layer.name == "firms":
        _firms(root, layer, language)
    elif layer.name == "institutions":
        _institutions(root, layer, language)
    elif layer.name in {"region_ties", "local_ties"}:
        _ties(root, layer, language)
    elif layer.name == "functional_clusters":
        single(root, _outlined(_FUNCTIONAL, style="dash", width="0.6"))
    elif layer.name == "footprints":
        single(root, _outlined(_FOOTPRINT, style="dot", width="0.4"))
    else:
        symbol = _for_shapes(set(layer.frame.geom_type.str.replace("Multi", "")))
        if symbol is not None:
            single(root, symbol)


def _temporal(root: ET.Element) -> None:
    """Rows belong to the year that begins on their date: QGIS's time slider goes by it."""
    ET.SubElement(
        root,
        "temporal",
        enabled="1",
        mode="1",  # one date field
        startField="from_date",
        endField="",
        durationField="",
        durationUnit="y",
        fixedDuration="0",
        limitMode="0",
        accumulate="0",
        startExpression="",
        endExpression="",
    )


def _by_measure(root: ET.Element, layer: Layer, measure: Measure, language: Language) -> None:
    if measure.form == "words":
        rules = _word_rules(layer, measure.column, language)
    else:
        rules = _number_rules(layer, measure, language)
    # Without the time slider the last year alone, or every year would lie over the others.
    year = f'@map_start_time IS NOT NULL OR "year" = {layer.last_year}'
    # The title of the layer of regions says already what it is coloured by.
    heading = "" if layer.name == "regions" else measure.label.in_language(language)
    ruled(root, rules, heading=heading, condition=year)


def _word_rules(layer: Layer, column: str, language: Language) -> list[Rule]:
    """The most advanced class first; other words in the order of the vocabulary."""
    there = set(layer.frame[column].dropna().astype(str))
    words = words_of(column)
    order = [str(c) for c in reversed(Class)] if column == "class" else list(words)
    colours = WORD_COLOURS.get(column, {})
    rules = [
        Rule(
            f"\"{column}\" = '{word}'",
            words[word].in_language(language),
            fill(colours.get(word, RISING[k % len(RISING)])),
        )
        for k, word in enumerate(word for word in order if word in there)
    ]
    if layer.frame[column].isna().any():
        rules.append(_missing_rule(column, language))
    return rules


def _missing_rule(column: str, language: Language) -> Rule:
    if column == "class":
        symbol = fill("#c8c8c8", outline="#d0d0d0", style="b_diagonal")
        return Rule('"class" IS NULL', NO_VERDICT.in_language(language), symbol)
    if column == "local_moran_quadrant":
        words, colour = NOT_SIGNIFICANT, QUIET
    else:
        words, colour = NOT_KNOWN, UNKNOWN
    return Rule(f'"{column}" IS NULL', words.in_language(language), fill(colour, outline=_BORDER))


def _number_rules(layer: Layer, measure: Measure, language: Language) -> list[Rule]:
    """From much to little, so that the legend reads from above as the classes do."""
    column, breaks = measure.column, layer.breaks[measure.column]
    edges = [None, *breaks, None]
    rules = []
    for low, high, colour in zip(edges, edges[1:], colours_of(measure, breaks), strict=False):
        asked = [f'"{column}" >= {low}'] if low is not None else []
        asked += [f'"{column}" < {high}'] if high is not None else []
        rules.append(Rule(" AND ".join(asked), range_label(low, high, measure), fill(colour)))
    rules.reverse()
    if layer.frame[column].isna().any():
        rules.append(_missing_rule(column, language))
    return rules


def _firms(root: ET.Element, layer: Layer, language: Language) -> None:
    there = set(layer.frame["class"].dropna())
    categories = [
        (
            str(c),
            CLASSES[c].label.in_language(language),
            # Most firms are in dispersed cells: drawn as large as the rest they would hide it.
            marker(_PALE, size="0.55", outline=None)
            if c is Class.DISPERSED
            else marker(CLASSES[c].colour, size="1.1", outline="#4d4d4d", outline_width="0.1"),
        )
        for c in reversed(Class)
        if str(c) in there
    ]
    if layer.frame["class"].isna().any():
        rest = marker(_PALE, size="0.55", outline=None)
        categories.append(("", NO_VERDICT.in_language(language), rest))
    categorised(root, "class", categories, stacked=True)


def _institutions(root: ET.Element, layer: Layer, language: Language) -> None:
    there = set(layer.frame["family"])
    categories = [
        (name, text.in_language(language), marker(colour, shape=shape, size="2.6"))
        for name, text in FAMILIES.items()
        if name in there
        for shape, colour in [_FAMILY_SHAPES[name]]
    ]
    categorised(root, "family", categories)


def _ties(root: ET.Element, layer: Layer, language: Language) -> None:
    kinds = [kind for kind in TIE_KINDS if (layer.frame["kind"] == kind).any()]
    if layer.name == "local_ties":
        found = [
            (kind, TIE_KINDS[kind].in_language(language), line(TIE_COLOURS[kind], alpha="170"))
            for kind in kinds
        ]
        categorised(root, "kind", found)
        return
    rules = []
    width = f'0.15 + 2 * sqrt("ties" / {int(layer.frame["ties"].max())}.0)'
    for kind in kinds:
        # A whole country of lines is a ball of wool: the strongest of each kind, all from near by.
        fewest = _fewest(layer.frame.loc[layer.frame["kind"] == kind, "ties"].to_numpy())
        label = _AT_LEAST.in_language(language).format(
            kind=TIE_KINDS[kind].in_language(language), n=fewest
        )
        shown = f'"kind" = \'{kind}\' AND ("ties" >= {fewest} OR @map_scale < {_NEAR_BY})'
        rules.append(Rule(shown, label, line(TIE_COLOURS[kind], alpha="190", width=width)))
    ruled(root, rules, heading=_NEARER.in_language(language))


def _fewest(ties: npt.NDArray[np.int64]) -> int:
    """Smallest number of ties of the lines drawn from afar: as many as allowed, but some."""
    ordered = np.sort(ties)[::-1]
    last = int(ordered[min(_STRONGEST, len(ordered)) - 1])
    drawn = int((ties >= last).sum())
    return last if drawn <= 2 * _STRONGEST or last == ordered[0] else last + 1


def _outlined(colour: str, *, style: str, width: str) -> Symbol:
    """An outline that leaves what is inside to be seen."""
    return fill(colour, outline=colour, alpha="28", outline_style=style, width=width)


def _for_shapes(kinds: set[str]) -> Symbol | None:
    if kinds == {"Point"}:
        return marker(_DRIVER, shape="cross_fill", size="2.5")
    if kinds == {"LineString"}:
        return line(_DRIVER, alpha="200")
    if kinds == {"Polygon"}:
        return fill(_DRIVER, outline=_DRIVER, style="f_diagonal")
    return None  # a mixture: QGIS chooses a symbol for each


class _Label(NamedTuple):
    """What stands beside a feature."""

    expression: str
    size: str
    """In points."""
    up_to: str = "0"
    """Largest scale denominator at which it shows; 0 for always."""
    condition: str = ""
    """Which features have it."""
    priority: str = "5"
    """From 0 to 10: who stays where there is no room for all."""
    placement: str = "1"
    """Over the feature, or around the point."""

    @property
    def is_bold(self) -> bool:
        """Whether it is of the kind that a reader looks for first."""
        return self.priority == "10"


_OVER, _AROUND_POINT = "1", "6"
_LABELS = {
    # Clusters are named at every scale, other regions from near by.
    "regions": (
        _Label(
            '"region_name" || \'\\n\' || "cluster_names"',
            "8",
            condition='"cluster_names" IS NOT NULL',
            priority="10",
        ),
        _Label('"region_name"', "7", "1500000", '"cluster_names" IS NULL', "1"),
    ),
    "footprints": (_Label('"industry_name"', "8", "1000000"),),
    "functional_clusters": (_Label('"industry_names"', "8", "2000000"),),
    "institutions": (_Label('"name"', "7", "60000", placement=_AROUND_POINT),),
}


def _labelling(root: ET.Element, labels: Sequence[_Label]) -> None:
    labelling = ET.SubElement(root, "labeling", type="rule-based")
    rules = ET.SubElement(labelling, "rules", key="labels")
    for number, label in enumerate(labels):
        rule = ET.SubElement(rules, "rule", key=f"label{number}")
        if label.condition:
            rule.set("filter", label.condition)
        settings = ET.SubElement(rule, "settings", calloutType="simple")
        style = ET.SubElement(
            settings,
            "text-style",
            fieldName=label.expression,
            fontSize=label.size,
            fontSizeUnit="Point",
            fontWeight="63" if label.is_bold else "50",
            textColor=rgba(INK),
            isExpression="1",
        )
        ET.SubElement(
            style,
            "text-buffer",
            bufferDraw="1",
            bufferSize="0.6",
            bufferSizeUnits="MM",
            bufferColor=rgba("#ffffff", "210"),
        )
        ET.SubElement(
            settings, "placement", placement=label.placement, dist="1.5", priority=label.priority
        )
        ET.SubElement(
            settings,
            "rendering",
            scaleVisibility="0" if label.up_to == "0" else "1",
            scaleMin="0",
            scaleMax=label.up_to,
        )
