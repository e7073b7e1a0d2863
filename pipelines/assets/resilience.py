"""Resilience: what a shock would cost, how ties last, and what the location pattern goes with."""

from typing import Any

import dagster as dg
import geopandas as gpd
import narwhals as nw
import pandas as pd

from geo.study import Study
from pipelines.metadata import preview
from pipelines.resources import Options


@dg.asset(group_name="linkage", kinds={"narwhals"})
def tie_survival(
    facts: dict[str, Any], study: Study, industries: pd.DataFrame
) -> dg.Output[pd.DataFrame]:
    """How many supply ties are still there after one year, two, three: local and other ones."""
    from geo.classification.tables.classification_table import as_schema
    from geo.figures import survival_curve
    from geo.linkage.networks.survival import tie_spells, tie_survival
    from geo.vocabulary import Language
    from pipelines.pictures import pictures

    spells = tie_spells(study)
    table = as_schema(tie_survival(spells, industries), "tie_survival")
    told = [list(text) for text in spells.attrs["warnings"]]
    drawing = {
        "how long ties last": lambda ax, language: survival_curve(table, ax=ax, language=language)
    }
    metadata = pictures(drawing, language=Language(facts["language"])) | preview(table)
    return dg.Output(table, metadata=metadata | {"notices": dg.MetadataValue.json(told)})


@dg.asset(group_name="linkage", kinds={"scipy"})
def resilience(
    facts: dict[str, Any],
    options: Options,
    study: Study,
    parties: nw.LazyFrame,  # type: ignore[type-arg]
    regions: pd.DataFrame,
    industries: pd.DataFrame,
    region_industry_classification: pd.DataFrame,
) -> dg.Output[pd.DataFrame]:
    """What a shock would cost the concentrated or collaborating cells of the latest year."""
    from geo.classification.tables.resilience_table import resilience_table

    table = resilience_table(
        study,
        region_industry_classification,
        parties=parties,
        regions=regions,
        industries=industries,
        language=facts["language"],
        seed=options.seed,
    )
    told = table["against_twin"].value_counts()
    counts = {f"against its network shuffled: {name}": int(n) for name, n in told.items()}
    return dg.Output(table, metadata=counts | preview(table))


@dg.asset(group_name="linkage", kinds={"statsmodels"})
def formation(
    facts: dict[str, Any],
    cells: pd.DataFrame,
    regions: gpd.GeoDataFrame,
    drivers: gpd.GeoDataFrame,
    io_table: pd.DataFrame,
    industries: pd.DataFrame,
    region_industry_classification: pd.DataFrame,
) -> dg.Output[pd.DataFrame]:
    """What the location of every industry goes with: drivers, partners; and what came first."""
    from geo.classification.tables.formation_table import formation_table

    table = formation_table(
        cells,
        region_industry_classification,
        regions=regions,
        drivers=drivers,
        io_table=io_table,
        industries=industries,
        language=facts["language"],
    )
    return dg.Output(table, metadata=preview(table))
