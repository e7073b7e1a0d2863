"""Confidence: the share of worlds drawn again in which a cell gets the same class.

What belongs here: which cells are drawn again firm by firm, which have a closed form, and counting
the same verdicts. What does not: the draws (`geo.classification.redraws`), what firms add to the
numbers (`geo.classification.firm_parts`), how the verdict hangs on thresholds
(`geo.classification.sensitivity`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geo.classification.firm_parts import firm_parts
from geo.classification.judgements import judgements
from geo.classification.redraws import collaboration_again, redrawn_sums
from geo.concentration.quotient_intervals import dartboard_p, location_quotient_interval
from geo.concentration.quotients import location_quotient_from_totals
from geo.concentration.totals import CELL_KEYS, sorted_cells, totals_of_cells
from geo.vocabulary import INSTITUTION_KINDS, Class

if TYPE_CHECKING:
    from typing import Any

    import narwhals as nw
    import numpy.typing as npt

    from geo.linkage.locality import Locality
    from geo.settings import Thresholds

    Floats = npt.NDArray[np.float64]
    Lazy = nw.LazyFrame[Any]

__all__ = [
    "TOTALS",
    "concentration_again",
    "confidence",
    "confidence_table",
    "critical_p",
    "plant_totals",
    "wanted_for_redraws",
]

REDRAWS = 1_000
TOTALS = ["plants_of_region", "plants_of_industry", "plants_of_all"]
_NEGLIGIBLE = 0.002  # chance below which a cell need not be drawn again
_BATCH = 200_000  # rows judged at once


def confidence_table(
    cells: pd.DataFrame,
    counted: pd.DataFrame,
    margins: pd.DataFrame | None,
    firm_tables: tuple[Lazy, Lazy, pd.DataFrame],
    thresholds: Thresholds,
    *,
    firms: int,
    seed: int,
    redraws: int = REDRAWS,
    locality: Locality | None = None,
) -> pd.DataFrame:
    """Confidence of every cell's verdict.

    Parameters
    ----------
    cells : DataFrame
        The evidence, as `geo.classification.table.evidence` returns it.
    counted, margins : DataFrame
        All cells and published totals, as for `plant_totals`.
    firm_tables : tuple
        Establishments, ties, institutions, as for `geo.classification.firm_parts.firm_parts`.
    thresholds : Thresholds
        Floors of the questions.
    firms, seed, redraws : int
        Number of firms; of the draws; worlds.
    locality : Locality, optional
        As for `geo.classification.firm_parts.firm_parts`.

    Returns
    -------
    DataFrame
        Columns year, region_key, industry_key, confidence (see `confidence`), and those of
        `plant_totals`.
    """
    cells = cells.astype({"chain_partners_here": "boolean"})
    cells = cells.merge(plant_totals(counted, margins), on=CELL_KEYS, how="left")
    is_wanted = wanted_for_redraws(cells, judgements(cells, thresholds), thresholds)
    wanted = cells.loc[is_wanted, ["region_key", "industry_key"]].drop_duplicates()
    parts = firm_parts(*firm_tables, wanted, firms=firms, locality=locality)
    share = confidence(cells, parts, thresholds, seed=seed, redraws=redraws)
    return cells[[*CELL_KEYS, *TOTALS]].assign(confidence=share)


def plant_totals(cells: pd.DataFrame, margins: pd.DataFrame | None = None) -> pd.DataFrame:
    """Plants of every cell's region, of its industry and of all, by which it is compared.

    Parameters
    ----------
    cells, margins : DataFrame
        As for `geo.concentration.cells.cell_concentration`.

    Returns
    -------
    DataFrame
        Columns year, region_key, industry_key, plants_of_region, plants_of_industry, plants_of_all.
    """
    ordered = sorted_cells(cells.reset_index(drop=True))
    totals = totals_of_cells(ordered, margins, measure="establishments")
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
    may_collaborate = (
        (cells["matching_p"] <= thresholds.significance)
        & (cells["matching_degree"] >= thresholds.matching_degree / 2)
        & (cells["locally_linked_share"] >= thresholds.locally_linked_share / 2)
        & (cells["tie_persistence_high"] >= thresholds.tie_persistence)
    )
    is_dominated = (
        (cells["effective_establishments"] < 2 * thresholds.effective_establishments)
        & (cells["establishments"] >= thresholds.establishments)
        & (cells["location_quotient"] >= 2 * thresholds.location_quotient)
    )
    is_asked = given["is_concentrated"].fillna(value=False) | may_collaborate | is_dominated
    has_firms = cells["living_firms"] == cells["establishments"]
    return is_asked.astype(bool) & has_firms & (cells["establishments"] > 1)


def confidence(
    cells: pd.DataFrame,
    parts: pd.DataFrame,
    thresholds: Thresholds,
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
        As `geo.classification.firm_parts.firm_parts` returns it, for `wanted_for_redraws`.
    thresholds : Thresholds
        Floors of the questions.
    seed : int
        Of the draws.
    redraws : int, default 1000
        Worlds.

    Returns
    -------
    Series
        On the index of `cells`. Cells that are dispersed, or whose collaboration is open, and that
        are not drawn again have it in closed form, since plants alone decide there: their number
        drawn again is negative binomial. NaN where the class is undetermined for want of data, or
        the number of establishments is not known.
    """
    given = judgements(cells, thresholds)
    critical = _critical(cells, thresholds)
    found = _by_plants(cells, given, critical["concentration_p"], thresholds)
    seen = _with_reaches(cells, parts)
    drawn = seen[wanted_for_redraws(cells, given, thresholds)]
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
            _count(held, same, cells, seen, given, critical, thresholds)
            held, rows = [], 0
    _count(held, same, cells, seen, given, critical, thresholds)
    share = pd.Series(np.where(np.isnan(same), found, same), index=cells.index)
    is_open = (given["class"] == Class.UNDETERMINED) & (
        cells["persistence_base_rate"].isna() | given["is_concentrated"].isna()
    )
    return share.mask(is_open)


