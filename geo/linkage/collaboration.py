"""Tests B and C at the grain of the verdict: one row per region, industry and year.

Here belongs laying the counts of the other modules side by side. Nothing answers yes or no here:
`geo.classification` does, from effects and intervals.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals as nw
import numpy as np
import pandas as pd

from geo.linkage.breadth import linked_firms, living_firms, stably_linked_firms
from geo.linkage.completeness import source_completeness
from geo.linkage.dense import Sizes, held, sizes_of
from geo.linkage.dependence import (
    BUNCHES,
    bunches,
    dispersion,
    firm_ends,
    own_ends,
    partner_ends,
)
from geo.linkage.distance_null import distance_table, region_centres
from geo.linkage.hubs import (
    cell_hubs,
    ends_without_hub,
    hub_pairs,
    hub_ties,
    sums_without_hub,
)
from geo.linkage.institutions import ecosystem_by_cell
from geo.linkage.located import (
    located_supply_ties,
    next_years,
    supply_pairs,
    supply_years,
)
from geo.linkage.matching import CELL, SUMS, cell_sums, matching_table, stratum_counts
from geo.linkage.nearness import (
    near_hubs,
    near_partner_ends,
    near_sums,
    near_sums_without_hub,
)
from geo.linkage.persistence import base_rates, persistence_by_cell
from geo.linkage.reach import near_ties
from geo.linkage.tails import wilson_interval

if TYPE_CHECKING:
    import numpy.typing as npt

    from geo.linkage.locality import Locality

    Lazy = nw.LazyFrame[Any]
    Floats = npt.NDArray[np.float64]

__all__ = ["firm_shares", "linkage_by_cell", "matching_and_hub", "supply_counts"]

_LINKED = "stably_linked_firms"
_MOST_TIES = 4_000_000  # of a batch of years


def linkage_by_cell(
    establishments: Lazy,
    ties: Lazy,
    institutions: pd.DataFrame,
    *,
    firms: int,
    significance: float = 0.05,
    locality: Locality | None = None,
    travel_times: pd.DataFrame | None = None,
    coverage: float = 1.0,
) -> pd.DataFrame:
    """Everything that ties say of every cell with a living establishment.

    Parameters
    ----------
    establishments : LazyFrame
        Columns firm_key, year, region_key, industry_key, longitude, latitude, group_key; one row
        per firm and year.
    ties : LazyFrame
        Columns source_key, target_key, year, kind; one row per distinct tie, both ends alive.
    institutions : DataFrame
        Columns institution_key, kind, region_key.
    firms : int
        Number of firms; keys from there on are institutions.
    significance : float, default 0.05
        Largest false-discovery rate at which `linkage_grade` takes a null for rejected.
    locality : Locality, optional
        Which places are near each other, where local is not the region. The distance of trade is
        then not known: it is fitted between regions.
    travel_times : DataFrame, optional
        As for `travel.regions_within`: what within_hour_share goes by where given.
    coverage : float, default 1
        Share of the firms that the source of the ties is known to cover; link_coverage is never
        above it.

    Returns
    -------
    DataFrame
        One row per cell, sorted by year, region_key, industry_key; float64 with NaN = not known,
        but for the keys, living_firms and the words and booleans of test C.

        - living_firms: establishments of the cell
        - matching: the columns of `matching.matching_table`, and again with the suffix
          `_without_hub`; NaN in a year without any supply tie
        - distance: the columns of `distance_null.distance_table`, and linkage_grade: 'organised'
          where local ties exceed both nulls, 'proximity' where they exceed random matching alone,
          None where they do not, or where the second null is not known
        - hub_key, hub_ties, hub_share: the party with most of the cell's local ties, how many,
          and their share of them; NaN without local ties
        - within_hour_share: share of the cell's supply ties whose two firms are an hour apart at
          most, by `travel_times` where given and else at most 40 km as the crow flies, whatever
          border lies between them; NaN without supply ties
        - tie_persistence and the rest of `persistence.persistence_by_cell`, pooled over all years,
          so equal in all of a cell's years; persistence_base_rate of its industry. NaN without
          two years of supply ties to compare
        - locally_linked_share, locally_linked_share_low, locally_linked_share_high,
          locally_linked_share_without_hub: share of living firms with a stable local supply
          partner, with its 95 % Wilson interval. NaN in a year that no other can be compared with
        - link_coverage: share of living firms in a tie of any kind in the year, at most
          `coverage` times `completeness.source_completeness`
        - test C: the columns of `institutions.ecosystem_by_cell`

    Examples
    --------
    Two firms of one region and two of another; each buys from its neighbour in both years.

    >>> import narwhals as nw, polars as pl
    >>> firms = pl.LazyFrame({"firm_key": [0, 1, 2, 3] * 2, "year": [2020] * 4 + [2021] * 4,
    ...     "region_key": [0, 0, 1, 1] * 2, "industry_key": [0, 1, 0, 1] * 2,
    ...     "longitude": 0.0, "latitude": [0.0, 0.1, 2.0, 2.1] * 2,
    ...     "group_key": [None] * 8}, schema_overrides={"group_key": pl.Float64})
    >>> ties = pl.LazyFrame({"source_key": [0, 2] * 2, "target_key": [1, 3] * 2,
    ...     "year": [2020, 2020, 2021, 2021], "kind": "supply"})
    >>> nobody = pd.DataFrame({"institution_key": [], "kind": [], "region_key": []})
    >>> table = linkage_by_cell(nw.from_native(firms), nw.from_native(ties), nobody, firms=4)
    >>> table[["local_supply_ties", "tie_persistence", "locally_linked_share"]].head(2)
       local_supply_ties  tie_persistence  locally_linked_share
    0                1.0              1.0                   1.0
    1                1.0              1.0                   1.0
    """
    sizes = sizes_of(establishments, firms=firms)
    pairs = supply_pairs(ties, firms=firms)
    years = supply_years(pairs)
    supply = held(located_supply_ties(establishments, pairs, years, sizes=sizes, locality=locality))
    del pairs
    table = living_firms(establishments)
    counts = held(stratum_counts(supply, sizes=sizes))
    batches = []
    for years_of_batch in _batches(supply):
        some, of_some = (
            rows.filter(nw.col("year").is_in(years_of_batch)) for rows in (supply, counts)
        )
        near = near_ties(some, establishments, sizes=sizes, travel_times=travel_times)
        counted = supply_counts(some, of_some, sizes=sizes, locality=locality)
        batches.append(counted.merge(_collected(near), on=CELL, how="left"))
    linked = _collected(linked_firms(establishments, ties, sizes=sizes))
    for part in (pd.concat(batches), linked):
        table = table.merge(part, on=CELL, how="left", validate="one_to_one")
    table = table.merge(
        persistence_by_cell(supply, sizes=sizes, by_region=locality is None),
        how="left",
        validate="many_to_one",
    ).merge(base_rates(supply, sizes=sizes), how="left", validate="many_to_one")
    ecosystem = ecosystem_by_cell(
        establishments, ties, institutions, table, firms=firms, locality=locality
    )
    matching = table[CELL].join(matching_and_hub(table, years))
    centres = region_centres(establishments, regions=sizes.regions)
    distance = distance_table(supply, counts, centres, matching, sizes=sizes)
    if locality is not None:
        distance = distance * np.nan
    return pd.concat(
        [
            table[[*CELL, "living_firms"]],
            matching.drop(columns=CELL),
            distance.assign(linkage_grade=_grade(matching, distance, significance)),
            table[[c for c in table.columns if "persistence" in c]],
            firm_shares(table, years, coverage=coverage * source_completeness(supply)),
            ecosystem.drop(columns=CELL),
        ],
        axis=1,
    )


def _batches(supply: Lazy) -> list[list[int]]:
    """Years in batches of so many ties that their firms fit into memory together."""
    counts = supply.group_by("year").agg(ties=nw.len()).collect()
    batches: list[list[int]] = [[]]
    held_ties = 0
    for year, ties in sorted(zip(counts["year"], counts["ties"], strict=True)):
        if held_ties and held_ties + ties > _MOST_TIES:
            batches.append([])
            held_ties = 0
        batches[-1].append(int(year))
        held_ties += int(ties)
    return batches


def supply_counts(
    supply: Lazy, counts: Lazy, *, sizes: Sizes, locality: Locality | None = None
) -> pd.DataFrame:
    """Counts of supply ties per cell, with and without the hub.

    Parameters
    ----------
    supply : LazyFrame
        As `located.located_supply_ties` returns it.
    counts : LazyFrame
        As `matching.stratum_counts` returns it.
    sizes : Sizes
        Of the keys.
    locality : Locality, optional
        As for `linkage_by_cell`.

    Returns
    -------
    DataFrame
        One row per cell with a tie: the columns of `CELL`, `matching.SUMS` (and again with the
        suffix _taken, what the hub takes with it), those of `dependence.BUNCHES` (suffixes _own and
        _partners, and with _left without the hub), those of `hubs.cell_hubs`, and
        stably_linked_firms, stably_linked_firms_without_hub.
    """
    ends = held(firm_ends(supply, sizes=sizes))
    own = held(own_ends(ends, sizes=sizes))
    if locality is None:
        partners, hubs = partner_ends(ends), held(cell_hubs(own, ends, sizes=sizes))
    else:
        partners = near_partner_ends(supply, ends, sizes=sizes)
        hubs = held(near_hubs(own, supply, sizes=sizes))
    of_hubs = held(hub_ties(supply, hubs, sizes=sizes))
    pairs = held(hub_pairs(of_hubs, sizes=sizes))
    own_left, partners_left = (
        ends_without_hub(rows, hubs, pairs, sizes=sizes) for rows in (own, partners)
    )
    own_left = held(own_left)
    if locality is None:
        sums = _collected(cell_sums(counts, sizes=sizes))
        taken = _collected(sums_without_hub(of_hubs, counts, hubs, sizes=sizes))
    else:
        sums = near_sums(supply, locality.related, sizes=sizes)
        taken = near_sums_without_hub(supply, hubs, locality.related, sizes=sizes)
    parts = {
        "_own": bunches(own, sizes=sizes),
        "_partners": bunches(partners, sizes=sizes),
        "_own_left": bunches(own_left, sizes=sizes),
        "_partners_left": bunches(partners_left, sizes=sizes),
    }
    named = [part.rename({c: f"{c}{suffix}" for c in BUNCHES}) for suffix, part in parts.items()]
    linked = stably_linked_firms(own, sizes=sizes)
    left = stably_linked_firms(own_left, sizes=sizes)
    left = left.rename({_LINKED: f"{_LINKED}_without_hub"})
    table = sums
    taken = taken.rename(columns={c: f"{c}_taken" for c in SUMS})
    for part in (taken, *map(_collected, (*named, hubs, linked, left))):
        table = table.merge(part, on=CELL, how="left", validate="one_to_one")
    return table


def _collected(frame: Lazy) -> pd.DataFrame:
    table: pd.DataFrame = frame.collect().to_pandas()
    return table


def matching_and_hub(table: pd.DataFrame, years: list[int]) -> pd.DataFrame:
    """Matching test with and without the hub, the hub itself, and the share of ties nearby.

    Parameters
    ----------
    table : DataFrame
        Columns of `supply_counts`, and near_supply_ties; NaN = none.
    years : list of int
        Years with supply ties; of others nothing is known.

    Returns
    -------
    DataFrame
        On the index of `table`: as `linkage_by_cell` says.
    """
    is_seen = table["year"].isin(years)
    sums = table[["year"]].join(table[SUMS].astype("float64").fillna(0.0).where(is_seen))
    taken = table[[f"{c}_taken" for c in SUMS]].astype("float64").fillna(0.0).to_numpy()
    left = sums[SUMS] + taken
    test = matching_table(sums, dispersion=_dispersion(table, ""))
    hub = pd.DataFrame(
        {
            "hub_key": table["hub_key"].astype("float64"),
            "hub_ties": table["hub_ties"].astype("float64"),
            "hub_share": table["hub_ties"].astype("float64") / test["local_supply_ties"],
        }
    )
    near = table["near_supply_ties"].astype("float64").fillna(0.0).where(is_seen)
    hub["within_hour_share"] = near / test["supply_ties"].where(test["supply_ties"] > 0)
    without = matching_table(
        sums[["year"]].join(left), dispersion=_dispersion(table, "_left"), suffix="_without_hub"
    )
    return pd.concat([test, hub, without], axis=1)


def _grade(matching: pd.DataFrame, distance: pd.DataFrame, significance: float) -> pd.Series[str]:
    """Whether ties beyond random matching are beyond the usual distance of trade, too."""
    is_organised = distance["distance_q"] <= significance
    grade = is_organised.map({True: "organised", False: "proximity"}).astype("object")
    is_graded = (matching["matching_q"] <= significance) & distance["distance_q"].notna()
    return grade.where(is_graded, None)


def _dispersion(table: pd.DataFrame, suffix: str) -> Floats:
    """How much the local ties of every cell bunch by firm."""
    own, partners = (
        table[[f"{c}_{side}{suffix}" for c in BUNCHES]].set_axis(BUNCHES, axis=1)
        for side in ("own", "partners")
    )
    return dispersion(own, partners)


def firm_shares(table: pd.DataFrame, years: list[int], *, coverage: float = 1.0) -> pd.DataFrame:
    """Shares of living firms with a stable local partner, and with a tie of any kind.

    Parameters
    ----------
    table : DataFrame
        Columns of `supply_counts`, living_firms and linked_firms; NaN = none.
    years : list of int
        Years with supply ties.
    coverage : float, default 1
        As for `linkage_by_cell`.

    Returns
    -------
    DataFrame
        On the index of `table`: locally_linked_share and the rest, as `linkage_by_cell` says.
    """
    following = next_years(years)
    is_compared = table["year"].isin({*following, *following.values()})
    living = table["living_firms"].astype("float64")
    linked, without, in_ties = (
        table[c].astype("float64").fillna(0.0)
        for c in ("stably_linked_firms", "stably_linked_firms_without_hub", "linked_firms")
    )
    bounds = wilson_interval(linked, living)
    others = living - (table["hub_industry"] == table["industry_key"])
    return pd.DataFrame(
        {
            "locally_linked_share": (linked / living).where(is_compared),
            "locally_linked_share_low": np.where(is_compared, bounds.low, np.nan),
            "locally_linked_share_high": np.where(is_compared, bounds.high, np.nan),
            "locally_linked_share_without_hub": (without / others)
            .where(others > 0, 0.0)
            .where(is_compared),
            "link_coverage": (in_ties / living).clip(upper=coverage),
        }
    )
