"""The fewest plants, ties or lasting ties, more or fewer, that turn an answer.

What belongs here: asking the three questions again with other counts, by halving. What does not:
which change is the nearest (`flips`), the answers themselves (`answers`).

Every count is changed alone, everything else as it is: a plant more adds one to its region, its
industry and the whole; a local tie more is one that goes out of the region today; the correction
for many tests stays that of the year.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from geo.classification.answers import is_stable
from geo.classification.plants_again import TOTALS, concentration_again, critical_p
from geo.linkage.tails import Moments, upper_tail, wilson_interval

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy.typing as npt

    from geo.settings import Thresholds

    Floats = npt.NDArray[np.float64]
    Bools = npt.NDArray[np.bool_]

__all__ = [
    "LeastChange",
    "lasting_ties_to_turn",
    "least_that_turns",
    "local_ties_to_turn",
    "plants_to_turn",
]


class LeastChange(NamedTuple):
    """Counts by cell; NaN where no change of this kind turns the answer, or it was not asked."""

    more: Floats
    """Fewest more with which the part of the answer becomes yes."""
    fewer: Floats
    """Fewest fewer with which it is a yes no longer."""


def least_that_turns(turns: Callable[[Floats, Bools], Bools], most: Floats) -> Floats:
    """Least whole number from 1 to `most` at which `turns` holds, by halving.

    Parameters
    ----------
    turns : callable
        Takes numbers and the mask of the rows that they belong to, returns whether each turns;
        once it holds, it holds for all larger numbers.
    most : ndarray, shape (n,)
        Largest number asked for; below 1 or NaN = not asked.

    Returns
    -------
    ndarray, shape (n,)
        NaN where it holds nowhere, or is not asked.

    Examples
    --------
    >>> least_that_turns(lambda k, rows: k >= 5, np.array([10.0, 3.0, np.nan])).tolist()
    [5.0, nan, nan]
    """
    found = np.full(len(most), np.nan)
    asked = most >= 1
    high = np.floor(np.where(asked, most, 1.0))
    asked[asked] = turns(high[asked], asked)
    low = np.ones(len(most))
    while (rows := asked & (low < high)).any():
        middle = np.floor((low[rows] + high[rows]) / 2)
        holds = turns(middle, rows)
        high[rows] = np.where(holds, middle, high[rows])
        low[rows] = np.where(holds, low[rows], middle + 1)
    found[asked] = high[asked]
    return found


def plants_to_turn(
    cells: pd.DataFrame,
    thresholds: Thresholds,
    *,
    rising: Bools,
    falling: Bools,
    most: Floats | None = None,
) -> LeastChange:
    """Plants more and fewer that turn concentration.

    Parameters
    ----------
    cells : DataFrame
        The evidence, and the columns of `plants_again.plant_totals`.
    thresholds : Thresholds
        Floors of the questions.
    rising, falling : ndarray of bool, shape (n,)
        Cells asked for more plants, and for fewer.
    most : ndarray, shape (n,), optional
        Largest number of plants more that is asked for; as many as there are where not given.

    Returns
    -------
    LeastChange
        `more` is 0 where the plants are enough, however their jobs are spread.
    """
    n = _array(cells, "establishments")
    critical = _critical(cells, "concentration_p", "concentration_q", thresholds)
    totals = [_array(cells, column) for column in TOTALS]

    def is_passing(plants: Floats, rows: Bools) -> Bools:
        # The quotient is cheap, and without it the rest need not be asked.
        region, industry, whole = (t[rows] + plants - n[rows] for t in totals)
        passing: Bools = (plants >= thresholds.establishments) & (
            plants * whole >= thresholds.location_quotient * region * industry * (1 - 1e-12)
        )
        left = np.flatnonzero(rows)[passing]
        again = concentration_again(cells.iloc[left], plants[passing], critical[left])
        passing[passing] = (
            (again["concentration_q"] <= thresholds.significance)
            & (again["location_quotient"] >= thresholds.location_quotient)
            & (again["location_quotient_low"] > 1)
        )
        return passing

    known = np.isfinite(n) & (n >= 1) & np.isfinite(totals[0])
    enough = np.zeros(len(cells), dtype=bool)
    asked = rising & known
    enough[asked] = is_passing(n[asked], asked)
    limit = np.maximum(n if most is None else most, thresholds.establishments)
    more = least_that_turns(
        lambda k, rows: is_passing(n[rows] + k, rows), np.where(asked & ~enough, limit, np.nan)
    )
    least = np.where(falling & known, n - 1, np.nan)
    fewer = least_that_turns(lambda k, rows: ~is_passing(n[rows] - k, rows), least)
    # The last plant takes the cell with it.
    return LeastChange(np.where(enough, 0.0, more), np.where(falling & (n == 1), 1.0, fewer))


def local_ties_to_turn(
    cells: pd.DataFrame,
    thresholds: Thresholds,
    *,
    rising: Bools,
    falling: Bools,
    suffixes: Sequence[str] = ("", "_without_hub"),
) -> LeastChange:
    """Ties turned to local partners, and away from them, that turn 'beyond chance'.

    Parameters
    ----------
    cells : DataFrame
        The evidence.
    thresholds : Thresholds
        Floors of the questions.
    rising, falling : ndarray of bool, shape (n,)
        Cells asked for more ties, and for fewer.
    suffixes : sequence of str
        Variants of the columns that are asked, all of which have to be a yes.

    Returns
    -------
    LeastChange
        Ties with others than the largest hub, so that they count with and without it.

    Notes
    -----
    Chance is matched by the mean and variance that it had, with a binomial's skewness, as when
    cells are drawn again.
    """
    more, fewer = np.full(len(cells), np.nan), np.full(len(cells), np.nan)
    for suffix in suffixes:
        seen = _array(cells, f"local_supply_ties{suffix}")
        test = _MatchingTest.of(cells, thresholds, suffix)
        is_lacking = rising & ~test.is_passing(seen)
        space = np.floor(test.mean + test.room - seen + 1e-9)

        def rise(k: Floats, rows: Bools, test: _MatchingTest = test, seen: Floats = seen) -> Bools:
            return test.at(rows).is_passing(seen[rows] + k)

        def fall(k: Floats, rows: Bools, test: _MatchingTest = test, seen: Floats = seen) -> Bools:
            return ~test.at(rows).is_passing(seen[rows] - k)

        needed = least_that_turns(rise, np.where(is_lacking, space, np.nan))
        more = np.fmax(more, np.where(is_lacking & np.isnan(needed), np.inf, needed))
        fewer = np.fmin(fewer, least_that_turns(fall, np.where(falling, seen, np.nan)))
    return LeastChange(np.where(np.isfinite(more), more, np.nan), fewer)


class _MatchingTest(NamedTuple):
    """What decides whether a number of local ties is beyond chance."""

    mean: Floats
    variance: Floats
    room: Floats
    phi: Floats
    critical: Floats
    floor: float

    @classmethod
    def of(cls, cells: pd.DataFrame, thresholds: Thresholds, suffix: str) -> _MatchingTest:
        seen, mean, variance, degree, phi = (
            _array(cells, f"{name}{suffix}")
            for name in (
                "local_supply_ties",
                "expected_local_supply_ties",
                "variance_local_supply_ties",
                "matching_degree",
                "tie_dispersion",
            )
        )
        with np.errstate(invalid="ignore", divide="ignore"):
            room = np.where(degree == 0, np.nan, (seen - mean) / degree)
        critical = _critical(cells, f"matching_p{suffix}", f"matching_q{suffix}", thresholds)
        return cls(mean, variance, room, phi, critical, thresholds.matching_degree)

    def at(self, rows: Bools) -> _MatchingTest:
        arrays = (self.mean, self.variance, self.room, self.phi, self.critical)
        mean, variance, room, phi, critical = (values[rows] for values in arrays)
        return _MatchingTest(mean, variance, room, phi, critical, self.floor)

    def is_passing(self, local: Floats) -> Bools:
        with np.errstate(invalid="ignore", divide="ignore"):
            third = self.variance * (2 * self.variance / self.mean - 1)
            moments = (self.mean, self.variance, third, 0.0 * self.mean, self.mean + self.room)
            p = upper_tail(local / self.phi, Moments(*(m / self.phi for m in moments)))
            degree = (local - self.mean) / self.room
        passing: Bools = (degree >= self.floor - 1e-12) & (p <= self.critical)
        return passing


def lasting_ties_to_turn(
    cells: pd.DataFrame, thresholds: Thresholds, *, rising: Bools, falling: Bools
) -> LeastChange:
    """Local ties that live on for a year, more and fewer, that turn stability.

    Parameters
    ----------
    cells : DataFrame
        The evidence.
    thresholds : Thresholds
        Floors of the questions.
    rising, falling : ndarray of bool, shape (n,)
        Cells asked for more ties, and for fewer.

    Returns
    -------
    LeastChange
        Beyond the ties that ended, more that last are new ones: with hardly any tie the sample
        itself must grow, by up to a hundred.
    """
    trials = np.nan_to_num(_array(cells, "persistence_trials"))
    kept = np.nan_to_num(np.round(_array(cells, "tie_persistence") * trials))
    base, coverage = (_array(cells, c) for c in ("persistence_base_rate", "link_coverage"))

    def is_passing(lasting: Floats, rows: Bools) -> Bools:
        n = np.maximum(trials[rows], lasting)
        bounds = wilson_interval(lasting, n)
        with np.errstate(invalid="ignore", divide="ignore"):
            share = lasting / n
        numbers = pd.DataFrame(
            {
                "tie_persistence": share,
                "tie_persistence_low": bounds.low,
                "tie_persistence_high": bounds.high,
                "persistence_base_rate": base[rows],
                "link_coverage": coverage[rows],
            }
        )
        passing: Bools = is_stable(numbers, thresholds).fillna(value=False).to_numpy(dtype=bool)
        return passing

    most = np.maximum(trials - kept, 0) + 100.0
    is_yes = is_stable(cells, thresholds).fillna(value=False).to_numpy(dtype=bool)
    return LeastChange(
        least_that_turns(
            lambda k, rows: is_passing(kept[rows] + k, rows),
            np.where(rising & ~is_yes, most, np.nan),
        ),
        least_that_turns(
            lambda k, rows: ~is_passing(kept[rows] - k, rows),
            np.where(falling & is_yes, kept, np.nan),
        ),
    )


def _critical(cells: pd.DataFrame, p: str, q: str, thresholds: Thresholds) -> Floats:
    """Largest p-value that the correction of each cell's year lets pass."""
    limits = pd.concat(
        critical_p(year[p], year[q], thresholds.significance) for _, year in cells.groupby("year")
    )
    return np.asarray(limits.reindex(cells.index), dtype=np.float64)


def _array(cells: pd.DataFrame, column: str) -> Floats:
    values: Floats = cells[column].to_numpy(dtype=np.float64, na_value=np.nan)
    return values
