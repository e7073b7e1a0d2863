"""What the Dagster UI shows of distances: curves with their envelopes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import dagster as dg

if TYPE_CHECKING:
    from geo.concentration.distance_table import DistanceTables
    from geo.vocabulary import Language

__all__ = ["curve_pictures"]


def curve_pictures(tables: DistanceTables, *, language: Language) -> dict[str, Any]:
    """K_d, M and m of the industries that M was tested for."""
    from geo.maps.figures import curve_svg, markdown_image

    tested = tables.industries.dropna(subset="neighbour_ratio_p")["industry"]
    drawings = {
        f"{measure} of {code}": curve_svg(tables.curves, code, language=language, measure=measure)
        for code in tested
        for measure in ("K_d", "M", "m")
    }
    return {
        name: dg.MetadataValue.md(markdown_image(svg, alt=name))
        for name, svg in drawings.items()
        if svg
    }
