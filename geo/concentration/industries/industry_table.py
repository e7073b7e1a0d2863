r"""Ellison and Glaeser's index of every industry and year, with its chance and its interval.

Here belongs what turns cells and plant sizes into the indices of `glaeser_indices`; how plants are
thrown at the map is in `dartboard`, how they are drawn again in `bootstrap`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals as nw
import numpy as np
import pandas as pd

from geo.concentration.cells.totals import sorted_cells, totals_by
from geo.concentration.industries.bootstrap import bootstrap_ellison_glaeser_by_region
from geo.concentration.industries.dartboard import symmetric_weights, throws_p
from geo.concentration.industries.glaeser_indices import (
    ellison_glaeser,
    maurel_sedillot,
    neighbour_index,
    with_neighbours,
)
from geo.concentration.industries.indices import industry_indices, measured_by, regional_shares
from geo.concentration.industries.plants import plants_of_herfindahl
from geo.errors import InvalidCountsError

if TYPE_CHECKING:
    import numpy.typing as npt
    from libpysal.graph import Graph
    from scipy.sparse import csr_array

    from geo.concentration.cells.totals import Measure

    Floats = npt.NDArray[np.float64]
    Integers = npt.NDArray[np.int64]
    from collections.abc import Sequence

__all__ = ["ellison_glaeser_by_industry", "industry_concentration", "plant_sizes"]


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
    geo.concentration.industries.indices : Where its columns come from.
    """
    indices = industry_indices(cells, margins)
    glaeser = ellison_glaeser_by_industry(
        cells, sizes if len(sizes) else None, margins=margins, graph=graph, seed=seed
    ).drop(columns="measured_by")
    table = indices.merge(glaeser, on=_KEY, validate="one_to_one")
    for measures in of_the_map:
        table = table.merge(measures, on=_KEY, how="left", validate="one_to_one")
    return table


_VALUES_OF_INTERVALS = 50_000_000
_THROWS_ACROSS_BORDERS = 100_000_000
_LEAST_DRAWS = 199


