"""Classification: the evidence joined and judged, and summed up by region and industry."""

from collections.abc import Iterator
from typing import Any

import dagster as dg
import geopandas as gpd
import pandas as pd

from geo.study import Study
from pipelines.checks import classification_checks
from pipelines.metadata import most_advanced, preview
from pipelines.resources import Options

_CLASSIFICATION = "region_industry_classification"
_CELL_MEASURES = (
    "location_quotients",
    "quotient_companions",
    "withheld_bounds",
    "local_moran",
    "hot_spots",
    "linkages",
    "border_linkages",
    "chain_potentials",
    "structures",
    "regional_input_shares",
    "cell_functional_clusters",
    "brokerages",
    "cell_stages",
)
"""Assets with measures of cells, joined as evidence in this order."""
_CONFIDENCES = "cell_confidences"


@dg.asset(
    group_name="classification",
    kinds={"narwhals", "numpy"},
    ins={name: dg.AssetIn() for name in _CELL_MEASURES},
    dagster_type=dg.Any,
)
def cell_confidences(
    options: Options,
    cells: pd.DataFrame,
    margins: pd.DataFrame,
    study: Study,
    io_table: pd.DataFrame,
    industries: pd.DataFrame,
    **measures: pd.DataFrame,
) -> dg.Output[pd.DataFrame]:
    """Share of worlds drawn again in which each cell gets the same class."""
    from geo.classification.resampling.redrawn_verdicts import confidence_table
    from geo.classification.tables.classification_table import evidence

    table = confidence_table(
        evidence(cells, [measures[name] for name in _CELL_MEASURES]),
        cells,
        margins if len(margins) else None,
        study,
        io_table=io_table,
        industries=len(industries),
        seed=options.seed,
    )
    return dg.Output(table, metadata=preview(table))


@dg.asset(
    group_name="classification",
    kinds={"pandas"},
    check_specs=classification_checks.specs,
    ins={name: dg.AssetIn() for name in (*_CELL_MEASURES, _CONFIDENCES)},
    dagster_type=dg.Any,
)
def region_industry_classification(
    facts: dict[str, Any],
    regions: gpd.GeoDataFrame,
    industries: pd.DataFrame,
    cells: pd.DataFrame,
    **measures: pd.DataFrame,
) -> Iterator[dg.Output[pd.DataFrame] | dg.AssetCheckResult]:
    """One row per region, industry and year: the evidence, the verdict and its reason."""
    from geo.classification.tables.classification_table import classification_table, evidence
    from geo.figures import local_ties_scatter
    from geo.settings import Settings
    from geo.vocabulary import Language
    from pipelines.pictures import pictures

    joined = evidence(cells, [measures[name] for name in (*_CELL_MEASURES, _CONFIDENCES)])
    table = classification_table(
        joined,
        regions,
        industries,
        Settings.model_validate(facts["settings"]),
        has_ties=facts["has_ties"],
        has_institutions=facts["has_institutions"],
    )
    latest = table[table["year"] == table["year"].max()]
    drawing = {
        "local ties against the usual": lambda ax, language: local_ties_scatter(
            latest, ax=ax, language=language
        )
    }
    shown = pictures(drawing, language=Language(facts["language"]))
    metadata = shown | preview(most_advanced(latest))
    counts = {f"cells: {name}": int(n) for name, n in table["class"].value_counts().items()}
    yield dg.Output(table, metadata=metadata | counts)
    yield from classification_checks.results(table)


@dg.asset(group_name="classification", kinds={"geopandas"}, dagster_type=dg.Any)
def region_classification(
    facts: dict[str, Any],
    regions: gpd.GeoDataFrame,
    region_industry_classification: pd.DataFrame,
) -> dg.Output[gpd.GeoDataFrame]:
    """One row per region and year: its most advanced class and leading industry."""
    from geo.classification.tables.region_summary import region_classification as summed_up
    from geo.figures import class_map
    from geo.vocabulary import Language
    from pipelines.pictures import pictures

    table = summed_up(region_industry_classification, regions)
    latest = table[table["year"] == table["year"].max()]
    drawing = {"map": lambda ax, language: class_map(latest, ax=ax, language=language)}
    shown = pictures(drawing, language=Language(facts["language"]))
    return dg.Output(table, metadata=shown | preview(table))


@dg.asset(group_name="classification", kinds={"pandas"}, dagster_type=dg.Any)
def industry_concentration(
    facts: dict[str, Any],
    cells: pd.DataFrame,
    industries: pd.DataFrame,
    industry_measures: pd.DataFrame,
) -> dg.Output[pd.DataFrame]:
    """One row per industry and year: how concentrated it is, and whether over borders."""
    from geo.classification.tables.classification_table import industry_table
    from geo.concentration.cells.market import markets

    market = markets(cells, industries)
    measures = industry_measures.merge(market, on=["year", "industry_key"], how="left")
    table = industry_table(measures, industries, language=facts["language"])
    metadata: dict[str, Any] = {}
    of_interest = table[table["industry"].isin(facts["settings"]["industries_of_interest"])]
    if len(of_interest):
        metadata["industries of interest"] = preview(of_interest)["preview"]
    return dg.Output(table, metadata=metadata | preview(table))
