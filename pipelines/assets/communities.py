"""Who holds together: functional clusters across borders, knowledge that passes, brokers."""

from collections.abc import Iterator
from typing import Any

import dagster as dg
import geopandas as gpd
import narwhals as nw
import pandas as pd

from pipelines.metadata import column_schema, preview
from pipelines.partitions import YEARLY, years_of
from pipelines.resources import Options


@dg.multi_asset(
    group_name="linkage",
    outs={
        "functional_clusters": dg.AssetOut(
            description="Firms that live off each other within reach, across region borders.",
            kinds={"igraph", "geopandas"},
            dagster_type=dg.Any,
        ),
        "cell_functional_clusters": dg.AssetOut(
            description="Which functional cluster every cell is part of.",
            kinds={"igraph"},
            dagster_type=dg.Any,
        ),
    },
    partitions_def=YEARLY["partitions_def"],
    backfill_policy=YEARLY["backfill_policy"],
)
def functional_cluster_tables(
    context: dg.AssetExecutionContext,
    facts: dict[str, Any],
    options: Options,
    regions: gpd.GeoDataFrame,
    industries: pd.DataFrame,
    establishments: nw.LazyFrame,  # type: ignore[type-arg]
    ties: nw.LazyFrame,  # type: ignore[type-arg]
) -> Iterator[dg.Output[Any]]:
    """Communities of cells by what they trade within reach beyond the usual, and their shapes."""
    from geo.classification.table import as_schema
    from geo.linkage.flows import regions_within_reach
    from geo.linkage.functional_clusters import functional_clusters
    from geo.linkage.functional_shapes import cells_with_ids, cluster_table
    from geo.settings import Settings
    from geo.vocabulary import Language

    floors = Settings.model_validate(facts["settings"]).thresholds
    found = functional_clusters(
        establishments,
        ties,
        regions_within_reach(regions),
        firms=facts["firms"],
        degree=floors.matching_degree,
        linked_share=floors.locally_linked_share,
        persistence=floors.tie_persistence,
        persistence_gain=floors.tie_persistence_gain,
        least_firms=floors.establishments,
        significance=floors.significance,
        seed=options.seed,
    )
    # Clusters are drawn from all the years of ties, whatever years are asked for.
    table = cluster_table(found, regions, industries, language=Language(facts["language"]))
    table = as_schema(table[table["year"].isin(years_of(context))], "functional_clusters")
    metadata = {"dagster/column_schema": column_schema("functional_clusters")} | preview(table)
    yield dg.Output(table, output_name="functional_clusters", metadata=metadata)
    cells = cells_with_ids(found, regions, industries)
    cells = cells[cells["year"].isin(years_of(context))]
    yield dg.Output(cells, output_name="cell_functional_clusters", metadata=preview(cells))


@dg.asset(group_name="linkage", kinds={"narwhals"}, **YEARLY)
def spillovers(
    context: dg.AssetExecutionContext,
    facts: dict[str, Any],
    establishments: nw.LazyFrame,  # type: ignore[type-arg]
    ties: nw.LazyFrame,  # type: ignore[type-arg]
) -> dg.Output[pd.DataFrame]:
    """Ties of talent and of research between firms, against random matching of partners."""
    from geo.linkage.spillover import spillover_by_cell

    table = spillover_by_cell(establishments, ties, firms=facts["firms"])
    table = table[table["year"].isin(years_of(context))]
    return dg.Output(table, metadata=preview(table))


@dg.asset(group_name="linkage", kinds={"scipy"}, **YEARLY)
def brokerages(
    context: dg.AssetExecutionContext,
    facts: dict[str, Any],
    establishments: nw.LazyFrame,  # type: ignore[type-arg]
    ties: nw.LazyFrame,  # type: ignore[type-arg]
    institutions: pd.DataFrame,
) -> dg.Output[pd.DataFrame]:
    """What falls apart in every cell's network when its institutions are taken out."""
    from geo.linkage.brokerage import brokerage_by_cell

    table = brokerage_by_cell(establishments, ties, institutions, firms=facts["firms"])
    table = table[table["year"].isin(years_of(context))]
    return dg.Output(table, metadata=preview(table))
