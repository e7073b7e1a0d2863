"""Concentration: test A and the measures of industries over the map."""

import dagster as dg
import geopandas as gpd
import narwhals as nw
import pandas as pd

from pipelines.metadata import preview
from pipelines.partitions import YEARLY
from pipelines.resources import Options


@dg.asset(group_name="concentration", kinds={"numpy"}, **YEARLY)
def location_quotients(cells: pd.DataFrame, margins: pd.DataFrame) -> dg.Output[pd.DataFrame]:
    """Location quotients of every cell, their intervals and plant-level chances."""
    from geo.concentration.cells import cell_concentration

    table = cell_concentration(cells, margins if len(margins) else None)
    return dg.Output(table, metadata=preview(table))


@dg.multi_asset(
    group_name="concentration",
    outs={
        name: dg.AssetOut(description=text, kinds={"numpy"}, dagster_type=dg.Any)
        for name, text in {
            "local_moran": "Local Moran's I of every cell over the map of its industry.",
            "global_moran": "Moran's I of every industry over the map.",
        }.items()
    },
    partitions_def=YEARLY["partitions_def"],
    backfill_policy=YEARLY["backfill_policy"],
)
def map_autocorrelation(
    location_quotients: pd.DataFrame,
    regions: gpd.GeoDataFrame,
    options: Options,
) -> tuple[dg.Output[pd.DataFrame], dg.Output[pd.DataFrame]]:
    """Moran's I of location quotients by contiguity, global and local."""
    from geo.concentration.map_table import map_autocorrelation as autocorrelation

    local, overall = autocorrelation(
        location_quotients, regions, permutations=options.permutations, seed=options.seed
    )
    return dg.Output(local, metadata=preview(local)), dg.Output(overall, metadata=preview(overall))


@dg.asset(group_name="concentration", kinds={"numpy"}, **YEARLY)
def industry_measures(
    cells: pd.DataFrame,
    establishments: nw.LazyFrame,  # type: ignore[type-arg]
    margins: pd.DataFrame,
    global_moran: pd.DataFrame,
    options: Options,
) -> dg.Output[pd.DataFrame]:
    """Gini, Hoover, Theil, Herfindahl, Ellison-Glaeser and Moran of every industry."""
    from geo.concentration.industries import industry_concentration, plant_sizes

    table = industry_concentration(
        cells,
        plant_sizes(establishments),
        global_moran,
        margins if len(margins) else None,
        seed=options.seed,
    )
    return dg.Output(table, metadata=preview(table))
