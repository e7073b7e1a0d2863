"""Tests B and C at the grain of the verdict: one row per region, industry and year."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import narwhals as nw
import numpy as np
import pandas as pd

from geo.concentration.cells.false_discovery import q_values
from geo.linkage.collaboration.breadth import linked_firms, living_firms, supply_coverage
from geo.linkage.collaboration.completeness import source_completeness
from geo.linkage.collaboration.family_evidence import family_evidence
from geo.linkage.collaboration.institutions import ecosystem_by_cell
from geo.linkage.collaboration.nearness import near_sums
from geo.linkage.collaboration.persistence import (
    base_rates,
    exchange_persistence,
    persistence_by_cell,
)
from geo.linkage.matching import CELL, SUMS, cell_sums, matching_table, stratum_counts
from geo.linkage.travel_reach import near_ties
from geo.linkage.usual_reach.family import concentrated_matrix, family_of

if TYPE_CHECKING:
    import numpy.typing as npt

    from geo.linkage.usual_reach.family import Family
    from geo.study import Study

    Lazy = nw.LazyFrame[Any]
    Bools = npt.NDArray[np.bool_]

__all__ = [
    "KNOWLEDGE_NAMES",
    "SUPPLY_NAMES",
    "Linkage",
    "corrected_with",
    "linkage_by_cell",
    "renamed",
]

SUPPLY_NAMES = {
    "is_crowded": "is_crowded",
    "ties": "supply_ties",
    "local": "local_supply_ties",
    "usual": "usual_local_supply_ties",
    "unsure": "usual_variance",
    "spread": "lack_of_fit",
    "dispersion": "tie_dispersion",
    "excess": "excess_local_share",
    "excess_low": "excess_local_share_low",
    "excess_high": "excess_local_share_high",
    "p": "reach_p",
    "q": "reach_q",
    "hub_key": "hub_key",
    "hub_ties": "hub_ties",
    "linked": "locally_linked_share",
    "linked_low": "locally_linked_share_low",
    "linked_high": "locally_linked_share_high",
    "usual_linked": "usual_linked_share",
}
"""Columns of `family_evidence`, as supply ties are told of."""

KNOWLEDGE_NAMES = {
    "ties": "knowledge_ties",
    "local": "local_knowledge_ties",
    "usual": "usual_local_knowledge_ties",
    "unsure": "usual_knowledge_variance",
    "spread": "knowledge_lack_of_fit",
    "dispersion": "knowledge_dispersion",
    "excess": "knowledge_excess_local_share",
    "excess_low": "knowledge_excess_local_share_low",
    "excess_high": "knowledge_excess_local_share_high",
    "p": "knowledge_reach_p",
    "q": "knowledge_reach_q",
    "linked": "knowledge_linked_share",
    "linked_low": "knowledge_linked_share_low",
    "linked_high": "knowledge_linked_share_high",
    "usual_linked": "usual_knowledge_linked_share",
}


class Linkage(NamedTuple):
    """What ties say of every cell."""

    cells: pd.DataFrame
    """One row per cell with a living establishment, sorted by year, region_key, industry_key."""
    across: pd.DataFrame
    """One row per cell whose chain goes on across a border: other_region_key (the region that most
    of its ties cross to), crossing_ties, and the columns of `cells` with the suffix `_across`."""


def linkage_by_cell(study: Study, concentrated: pd.DataFrame | None = None) -> Linkage:
    """Everything that ties say of every cell with a living establishment.

    Parameters
    ----------
    study : Study
        The country.
    concentrated : DataFrame, optional
        Cells where many firms sit together: year, region_key, industry_key. What is usual is
        learned from the others first.

    Returns
    -------
    Linkage
        float64 with NaN = not known, but for the keys, living_firms, and the words and booleans of
        test C.

        - living_firms: establishments of the cell
        - is_crowded: whether the cell is among those that are concentrated, in most of its years
        - supply against the usual reach: the columns of `family_evidence`, under the names of
          supply; NaN in a year without any supply tie; hub_share: the hub's share of local ties
        - supply against random matching: expected_local_supply_ties, matching_ratio, matching_p,
          matching_q as `matching.matching_table` has them
        - within_hour_share: share of the cell's supply ties whose two firms are an hour apart at
          most, by the table of travel times where given and else at most 40 km as the crow flies
        - tie_persistence and the rest of `persistence.persistence_by_cell`, pooled over all years;
          persistence_base_rate of its industry. NaN without two years of supply ties to compare
        - link_coverage: share of the living firms that the supply ties cover in the year, as
          `breadth.supply_coverage` has it, at most as many as the source is known to cover, and
          less where it misses ties
        - knowledge ties against the usual reach: the same, under the names of knowledge;
          knowledge_persistence (by firm), knowledge_coverage (what the source is known to cover)
        - test C: the columns of `institutions.ecosystem_by_cell`; tie_coverage: share of living
          firms in a tie of any kind, at most as many as the source is known to cover
    """
    matrix = concentrated_matrix(study, concentrated)
    living = living_firms(study.establishments)
    supply = family_of(study, study.supply, matrix, given_activity=True)
    knowledge = family_of(study, study.knowledge, matrix, given_activity=False)
    cells = living.join(_of_supply(study, supply, living, matrix))
    cells = cells.join(_against_matching(study, cells))
    cells = cells.join(_of_knowledge(study, knowledge, living, matrix))
    ecosystem = ecosystem_by_cell(study, living, matrix)
    cells = pd.concat([cells, ecosystem.drop(columns=CELL)], axis=1)
    covered = _coverage(study, living, study.ties)
    cells["tie_coverage"] = covered.clip(upper=study.settings.link_coverage)
    return Linkage(cells, _across(study, supply, cells, matrix))


def _of_supply(
    study: Study,
    family: Family,
    cells: pd.DataFrame,
    concentrated: Bools,
    *,
    spread: float | None = None,
    across: bool = False,
) -> pd.DataFrame:
    """Supply ties of cells: reach, breadth, persistence, coverage."""
    found = family_evidence(
        study, family, cells, concentrated, by_pair=True, spread=spread, across=across
    )
    table = renamed(found, SUPPLY_NAMES)
    table["hub_share"] = table["hub_ties"] / table["local_supply_ties"]
    ties = family.ties.with_columns(is_local="is_across") if across else family.ties
    by_region = study.locality is None and not across
    lasting = persistence_by_cell(ties, sizes=study.sizes, by_region=by_region)
    base = base_rates(family.ties, sizes=study.sizes)
    keyed = cells[CELL].merge(lasting, how="left").merge(base, how="left")
    lasts = keyed[[c for c in keyed.columns if "persistence" in c]].set_axis(cells.index, axis=0)
    coverage = study.settings.link_coverage * source_completeness(family.ties)
    covered = supply_coverage(study.supply, study.establishments, cells[CELL], sizes=study.sizes)
    table["link_coverage"] = pd.Series(covered, index=cells.index).clip(upper=coverage)
    return table.join(lasts)


def renamed(found: pd.DataFrame, names: dict[str, str]) -> pd.DataFrame:
    """Columns of `family_evidence` under the names of a family, with and without the hub."""
    suffixes = ("", "_without_hub")
    chosen = {
        f"{old}{suffix}": f"{new}{suffix}"
        for old, new in names.items()
        for suffix in suffixes
        if f"{old}{suffix}" in found.columns
    }
    return found[list(chosen)].rename(columns=chosen)


def _coverage(study: Study, cells: pd.DataFrame, ties: Lazy) -> pd.Series[float]:
    """Share of the living firms of every cell that are in a tie."""
    linked = linked_firms(study.establishments, ties, sizes=study.sizes).collect().to_pandas()
    named = cells[CELL].merge(linked, on=CELL, how="left")
    share = named["linked_firms"].astype("float64").fillna(0.0).to_numpy()
    return pd.Series(share, index=cells.index) / cells["living_firms"].astype("float64")


def _against_matching(study: Study, cells: pd.DataFrame) -> pd.DataFrame:
    """Supply ties of cells against random matching, and those within an hour."""
    sizes, supply = study.sizes, study.supply
    if study.locality is None:
        counts = stratum_counts(supply, sizes=sizes)
        sums = cell_sums(counts, sizes=sizes).collect().to_pandas()
    else:
        sums = near_sums(supply, study.locality.related, sizes=sizes)
    near = near_ties(supply, study.establishments, sizes=sizes, travel_times=study.travel_times)
    table = cells[CELL].merge(sums, on=CELL, how="left")
    table = table.merge(near.collect().to_pandas(), on=CELL, how="left")
    seen = table["year"].isin(study.supply_years)
    numbers = table[SUMS].astype("float64").fillna(0.0).where(seen)
    test = matching_table(
        table[["year"]].join(numbers), dispersion=cells["tie_dispersion"].to_numpy()
    )
    within = table["near_supply_ties"].astype("float64").fillna(0.0).where(seen)
    names = ["expected_local_supply_ties", "matching_ratio", "matching_p", "matching_q"]
    hour = within / test["supply_ties"].where(test["supply_ties"] > 0)
    return test[names].assign(within_hour_share=hour).set_axis(cells.index, axis=0)


def _of_knowledge(
    study: Study, family: Family, cells: pd.DataFrame, concentrated: Bools
) -> pd.DataFrame:
    """Knowledge ties of cells."""
    found = family_evidence(study, family, cells, concentrated, by_pair=False)
    table = renamed(found, KNOWLEDGE_NAMES)
    lasting = exchange_persistence(
        family.ties, study.establishments, study.knowledge_years, sizes=study.sizes
    )
    named = cells[CELL].merge(lasting, how="left")
    for column in ("persistence", "persistence_low", "persistence_high"):
        table[f"knowledge_{column}"] = named[column].to_numpy(dtype=np.float64)
    # Nobody has to cooperate: a firm without such a tie tells, so only the source can lack some.
    known = pd.Series(cells["year"].isin(study.knowledge_years).to_numpy(), index=cells.index)
    table["knowledge_coverage"] = known.map({True: study.settings.link_coverage, False: np.nan})
    return table


def _across(study: Study, supply: Family, cells: pd.DataFrame, concentrated: Bools) -> pd.DataFrame:
    """Tests B and C of the cells whose chain goes on across a border."""
    crossing = _crossing_ties(supply)
    columns = [*CELL, "other_region_key", "crossing_ties"]
    if crossing.empty:
        return pd.DataFrame(columns=columns)
    asked = cells[[*CELL, "living_firms", "tie_coverage"]].merge(crossing, on=CELL)
    spread = float(cells["lack_of_fit"].iloc[0])
    found = _of_supply(
        study, supply, asked[[*CELL, "living_firms"]], concentrated, spread=spread, across=True
    )
    ecosystem = ecosystem_by_cell(
        study, asked[[*CELL, "living_firms"]], concentrated, beside=crossing
    ).drop(columns=CELL)
    found["tie_coverage"] = asked["tie_coverage"]
    found = corrected_with(found, asked, cells, concentrated)
    evidence = pd.concat([found, ecosystem], axis=1).add_suffix("_across")
    return pd.concat([asked[columns], evidence], axis=1).sort_values(CELL, ignore_index=True)


def corrected_with(
    found: pd.DataFrame, asked: pd.DataFrame, cells: pd.DataFrame, concentrated: Bools
) -> pd.DataFrame:
    """Tests across borders, corrected together with those of the concentrated cells alone.

    A cell whose chain goes on across a border is tested twice, and each test can err.
    """
    dense = concentrated[cells["region_key"].to_numpy(), cells["industry_key"].to_numpy()]
    alone = cells[dense]
    years = np.concatenate([asked["year"].to_numpy(), alone["year"].to_numpy()])
    p = np.concatenate([found["reach_p"], alone["reach_p"]])
    return found.assign(reach_q=q_values(p, groups=years)[: len(found)])


def _crossing_ties(supply: Family) -> pd.DataFrame:
    """Ties of every cell across a border within a chain, by the region that most cross to."""
    ties = supply.ties.filter(nw.col("is_across"), ~nw.col("is_local"))
    views = [
        ties.select(
            "year",
            region_key=f"{end}_region",
            industry_key=f"{end}_industry",
            other_region_key=f"{other}_region",
        )
        for end, other in (("supplier", "customer"), ("customer", "supplier"))
    ]
    counts = (
        nw.concat(views)
        .group_by(*CELL, "other_region_key")
        .agg(crossing_ties=nw.len().cast(nw.Int64))
        .collect()
        .to_pandas()
        .sort_values(
            [*CELL, "crossing_ties", "other_region_key"], ascending=[True] * 3 + [False, True]
        )
    )
    whole = counts.groupby(CELL)["crossing_ties"].transform("sum")
    first = counts.assign(crossing_ties=whole).drop_duplicates(CELL, ignore_index=True)
    return first.astype(dict.fromkeys(first.columns, "int64"))
