"""A print layout: the slide that a reader exports from the map.

What belongs here: the page and what stands on it. What does not: the map on it, which is what the
project shows (`geo.maps.geopackage.project`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple
from xml.etree import ElementTree as ET

from geo.vocabulary import Language, Text

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["MAP_ITEM", "Extent", "slide"]

MAP_ITEM = "main"
"""Id of the map on the page, which expressions ask for its layers and its time."""

_WIDTH, _HEIGHT = 338.667, 190.5  # a slide of sixteen by nine, in millimetres
_MARGIN = 8.0
_LEGEND_WIDTH = 78.0
_TITLE_HEIGHT = 14.0
_FOOT_HEIGHT = 7.0
_NAME = Text("Slide", "投影片", "幻灯片")
_MAP, _LABEL, _LEGEND, _SCALE_BAR, _PAGE = "65639", "65641", "65642", "65646", "65638"
_TOP, _MIDDLE = "32", "128"


class Extent(NamedTuple):
    """West, south, east and north in metres of the map's projection."""

    west: float
    south: float
    east: float
    north: float

    def fitted(self, shape: float) -> Extent:
        """Grown to `shape` (width over height), about its middle."""
        width, height = self.east - self.west, self.north - self.south
        wide, high = max(width, height * shape), max(height, width / shape)
        across, up = (wide - width) / 2, (high - height) / 2
        return Extent(self.west - across, self.south - up, self.east + across, self.north + up)


def slide(extent: Extent, *, title: str, source: str, language: Language) -> ET.Element:
    """Layout of one page: title, map, legend of what is on the map, scale bar, and source.

    Parameters
    ----------
    extent : Extent
        What the map shows.
    title, source : str
        Words above and below, in which expressions may stand between [% and %].
    language : Language
        Language of the name of the layout.
    """
    layout = ET.Element(
        "Layout", name=_NAME.in_language(language), units="mm", printResolution="200"
    )
    pages = ET.SubElement(layout, "PageCollection")
    _item(pages, _PAGE, (0, 0, _WIDTH, _HEIGHT), number=0)
    top = _MARGIN + _TITLE_HEIGHT
    bottom = _HEIGHT - _MARGIN - _FOOT_HEIGHT
    left = _MARGIN + _LEGEND_WIDTH + 4
    width, height = _WIDTH - _MARGIN - left, bottom - top
    drawn = _item(
        layout,
        _MAP,
        (left, top, width, height),
        number=1,
        followPreset="false",
        keepLayerSet="false",
        drawCanvasItems="true",
    )
    drawn.set("id", MAP_ITEM)
    shown = extent.fitted(width / height)
    names = ("xmin", "ymin", "xmax", "ymax")
    ET.SubElement(
        drawn, "Extent", {n: f"{value:.0f}" for n, value in zip(names, shown, strict=True)}
    )
    heading = (_MARGIN, _MARGIN - 2, _WIDTH - 2 * _MARGIN, _TITLE_HEIGHT)
    _words(layout, title, heading, number=2, size=24, bold=True)
    legend = _item(
        layout,
        _LEGEND,
        (_MARGIN - 2, top, _LEGEND_WIDTH, height / 2),
        number=3,
        map_uuid=_uuid(1),
        legendFilterByMap="1",
        resizeToContents="1",
        symbolWidth="8",
        symbolHeight="5",
        titleAlignment="1",
        symbolAlignment="1",
        columnCount="1",
        boxSpace="2",
        wrapChar="",
        title="",
    )
    styles = ET.SubElement(legend, "styles")
    for name, size, above in (
        ("title", 14, "0"),
        ("group", 12, "2"),
        ("subgroup", 12, "3"),
        ("symbol", 11, "1.5"),
        ("symbolLabel", 11, "1.5"),
    ):
        style = ET.SubElement(
            styles, "style", name=name, alignment="1", indent="0", marginTop=above, marginLeft="2"
        )
        ET.SubElement(style, "styleFont", description=_font(size, bold=name == "subgroup"))
    bar = _item(
        layout,
        _SCALE_BAR,
        (_MARGIN, bottom - 13, _LEGEND_WIDTH, 12),
        number=4,
        mapUuid=_uuid(1),
        style="Line Ticks Middle",
        unitType="km",
        unitLabel="km",
        numSegments="1",
        numSegmentsLeft="0",
        segmentSizeMode="1",
        minBarWidth="30",
        maxBarWidth="60",
        height="2",
        numMapUnitsPerScaleBarUnit="1",
        outlineWidth="0.3",
        labelBarSpace="2",
        boxContentSpace="1",
    )
    ET.SubElement(bar, "text-style", fontSize="10", fontSizeUnit="Point", textColor="59,59,59,255")
    foot = (_MARGIN, bottom + 1, _WIDTH - 2 * _MARGIN, _FOOT_HEIGHT)
    _words(layout, source, foot, number=5, size=9)
    return layout


def _words(
    layout: ET.Element,
    words: str,
    place: tuple[float, float, float, float],
    *,
    number: int,
    size: int,
    bold: bool = False,
) -> None:
    label = _item(
        layout,
        _LABEL,
        place,
        number=number,
        labelText=words,
        htmlState="0",
        valign=_MIDDLE,
        marginX="0",
        marginY="0",
    )
    ET.SubElement(label, "LabelFont", description=_font(size, bold=bold))
    ET.SubElement(label, "FontColor", red="59", green="59", blue="59", alpha="255")


def _font(size: int, *, bold: bool) -> str:
    """Font as Qt writes it; the family is the system's, which finds Chinese where there is any."""
    return f"Sans Serif,{size},-1,5,{63 if bold else 50},0,0,0,0,0"


def _item(
    parent: ET.Element,
    kind: str,
    place: tuple[float, float, float, float],
    *,
    number: int,
    **options: str,
) -> ET.Element:
    left, top, width, height = place
    attributes: Mapping[str, str] = {
        "type": kind,
        "uuid": _uuid(number),
        "templateUuid": _uuid(number),
        "position": f"{left:g},{top:g},mm",
        "positionOnPage": f"{left:g},{top:g},mm",
        "size": f"{width:g},{height:g},mm",
        "referencePoint": "0",
        "zValue": str(number),
        "visibility": "1",
        "background": "false",
        "frame": "false",
        "opacity": "1",
        "id": "",
        **options,
    }
    return ET.SubElement(parent, "LayoutItem", dict(attributes))


def _uuid(number: int) -> str:
    """Name of an item; the same in every file, since equal maps are equal bytes."""
    return f"{{00000000-0000-4000-8000-{number:012d}}}"
