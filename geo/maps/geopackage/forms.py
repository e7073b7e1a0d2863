"""What QGIS shows of one feature: names of fields, words for codes, the form, and the map tip.

What belongs here: reading a feature. What does not: how it is drawn (`geo.maps.geopackage.qml`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from geo.maps.measures import MEASURES, QUESTIONS
from geo.maps.notes import VALUES
from geo.vocabulary import CLASSES, INSTITUTION_KINDS, Language, Text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from geo.maps.layers.all_layers import Layer

__all__ = ["add_fields", "words_of"]

_HIDDEN = {"class_label", "kind_label", "from_date"}
"""Columns whose content the form shows in another column."""

_TABS = {
    "verdict": Text("Verdict", "判定", "判定"),
    "size": Text("Size", "規模", "规模"),
    "potential": Text("Potential", "潛力", "潜力"),
}
_PLACE = Text("Where and when", "地點與年份", "地点与年份")
_CONFIDENCE = Text("confidence", "置信度", "置信度")
_PLANTS = Text("establishments", "企業數", "企业数")
_QUOTIENT = Text("quotient", "區位商", "区位商")
_TIES = Text("ties", "條關聯", "条关联")


def add_fields(
    root: ET.Element, layer: Layer, *, language: Language, aliases: Mapping[str, str]
) -> None:
    """Add aliases, words for codes, the form and the map tip of `layer` to its style.

    Parameters
    ----------
    root : Element
        Style to add to.
    layer : Layer
        The layer.
    language : Language
        Language of all words.
    aliases : mapping of str to str
        Column name -> what stands above it.
    """
    holder = ET.SubElement(root, "fieldConfiguration")
    for column in layer.columns:
        field = ET.SubElement(holder, "field", name=column.name, configurationFlags="None")
        field.append(_widget(column.name, language))
    named = ET.SubElement(root, "aliases")
    for index, (column_name, alias) in enumerate(aliases.items()):
        ET.SubElement(named, "alias", field=column_name, index=str(index), name=alias)
    ET.SubElement(root, "editorlayout").text = "tablayout"
    form = ET.SubElement(root, "attributeEditorForm")
    for title, columns in _tabs(layer):
        tab = ET.SubElement(
            form,
            "attributeEditorContainer",
            name=title.in_language(language),
            showLabel="1",
            groupBox="0",
            columnCount="1",
            visibilityExpressionEnabled="0",
            visibilityExpression="",
        )
        for name in columns:
            ET.SubElement(tab, "attributeEditorField", name=name, showLabel="1", index="-1")
    shown = _shown_name(layer)
    if shown:
        ET.SubElement(root, "previewExpression").text = f'"{shown}"'
    tip = _map_tip(layer, language)
    if tip:
        ET.SubElement(root, "mapTip").text = tip


def words_of(column: str) -> Mapping[str, Text]:
    """Words for the codes that stand in `column`; none where it holds no codes."""
    if column == "class":
        return {str(c): style.label for c, style in CLASSES.items()}
    return VALUES.get(column, {})


def _widget(column: str, language: Language) -> ET.Element:
    words = words_of(column) if column != "kind" else VALUES["kind"] | INSTITUTION_KINDS
    if column.startswith(("is_", "has_")):
        # A column of yes and no: QGIS shows a box, half filled where it is not known.
        words = {}
    widget = ET.Element("editWidget", type="ValueMap" if words else "TextEdit")
    config = ET.SubElement(ET.SubElement(widget, "config"), "Option", type="Map")
    if words:
        listed = ET.SubElement(config, "Option", name="map", type="List")
        for code, text in words.items():
            one = ET.SubElement(listed, "Option", type="Map")
            label = text.in_language(language)
            ET.SubElement(one, "Option", name=label, type="QString", value=code)
    elif column.startswith(("is_", "has_")):
        widget.set("type", "CheckBox")
    else:
        is_long = "true" if column in {"reason", "change"} else "false"
        ET.SubElement(config, "Option", name="IsMultiline", type="bool", value=is_long)
    return widget


def _tabs(layer: Layer) -> list[tuple[Text, Sequence[str]]]:
    """Titles of the tabs of the form, and the columns in each."""
    names = [column.name for column in layer.columns if column.name not in _HIDDEN]
    if layer.name != "industries":
        return [(layer.title, names)]
    question_of = {"class": "verdict", "reason": "verdict", "change": "verdict"}
    for measure in MEASURES:
        for column in (measure.low, measure.high, measure.whole, measure.usual, measure.chance):
            if column is not None:
                question_of.setdefault(column, measure.question)
        question_of[measure.column] = measure.question
    titles = {
        "verdict": _TABS["verdict"],
        **{key: text for key, (_, text, _) in QUESTIONS.items()},
        "potential": _TABS["potential"],
        "size": _TABS["size"],
    }
    tabs = [(title, [n for n in names if question_of.get(n) == k]) for k, title in titles.items()]
    place = (_PLACE, [n for n in names if n not in question_of])
    first, *rest = tabs
    return [(title, columns) for title, columns in (first, place, *rest) if columns]


def _shown_name(layer: Layer) -> str | None:
    names = [column.name for column in layer.columns]
    wanted = ("region_name", "firm_name", "name", "kind_label")
    return next((name for name in wanted if name in names), None)


def _map_tip(layer: Layer, language: Language) -> str | None:
    """Words in HTML; expressions of QGIS stand between [% and %]."""
    place = (
        '<b>[% "region_name" %]</b>[% if("parent_name" IS NULL, \'\', \', \' || "parent_name") %]'
    )
    confidence = (
        f"[% if(\"confidence\" IS NULL, '', ' ({_CONFIDENCE.in_language(language)} ' || "
        "round(100 * \"confidence\") || ' %)') %]"
    )
    if layer.name == "regions":
        return (
            f'{place} [% "year" %]<br>[% coalesce("class_label", \'{_no_verdict(language)}\') %]'
            f"[% if(\"cluster_names\" IS NULL, '', '<br>' || \"cluster_names\") %]"
        )
    if layer.name == "industries":
        size = (
            f"{_PLANTS.in_language(language)} [% coalesce(\"establishments\", '?') %], "
            f"{_QUOTIENT.in_language(language)} "
            "[% coalesce(round(\"location_quotient\", 2), '?') %]"
        )
        return (
            f'{place}<br>[% "industry_name" %], [% "year" %]: <b>[% "class_label" %]</b>'
            f'{confidence}<br>{size}<br>[% "reason" %] <i>[% coalesce("change", \'\') %]</i>'
        )
    if layer.name == "region_ties":
        return (
            '<b>[% "from_region" %] → [% "to_region" %]</b><br>[% "kind_label" %]: '
            f'[% "ties" %] {_TIES.in_language(language)}'
        )
    if layer.name == "firms":
        return (
            '<b>[% coalesce("firm_name", "firm_id") %]</b><br>[% "industry_name" %], '
            "[% coalesce(\"class_label\", '') %]<br>[% coalesce(\"tier\", '') %]"
        )
    if layer.name == "institutions":
        return '<b>[% coalesce("name", "institution_id") %]</b><br>[% "kind_label" %]'
    return None


def _no_verdict(language: Language) -> str:
    from geo.vocabulary import NO_VERDICT

    return NO_VERDICT.in_language(language)
