"""Concentration: test A and the measures of industries over the map."""

from collections.abc import Iterator
from typing import Any

import dagster as dg
import geopandas as gpd
import narwhals as nw
import pandas as pd

from pipelines.checks import moran_as_esda, moran_check_spec
from pipelines.metadata import preview
from pipelines.pictures import key_figures, spillover_pictures
from pipelines.resources import Options


@dg.asset(group_name="concentration", kinds={"numpy"}, dagster_type=dg.Any)
def location_quotients(cells: pd.DataFrame, margins: pd.DataFrame) -> dg.Output[pd.DataFrame]:
    """Location quotients of every cell, their intervals and plant-level chances."""
    from geo.concentration.cells.cell_table import cell_concentration

    table = cell_concentration(cells, margins if len(margins) else None)
    return dg.Output(table, metadata=preview(table))


@dg.asset(group_name="concentration", kinds={"numpy"}, dagster_type=dg.Any)
def withheld_bounds(cells: pd.DataFrame, margins: pd.DataFrame) -> dg.Output[pd.DataFrame]:
    """What withheld numbers of a cell can be at least and at most, and the quotients they allow."""
    from geo.concentration.cells.suppression import concentration_bounds

    table = concentration_bounds(cells, margins if len(margins) else None)
    withheld = int(table["withheld"].notna().sum())
    return dg.Output(table, metadata={"cells with a withheld number": withheld} | preview(table))


@dg.asset(group_name="concentration", kinds={"geopandas"}, dagster_type=dg.Any)
def neighbours(facts: dict[str, Any], regions: gpd.GeoDataFrame) -> dg.Output[pd.DataFrame]:
    """Which regions are neighbours by the rule of the dataset, one row per link."""
    from geo.concentration.map.neighbours import graph_rows, neighbour_graph

    weights = facts["settings"]["weights"]
    graph = neighbour_graph(regions, weights=weights)
    links = graph.adjacency.rename("weight").reset_index()
    counts = graph_rows(graph).neighbours
    metadata = {
        "rule": weights,
        "links": int(counts.sum()),
        "neighbours of a region, mean": float(counts.mean()),
        "islands": int((counts == 0).sum()),
    }
    return dg.Output(links, metadata=metadata | preview(links))


@dg.multi_asset(
    group_name="concentration",
    outs={
        name: dg.AssetOut(description=text, kinds={"numpy"}, dagster_type=dg.Any)
        for name, text in {
            "local_moran": "Local Moran's I of every cell over the map of its industry.",
            "global_moran": "Moran's I of every industry over the map.",
        }.items()
    },
    check_specs=[moran_check_spec],
)
def map_autocorrelation(
    location_quotients: pd.DataFrame,
    neighbours: pd.DataFrame,
    regions: gpd.GeoDataFrame,
    industries: pd.DataFrame,
    facts: dict[str, Any],
    options: Options,
) -> Iterator[dg.Output[pd.DataFrame] | dg.AssetCheckResult]:
    """Moran's I of location quotients over neighbours, global and local."""
    from geo.concentration.map.map_table import map_autocorrelation as autocorrelation
    from geo.concentration.map.map_table import moran_by_esda
    from geo.concentration.map.neighbours import graph_of_links

    graph = graph_of_links(neighbours)
    local, overall = autocorrelation(
        location_quotients,
        regions,
        permutations=options.permutations,
        seed=options.seed,
        graph=graph,
    )
    notices = dg.MetadataValue.json([list(text) for text in local.attrs["warnings"]])
    found = {"notices": notices} | key_figures(local, overall)
    pictures = spillover_pictures(
        local,
        overall,
        cells=location_quotients,
        links=neighbours,
        regions=regions,
        industries=industries,
        facts=facts,
    )
    yield dg.Output(local, output_name="local_moran", metadata=found | pictures | preview(local))
    yield dg.Output(overall, output_name="global_moran", metadata=preview(overall))
    both = moran_by_esda(location_quotients, overall, graph)
    yield moran_as_esda(both, industries)


@dg.asset(group_name="concentration", kinds={"numpy"}, dagster_type=dg.Any)
def quotient_companions(
    cells: pd.DataFrame, margins: pd.DataFrame, regions: gpd.GeoDataFrame
) -> dg.Output[pd.DataFrame]:
    """Symmetric and standardised quotients, excess and cluster index of every cell."""
    from geo.concentration.cells.cell_table import cell_indices
    from geo.concentration.map.neighbours import areas_km2

    population = regions["population"].astype("float64")
    table = cell_indices(
        cells,
        margins if len(margins) else None,
        area=areas_km2(regions),
        population=population if population.notna().all() else None,
    )
    return dg.Output(table, metadata=preview(table))


@dg.multi_asset(
    group_name="concentration",
    outs={
        name: dg.AssetOut(description=text, kinds={"numba"}, dagster_type=dg.Any)
        for name, text in {
            "hot_spots": "Getis and Ord's G* and local Geary's c of every cell.",
            "global_geary": "Geary's c and the general G of every industry.",
        }.items()
    },
)
def map_hot_spots(
    location_quotients: pd.DataFrame,
    neighbours: pd.DataFrame,
    regions: gpd.GeoDataFrame,
    options: Options,
) -> tuple[dg.Output[pd.DataFrame], dg.Output[pd.DataFrame]]:
    """Hot spots of location quotients over neighbours, and their global counterparts."""
    from geo.concentration.map.map_table import map_hot_spots as hot_spots
    from geo.concentration.map.neighbours import graph_of_links

    local, overall = hot_spots(
        location_quotients,
        regions,
        permutations=options.permutations,
        seed=options.seed,
        graph=graph_of_links(neighbours),
    )
    return dg.Output(local, metadata=preview(local)), dg.Output(overall, metadata=preview(overall))


