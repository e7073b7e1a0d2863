"""Test A at the grain of the verdict: one row per region, industry and year.

Here belongs laying the quotients over the table of cells, with its years, missing values and
published margins. The formulas are in `quotients`, the neighbours on the map in `autocorrelation`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.special import gammaincc

from geo.concentration.cells.coding import at_common_level
from geo.concentration.cells.false_discovery import q_values
from geo.concentration.cells.quotient_intervals import (
    dartboard_p,
    employment_quotient_interval,
    location_quotient_interval,
)
from geo.concentration.cells.quotients import (
    effective_establishments,
    excess,
    litzenberger_sternberg,
    location_quotient_from_totals,
    symmetric_quotient,
)
from geo.concentration.cells.totals import CELL_KEYS, Totals, sorted_cells, totals_of_cells

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]

__all__ = ["LARGE_REGION", "cell_concentration", "cell_indices"]


def cell_concentration(
    cells: pd.DataFrame,
    margins: pd.DataFrame | None = None,
    *,
    level: float = 0.95,
    leave_one_out: bool = False,
) -> pd.DataFrame:
    r"""Location quotients of every cell, with intervals, exact plant test and q-values.

    Totals of regions, industries and the nation are the published ones where `margins` has them,
    each on its own, else sums over the cells of the year; sums run over the cells whose value is
    known, so without margins withheld cells make them too low. A cell that is itself not known
    gets NaN, never zero.

    Sums of squared plant sizes are never published. Where they are known for a part of a region's,
    industry's or nation's jobs only, they are scaled up from that part, as if the other plants
    were of the same mix of sizes.

    Parameters
    ----------
    cells : DataFrame
        Columns year, region_key, industry_key, establishments, employment, employment_square_sum
        (sum over plants of squared jobs); NaN = not known. One row per year, region and industry.
        With common_key (see `coding`), and without margins, every quotient and its chance is that
        of the industries of one common_key together; effective establishments are the cell's own.
    margins : DataFrame, optional
        Columns year, region_key, industry_key (empty = all), establishments, employment.
    level : float, default 0.95
        Level of the intervals.
    leave_one_out : bool, default False
        Compare every region with the others only. The test on plants stays as it is: it asks for
        the number of plants, not for the quotient.

    Returns
    -------
    DataFrame
        The rows, order and row labels of `cells`, with the columns

        - year, region_key, industry_key
        - location_quotient, location_quotient_low, location_quotient_high: by establishments, with
          the exact binomial interval; NaN where establishments are not known
        - location_quotient_employment, location_quotient_employment_low,
          location_quotient_employment_high: by jobs, with the interval of the linearised bootstrap
          over plants; the limits are NaN where plant sizes are not known
        - location_quotient_asked, location_quotient_asked_low: what question A looks at: the
          quotient by establishments with its lower limit, against the rest of the country where
          the region holds more than a twentieth of all establishments
        - jobs_quotient_asked, jobs_quotient_asked_low: the same by jobs. Where a year knows no
          plant sizes, the limit is by the spread of average sizes over cells
        - jobs_q: one-sided chance of the quotient by jobs, adjusted over the year's cells
        - concentration_p: exact dartboard tail, by establishments
        - concentration_q: the same, adjusted over all cells of the year (Benjamini-Hochberg)
        - effective_establishments: of the plants whose sizes are known; NaN where too few are
        - effective_establishments_most: the same if the others are of the sizes that make it
          largest, one more for each of them (all establishments count where none is known)

    Raises
    ------
    InvalidCountsError
        If a cell or a margin stands there twice, a value is negative or infinite, or `level` is not
        in (0, 1).

    See Also
    --------
    geo.concentration.cells.quotients : The formulas and their sources.

    Examples
    --------
    Two regions with four plants each. The first has both plants of industry 0, so its quotient is
    (2/4) / (2/8) = 2, and the chance that both of two darts hit its half is a quarter.

    >>> cells = pd.DataFrame({"year": 2020, "region_key": [0, 0, 1], "industry_key": [0, 1, 1],
    ...                       "establishments": [2.0, 2.0, 4.0], "employment": np.nan,
    ...                       "employment_square_sum": np.nan})
    >>> table = cell_concentration(cells)
    >>> table[["location_quotient", "concentration_p"]].iloc[0].tolist()
    [2.0, 0.25]
    """
    if "common_key" in cells and (margins is None or len(margins) == 0):
        return _by_common_codes(cells, level=level, leave_one_out=leave_one_out)
    # Numbered rows, by which the caller's order comes back in the end.
    ordered = sorted_cells(cells.reset_index(drop=True))
    table = ordered[CELL_KEYS].copy()
    plants = ordered["establishments"].to_numpy(dtype=np.float64, na_value=np.nan)
    totals = totals_of_cells(ordered, margins, measure="establishments")
    interval = location_quotient_interval(plants, *totals, level=level, leave_one_out=leave_one_out)
    table["location_quotient"] = location_quotient_from_totals(
        plants, *totals, leave_one_out=leave_one_out
    )
    table["location_quotient_low"], table["location_quotient_high"] = interval
    chance = dartboard_p(plants, *totals)

    jobs = ordered["employment"].to_numpy(dtype=np.float64, na_value=np.nan)
    squares = ordered["employment_square_sum"].to_numpy(dtype=np.float64, na_value=np.nan)
    totals = totals_of_cells(ordered, margins, measure="employment")
    interval = employment_quotient_interval(
        (jobs, *totals),
        (squares, *_square_totals(ordered, jobs, squares, totals)),
        level=level,
        leave_one_out=leave_one_out,
    )
    table["location_quotient_employment"] = location_quotient_from_totals(
        jobs, *totals, leave_one_out=leave_one_out
    )
    table["location_quotient_employment_low"] = interval.low
    table["location_quotient_employment_high"] = interval.high
    table["concentration_p"] = chance
    table["concentration_q"] = q_values(chance, groups=table["year"].to_numpy())
    asked = _asked(ordered, plants, jobs, squares, margins, level=level)
    table = table.join(asked)
    effective = effective_establishments(jobs, squares)
    table["effective_establishments"] = effective
    table["effective_establishments_most"] = np.fmin(effective + _unsized(ordered), plants)
    return table.sort_index().set_axis(cells.index)


def _by_common_codes(cells: pd.DataFrame, *, level: float, leave_one_out: bool) -> pd.DataFrame:
    """Quotients of the codes that all regions could have written, for every cell under them."""
    measures = ["establishments", "employment", "employment_square_sum"]
    common = at_common_level(cells, measures=measures)
    found = cell_concentration(common, level=level, leave_one_out=leave_one_out)
    keyed = cells[[*CELL_KEYS, "common_key"]].merge(
        found.rename(columns={"industry_key": "common_key"}),
        on=["year", "region_key", "common_key"],
        how="left",
    )
    jobs, squares, plants = (
        cells[c].to_numpy(dtype=np.float64, na_value=np.nan)
        for c in ("employment", "employment_square_sum", "establishments")
    )
    effective = effective_establishments(jobs, squares)
    keyed["effective_establishments"] = effective
    keyed["effective_establishments_most"] = np.fmin(effective + _unsized(cells), plants)
    return keyed.drop(columns="common_key").set_axis(cells.index)


LARGE_REGION = 0.05
"""Share of the country from which on a region is compared with the rest of it."""


def _asked(
    cells: pd.DataFrame,
    plants: Floats,
    jobs: Floats,
    squares: Floats,
    margins: pd.DataFrame | None,
    *,
    level: float,
) -> pd.DataFrame:
    """What question A looks at, by establishments and by jobs.

    A region that holds most of the country can have no large share of the country's average, of
    which it is the most; so large regions are compared with the others alone.
    """
    columns: dict[str, Floats] = {}
    by_plants = totals_of_cells(cells, margins, measure="establishments")
    is_large = _is_large(by_plants)
    for name, alone in (("", False), ("_elsewhere", True)):
        columns[f"quotient{name}"] = location_quotient_from_totals(
            plants, *by_plants, leave_one_out=alone
        )
        columns[f"low{name}"] = location_quotient_interval(
            plants, *by_plants, level=level, leave_one_out=alone
        ).low
    quotient = np.where(is_large, columns["quotient_elsewhere"], columns["quotient"])
    low = np.where(is_large, columns["low_elsewhere"], columns["low"])
    by_jobs = totals_of_cells(cells, margins, measure="employment")
    is_large = _is_large(by_jobs)
    of_jobs, log_spread = np.full(len(cells), np.nan), np.full(len(cells), np.nan)
    totals = (squares, *_square_totals(cells, jobs, squares, by_jobs))
    for alone, where in ((False, ~is_large), (True, is_large)):
        found = location_quotient_from_totals(jobs, *by_jobs, leave_one_out=alone)
        limits = employment_quotient_interval(
            (jobs, *by_jobs), totals, level=level, leave_one_out=alone
        )
        with np.errstate(invalid="ignore", divide="ignore"):
            spread = np.log(found / limits.low) / _TWO_SIDED
        of_jobs = np.where(where, found, of_jobs)
        log_spread = np.where(where, spread, log_spread)
    of_jobs = np.where(_fits(jobs, by_jobs), of_jobs, np.nan)
    unsized = pd.Series(np.isnan(squares), index=cells.index).groupby(cells["year"])
    is_unsized = unsized.transform("all").to_numpy()
    variation = _variation_of_sizes(cells, plants, jobs)
    with np.errstate(invalid="ignore", divide="ignore"):
        log_spread = np.where(is_unsized, np.sqrt((1 + variation) / plants), log_spread)
    with np.errstate(invalid="ignore", divide="ignore"):
        jobs_low = of_jobs * np.exp(-_TWO_SIDED * log_spread)
    in_industry = np.where(
        is_unsized, _squares_by_variation(cells, plants, by_jobs, variation), totals[2]
    )
    p = jobs_tail(jobs, by_jobs, (totals[1], in_industry))
    return pd.DataFrame(
        {
            "location_quotient_asked": quotient,
            "location_quotient_asked_low": low,
            "jobs_quotient_asked": of_jobs,
            "jobs_quotient_asked_low": np.where(np.isfinite(jobs_low), jobs_low, np.nan),
            "jobs_q": q_values(p, groups=cells["year"].to_numpy()),
        },
        index=cells.index,
    )


_TWO_SIDED = 1.959963984540054  # standard errors of a two-sided 95 % interval


def _is_large(totals: Totals) -> npt.NDArray[np.bool_]:
    """Whether a cell's region holds so much of all that it is compared with the rest."""
    with np.errstate(invalid="ignore", divide="ignore"):
        large: npt.NDArray[np.bool_] = totals.region / totals.grand > LARGE_REGION
    return large


