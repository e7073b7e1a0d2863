r"""A cell drawn again: its numbers in worlds that could be, given the one that was seen.

What was seen is one draw of the world that made it, and what is asked is a second draw. So a world
is drawn first from what was seen (the Bayesian bootstrap: every firm stands for an exponential
number of firms like it), and then firms from that world (a Poisson number of each). Together:

.. math:: w_f \sim \text{Geometric on } 0, 1, 2, \ldots, \quad E w_f = 1, \quad \text{Var } w_f = 2

A firm comes with its ties, and with one weight in all of its years. The plain bootstrap, whose
weights have a variance of 1, would answer how exact the figure is, and would promise too much of
the next one.

Here belong the draws and the numbers that follow from them. Which cells need them, and what the
verdict is, is in `geo.classification.resampling.redrawn_verdicts`.

References
----------
.. [1] Rubin, D. B. (1981). The Bayesian bootstrap. Annals of Statistics 9(1), 130-134.
.. [2] Geisser, S. (1993). Predictive Inference: An Introduction. Chapman & Hall, ch. 2.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals as nw
import numpy as np
import pandas as pd

from geo.classification.families import FAMILIES, SPREAD_OF, SUPPLY
from geo.linkage.tails import overdispersed_tail, wilson_interval
from geo.linkage.usual_reach.excess import excess_half_width
from geo.study.keys import held, lazy_like, looked_up
from geo.vocabulary import INNOVATION_KINDS, INSTITUTION_KINDS, SERVICE_KINDS

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

    from geo.classification.families import FamilyColumns

    Floats = npt.NDArray[np.float64]

    from geo.study import Study

    Lazy = nw.LazyFrame[Any]

__all__ = [
    "POOLED",
    "VARIANTS",
    "YEARLY_PARTS",
    "collaboration_again",
    "firm_parts",
    "redrawn_sums",
    "wilson_again",
]


POOLED = ["persistence_trials", "persistence_kept"]
"""Parts that are summed over all years."""

_SUPPLY = ["supply_ends", "local_ends", "is_linked", *POOLED]
_KNOWLEDGE = ["knowledge_ends", "local_knowledge_ends", "is_knowledge_linked"]
_KINDS = [f"tied_{kind}" for kind in INSTITUTION_KINDS]

YEARLY_PARTS = [
    "plants",
    "jobs",
    "jobs_square",
    "supply_ends",
    "local_ends",
    "is_linked",
    *_KNOWLEDGE,
    "is_tied",
    *_KINDS,
]
"""Parts that are summed within a year."""


def firm_parts(study: Study, wanted: pd.DataFrame) -> pd.DataFrame:
    """One row for each firm and year of the wanted industries of regions.

    Parameters
    ----------
    study : Study
        The country; its establishments with employment.
    wanted : DataFrame
        Cells without their year: region_key, industry_key.

    Returns
    -------
    DataFrame
        Columns region_key, industry_key, firm_key, year (sorted), those of `YEARLY_PARTS` and of
        `POOLED`, float64:

        - plants: 1
        - jobs, jobs_square: employment and its square; 0 where not known
        - supply_ends, local_ends: supply ties that the firm is an end of, and local ones
        - is_linked: 1 with a lasting local supply partner
        - knowledge_ends, local_knowledge_ends, is_knowledge_linked: the same of knowledge ties,
          where any local partner counts
        - is_tied, tied_<kind>: 1 with a tie to a local institution, and to one of the kind
        - persistence_trials, persistence_kept: local supply ties whose ends both live on, and
          those that are there again; a tie within the cell counts twice at its supplier

    Examples
    --------
    >>> import pandas as pd, polars as pl
    >>> from geo.study import Study
    >>> firms = pl.LazyFrame({"firm_key": [0, 1] * 2, "year": [2020] * 2 + [2021] * 2,
    ...     "region_key": 0, "industry_key": [0, 1] * 2, "employment": 5.0,
    ...     "group_key": [None] * 4}, schema_overrides={"group_key": pl.Float64})
    >>> ties = pl.LazyFrame({"source_key": [0, 0], "target_key": [1, 1], "year": [2020, 2021],
    ...     "kind": "supply"})
    >>> study = Study(establishments=nw.from_native(firms), ties=nw.from_native(ties), firms=2)
    >>> parts = firm_parts(study, pd.DataFrame({"region_key": [0], "industry_key": [0]}))
    >>> parts[["year", "local_ends", "is_linked", "persistence_kept"]].values.tolist()
    [[2020.0, 1.0, 1.0, 1.0], [2021.0, 1.0, 1.0, 0.0]]
    """
    keys = ["region_key", "industry_key"]
    of_cells = lazy_like(
        study.establishments, {k: wanted[k].astype("int64").tolist() for k in keys}
    ).with_columns(nw.col(*keys).cast(nw.Int64))
    chosen = held(
        study.establishments.with_columns(nw.col(*keys).cast(nw.Int64)).join(
            of_cells, on=keys, how="semi"
        )
    )
    jobs = nw.col("employment").cast(nw.Float64).fill_null(0.0)
    rows = chosen.select(
        *keys, "firm_key", "year", plants=nw.lit(1.0), jobs=jobs, jobs_square=jobs * jobs
    )
    at = ["firm_key", "year"]
    table: pd.DataFrame = rows.collect().to_pandas()
    for part in (
        _supply_parts(study, chosen),
        _knowledge_parts(study, chosen),
        _institution_parts(study, chosen),
    ):
        table = table.merge(part.collect().to_pandas(), on=at, how="left", validate="one_to_one")
    parts = [*YEARLY_PARTS, *POOLED]
    table[parts] = table[parts].astype("float64").fillna(0.0)
    return table.sort_values([*keys, *at], ignore_index=True)


def _of_chosen(ties: Lazy, chosen: Lazy, study: Study) -> Lazy:
    """Ties with an end among the chosen firms."""
    table = chosen.select(slot="firm_key").unique().with_columns(value=nw.lit(0).cast(nw.Int64))
    flags = {"source_chosen": "source_key", "target_chosen": "target_key"}
    return held(
        looked_up(ties, flags, table, size=study.sizes.firms)
        .filter((nw.col("source_chosen") >= 0) | (nw.col("target_chosen") >= 0))
        .drop(*flags)
    )


def _supply_parts(study: Study, chosen: Lazy) -> Lazy:
    """Ends of supply ties of every chosen firm and year: the columns of `_SUPPLY`."""
    supply = _of_chosen(study.supply, chosen, study)
    local, lives, stable = (nw.col(c).cast(nw.Int64) for c in ("is_local", "lives_on", "is_stable"))
    lasts = (nw.col("lasts") | nw.col("is_seen_later")).cast(nw.Int64)
    is_within = (nw.col("supplier_region") == nw.col("customer_region")) & (
        nw.col("supplier_industry") == nw.col("customer_industry")
    )
    # A tie within the cell lasts or not as one: drawn by its two ends it would vary half as much.
    times = {"source_key": 1 + is_within.cast(nw.Int64), "target_key": 1 - is_within.cast(nw.Int64)}
    roles = [
        supply.select(
            nw.col("year").cast(nw.Int64),
            firm_key=nw.col(key).cast(nw.Int64),
            supply_ends=nw.lit(1).cast(nw.Int64),
            local_ends=local,
            is_linked=stable,
            persistence_trials=times[key] * local * lives,
            persistence_kept=times[key] * local * lives * lasts,
        )
        for key in ("source_key", "target_key")
    ]
    sums = nw.concat(roles).group_by("firm_key", "year").agg(nw.col(*_SUPPLY).sum())
    return sums.with_columns(is_linked=(nw.col("is_linked") > 0).cast(nw.Int64))


def _knowledge_parts(study: Study, chosen: Lazy) -> Lazy:
    """Ends of knowledge ties of every chosen firm and year: the columns of `_KNOWLEDGE`."""
    ties = _of_chosen(study.knowledge, chosen, study)
    local = nw.col("is_local").cast(nw.Int64)
    roles = [
        ties.select(
            nw.col("year").cast(nw.Int64),
            firm_key=nw.col(key).cast(nw.Int64),
            knowledge_ends=nw.lit(1).cast(nw.Int64),
            local_knowledge_ends=local,
            is_knowledge_linked=local,
        )
        for key in ("source_key", "target_key")
    ]
    sums = nw.concat(roles).group_by("firm_key", "year").agg(nw.col(*_KNOWLEDGE).sum())
    return sums.with_columns(is_knowledge_linked=(nw.col("is_knowledge_linked") > 0).cast(nw.Int64))


def _institution_parts(study: Study, chosen: Lazy) -> Lazy:
    """Whether every chosen firm is tied to local institutions, and of which kinds."""
    firms = chosen.select(nw.col("firm_key").cast(nw.Int64)).unique()
    located = study.institution_ties.with_columns(nw.col("firm_key").cast(nw.Int64)).join(
        firms, on="firm_key", how="semi"
    )
    tied = [
        (nw.col("institution_kind") == kind).cast(nw.Int64).max().alias(f"tied_{kind}")
        for kind in INSTITUTION_KINDS
    ]
    return (
        located.filter(nw.col("is_local"))
        .group_by("firm_key", "year")
        .agg(nw.col("is_local").cast(nw.Int64).max().alias("is_tied"), *tied)
    )


VARIANTS = ("", "_without_hub", "_across", "_without_hub_across")
"""Ends of the columns of a test: of the cell alone and together with adjoining regions, with its
largest hub and without."""

_MANY = 2_000  # firms, above which sums are as good as normal


def redrawn_sums(parts: pd.DataFrame, *, redraws: int, seed: int) -> Iterator[pd.DataFrame]:
    """Sums of the parts of firms, drawn again, cell by cell.

    Parameters
    ----------
    parts : DataFrame
        As `firm_parts` returns it.
    redraws : int
        Draws of every cell.
    seed : int
        Of all draws; each region and industry has a stream of its own.

    Yields
    ------
    DataFrame
        For one region and industry: one row per year and redraw with region_key, industry_key,
        year, model and beyond (standard normal numbers of the redraw) and, for each part, the ratio
        of its sum drawn again to the sum seen (1 where there is none). Over many redraws means
        are 1.
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
        for name in ("model", "beyond"):
            table.insert(0, name, np.tile(rng.standard_normal(redraws), len(years)))
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
    critical : DataFrame
        By name of a column of chances of question B: the largest that the year's correction lets
        pass.

    Returns
    -------
    dict of ndarray
        Columns to put in place of those seen.

    Notes
    -----
    How much ties bunch by firm stays as seen, and so do the share of firms that the source covers,
    how lasting the exchange of knowledge is, and the false-discovery rate of institution ties.
    """
    again = _stability_again(cells, sums)
    for name, family in FAMILIES.items():
        if family.ties not in cells:
            continue
        if name == "knowledge":
            again |= _linked_again(cells, sums, family, "is_knowledge_linked")
        for suffix in VARIANTS:
            if f"{family.p}{suffix}" not in cells:
                continue
            limits = critical[f"{family.p}{suffix}"].to_numpy()
            again |= _excess_again(cells, sums, name, limits, suffix)
    return again | _ecosystem_again(cells, sums)


def _linked_again(
    cells: pd.DataFrame, sums: pd.DataFrame, family: FamilyColumns, part: str
) -> dict[str, Floats]:
    """Share of firms with a local partner."""
    firms = cells["living_firms"].to_numpy(dtype=np.float64) * sums["plants"].to_numpy()
    with np.errstate(invalid="ignore", divide="ignore"):
        per_firm = (sums[part] / sums["plants"]).to_numpy()
    share, low, high = wilson_again(cells[family.linked] * per_firm, firms)
    return {
        family.linked: share,
        f"{family.linked}_low": low,
        f"{family.linked}_high": high,
        "living_firms": firms,
    }


def _stability_again(cells: pd.DataFrame, sums: pd.DataFrame) -> dict[str, Floats]:
    with np.errstate(invalid="ignore", divide="ignore"):
        kept = (sums["persistence_kept"] / sums["persistence_trials"]).to_numpy()
    trials = cells["persistence_trials"].to_numpy() * sums["persistence_trials"].to_numpy()
    trials = trials / cells["persistence_dispersion"].to_numpy()
    lasting, low, high = wilson_again(cells["tie_persistence"] * kept, trials)
    return _linked_again(cells, sums, SUPPLY, "is_linked") | {
        "tie_persistence": lasting,
        "tie_persistence_low": low,
        "tie_persistence_high": high,
    }


def _excess_again(
    cells: pd.DataFrame, sums: pd.DataFrame, name: str, critical: Floats, suffix: str
) -> dict[str, Floats]:
    """Test against the usual reach, which is itself known only so well.

    What is usual goes with the cell's number of ties; the null of each draw is drawn, too, from
    what its estimate leaves open.
    """
    family = FAMILIES[name]
    spread = SPREAD_OF[family]
    size = sums[_ENDS_OF[name][0]].to_numpy()
    seen, ties, usual, unsure, phi = (
        cells[f"{column}{suffix}"].to_numpy(dtype=np.float64)
        for column in (family.local, family.ties, family.usual, spread.unsure, spread.dispersion)
    )
    lack = cells[spread.lack_of_fit].to_numpy(dtype=np.float64)
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        relative = np.where(usual > 0, unsure / usual**2, 0.0) + lack
        drawn = np.exp(np.sqrt(relative) * sums["model"].to_numpy() - relative / 2)
        usual, ties = usual * size * drawn, ties * size
        local = seen * sums[_ENDS_OF[name][1]].to_numpy()
        if suffix.endswith("_across"):
            # What firms add to the ties that cross is not laid apart; their number is drawn alone.
            local = seen * size + np.sqrt(phi * seen) * sums["beyond"].to_numpy()
        local = np.clip(local, 0.0, ties)
        estimated = relative * usual**2
        p = overdispersed_tail(local, usual, phi * usual + estimated)
        share = (local - usual) / ties
        half = excess_half_width(local, ties, phi, estimated)
    known = np.isfinite(share)
    tested = known & (usual > 0)
    return {
        f"{family.ties}{suffix}": ties,
        f"{family.usual}{suffix}": usual,
        # Where it is the plain chance that is held against the level, that is what counts.
        family.chance(suffix): np.where(tested, np.where(p <= critical, 0.0, 1.0), np.nan),
        f"{family.p}{suffix}": np.where(tested, p, np.nan),
        f"{family.excess}{suffix}": np.where(known, share, np.nan),
        f"{family.excess}_low{suffix}": np.where(known, share - half, np.nan),
        f"{family.excess}_high{suffix}": np.where(known, share + half, np.nan),
    }


_ENDS_OF = {
    "supply": ("supply_ends", "local_ends"),
    "knowledge": ("knowledge_ends", "local_knowledge_ends"),
}
"""Parts of firms that are ties of a family, and local ones."""


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
