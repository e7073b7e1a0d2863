"""Confidence: the share of worlds drawn again in which a cell gets the same class.

What belongs here: which cells are drawn again firm by firm, which have a closed form, and counting
the same verdicts. What does not: the draws of firms (`geo.classification.resampling.redraws`), of
plants (`geo.classification.resampling.resampled_plants`) and of partners
(`geo.classification.resampling.resampled_partners`), what firms add to the numbers
(`geo.classification.resampling.redraws`), how the verdict hangs on thresholds
(`geo.classification.sensitivity.threshold_changes`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from geo.classification.families import FAMILIES
from geo.classification.resampling.redraws import (
    VARIANTS,
    collaboration_again,
    firm_parts,
    redrawn_sums,
)
from geo.classification.resampling.resampled_counts import same_by_counts
from geo.classification.resampling.resampled_partners import NOT_KNOWN, partners_again
from geo.classification.resampling.resampled_plants import (
    TOTALS,
    concentration_again,
    critical_p,
    expected_plants,
    learned_priors,
    plant_totals,
    rows_by_prior,
    same_by_plants,
)
from geo.classification.sensitivity.threshold_changes import rests_on_null
from geo.classification.truth_table import judgements
from geo.concentration.cells.totals import CELL_KEYS
from geo.vocabulary import INSTITUTION_KINDS, Class

if TYPE_CHECKING:
    import numpy.typing as npt

    from geo.classification.resampling.resampled_plants import Priors
    from geo.settings import Thresholds
    from geo.study import Study

    Floats = npt.NDArray[np.float64]

__all__ = ["confidence", "confidence_table", "wanted_for_redraws"]

REDRAWS = 1_000
_NOT_SURE = 0.85  # the most that is claimed where the verdict hangs on the choice of null
_BATCH = 200_000  # rows judged at once
_CODES = ((True, 1), (False, 0), (pd.NA, NOT_KNOWN))


def confidence_table(
    cells: pd.DataFrame,
    counted: pd.DataFrame,
    margins: pd.DataFrame | None,
    study: Study,
    *,
    io_table: pd.DataFrame,
    industries: int,
    seed: int,
    redraws: int = REDRAWS,
) -> pd.DataFrame:
    """Confidence of every cell's verdict.

    Parameters
    ----------
    cells : DataFrame
        The evidence, as `geo.classification.tables.classification_table.evidence` returns it.
    counted, margins : DataFrame
        All cells and published totals, as for `plant_totals`.
    study : Study
        The country.
    io_table : DataFrame
        As for `geo.input_output.potential.chain_potential`; may be empty.
    industries, seed, redraws : int
        Number of industries; of the draws; worlds.

    Returns
    -------
    DataFrame
        Columns year, region_key, industry_key, confidence (see `confidence`), and those of
        `plant_totals`.
    """
    thresholds = study.thresholds
    cells = cells.astype({"chain_partners_here": "boolean"})
    cells = cells.merge(plant_totals(counted, margins), on=CELL_KEYS, how="left")
    given = judgements(cells, thresholds)
    is_wanted = wanted_for_redraws(cells, given, thresholds)
    wanted = cells.loc[is_wanted, ["region_key", "industry_key"]].drop_duplicates()
    parts = firm_parts(study, wanted)
    collaborates = given["is_collaborating"].fillna(value=False).astype(bool)
    priors = learned_priors(cells, collaborates)
    partners = partners_again(
        cells,
        # Partners are asked for where ties leave it open, now or in another draw.
        given["is_concentrated"].fillna(value=False) & ~collaborates,
        (counted, margins, io_table),
        priors,
        industries=industries,
        seed=seed,
        completeness=thresholds.chain_completeness,
    )
    share = confidence(cells, parts, thresholds, priors, partners, seed=seed, redraws=redraws)
    return cells[[*CELL_KEYS, *TOTALS]].assign(confidence=share)


def wanted_for_redraws(
    cells: pd.DataFrame, given: pd.DataFrame, thresholds: Thresholds
) -> pd.Series[bool]:
    """Whether a cell of firms has to be drawn again: its class is not a matter of plants alone.

    Parameters
    ----------
    cells : DataFrame
        The evidence.
    given : DataFrame
        As `judgements` returns it, on the index of `cells`.
    thresholds : Thresholds
        Floors of the questions.
    """
    may_collaborate = pd.Series(data=False, index=cells.index)
    for family in FAMILIES.values():
        if family.ties in cells:
            may_collaborate |= given["is_collaborating_across"].astype(bool) | (
                (cells[family.p] <= thresholds.significance)
                & (cells[family.excess] >= thresholds.excess_local_share / 2)
                & (cells[family.linked] >= thresholds.locally_linked_share / 2)
                & (cells[f"{family.persistence}_high"] >= thresholds.tie_persistence)
            )
    is_dominated = (
        (cells["effective_establishments"] < 2 * thresholds.effective_establishments)
        & (cells["establishments"] >= thresholds.establishments)
        & (cells["location_quotient"] >= 2 * thresholds.location_quotient)
    )
    is_asked = given["is_concentrated"].fillna(value=False) | may_collaborate | is_dominated
    has_firms = cells["living_firms"] == cells["establishments"]
    if "ties_are_counted" in cells:
        # Counts do not say whose ties they are, so no firm can take its own with it.
        has_firms &= ~cells["ties_are_counted"].astype("boolean").fillna(value=False).astype(bool)
    return is_asked.astype(bool) & has_firms & (cells["establishments"] > 1)


def confidence(
    cells: pd.DataFrame,
    parts: pd.DataFrame,
    thresholds: Thresholds,
    priors: Priors,
    partners: pd.DataFrame,
    *,
    seed: int,
    redraws: int = REDRAWS,
) -> pd.Series[float]:
    """Share of worlds drawn again in which each cell gets the class that it has.

    Parameters
    ----------
    cells : DataFrame
        The evidence, and the columns of `plant_totals`.
    parts : DataFrame
        As `geo.classification.resampling.redraws.firm_parts` returns it, for
        `wanted_for_redraws`.
    thresholds : Thresholds
        Floors of the questions.
    priors : Priors
        As `learned_priors` returns it.
    partners : DataFrame
        As `partners_again` returns it; cells that it lacks keep what the table says of them.
    seed : int
        Of the draws.
    redraws : int, default 1000
        Worlds.

    Returns
    -------
    Series
        On the index of `cells`. Cells that are dispersed, or whose collaboration is open, and that
        are not drawn again have it in closed form, since plants alone decide there: their number
        drawn again is negative binomial. So have those whose ties are counted between cells, times
        `same_by_counts`. NaN where the class is undetermined, so that nothing is
        claimed, or the number of establishments is not known.
    """
    given = judgements(cells, thresholds)
    critical = _critical(cells, thresholds)
    found = same_by_plants(cells, given, critical["concentration_p"], thresholds, priors)
    found *= _same_by_table(cells, given, partners, thresholds)
    found *= same_by_counts(cells, given, thresholds)
    country = _Country(_with_reaches(cells, parts), given, critical, thresholds, priors, partners)
    drawn = cells[wanted_for_redraws(cells, given, thresholds)]
    position = pd.Series(np.arange(len(cells)), index=cells.index)
    same = np.full(len(cells), np.nan)
    held: list[pd.DataFrame] = []
    rows = 0
    wanted = drawn[CELL_KEYS].assign(cell=position[drawn.index])
    for sums in redrawn_sums(parts, redraws=redraws, seed=seed):
        asked = sums.merge(wanted, on=CELL_KEYS, how="inner")
        held.append(asked)
        rows += len(asked)
        if rows >= _BATCH:
            _count(held, same, country)
            held, rows = [], 0
    _count(held, same, country)
    share = pd.Series(np.where(np.isnan(same), found, same), index=cells.index)
    # Where another null would turn the verdict, no draw from this one makes it sure.
    share = share.mask(rests_on_null(cells, thresholds), share.clip(upper=_NOT_SURE))
    return share.mask(given["class"] == Class.UNDETERMINED)


def _critical(cells: pd.DataFrame, thresholds: Thresholds) -> pd.DataFrame:
    """Largest chance that the correction of each cell's year lets pass, by column of chances."""
    crowded = cells.get("is_crowded", pd.Series(data=False, index=cells.index))
    crowded = crowded.fillna(value=False).astype(bool)
    asked = {"concentration_p": ("concentration_q", [cells["year"]])}
    for family in FAMILIES.values():
        for suffix in VARIANTS:
            if f"{family.p}{suffix}" in cells:
                asked[f"{family.p}{suffix}"] = (family.chance(suffix), [cells["year"], crowded])
    columns = {
        p: pd.concat(
            critical_p(group[p], group[q], thresholds.significance)
            for _, group in cells.groupby(keys)
        ).reindex(cells.index)
        if p != q
        else pd.Series(thresholds.significance, index=cells.index)
        for p, (q, keys) in asked.items()
    }
    return pd.DataFrame(columns)


