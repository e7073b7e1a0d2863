r"""What withheld jobs can be at least and at most, and the quotients that follow.

Here belong bounds that hold whatever stands behind a withheld number: no estimates, no
imputation. Quotients of what is known are in `cell_table`.

Tables: `cells` has one row per year, region_key and industry_key, with establishments and
employment (NaN = withheld). `margins` has the same keys, empty where a row is a total over them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np
import pandas as pd

from geo.concentration.cells.false_discovery import q_values
from geo.concentration.cells.quotient_intervals import dartboard_p, location_quotient_interval
from geo.concentration.cells.totals import CELL_KEYS, published_totals, sorted_cells
from geo.errors import InvalidCountsError

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]
    Key = Literal["region_key", "industry_key"]

__all__ = ["concentration_bounds", "employment_bounds", "quotient_bounds"]

_ROUNDS = 50


class _Lines(NamedTuple):
    """Regions or industries of a year, and what is published of them."""

    of_cell: npt.NDArray[np.intp]
    """Line of every cell, shape (n_cells,)."""
    total: Floats
    """Published total of every cell's line, shape (n_cells,); NaN where there is none."""


def employment_bounds(
    cells: pd.DataFrame,
    margins: pd.DataFrame | None = None,
    *,
    least_per_establishment: float = 0.0,
    exhaustive: bool = False,
) -> pd.DataFrame:
    r"""Least and most jobs of every cell that the published totals allow.

    A withheld cell has at most what its region's total leaves after the region's known cells, and
    at most what its industry's total leaves:

    .. math:: 0 \le e_{ri} \le \min \Bigl( e_{r\cdot} - \sum_{j\ \mathrm{known}} e_{rj},\;
       e_{\cdot i} - \sum_{q\ \mathrm{known}} e_{qi} \Bigr)

    and the least jobs of the other withheld cells of the line go off as well. If totals are
    `exhaustive`, what they leave has to stand in the withheld cells, so each also has at least
    what is left after the most jobs of the others; both rules are repeated until nothing moves.

    Parameters
    ----------
    cells : DataFrame
        Columns year, region_key, industry_key, establishments, employment; one row per year, region
        and industry that is there.
    margins : DataFrame, optional
        Columns year, region_key, industry_key (empty = all), employment.
    least_per_establishment : float, default 0
        Jobs that every establishment has at least; where establishments are not known it is one.
        Registers hold establishments without a job in the month counted, so 0.
    exhaustive : bool, default False
        Whether totals are of these very cells. Often they are not: a county's total may hold public
        employers, a nation's places off the map. Upper bounds hold all the same.

    Returns
    -------
    DataFrame
        The rows, order and row labels of `cells`, with year, region_key, industry_key,
        employment_low and employment_high: both the known jobs where they are known; infinite where
        nothing bounds them. A total that is below its own known cells bounds nothing.

    Raises
    ------
    InvalidCountsError
        If a cell or a margin stands there twice, or a number is negative or infinite.

    References
    ----------
    .. [1] Dobra, A. & Fienberg, S. E. (2000). Bounds for cell entries in contingency tables given
       marginal totals and decomposable graphs. Proceedings of the National Academy of Sciences
       97(22), 11885-11892. (The bounds from two margins, after Fréchet and Bonferroni.)

    Examples
    --------
    A region of 10 jobs with 7 of them known: the other industry has at most 3.

    >>> cells = pd.DataFrame({"year": 2020, "region_key": [0, 0], "industry_key": [0, 1],
    ...                       "establishments": [4.0, 2.0], "employment": [7.0, np.nan]})
    >>> margins = pd.DataFrame({"year": [2020], "region_key": pd.array([0], dtype="Int64"),
    ...                         "industry_key": pd.array([None], dtype="Int64"),
    ...                         "establishments": [6.0], "employment": [10.0]})
    >>> employment_bounds(cells, margins)["employment_high"].tolist()
    [7.0, 3.0]
    """
    ordered = sorted_cells(cells.reset_index(drop=True))
    low, high = _bounds(ordered, margins, least=least_per_establishment, exhaustive=exhaustive)
    table = ordered[CELL_KEYS].assign(employment_low=low, employment_high=high)
    return table.sort_index().set_axis(cells.index)


