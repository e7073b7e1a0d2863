"""Flips: the smallest change that would move a verdict, in plants, firms, ties and institutions.

What belongs here: which changes each class hangs on, and which of them is the nearest. What does
not: how much it takes to turn one answer (`least_change`), what chance does to the answers
(`redrawn_verdicts`), other floors (`threshold_changes`), the sentences (`flip_wording`).

Upward all that is lacking is needed, so the nearest lack comes first and the others stand beside
it; downward the nearest loss is enough.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from geo.classification.counterfactuals.least_change import (
    lasting_ties_to_turn,
    linked_firms_to_turn,
    local_ties_to_turn,
    plants_to_turn,
)
from geo.classification.families import SUPPLY
from geo.classification.questions import has_nothing_to_compare, is_testable
from geo.vocabulary import FLIPS

if TYPE_CHECKING:
    import numpy.typing as npt

    from geo.settings import Thresholds

    Floats = npt.NDArray[np.float64]
    Bools = npt.NDArray[np.bool_]

__all__ = ["flips"]

_TESTED = ["establishments", "location_quotient", "concentration_q"]
_ROUNDING = 1e-9  # a count that is whole but for its last digits


class _Change(NamedTuple):
    amount: Floats
    """How much; NaN = none, or not a number."""
    distance: Floats
    """The amount as a share of what is asked for or there; infinite = not lacking."""


_Changes = dict[str, _Change]


def flips(cells: pd.DataFrame, thresholds: Thresholds) -> pd.DataFrame:
    """The way up and the nearest way down from every cell's class.

    Parameters
    ----------
    cells : DataFrame
        The evidence, the answers and `class` of `judgements`, and the columns of
        `resampled_plants.plant_totals`.
    thresholds : Thresholds
        Floors of the questions.

    Returns
    -------
    DataFrame
        On the index of `cells`:

        - flip_up: one of `FLIPS`, the nearest of what the next class lacks; None for a
          cluster, and for a dispersed cell that would need more than twice its plants
        - flip_up_amount: how many more are needed: plants, ties turned to local partners, firms
          with a stable local partner, local ties that last, firms tied to institutions; for
          `spread` the effective establishments that are lacking, for `coverage` the share of
          firms that the links must cover to decide; NaN for what is there or
          not, such as a second year of ties
        - flip_up_also: the other lacks with their amounts, nearest first, as
          `linked_firms 3, years`; None
        - flip_down, flip_down_amount: what, if lost, would take the class away, and how many of
          it. Losses of ties are not given where a cell also collaborates across a border, or by
          knowledge

    Notes
    -----
    Near is small against the count that is asked for (up) or there is (down). What is not a
    number comes after all numbers.
    """
    up: _Changes = {}
    down: _Changes = {}
    is_a, is_b, is_c = (
        _is(cells[name]) for name in ("is_concentrated", "is_collaborating", "has_ecosystem")
    )
    # A cell that also collaborates across a border, or by knowledge, loses nothing with its ties.
    alone_b = is_b & ~_is(cells["is_collaborating_across"])
    if "collaborates_by_knowledge" in cells:
        alone_b &= ~_is(cells["collaborates_by_knowledge"])
    _plants(cells, thresholds, up, down, is_a=is_a)
    _collaboration(cells, thresholds, up, down, rising=is_a & ~is_b, falling=alone_b)
    _ecosystem(
        cells,
        thresholds,
        up,
        down,
        rising=is_a & is_b & ~is_c,
        falling=is_a & alone_b & is_c,
    )
    first, amount, others = _nearest(up, cells.index)
    loss, lost, _ = _nearest(down, cells.index)
    return pd.DataFrame(
        {
            "flip_up": first,
            "flip_up_amount": amount,
            "flip_up_also": others,
            "flip_down": loss,
            "flip_down_amount": lost,
        },
        index=cells.index,
    )


def _is(answer: pd.Series[bool]) -> Bools:
    found: Bools = answer.astype("boolean").fillna(value=False).to_numpy(dtype=bool)
    return found


def _array(cells: pd.DataFrame, column: str) -> Floats:
    values: Floats = cells[column].to_numpy(dtype=np.float64, na_value=np.nan)
    return values


def _note(into: _Changes, code: str, amount: Floats, whole: Floats, where: Bools) -> None:
    """Note `amount` of `code`, and how far it is as a share of `whole`."""
    with np.errstate(invalid="ignore"):
        is_here = where & (amount > 0)
        distance = amount / np.maximum(whole, 1e-9)
    into[code] = _Change(np.where(is_here, amount, np.nan), np.where(is_here, distance, np.inf))


def _note_lack(into: _Changes, code: str, where: Bools) -> None:
    """Note that something is lacking that is not a number."""
    far = np.where(where, np.finfo(float).max, np.inf)
    into[code] = _Change(np.full(len(where), np.nan), far)


def _nearest(found: _Changes, index: pd.Index) -> tuple[pd.Series[str], Floats, pd.Series[str]]:
    """Code and amount of the least distance, and the others in the order of theirs."""
    codes = [code for code in FLIPS if code in found]
    amounts = np.column_stack([found[code].amount for code in codes])
    distances = np.column_stack([found[code].distance for code in codes])
    order = np.argsort(distances, axis=1, kind="stable")
    counts = np.isfinite(distances).sum(axis=1)
    rows = np.arange(len(index))
    first = np.array(codes, dtype=object)[order[:, 0]]
    first[counts == 0] = None
    also = np.full(len(index), None, dtype=object)
    for row in np.flatnonzero(counts > 1):
        also[row] = ", ".join(
            codes[c] if np.isnan(amounts[row, c]) else f"{codes[c]} {amounts[row, c]:.4g}"
            for c in order[row, 1 : counts[row]]
        )
    return (
        pd.Series(first, index=index, dtype="object"),
        np.where(counts > 0, amounts[rows, order[:, 0]], np.nan),
        pd.Series(also, index=index, dtype="object"),
    )


def _plants(
    cells: pd.DataFrame, thresholds: Thresholds, up: _Changes, down: _Changes, *, is_a: Bools
) -> None:
    """Question A: plants more or fewer, and jobs spread over them."""
    is_open = cells["is_concentrated"].isna().to_numpy()
    is_no = ~is_a & ~is_open
    n = _array(cells, "establishments")
    change = plants_to_turn(cells, thresholds, rising=is_no, falling=is_a)
    _note(up, "plants", change.more, n + change.more, is_no)
    floor = thresholds.effective_establishments
    short = np.round(floor - _array(cells, "effective_establishments"), 1)
    is_near = is_no & np.isfinite(change.more)
    _note(up, "spread", short, np.full(len(n), floor), is_near)
    is_alone = is_open & has_nothing_to_compare(cells).to_numpy()
    is_unsized = is_open & ~is_alone & cells[_TESTED].notna().all(axis=1).to_numpy()
    _note_lack(up, "comparison", is_alone)
    _note_lack(up, "job_data", is_unsized)
    _note_lack(up, "plant_data", is_open & ~is_alone & ~is_unsized)
    _note(down, "plants", change.fewer, n, is_a)


def _collaboration(
    cells: pd.DataFrame,
    thresholds: Thresholds,
    up: _Changes,
    down: _Changes,
    *,
    rising: Bools,
    falling: Bools,
) -> None:
    """Question B by supply: local ties, firms with a stable local partner, ties that last."""
    ties, firms = _array(cells, "supply_ties"), _array(cells, "living_firms")
    seen = rising & (ties > 0)
    is_one_year = cells["persistence_base_rate"].isna().to_numpy()
    _note_lack(up, "links", rising & ~seen)
    _note_lack(up, "years", seen & is_one_year)
    testable = is_testable(SUPPLY, cells, thresholds).to_numpy(dtype=bool)
    change = local_ties_to_turn(SUPPLY, cells, thresholds, rising=seen, falling=falling)
    local = _array(cells, "local_supply_ties")
    _note(up, "local_ties", change.more, local + change.more, seen)
    _note(down, "local_ties", change.fewer, local, falling)
    _note_lack(up, "elsewhere", seen & ~testable & np.isnan(change.more))
    change = linked_firms_to_turn(SUPPLY, cells, thresholds, rising=seen, falling=falling)
    linked = np.round(_array(cells, "locally_linked_share") * firms)
    _note(up, "linked_firms", change.more, linked + change.more, seen)
    _note(down, "linked_firms", change.fewer, linked, falling)
    coverage = _array(cells, "link_coverage")
    # What the links leave out is so little that breadth is below its floor, or no more than usual.
    deciding = 1 + np.fmin(
        _array(cells, "locally_linked_share_high") - thresholds.locally_linked_share,
        _array(cells, "locally_linked_share") - _array(cells, "usual_linked_share"),
    )
    is_covered = seen & (coverage < 1) & cells["is_broad"].isna().to_numpy() & (deciding < 1)
    distance = np.maximum(deciding - coverage, _ROUNDING)
    up["coverage"] = _Change(
        np.where(is_covered, deciding, np.nan), np.where(is_covered, distance, np.inf)
    )
    change = lasting_ties_to_turn(cells, thresholds, rising=seen & ~is_one_year, falling=falling)
    kept = _array(cells, "tie_persistence") * _array(cells, "persistence_trials")
    _note(up, "lasting_ties", change.more, np.nan_to_num(kept) + change.more, seen)
    _note(down, "lasting_ties", change.fewer, kept, falling)


def _ecosystem(
    cells: pd.DataFrame,
    thresholds: Thresholds,
    up: _Changes,
    down: _Changes,
    *,
    rising: Bools,
    falling: Bools,
) -> None:
    """Question C: firms tied to institutions, and to a kind of each family."""
    firms = _array(cells, "living_firms")
    share, q = _array(cells, "institution_tied_share"), _array(cells, "institution_q")
    asked = {"tied_firms": (share, thresholds.institution_tied_share)} | {
        f"{family}_firms": (
            _array(cells, f"{family}_kind_reach"),
            thresholds.institution_kind_reach,
        )
        for family in ("innovation", "service")
    }
    is_unknown = np.zeros(len(cells), dtype=bool)
    for code, (reach, floor) in asked.items():
        least, there = np.ceil(floor * firms - _ROUNDING), np.round(reach * firms)
        _note(up, code, least - there, least, rising)
        _note(down, code, there - least + 1, there, falling)
        is_unknown |= np.isnan(reach)
    _note_lack(up, "institution_data", rising & is_unknown)
    with np.errstate(invalid="ignore"):
        is_chance = (share >= thresholds.institution_tied_share) & (q > thresholds.significance)
    _note_lack(up, "institution_ties", rising & is_chance)
