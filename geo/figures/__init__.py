"""Figures by Matplotlib: for a notebook, a paper, the README and the Dagster UI alike.

Every figure takes `ax` and returns the Axes it drew on; without one it makes a new figure by
pyplot. Words come in three languages. Nothing here loads Matplotlib before something is drawn.
"""

from geo.figures.curves import distance_curve, survival_curve
from geo.figures.embedding import markdown_picture, new_axes
from geo.figures.fonts import NoFontError, chinese_font
from geo.figures.maps import (
    class_categories,
    class_colours,
    class_map,
    measure_map,
    regions_of_industry,
)
from geo.figures.scatters import local_ties_scatter, moran_scatter

__all__ = [
    "NoFontError",
    "chinese_font",
    "class_categories",
    "class_colours",
    "class_map",
    "distance_curve",
    "local_ties_scatter",
    "markdown_picture",
    "measure_map",
    "moran_scatter",
    "new_axes",
    "regions_of_industry",
    "survival_curve",
]