def ellison_glaeser_by_industry(
    cells: pd.DataFrame,
    plant_sizes: pd.DataFrame | None = None,
    *,
    margins: pd.DataFrame | None = None,
    graph: Graph | None = None,
    draws: int = 999,
    seed: int = 0,
) -> pd.DataFrame:
    r"""Ellison-Glaeser and Maurel-Sédillot index of every industry, year by year, with p-values.

    Beside the chance that darts did it stands an interval of the index, from drawing plants again
    (`bootstrap_ellison_glaeser_by_region`).

    Jobs are measured, with :math:`H` from the sums of squared plant sizes, where those are known
    for cells with at least 95 % of the year's and of the industry's establishments. Otherwise
    establishments are, each weighing alike, so that :math:`H = 1 / n`. The reference is all jobs or
    establishments of the regions, the totals of `margins` where it has them.

    The p-value throws plants as `ellison_glaeser_p` does. With jobs it needs the plants' sizes:
    where `plant_sizes` has none for the industry, it throws :math:`m = \lfloor 1/H \rfloor` equal
    plants and a smaller one, with the same :math:`H`: the same expectation of :math:`G` and
    almost the same variance, though not the tail of an industry with one giant. Industries share
    their random numbers, so their p-values depend on each other.

    Parameters
    ----------
    cells : DataFrame
        Columns year, region_key, industry_key, establishments, employment, employment_square_sum
        (NaN = not known); one row per year, region and industry that is there.
    plant_sizes : DataFrame, optional
        Columns year, industry_key, employment, establishments: how many plants of the industry have
        that many jobs. A group-by of the plants, far shorter than they are. It serves the p-value
        only.
    margins : DataFrame, optional
        Columns year, region_key, industry_key (empty = all), establishments, employment.
    graph : libpysal.graph.Graph, optional
        Neighbours by region_key, with weights from 0 to 1, for the index that looks across borders.
    draws : int, default 999
        Throws of every industry, and samples of its interval. Of samples there are fewer, but at
        least 199, in a year of more than fifty thousand cells; of throws across borders, in one
        whose largest industry has more than a hundred thousand plants.
    seed : int, default 0
        Start of the random numbers; a result depends on it and the industry's own year only.

    Returns
    -------
    DataFrame
        One row per year and industry, sorted, with the columns industry_key, year, ellison_glaeser,
        maurel_sedillot, ellison_glaeser_p, ellison_glaeser_low, ellison_glaeser_high (95 %),
        plant_herfindahl and measured_by ("employment", "establishments" or missing); with a graph,
        neighbour_ellison_glaeser and neighbour_ellison_glaeser_p too. NaN with fewer than two
        plants, or where neither plant sizes nor establishments are known.

    Raises
    ------
    InvalidCountsError
        If a cell or a margin stands there twice, a value is negative or infinite, or `draws` is
        below 1.

    See Also
    --------
    geo.concentration.industries.glaeser_indices : The formulas and their sources.
    geo.concentration.industries.bootstrap.bootstrap_ellison_glaeser_by_region : The interval.

    Examples
    --------
    >>> cells = pd.DataFrame({"year": 2020, "region_key": [0, 1, 0, 1],
    ...                       "industry_key": [0, 0, 1, 1], "employment": np.nan,
    ...                       "establishments": [3.0, 1.0, 1.0, 3.0],
    ...                       "employment_square_sum": np.nan})
    >>> ellison_glaeser_by_industry(cells)["ellison_glaeser"].tolist()
    [0.0, 0.0]
    """
    if draws < 1:
        message = f"`draws` must be at least 1: it is {draws}."
        raise InvalidCountsError(message)
    ordered = sorted_cells(cells)
    known = ordered["employment"].notna() & ordered["employment_square_sum"].notna()
    chosen = measured_by(ordered, known=known)
    # Without plant sizes and establishments there is no H, whatever else is known.
    plants = ordered.assign(employment=ordered["employment"].where(known))
    measures: tuple[Measure, ...] = ("employment", "establishments")
    weights = None if graph is None else symmetric_weights(graph, graph.n)
    parts = [_blank(chosen, graph)]
    for measure in measures:
        totals = totals_by(ordered, margins, key="region_key", measure=measure)
        keys = chosen.index[(chosen == measure).to_numpy()]
        measured = pd.MultiIndex.from_frame(plants[["year", "industry_key"]]).isin(keys)
        here = plants[measured & plants[measure].notna().to_numpy()]
        for year in keys.unique("year"):
            sizes = plant_sizes[plant_sizes["year"] == year] if plant_sizes is not None else None
            reference = totals.loc[year].dropna()
            part = _one_year(
                int(year),
                here[here["year"] == year],
                reference,
                measure,
                sizes,
                weights=None if weights is None else _among(weights, reference.index),
                draws=draws,
                seed=seed,
            )
            parts.append(part.assign(year=year))
    table = pd.concat([part for part in parts[1:] if len(part)] or parts)
    table = table.set_index(["year", "industry_key"]).reindex(chosen.index)
    table["measured_by"] = chosen
    return table.reset_index()[parts[0].columns]


def _among(weights: csr_array, regions: pd.Index[int]) -> csr_array:
    """Return the weights among some of the regions."""
    keys = regions.to_numpy()
    if len(keys) and keys.max() >= weights.shape[0]:
        message = f"`graph` must hold every region_key: it ends before {keys.max()}."
        raise InvalidCountsError(message)
    return weights[keys][:, keys].tocsr()


def _blank(chosen: pd.Series[str], graph: Graph | None) -> pd.DataFrame:
    """Return the columns of the result without rows."""
    keys = chosen.index[:0].to_frame(index=False)
    numbers = [
        "ellison_glaeser",
        "maurel_sedillot",
        "ellison_glaeser_p",
        "ellison_glaeser_low",
        "ellison_glaeser_high",
        "plant_herfindahl",
    ]
    if graph is not None:
        numbers += ["neighbour_ellison_glaeser", "neighbour_ellison_glaeser_p"]
    columns = ["industry_key", "year", *numbers, "measured_by"]
    return keys.reindex(columns=columns).astype(dict.fromkeys(numbers, np.float64))


