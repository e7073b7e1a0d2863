"""Paths: the stage of every cell over the years, and what changed from year to year."""

from collections.abc import Iterator
from typing import Any

import dagster as dg
import pandas as pd

from pipelines.checks import fell_at_risk, fell_at_risk_spec
from pipelines.metadata import preview


@dg.asset(group_name="classification", kinds={"numpy"})
def cell_stages(
    facts: dict[str, Any],
    cells: pd.DataFrame,
    location_quotients: pd.DataFrame,
    linkages: pd.DataFrame,
    border_linkages: pd.DataFrame,
    withheld_bounds: pd.DataFrame,
) -> dg.Output[pd.DataFrame]:
    """Stage of every cell and year, from its path up to that year."""
    from geo.classification.life_stages import stages
    from geo.classification.tables.classification_table import CELL_KEY, evidence
    from geo.settings import Settings

    joined = evidence(cells, [location_quotients, linkages, border_linkages, withheld_bounds])
    told = stages(joined, Settings.model_validate(facts["settings"]).thresholds)
    table = joined[CELL_KEY].assign(stage=told)
    counts = {f"cells: {name}": int(n) for name, n in told.value_counts().items()}
    return dg.Output(table, metadata=preview(table) | counts)


@dg.asset(group_name="classification", kinds={"polars"}, check_specs=[fell_at_risk_spec])
def transitions(
    region_industry_classification: pd.DataFrame, industries: pd.DataFrame
) -> Iterator[dg.Output[pd.DataFrame] | dg.AssetCheckResult]:
    """One row per change of a cell's class or stage: numbers before and after, in a sentence."""
    from geo.classification.tables.class_transitions import transitions as changes

    table = changes(region_industry_classification, industries)
    yield dg.Output(table, metadata=preview(table))
    yield fell_at_risk(table, year=int(region_industry_classification["year"].max()))
