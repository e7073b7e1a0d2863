"""Who holds together: functional clusters across borders, and what institutions broker."""

from collections.abc import Iterator
from typing import Any

import dagster as dg
import geopandas as gpd
import pandas as pd

from geo.study import Study
from pipelines.metadata import preview
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
)
def functional_cluster_tables(
    facts: dict[str, Any],
    options: Options,
    regions: gpd.GeoDataFrame,
    industries: pd.DataFrame,
    study: Study,
    cells: pd.DataFrame,
    location_quotients: pd.DataFrame,
    withheld_bounds: pd.DataFrame,
) -> Iterator[dg.Output[Any]]:
    """Communities of cells by what they trade within reach beyond the usual, and their shapes."""
    from geo.classification.questions import crowded_cells
    from geo.classification.tables.classification_table import as_schema, evidence
    from geo.linkage.clusters.functional_communities import functional_clusters
    from geo.linkage.clusters.functional_shapes import cells_with_ids, cluster_table
    from geo.linkage.usual_reach.flows import regions_within_reach
    from geo.vocabulary import Language

    measured = evidence(cells, [location_quotients, withheld_bounds])
    found = functional_clusters(
        study,
        regions_within_reach(regions),
        crowded_cells(measured, study.thresholds),
        seed=options.seed,
    )
    table = cluster_table(found, regions, industries, language=Language(facts["language"]))
    table = as_schema(table, "functional_clusters")
    yield dg.Output(table, output_name="functional_clusters", metadata=preview(table))
    members = cells_with_ids(found, regions, industries)
    yield dg.Output(members, output_name="cell_functional_clusters", metadata=preview(members))


@dg.asset(group_name="linkage", kinds={"scipy"}, dagster_type=dg.Any)
def brokerages(study: Study) -> dg.Output[pd.DataFrame]:
    """What falls apart in every cell's network when its institutions are taken out."""
    from geo.linkage.networks.brokerage import brokerage_by_cell

    table = brokerage_by_cell(study)
    return dg.Output(table, metadata=preview(table))