def _one_year(
    year: int,
    cells: pd.DataFrame,
    reference: pd.Series[float],
    measure: Measure,
    plant_sizes: pd.DataFrame | None,
    *,
    weights: csr_array | None,
    draws: int,
    seed: int,
) -> pd.DataFrame:
    """Return the indices of the industries of one year, all of them measured alike."""
    region = reference.index.get_indexer(pd.Index(cells["region_key"]))
    industries, industry = np.unique(cells["industry_key"].to_numpy(), return_inverse=True)
    counts = np.zeros((len(reference), len(industries)))
    counts[region, industry] = cells[measure].to_numpy()
    total = counts.sum(axis=0)
    column = "employment_square_sum" if measure == "employment" else measure
    squares_here = np.zeros_like(counts)
    squares_here[region, industry] = cells[column].to_numpy()
    squares = squares_here.sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        # Rounding may bring the share of a single plant above one.
        h = np.minimum(squares / total**2, 1.0)
    x = np.asarray(reference, dtype=np.float64)
    by_industry = {} if plant_sizes is None else dict(iter(plant_sizes.groupby("industry_key")))
    sizes = (
        None
        if measure == "establishments"
        else [_sizes_of(by_industry.get(key), one) for key, one in zip(industries, h, strict=True)]
    )
    table = pd.DataFrame(
        {
            "industry_key": industries,
            "ellison_glaeser": ellison_glaeser(counts, x, herfindahl=h),
            "maurel_sedillot": maurel_sedillot(counts, x, herfindahl=h),
            "plant_herfindahl": h,
        }
    )
    s, share = regional_shares(counts, x)
    forms: dict[str, tuple[Floats, csr_array | None]] = {
        "ellison_glaeser_p": (((s - share) ** 2).sum(axis=0), None)
    }
    if weights is not None:
        table["neighbour_ellison_glaeser"] = neighbour_index(s, share, weights, h)
        forms["neighbour_ellison_glaeser_p"] = (with_neighbours(s - share, weights), weights)
    table["ellison_glaeser_low"], table["ellison_glaeser_high"] = _intervals(
        counts, squares_here, x, draws=draws, seeds=[[seed, year, key] for key in industries]
    )
    # What has no index has no test either.
    defined = np.isfinite(table["ellison_glaeser"].to_numpy())
    plants = (
        int(total.max(initial=0))
        if sizes is None
        else max((int(n.sum()) for _, n in sizes), default=0)
    )
    for name, (raw, between) in forms.items():
        table[name] = throws_p(
            np.where(defined, raw, np.nan),
            share[:, 0],
            sizes=np.rint(total) if sizes is None else sizes,
            weights=between,
            draws=draws if between is None else _fewer(draws, _THROWS_ACROSS_BORDERS, plants),
            seed=seed,
        )
    return table


def _fewer(draws: int, affordable: int, each: int) -> int:
    """Return as many draws as are affordable where one takes `each` steps, but not too few."""
    return min(draws, max(affordable // max(each, 1), _LEAST_DRAWS))


def _intervals(
    counts: Floats, squares: Floats, reference: Floats, *, draws: int, seeds: list[list[int]]
) -> tuple[Floats, Floats]:
    """Return the limits of every industry, each drawn with a seed of its own."""
    samples = _fewer(draws, _VALUES_OF_INTERVALS, int(np.count_nonzero(counts)))
    ends = np.full((2, counts.shape[1]), np.nan)
    for i, seed in enumerate(seeds):
        ends[:, i] = bootstrap_ellison_glaeser_by_region(
            counts[:, i],
            squares[:, i],
            reference=reference,
            rng=np.random.default_rng(seed),
            draws=samples,
        )
    return ends[0], ends[1]


def _sizes_of(known: pd.DataFrame | None, herfindahl: float) -> tuple[Floats, Integers]:
    """Return sizes of plants and how many there are of each: known ones, or some with this H."""
    if known is not None:
        known = known[(known["employment"] > 0) & (known["establishments"] > 0)]
        if known["establishments"].sum() >= 2:
            sizes = known["employment"].to_numpy(dtype=np.float64)
            return sizes, known["establishments"].to_numpy(dtype=np.int64)
    if not herfindahl > 0:
        return np.ones(0), np.ones(0, dtype=np.int64)
    return plants_of_herfindahl(herfindahl)
