"""Moran's I once more, by `esda`: a second opinion on one industry of every year."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geo.concentration.map._map_variables import check_cells, years_of_map

if TYPE_CHECKING:
    from libpysal.graph import Graph

__all__ = ["moran_by_esda"]


def moran_by_esda(cells: pd.DataFrame, overall: pd.DataFrame, graph: Graph) -> pd.DataFrame:
    """Global Moran's I of the industry with most cells of every year, beside that of `esda`.

    Parameters
    ----------
    cells : DataFrame
        As for `map_table.map_autocorrelation`.
    overall : DataFrame
        As it returns it: year, industry_key, moran_i.
    graph : Graph
        Neighbours of the regions, in their order.

    Returns
    -------
    DataFrame
        year, industry_key, moran_i, moran_i_esda; no row for a year in which no industry has an
        answer.

    Raises
    ------
    GeoError
        As `map_table.map_autocorrelation`.

    References
    ----------
    .. [1] Rey, S. J., Anselin, L. (2007). PySAL: a Python library of spatial analytical methods.
       The Review of Regional Studies 37(1), 5-27.
    """
    from esda import Moran

    check_cells(cells, graph.n)
    answered = overall.dropna(subset="moran_i").set_index(["year", "industry_key"])["moran_i"]
    found = []
    for year in years_of_map(cells, graph.n, seed=0):
        ours = answered[answered.index.get_level_values("year") == year.year]
        size = year.cells["industry_key"].value_counts()
        size = size[size.index.isin(ours.index.get_level_values("industry_key"))]
        if size.empty:
            continue
        # Of industries of one size the first, so that the choice is always the same.
        industry = int(size.index[size == size.max()].min())
        values = year.variables[:, int(year.industries.searchsorted(industry))]
        known = np.isfinite(values)
        neighbours = graph.subgraph(graph.unique_ids[known])
        theirs = Moran(values[known], neighbours, permutations=0).I
        found.append((year.year, industry, float(ours[(year.year, industry)]), float(theirs)))
    return pd.DataFrame(found, columns=["year", "industry_key", "moran_i", "moran_i_esda"])
