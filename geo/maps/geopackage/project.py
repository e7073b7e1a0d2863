"""A QGIS project of the whole map, which a GeoPackage carries inside itself.

What belongs here: order and visibility of the layers, themes, projection and first view. What
does not: the look of a single layer (`geo.maps.geopackage.qml`), which is repeated here as QGIS
wants it.

QGIS lists the project beneath the file in its browser; opening it brings the finished map. A
program that knows nothing of it loses nothing.
"""

from __future__ import annotations

import io
import json
import zipfile
from typing import TYPE_CHECKING, NamedTuple
from xml.etree import ElementTree as ET

from geo.maps.geopackage.print_layout import MAP_ITEM, Extent, slide
from geo.maps.geopackage.qml import layer_qml, styles_of
from geo.maps.geopackage.symbols import add_options
from geo.maps.paper import main_view
from geo.vocabulary import Language, Text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from geo.maps.layers.all_layers import Layer

__all__ = ["PROJECT_TABLE", "Theme", "project_row", "themes_of"]

PROJECT_TABLE = "CREATE TABLE qgis_projects (name TEXT PRIMARY KEY, metadata BLOB, content BLOB)"

_UNTITLED = {"borders", "industries"}
"""Layers whose legend on paper says by itself what is drawn."""
_OVERVIEW = Text("Regions by class", "區域（按類型）", "区域（按类型）")
_ONE_INDUSTRY = Text("One industry", "單一行業", "单一行业")
_TIES = Text("Ties between regions", "區域間關聯", "区域间关联")
_FIRMS = Text("Firms and institutions", "企業與機構", "企业与机构")
_FREE = Text("Clusters free of borders", "跨界集群與足跡", "跨界集群与足迹")


class Theme(NamedTuple):
    """One way to look at the map."""

    name: Text
    styles: Mapping[str, str]
    """Layers that it shows, each in one of its styles."""


def themes_of(layers: Sequence[Layer]) -> list[Theme]:
    """Ways to look at a map of `layers`; the first is the one it opens with."""
    by_name = {layer.name: layer for layer in layers}
    found = [Theme(_OVERVIEW, {"regions": "class"})]
    for style in styles_of(by_name["industries"]) if "industries" in by_name else ():
        name = Text(*(f"{one}: {of}" for one, of in zip(_ONE_INDUSTRY, style.name, strict=True)))
        found.append(Theme(name, {"borders": "absent", "industries": style.key}))
    beside = (
        (_TIES, ("region_ties",)),
        (_FIRMS, ("drivers", "firms", "institutions")),
        (_FREE, ("footprints", "functional_clusters")),
    )
    for name, wanted in beside:
        there = [n for n in wanted if n in by_name]
        if there and there != ["drivers"]:
            found.append(Theme(name, dict.fromkeys(["borders", *there], "plain")))
    return found


def project_row(
    layers: Sequence[Layer],
    *,
    file_name: str,
    language: Language,
    aliases: Mapping[str, Mapping[str, str]],
    source: str,
    stamp: str,
) -> tuple[str, str, str]:
    """Row of the table `qgis_projects`: name, metadata, and the zipped project in hexadecimal.

    Parameters
    ----------
    layers : sequence of Layer
        In drawing order, the borders at the bottom; at least these.
    file_name : str
        Name of the GeoPackage, without its folder; the project finds its layers by it.
    language : Language
        Language of titles and legends.
    aliases : mapping of str to mapping
        Layer -> column -> its name in the language.
    source : str
        What stands below a printed map.
    stamp : str
        Time to write as the last change.
    """
    root = ET.Element("qgis", projectname="jiqun", version="3.22.0")
    ET.SubElement(root, "title").text = "jiqun"
    crs, extent = main_view(layers[0].frame.geometry.to_numpy())
    ET.SubElement(root, "projectCrs").append(_crs(crs))
    themes = themes_of(layers)
    root.append(_tree(layers, themes[0], file_name, language))
    canvas = ET.SubElement(root, "mapcanvas", name="theMapCanvas", annotationsVisible="1")
    ET.SubElement(canvas, "units").text = "meters"
    canvas.append(_extent("extent", extent))
    ET.SubElement(canvas, "destinationsrs").append(_crs(crs))
    holder = ET.SubElement(root, "projectlayers")
    for layer in layers:
        style = themes[0].styles.get(layer.name, styles_of(layer)[0].key)
        holder.append(_map_layer(layer, file_name, language, aliases[layer.name], style))
    presets = ET.SubElement(root, "visibility-presets")
    for theme in themes:
        presets.append(_preset(theme, layers, language))
    _times(root, layers)
    title = _title(layers, language)
    layouts = ET.SubElement(root, "Layouts")
    layouts.append(slide(Extent(*extent), title=title, source=source, language=language))
    properties = ET.SubElement(root, "properties")
    spatial = ET.SubElement(properties, "SpatialRefSys")
    ET.SubElement(spatial, "ProjectionsEnabled", type="int").text = "1"
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        # A fixed time inside the archive: equal maps are equal bytes.
        entry = zipfile.ZipInfo("jiqun.qgs", date_time=(2000, 1, 1, 0, 0, 0))
        entry.compress_type = zipfile.ZIP_DEFLATED
        archive.writestr(entry, ET.tostring(root, encoding="utf-8", xml_declaration=True))
    metadata = json.dumps({"last_modified_time": stamp, "last_modified_user": "jiqun"})
    return "jiqun", metadata, content.getvalue().hex()


