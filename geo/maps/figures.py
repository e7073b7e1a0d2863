"""Figures as SVG text, and as Markdown: the door to the map and the charts.

What belongs here: what others draw with. What does not: the page around the figures
(`geo.maps.explorer`) and the layers for a geographic information system (`geo.maps.layers`).
"""

from __future__ import annotations

import base64

from geo.maps.choropleth import map_svg
from geo.maps.curves import curve_svg
from geo.maps.spillover import moran_scatter_svg, quadrants_svg

__all__ = [
    "curve_svg",
    "map_svg",
    "markdown_image",
    "moran_scatter_svg",
    "quadrants_svg",
]


def markdown_image(svg: str, alt: str, *, max_bytes: int = 200_000) -> str:
    """Markdown image with `svg` inside it as a data URI.

    Parameters
    ----------
    svg : str
        An `svg` element.
    alt : str
        What the picture shows, in words.
    max_bytes : int
        Largest size of the result.

    Returns
    -------
    str
        Markdown; where the picture would be larger than `max_bytes`, its words alone, since no
        run should fail for a preview.

    Examples
    --------
    >>> markdown_image("<svg/>", "nothing")
    '![nothing](data:image/svg+xml;base64,PHN2Zy8+)'
    """
    data = base64.b64encode(svg.encode()).decode()
    words = alt.replace("[", "(").replace("]", ")")
    image = f"![{words}](data:image/svg+xml;base64,{data})"
    if len(image) > max_bytes:
        return f"*{words}* ({len(image):,} bytes: too large to show here)"
    return image
