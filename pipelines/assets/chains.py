"""Value chains as units: the verdict for whole chains beside that for single industries."""

import dagster as dg
import geopandas as gpd
import pandas as pd

from geo.study import Study
from pipelines.metadata import preview
from pipelines.resources import Options


@dg.asset(group_name="classification", kinds={"narwhals"}, dagster_type=dg.Any)
def region_chain_classification(
    study: Study,
    reported_cells: pd.DataFrame,
    margins: pd.DataFrame,
    io_table: pd.DataFrame,
    regions: gpd.GeoDataFrame,
    industries: pd.DataFrame,
    options: Options,
) -> dg.Output[pd.DataFrame]:
    """One row per region, value chain and year: the evidence and the verdict on the chain."""
    from geo.classification.tables.chains import chain_classification, industry_chains

    table = chain_classification(
        study,
        reported=reported_cells,
        margins=margins,
        chains=industry_chains(industries, io_table, seed=options.seed),
        regions=regions,
    )
    counts = {f"cells: {name}": int(n) for name, n in table["class"].value_counts().items()}
    return dg.Output(table, metadata=preview(table) | counts)