def _tree(layers: Sequence[Layer], first: Theme, file_name: str, language: Language) -> ET.Element:
    tree = ET.Element("layer-tree-group")
    for layer in reversed(layers):
        is_shown = layer.name in first.styles
        node = ET.SubElement(
            tree,
            "layer-tree-layer",
            id=_id(layer.name),
            name=layer.title.in_language(language),
            source=_source(layer, file_name),
            providerKey="ogr",
            checked="Qt::Checked" if is_shown else "Qt::Unchecked",
            expanded="1" if is_shown else "0",
        )
        if layer.name in _UNTITLED:
            add_options(ET.SubElement(node, "customproperties"), {"legend/title-style": "hidden"})
    return tree


def _map_layer(
    layer: Layer, file_name: str, language: Language, aliases: Mapping[str, str], current: str
) -> ET.Element:
    def styled(key: str) -> ET.Element:
        text = layer_qml(layer, language=language, aliases=aliases, style=key)
        return ET.fromstring(text)  # noqa: S314 - ours

    element = styled(current)
    element.tag = "maplayer"
    del element.attrib["version"]
    element.set("type", "vector")
    element.set("styleCategories", "AllStyleCategories")
    ET.SubElement(element, "id").text = _id(layer.name)
    ET.SubElement(element, "layername").text = layer.title.in_language(language)
    ET.SubElement(element, "datasource").text = _source(layer, file_name)
    ET.SubElement(element, "provider", encoding="UTF-8").text = "ogr"
    ET.SubElement(element, "srs").append(_crs("EPSG:4326"))
    about = ET.SubElement(element, "resourceMetadata")
    ET.SubElement(about, "title").text = layer.title.in_language(language)
    ET.SubElement(about, "abstract").text = layer.description.in_language(language)
    styles = styles_of(layer)
    name_of = {style.key: style.name.in_language(language) for style in styles}
    manager = ET.SubElement(element, "map-layer-style-manager", current=name_of[current])
    for key, name in name_of.items():
        one = ET.SubElement(manager, "map-layer-style", name=name)
        if key != current:  # of the current one the layer itself is the style
            one.append(styled(key))
    return element


def _preset(theme: Theme, layers: Sequence[Layer], language: Language) -> ET.Element:
    preset = ET.Element(
        "visibility-preset",
        {"name": theme.name.in_language(language), "has-expanded-info": "1"},
    )
    for layer in layers:  # QGIS hides what a theme does not name
        if layer.name in theme.styles:
            names = {style.key: style.name.in_language(language) for style in styles_of(layer)}
            name = names[theme.styles[layer.name]]
            ET.SubElement(
                preset, "layer", id=_id(layer.name), visible="1", expanded="1", style=name
            )
    return preset


def _times(root: ET.Element, layers: Sequence[Layer]) -> None:
    """First and last day of what the time slider runs over, a year a step."""
    years = [y for layer in layers if layer.is_yearly for y in layer.frame["year"].unique()]
    if not years:
        return
    settings = ET.SubElement(
        root,
        "ProjectTimeSettings",
        frameRate="1",
        timeStep="1",
        timeStepUnit="y",
        cumulativeTemporalRange="0",
    )
    span = ET.SubElement(settings, "TemporalRange")
    ET.SubElement(span, "start").text = f"{min(years)}-01-01T00:00:00Z"
    ET.SubElement(span, "end").text = f"{max(years) + 1}-01-01T00:00:00Z"


def _title(layers: Sequence[Layer], language: Language) -> str:
    """What the printed map shows: the industry where one is shown, and the year."""
    yearly = next((layer for layer in layers if layer.is_yearly), None)
    if yearly is None:
        return _OVERVIEW.in_language(language)
    variables = f"item_variables('{MAP_ITEM}')"
    year = f"coalesce(year(map_get({variables}, 'map_start_time')), {yearly.last_year})"
    name = f"aggregate('{_id('industries')}', 'max', \"industry_name\")"
    return (
        f"[% if(array_contains(map_get({variables}, 'map_layer_ids'), '{_id('industries')}'), "
        f"{name}, '{_OVERVIEW.in_language(language)}') %] [% {year} %]"
    )


def _source(layer: Layer, file_name: str) -> str:
    chosen = f"|subset={layer.filtered}" if layer.filtered else ""
    return f"./{file_name}|layername={layer.name}{chosen}"


def _id(name: str) -> str:
    """Name of the layer inside the project; QGIS passes over those of ten characters or less."""
    return f"jiqun_layer_{name}"


def _crs(definition: str) -> ET.Element:
    import pyproj

    crs = pyproj.CRS.from_user_input(definition)
    holder = ET.Element("spatialrefsys")
    ET.SubElement(holder, "wkt").text = crs.to_wkt("WKT2_2019")
    if definition.startswith("EPSG:"):
        ET.SubElement(holder, "authid").text = definition
        ET.SubElement(holder, "srid").text = definition.removeprefix("EPSG:")
    else:
        ET.SubElement(holder, "proj4").text = definition
        ET.SubElement(holder, "description").text = "Lambert azimuthal equal-area"
    ET.SubElement(holder, "geographicflag").text = "true" if crs.is_geographic else "false"
    return holder


def _extent(tag: str, extent: tuple[float, float, float, float]) -> ET.Element:
    holder = ET.Element(tag)
    margin = 0.03 * (extent[2] - extent[0])
    grown = (extent[0] - margin, extent[1] - margin, extent[2] + margin, extent[3] + margin)
    for name, value in zip(("xmin", "ymin", "xmax", "ymax"), grown, strict=True):
        ET.SubElement(holder, name).text = f"{value:.0f}"
    return holder
