"""The map side of test A as tables: spatial statistics of every industry and year.

Here belongs what turns cells into variables on a map and results back into rows. The statistics
themselves stand in `autocorrelation`, the location quotients in `quotients`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geo.concentration.cells.false_discovery import q_values
from geo.concentration.map._map_variables import check_cells, years_of_map
from geo.concentration.map._variables import lag
from geo.concentration.map.adaptive import Adaptive
from geo.concentration.map.autocorrelation import QUADRANTS, local_moran, moran_i
from geo.concentration.map.geary import geary_c, local_geary
from geo.concentration.map.getis_ord import general_g, local_g
from geo.concentration.map.neighbours import contiguity_graph, graph_rows
from geo.vocabulary import Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    import numpy.typing as npt
    from libpysal.graph import Graph

    from geo.concentration.map._map_variables import Year
    from geo.concentration.map.autocorrelation import GlobalMoran, LocalMoran
    from geo.concentration.map.geary import GlobalGeary, LocalGeary
    from geo.concentration.map.getis_ord import GlobalG, LocalG

    Counts = npt.NDArray[np.int32]
    Floats = npt.NDArray[np.float64]
    Integers = npt.NDArray[np.int64]

__all__ = ["map_autocorrelation", "map_hot_spots", "moran_by_esda", "moran_scatter"]


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


def map_autocorrelation(
    cells: pd.DataFrame,
    regions: gpd.GeoDataFrame,
    *,
    permutations: int = 999,
    most_permutations: int = 999_999,
    seed: int = 0,
    graph: Graph | None = None,
    significance: float = 0.05,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Local Moran's I of every cell and global Moran's I of every industry, by year.

    The variable of an industry in a year is its location quotient by establishments, or by
    employment where none by establishments is known. A region in which the industry has no plant
    has 0; a region without any establishment in the year has no quotient and is not on that
    year's map; a quotient that is not known is missing, not 0.

    Parameters
    ----------
    cells : DataFrame
        One row per year, region_key and industry_key, with location_quotient and, if at hand,
        location_quotient_employment and region_total (establishments or jobs of the whole
        region; without it, a region is on the map in the years in which it has cells).
    regions : GeoDataFrame
        Polygons in EPSG:4326; region_key is the position in it.
    permutations : int
        Replicates of each test.
    most_permutations : int
        Replicates up to which local tests go on, where few replicates reach a cell and the
        correction for many tests could not pass it yet (`adaptive.Adaptive`).
    seed : int
        Not negative. A year's figures do not depend on what other years are there.
    graph : Graph, optional
        Neighbours of the regions, in their order; queen contiguity if not given.
    significance : float
        The false-discovery rate that the warning is about.

    Returns
    -------
    local : DataFrame
        One row per row of `cells` and in their order: year, region_key, industry_key,
        local_moran_i, local_moran_p (two-sided), local_moran_q (Benjamini-Hochberg over the
        year's cells), local_moran_quadrant, local_moran_reason. Where there is no answer the
        reason is `not_known` (the quotient is not), `island` (no neighbour on the year's map),
        `constant` or `one_region` (the industry's quotients vary nowhere, or in one region only);
        else it is missing. `local.attrs["warnings"]` lists, by year, where the smallest
        p that so many permutations can give is too large for the correction, each in the three
        languages of `geo.vocabulary.Text`.
    overall : DataFrame
        One row per year and industry: year, industry_key, moran_i, moran_p (upper tail) and
        moran_reason (`constant`, `one_region`, `no_neighbours`, or missing).

    Raises
    ------
    GeoError
        If a column is missing, a cell is there twice, or a region_key is on no map.

    References
    ----------
    .. [1] Benjamini, Y., Hochberg, Y. (1995). Controlling the false discovery rate. Journal of
       the Royal Statistical Society B 57, 289-300.

    Examples
    --------
    Four squares in a row; the industry stands in the first two, and the last has other plants:

    >>> import geopandas as gpd
    >>> from shapely import box
    >>> regions = gpd.GeoDataFrame(geometry=[box(x, 0, x + 1, 1) for x in range(4)], crs=4326)
    >>> cells = pd.DataFrame(
    ...     {
    ...         "year": 2020,
    ...         "region_key": [0, 1, 2, 3],
    ...         "industry_key": [0, 0, 1, 1],
    ...         "location_quotient": [2.0, 2.0, 2.0, 2.0],
    ...     }
    ... )
    >>> local, overall = map_autocorrelation(cells, regions)
    >>> local.local_moran_i.tolist()
    [0.75, 0.0, 0.0, 0.75]
    >>> overall.moran_i.tolist()
    [0.5, 0.5]
    """
    check_cells(cells, len(regions))
    graph = contiguity_graph(regions) if graph is None else graph
    local, overall, warnings = [_EMPTY[_LOCAL]], [_EMPTY[_OVERALL]], []
    for year in years_of_map(cells, len(regions), seed):
        plan = Adaptive(most=most_permutations, significance=significance, tested=year.tested)
        options = {"permutations": permutations, "seed": year.seed}
        near = local_moran(year.variables, graph, adaptive=plan, **options)
        local.append(_local_rows(year, near))
        warnings += _floor_warning(local[-1], year, near.replicates, significance)
        overall.append(_overall_rows(year, moran_i(year.variables, graph, **options)))
    result = pd.concat(local).sort_index().set_axis(cells.index)
    result.attrs["warnings"] = warnings
    return result, pd.concat(overall, ignore_index=True)