def quotient_bounds(
    cells: pd.DataFrame,
    margins: pd.DataFrame | None = None,
    *,
    least_per_establishment: float = 0.0,
    exhaustive: bool = False,
) -> pd.DataFrame:
    r"""Least and most a location quotient by jobs can be, whatever stands in withheld cells.

    .. math:: LQ_{ri} = \frac{e_{ri}\, e_{\cdot\cdot}}{e_{r\cdot}\, e_{\cdot i}}

    with :math:`e_{ri}` between its bounds (`employment_bounds`). A published total is what it is. A
    total that is not published is the sum of its cells, between the sums of their bounds, the cell
    itself always with the same jobs in it as above the line. The bounds are outer ones: they hold,
    and may not be reached where several totals are open.

    Parameters
    ----------
    cells, margins, least_per_establishment, exhaustive
        As in `employment_bounds`.

    Returns
    -------
    DataFrame
        The rows, order and row labels of `cells`, with year, region_key, industry_key,
        employment_low, employment_high, location_quotient_employment_least and
        location_quotient_employment_most; the last two are equal where everything is known, NaN
        where region or industry can have no jobs, and infinite where nothing bounds them.

    Raises
    ------
    InvalidCountsError
        If a cell or a margin stands there twice, or a number is negative or infinite.

    See Also
    --------
    employment_bounds : The bounds of the jobs, with their source.

    Examples
    --------
    Up to 3 of 10 jobs here, against 30 of 100 in the nation: a quotient from 0 to 1.

    >>> cells = pd.DataFrame({"year": 2020, "region_key": [0, 0], "industry_key": [0, 1],
    ...                       "establishments": [4.0, 2.0], "employment": [7.0, np.nan]})
    >>> margins = pd.DataFrame({"year": 2020, "employment": [10.0, 30.0, 100.0],
    ...                         "region_key": pd.array([0, None, None], dtype="Int64"),
    ...                         "industry_key": pd.array([None, 1, None], dtype="Int64")})
    >>> bounds = quotient_bounds(cells, margins)
    >>> bounds.iloc[1][["location_quotient_employment_least", "location_quotient_employment_most"]
    ...     ].tolist()
    [0.0, 1.0]
    """
    ordered = sorted_cells(cells.reset_index(drop=True))
    low, high = _bounds(ordered, margins, least=least_per_establishment, exhaustive=exhaustive)
    lines = [_lines(ordered, margins, key) for key in ("region_key", "industry_key")]
    years = np.unique(ordered["year"].to_numpy(), return_inverse=True)[1]
    grand = np.asarray(
        published_totals(margins, None, "employment").reindex(ordered["year"]), dtype=np.float64
    )
    table = ordered[CELL_KEYS].assign(employment_low=low, employment_high=high)
    fewest, most = ([_others(line.of_cell, end) for line in lines] for end in (low, high))
    possible = _possible(lines, high, most)
    with np.errstate(invalid="ignore"):
        # Where both totals are open the quotient rises up to here and falls again.
        turn = np.clip(np.nan_to_num(np.sqrt(fewest[0] * fewest[1]), nan=np.inf), low, high)
    # The largest quotient has the fewest jobs elsewhere in its lines and the most in the nation.
    for name, rest, everywhere, jobs in (
        ("least", most, low, (low, high)),
        ("most", fewest, high, (low, high, turn)),
    ):
        nation = _nation(lines, years, grand, everywhere)
        values = [_quotient(number, nation, lines, rest) for number in jobs]
        end = (np.fmin if name == "least" else np.fmax).reduce(values)
        # A cell that has no jobs has none of the region's, however few those may be.
        end = np.where((low if name == "least" else high) == 0, 0.0, end)
        table[f"location_quotient_employment_{name}"] = np.where(possible, end, np.nan)
    return table.sort_index().set_axis(cells.index)


