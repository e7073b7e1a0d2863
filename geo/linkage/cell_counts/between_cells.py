"""Tests B and C at the grain of the verdict, where ties are counted between cells."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals as nw
import numpy as np
import pandas as pd

from geo.linkage.cell_counts.cell_flows import flow_potential, size_quotients
from geo.linkage.cell_counts.counted_ties import (
    Country,
    counts_by_cell,
    excess_of_counts,
    fitted_counts,
    lasting_by_cell,
    located_counts,
)
from geo.linkage.collaboration.linkage_table import (
    KNOWLEDGE_NAMES,
    SUPPLY_NAMES,
    Linkage,
    corrected_with,
    linkage_by_cell,
    renamed,
)
from geo.linkage.matching import CELL, COUNTS, STRATUM, SUMS, cell_sums, matching_table
from geo.study.keys import Sizes, lazy_like
from geo.study.located import KNOWLEDGE_KINDS

if TYPE_CHECKING:
    from geo.linkage.cell_counts.counted_ties import CellTies
    from geo.study import Study

__all__ = ["country_of_cells", "linkage_between_cells", "linkage_of_counts"]

_LASTING = [
    "persistence_trials",
    "persistence_kept",
    *(f"tie_persistence{end}" for end in ("", "_low", "_high")),
]


def linkage_between_cells(
    study: Study,
    links: pd.DataFrame,
    cells: tuple[pd.DataFrame, pd.DataFrame],
    concentrated: pd.DataFrame,
    points: pd.DataFrame,
    *,
    industries: int,
) -> Linkage:
    """What a table of ties or flows between cells says of every cell.

    Where any tie is counted, values weigh nothing.

    Parameters
    ----------
    study : Study
        The country, without ties of its own.
    links : DataFrame
        source_region_key, source_industry_key, target_region_key, target_industry_key, year, kind,
        ties, suppliers, customers, ties_seen_again, value; NaN = not known.
    cells : tuple of DataFrame
        Cells with establishments and employment, and those that were reported, with output.
    concentrated : DataFrame
        Cells that are concentrated: year, region_key, industry_key.
    points : DataFrame
        x, y: longitude and latitude (degrees) of a point inside every region, in row order.
    industries : int
        Number of industries.

    Returns
    -------
    Linkage
        As `linkage_of_counts` returns it; or of flows the columns of `linkage_by_cell`, not known
        but for `excess_local_share`, with those of `flow_potential` and size_quotient (see
        `size_quotients`).
    """
    places = points.set_axis(["longitude", "latitude"], axis=1)
    if links["ties"].notna().any():
        country = country_of_cells(study, cells[0], concentrated, places, industries=industries)
        return linkage_of_counts(study, links, country)
    thresholds = study.thresholds
    quotient = size_quotients(links, cells[1], cells[0])
    sized = cells[0].loc[quotient >= thresholds.location_quotient, CELL]
    country = country_of_cells(
        study, cells[0], pd.concat([concentrated, sized]), places, industries=industries
    )
    base = linkage_by_cell(study)
    potential = flow_potential(links, country, floor=thresholds.excess_local_share)
    known = base.cells.drop(columns="excess_local_share")
    table = potential.merge(known, on=CELL, how="left", validate="one_to_one")
    sizes = cells[0][CELL].assign(size_quotient=quotient)
    return base._replace(cells=table.merge(sizes, on=CELL, how="left", validate="one_to_one"))


def country_of_cells(
    study: Study,
    cells: pd.DataFrame,
    concentrated: pd.DataFrame,
    places: pd.DataFrame,
    *,
    industries: int,
) -> Country:
    """The country as counts between cells are laid over it.

    Parameters
    ----------
    study : Study
        The country.
    cells : DataFrame
        year, region_key, industry_key, establishments (NaN = withheld).
    concentrated : DataFrame
        Cells that are concentrated: year, region_key, industry_key.
    places : DataFrame
        longitude, latitude (degrees) of a point of every region, by region_key from 0; where a
        region has establishments with coordinates, their centre takes its place.
    industries : int
        Number of industries.
    """
    regions = len(places)
    there = cells.loc[cells["establishments"] != 0, [*CELL, "establishments"]]
    found = {
        name: np.zeros((regions, industries), dtype=np.int64) for name in ("years", "concentrated")
    }
    for name, table in (("years", there), ("concentrated", concentrated)):
        keys = tuple(table[c].to_numpy(np.int64) for c in ("region_key", "industry_key"))
        np.add.at(found[name], keys, 1)
    crowded = found["concentrated"]
    adjoins = np.zeros((regions, regions), dtype=bool)
    if study.adjoining is not None:
        one, other = (study.adjoining[c].to_numpy(np.int64) for c in ("focal", "neighbor"))
        adjoins[one, other] = adjoins[other, one] = True
        np.fill_diagonal(adjoins, val=False)
    return Country(
        cells=there.sort_values(CELL, ignore_index=True),
        places=_centres(study, places),
        industries=industries,
        adjoins=adjoins,
        concentrated=(crowded > 0) & (2 * crowded >= found["years"]),
    )


def _centres(study: Study, places: pd.DataFrame) -> pd.DataFrame:
    """Middle of the establishments of every region, or the given place where it has none."""
    known = (
        study.establishments.filter(~nw.col("longitude").is_null(), ~nw.col("latitude").is_null())
        .select(nw.col("region_key").cast(nw.Int64))
        .unique()
        .collect()["region_key"]
        .to_list()
    )
    found = places[["longitude", "latitude"]].astype("float64").reset_index(drop=True)
    inside = sorted(key for key in known if key < len(found))
    if inside:
        found.loc[inside] = study.centres.loc[inside, ["longitude", "latitude"]].to_numpy()
    return found


def linkage_of_counts(study: Study, links: pd.DataFrame, country: Country) -> Linkage:
    """Everything that ties counted between cells say of every cell.

    What is local is the region, whatever the setting `local`: the counts know no other place.

    Parameters
    ----------
    study : Study
        The country, without ties of its own.
    links : DataFrame
        As for `located_counts`, with ties.
    country : Country
        As `country_of_cells` returns it.

    Returns
    -------
    Linkage
        The columns of `linkage_by_cell`, one row per cell of `country`, and

        - ties_are_counted: True
        - hub_most: local ties with the cell that one firm can have at most

        living_firms are the establishments. Firms with a local partner are between the least
        (locally_linked_share) and the most (locally_linked_share_high) that the counts allow; that
        they stay partners is not seen. Of knowledge ties, that firms go on having them is not known
        either. hub_key, hub_ties and hub_share are not known.
    """
    cells = country.cells
    base = linkage_by_cell(study).cells
    table = cells[CELL].merge(base, on=CELL, how="left", validate="one_to_one")
    table["living_firms"] = cells["establishments"].astype("float64")
    supply = _fitted(links, country, ("supply",), given_activity=True)
    knowledge = _fitted(links, country, KNOWLEDGE_KINDS, given_activity=False)
    of_supply = _of_supply(supply)
    for part in (of_supply, _against_matching(supply, of_supply), _of_knowledge(knowledge)):
        # What a table of counts is silent of keeps its column.
        table = table.assign(**{c: part[c] for c in part.columns})
    table = table.copy().assign(ties_are_counted=True)
    return Linkage(table, _across(supply, table))


def _fitted(
    links: pd.DataFrame, country: Country, kinds: tuple[str, ...], *, given_activity: bool
) -> CellTies:
    rows = located_counts(links, country, kinds)
    return fitted_counts(rows, country, kinds=len(kinds), given_activity=given_activity)


def _of_supply(
    ties: CellTies, *, spread: float | None = None, across: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Supply ties of cells: reach, breadth, lasting, coverage."""
    table = counts_by_cell(ties, across=across is not None)
    years = table["year"].isin(set(ties.rows.loc[ties.rows["ties"] > 0, "year"]))
    if across is not None:
        table = across[CELL].merge(table, on=CELL, how="left", validate="one_to_one")
        years = pd.Series(data=True, index=table.index)
    found = excess_of_counts(table, ties, known=years, spread=spread)
    named = renamed(found, SUPPLY_NAMES).assign(hub_most=found["hub_most"])
    lasting = lasting_by_cell(ties.rows, local="is_local" if across is None else "is_across")
    lasts = table[CELL].merge(lasting, on=["region_key", "industry_key"], how="left")
    columns = {c: lasts[c].to_numpy(dtype=np.float64) for c in (*_LASTING, "persistence_base_rate")}
    # Ties of which nobody says whether they are the same count as so many of their own.
    return named.assign(
        **columns,
        persistence_dispersion=1.0,
        link_coverage=table["covered"].where(years, 0.0),
    )


