"""What every firm adds to the numbers of its cell: the rows that are drawn again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals as nw

from geo.study.keys import held, lazy_like, looked_up
from geo.vocabulary import INSTITUTION_KINDS

if TYPE_CHECKING:
    import pandas as pd

    from geo.study import Study

    Lazy = nw.LazyFrame[Any]

__all__ = ["POOLED", "YEARLY_PARTS", "firm_parts"]

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