def map_hot_spots(
    cells: pd.DataFrame,
    regions: gpd.GeoDataFrame,
    *,
    permutations: int = 999,
    most_permutations: int = 999_999,
    seed: int = 0,
    graph: Graph | None = None,
    significance: float = 0.05,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Getis and Ord's G* and local Geary of every cell, and both globally, by year.

    A second look at the variables of `map_autocorrelation`, with the same errors: G* asks for much
    around a cell whatever stands in it, Geary for likeness whatever its level.

    Parameters
    ----------
    cells, regions, permutations, most_permutations, seed, graph, significance
        As in `map_autocorrelation`.

    Returns
    -------
    local : DataFrame
        One row per row of `cells` and in their order: year, region_key, industry_key, hot_spot_z
        (the standard deviate G*), hot_spot_p (upper tail), hot_spot_q (Benjamini-Hochberg over the
        year's cells), local_geary_c, local_geary_p (two-sided).
    overall : DataFrame
        One row per year and industry: year, industry_key, geary_c, geary_p (lower tail: likeness
        of neighbours), general_g, general_g_p (upper tail: much beside much).

    See Also
    --------
    geo.concentration.map.getis_ord, geo.concentration.map.geary : The formulas and their sources.

    Examples
    --------
    Four squares in a row; the industry stands in the first two, and the last has other plants:

    >>> import geopandas as gpd
    >>> from shapely import box
    >>> regions = gpd.GeoDataFrame(geometry=[box(x, 0, x + 1, 1) for x in range(4)], crs=4326)
    >>> cells = pd.DataFrame(
    ...     {
    ...         "year": 2020,
    ...         "region_key": [0, 1, 2, 3],
    ...         "industry_key": [0, 0, 1, 1],
    ...         "location_quotient": [2.0, 2.0, 2.0, 2.0],
    ...     }
    ... )
    >>> local, overall = map_hot_spots(cells, regions)
    >>> local.hot_spot_z.round(3).tolist()
    [1.732, 1.0, 1.0, 1.732]
    >>> overall.general_g.tolist()
    [1.0, 1.0]
    """
    check_cells(cells, len(regions))
    graph = contiguity_graph(regions) if graph is None else graph
    local, overall = [_EMPTY[_SPOTS]], [_EMPTY[_OVERALL_SPOTS]]
    for year in years_of_map(cells, len(regions), seed):
        plan = Adaptive(most=most_permutations, significance=significance, tested=year.tested)
        options = {"permutations": permutations, "seed": year.seed}
        local.append(
            _spot_rows(
                year,
                local_g(year.variables, graph, star=True, adaptive=plan, **options),
                local_geary(year.variables, graph, adaptive=plan, **options),
            )
        )
        overall.append(
            _overall_spot_rows(
                year,
                geary_c(year.variables, graph, **options),
                general_g(year.variables, graph, **options),
            )
        )
    result = pd.concat(local).sort_index().set_axis(cells.index)
    return result, pd.concat(overall, ignore_index=True)


def moran_scatter(
    cells: pd.DataFrame, graph: Graph, *, year: int, industry_key: int
) -> pd.DataFrame:
    r"""Points of the Moran scatter: every region's quotient and the mean of its neighbours'.

    The slope of :math:`\sum_j w_{ij} x_j` on :math:`x_i`, with weights that add up to one, is
    Moran's I where no region is an island.

    Parameters
    ----------
    cells : DataFrame
        As for `map_autocorrelation`.
    graph : Graph
        Neighbours of the regions, in their order.
    year, industry_key : int
        What to show.

    Returns
    -------
    DataFrame
        One row per region: value, around. NaN where the quotient is not known, or off the year's
        map, or the region is an island.

    Raises
    ------
    GeoError
        If a column is missing, a cell is there twice, or a region_key is on no map.

    References
    ----------
    .. [1] Anselin, L. (1996). The Moran scatterplot as an ESDA tool to assess local instability in
       spatial association. Spatial Analytical Perspectives on GIS, 111-125.

    Examples
    --------
    >>> from libpysal.graph import Graph
    >>> path = Graph.from_arrays([0, 1, 1, 2], [1, 0, 2, 1], [1.0] * 4)
    >>> cells = pd.DataFrame({"year": 2020, "region_key": [0, 1, 2], "industry_key": 0,
    ...                       "location_quotient": [1.0, 2.0, 3.0]})
    >>> moran_scatter(cells, path, year=2020, industry_key=0)["around"].tolist()
    [2.0, 2.0, 2.0]
    """
    check_cells(cells, graph.n)
    (one,) = years_of_map(cells[cells["year"] == year], graph.n, 0)
    value = one.variables[:, one.industries.searchsorted(industry_key)]
    known = np.isfinite(value)
    rows = graph_rows(graph, keep=known)
    around = np.full(graph.n, np.nan)
    around[known] = np.where(rows.neighbours > 0, lag(value[known][None, :], rows)[0], np.nan)
    return pd.DataFrame({"value": value, "around": around})


def _local_rows(year: Year, result: LocalMoran) -> pd.DataFrame:
    two_sided = result.p_two_sided[year.place]
    code = result.quadrant_code[year.place]
    quadrant = pd.Series(np.array(QUADRANTS)[code], index=year.cells.index, dtype="str")
    reason = pd.Series(_why_none(year, result), index=year.cells.index, dtype="str")
    return year.cells[_CELL].assign(
        local_moran_i=result.moran_i[year.place],
        local_moran_p=two_sided,
        local_moran_q=q_values(two_sided),
        local_moran_quadrant=quadrant.mask(code == 0),
        local_moran_reason=reason.mask(reason == ""),
    )


def _why_none(year: Year, result: LocalMoran) -> npt.NDArray[np.str_]:
    """Why each cell of the year has no local Moran's I; empty where it has one."""
    _, column = year.place
    none = np.isnan(result.moran_i[year.place])
    unknown = np.isnan(year.variables[year.place])
    of_variable = result.reason[column].astype("<U16")
    found: npt.NDArray[np.str_] = np.select(
        [~none, unknown, of_variable != "", result.neighbours[year.place] == 0],
        ["", "not_known", of_variable, "island"],
        default="",
    )
    return found


def _overall_rows(year: Year, result: GlobalMoran) -> pd.DataFrame:
    reason = pd.Series(result.reason, dtype="str").mask(result.reason == "")
    figures = {"moran_i": result.moran_i, "moran_p": result.p_upper, "moran_reason": reason}
    return pd.DataFrame({"year": year.year, "industry_key": year.industries, **figures})


def _spot_rows(year: Year, g: LocalG, geary: LocalGeary) -> pd.DataFrame:
    return year.cells[_CELL].assign(
        hot_spot_z=g.z_score[year.place],
        hot_spot_p=g.p_upper[year.place],
        hot_spot_q=q_values(g.p_upper[year.place]),
        local_geary_c=geary.geary_c[year.place],
        local_geary_p=geary.p_two_sided[year.place],
    )


def _overall_spot_rows(year: Year, geary: GlobalGeary, general: GlobalG) -> pd.DataFrame:
    figures = {
        "geary_c": geary.geary_c,
        "geary_p": geary.p_lower,
        "general_g": general.general_g,
        "general_g_p": general.p_upper,
    }
    return pd.DataFrame({"year": year.year, "industry_key": year.industries, **figures})


def _floor_warning(
    local: pd.DataFrame, year: Year, replicates: Counts, significance: float
) -> list[Text]:
    """A sentence if cells beyond all replicates still cannot pass the correction."""
    p = local["local_moran_p"].to_numpy()
    number = replicates[year.place]
    unreached = p <= 2 / (1 + number) * (1 + 1e-9)
    if not unreached.any() or (local["local_moran_q"] <= significance).any():
        return []
    most = int(number[unreached].max())
    floor, tests = 2 / (1 + most), int(np.isfinite(p).sum())
    needed = int(np.ceil(floor * tests / significance))
    reached = int(np.count_nonzero(unreached))
    sentence = Text(
        f"{year.year}: no cell can be a significant neighbourhood: with {most} permutations the "
        f"smallest p is {floor:g}, and of {tests} cells {needed} would have to reach it to pass "
        f"the false-discovery correction at {significance:g}; {reached} do.",
        f"{year.year} 年：無單元可成為顯著鄰域：{most} 次置換下 p 最小為 {floor:g}，"
        f"{tests} 個單元中須有 {needed} 個達到才能通過 {significance:g} 的錯誤發現率校正，"
        f"實有 {reached} 個。",
        f"{year.year} 年：无单元可成为显著邻域：{most} 次置换下 p 最小为 {floor:g}，"
        f"{tests} 个单元中须有 {needed} 个达到才能通过 {significance:g} 的错误发现率校正，"
        f"实有 {reached} 个。",
    )
    return [sentence]


_CELL = ["year", "region_key", "industry_key"]
_LOCAL = (
    "local_moran_i",
    "local_moran_p",
    "local_moran_q",
    "local_moran_quadrant",
    "local_moran_reason",
)
_OVERALL = ("moran_i", "moran_p", "moran_reason")
_SPOTS = ("hot_spot_z", "hot_spot_p", "hot_spot_q", "local_geary_c", "local_geary_p")
_OVERALL_SPOTS = ("geary_c", "geary_p", "general_g", "general_g_p")


def _without_rows(keys: Sequence[str], figures: Sequence[str]) -> pd.DataFrame:
    columns = {name: pd.Series(dtype="int64") for name in keys}
    columns |= {name: pd.Series(dtype="float64") for name in figures}
    for name in {"local_moran_quadrant", "local_moran_reason", "moran_reason"} & set(columns):
        columns[name] = pd.Series(dtype="str")
    return pd.DataFrame(columns)


# Where there are no cells, the tables still have their columns.
_EMPTY = {
    _LOCAL: _without_rows(_CELL, _LOCAL),
    _OVERALL: _without_rows(_CELL[::2], _OVERALL),
    _SPOTS: _without_rows(_CELL, _SPOTS),
    _OVERALL_SPOTS: _without_rows(_CELL[::2], _OVERALL_SPOTS),
}