def _fits(jobs: Floats, totals: Totals) -> npt.NDArray[np.bool_]:
    """Whether jobs and their totals are one another's parts, but for rounding to whole jobs."""
    part, whole = (of(totals.region, totals.industry) for of in (np.fmin, np.fmax))
    fits: npt.NDArray[np.bool_] = (jobs <= part + 1) & (whole <= totals.grand + 1)
    return fits


def jobs_tail(jobs: Floats, totals: Totals, squares: tuple[Floats, Floats]) -> Floats:
    r"""Chance of at least so many jobs if the plants of the industry fell like all jobs.

    Each plant of the industry, with its s jobs, falls into the region with the chance :math:`\pi`,
    the region's share of all jobs. The jobs there then have

    .. math:: \mu = \pi J_i, \qquad
              \sigma^2 = \pi (1 - \pi) \sum_{j \in i} s_j^2
                       + \mu^2 \frac{\sum_{j \in r} s_j^2}{J_r^2}

    where the second part is of :math:`\pi` itself, which hangs on the plants of the region. The
    tail is that of a gamma variable of this mean and variance: sums of few large plants are skewed.

    Parameters
    ----------
    jobs : ndarray of float64
        Jobs of the cell.
    totals : Totals
        Jobs of its region, of its industry, and of all.
    squares : tuple of ndarray of float64
        Sums of squared jobs of the plants of its region, and of its industry; NaN = not known,
        which for the region counts as none.

    Returns
    -------
    ndarray of float64
        NaN where something else is not known.

    References
    ----------
    .. [1] Ellison, G. & Glaeser, E. L. (1997). Geographic concentration in U.S. manufacturing
       industries: a dartboard approach. Journal of Political Economy 105(5), 889-927 (the variance
       of plants on a dartboard).

    Examples
    --------
    A region with a tenth of all jobs holds half of an industry of a hundred plants of one job each,
    or one of two plants of fifty:

    >>> one = np.ones(1)
    >>> totals = Totals(region=1e5 * one, industry=100 * one, grand=1e6 * one)
    >>> [float(jobs_tail(50 * one, totals, (0 * one, s * one))[0].round(3)) for s in (100, 5000)]
    [0.0, 0.05]
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        share = totals.region / totals.grand
        mean = share * totals.industry
        in_region = np.nan_to_num(squares[0]) / totals.region**2
        variance = share * (1 - share) * squares[1] + mean**2 * in_region
        p: Floats = gammaincc(mean**2 / variance, jobs * mean / variance)
    return np.where((mean > 0) & (variance > 0), p, np.nan)


def _squares_by_variation(
    cells: pd.DataFrame, plants: Floats, jobs: Totals, variation: Floats
) -> Floats:
    """Sum of squared jobs of the industry's plants, by how much sizes vary, where none is known."""
    number = pd.Series(plants, index=cells.index)
    of_industry = number.groupby([cells["year"], cells["industry_key"]]).transform("sum")
    with np.errstate(invalid="ignore", divide="ignore"):
        squares: Floats = jobs.industry**2 * (1 + variation) / of_industry.to_numpy()
    return squares


