"""Whether partners would be in a cell's region, in countries drawn again.

An input-output table speaks where ties are silent, by which industries are strong around a cell.
These are as much a draw as the cell itself: the one supplier with a quotient of 1.1 may have 0.9
next time. Here belong their draws and the answers; what verdict follows is in
`geo.classification.resampling.redrawn_verdicts`, the question itself in
`geo.input_output.potential`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geo.input_output.potential import (
    chain_completeness,
    chain_tables,
    input_coverage,
    partners_are_here,
    regional_quotients,
    table_of_year,
)

if TYPE_CHECKING:
    import numpy.typing as npt

    from geo.classification.resampling.resampled_plants import Priors
    from geo.input_output.potential import ChainTables

    Floats = npt.NDArray[np.float64]

__all__ = ["DRAWS", "NOT_KNOWN", "partners_again"]

DRAWS = 100
NOT_KNOWN = -1
_BATCH = 200_000  # rows answered at once
_STAYS = (
    "expected_input_coverage",
    "expected_output_coverage",
    "is_local_market",
    "chain_partners_before",
)


def partners_again(
    cells: pd.DataFrame,
    wanted: pd.Series[bool],
    country: tuple[pd.DataFrame, pd.DataFrame | None, pd.DataFrame],
    priors: Priors,
    *,
    industries: int,
    seed: int,
    completeness: float,
) -> pd.DataFrame:
    """Answers of the input-output table for the wanted cells, in regions drawn again.

    Every industry of a region is drawn again by itself, as many plants as a quotient by plants
    rests on, or as many effective ones as a quotient by jobs does. What the industry finds
    elsewhere, a mean over the country, stays.

    Parameters
    ----------
    cells : DataFrame
        The evidence with the columns of
        `geo.classification.resampling.resampled_plants.plant_totals`.
    wanted : Series of bool
        Which of `cells` are asked for.
    country : tuple of DataFrame
        All cells, published totals or None, input-output table, as for
        `geo.input_output.potential.chain_potential`.
    priors : Priors
        As `geo.classification.resampling.resampled_plants.learned_priors` returns it; that of cells
        whose firms do not collaborate is used for all.
    industries, seed : int
        Number of industries; of the draws, of which each region and year has a stream of its own.
    completeness : float
        As for `geo.input_output.potential.chain_potential`.

    Returns
    -------
    DataFrame
        A row for each wanted cell, on the labels of `cells`, and a column for each of `DRAWS`
        draws: 1 = yes, 0 = no, -1 = not known. No rows where there is no table.
    """
    counted, margins, io_table = country
    answers = [pd.DataFrame(np.zeros((0, DRAWS), dtype=np.int8))]
    asked = cells[wanted & cells["chain_partners_here"].notna()]
    for year, of_year in asked.groupby("year"):
        all_cells = counted[counted["year"] == year]
        regions, quotients, sizes = regional_quotients(all_cells, margins, industries=industries)
        tables = chain_tables(table_of_year(io_table, int(str(year))), sizes, industries=industries)
        seen, expected = _plants_behind(cells[cells["year"] == year], regions, quotients)
        prior = priors[int(str(year)), False]
        held: list[pd.DataFrame] = []
        for region, rows in of_year.groupby("region_key"):
            row = int(np.searchsorted(regions, int(str(region))))
            rng = np.random.default_rng([seed, int(str(year)), int(str(region))])
            again = np.broadcast_to(quotients[row], (DRAWS, industries)).copy()
            drawn = np.flatnonzero(np.isfinite(seen[row]) & (expected[row] > 0))
            again[:, drawn] = prior.drawn(
                seen[row, drawn], expected[row, drawn], draws=DRAWS, rng=rng
            )
            held.append(_coverage(rows, again, tables))
            if sum(map(len, held)) >= _BATCH:
                answers.append(_answers(held, completeness))
                held = []
        if held:
            answers.append(_answers(held, completeness))
    return pd.concat(answers)


def _plants_behind(
    cells: pd.DataFrame, regions: npt.NDArray[np.int64], quotients: Floats
) -> tuple[Floats, Floats]:
    """Plants that each quotient rests on and those expected, in the shape of `quotients`.

    A quotient by jobs rests on the effective establishments, one by plants on the plants; where
    the region has none of the industry, on none.
    """
    row = np.searchsorted(regions, cells["region_key"])
    column = cells["industry_key"].to_numpy(dtype=np.int64)
    totals = {}
    for name, at, size in (
        ("plants_of_region", row, len(quotients)),
        ("plants_of_industry", column, quotients.shape[1]),
    ):
        totals[name] = np.full(size, np.nan)
        totals[name][at] = cells[name].to_numpy(dtype=np.float64)
    grand = cells["plants_of_all"].to_numpy(dtype=np.float64)[0]
    expected = np.outer(*totals.values()) / grand
    seen = np.where(quotients == 0, 0.0, np.nan)
    by_plants = np.isclose(
        quotients[row, column], cells["location_quotient"].to_numpy(dtype=np.float64)
    )
    plants = cells["establishments"].to_numpy(dtype=np.float64)
    effective = cells["effective_establishments"].fillna(cells["establishments"])
    seen[row, column] = np.where(by_plants, plants, effective.to_numpy(dtype=np.float64))
    with np.errstate(invalid="ignore", divide="ignore"):
        expected = np.where(quotients > 0, seen / quotients, expected)
    return seen, expected


def _coverage(rows: pd.DataFrame, quotients: Floats, tables: ChainTables) -> pd.DataFrame:
    """What the table asks of the cells of one region; a row for each cell and draw, in turn."""
    column = rows["industry_key"].to_numpy(dtype=np.int64)
    inputs, sales = tables.inputs[:, column], tables.sales[:, column]
    measures = {
        "distinctive_input_coverage": input_coverage(quotients, inputs),
        "distinctive_output_coverage": input_coverage(quotients, sales),
        "chain_completeness_value": chain_completeness(quotients, inputs, by_value=True),
        "sales_completeness_value": chain_completeness(quotients, sales, by_value=True),
    }
    elsewhere = {
        name: np.repeat(rows[name].to_numpy(dtype=np.float64), len(quotients)) for name in _STAYS
    }
    drawn = {name: measure.T.ravel() for name, measure in measures.items()}
    return pd.DataFrame(drawn | elsewhere, index=np.repeat(rows.index, len(quotients)))


def _answers(held: list[pd.DataFrame], completeness: float) -> pd.DataFrame:
    measures = pd.concat(held)
    given = partners_are_here(measures, completeness=completeness)
    answer = given.astype("Int8").fillna(NOT_KNOWN).to_numpy(dtype=np.int8)
    return pd.DataFrame(answer.reshape(-1, DRAWS), index=measures.index[::DRAWS])
