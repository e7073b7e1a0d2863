"""The stage of a cell on its path over the years, with hysteresis so that noise changes nothing.

What belongs here: reading a path of answers as forming, upgrading, mature, at risk, declining or
steady. What does not: the answers of one year (`geo.classification.questions`), and telling what
changed from one year to the next (`geo.classification.tables.class_transitions`).

A cell stands on a ladder: 0 not concentrated, 1 concentrated, 2 collaborating as well, 3 with an
ecosystem of institutions as well. It rises a rung after two periods in which the answers reach the
floors, and falls after two in which they miss even lower floors. A year that cannot tell neither
counts nor resets the count. Nothing here looks ahead: the stage of a year rests on the answers of
the years up to it, so later years never change it. (An answer on collaboration may itself be
told more surely once later ties are seen; that is for the tests of linkage.)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from geo.classification.questions import answers

if TYPE_CHECKING:
    import numpy.typing as npt

    from geo.settings import Thresholds

    Floats = npt.NDArray[np.float64]
    Whole = npt.NDArray[np.int8]
    Flags = npt.NDArray[np.bool_]

__all__ = ["Rungs", "leaving_thresholds", "rungs", "stage_paths", "stages"]

_DWELL = 2  # periods that a change has to stay before it counts
_RECENT = 3  # periods in which a change shapes the stage; also the fewest that make a path
_LEAVING = 0.8  # lower floors as a share of the upper ones: a quotient of 1.25 is left at 1
_TOP = 3
_AT_RISK, _DECLINING = (0.8, 0.9), (0.6, 0.75)  # shares of the peak: to enter below, to leave above
_STAGES = ("not_known", "declining", "at_risk", "forming", "upgrading", "mature", "steady")
_RELAXED = 2.0  # times the false-discovery rate at which a concentration or tie is still believed


class Rungs(NamedTuple):
    """How high cells stand on the ladder, as far as the answers tell; equal where they tell all."""

    low: npt.NDArray[np.int8]
    """Rung they reach at least."""
    high: npt.NDArray[np.int8]
    """Rung they reach at most."""


def stages(cells: pd.DataFrame, thresholds: Thresholds) -> pd.Series[str]:
    """Stage of every cell and year.

    Parameters
    ----------
    cells : DataFrame
        One row per year, region_key and industry_key, all years of the path: establishments, and
        the columns of the concentration and linkage tables that the answers read. A cell may lack
        years; periods are the years that any cell has.
    thresholds : Thresholds
        Upper floors; the lower ones are those of `leaving_thresholds`.

    Returns
    -------
    Series of str
        On the index of `cells`, one of the keys of `geo.vocabulary.STAGES`; 'not_known' until the
        question of concentration was answered in three years.
    """
    entering = rungs(answers(cells, thresholds))
    leaving = rungs(answers(cells, leaving_thresholds(thresholds)))
    cell = cells.groupby(["region_key", "industry_key"], sort=True).ngroup().to_numpy()
    years, period = np.unique(cells["year"].to_numpy(), return_inverse=True)
    shape = (int(cell.max(initial=-1)) + 1, len(years))

    def path(values: npt.ArrayLike, absent: float, dtype: npt.DTypeLike) -> npt.NDArray[np.generic]:
        grid = np.full(shape, absent, dtype=dtype)
        grid[cell, period] = values
        return grid

    ladders = [
        Rungs(path(r.low, 0, np.int8), path(r.high, _TOP, np.int8))  # type: ignore[arg-type]
        for r in (entering, leaving)
    ]
    plants = cells["establishments"].to_numpy(dtype=np.float64, na_value=np.nan)
    codes = stage_paths(*ladders, establishments=path(plants, np.nan, np.float64))  # type: ignore[arg-type]
    return pd.Series(np.array(_STAGES, dtype=object)[codes[cell, period]], index=cells.index)


def leaving_thresholds(thresholds: Thresholds) -> Thresholds:
    """Lower floors, at which what was reached is lost: four fifths of the upper ones.

    A location quotient entered at 1.25 is left at 1, the overall share. The false-discovery rate
    is twice as large: evidence that is a little weaker one year does not undo what was found.

    Examples
    --------
    >>> from geo.settings import Thresholds
    >>> leaving_thresholds(Thresholds()).location_quotient
    1.0
    """
    lower = {
        name: _LEAVING * getattr(thresholds, name)
        for name in (
            "location_quotient",
            "effective_establishments",
            "excess_local_share",
            "locally_linked_share",
            "tie_persistence",
            "institution_tied_share",
            "institution_kind_reach",
        )
    }
    fewest = int(np.ceil(_LEAVING * thresholds.establishments))
    significance = min(_RELAXED * thresholds.significance, 0.5)
    return thresholds.model_copy(
        update={**lower, "establishments": fewest, "significance": significance}
    )


def rungs(answered: pd.DataFrame) -> Rungs:
    """Where on the ladder cells stand by their three answers.

    Parameters
    ----------
    answered : DataFrame
        Nullable booleans is_concentrated, is_collaborating, has_ecosystem.

    Examples
    --------
    Concentrated and collaborating, the ecosystem not known: the second rung or the third.

    >>> answered = pd.DataFrame({"is_concentrated": [True], "is_collaborating": [True],
    ...                          "has_ecosystem": [None]}, dtype="boolean")
    >>> [int(bound[0]) for bound in rungs(answered)]
    [2, 3]
    """
    columns = [answered[c] for c in ("is_concentrated", "is_collaborating", "has_ecosystem")]
    bounds = []
    for if_not_known in (False, True):
        told = np.column_stack([c.fillna(if_not_known).to_numpy(dtype=bool) for c in columns])
        bounds.append(np.cumprod(told, axis=1, dtype=np.int8).sum(axis=1, dtype=np.int8))
    return Rungs(*bounds)


def stage_paths(entering: Rungs, leaving: Rungs, *, establishments: Floats) -> Whole:
    """Stage of every cell in every period, from its path up to that period.

    - *declining*: fell off the ladder within the last three periods, or has lost four in ten of
      the plants of its best two periods and is still on it
    - *at risk*: fell a rung within the last three periods and is still concentrated, or has lost
      two in ten of its plants
    - *forming*: rose from the ground within the last three periods
    - *upgrading*: rose from one rung to a higher one within the last three periods
    - *mature*: on the highest rung, and none of these
    - *steady*: none of these
    - *not known*: fewer than three periods in which concentration was answered

    The first that fits. Two periods of the same answer make the first rung, which is no change.
    Plants are lost only where their number and their share of all plants both fell so far, by
    at least the square root of the peak: a register that shrinks, or an economy that grows, is no
    decline, nor are four plants after five. What was lost is lost until two periods say otherwise.

    Parameters
    ----------
    entering, leaving : Rungs
        Arrays of shape (cells, periods): the ladder by the upper and by the lower floors. Where a
        cell was not seen, 0 at least and 3 at most.
    establishments : ndarray of float64, shape (cells, periods)
        Plants; NaN where not known or not seen.

    Returns
    -------
    ndarray of int8, shape (cells, periods)
        Position in: not_known, declining, at_risk, forming, upgrading, mature, steady.
    """
    cells, periods = establishments.shape
    ladder = [_Switch(cells) for _ in range(_TOP)]
    shrinking = {levels: _Switch(cells) for levels in (_AT_RISK, _DECLINING)}
    kept, is_many = _kept_share(establishments)
    height = np.full(cells, -1, dtype=np.int8)
    before, since = height.copy(), np.full(cells, _RECENT, dtype=np.int64)
    answered = np.zeros(cells, dtype=np.int64)
    path = np.zeros((cells, periods), dtype=np.int8)
    for t in range(periods):
        for rung, switch in enumerate(ladder, start=1):
            switch.turn(
                on=entering.low[:, t] >= rung,
                not_on=entering.high[:, t] < rung,
                off=leaving.high[:, t] < rung,
                not_off=leaving.low[:, t] >= rung,
            )
        for (enter, leave), switch in shrinking.items():
            known = ~np.isnan(kept[:, t])
            lost, regained = (kept[:, t] <= enter) & is_many[:, t], kept[:, t] > leave
            switch.turn(on=lost, not_on=known & ~lost, off=regained, not_off=known & ~regained)
        is_told = (entering.low[:, t] > 0) | (entering.high[:, t] == 0)
        answered += is_told
        now = np.where(ladder[0].is_set, sum(s.is_on.astype(np.int8) for s in ladder), -1)
        is_change = (now != height) & (height >= 0)
        before = np.where(is_change, height, before)
        since = np.where(is_change, 0, since + is_told)
        height = now.astype(np.int8)
        path[:, t] = np.where(
            (answered >= _RECENT) & (height >= 0),
            _stage(height, before, since < _RECENT, [s.is_on for s in shrinking.values()]),
            0,
        )
    return path


def _stage(height: Whole, before: Whole, is_recent: Flags, lost: list[Flags]) -> Whole:
    """Position of the stage in `_STAGES` of cells with a path."""
    some_lost, most_lost = (flags & (height > 0) for flags in lost)
    fell, rose = is_recent & (height < before), is_recent & (height > before)
    conditions = [
        (fell & (height == 0)) | most_lost,
        fell | some_lost,
        rose & (before == 0),
        rose,
        height == _TOP,
    ]
    codes: Whole = np.select(conditions, [1, 2, 3, 4, 5], default=6).astype(np.int8)
    return codes


class _Switch:
    """A yes or no of many cells that turns only after two periods that say so."""

    def __init__(self, cells: int) -> None:
        self.is_on = np.zeros(cells, dtype=bool)
        self.is_set = np.zeros(cells, dtype=bool)
        self._for = np.zeros(cells, dtype=np.int64)
        self._against = np.zeros(cells, dtype=np.int64)

    def turn(self, *, on: Flags, not_on: Flags, off: Flags, not_off: Flags) -> None:
        """Take in one period; a period that says nothing leaves every count as it is."""
        # What is not on yet is measured by the upper floors throughout, what is on by the lower.
        against = np.where(self.is_on, off, not_on)
        for_it = np.where(self.is_on, not_off, on)
        self._for = np.where(for_it, self._for + 1, np.where(against, 0, self._for))
        self._against = np.where(against, self._against + 1, np.where(for_it, 0, self._against))
        self.is_on = np.where(self.is_on, self._against < _DWELL, self._for >= _DWELL)
        self.is_set |= (self._for >= _DWELL) | (self._against >= _DWELL)


def _kept_share(establishments: Floats) -> tuple[Floats, Flags]:
    """Share of their best two periods that cells keep, and whether the loss is more than noise.

    The share is the larger of that of their plants and that of their part of all plants.
    """
    totals = np.nansum(establishments, axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        parts = establishments / totals
        peaks, part_peaks = _peaks(establishments), _peaks(parts)
        kept: Floats = np.maximum(establishments / peaks, parts / part_peaks)
        is_many: Flags = peaks - establishments >= np.sqrt(peaks)
    return kept, is_many


def _peaks(values: Floats) -> Floats:
    """Largest value so far that stood for two periods: the best of the lesser of neighbours."""
    cells, periods = values.shape
    peaks, last = np.full((cells, periods), np.nan), np.full(cells, np.nan)
    peak = last.copy()
    for t in range(periods):
        lesser = np.minimum(values[:, t], last)
        peak = np.fmax(peak, lesser)
        peaks[:, t] = peak
        last = np.where(np.isnan(values[:, t]), last, values[:, t])
    return peaks
