r"""A cell drawn again: its numbers in worlds that could be, given the one that was seen.

What was seen is one draw of the world that made it, and what is asked is a second draw. So a world
is drawn first from what was seen (the Bayesian bootstrap: every firm stands for an exponential
number of firms like it), and then firms from that world (a Poisson number of each). Together:

.. math:: w_f \sim \text{Geometric on } 0, 1, 2, \ldots, \quad E w_f = 1, \quad \text{Var } w_f = 2

A firm comes with its ties, and with one weight in all of its years. The plain bootstrap, whose
weights have a variance of 1, would answer how exact the figure is, and would promise too much of
the next one.

Here belong the draws and the numbers that follow from them. Which cells need them, and what the
verdict is, is in `geo.classification.confidence`.

References
----------
.. [1] Rubin, D. B. (1981). The Bayesian bootstrap. Annals of Statistics 9(1), 130-134.
.. [2] Geisser, S. (1993). Predictive Inference: An Introduction. Chapman & Hall, ch. 2.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geo.classification.firm_parts import POOLED, YEARLY_PARTS
from geo.linkage.tails import Moments, upper_tail, wilson_interval
from geo.vocabulary import INNOVATION_KINDS, SERVICE_KINDS

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

    from geo.settings import Thresholds

    Floats = npt.NDArray[np.float64]

__all__ = ["collaboration_again", "redrawn_sums", "wilson_again"]

_MANY = 2_000  # firms, above which sums are as good as normal


def redrawn_sums(parts: pd.DataFrame, *, redraws: int, seed: int) -> Iterator[pd.DataFrame]:
    """Sums of the parts of firms, drawn again, cell by cell.

    Parameters
    ----------
    parts : DataFrame
        As `firm_parts.firm_parts` returns it.
    redraws : int
        Draws of every cell.
    seed : int
        Of all draws; each region and industry has a stream of its own.

    Yields
    ------
    DataFrame
        For one region and industry: one row per year and redraw with region_key, industry_key,
        year and, for each part, the ratio of its sum drawn again to the sum seen (1 where there is
        none). Means are 1 over many redraws.
    """
    names = [*YEARLY_PARTS, *POOLED]
    for _, rows in parts.groupby(["region_key", "industry_key"], sort=True):
        region, industry = (int(rows[k].iloc[0]) for k in ("region_key", "industry_key"))
        years, at_year = np.unique(rows["year"].to_numpy(), return_inverse=True)
        firm, at_firm = np.unique(rows["firm_key"].to_numpy(), return_inverse=True)
        laid = np.zeros((len(firm), len(years), len(names)))
        laid[at_firm, at_year] = rows[names].to_numpy(dtype=np.float64)
        # Stability is pooled over the years.
        pooled = laid[:, :, len(YEARLY_PARTS) :].sum(axis=1, keepdims=True)
        laid[:, :, len(YEARLY_PARTS) :] = pooled
        rng = np.random.default_rng([seed, region, industry])
        flat = laid.reshape(len(firm), -1)
        seen = flat.sum(axis=0)
        drawn = _drawn(flat, seen, redraws, rng)
        with np.errstate(invalid="ignore", divide="ignore"):
            ratio = np.where(seen > 0, drawn / seen, 1.0)
        ratio = ratio.reshape(redraws, len(years), len(names)).swapaxes(0, 1)
        table = pd.DataFrame(ratio.reshape(-1, len(names)), columns=names)
        table.insert(0, "year", np.repeat(years, redraws))
        table.insert(0, "industry_key", industry)
        table.insert(0, "region_key", region)
        yield table


def _drawn(parts: Floats, seen: Floats, redraws: int, rng: np.random.Generator) -> Floats:
    """Weighted sums of the columns of `parts`, shape (redraws, columns)."""
    if len(parts) <= _MANY:
        weights = rng.geometric(0.5, size=(redraws, len(parts))).astype(np.float64) - 1.0
        exact: Floats = weights @ parts
        return exact
    value, vector = np.linalg.eigh(2.0 * parts.T @ parts)
    spread = vector * np.sqrt(value.clip(0.0))
    normal: Floats = np.maximum(seen + rng.standard_normal((redraws, len(value))) @ spread.T, 0.0)
    return normal


def wilson_again(share: npt.ArrayLike, trials: npt.ArrayLike) -> tuple[Floats, Floats, Floats]:
    """A share with its 95 % Wilson bounds, kept within 0 and 1; NaN without trials."""
    trials = np.asarray(trials, dtype=np.float64)
    share = np.clip(np.where(trials > 0, share, np.nan), 0.0, 1.0)
    bounds = wilson_interval(share * trials, trials)
    return share, bounds.low, bounds.high


def collaboration_again(
    cells: pd.DataFrame,
    sums: pd.DataFrame,
    thresholds: Thresholds,
    *,
    critical: pd.DataFrame,
) -> dict[str, npt.NDArray[np.float64]]:
    """Numbers of questions B and C in redrawn cells, by the names of the evidence.

    Parameters
    ----------
    cells : DataFrame
        Evidence as seen, one row for every row of `sums`.
    sums : DataFrame
        As `redrawn_sums` yields it.
    thresholds : Thresholds
        Floors: of what is only compared with one, it is enough to know the side.
    critical : DataFrame
        Columns matching_p and matching_p_without_hub: the largest that the year's correction lets
        pass.

    Returns
    -------
    dict of ndarray
        Columns to put in place of those seen.

    Notes
    -----
    What chance expects of a cell, and how its strata mix, goes with its number of ties; how much
    ties bunch by firm stays as seen, and so do the share of firms that the source covers and the
    false-discovery rate of institution ties.
    """
    again = _stability_again(cells, sums)
    for suffix in ("", "_without_hub"):
        limits = critical[f"matching_p{suffix}"].to_numpy()
        again |= _matching_again(cells, sums, thresholds, limits, suffix)
    return again | _ecosystem_again(cells, sums)


def _stability_again(cells: pd.DataFrame, sums: pd.DataFrame) -> dict[str, Floats]:
    firms = cells["living_firms"].to_numpy(dtype=np.float64) * sums["plants"].to_numpy()
    with np.errstate(invalid="ignore", divide="ignore"):
        per_firm = (sums["is_linked"] / sums["plants"]).to_numpy()
        kept = (sums["persistence_kept"] / sums["persistence_trials"]).to_numpy()
    trials = cells["persistence_trials"].to_numpy() * sums["persistence_trials"].to_numpy()
    linked, linked_low, linked_high = wilson_again(cells["locally_linked_share"] * per_firm, firms)
    trials = trials / cells["persistence_dispersion"].to_numpy()
    lasting, low, high = wilson_again(cells["tie_persistence"] * kept, trials)
    return {
        "locally_linked_share": linked,
        "locally_linked_share_low": linked_low,
        "locally_linked_share_high": linked_high,
        "tie_persistence": lasting,
        "tie_persistence_low": low,
        "tie_persistence_high": high,
    }


def _matching_again(
    cells: pd.DataFrame,
    sums: pd.DataFrame,
    thresholds: Thresholds,
    critical: Floats,
    suffix: str,
) -> dict[str, Floats]:
    """Test of matching; the upper bound is told by its side of the floor, as infinity."""
    from scipy.special import betainc

    size, local_ratio = sums["supply_ends"].to_numpy(), sums["local_ends"].to_numpy()
    seen, mean, variance, degree, phi = (
        cells[f"{name}{suffix}"].to_numpy(dtype=np.float64)
        for name in (
            "local_supply_ties",
            "expected_local_supply_ties",
            "variance_local_supply_ties",
            "matching_degree",
            "tie_dispersion",
        )
    )
    floor = thresholds.matching_degree
    with np.errstate(invalid="ignore", divide="ignore"):
        room = np.where(degree == 0, np.nan, (seen - mean) / degree) * size
        mean, variance = mean * size, variance * size
        most = mean + room
        local = np.minimum(seen * local_ratio, most)
        # A count between 0 and `most` with this mean and variance, and a binomial's skewness.
        third = variance * (2 * variance / mean - 1)
        moments = Moments(*(m / phi for m in (mean, variance, third, 0.0 * mean, most)))
        p = upper_tail(local / phi, moments)
        limit = (mean + floor * room) / most
        side = betainc(local / phi + 1, np.maximum((most - local) / phi, 1e-9), limit.clip(0, 1))
        again = (local - mean) / room
    is_below = (side > _ONE_SIDED) & (limit < 1)
    passes = np.where(p <= critical, 0.0, 1.0)
    known = np.isfinite(again)
    return {
        f"matching_q{suffix}": np.where(known & np.isfinite(p), passes, np.nan),
        f"matching_degree{suffix}": np.where(known, again, np.nan),
        f"matching_degree_high{suffix}": np.where(
            known, np.where(is_below, -np.inf, np.inf), np.nan
        ),
    }


_ONE_SIDED = 0.95  # level of the upper bound of the degree of matching


def _ecosystem_again(cells: pd.DataFrame, sums: pd.DataFrame) -> dict[str, Floats]:
    plants = sums["plants"].to_numpy()
    firms = cells["living_firms"].to_numpy(dtype=np.float64) * plants
    with np.errstate(invalid="ignore", divide="ignore"):
        tied = cells["institution_tied_share"] * sums["is_tied"] / plants
        reach = {
            family: np.max(
                [cells[f"reach_{kind}"] * sums[f"tied_{kind}"] / plants for kind in kinds],
                axis=0,
            )
            for family, kinds in (("innovation", INNOVATION_KINDS), ("service", SERVICE_KINDS))
        }
    share, low, high = wilson_again(tied, firms)
    return {
        "institution_tied_share": share,
        "institution_tied_share_low": low,
        "institution_tied_share_high": high,
    } | {
        f"{family}_kind_reach": np.where(
            cells[f"{family}_kind_reach"].isna() | (firms <= 0), np.nan, values.clip(0, 1)
        )
        for family, values in reach.items()
    }