def concentration_bounds(
    cells: pd.DataFrame, margins: pd.DataFrame | None = None, *, level: float = 0.95
) -> pd.DataFrame:
    r"""What withheld numbers leave open in every cell, and the plant test at both ends.

    Jobs and establishments are bounded as in `employment_bounds`, quotients as in
    `quotient_bounds`. At the fewest and at the most establishments of a withheld cell stand the
    exact tail and its interval, too, so that one can see whether both ends say the same. The tail
    needs the totals of its region, its industry and the nation as published: where one is not, it
    is NaN.

    Parameters
    ----------
    cells : DataFrame
        Columns year, region_key, industry_key, establishments, employment (NaN = withheld); one row
        per year, region and industry that is there.
    margins : DataFrame, optional
        Columns year, region_key, industry_key (empty = all), establishments, employment.
    level : float, default 0.95
        Level of the intervals.

    Returns
    -------
    DataFrame
        The rows, order and row labels of `cells`, with year, region_key, industry_key and

        - withheld: "establishments", "employment", "both", or missing where nothing is
        - employment_least, employment_most, location_quotient_employment_least,
          location_quotient_employment_most, establishments_least, establishments_most,
          location_quotient_least, location_quotient_most: equal where known; NaN where nothing
          bounds them
        - location_quotient_low_least, location_quotient_low_most, concentration_q_least,
          concentration_q_most: lower limit of the quotient and adjusted tail at the fewest and the
          most establishments, of withheld cells only

    Raises
    ------
    InvalidCountsError
        If a cell or a margin stands there twice, or a number is negative or infinite.

    References
    ----------
    .. [1] Dobra, A. & Fienberg, S. E. (2000). Bounds for cell entries in contingency tables given
       marginal totals and decomposable graphs. Proceedings of the National Academy of Sciences
       97(22), 11885-11892.

    Examples
    --------
    A region of 10 plants, 7 of them known: at most 3 of the other industry, a quotient of at most
    (3 / 10) / (30 / 100) = 1.

    >>> cells = pd.DataFrame({"year": 2020, "region_key": [0, 0], "industry_key": [0, 1],
    ...                       "establishments": [7.0, np.nan], "employment": [5.0, 4.0]})
    >>> margins = pd.DataFrame({"year": 2020, "establishments": [10.0, 30.0, 100.0],
    ...                         "region_key": pd.array([0, None, None], dtype="Int64"),
    ...                         "industry_key": pd.array([None, 1, None], dtype="Int64"),
    ...                         "employment": np.nan})
    >>> bounds = concentration_bounds(cells, margins).iloc[1:]
    >>> bounds[["location_quotient_most", "establishments_most"]].iloc[0].tolist()
    [1.0, 3.0]
    """
    ordered = sorted_cells(cells.reset_index(drop=True))
    no_plants, no_jobs = ordered["establishments"].isna(), ordered["employment"].isna()
    table = ordered[CELL_KEYS].copy()
    table["withheld"] = pd.Series(
        np.select(
            [no_plants & no_jobs, no_plants, no_jobs], ["both", "establishments", "employment"], ""
        ),
        index=table.index,
        dtype="str",
    ).mask(~(no_plants | no_jobs))
    by_jobs = quotient_bounds(ordered, margins)
    by_plants = quotient_bounds(_as_jobs(ordered), None if margins is None else _as_jobs(margins))
    for bounds, of, quotient in (
        (by_jobs, "employment", "location_quotient_employment"),
        (by_plants, "establishments", "location_quotient"),
    ):
        for end, name in (("least", "employment_low"), ("most", "employment_high")):
            table[f"{of}_{end}"] = bounds[name].where(np.isfinite(bounds[name]))
            limit = bounds[f"location_quotient_employment_{end}"]
            table[f"{quotient}_{end}"] = limit.where(np.isfinite(limit))
    for end in ("least", "most"):
        low, q = _plant_test(ordered, margins, table[f"establishments_{end}"], level=level)
        table[f"location_quotient_low_{end}"], table[f"concentration_q_{end}"] = low, q
    return table.sort_index().set_axis(cells.index)