def _of_knowledge(ties: CellTies) -> pd.DataFrame:
    """Knowledge ties of cells."""
    table = counts_by_cell(ties)
    years = table["year"].isin(set(ties.rows.loc[ties.rows["ties"] > 0, "year"]))
    found = excess_of_counts(table, ties, known=years)
    named = renamed(found, KNOWLEDGE_NAMES)
    unknown = {f"knowledge_persistence{end}": np.nan for end in ("", "_low", "_high")}
    return named.assign(**unknown, knowledge_coverage=table["covered"].where(years))


def _against_matching(ties: CellTies, of_supply: pd.DataFrame) -> pd.DataFrame:
    """Supply ties of cells against random matching."""
    rows, country = ties.rows, ties.country
    cells = country.cells
    views = {
        "suppliers_here": rows.rename(columns={"supplier_region": "region_key"}),
        "customers_here": rows.rename(columns={"customer_region": "region_key"}),
    }
    views["local"] = views["suppliers_here"][rows["is_local"].to_numpy()]
    key = [*STRATUM, "region_key"]
    sums = [view.groupby(key)["ties"].sum().rename(name) for name, view in views.items()]
    counts = pd.concat(sums, axis=1).fillna(0.0)
    of_stratum = counts.groupby(STRATUM)["suppliers_here"].transform("sum")
    counts = counts.assign(everywhere=of_stratum).reset_index()
    first, last = int(cells["year"].min()), int(cells["year"].max())
    sizes = Sizes(first, last - first + 1, country.regions, country.industries, 1)
    lazy = lazy_like(ties.family.ties, {c: counts[c].tolist() for c in (*key, *COUNTS)})
    typed = lazy.with_columns(nw.col(*key).cast(nw.Int64), nw.col(*COUNTS).cast(nw.Float64))
    by_cell = cell_sums(typed, sizes=sizes).collect().to_pandas()
    table = cells[CELL].merge(by_cell, on=CELL, how="left")
    numbers = table[SUMS].astype("float64").fillna(0.0)
    numbers = numbers.where(of_supply["supply_ties"].notna())
    phi = of_supply["tie_dispersion"].to_numpy(dtype=np.float64)
    test = matching_table(table[["year"]].join(numbers), dispersion=phi)
    names = ["expected_local_supply_ties", "matching_ratio", "matching_p", "matching_q"]
    return test[names].assign(within_hour_share=np.nan)


