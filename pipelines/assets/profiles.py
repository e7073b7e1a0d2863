"""Profiles: what official rules would say of the same cells, beside our verdict."""

import dagster as dg
import geopandas as gpd
import narwhals as nw
import pandas as pd

from pipelines.metadata import preview


@dg.multi_asset(
    group_name="classification",
    outs={
        name: dg.AssetOut(description=text, kinds={"pandas"}, dagster_type=dg.Any)
        for name, text in {
            "profiles": "What official rules say of a cell, with the numbers, beside our class.",
            "profile_concordance": "Cells by our class and by what each official rule says.",
        }.items()
    },
)
def official_profiles(
    establishments: nw.LazyFrame,  # type: ignore[type-arg]
    cells: pd.DataFrame,
    margins: pd.DataFrame,
    location_quotients: pd.DataFrame,
    quotient_companions: pd.DataFrame,
    regions: gpd.GeoDataFrame,
    industries: pd.DataFrame,
    region_industry_classification: pd.DataFrame,
) -> tuple[dg.Output[pd.DataFrame], dg.Output[pd.DataFrame]]:
    """European stars, US strong clusters, Italian districts and others, never blended in."""
    from geo.classification.tables.classification_table import evidence
    from geo.classification.tables.official_profiles import (
        cell_sizes,
        manufacturing_industries,
        profile_numbers,
        profiles,
    )
    from geo.concentration.map.neighbours import areas_km2

    numbers = profile_numbers(
        evidence(cells, [location_quotients, quotient_companions]),
        margins if len(margins) else None,
        sizes=cell_sizes(establishments),
        regions=regions.assign(area_km2=areas_km2(regions)),
        is_manufacturing=manufacturing_industries(industries),
    )
    told, counts = profiles(
        numbers, region_industry_classification, regions=regions, industries=industries
    )
    return (
        dg.Output(told, metadata=preview(told)),
        dg.Output(counts, metadata=preview(counts)),
    )


@dg.asset(group_name="classification", kinds={"pandas"})
def profile_rules() -> dg.Output[pd.DataFrame]:
    """The official rules themselves: one row per criterion, with its source and doubts."""
    from geo.classification.tables.official_profiles import profile_rules as rules

    table = rules()
    return dg.Output(table, metadata=preview(table))
