"""Styles of the layers, as QGIS reads them from a GeoPackage.

What belongs here: colours, symbols, labels and field names of each layer, written as QML. What
does not: the rows (`geo.maps.layers`) and the file (`geo.maps.geopackage`).

Everything that has no class still gets a symbol (an empty category value means 'all other
values' to QGIS), since a map with holes looks like a map with errors.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from geo.vocabulary import CLASSES, NO_VERDICT, TIE_KINDS, Class, Language, Text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from geo.maps.layers import Layer

__all__ = ["layer_qml"]

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
OTHER = Text("other", "其他", "其他")

_FAMILY_SHAPES = {"innovation": ("triangle", "#5e3c99"), "service": ("square", "#b35806")}
_TIE_COLOURS = {
    "supply": "#4d4d4d",
    "research": "#5e3c99",
    "standard": "#8073ac",
    "talent": "#2166ac",
    "finance": "#b35806",
    "service": "#e08214",
}
_INK = "#3b3b3b"
# The colour of dispersed, darker: a point of it has to show on a region of it.
_OUTLINE = "#54278f"  # of functional clusters
_FOOTPRINT = "#b2182b"
_PALE = "#b9ae9d"

Options = dict[str, str]


def layer_qml(layer: Layer, *, language: Language, aliases: Mapping[str, str]) -> str:
    """Style of `layer` as a QML document.

    Parameters
    ----------
    layer : Layer
        One of the layers made in `geo.maps.layers`; a layer of another name gets a plain style.
    language : Language
        Language of the legend.
    aliases : mapping of str to str
        Column name -> what the attribute table shows above it.

    Returns
    -------
    str
        XML.
    """
    root = ET.Element(
        "qgis",
        version="3.22.0",
        styleCategories="Symbology|Labeling|Fields|Rendering",
        simplifyDrawingHints="1",
        simplifyDrawingTol="1",
        labelsEnabled="1" if layer.name in _LABELS else "0",
        hasScaleBasedVisibilityFlag="0",
    )
    draw = {
        "regions": _regions,
        "cells": _cells,
        "footprints": _footprints,
        "functional_clusters": _functional_clusters,
        "firms": _firms,
        "institutions": _institutions,
        "local_ties": _ties,
    }.get(layer.name)
    if draw is None:
        _single(root, layer)
    else:
        draw(root, language)
    if layer.name in _LABELS:
        _labelling(root, *_LABELS[layer.name])
    named = ET.SubElement(root, "aliases")
    for index, (column, alias) in enumerate(aliases.items(), start=1):
        ET.SubElement(named, "alias", field=column, index=str(index), name=alias)
    ET.indent(root, " ")
    return ET.tostring(root, encoding="unicode")


def _class_categories(language: Language) -> list[tuple[str, str, str]]:
    """Value, label and colour, the most advanced first; the last stands for everything else."""
    styles = [(str(c), CLASSES[c].label.in_language(language), CLASSES[c].colour) for c in Class]
    return [*reversed(styles), ("", NO_VERDICT.in_language(language), "#ffffff")]


def _regions(root: ET.Element, language: Language) -> None:
    categories = _class_categories(language)
    symbols = [
        _fill(
            colour,
            outline="#ffffff" if value else "#d0d0d0",
            style="solid" if value else "b_diagonal",
        )
        for value, _, colour in categories
    ]
    _categorised(root, "class", [(value, label) for value, label, _ in categories], symbols)


def _cells(root: ET.Element, language: Language) -> None:
    categories = _class_categories(language)[:-1]
    symbols = [
        _marker(_PALE, size="0.7", outline=None)
        if value == str(Class.DISPERSED)
        # As large as there is room, between a dot and a coin.
        else _marker(
            colour,
            size="1",
            size_unit="RenderMetersInMapUnits",
            scale="3x:0,0,1,1.2,1,5",
            size_field="symbol_size",
        )
        for value, _, colour in categories
    ]
    _categorised(root, "class", [(v, label) for v, label, _ in categories], symbols, stacked=True)


def _firms(root: ET.Element, language: Language) -> None:
    categories = _class_categories(language)
    symbols = [
        # Most firms are in dispersed cells: drawn as large as the rest they would hide it.
        _marker(_PALE, size="0.55", outline=None)
        if value in {"", str(Class.DISPERSED)}
        else _marker(colour, size="1.1", outline_width="0.15")
        for value, _, colour in categories
    ]
    _categorised(root, "class", [(v, label) for v, label, _ in categories], symbols, stacked=True)


def _institutions(root: ET.Element, language: Language) -> None:
    categories = [(f, text.in_language(language)) for f, text in FAMILIES.items()]
    symbols = [
        _marker(colour, shape=shape, size="3", outline_width="0.3")
        for shape, colour in (_FAMILY_SHAPES[f] for f in FAMILIES)
    ]
    _categorised(root, "family", categories, symbols)


def _ties(root: ET.Element, language: Language) -> None:
    categories = [(k, text.in_language(language)) for k, text in TIE_KINDS.items()]
    symbols = [_line(_TIE_COLOURS[k], "130" if k == "supply" else "180") for k in TIE_KINDS]
    _categorised(
        root,
        "kind",
        [*categories, ("", OTHER.in_language(language))],
        [*symbols, _line("#999999", "130")],
    )


def _functional_clusters(root: ET.Element, language: Language) -> None:
    """An outline that leaves what is inside to be seen; one for all, so no words in the legend."""
    del language
    _outlined(root, _OUTLINE, style="dash", width="0.6")


def _footprints(root: ET.Element, language: Language) -> None:
    """As for functional clusters: footprints of many industries lie over each other."""
    del language
    _outlined(root, _FOOTPRINT, style="dot", width="0.4")


def _outlined(root: ET.Element, colour: str, *, style: str, width: str) -> None:
    symbol = (
        "SimpleFill",
        {
            "color": _rgba(colour, "28"),
            "style": "solid",
            "outline_color": _rgba(colour),
            "outline_style": style,
            "outline_width": width,
            "outline_width_unit": "MM",
            "joinstyle": "round",
        },
        None,
    )
    renderer = ET.SubElement(root, "renderer-v2", type="singleSymbol")
    _symbols(renderer, [symbol])


def _single(root: ET.Element, layer: Layer) -> None:
    kinds = set(layer.frame.geom_type.str.replace("Multi", ""))
    if kinds == {"Point"}:
        symbol = _marker("#8c510a", shape="cross_fill", size="2.5")
    elif kinds == {"LineString"}:
        symbol = _line("#8c510a", "200")
    elif kinds == {"Polygon"}:
        symbol = _fill("#8c510a", outline="#8c510a", style="f_diagonal")
    else:  # a mixture: QGIS chooses a symbol for each
        return
    renderer = ET.SubElement(root, "renderer-v2", type="singleSymbol")
    _symbols(renderer, [symbol])


def _categorised(
    root: ET.Element,
    column: str,
    categories: Sequence[tuple[str, str]],
    symbols: Sequence[tuple[str, Options, ET.Element | None]],
    *,
    stacked: bool = False,
) -> None:
    """Add a renderer by the values of `column`; `stacked` draws the first categories on top."""
    renderer = ET.SubElement(
        root,
        "renderer-v2",
        type="categorizedSymbol",
        attr=column,
        enableorderby="0",
        forceraster="0",
        symbollevels="1" if stacked else "0",
    )
    listed = ET.SubElement(renderer, "categories")
    for index, (value, label) in enumerate(categories):
        ET.SubElement(
            listed,
            "category",
            value=value,
            label=label,
            symbol=str(index),
            render="true",
            type="string",
        )
    _symbols(renderer, symbols, stacked=stacked)


_KINDS = {"SimpleFill": "fill", "SimpleMarker": "marker", "SimpleLine": "line"}


def _symbols(
    renderer: ET.Element,
    symbols: Sequence[tuple[str, Options, ET.Element | None]],
    *,
    stacked: bool = False,
) -> None:
    holder = ET.SubElement(renderer, "symbols")
    for index, (layer_class, options, overrides) in enumerate(symbols):
        symbol = ET.SubElement(
            holder,
            "symbol",
            type=_KINDS[layer_class],
            name=str(index),
            alpha="1",
            clip_to_extent="1",
            force_rhr="0",
        )
        drawn_last = len(symbols) - index if stacked else 0
        layer = ET.SubElement(
            symbol,
            "layer",
            {"class": layer_class, "enabled": "1", "locked": "0", "pass": str(drawn_last)},
        )
        _add_options(layer, options)
        if overrides is not None:
            layer.append(overrides)


def _add_options(parent: ET.Element, options: Options) -> None:
    mapped = ET.SubElement(parent, "Option", type="Map")
    for name, value in options.items():
        ET.SubElement(mapped, "Option", name=name, type="QString", value=value)


def _fill(colour: str, *, outline: str, style: str) -> tuple[str, Options, None]:
    return (
        "SimpleFill",
        {
            # A little transparent, so that a point of the same class still shows on it.
            "color": _rgba(colour, "150") if style == "solid" else _rgba("#c8c8c8"),
            "style": style,
            "outline_color": _rgba(outline),
            "outline_style": "solid",
            "outline_width": "0.15",
            "outline_width_unit": "MM",
            "joinstyle": "round",
        },
        None,
    )


def _marker(
    colour: str,
    *,
    shape: str = "circle",
    size: str,
    size_unit: str = "MM",
    scale: str = "3x:0,0,0,0,0,0",
    size_field: str | None = None,
    outline: str | None = "#ffffff",
    outline_width: str = "0.2",
) -> tuple[str, Options, ET.Element | None]:
    options = {
        "name": shape,
        "color": _rgba(colour),
        "size": size,
        "size_unit": size_unit,
        "size_map_unit_scale": scale,
        "outline_color": _rgba(outline or colour),
        "outline_style": "solid" if outline else "no",
        "outline_width": outline_width,
        "outline_width_unit": "MM",
    }
    return "SimpleMarker", options, _from_field("size", size_field) if size_field else None


def _line(colour: str, alpha: str) -> tuple[str, Options, None]:
    return (
        "SimpleLine",
        {
            "line_color": _rgba(colour, alpha),
            "line_style": "solid",
            "line_width": "0.16",
            "line_width_unit": "MM",
            "capstyle": "round",
            "joinstyle": "round",
        },
        None,
    )


def _from_field(prop: str, field: str) -> ET.Element:
    holder = ET.Element("data_defined_properties")
    outer = ET.SubElement(holder, "Option", type="Map")
    ET.SubElement(outer, "Option", name="name", type="QString", value="")
    properties = ET.SubElement(outer, "Option", name="properties", type="Map")
    one = ET.SubElement(properties, "Option", name=prop, type="Map")
    ET.SubElement(one, "Option", name="active", type="bool", value="true")
    ET.SubElement(one, "Option", name="field", type="QString", value=field)
    ET.SubElement(one, "Option", name="type", type="int", value="2")
    ET.SubElement(outer, "Option", name="type", type="QString", value="collection")
    return holder


_INSIDE = {"region_name", "industry_names"}  # labels of polygons
# Column, text size in points, largest scale denominator at which the label shows, bold.
_LABELS: dict[str, tuple[str, str, str, str]] = {
    "regions": ("region_name", "8", "3000000", "1"),
    "footprints": ("industry_name", "8", "1000000", "0"),
    "functional_clusters": ("industry_names", "8", "2000000", "0"),
    "cells": ("industry_name", "7", "200000", "0"),
    "institutions": ("name", "7", "60000", "0"),
}


def _labelling(root: ET.Element, column: str, size: str, denominator: str, bold: str) -> None:
    labelling = ET.SubElement(root, "labeling", type="simple")
    settings = ET.SubElement(labelling, "settings", calloutType="simple")
    style = ET.SubElement(
        settings,
        "text-style",
        fieldName=column,
        fontSize=size,
        fontSizeUnit="Point",
        fontWeight="63" if bold == "1" else "50",
        textColor=_rgba(_INK),
        isExpression="0",
    )
    ET.SubElement(
        style,
        "text-buffer",
        bufferDraw="1",
        bufferSize="0.6",
        bufferSizeUnits="MM",
        bufferColor=_rgba("#ffffff", "210"),
    )
    ET.SubElement(settings, "placement", placement="4" if column in _INSIDE else "6", dist="1.5")
    ET.SubElement(settings, "rendering", scaleVisibility="1", scaleMin="0", scaleMax=denominator)


def _rgba(colour: str, alpha: str = "255") -> str:
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"{red},{green},{blue},{alpha}"
