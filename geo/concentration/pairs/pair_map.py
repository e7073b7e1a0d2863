"""Pairs of industries over the map: where one stands beside the other.

Here belongs the table of bivariate local Moran's I for pairs that trade. The statistic is in
`autocorrelation`; whether two industries choose the same regions is in `coagglomeration_indices`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geo.concentration.cells.false_discovery import q_values
from geo.concentration.map._map_variables import check_cells, years_of_map
from geo.concentration.map.adaptive import Adaptive
from geo.concentration.map.autocorrelation import QUADRANTS, local_moran_pairs

if TYPE_CHECKING:
    from libpysal.graph import Graph

    from geo.concentration.map._map_variables import Year

__all__ = ["pair_neighbourhoods"]

_PAIR = ["industry_key", "other_industry_key"]
_COLUMNS = ["year", "region_key", *_PAIR, "pair_moran_i", "pair_moran_q", "pair_moran_quadrant"]


def pair_neighbourhoods(
    cells: pd.DataFrame,
    strength: pd.DataFrame,
    *,
    graph: Graph,
    most_pairs: int = 20,
    permutations: int = 999,
    most_permutations: int = 999_999,
    seed: int = 0,
    significance: float = 0.05,
) -> pd.DataFrame:
    """Where an industry stands beside another that it trades with: bivariate local Moran's I.

    For the `most_pairs` pairs of industries that depend most on each other's goods, each looked at
    from both sides. The variables are those of `map_autocorrelation`. What both do in the region
    itself does not enter: it is about what lies across the border, which measures within regions
    do not see.

    Parameters
    ----------
    cells : DataFrame
        One row per year, region_key and industry_key, with location_quotient.
    strength : DataFrame
        industry_key, other_industry_key and input_output, as `input_output_strength` gives them.
    graph : Graph
        Neighbours of the regions, in their order.
    most_pairs : int, default 20
        How many pairs of different industries are looked at, in each year among those there.
    permutations, most_permutations : int
        Replicates of each test, and those up to which tests go on that few of them reach.
    seed : int
        Not negative.
    significance : float
        The false-discovery rate at which the tests are to be able to reject.

    Returns
    -------
    DataFrame
        One row per year, pair in either order, and region that has the first of them: year,
        region_key, industry_key, other_industry_key, pair_moran_i, pair_moran_q (upper tail: both
        high or both low; Benjamini-Hochberg over the rows of the year) and pair_moran_quadrant
        (the industry here, the other around). Missing where there is no answer.

    Raises
    ------
    GeoError
        If a column is missing, a cell is there twice, or a region_key is on no map.

    References
    ----------
    .. [1] Anselin, L., Syabri, I., Smirnov, O. (2002). Visualizing multivariate spatial
       correlation with dynamically linked windows. New Tools for Spatial Data Analysis.

    Examples
    --------
    On a row of four regions the first industry stands in the first, the second in the next two:

    >>> from libpysal.graph import Graph
    >>> path = Graph.from_arrays([0, 1, 1, 2, 2, 3], [1, 0, 2, 1, 3, 2], [1.0] * 6)
    >>> cells = pd.DataFrame({"year": 2020, "region_key": [0, 1, 1, 2, 3],
    ...                       "industry_key": [0, 0, 1, 1, 2],
    ...                       "location_quotient": [3.0, 1.0, 2.0, 2.0, 4.0]})
    >>> trade = pd.DataFrame({"industry_key": [0], "other_industry_key": [1],
    ...                       "input_output": [0.3]})
    >>> table = pair_neighbourhoods(cells, trade, graph=path, permutations=99)
    >>> table.query("industry_key == 0 and region_key == 0")["pair_moran_quadrant"].tolist()
    ['high-high']
    """
    check_cells(cells, graph.n)
    trade = strength[strength["industry_key"] != strength["other_industry_key"]]
    trade = trade.sort_values(["input_output", *_PAIR], ascending=[False, True, True])
    parts = []
    for year in years_of_map(cells, graph.n, seed):
        there = trade[_PAIR].isin(year.industries).all(axis=1)
        pairs = trade.loc[there & (trade["input_output"] > 0), _PAIR].head(most_pairs).to_numpy()
        if len(pairs):
            both = np.concatenate([pairs, pairs[:, ::-1]])
            options = {"permutations": permutations, "seed": year.seed}
            parts.append(_of_year(year, both, graph, options, most_permutations, significance))
    if not parts:
        return _nothing()
    return pd.concat(parts, ignore_index=True)[_COLUMNS]


def _of_year(
    year: Year,
    pairs: np.ndarray[tuple[int, int], np.dtype[np.int64]],
    graph: Graph,
    options: dict[str, int],
    most: int,
    significance: float,
) -> pd.DataFrame:
    own, other = year.industries.searchsorted(pairs.T)
    region, column = year.place
    has = np.zeros(year.variables.shape, dtype=bool)
    has[region, column] = True
    tested = has[:, own]
    plan = Adaptive(most=most, significance=significance, tested=tested)
    values = year.variables
    found = local_moran_pairs(values[:, own], values[:, other], graph, adaptive=plan, **options)
    pair, place = np.nonzero(tested.T)
    code = found.quadrant_code[place, pair]
    quadrant = pd.Series(np.array(QUADRANTS)[code], dtype="str")
    return pd.DataFrame(
        {
            "year": year.year,
            "region_key": place,
            "industry_key": pairs[pair, 0],
            "other_industry_key": pairs[pair, 1],
            "pair_moran_i": found.moran_i[place, pair],
            "pair_moran_q": q_values(found.p_upper[place, pair]),
            "pair_moran_quadrant": quadrant.mask(code == 0),
        }
    )


def _nothing() -> pd.DataFrame:
    """Return the columns of the result without rows."""
    kinds = dict.fromkeys(_COLUMNS, "int64")
    kinds |= {"pair_moran_i": "float64", "pair_moran_q": "float64", "pair_moran_quadrant": "str"}
    return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in kinds.items()})