def _as_jobs(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table whose establishments stand where jobs are bounded."""
    return table.assign(employment=table["establishments"])


def _plant_test(
    cells: pd.DataFrame, margins: pd.DataFrame | None, plants: pd.Series[float], *, level: float
) -> tuple[Floats, Floats]:
    """Return lower limit and adjusted tail of withheld cells, had they so many `plants`."""
    withheld = cells["establishments"].isna().to_numpy()
    limit, chance = np.full(len(cells), np.nan), np.full(len(cells), np.nan)
    if not withheld.any():
        return limit, chance
    region, industry, grand = (
        np.asarray(
            published_totals(margins, key, "establishments").reindex(
                cells["year"] if key is None else pd.MultiIndex.from_frame(cells[["year", key]])
            ),
            dtype=np.float64,
        )
        for key in ("region_key", "industry_key", None)
    )
    there = plants.to_numpy()
    with np.errstate(invalid="ignore"):
        # Published totals that contradict each other test nothing.
        fits = (there <= np.minimum(region, industry)) & (np.maximum(region, industry) <= grand)
    numbers = there[fits], region[fits], industry[fits], grand[fits]
    limit[fits] = location_quotient_interval(*numbers, level=level).low
    chance[fits] = dartboard_p(*numbers)
    # The correction is over all cells of the year, those that are known among them.
    adjusted = q_values(chance, groups=cells["year"].to_numpy())
    return np.where(withheld, limit, np.nan), np.where(withheld, adjusted, np.nan)


def _bounds(
    cells: pd.DataFrame, margins: pd.DataFrame | None, *, least: float, exhaustive: bool
) -> tuple[Floats, Floats]:
    """Return least and most jobs of every cell."""
    jobs = cells["employment"].to_numpy(dtype=np.float64, na_value=np.nan)
    if np.any(jobs < 0) or np.isinf(jobs).any() or not 0 <= least < np.inf:
        message = (
            "`cells` must hold finite employment >= 0, NaN where withheld, and "
            "`least_per_establishment` must be such a number."
        )
        raise InvalidCountsError(message)
    withheld = np.isnan(jobs)
    establishments = cells["establishments"].to_numpy(dtype=np.float64, na_value=np.nan)
    floor = least * np.where(np.isnan(establishments), 1.0, establishments)
    low, high = np.where(withheld, floor, jobs), np.where(withheld, np.inf, jobs)
    lines = [_lines(cells, margins, key) for key in ("region_key", "industry_key")]
    # A total below what is known of it contradicts itself, beyond rounding, and bounds nothing.
    totals = [
        np.where(line.total >= (low + _others(line.of_cell, low)) * (1 - 1e-9), line.total, np.nan)
        for line in lines
    ]
    for _ in range(_ROUNDS if exhaustive else 1):
        before = low.copy(), high.copy()
        for line, total in zip(lines, totals, strict=True):
            room = np.maximum(total - _others(line.of_cell, low), 0.0)
            high = np.where(withheld, np.maximum(np.fmin(high, room), low), high)
            if exhaustive:
                due = total - _others(line.of_cell, high)
                low = np.where(withheld, np.minimum(np.fmax(low, due), high), low)
        if np.array_equal(before[0], low) and np.array_equal(before[1], high):
            break
    return low, high


def _lines(cells: pd.DataFrame, margins: pd.DataFrame | None, key: Key) -> _Lines:
    """Return the regions or the industries of all years."""
    years, keys = (cells[name].to_numpy(dtype=np.int64) for name in ("year", key))
    # One integer for both, since a table of pairs takes seconds to tell apart.
    span = keys.max(initial=0) + 1
    line, first = pd.factorize(years * span + keys)
    names = pd.MultiIndex.from_arrays(np.divmod(first, span))
    total = published_totals(margins, key, "employment").reindex(names)
    return _Lines(line, np.asarray(total, dtype=np.float64)[line])


def _others(line: npt.NDArray[np.intp], values: Floats) -> Floats:
    """Return the sum over the other cells of every cell's line; infinite if one of them is."""
    endless = np.isinf(values)
    finite = np.where(endless, 0.0, values)
    rest = np.bincount(line, finite)[line] - finite if len(line) else finite
    more = np.bincount(line, endless)[line] - endless if len(line) else finite
    return np.where(more > 0.5, np.inf, np.maximum(rest, 0.0))


def _nation(
    lines: list[_Lines], years: npt.NDArray[np.intp], published: Floats, cells: Floats
) -> Floats:
    """Return the grand total as `totals_of_cells` takes it, where cells hold so many jobs."""
    sums = []
    for line in lines:
        first = np.unique(line.of_cell, return_index=True)[1]
        total = np.where(np.isnan(line.total), cells + _others(line.of_cell, cells), line.total)
        sums.append(np.bincount(years[first], total[first])[years] if len(years) else cells)
    return np.where(np.isnan(published), np.maximum(*sums), published)


def _possible(lines: list[_Lines], high: Floats, rest: list[Floats]) -> npt.NDArray[np.bool_]:
    """Return where both the region and the industry can have a job."""
    region, industry = (
        np.where(np.isnan(line.total), high + others, line.total) > 0
        for line, others in zip(lines, rest, strict=True)
    )
    return np.asarray(region & industry)


def _quotient(jobs: Floats, grand: Floats, lines: list[_Lines], rest: list[Floats]) -> Floats:
    """Return the quotient with so many jobs in the cell, the rest of its lines and the nation."""
    region, industry = (
        np.where(np.isnan(line.total), jobs + others, line.total)
        for line, others in zip(lines, rest, strict=True)
    )
    # The share is taken of an open total if there is one, of two of the one with less elsewhere:
    # it ends at one where nothing bounds the cell, and is one where the cell's first job is the
    # first of the line.
    open_region, open_industry = (np.isnan(line.total) for line in lines)
    by_region = open_region & ~(open_industry & (rest[1] < rest[0]))
    whole, other = np.where(by_region, region, industry), np.where(by_region, industry, region)
    with np.errstate(invalid="ignore", divide="ignore"):
        alone = (np.isinf(jobs) | (whole == 0)) & (open_region | open_industry)
        share = np.where(alone, 1.0, jobs / whole)
        # An endless nation over an endless line may be anything.
        return np.where(np.isinf(grand) & np.isinf(other), np.inf, share * (grand / other))
