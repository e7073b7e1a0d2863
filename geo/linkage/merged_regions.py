"""Tests B and C of cells of regions that are taken together, without asking them of all others.

What a cell's tests ask of the ties of others is how many there are of each kind in the country, and
that does not change where a border is taken away. So the ties of the cell and of its partners are
counted anew, and all else is taken from the map as it is. Which regions are taken together is up
to `across_borders`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import narwhals as nw
import numpy as np
import pandas as pd

from geo.concentration.false_discovery import q_values
from geo.linkage.breadth import linked_firms, living_firms
from geo.linkage.collaboration import firm_shares, matching_and_hub, supply_counts
from geo.linkage.completeness import source_completeness
from geo.linkage.dense import Sizes, held, lazy_like, looked_up
from geo.linkage.distance_null import distance_table, region_centres
from geo.linkage.institutions import ecosystem_by_cell
from geo.linkage.matching import CELL, STRATUM, stratum_counts
from geo.linkage.persistence import base_rates, persistence_by_cell

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy.typing as npt

    Lazy = nw.LazyFrame[Any]
    Keys = npt.NDArray[np.int64]

__all__ = ["Country", "country_of", "linkage_of_merged"]

_CELL = ["region_key", "industry_key"]
_TESTS = ("matching", "distance")


class Country(NamedTuple):
    """What is asked of the map as it is, whichever border is taken away."""

    establishments: Lazy
    institutions: pd.DataFrame
    institution_ties: Lazy
    supply: Lazy
    """As `located.located_supply_ties` returns it."""
    counts: Lazy
    """As `matching.stratum_counts` returns it."""
    about: Lazy
    """Ties of the cells that may be asked for, and of their partners."""
    firms: pd.DataFrame
    """Living firms, linked firms and ends of ties of every cell."""
    base: pd.DataFrame
    """As `persistence.base_rates` returns it."""
    completeness: float
    """As `completeness.source_completeness` returns it."""
    alone: pd.DataFrame
    """As `collaboration.linkage_by_cell` returns it."""
    years: list[int]
    sizes: Sizes


def country_of(
    establishments: Lazy,
    ties: Lazy,
    institutions: pd.DataFrame,
    supply: Lazy,
    alone: pd.DataFrame,
    cells: pd.DataFrame,
    *,
    years: list[int],
    sizes: Sizes,
) -> Country:
    """What `linkage_of_merged` asks of the map as it is, gathered once.

    Parameters
    ----------
    establishments, ties, institutions
        As in `collaboration.linkage_by_cell`.
    supply : LazyFrame
        As `located.located_supply_ties` returns it.
    alone : DataFrame
        As `collaboration.linkage_by_cell` returns it.
    cells : DataFrame
        Columns region_key, industry_key: all that may be asked for, each in both of the regions
        that are merged.
    years : list of int
        Years with supply ties.
    sizes : Sizes
        Of the keys.
    """
    is_firm = [nw.col(key) < sizes.firms for key in ("source_key", "target_key")]
    linked = linked_firms(establishments, ties, sizes=sizes).collect().to_pandas()
    return Country(
        establishments,
        institutions,
        held(ties.filter(is_firm[0] != is_firm[1])),
        supply,
        held(stratum_counts(supply, sizes=sizes)),
        held(_about(supply, cells, sizes)),
        living_firms(establishments).merge(linked, on=CELL, how="left"),
        base_rates(supply, sizes=sizes),
        source_completeness(supply),
        alone,
        years,
        sizes,
    )


def linkage_of_merged(
    country: Country,
    merged: Mapping[int, int],
    cells: pd.DataFrame,
    *,
    coverage: float = 1.0,
    asks_distance: bool = False,
) -> pd.DataFrame:
    """Tests B and C of some cells of merged regions.

    Parameters
    ----------
    country : Country
        As `country_of` returns it.
    merged : mapping of int to int
        Key of a region that is no longer, and of the one that it becomes part of; no region twice.
    cells : DataFrame
        Columns region_key (as it is) and industry_key: the cells asked for, each in both of the
        regions that are merged.
    coverage : float, default 1
        As in `collaboration.linkage_by_cell`.
    asks_distance : bool, default False
        Whether the distance null is asked, which is fitted to all ties anew.

    Returns
    -------
    DataFrame
        One row per cell asked for and year, by the key of the merged region: the columns of
        `collaboration.linkage_by_cell` but for within_hour_share, hub_key, linkage_grade and,
        where it is not asked, the distance null. The false-discovery rates of the nulls of ties
        are among the year's other cells as they are alone.
    """
    sizes = country.sizes
    keys = np.arange(sizes.regions)
    keys[list(merged)] = list(merged.values())
    wanted = cells.assign(region_key=keys[cells["region_key"].to_numpy()])
    wanted = wanted[_CELL].drop_duplicates()
    supply = held(_about(_merged_ties(country.about, keys), wanted, sizes))
    table = _counted(country, supply, keys, wanted)
    matching = matching_and_hub(table, country.years).drop(columns=["within_hour_share", "hub_key"])
    tests = [table[CELL].join(matching)]
    if asks_distance:
        tests.append(_distance(country, keys, tests[0]))
    tested = pd.concat(tests, axis=1)
    return pd.concat(
        [
            table[[*CELL, "living_firms"]],
            tested.drop(columns=CELL).assign(**_among_others(tested, country.alone, cells)),
            table[[c for c in table.columns if "persistence" in c]],
            firm_shares(table, country.years, coverage=coverage * country.completeness),
        ],
        axis=1,
    ).merge(_ecosystem(country, keys, merged), on=CELL, how="left", validate="one_to_one")


def _about(supply: Lazy, cells: pd.DataFrame, sizes: Sizes) -> Lazy:
    """Ties of the firms of some cells, and those of firms of their region with their industry."""
    code = (cells["region_key"] * sizes.industries + cells["industry_key"]).drop_duplicates()
    table = lazy_like(supply, {"slot": code.tolist(), "value": [0] * len(code)})
    ends = ("supplier", "customer")
    slots = {
        f"{end}_with_{other}": nw.col(f"{end}_region").cast(nw.Int64) * sizes.industries
        + nw.col(f"{other}_industry")
        for end in ends
        for other in ends
    }
    placed = looked_up(
        supply.with_columns(**slots),
        {f"{name}_found": name for name in slots},
        table.with_columns(nw.col("slot", "value").cast(nw.Int64)),
        size=sizes.regions * sizes.industries,
    )
    found = [f"{name}_found" for name in slots]
    is_about = nw.any_horizontal(*(nw.col(c) >= 0 for c in found), ignore_nulls=True)
    return placed.filter(is_about).drop(*slots, *found)


def _with_keys(frame: Lazy, columns: list[str], keys: Keys) -> Lazy:
    """`frame` with new keys of regions in some columns."""
    kinds = frame.collect_schema()
    changed = [int(k) for k in np.flatnonzero(keys != np.arange(len(keys)))]
    new = [int(keys[k]) for k in changed]
    # Spark asks for a default, which the keys that stay are.
    return frame.with_columns(
        nw.col(c).replace_strict(changed, new, default=nw.col(c), return_dtype=kinds[c])
        for c in columns
    )


def _merged_ties(supply: Lazy, keys: Keys) -> Lazy:
    """Ties with the keys of merged regions, and which of them are local there."""
    ties = _with_keys(supply, ["supplier_region", "customer_region"], keys)
    is_local = nw.col("supplier_region") == nw.col("customer_region")
    return ties.with_columns(
        is_local=is_local, is_stable=is_local & (nw.col("lasts") | nw.col("lasted"))
    )


def _counted(country: Country, supply: Lazy, keys: Keys, wanted: pd.DataFrame) -> pd.DataFrame:
    """Everything that is counted of the wanted cells, one row per cell and year."""
    sizes = country.sizes
    here = stratum_counts(supply, sizes=sizes).drop("everywhere")
    everywhere = country.counts.select(*STRATUM, "everywhere").unique()
    counts = held(here.join(everywhere, on=STRATUM))
    table = _firms(country, keys).merge(wanted, on=_CELL)
    table = table.merge(
        supply_counts(supply, counts, sizes=sizes), on=CELL, how="left", validate="one_to_one"
    ).assign(near_supply_ties=np.nan)
    lasting = persistence_by_cell(supply, sizes=sizes)
    return table.merge(lasting, on=_CELL, how="left").merge(
        country.base, on="industry_key", how="left"
    )


def _firms(country: Country, keys: Keys) -> pd.DataFrame:
    """Living firms, linked firms and ends of ties of the cells of merged regions."""
    merged = country.firms.assign(region_key=keys[country.firms["region_key"].to_numpy()])
    return merged.groupby(CELL)[["living_firms", "linked_firms", "tie_ends"]].sum().reset_index()


def _distance(country: Country, keys: Keys, matching: pd.DataFrame) -> pd.DataFrame:
    """The distance null of the wanted cells, fitted on the map of merged regions."""
    sizes = country.sizes
    supply = _merged_ties(country.supply, keys)
    establishments = _with_keys(country.establishments, ["region_key"], keys)
    return distance_table(
        supply,
        stratum_counts(supply, sizes=sizes),
        region_centres(establishments, regions=sizes.regions),
        matching,
        sizes=sizes,
    )


def _among_others(
    tested: pd.DataFrame, alone: pd.DataFrame, cells: pd.DataFrame
) -> dict[str, npt.NDArray[np.float64]]:
    """False-discovery rates of the tested cells, each test among the other cells of the year."""
    gone = pd.MultiIndex.from_frame(cells[_CELL])
    others = alone[~pd.MultiIndex.from_frame(alone[_CELL]).isin(gone)]
    years = np.concatenate([tested["year"].to_numpy(), others["year"].to_numpy()])
    rates = {}
    for name in (c for c in tested.columns if c.startswith(tuple(f"{t}_p" for t in _TESTS))):
        p = np.concatenate([tested[name].to_numpy(), others[name].to_numpy()])
        rates[name.replace("_p", "_q", 1)] = q_values(p, groups=years)[: len(tested)]
    return rates


def _ecosystem(country: Country, keys: Keys, merged: Mapping[int, int]) -> pd.DataFrame:
    """Test C on the map of merged regions."""
    return ecosystem_by_cell(
        _with_keys(country.establishments, ["region_key"], keys),
        country.institution_ties,
        country.institutions.assign(
            region_key=country.institutions["region_key"].replace(dict(merged))
        ),
        _firms(country, keys),
        firms=country.sizes.firms,
    )
