"""What the Dagster UI shows of distances: curves with their envelopes."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from geo.concentration.distance.distance_table import DistanceTables
    from geo.vocabulary import Language

__all__ = ["curve_pictures"]


def curve_pictures(tables: DistanceTables, *, language: Language) -> dict[str, Any]:
    """K_d, M and m of the industries that M was tested for."""
    from geo.figures import distance_curve
    from pipelines.pictures import pictures

    def drawn(code: str, measure: str, ax: Axes, language: Language) -> Axes:
        return distance_curve(tables.curves, code, measure=measure, ax=ax, language=language)

    tested = tables.industries.dropna(subset="neighbour_ratio_p")["industry"]
    drawings = {
        f"{measure} of {code}": partial(drawn, code, measure)
        for code in tested
        for measure in ("K_d", "M", "m")
    }
    return pictures(drawings, language=language)