def _variation_of_sizes(cells: pd.DataFrame, plants: Floats, jobs: Floats) -> Floats:
    r"""Squared coefficient of variation of the plants of each cell's industry, by averages alone.

    With :math:`\bar s` jobs per plant in a cell of n and :math:`\bar s_i` in its industry it is
    about :math:`n (\bar s / \bar s_i - 1)^2`, of which the median over cells, divided by that of a
    chi-squared number, is taken.
    """
    known = (plants > 0) & np.isfinite(jobs)
    keys = [cells["year"], cells["industry_key"]]
    sums = pd.DataFrame(
        {"plants": np.where(known, plants, 0.0), "jobs": np.where(known, jobs, 0.0)},
        index=cells.index,
    ).groupby(keys)
    with np.errstate(invalid="ignore", divide="ignore"):
        average = sums["jobs"].transform("sum") / sums["plants"].transform("sum")
        squared = plants * (jobs / plants / average.to_numpy() - 1) ** 2
    median = pd.Series(np.where(known, squared, np.nan), index=cells.index)
    variation = median.groupby(keys).transform("median").to_numpy() / _MEDIAN_CHI_SQUARED
    return np.where(known, variation, np.nan)


_MEDIAN_CHI_SQUARED = 0.454936423119572  # of one degree of freedom


