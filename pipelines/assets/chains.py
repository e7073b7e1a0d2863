"""Value chains as units: the verdict for whole chains beside that for single industries."""

from typing import Any

import dagster as dg
import geopandas as gpd
import narwhals as nw
import pandas as pd

from pipelines.metadata import column_schema, preview
from pipelines.partitions import YEARLY, years_of
from pipelines.resources import Options


@dg.asset(group_name="classification", kinds={"narwhals"}, **YEARLY)
def region_chain_classification(
    context: dg.AssetExecutionContext,
    facts: dict[str, Any],
    establishments: nw.LazyFrame,  # type: ignore[type-arg]
    ties: nw.LazyFrame,  # type: ignore[type-arg]
    institutions: pd.DataFrame,
    reported_cells: pd.DataFrame,
    margins: pd.DataFrame,
    io_table: pd.DataFrame,
    regions: gpd.GeoDataFrame,
    industries: pd.DataFrame,
    travel_times: pd.DataFrame,
    options: Options,
) -> dg.Output[pd.DataFrame]:
    """One row per region, value chain and year: the evidence and the verdict on the chain."""
    from geo.classification.chains import chain_classification, industry_chains
    from geo.linkage.locality import locality_as_set
    from geo.settings import Settings

    settings = Settings.model_validate(facts["settings"])
    table = chain_classification(
        establishments,
        ties,
        institutions,
        firms=facts["firms"],
        reported=reported_cells,
        margins=margins,
        chains=industry_chains(industries, io_table, seed=options.seed),
        regions=regions,
        settings=settings,
        locality=locality_as_set(
            establishments, institutions, settings.local, travel_times=travel_times
        ),
    )
    table = table[table["year"].isin(years_of(context))]
    schema = column_schema("region_chain_classification")
    counts = {f"cells: {name}": int(n) for name, n in table["class"].value_counts().items()}
    return dg.Output(table, metadata={"dagster/column_schema": schema} | preview(table) | counts)
