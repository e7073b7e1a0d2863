"""Symbols and renderers as QGIS writes them: fills, markers, lines, categories and rules.

What belongs here: the XML of how something is drawn. What does not: what is drawn how
(`geo.maps.geopackage.qml`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple
from xml.etree import ElementTree as ET

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = [
    "Rule",
    "Symbol",
    "add_options",
    "categorised",
    "fill",
    "line",
    "marker",
    "rgba",
    "ruled",
    "single",
]

_KINDS = {"SimpleFill": "fill", "SimpleMarker": "marker", "SimpleLine": "line"}


class Symbol(NamedTuple):
    """One symbol of one layer."""

    drawn_as: str
    """Class of the symbol layer."""
    options: Mapping[str, str]
    from_data: Mapping[str, str] = {}
    """Expressions that options are taken from, by QGIS's name of the option."""


class Rule(NamedTuple):
    """What is drawn with a symbol, and its words in the legend."""

    condition: str
    label: str
    symbol: Symbol


def rgba(colour: str, alpha: str = "255") -> str:
    """Colour (#rrggbb) as QGIS writes it."""
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"{red},{green},{blue},{alpha}"


def fill(
    colour: str,
    *,
    outline: str = "#ffffff",
    style: str = "solid",
    alpha: str = "255",
    outline_style: str = "solid",
    width: str = "0.1",
) -> Symbol:
    """Polygon filled with `colour`."""
    return Symbol(
        "SimpleFill",
        {
            "color": rgba(colour, alpha),
            "style": style,
            "outline_color": rgba(outline),
            "outline_style": outline_style,
            "outline_width": width,
            "outline_width_unit": "MM",
            "joinstyle": "round",
        },
    )


def marker(
    colour: str,
    *,
    shape: str = "circle",
    size: str,
    outline: str | None = "#ffffff",
    outline_width: str = "0.2",
) -> Symbol:
    """Point, `size` in millimetres."""
    return Symbol(
        "SimpleMarker",
        {
            "name": shape,
            "color": rgba(colour),
            "size": size,
            "size_unit": "MM",
            "outline_color": rgba(outline or colour),
            "outline_style": "solid" if outline else "no",
            "outline_width": outline_width,
            "outline_width_unit": "MM",
        },
    )


def line(colour: str, *, alpha: str = "255", width: str | None = None) -> Symbol:
    """Line; `width` is an expression in millimetres, a hair where not given."""
    return Symbol(
        "SimpleLine",
        {
            "line_color": rgba(colour, alpha),
            "line_style": "solid",
            "line_width": "0.16",
            "line_width_unit": "MM",
            "capstyle": "round",
            "joinstyle": "round",
        },
        {"outlineWidth": width} if width else {},
    )


def single(root: ET.Element, symbol: Symbol) -> None:
    """Add a renderer that draws everything alike."""
    renderer = ET.SubElement(root, "renderer-v2", type="singleSymbol")
    _symbols(renderer, [symbol])


def categorised(
    root: ET.Element,
    column: str,
    categories: Sequence[tuple[str, str, Symbol]],
    *,
    stacked: bool = False,
) -> None:
    """Add a renderer by the values of `column` (value, label, symbol).

    `stacked` draws the first categories on top. An empty value stands for all other values.
    """
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
    for index, (value, label, _) in enumerate(categories):
        ET.SubElement(
            listed,
            "category",
            value=value,
            label=label,
            symbol=str(index),
            render="true",
            type="string",
        )
    _symbols(renderer, [symbol for *_, symbol in categories], stacked=stacked)


def ruled(root: ET.Element, rules: Sequence[Rule], *, heading: str, condition: str = "") -> None:
    """Add a renderer by rules, under one `heading` and the `condition` that all of them share.

    Without a heading the legend has no line for it.
    """
    renderer = ET.SubElement(
        root,
        "renderer-v2",
        type="RuleRenderer",
        enableorderby="0",
        forceraster="0",
        symbollevels="0",
    )
    holder = ET.SubElement(renderer, "rules", key="all")
    if heading:
        holder = ET.SubElement(holder, "rule", key="group", label=heading)
        if condition:
            holder.set("filter", condition)
    for index, rule in enumerate(rules):
        asked = rule.condition
        if condition and not heading:
            asked = f"({condition}) AND ({asked})"
        ET.SubElement(
            holder, "rule", key=f"rule{index}", filter=asked, label=rule.label, symbol=str(index)
        )
    _symbols(renderer, [rule.symbol for rule in rules])


def add_options(parent: ET.Element, options: Mapping[str, str]) -> None:
    """Add a map of options of text."""
    mapped = ET.SubElement(parent, "Option", type="Map")
    for name, value in options.items():
        ET.SubElement(mapped, "Option", name=name, type="QString", value=value)


def _symbols(renderer: ET.Element, symbols: Sequence[Symbol], *, stacked: bool = False) -> None:
    holder = ET.SubElement(renderer, "symbols")
    for index, symbol in enumerate(symbols):
        element = ET.SubElement(
            holder,
            "symbol",
            type=_KINDS[symbol.drawn_as],
            name=str(index),
            alpha="1",
            clip_to_extent="1",
            force_rhr="0",
        )
        drawn_last = len(symbols) - index if stacked else 0
        layer = ET.SubElement(
            element,
            "layer",
            {"class": symbol.drawn_as, "enabled": "1", "locked": "0", "pass": str(drawn_last)},
        )
        add_options(layer, symbol.options)
        if symbol.from_data:
            layer.append(_from_data(symbol.from_data))


def _from_data(expressions: Mapping[str, str]) -> ET.Element:
    holder = ET.Element("data_defined_properties")
    outer = ET.SubElement(holder, "Option", type="Map")
    ET.SubElement(outer, "Option", name="name", type="QString", value="")
    properties = ET.SubElement(outer, "Option", name="properties", type="Map")
    for name, expression in expressions.items():
        one = ET.SubElement(properties, "Option", name=name, type="Map")
        ET.SubElement(one, "Option", name="active", type="bool", value="true")
        ET.SubElement(one, "Option", name="expression", type="QString", value=expression)
        ET.SubElement(one, "Option", name="type", type="int", value="3")
    ET.SubElement(outer, "Option", name="type", type="QString", value="collection")
    return holder
