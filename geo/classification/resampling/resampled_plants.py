"""Plants drawn again: how many a cell may have in another draw, and question A asked of them.

What belongs here: the numbers of question A with other plants, and the chance of its answer. What
does not: what cells tell of each other (`geo.classification.resampling.empirical_bayes`), firms
with their ties (`geo.classification.resampling.redraws`), the verdict
(`geo.classification.resampling.redrawn_verdicts`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geo.classification.resampling.empirical_bayes import learned_prior, seen_and_expected
from geo.concentration.cells.cell_table import LARGE_REGION
from geo.concentration.cells.quotient_intervals import dartboard_p, location_quotient_interval
from geo.concentration.cells.quotients import location_quotient_from_totals
from geo.concentration.cells.totals import CELL_KEYS, sorted_cells, totals_of_cells

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

    from geo.classification.resampling.empirical_bayes import QuotientPrior
    from geo.settings import Thresholds

    Floats = npt.NDArray[np.float64]
    Priors = dict[tuple[int, bool], QuotientPrior]
    """By year, and whether the cells collaborate."""

__all__ = [
    "TOTALS",
    "concentration_again",
    "critical_p",
    "expected_plants",
    "learned_priors",
    "plant_totals",
    "rows_by_prior",
    "same_by_plants",
]

TOTALS = ["plants_of_region", "plants_of_industry", "plants_of_all"]
_NEGLIGIBLE = 0.002  # chance below which a cell need not be looked at closely


def plant_totals(cells: pd.DataFrame, margins: pd.DataFrame | None = None) -> pd.DataFrame:
    """Plants of every cell's region, of its industry and of all, by which it is compared.

    Parameters
    ----------
    cells, margins : DataFrame
        As for `geo.concentration.cells.cell_table.cell_concentration`.

    Returns
    -------
    DataFrame
        Columns year, region_key, industry_key, plants_of_region, plants_of_industry, plants_of_all.
        Of cells with common_key the industry is its part of the common code's, as large as the
        cell's part of those here, so that the quotient is that of the common code.
    """
    ordered = sorted_cells(cells.reset_index(drop=True))
    totals = totals_of_cells(ordered, margins, measure="establishments")
    if "common_key" in ordered and (margins is None or len(margins) == 0):
        plants = ordered["establishments"]
        here = plants.groupby([ordered[k] for k in ("year", "region_key", "common_key")])
        all_here = plants.groupby([ordered[k] for k in ("year", "common_key")])
        part = plants / here.transform("sum")
        totals = totals._replace(industry=(all_here.transform("sum") * part).to_numpy())
    return ordered[CELL_KEYS].assign(**dict(zip(TOTALS, totals, strict=True)))


def critical_p(p: pd.Series[float], q: pd.Series[float], level: float) -> pd.Series[float]:
    """Largest p-value that passes Benjamini and Hochberg's correction of a year's tests.

    Parameters
    ----------
    p, q : Series
        Chances of one year and their adjusted values; NaN = no test.
    level : float
        False-discovery rate.

    Returns
    -------
    Series
        The level times the share of tests that pass, of which at least one is taken to.

    Examples
    --------
    >>> critical_p(pd.Series([0.001, 0.5]), pd.Series([0.002, 0.5]), 0.05).tolist()
    [0.025, 0.025]
    """
    passing = max(1, int((q <= level).sum()))
    return pd.Series(level * passing / max(1, int(p.notna().sum())), index=p.index)


def concentration_again(cells: pd.DataFrame, plants: Floats, critical: Floats) -> dict[str, Floats]:
    """Numbers of question A with another number of plants, everything else as it is.

    Parameters
    ----------
    cells : DataFrame
        establishments and the columns of `plant_totals`.
    plants : ndarray, shape (n_cells,)
        Plants of each cell instead.
    critical : ndarray, shape (n_cells,)
        As `critical_p` returns it.

    Returns
    -------
    dict of ndarray
        establishments, location_quotient_asked and location_quotient_asked_low (against the rest
        of the country where the region is large), and concentration_q: 0 where the chance passes
        the year's correction, else 1.
    """
    more = plants - cells["establishments"].to_numpy(dtype=np.float64)
    region, industry, grand = (cells[c].to_numpy(dtype=np.float64) + more for c in TOTALS)
    with np.errstate(invalid="ignore", divide="ignore"):
        p = dartboard_p(plants, region, industry, grand)
        is_large = region > LARGE_REGION * grand
        totals = (plants, region, industry, grand)
        low, quotient = (
            np.where(is_large, of(*totals, leave_one_out=True), of(*totals, leave_one_out=False))
            for of in (_lower_limit, location_quotient_from_totals)
        )
    return {
        "establishments": plants,
        "location_quotient_asked": quotient,
        "location_quotient_asked_low": low,
        "concentration_q": np.where(p <= critical, 0.0, 1.0),
    }


def _lower_limit(*totals: Floats, leave_one_out: bool) -> Floats:
    return location_quotient_interval(*totals, leave_one_out=leave_one_out).low


def learned_priors(cells: pd.DataFrame, collaborates: pd.Series[bool]) -> Priors:
    """What each year tells of the quotients of its cells.

    Cells whose firms collaborate are another people: most of them are where they are for a reason.
    They are learned from by themselves, the others with all the regions that lack an industry.

    Parameters
    ----------
    cells : DataFrame
        As for `geo.classification.resampling.empirical_bayes.seen_and_expected`, and year.
    collaborates : Series of bool
        Whether the answer to question B is yes.
    """
    priors = {}
    for year, of_year in cells.groupby("year"):
        is_one = collaborates[of_year.index]
        seen = of_year["establishments"].to_numpy(dtype=np.float64)
        expected = expected_plants(of_year)
        known = is_one.to_numpy() & np.isfinite(seen) & (expected > 0)
        numbers = (seen[known], expected[known], np.ones(known.sum()))
        priors[int(str(year)), True] = learned_prior(*numbers)
        priors[int(str(year)), False] = learned_prior(*seen_and_expected(of_year, ~is_one))
    return priors


def rows_by_prior(
    years: npt.ArrayLike, collaborates: npt.ArrayLike, priors: Priors
) -> Iterator[tuple[npt.NDArray[np.intp], QuotientPrior]]:
    """Positions of the cells that each prior is meant for, with that prior."""
    for (year, collaborating), prior in priors.items():
        is_its = (np.asarray(years) == year) & (np.asarray(collaborates) == collaborating)
        yield np.flatnonzero(is_its), prior


def same_by_plants(
    cells: pd.DataFrame,
    given: pd.DataFrame,
    critical: pd.Series[float],
    thresholds: Thresholds,
    priors: Priors,
) -> Floats:
    """Confidence where the number of plants alone decides.

    Parameters
    ----------
    cells : DataFrame
        The evidence, and the columns of `plant_totals`.
    given : DataFrame
        As `geo.classification.truth_table.judgements` returns it.
    critical : Series
        As `critical_p` returns it.
    thresholds : Thresholds
        Floors of the questions.
    priors : Priors
        As `learned_priors` returns it.

    Returns
    -------
    ndarray, shape (n_cells,)
        Chance that question A has the same answer; NaN where plants are not known.
    """
    n = cells["establishments"].to_numpy(dtype=np.float64)
    expected = expected_plants(cells)
    # Against the rest of the country a large region needs fewer plants than that.
    region, _, grand = (cells[c].to_numpy(dtype=np.float64) for c in TOTALS)
    is_small = ~(region > LARGE_REGION * grand)
    floor = thresholds.location_quotient * expected * is_small
    least = np.maximum(thresholds.establishments, floor)
    least = np.ceil(least - 1e-9)
    concentrated = np.full(len(cells), np.nan)
    collaborates = given["is_collaborating"].fillna(value=False)
    for its, prior in rows_by_prior(cells["year"], collaborates, priors):
        known = its[np.isfinite(n[its]) & (expected[its] > 0)]
        concentrated[known] = prior.at_least(least[known], n[known], expected[known])
        near = known[concentrated[known] > _NEGLIGIBLE]
        cells_near = cells.iloc[near]
        least[near] = _least_plants(cells_near, least[near], critical.iloc[near], thresholds)
        concentrated[near] = prior.at_least(least[near], n[near], expected[near])
    is_yes = given["is_concentrated"].fillna(value=False).to_numpy(dtype=bool)
    is_lone = (cells["effective_establishments"] < thresholds.effective_establishments).to_numpy()
    chance = np.where(is_lone, 0.0, concentrated)
    share: Floats = np.where(is_yes, chance, 1.0 - chance)
    return share


def expected_plants(cells: pd.DataFrame) -> Floats:
    """Plants that each cell would have by its region's share of all, shape (n_cells,).

    NaN where the year has no plants.
    """
    region, industry, grand = (cells[c].to_numpy(dtype=np.float64) for c in TOTALS)
    with np.errstate(invalid="ignore"):
        expected: Floats = region * industry / grand
    return expected


def _least_plants(
    cells: pd.DataFrame, least: Floats, critical: pd.Series[float], thresholds: Thresholds
) -> Floats:
    """Fewest plants with which each cell would be concentrated, by halving."""
    low = least.copy()
    high = low + 8 * np.sqrt(2 * np.maximum(low, 1)) + 10
    for _ in range(int(np.ceil(np.log2(np.max(high - low, initial=1)))) + 1):
        middle = np.floor((low + high) / 2).astype(np.float64)
        numbers = concentration_again(cells, middle, np.asarray(critical, np.float64))
        passes = (
            (numbers["concentration_q"] <= thresholds.significance)
            & (numbers["location_quotient_asked"] >= thresholds.location_quotient)
            & (numbers["location_quotient_asked_low"] > 1)
        )
        low, high = (
            np.where(passes, low, np.minimum(middle + 1, high)),
            np.where(passes, middle, high),
        )
    found: Floats = high
    return found
