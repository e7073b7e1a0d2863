"""A QGIS project of the whole map, which a GeoPackage carries inside itself.

What belongs here: order and visibility of the layers, the projection and the first view. What
does not: the look of a single layer (`geo.maps.qml`), which is repeated here as QGIS wants it.

QGIS lists the project beneath the file in its browser; opening it brings the finished map. A
program that knows nothing of it loses nothing.
"""

from __future__ import annotations

import io
import json
import zipfile
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from geo.maps.paper import main_view
from geo.maps.qml import layer_qml

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from geo.maps.layers import Layer
    from geo.schema import Column
    from geo.vocabulary import Language

__all__ = ["PROJECT_TABLE", "project_row"]

PROJECT_TABLE = "CREATE TABLE qgis_projects (name TEXT PRIMARY KEY, metadata BLOB, content BLOB)"


def project_row(
    layers: Sequence[Layer],
    *,
    file_name: str,
    language: Language,
    aliases: Callable[[Sequence[Column], Language], dict[str, str]],
    stamp: str,
) -> tuple[str, str, str]:
    """Row of the table `qgis_projects`: name, metadata, and the zipped project in hexadecimal.

    Parameters
    ----------
    layers : sequence of Layer
        In drawing order, the first, which is of polygons, at the bottom; at least one.
    file_name : str
        Name of the GeoPackage, without its folder; the project finds its layers by it.
    language : Language
        Language of titles and legends.
    aliases : callable
        Names of columns in a language.
    stamp : str
        Time to write as the last change.
    """
    root = ET.Element("qgis", projectname="jiqun", version="3.22.0")
    ET.SubElement(root, "title").text = "jiqun"
    crs, extent = main_view(layers[0].frame.geometry.to_numpy())
    ET.SubElement(root, "projectCrs").append(_crs(crs))
    tree = ET.SubElement(root, "layer-tree-group")
    visible = {layer.name for layer in layers}
    if "firms" in visible:
        visible.discard("cells")  # both at once is too much; the legend offers them
    for layer in reversed(layers):
        ET.SubElement(
            tree,
            "layer-tree-layer",
            id=_id(layer),
            name=layer.title.in_language(language),
            source=f"./{file_name}|layername={layer.name}",
            providerKey="ogr",
            checked="Qt::Checked" if layer.name in visible else "Qt::Unchecked",
            expanded="1" if layer.name in {"regions", "institutions"} else "0",
        )
    canvas = ET.SubElement(root, "mapcanvas", name="theMapCanvas", annotationsVisible="1")
    ET.SubElement(canvas, "units").text = "meters"
    canvas.append(_extent("extent", extent))
    ET.SubElement(canvas, "destinationsrs").append(_crs(crs))
    holder = ET.SubElement(root, "projectlayers")
    for layer in layers:
        holder.append(_map_layer(layer, file_name, language, aliases(layer.columns, language)))
    properties = ET.SubElement(ET.SubElement(root, "properties"), "SpatialRefSys")
    ET.SubElement(properties, "ProjectionsEnabled", type="int").text = "1"
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        # A fixed time inside the archive: equal maps are equal bytes.
        entry = zipfile.ZipInfo("jiqun.qgs", date_time=(2000, 1, 1, 0, 0, 0))
        entry.compress_type = zipfile.ZIP_DEFLATED
        archive.writestr(entry, ET.tostring(root, encoding="utf-8", xml_declaration=True))
    metadata = json.dumps({"last_modified_time": stamp, "last_modified_user": "jiqun"})
    return "jiqun", metadata, content.getvalue().hex()


def _map_layer(
    layer: Layer, file_name: str, language: Language, aliases: dict[str, str]
) -> ET.Element:
    style = ET.fromstring(layer_qml(layer, language=language, aliases=aliases))  # noqa: S314 - ours
    style.tag = "maplayer"
    del style.attrib["version"]
    style.set("type", "vector")
    style.set("styleCategories", "AllStyleCategories")
    if layer.name == "cells":
        style.set("hasScaleBasedVisibilityFlag", "1")
        style.set("minScale", f"{_smallest_scale(layer):.0f}")
        style.set("maxScale", "0")
    ET.SubElement(style, "id").text = _id(layer)
    ET.SubElement(style, "layername").text = layer.title.in_language(language)
    ET.SubElement(style, "datasource").text = f"./{file_name}|layername={layer.name}"
    ET.SubElement(style, "provider", encoding="UTF-8").text = "ogr"
    ET.SubElement(style, "srs").append(_crs("EPSG:4326"))
    about = ET.SubElement(style, "resourceMetadata")
    ET.SubElement(about, "title").text = layer.title.in_language(language)
    ET.SubElement(about, "abstract").text = layer.description.in_language(language)
    return style


def _smallest_scale(layer: Layer) -> float:
    """Denominator of the scale beyond which cells would cover the regions: 0.7 mm a symbol."""
    return float(layer.frame["symbol_size"].median()) / 0.0007


def _id(layer: Layer) -> str:
    """Name of the layer inside the project; QGIS passes over those of ten characters or less."""
    return f"jiqun_layer_{layer.name}"


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