def _unsized(cells: pd.DataFrame) -> Floats:
    """Plants of every cell whose sizes are not known; none where nobody counted them."""
    if "sized_establishments" not in cells:
        return np.zeros(len(cells))
    unsized = cells["establishments"] - cells["sized_establishments"]
    return unsized.fillna(0.0).to_numpy(dtype=np.float64)


def cell_indices(
    cells: pd.DataFrame,
    margins: pd.DataFrame | None = None,
    *,
    area: pd.Series[float] | None = None,
    population: pd.Series[float] | None = None,
) -> pd.DataFrame:
    r"""Measures of every cell that go beside its quotient, for those who are used to them.

    Totals are those of `cell_concentration`. None of these has a test; they describe.

    Parameters
    ----------
    cells : DataFrame
        Columns year, region_key, industry_key, establishments, employment; NaN = not known. One row
        per year, region and industry that is there.
    margins : DataFrame, optional
        Columns year, region_key, industry_key (empty = all), establishments, employment.
    area, population : Series, optional
        Of every region, by region_key, over all of which the totals of both are taken.

    Returns
    -------
    DataFrame
        The rows, order and row labels of `cells`, with the columns

        - year, region_key, industry_key
        - location_quotient_leave_one_out: by establishments, against the other regions alone, which
          a region that is a fifth of the nation dilutes no longer; NaN where none of them has it
        - location_quotient_symmetric: (LQ - 1) / (LQ + 1), by establishments
        - location_quotient_standardised: standard deviations from the mean of the industry over all
          regions of the year, those without it counting as 0; NaN in years of a single region and
          where all quotients are alike
        - excess_establishments, excess_employment: beyond what the industry's overall share would
          give the region
        - cluster_index: Litzenberger and Sternberg's, from both; NaN without area and population

    Raises
    ------
    InvalidCountsError
        If a cell or a margin stands there twice, or a value is negative or infinite.

    See Also
    --------
    geo.concentration.cells.quotients : The formulas and their sources.

    Examples
    --------
    Two regions with four plants each; industry 0 has a quotient of 2 in the one and 0 in the other.

    >>> cells = pd.DataFrame({"year": 2020, "region_key": [0, 0, 1], "industry_key": [0, 1, 1],
    ...                       "establishments": [2.0, 2.0, 4.0], "employment": np.nan})
    >>> table = cell_indices(cells)
    >>> table[["location_quotient_standardised", "excess_establishments"]].iloc[0].round(3).tolist()
    [0.707, 1.0]
    """
    ordered = sorted_cells(cells.reset_index(drop=True))
    table = ordered[CELL_KEYS].copy()
    plants, jobs = (
        ordered[name].to_numpy(dtype=np.float64, na_value=np.nan)
        for name in ("establishments", "employment")
    )
    by_plants = totals_of_cells(ordered, margins, measure="establishments")
    by_jobs = totals_of_cells(ordered, margins, measure="employment")
    quotient = location_quotient_from_totals(plants, *by_plants)
    elsewhere = location_quotient_from_totals(plants, *by_plants, leave_one_out=True)
    table["location_quotient_leave_one_out"] = np.where(np.isinf(elsewhere), np.nan, elsewhere)
    table["location_quotient_symmetric"] = symmetric_quotient(quotient)
    table["location_quotient_standardised"] = _standardised(ordered, quotient)
    table["excess_establishments"] = excess(plants, *by_plants)
    table["excess_employment"] = excess(jobs, *by_jobs)
    table["cluster_index"] = np.nan
    if area is not None and population is not None:
        table["cluster_index"] = litzenberger_sternberg(
            employment=jobs,
            employment_total=by_jobs.industry,
            area=ordered["region_key"].map(area),
            area_total=area.sum(),
            population=ordered["region_key"].map(population),
            population_total=population.sum(),
            firms=plants,
            firms_total=by_plants.industry,
        )
    return table.sort_index().set_axis(cells.index)


