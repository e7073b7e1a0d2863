"""Linkage: tests B and C over ties, and what an input-output table makes possible."""

from typing import Any

import dagster as dg
import geopandas as gpd
import narwhals as nw
import pandas as pd

from pipelines.metadata import column_schema, preview
from pipelines.partitions import YEARLY, years_of


@dg.asset(group_name="linkage", kinds={"narwhals"}, **YEARLY)
def linkages(
    context: dg.AssetExecutionContext,
    facts: dict[str, Any],
    establishments: nw.LazyFrame,  # type: ignore[type-arg]
    ties: nw.LazyFrame,  # type: ignore[type-arg]
    institutions: pd.DataFrame,
    travel_times: pd.DataFrame,
) -> dg.Output[pd.DataFrame]:
    """Matching, breadth, persistence and institution ties of every cell."""
    from geo.linkage.collaboration import linkage_by_cell
    from geo.linkage.locality import locality_as_set
    from geo.settings import Settings

    settings = Settings.model_validate(facts["settings"])
    # Lasting is judged over all the years of ties, whatever years are asked for.
    table = linkage_by_cell(
        establishments,
        ties,
        institutions,
        firms=facts["firms"],
        locality=locality_as_set(
            establishments, institutions, settings.local, travel_times=travel_times
        ),
        travel_times=travel_times if len(travel_times) else None,
        coverage=settings.link_coverage,
    )
    table = table[table["year"].isin(years_of(context))]
    hour = "travel_times" if len(travel_times) else "40 km as the crow flies"
    return dg.Output(table, metadata={"an hour": hour} | preview(table))


@dg.asset(group_name="linkage", kinds={"narwhals"}, **YEARLY)
def border_linkages(
    context: dg.AssetExecutionContext,
    facts: dict[str, Any],
    establishments: nw.LazyFrame,  # type: ignore[type-arg]
    ties: nw.LazyFrame,  # type: ignore[type-arg]
    institutions: pd.DataFrame,
    cells: pd.DataFrame,
    location_quotients: pd.DataFrame,
    withheld_bounds: pd.DataFrame,
    regions: gpd.GeoDataFrame,
    linkages: pd.DataFrame,
) -> dg.Output[pd.DataFrame]:
    """Tests B and C of cells that a border cuts, judged together with the adjoining region."""
    from geo.classification.answers import concentrated_cells
    from geo.classification.table import evidence
    from geo.concentration.neighbours import contiguity_graph
    from geo.linkage.across_borders import linkage_across_borders
    from geo.settings import Settings

    settings = Settings.model_validate(facts["settings"])
    thresholds = settings.thresholds
    concentrated = concentrated_cells(
        evidence(cells, [location_quotients, withheld_bounds]), thresholds
    )
    if settings.local != "region":
        concentrated = concentrated.head(0)  # A radius knows no border that could cut a cluster.
    table = linkage_across_borders(
        establishments,
        ties,
        institutions,
        concentrated,
        contiguity_graph(regions).adjacency.rename("weight").reset_index(),
        linkages,
        firms=facts["firms"],
        significance=thresholds.significance,
        coverage=settings.link_coverage,
        asks_distance=thresholds.asks_distance,
    )
    table = table[table["year"].isin(years_of(context))]
    return dg.Output(table, metadata={"cells across a border": len(table)} | preview(table))


@dg.asset(group_name="linkage", kinds={"numpy"}, **YEARLY)
def chain_potentials(
    cells: pd.DataFrame, io_table: pd.DataFrame, margins: pd.DataFrame, industries: pd.DataFrame
) -> dg.Output[pd.DataFrame]:
    """Share of inputs and sales that industries of the region could cover."""
    from geo.linkage.potential import chain_potential

    published = margins if len(margins) else None
    table = chain_potential(cells, io_table, published, industries=len(industries))
    return dg.Output(table, metadata=preview(table))


@dg.asset(group_name="linkage", kinds={"numpy"}, **YEARLY)
def regional_input_shares(
    cells: pd.DataFrame, io_table: pd.DataFrame, margins: pd.DataFrame, industries: pd.DataFrame
) -> dg.Output[pd.DataFrame]:
    """Share of every cell's inputs from within its region, by SLQ, CILQ, FLQ and AFLQ."""
    from geo.linkage.regional import regional_input_shares as shares

    published = margins if len(margins) else None
    table = shares(cells, io_table, published, industries=len(industries))
    return dg.Output(table, metadata=preview(table))


@dg.asset(group_name="linkage", kinds={"numpy"}, **YEARLY)
def industry_linkages(
    context: dg.AssetExecutionContext,
    facts: dict[str, Any],
    io_table: pd.DataFrame,
    industries: pd.DataFrame,
) -> dg.Output[pd.DataFrame]:
    """Who pulls and who pushes the others: multipliers and Rasmussen's linkages by industry."""
    from geo.classification.table import industry_table
    from geo.linkage.input_output import industry_linkages_by_year

    years = [year for year in facts["years"] if year in years_of(context)]
    measures = industry_linkages_by_year(io_table, industries=len(industries), years=years)
    table = industry_table(
        measures, industries, language=facts["language"], name="industry_linkages"
    )
    schema = column_schema("industry_linkages")
    return dg.Output(table, metadata={"dagster/column_schema": schema} | preview(table))
