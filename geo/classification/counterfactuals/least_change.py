"""The fewest plants, ties or lasting ties, more or fewer, that turn an answer.

What belongs here: asking the three questions again with other counts, by halving. What does not:
which change is the nearest (`flips_of_cells`), the answers themselves (`questions`).

Every count is changed alone, everything else as it is: a plant more adds one to its region, its
industry and the whole; a local tie more is one that goes out of the region today; the correction
for many tests stays that of the year.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from geo.classification.families import SPREAD_OF, SUPPLY
from geo.classification.questions import is_broad, is_lasting_family
from geo.classification.resampling.resampled_plants import TOTALS, concentration_again, critical_p
from geo.concentration.cells.cell_table import LARGE_REGION
from geo.linkage.tails import overdispersed_tail, wilson_interval
from geo.linkage.usual_reach.excess import excess_half_width

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy.typing as npt

    from geo.classification.families import FamilyColumns
    from geo.settings import Thresholds

    Floats = npt.NDArray[np.float64]
    Bools = npt.NDArray[np.bool_]

__all__ = [
    "LeastChange",
    "lasting_ties_to_turn",
    "least_that_turns",
    "linked_firms_to_turn",
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
        The evidence, and the columns of `resampled_plants.plant_totals`.
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
        # Against the rest of the country the quotient is larger: it cannot be ruled out so.
        is_large = region > LARGE_REGION * whole
        passing: Bools = (plants >= thresholds.establishments) & (
            is_large
            | (plants * whole >= thresholds.location_quotient * region * industry * (1 - 1e-12))
        )
        left = np.flatnonzero(rows)[passing]
        again = concentration_again(cells.iloc[left], plants[passing], critical[left])
        passing[passing] = (
            (again["concentration_q"] <= thresholds.significance)
            & (again["location_quotient_asked"] >= thresholds.location_quotient)
            & (again["location_quotient_asked_low"] > 1)
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
    family: FamilyColumns,
    cells: pd.DataFrame,
    thresholds: Thresholds,
    *,
    rising: Bools,
    falling: Bools,
    suffixes: Sequence[str] = ("", "_without_hub"),
) -> LeastChange:
    """Ties turned to local partners, and away from them, that turn 'beyond the usual reach'.

    Parameters
    ----------
    family : FamilyColumns
        Family of ties.
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
        Ties with others than the largest hub, so that they count with and without it. What is
        usual stays as it is.
    """
    more, fewer = np.full(len(cells), np.nan), np.full(len(cells), np.nan)
    for suffix in suffixes:
        test = _ExcessTest.of(family, cells, thresholds, suffix)
        seen = _array(cells, f"{family.local}{suffix}")
        is_lacking = rising & ~test.is_passing(seen)

        def rise(k: Floats, rows: Bools, test: _ExcessTest = test, seen: Floats = seen) -> Bools:
            return test.at(rows).is_passing(seen[rows] + k)

        def fall(k: Floats, rows: Bools, test: _ExcessTest = test, seen: Floats = seen) -> Bools:
            return ~test.at(rows).is_passing(seen[rows] - k)

        needed = least_that_turns(rise, np.where(is_lacking, test.ties - seen, np.nan))
        more = np.fmax(more, np.where(is_lacking & np.isnan(needed), np.inf, needed))
        fewer = np.fmin(fewer, least_that_turns(fall, np.where(falling, seen, np.nan)))
    return LeastChange(np.where(np.isfinite(more), more, np.nan), fewer)


class _ExcessTest(NamedTuple):
    """What decides whether a number of local ties is beyond the usual reach."""

    ties: Floats
    usual: Floats
    estimated: Floats
    """Variance of what is usual by what was estimated and by the lack of fit."""
    phi: Floats
    critical: Floats
    floor: float

    @classmethod
    def of(
        cls, family: FamilyColumns, cells: pd.DataFrame, thresholds: Thresholds, suffix: str
    ) -> _ExcessTest:
        usual = _array(cells, f"{family.usual}{suffix}")
        names = SPREAD_OF[family]
        unsure = _array(cells, f"{names.unsure}{suffix}")
        estimated = unsure + _array(cells, names.lack_of_fit) * usual**2
        p, chance = f"{family.p}{suffix}", family.chance(suffix)
        if p == chance:
            critical = np.full(len(cells), thresholds.significance)
        else:
            critical = _critical(cells, p, chance, thresholds, by_crowding=True)
        phi = _array(cells, f"{names.dispersion}{suffix}")
        ties = _array(cells, f"{family.ties}{suffix}")
        return cls(ties, usual, estimated, phi, critical, thresholds.excess_local_share)

    def at(self, rows: Bools) -> _ExcessTest:
        """The test of some rows."""
        names = ("ties", "usual", "estimated", "phi", "critical")
        return self._replace(**{name: getattr(self, name)[rows] for name in names})

    def is_passing(self, local: Floats) -> Bools:
        p = overdispersed_tail(local, self.usual, self.phi * self.usual + self.estimated)
        with np.errstate(invalid="ignore", divide="ignore"):
            share = (local - self.usual) / self.ties
            low = share - excess_half_width(local, self.ties, self.phi, self.estimated)
        passing: Bools = (
            (share >= self.floor - 1e-12) & (low > self.floor / 2) & (p <= self.critical)
        )
        return passing


def linked_firms_to_turn(
    family: FamilyColumns,
    cells: pd.DataFrame,
    thresholds: Thresholds,
    *,
    rising: Bools,
    falling: Bools,
) -> LeastChange:
    """Firms with a lasting local partner, more and fewer, that turn breadth.

    Parameters as for `local_ties_to_turn`.
    """
    firms = _array(cells, "living_firms")
    linked = np.round(_array(cells, family.linked) * firms)

    def is_passing(number: Floats, rows: Bools) -> Bools:
        bounds = wilson_interval(number, firms[rows])
        columns = {
            family.linked: number / firms[rows],
            f"{family.linked}_low": bounds.low,
            f"{family.linked}_high": bounds.high,
        }
        same = cells.loc[rows, [family.usual_linked, family.coverage, "living_firms"]]
        answer = is_broad(family, same.assign(**columns), thresholds)
        passing: Bools = answer.fillna(value=False).to_numpy(dtype=bool)
        return passing

    is_yes = np.zeros(len(cells), dtype=bool)
    known = np.isfinite(linked)
    is_yes[known] = is_passing(linked[known], known)
    return LeastChange(
        least_that_turns(
            lambda k, rows: is_passing(linked[rows] + k, rows),
            np.where(rising & ~is_yes, firms - linked, np.nan),
        ),
        least_that_turns(
            lambda k, rows: ~is_passing(linked[rows] - k, rows),
            np.where(falling & is_yes, linked, np.nan),
        ),
    )


def lasting_ties_to_turn(
    cells: pd.DataFrame, thresholds: Thresholds, *, rising: Bools, falling: Bools
) -> LeastChange:
    """Local supply ties that live on, more and fewer, that turn stability.

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
        answer = is_lasting_family(SUPPLY, numbers, thresholds)
        passing: Bools = answer.fillna(value=False).to_numpy(dtype=bool)
        return passing

    most = np.maximum(trials - kept, 0) + 100.0
    is_yes = is_lasting_family(SUPPLY, cells, thresholds).fillna(value=False).to_numpy(dtype=bool)
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


def _critical(
    cells: pd.DataFrame,
    p: str,
    q: str,
    thresholds: Thresholds,
    *,
    by_crowding: bool = False,
) -> Floats:
    """Largest p-value that the correction of each cell's year lets pass.

    `by_crowding` says that crowded cells and the others are corrected apart.
    """
    keys = [cells["year"]]
    if by_crowding and "is_crowded" in cells:
        keys.append(cells["is_crowded"].fillna(value=False).astype(bool))
    limits = pd.concat(
        critical_p(group[p], group[q], thresholds.significance) for _, group in cells.groupby(keys)
    )
    return np.asarray(limits.reindex(cells.index), dtype=np.float64)


def _array(cells: pd.DataFrame, column: str) -> Floats:
    values: Floats = cells[column].to_numpy(dtype=np.float64, na_value=np.nan)
    return values