def _same_by_table(
    cells: pd.DataFrame, given: pd.DataFrame, partners: pd.DataFrame, thresholds: Thresholds
) -> Floats:
    """Share of draws in which the input-output table gives the class that a cell has."""
    share: Floats = np.ones(len(cells))
    if partners.empty:
        return share
    same = np.zeros(partners.shape, dtype=bool)
    for answer, code in _CODES:
        # All cells are judged, since some questions look at the whole year.
        everywhere = pd.Series(answer, index=cells.index, dtype="boolean")
        classes = judgements(cells.assign(chain_partners_here=everywhere), thresholds)["class"]
        is_same = (classes == given["class"])[partners.index].to_numpy()
        same |= (partners.to_numpy() == code) & is_same[:, None]
    share[cells.index.get_indexer(partners.index)] = same.mean(axis=1)
    return share


def _with_reaches(cells: pd.DataFrame, parts: pd.DataFrame) -> pd.DataFrame:
    """Cells with the share of their firms that each kind of institution reaches."""
    kinds = [f"tied_{kind}" for kind in INSTITUTION_KINDS]
    sums = parts.groupby(CELL_KEYS)[["plants", *kinds]].sum()
    shares = sums[kinds].div(sums["plants"], axis=0)
    shares.columns = [f"reach_{kind}" for kind in INSTITUTION_KINDS]
    joined = cells[CELL_KEYS].join(shares, on=CELL_KEYS).drop(columns=CELL_KEYS)
    return pd.concat([cells, joined], axis=1)