def _critical(cells: pd.DataFrame, thresholds: Thresholds) -> pd.DataFrame:
    columns = {}
    for name in ("concentration", "matching", "matching_without_hub"):
        stem, _, suffix = name.partition("_")
        p, q = (f"{stem}_{letter}{'_' + suffix if suffix else ''}" for letter in "pq")
        columns[p] = pd.concat(
            critical_p(year[p], year[q], thresholds.significance)
            for _, year in cells.groupby("year")
        ).reindex(cells.index)
    return pd.DataFrame(columns)


def _by_plants(
    cells: pd.DataFrame, given: pd.DataFrame, critical: pd.Series[float], thresholds: Thresholds
) -> Floats:
    """Confidence where the number of plants alone decides."""
    from scipy.stats import nbinom

    n = cells["establishments"].to_numpy(dtype=np.float64)
    expected = n / cells["location_quotient"].to_numpy(dtype=np.float64)
    least = np.maximum(thresholds.establishments, thresholds.location_quotient * expected)
    least = np.where(np.isfinite(least), np.ceil(least - 1e-9), np.nan)
    with np.errstate(invalid="ignore"):
        possible = nbinom.sf(least - 1, n, 0.5) > _NEGLIGIBLE
    index = np.flatnonzero(possible & np.isfinite(least))
    least[index] = _least_plants(cells.iloc[index], least[index], critical.iloc[index], thresholds)
    concentrated = nbinom.sf(least - 1, n, 0.5)
    is_yes = given["is_concentrated"].fillna(value=False).to_numpy(dtype=bool)
    is_lone = (cells["effective_establishments"] < thresholds.effective_establishments).to_numpy()
    chance = np.where(is_lone, 0.0, concentrated)
    share: Floats = np.where(is_yes, chance, 1.0 - chance)
    return share


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
            & (numbers["location_quotient"] >= thresholds.location_quotient)
            & (numbers["location_quotient_low"] > 1)
        )
        low, high = (
            np.where(passes, low, np.minimum(middle + 1, high)),
            np.where(passes, middle, high),
        )
    found: Floats = high
    return found


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
        establishments, location_quotient, location_quotient_low, and concentration_q: 0 where the
        chance passes the year's correction, else 1.
    """
    more = plants - cells["establishments"].to_numpy(dtype=np.float64)
    region, industry, grand = (cells[c].to_numpy(dtype=np.float64) + more for c in TOTALS)
    with np.errstate(invalid="ignore", divide="ignore"):
        p = dartboard_p(plants, region, industry, grand)
        low = location_quotient_interval(plants, region, industry, grand).low
        quotient = location_quotient_from_totals(plants, region, industry, grand)
    return {
        "establishments": plants,
        "location_quotient": quotient,
        "location_quotient_low": low,
        "concentration_q": np.where(p <= critical, 0.0, 1.0),
    }


def _with_reaches(cells: pd.DataFrame, parts: pd.DataFrame) -> pd.DataFrame:
    """Cells with the share of their firms that each kind of institution reaches."""
    kinds = [f"tied_{kind}" for kind in INSTITUTION_KINDS]
    sums = parts.groupby(CELL_KEYS)[["plants", *kinds]].sum()
    shares = sums[kinds].div(sums["plants"], axis=0)
    shares.columns = [f"reach_{kind}" for kind in INSTITUTION_KINDS]
    joined = cells[CELL_KEYS].join(shares, on=CELL_KEYS).drop(columns=CELL_KEYS)
    return pd.concat([cells, joined], axis=1)


def _count(
    held: list[pd.DataFrame],
    same: Floats,
    cells: pd.DataFrame,
    seen: pd.DataFrame,
    given: pd.DataFrame,
    critical: pd.DataFrame,
    thresholds: Thresholds,
) -> None:
    """Write the share of redraws with the class as it is into `same`, for the cells held."""
    if not held or not sum(map(len, held)):
        return
    sums = pd.concat(held, ignore_index=True)
    at = sums["cell"].to_numpy()
    rows = seen.iloc[at].reset_index(drop=True)
    limits = critical.iloc[at].reset_index(drop=True)
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
    again |= collaboration_again(rows, sums, thresholds, critical=limits)
    redrawn = rows.assign(**again)
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
    is_same = verdict == given["class"].to_numpy()[at]
    counts = pd.Series(is_same).groupby(at).mean()
    same[counts.index.to_numpy()] = counts.to_numpy()
