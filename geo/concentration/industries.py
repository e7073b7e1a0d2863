"""Industries: everything that is measured of an industry as a whole, in one table.

What belongs here: laying the measures of an industry and year side by side. What does not: the
measures (`indices`, `glaeser_table`, `map_table`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals as nw

from geo.concentration.glaeser_table import ellison_glaeser_by_industry
from geo.concentration.indices import industry_indices

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from libpysal.graph import Graph

__all__ = ["industry_concentration", "plant_sizes"]

_KEY = ["year", "industry_key"]


def plant_sizes(establishments: nw.LazyFrame[Any]) -> pd.DataFrame:
    """How many plants of an industry have how many jobs, in each year.

    Parameters
    ----------
    establishments : LazyFrame
        Columns year, industry_key, employment; one row per firm and year.

    Returns
    -------
    DataFrame
        year, industry_key, employment, establishments, sorted; plants whose jobs are not known
        are left out.
    """
    counts = (
        establishments.filter(~nw.col("employment").is_null())
        .group_by(*_KEY, "employment")
        .agg(nw.len().alias("establishments"))
        .collect()
        .to_pandas()
    )
    return counts.sort_values([*_KEY, "employment"], ignore_index=True)


def industry_concentration(
    cells: pd.DataFrame,
    sizes: pd.DataFrame,
    of_the_map: Sequence[pd.DataFrame],
    margins: pd.DataFrame | None = None,
    *,
    graph: Graph | None = None,
    seed: int = 0,
) -> pd.DataFrame:
    """Measures of every industry and year.

    Parameters
    ----------
    cells : DataFrame
        year, region_key, industry_key, establishments, employment, employment_square_sum.
    sizes : DataFrame
        As `plant_sizes` returns it; may be empty.
    of_the_map : sequence of DataFrame
        Tables with year, industry_key and measures of autocorrelation, such as moran_i.
    margins : DataFrame, optional
        Published totals.
    graph : Graph, optional
        Neighbours by region_key, for the index of plants that looks across borders.
    seed : int
        Start of the random numbers.

    Returns
    -------
    DataFrame
        One row per year and industry: gini, hoover, theil, herfindahl, krugman,
        regions_with_industry, measured_by, ellison_glaeser, maurel_sedillot, ellison_glaeser_p,
        ellison_glaeser_low, ellison_glaeser_high, with a graph neighbour_ellison_glaeser and
        neighbour_ellison_glaeser_p, and the measures `of_the_map`.

    See Also
    --------
    geo.concentration.indices, geo.concentration.glaeser_table : Where its columns come from.
    """
    indices = industry_indices(cells, margins)
    glaeser = ellison_glaeser_by_industry(
        cells, sizes if len(sizes) else None, margins=margins, graph=graph, seed=seed
    ).drop(columns="measured_by")
    table = indices.merge(glaeser, on=_KEY, validate="one_to_one")
    for measures in of_the_map:
        table = table.merge(measures, on=_KEY, how="left", validate="one_to_one")
    return table