def _standardised(cells: pd.DataFrame, quotient: Floats) -> Floats:
    """Return `standardised_quotient` for cells, regions without the industry counting as 0."""
    keys = [cells["year"], cells["industry_key"]]
    regions = cells.groupby("year")["region_key"].transform("nunique").to_numpy(dtype=np.float64)
    values = pd.Series(quotient, index=cells.index)
    industry = values.groupby(keys)
    # A region whose number of plants is not known is none without them: it does not count.
    unknown = values.isna().groupby(keys).transform("sum").to_numpy()
    known = regions - unknown
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = industry.transform("sum").to_numpy() / known
        here = ((values - mean) ** 2).groupby(keys).transform("sum").to_numpy()
        absent = known - industry.transform("count").to_numpy()
        spread = np.sqrt((here + absent * mean**2) / (known - 1))
        standardised: Floats = (quotient - mean) / np.where(
            (spread > 1e-12 * mean) & (known > 1), spread, np.nan
        )
    return standardised


def _square_totals(
    cells: pd.DataFrame, jobs: Floats, squares: Floats, totals: Totals
) -> tuple[Floats, Floats, Floats]:
    """Return sums of squared plant sizes of every cell's region, industry and nation."""
    known = ~np.isnan(jobs) & ~np.isnan(squares)
    table = cells[CELL_KEYS].assign(
        jobs=np.where(known, jobs, 0.0), squares=np.where(known, squares, 0.0)
    )
    sums = []
    for keys, total in zip((CELL_KEYS[:2], CELL_KEYS[::2], CELL_KEYS[:1]), totals, strict=True):
        group = table.groupby(keys, sort=False)[["jobs", "squares"]].transform("sum").to_numpy()
        with np.errstate(invalid="ignore", divide="ignore"):
            # Nothing known of the block leaves its variance open: 0 / 0 is NaN.
            sums.append(group[:, 1] * (total / group[:, 0]))
    return sums[0], sums[1], sums[2]