@dg.asset(group_name="concentration", kinds={"pandas"})
def quadrant_transitions(local_moran: pd.DataFrame) -> dg.Output[pd.DataFrame]:
    """How cells move between the quadrants of the map from year to year."""
    from geo.concentration.growth.quadrant_transitions import transition_table

    table = transition_table(local_moran)
    return dg.Output(table, metadata=preview(table))


@dg.asset(group_name="concentration", kinds={"numpy"}, dagster_type=dg.Any)
def region_specialisation(
    cells: pd.DataFrame,
    margins: pd.DataFrame,
    regions: gpd.GeoDataFrame,
    industries: pd.DataFrame,
) -> dg.Output[pd.DataFrame]:
    """What each region lives on: specialisation, diversity, related and unrelated variety."""
    from geo.classification.tables.classification_table import region_table
    from geo.concentration.industries.specialisation import region_specialisation as specialisation

    parents = dict(enumerate(industries["parent"]))
    measures = specialisation(cells, parents, margins=margins if len(margins) else None)
    table = region_table(measures, regions, "region_specialisation")
    return dg.Output(table, metadata=preview(table))


@dg.asset(group_name="concentration", kinds={"numpy"}, dagster_type=dg.Any)
def industry_pairs(
    cells: pd.DataFrame,
    establishments: nw.LazyFrame,  # type: ignore[type-arg]
    margins: pd.DataFrame,
    io_table: pd.DataFrame,
    industries: pd.DataFrame,
    options: Options,
) -> dg.Output[pd.DataFrame]:
    """Do industries that trade sit together? Measures of pairs beside input-output strength."""
    from geo.classification.tables.classification_table import pair_table
    from geo.concentration.pairs.pair_distances import (
        neighbour_ratios_by_pair,
        with_neighbour_ratios,
    )
    from geo.concentration.pairs.pair_table import coagglomeration_by_pair
    from geo.input_output.strength import correlation_by_year, strength_by_year

    pairs = coagglomeration_by_pair(cells, margins if len(margins) else None)
    years = sorted(int(year) for year in pairs["year"].unique())
    ratios = neighbour_ratios_by_pair(establishments, years, seed=options.seed)
    pairs = with_neighbour_ratios(pairs, ratios)
    strength = strength_by_year(io_table, years)
    table = pair_table(pairs, strength, industries)
    found: dict[str, Any] = {}
    if strength is not None:
        measures = ("coagglomeration", "proximity", "larger_neighbour_ratio")
        by_year = correlation_by_year(pairs, strength, seed=options.seed, measures=measures)
        found["rank correlation with trade"] = preview(by_year)["preview"]
    return dg.Output(table, metadata=found | preview(table))


@dg.asset(group_name="concentration", kinds={"numba"}, dagster_type=dg.Any)
def pair_neighbourhoods(
    location_quotients: pd.DataFrame,
    neighbours: pd.DataFrame,
    io_table: pd.DataFrame,
    regions: gpd.GeoDataFrame,
    industries: pd.DataFrame,
    options: Options,
) -> dg.Output[pd.DataFrame]:
    """Where industries that trade stand beside each other, across the borders of regions."""
    from geo.classification.tables.classification_table import region_pair_table
    from geo.concentration.map.neighbours import graph_of_links
    from geo.concentration.pairs.pair_map import pair_neighbourhoods as neighbourhoods
    from geo.input_output.potential import table_of_year
    from geo.input_output.strength import input_output_strength

    table = table_of_year(io_table, int(location_quotients["year"].max()))
    measures = neighbourhoods(
        location_quotients,
        input_output_strength(table),
        graph=graph_of_links(neighbours),
        permutations=options.permutations,
        seed=options.seed,
    )
    table = region_pair_table(measures, regions, industries, "pair_neighbourhoods")
    return dg.Output(table, metadata=preview(table))


@dg.asset(group_name="concentration", kinds={"numpy"}, dagster_type=dg.Any)
def industry_measures(
    cells: pd.DataFrame,
    establishments: nw.LazyFrame,  # type: ignore[type-arg]
    margins: pd.DataFrame,
    neighbours: pd.DataFrame,
    global_moran: pd.DataFrame,
    global_geary: pd.DataFrame,
    options: Options,
) -> dg.Output[pd.DataFrame]:
    """Gini, Hoover, Theil, Herfindahl, Ellison-Glaeser and Moran of every industry."""
    from geo.concentration.industries.industry_table import industry_concentration, plant_sizes
    from geo.concentration.map.neighbours import graph_of_links

    table = industry_concentration(
        cells,
        plant_sizes(establishments),
        [global_moran, global_geary],
        margins if len(margins) else None,
        graph=graph_of_links(neighbours),
        seed=options.seed,
    )
    return dg.Output(table, metadata=preview(table))
