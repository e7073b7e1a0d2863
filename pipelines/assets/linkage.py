"""Linkage: tests B and C over ties, and what an input-output table makes possible."""

from collections.abc import Iterator
from typing import Any

import dagster as dg
import geopandas as gpd
import narwhals as nw
import pandas as pd

from geo.study import Study
from pipelines.metadata import preview


@dg.multi_asset(
    group_name="linkage",
    outs={
        name: dg.AssetOut(description=text, kinds={"narwhals", "numba"}, dagster_type=dg.Any)
        for name, text in {
            "linkages": "Ties of every cell against the usual reach of such ties; institutions.",
            "border_linkages": "The same of cells whose chain goes on in an adjoining region.",
        }.items()
    },
)
def linkage_tables(
    study: Study,
    cells: pd.DataFrame,
    location_quotients: pd.DataFrame,
    withheld_bounds: pd.DataFrame,
    cell_links: nw.LazyFrame,  # type: ignore[type-arg]
    reported_cells: pd.DataFrame,
    regions: gpd.GeoDataFrame,
    industries: pd.DataFrame,
) -> Iterator[dg.Output[pd.DataFrame]]:
    """Tests B and C: ties beyond the usual reach, breadth, lasting, institution ties."""
    from geo.classification.questions import crowded_cells
    from geo.classification.tables.classification_table import evidence
    from geo.linkage.cell_counts.between_cells import linkage_between_cells
    from geo.linkage.collaboration.linkage_table import linkage_by_cell

    measured = evidence(cells, [location_quotients, withheld_bounds])
    crowded = crowded_cells(measured, study.thresholds)
    between = cell_links.collect().to_pandas()
    if len(between):
        found = linkage_between_cells(
            study,
            between,
            (cells, reported_cells),
            crowded,
            regions.representative_point().get_coordinates(),
            industries=len(industries),
        )
    else:
        found = linkage_by_cell(study, crowded)
    of_cells, across = found
    hour = "40 km as the crow flies" if study.travel_times is None else "travel_times"
    yield dg.Output(
        of_cells, output_name="linkages", metadata={"an hour": hour} | preview(of_cells)
    )
    goes_on = {"cells that go on across a border": len(across)}
    yield dg.Output(across, output_name="border_linkages", metadata=goes_on | preview(across))


@dg.asset(group_name="linkage", kinds={"numpy"}, dagster_type=dg.Any)
def chain_potentials(
    facts: dict[str, Any],
    cells: pd.DataFrame,
    io_table: pd.DataFrame,
    margins: pd.DataFrame,
    industries: pd.DataFrame,
) -> dg.Output[pd.DataFrame]:
    """Share of inputs and sales that industries of the region could cover."""
    from geo.concentration.cells.market import markets
    from geo.input_output.potential import chain_potential

    table = chain_potential(
        cells,
        io_table,
        margins if len(margins) else None,
        industries=len(industries),
        completeness=facts["settings"]["thresholds"]["chain_completeness"],
        market=markets(cells, industries),
    )
    return dg.Output(table, metadata=preview(table))


@dg.asset(group_name="linkage", kinds={"numpy"}, dagster_type=dg.Any)
def regional_input_shares(
    cells: pd.DataFrame, io_table: pd.DataFrame, margins: pd.DataFrame, industries: pd.DataFrame
) -> dg.Output[pd.DataFrame]:
    """Share of every cell's inputs from within its region, by SLQ, CILQ, FLQ and AFLQ."""
    from geo.input_output.regional_tables import regional_input_shares as shares

    published = margins if len(margins) else None
    table = shares(cells, io_table, published, industries=len(industries))
    return dg.Output(table, metadata=preview(table))


@dg.asset(group_name="linkage", kinds={"numpy"}, dagster_type=dg.Any)
def industry_linkages(
    facts: dict[str, Any],
    io_table: pd.DataFrame,
    industries: pd.DataFrame,
) -> dg.Output[pd.DataFrame]:
    """Who pulls and who pushes the others: multipliers and Rasmussen's linkages by industry."""
    from geo.classification.tables.classification_table import industry_table
    from geo.input_output.leontief import industry_linkages_by_year

    measures = industry_linkages_by_year(io_table, industries=len(industries), years=facts["years"])
    table = industry_table(
        measures, industries, language=facts["language"], name="industry_linkages"
    )
    return dg.Output(table, metadata=preview(table))