class _Country(NamedTuple):
    """What draws are compared with."""

    cells: pd.DataFrame
    """The evidence, with the share of firms that each kind of institution reaches."""
    given: pd.DataFrame
    critical: pd.DataFrame
    thresholds: Thresholds
    priors: Priors
    partners: pd.DataFrame


def _count(held: list[pd.DataFrame], same: Floats, country: _Country) -> None:
    """Write the share of redraws with the class as it is into `same`, for the cells held."""
    if not held or not sum(map(len, held)):
        return
    cells, thresholds = country.cells, country.thresholds
    sums = pd.concat(held, ignore_index=True)
    at = sums["cell"].to_numpy()
    rows = cells.iloc[at].reset_index(drop=True)
    limits = country.critical.iloc[at].reset_index(drop=True)
    plants = np.round(rows["establishments"].to_numpy() * sums["plants"].to_numpy())
    # The same number of plants comes up again and again.
    codes, first, where = np.unique(
        at * (int(plants.max()) + 1) + plants, return_index=True, return_inverse=True
    )
    del codes
    numbers = concentration_again(
        rows.iloc[first], plants[first], limits["concentration_p"].to_numpy()[first]
    )
    again = {name: values[where] for name, values in numbers.items()}
    with np.errstate(invalid="ignore", divide="ignore"):
        effective = (
            rows["effective_establishments"] * sums["jobs"] ** 2 / sums["jobs_square"]
        ).to_numpy()
    again["effective_establishments"] = np.where(sums["jobs_square"] > 0, effective, np.nan)
    unsized = rows["effective_establishments_most"] - rows["effective_establishments"]
    again["effective_establishments_most"] = again["effective_establishments"] + unsized.to_numpy()
    again |= collaboration_again(rows, sums, critical=limits)
    redrawn = rows.assign(**again, chain_partners_here=_partners_of_rows(rows, sums, country))
    # Whether a year knows plant sizes at all is a matter of the whole year, not of these cells.
    years = cells.groupby("year")["effective_establishments"].max().dropna()
    known = (
        redrawn.head(1)
        .iloc[np.zeros(len(years), dtype=int)]
        .assign(year=years.index.to_numpy(), effective_establishments=99.0)
    )
    classes = judgements(pd.concat([redrawn, known], ignore_index=True), thresholds)["class"]
    # A world in which none of its firms is left knows of no industry here to judge.
    verdict = classes.to_numpy()[: len(rows)]
    verdict = np.where(plants > 0, verdict, str(Class.DISPERSED))
    is_same = verdict == country.given["class"].to_numpy()[at]
    weight = _weights(rows.iloc[first], plants[first], country, at[first])[where]
    counts = pd.DataFrame({"same": is_same * weight, "all": weight}).groupby(at).sum()
    same[counts.index.to_numpy()] = (counts["same"] / counts["all"]).to_numpy()


def _weights(
    rows: pd.DataFrame, plants: Floats, country: _Country, at: npt.NDArray[np.intp]
) -> Floats:
    """How much likelier so many plants are by the prior than by the draws of firms."""
    from scipy.stats import nbinom

    seen = rows["establishments"].to_numpy(dtype=np.float64)
    expected = expected_plants(rows)
    collaborates = country.given["is_collaborating"].fillna(value=False).to_numpy(dtype=bool)[at]
    weight = np.ones(len(rows))
    for its, prior in rows_by_prior(rows["year"], collaborates, country.priors):
        numbers = (plants[its], seen[its], expected[its])
        weight[its] = prior.exactly(*numbers) / nbinom.pmf(*numbers[:2], 0.5)
    return weight


def _partners_of_rows(rows: pd.DataFrame, sums: pd.DataFrame, country: _Country) -> pd.Series[bool]:
    """What the input-output table says in each draw; as seen for cells that are not drawn."""
    partners = country.partners
    at = pd.Series(np.arange(len(partners)), index=partners.index)
    drawn = at.reindex(country.cells.index).iloc[sums["cell"].to_numpy()]
    turn = sums.groupby("cell").cumcount().to_numpy() % max(1, partners.shape[1])
    answer = rows["chain_partners_here"].copy()
    is_drawn = drawn.notna().to_numpy()
    picked = partners.to_numpy()[drawn[is_drawn].to_numpy(dtype=np.int64), turn[is_drawn]]
    values = pd.Series(picked, dtype="Int8").replace(NOT_KNOWN, pd.NA).astype("boolean")
    answer[is_drawn] = values.to_numpy(dtype=object)
    return answer
