"""What every firm adds to the numbers of its cell: the rows that are drawn again.

Here belongs collecting one row of parts for each firm and year. What is drawn from them is in
`geo.classification.redraws`, what follows from it in `geo.classification.confidence`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals as nw

from geo.linkage.dense import Sizes, held, lazy_like, looked_up, sizes_of
from geo.linkage.located import (
    located_institution_ties,
    located_ties,
    supply_pairs,
    supply_years,
)
from geo.vocabulary import INSTITUTION_KINDS

if TYPE_CHECKING:
    import pandas as pd

    from geo.linkage.locality import Locality

    Lazy = nw.LazyFrame[Any]

__all__ = ["POOLED", "YEARLY_PARTS", "firm_parts"]

POOLED = ["persistence_trials", "persistence_kept"]
"""Parts that are summed over all years."""

_ENDS = ["supply_ends", "local_ends", "is_linked", *POOLED]
_KINDS = [f"tied_{kind}" for kind in INSTITUTION_KINDS]

YEARLY_PARTS = [
    "plants",
    "jobs",
    "jobs_square",
    "supply_ends",
    "local_ends",
    "is_linked",
    "is_tied",
    *_KINDS,
]
"""Parts that are summed within a year."""


def firm_parts(
    establishments: Lazy,
    ties: Lazy,
    institutions: pd.DataFrame,
    wanted: pd.DataFrame,
    *,
    firms: int,
    locality: Locality | None = None,
) -> pd.DataFrame:
    """One row for each firm and year of the wanted industries of regions.

    Parameters
    ----------
    establishments : LazyFrame
        Columns firm_key, year, region_key, industry_key, group_key, employment; one row per firm
        and year.
    ties : LazyFrame
        Columns source_key, target_key, year, kind; one row per distinct tie.
    institutions : DataFrame
        Columns institution_key, kind, region_key.
    wanted : DataFrame
        Columns region_key, industry_key: whose firms are looked at.
    firms : int
        Number of firms; keys from there on are institutions.
    locality : Locality, optional
        As for `geo.linkage.located.located_ties`.

    Returns
    -------
    DataFrame
        Columns region_key, industry_key, firm_key, year (sorted), those of `YEARLY_PARTS` and of
        `POOLED`, float64:

        - plants: 1
        - jobs, jobs_square: employment and its square; 0 where not known
        - supply_ends, local_ends: supply ties that the firm is an end of, and local ones
        - is_linked: 1 with a stable local supply partner
        - is_tied, tied_<kind>: 1 with a tie to a local institution, and to one of the kind
        - persistence_trials, persistence_kept: local ties whose ends both live on, and those that
          are there again; a tie within the cell counts twice at its supplier

    Examples
    --------
    >>> import pandas as pd, polars as pl
    >>> firms = pl.LazyFrame({"firm_key": [0, 1] * 2, "year": [2020] * 2 + [2021] * 2,
    ...     "region_key": 0, "industry_key": [0, 1] * 2, "employment": 5.0,
    ...     "group_key": [None] * 4}, schema_overrides={"group_key": pl.Float64})
    >>> ties = pl.LazyFrame({"source_key": [0, 0], "target_key": [1, 1], "year": [2020, 2021],
    ...     "kind": "supply"})
    >>> nobody = pd.DataFrame({"institution_key": [], "kind": [], "region_key": []})
    >>> cell = pd.DataFrame({"region_key": [0], "industry_key": [0]})
    >>> parts = firm_parts(nw.from_native(firms), nw.from_native(ties), nobody, cell, firms=2)
    >>> parts[["year", "local_ends", "is_linked", "persistence_kept"]].values.tolist()
    [[2020.0, 1.0, 1.0, 1.0], [2021.0, 1.0, 1.0, 0.0]]
    """
    keys = ["region_key", "industry_key"]
    of_cells = lazy_like(
        establishments, {k: wanted[k].astype("int64").tolist() for k in keys}
    ).with_columns(nw.col(*keys).cast(nw.Int64))
    chosen = held(
        establishments.with_columns(nw.col(*keys).cast(nw.Int64)).join(
            of_cells, on=keys, how="semi"
        )
    )
    jobs = nw.col("employment").cast(nw.Float64).fill_null(0.0)
    rows = chosen.select(
        *keys, "firm_key", "year", plants=nw.lit(1.0), jobs=jobs, jobs_square=jobs * jobs
    )
    at = ["firm_key", "year"]
    sizes = sizes_of(establishments, firms=firms)
    table: pd.DataFrame = rows.collect().to_pandas()
    for part in (
        _supply_parts(establishments, chosen, ties, sizes, locality),
        _institution_parts(chosen, ties, institutions, firms, locality),
    ):
        table = table.merge(part.collect().to_pandas(), on=at, how="left", validate="one_to_one")
    parts = [*YEARLY_PARTS, *POOLED]
    table[parts] = table[parts].astype("float64").fillna(0.0)
    return table.sort_values([*keys, *at], ignore_index=True)


def _supply_parts(
    establishments: Lazy, chosen: Lazy, ties: Lazy, sizes: Sizes, locality: Locality | None
) -> Lazy:
    """Ends of supply ties of every chosen firm and year: the columns of `_ENDS`."""
    pairs = supply_pairs(ties, firms=sizes.firms)
    years = supply_years(pairs)
    table = chosen.select(slot="firm_key").unique().with_columns(value=nw.lit(0).cast(nw.Int64))
    flags = {"source_chosen": "source_key", "target_chosen": "target_key"}
    of_chosen = (
        looked_up(pairs, flags, table, size=sizes.firms)
        .filter((nw.col("source_chosen") >= 0) | (nw.col("target_chosen") >= 0))
        .drop(*flags)
    )
    supply = held(
        located_ties(establishments, of_chosen, years, sizes=sizes, locality=locality)
    )
    local, lives, lasts, stable = (
        nw.col(c).cast(nw.Int64) for c in ("is_local", "lives_on", "lasts", "is_stable")
    )
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
    sums = nw.concat(roles).group_by("firm_key", "year").agg(nw.col(*_ENDS).sum())
    return sums.with_columns(is_linked=(nw.col("is_linked") > 0).cast(nw.Int64))


def _institution_parts(
    chosen: Lazy, ties: Lazy, institutions: pd.DataFrame, firms: int, locality: Locality | None
) -> Lazy:
    """Whether every chosen firm is tied to local institutions, and of which kinds."""
    located = located_institution_ties(chosen, ties, institutions, firms=firms, locality=locality)
    tied = [
        (nw.col("institution_kind") == kind).cast(nw.Int64).max().alias(f"tied_{kind}")
        for kind in INSTITUTION_KINDS
    ]
    return (
        located.filter(nw.col("is_local"))
        .group_by("firm_key", "year")
        .agg(nw.col("is_local").cast(nw.Int64).max().alias("is_tied"), *tied)
    )
