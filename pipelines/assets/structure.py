"""Structure: tiers of firms and institutions, and the form of every cell's network."""

from typing import Any

import dagster as dg
import narwhals as nw
import pandas as pd

from geo.study import Study
from pipelines.metadata import column_schema, preview
from pipelines.partitions import YEARLY, years_of
from pipelines.resources import Options


@dg.multi_asset(
    group_name="structure",
    outs={
        name: dg.AssetOut(description=text, kinds={"narwhals"}, dagster_type=dg.Any)
        for name, text in {
            "structures": "Tiers, form of the local network and homogeneity of every cell.",
            "party_tiers": "Core firms, supporting firms and supporting institutions.",
        }.items()
    },
    partitions_def=YEARLY["partitions_def"],
    backfill_policy=YEARLY["backfill_policy"],
)
def structure_tables(
    context: dg.AssetExecutionContext,
    options: Options,
    facts: dict[str, Any],
    study: Study,
    parties: nw.LazyFrame,  # type: ignore[type-arg]
    regions: pd.DataFrame,
    industries: pd.DataFrame,
) -> tuple[dg.Output[pd.DataFrame], dg.Output[pd.DataFrame]]:
    """Who is core, who supports, and how the firms of a cell hang together."""
    from geo.classification.tables.tier_table import party_tier_table
    from geo.linkage.networks.structure import structure_by_cell
    from geo.vocabulary import Language

    found = structure_by_cell(study, seed=options.seed)
    years = years_of(context)
    tiers = party_tier_table(
        found.tiers,
        parties,
        regions=regions,
        industries=industries,
        language=Language(facts["language"]).column_suffix,
        years=years,
    )
    cells = found.cells[found.cells["year"].isin(years)]
    schema = {"dagster/column_schema": column_schema("party_tiers")}
    listed = {"years": str(sorted(set(tiers["year"])))}
    return (
        dg.Output(cells, metadata=preview(cells)),
        dg.Output(tiers, metadata=schema | listed | preview(tiers)),
    )