def _across(supply: CellTies, cells: pd.DataFrame) -> pd.DataFrame:
    """Test B of the cells whose chain goes on across a border."""
    crossing = _crossing(supply.rows)
    columns = [*CELL, "other_region_key", "crossing_ties"]
    asked = cells[[*CELL, "living_firms"]].merge(crossing, on=CELL)
    if asked.empty:
        return pd.DataFrame(columns=columns)
    spread = float(cells["lack_of_fit"].iloc[0])
    found = _of_supply(supply, spread=spread, across=asked)
    found = corrected_with(found, asked, cells, supply.country.concentrated)
    found["tie_coverage"] = np.nan
    evidence = found.add_suffix("_across")
    return pd.concat([asked[columns], evidence], axis=1).sort_values(CELL, ignore_index=True)


def _crossing(rows: pd.DataFrame) -> pd.DataFrame:
    """Ties of every cell across a border within a chain, by the region that most cross to."""
    there = rows[rows["is_across"] & ~rows["is_local"] & (rows["ties"] > 0)]
    views: list[Any] = [
        there[["year", f"{end}_region", f"{end}_industry", f"{other}_region", "ties"]].set_axis(
            [*CELL, "other_region_key", "crossing_ties"], axis=1
        )
        for end, other in (("supplier", "customer"), ("customer", "supplier"))
    ]
    counts = pd.concat(views).groupby([*CELL, "other_region_key"], as_index=False).sum()
    counts = counts.sort_values(
        [*CELL, "crossing_ties", "other_region_key"], ascending=[True] * 3 + [False, True]
    )
    whole = counts.groupby(CELL)["crossing_ties"].transform("sum")
    first = counts.assign(crossing_ties=whole).drop_duplicates(CELL, ignore_index=True)
    typed: pd.DataFrame = first.astype(dict.fromkeys([*CELL, "other_region_key"], "int64"))
    return typed
