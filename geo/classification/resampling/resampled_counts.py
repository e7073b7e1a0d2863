"""Confidence where ties are counted between cells: how sure the answer on collaboration is.

What belongs here: the chance that counts drawn again give the same answer, in closed form, since
nobody can draw firms of whom only sums are known. What does not: plants (`resampled_plants`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.special import ndtr

from geo.linkage.collaboration.persistence import lasting_share

if TYPE_CHECKING:
    import numpy.typing as npt

    from geo.settings import Thresholds

    Floats = npt.NDArray[np.float64]

__all__ = ["same_by_counts"]

_ONE_SIDED = 1.6448536269514722  # standard errors of the bounds of an excess
_TWO_SIDED = 1.959963984540054  # standard errors of the bounds of a share
_NEEDED = (
    "excess_local_share",
    "excess_local_share_without_hub",
    "excess_local_share_low_without_hub",
    "excess_local_share_high",
    "locally_linked_share",
    "usual_linked_share",
    "living_firms",
    "tie_persistence",
    "tie_persistence_low",
    "tie_persistence_high",
    "persistence_base_rate",
)


def same_by_counts(cells: pd.DataFrame, given: pd.DataFrame, thresholds: Thresholds) -> Floats:
    """Chance that the counts, drawn again, give each cell the same answer on collaboration.

    Each part of the answer is normal about what was seen, with the standard error that its bounds
    tell of. A yes needs all of its parts, which are drawn independently; for a no the surest of
    them is enough.

    Parameters
    ----------
    cells : DataFrame
        The evidence, with ties_are_counted where there are such ties.
    given : DataFrame
        As `geo.classification.truth_table.judgements` returns it.
    thresholds : Thresholds
        Floors of the questions.

    Returns
    -------
    ndarray, shape (n_cells,)
        1 where ties are not counted, or the answer is open.
    """
    share = np.ones(len(cells))
    if "ties_are_counted" not in cells:
        return share
    counted = cells["ties_are_counted"].astype("boolean").fillna(value=False).to_numpy(dtype=bool)
    alone, no = _parts(cells, thresholds)
    across, _ = _parts(_across(cells), thresholds)
    by_supply, together, collaborates = (
        given[name].astype("boolean")
        for name in ("collaborates_by_supply", "is_collaborating_across", "is_collaborating")
    )
    for answer, chance in (
        (collaborates.eq(other=False), no),
        (together.fillna(value=False), across),
        (by_supply, alone),
    ):
        chosen = answer.fillna(value=False).to_numpy(dtype=bool) & counted & ~np.isnan(chance)
        share[chosen] = chance[chosen]
    return share


def _across(cells: pd.DataFrame) -> pd.DataFrame:
    """Evidence of the cells together with adjoining regions, under the usual names."""
    found = {c: cells.get(f"{c}_across", pd.Series(np.nan, index=cells.index)) for c in _NEEDED}
    return pd.DataFrame(found).assign(
        living_firms=cells["living_firms"], persistence_base_rate=cells["persistence_base_rate"]
    )


def _parts(cells: pd.DataFrame, thresholds: Thresholds) -> tuple[Floats, Floats]:
    """Chance that all parts say yes, and that the surest of those that say no does again."""
    number = {name: cells[name].to_numpy(dtype=np.float64) for name in _NEEDED}
    excess, floor = number["excess_local_share_without_hub"], thresholds.excess_local_share
    lasts, base = number["tie_persistence"], number["persistence_base_rate"]
    enough = lasting_share(
        pd.Series(base), floor=thresholds.tie_persistence, gain=thresholds.tie_persistence_gain
    ).to_numpy()
    linked, firms = number["locally_linked_share"], number["living_firms"]
    with np.errstate(invalid="ignore", divide="ignore"):
        error = (excess - number["excess_local_share_low_without_hub"]) / _ONE_SIDED
        beyond = _above(excess, np.maximum(floor, floor / 2 + _ONE_SIDED * error), error)
        error = (lasts - number["tie_persistence_low"]) / _TWO_SIDED
        above = np.minimum(base, thresholds.tie_persistence) + _TWO_SIDED * error
        stable = _above(lasts, np.maximum(above, enough), error)
        error = np.sqrt(np.maximum(linked * (1 - linked), 0.25 / firms) / firms)
        least = np.maximum(thresholds.locally_linked_share, number["usual_linked_share"])
        broad = _above(linked, least, error)
        high = number["excess_local_share_high"]
        error = (high - number["excess_local_share"]) / _ONE_SIDED
        not_beyond = _above(thresholds.excess_ruled_out, high, error)
        error = (number["tie_persistence_high"] - lasts) / _TWO_SIDED
        not_stable = _above(enough, number["tie_persistence_high"], error)
    yes: Floats = beyond * stable * broad
    no: Floats = np.fmax(not_beyond, not_stable)
    return yes, no


def _above(value: npt.ArrayLike, floor: npt.ArrayLike, error: Floats) -> Floats:
    """Chance of a value drawn again to be above a floor."""
    beyond = np.asarray(value, dtype=np.float64) - np.asarray(floor, dtype=np.float64)
    chance: Floats = ndtr(beyond / np.maximum(error, 1e-9))
    return chance
