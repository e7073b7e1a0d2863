"""Measures of distance: how near firms of an industry stand, whatever the borders of regions."""

from typing import Any

import dagster as dg
import geopandas as gpd
import narwhals as nw
import pandas as pd

from pipelines.metadata import preview
from pipelines.pictures import curve_pictures
from pipelines.resources import Options

_TABLES = {
    "industry_distances": "Is an industry localised or dispersed, and at which distance?",
    "distance_curves": "Curves of K_d, M and m over distance, with their envelopes.",
    "footprints": "Where industries huddle, as polygons that know no borders.",
}


@dg.multi_asset(
    group_name="concentration",
    outs={
        name: dg.AssetOut(description=text, kinds={"numba"}, dagster_type=dg.Any)
        for name, text in _TABLES.items()
    },
)
def distances(
    facts: dict[str, Any],
    establishments: nw.LazyFrame,  # type: ignore[type-arg]
    industry_measures: pd.DataFrame,
    industries: pd.DataFrame,
    options: Options,
) -> tuple[dg.Output[pd.DataFrame], dg.Output[pd.DataFrame], dg.Output[gpd.GeoDataFrame]]:
    """K_d, M, m and footprints of the industries of the latest year, those of interest first."""
    from geo.classification.tables.classification_table import keys_of_interest, named_distances
    from geo.concentration.distance.distance_table import (
        distance_tables,
        located_firms,
        most_concentrated,
    )
    from geo.vocabulary import Language

    year = int(facts["years"][-1])
    only = keys_of_interest(industries, facts["settings"]["industries_of_interest"])
    measured = distance_tables(
        located_firms(establishments, year=year),
        only or most_concentrated(industry_measures, year=year),
        year=year,
        seed=options.seed,
        only=only,
    )
    tables = named_distances(measured, industries, language=facts["language"])
    known = tables.industries["is_localised"].notna()
    found: dict[str, Any] = {
        "localised": int(tables.industries["is_localised"].sum()),
        "dispersed": int(tables.industries["is_dispersed"].sum()),
        "not measured": ", ".join(tables.industries.loc[~known, "industry"]) or "none",
    }
    pictures = curve_pictures(tables, language=Language(facts["language"]))
    first, second, third = tables
    return (
        dg.Output(first, metadata=found | preview(first)),
        dg.Output(second, metadata=pictures | preview(second)),
        dg.Output(third, metadata=preview(third)),
    )
